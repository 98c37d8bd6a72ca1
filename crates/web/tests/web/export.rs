//! Lists as files: what the page shows, to the last row, and nothing else.

use serde_json::json;
use steward_testkit::on_both;

use crate::world::{World, check_status};

on_both! {
    async fn a_file_holds_what_the_list_shows(db: TestDatabase) {
        let world = World::build(db).await;
        for who in ["a1", "b1", "am", "g1", "g2", "root"] {
            let browser = world.browser(who);
            for format in ["csv", "xlsx"] {
                let file = browser.get(&format!("/incidents/export?view=all&format={format}")).await.expect(200);
                world.fixture.sweep(who, &file);
                assert!(file.header("content-disposition").contains(&format!("incidents.{format}")));
                assert_eq!(file.header("cache-control"), "no-store");
            }
        }
        let mine = world.browser("a1").get("/incidents/export?view=all&format=csv").await.expect(200).text();
        assert!(mine.contains(&world.fixture.ta.record.number) && !mine.contains(&world.fixture.tb.record.number));
        // Columns that one may not read are not there, whatever the address asks for.
        let asked = "/incidents/export?view=all&format=csv&columns=number,handling_notes,title";
        let mine = world.browser("a1").get(asked).await.expect(200).text();
        assert_eq!(mine.lines().next(), Some("\"Number\",\"Title\""));
        let staff = world.browser("g1").get(asked).await.expect(200).text();
        assert_eq!(staff.lines().next(), Some("\"Number\",\"Handling notes\",\"Title\""));
        for (path, status) in [
            ("/incidents/export?format=pdf", 400),
            ("/incidents/export?q=nonsense:1", 400),
            ("/incidents/export?q=handling_notes:x", 400),
            ("/teams/export", 404),
        ] {
            check_status(&world.browser("a1").get(path).await, status, path);
        }
    }

    async fn every_page_of_it_in_its_order(db: TestDatabase) {
        let world = World::build(db).await;
        let server = &world.fixture.server;
        for place in 0..1205 {
            server.make("task", world.fixture.provider, json!({ "title": format!("task {place:04}") })).await;
        }
        let root = world.browser("root");
        let file = root.get("/tasks/export?view=all&sort=-created_at&format=csv").await.expect(200);
        assert_eq!(file.headers.get("x-steward-cut"), None);
        let text = file.text();
        let titles: Vec<&str> = text.lines().filter_map(|line| line.split("\"task ").nth(1)).map(|rest| &rest[..4]).collect();
        assert_eq!(titles.len(), 1205);
        let mut sorted = titles.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), 1205, "each once");
        let book = root.get("/tasks/export?view=all&format=xlsx").await.expect(200);
        assert!(book.body.starts_with(b"PK"));
    }

    async fn sec_034_a_formula_stays_a_text(db: TestDatabase) {
        let world = World::build(db).await;
        let title = "=HYPERLINK(\"http://evil.example\",\"x\")";
        world.fixture.server.make("task", world.fixture.provider, json!({ "title": title })).await;
        let file = world.browser("root").get("/tasks/export?view=all&format=csv").await.expect(200).text();
        assert!(file.contains("\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")\""), "{file}");
    }
}
