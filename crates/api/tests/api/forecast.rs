//! When something will be done, as most like it were.

use serde_json::{Value as Json, json};
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

/// An incident of `a1` for the desk; gives its path.
async fn report(fixture: &Fixture) -> String {
    let fields = json!({
        "title": "It is slow", "impact": "medium", "urgency": "medium",
        "requester": fixture.people["a1"].to_string(), "team": fixture.desk.to_string(),
    });
    let made = fixture.client("root").post("/api/v1/incidents", json!({ "fields": fields })).await.expect(201).json();
    format!("/api/v1/incidents/{}", made["number"].as_str().unwrap())
}

async fn step(fixture: &Fixture, path: &str, key: &str, fields: Json) {
    let path = format!("{path}/transitions/{key}");
    fixture.client("root").post(&path, json!({ "fields": fields })).await.expect(200);
}

async fn resolve(fixture: &Fixture, path: &str) {
    step(fixture, path, "start", json!({})).await;
    step(fixture, path, "resolve", json!({ "resolution_code": "fixed", "resolution_notes": "Restarted" })).await;
}

on_both! {
    async fn n14_a_date_comes_from_records_like_it(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let a1 = fixture.client("a1");
        let first = report(&fixture).await;
        let unknown = a1.get(&format!("{first}/forecast")).await.expect(200).json();
        assert_eq!(unknown["forecast"], Json::Null, "nothing is known yet");

        // Forty, each done after between one and forty hours.
        let mut open = Vec::new();
        for _ in 0..40 {
            open.push(report(&fixture).await);
        }
        for path in &open {
            fixture.server.clock.advance(3_600);
            resolve(&fixture, path).await;
        }
        fixture.server.clock.advance(1);
        let (fresh, now) = (report(&fixture).await, fixture.server.app.now());
        let told = a1.get(&format!("{fresh}/forecast")).await.expect(200).json();
        let forecast = &told["forecast"];
        assert_eq!(
            (&forecast["same"], &forecast["records_at_least"], &forecast["share_percent"], &forecast["days"]),
            (&json!(["team", "priority"]), &json!(40), &json!(80), &json!(90)),
            "{told}"
        );
        // Two wait, the first for forty hours: four of forty-one are done within four to five hours.
        let hours = |key: &str| {
            let at = steward_model::moment::Moment::parse(forecast[key].as_str().unwrap()).unwrap();
            at.seconds_since(now) / 3_600
        };
        assert!((4..=6).contains(&hours("from")) && (19..=23).contains(&hours("middle")), "{told}");
        assert!((36..=40).contains(&hours("until")), "{told}");

        // The one that waited is told of as one that did.
        let waits = a1.get(&format!("{first}/forecast")).await.expect(200).json();
        assert_eq!(waits["forecast"], Json::Null, "nobody waited so long: {waits}");
        // What is done, is another's, or has no end of its own, has none.
        let done = a1.get(&format!("{}/forecast", open[0])).await.expect(200).json();
        assert_eq!(done["forecast"], Json::Null);
        fixture.client("b1").get(&format!("{fresh}/forecast")).await.expect(404);
        fixture.client("g2").get(&format!("{fresh}/forecast")).await.expect(404);
        let people = fixture.client("root").get(&format!("/api/v1/people/{}/forecast", fixture.people["a1"])).await;
        assert_eq!(people.expect(200).json()["forecast"], Json::Null);
    }
}
