//! Time spent, by pages: the clock, booking, correcting, the week and the report.

use steward_testkit::on_both;

use crate::world::World;

on_both! {
    async fn the_clock_leads_to_booked_time_that_the_week_shows(db: TestDatabase) {
        let world = World::build(db).await;
        let (g1, path) = (world.browser("g1"), world.ta());
        g1.post(&format!("{path}/timer"), &[]).await.expect(303);
        world.fixture.server.clock.advance(1500);
        let page = g1.get("/").await.expect(200).text();
        assert!(page.contains("nav__timer") && page.contains("25 min"), "every page shows it");
        assert!(!world.browser("root").get("/").await.expect(200).text().contains("nav__timer"), "to nobody else");
        let tb = &world.fixture.tb.record.number;
        let other = g1.post(&format!("/incidents/{tb}/timer"), &[]).await.expect(303);
        assert!(other.header("location").ends_with(&format!("{}/worklogs?running=1", path)), "{}", other.header("location"));
        let form = g1.part(&format!("{path}/worklogs")).await.expect(200).text();
        assert!(form.contains("value=\"25m\"") || form.contains("value=\"25 min\""), "{form}");
        let typed = [("duration", "25 min"), ("note", "zqtimed"), ("timer", "true"), ("billable", "true")];
        g1.post(&format!("{path}/worklogs"), &typed).await.expect(303);
        assert!(!g1.get("/").await.expect(200).text().contains("nav__timer"), "booking ends it");

        let entry = world.incident(&path).await.revision;
        let correction = format!("{path}/worklogs/{entry}");
        g1.get(&correction).await.expect(200);
        let changed = [("duration", "40 min"), ("note", "zqtimed"), ("billable", "false"), ("reason", "zqwhy")];
        g1.post(&correction, &changed).await.expect(303);
        let page = g1.get(&path).await.expect(200).text();
        assert!(page.contains("40 min (was 25 min)") && page.contains("zqwhy"), "the entry as it stands, and what it was");
        let asked = world.browser("a1").get(&path).await.expect(200).text();
        assert!(!asked.contains("zqtimed") && !asked.contains("zqwhy") && !asked.contains("40 min"));

        let week = g1.get("/time").await.expect(200).text();
        assert!(week.contains(&world.fixture.ta.record.number) && week.contains("0:50"), "with the fixture's ten minutes");
        let report = g1.get("/time/report?group=record").await.expect(200).text();
        assert!(report.contains("0:50") && !report.contains("Amount"));
        let file = g1.get("/time/report.csv").await.expect(200);
        assert!(file.header("content-type").starts_with("text/csv") && file.text().contains("zqtimed"), "{}", file.text());
        g1.post(&format!("{correction}/withdraw"), &[]).await.expect(303);
        assert!(g1.get(&path).await.expect(200).text().contains("40 min, taken back") || g1.get(&path).await.text().contains("25 min, taken back"));
        g1.get(&correction).await.expect(404);
    }

    async fn time_is_added_to_the_week_and_the_clock_is_thrown_away(db: TestDatabase) {
        let world = World::build(db).await;
        let g1 = world.browser("g1");
        let number = world.fixture.ta.record.number.clone();
        g1.post("/time", &[("record", &number), ("duration", "2 h")]).await.expect(303);
        let refused = g1.post("/time", &[("record", "INC9999999"), ("duration", "2 h")]).await.expect(422);
        assert!(refused.text().contains("value=\"2 h\""), "what was typed stays");
        assert!(g1.get("/time").await.expect(200).text().contains("2:10"));
        g1.post(&format!("{}/timer", world.ta()), &[]).await.expect(303);
        g1.post("/timer/discard", &[]).await.expect(303);
        g1.post("/timer/discard", &[]).await.expect(303);
        assert!(!g1.get("/").await.expect(200).text().contains("nav__timer"));
    }
}
