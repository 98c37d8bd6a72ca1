//! Configuration on pages: a record as text, looked at, changed and applied; how all of it stands, and going back.

use serde_json::json;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

const CALENDAR: &str = "kind = \"calendar\"\norganisation = ";

async fn calendar(world: &World) -> String {
    let hours = json!([{ "day": "monday", "opens": "08:00", "closes": "17:00" }]);
    let fields = json!({ "name": "Office", "zone": "Europe/Berlin", "hours": hours });
    let made =
        world.fixture.client("root").post("/api/v1/calendars", json!({ "fields": fields })).await.expect(201).json();
    format!("/calendars/{}", made["number"].as_str().unwrap())
}

on_both! {
    async fn a_record_is_changed_by_its_text(db: TestDatabase) {
        let world = World::build(db).await;
        let (record, root) = (calendar(&world).await, world.browser("root"));
        let place = format!("{record}/text");
        assert!(root.get(&record).await.expect(200).text().contains(&place), "its page leads to its text");
        let page = root.get(&place).await.expect(200).text();
        for words in ["zone = &quot;Europe/Berlin&quot;", "data-copy=", "Nothing: it is so already", "calendars/office.toml"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let file = root.get(&format!("{place}?format=toml")).await.expect(200);
        assert!(file.header("content-disposition").contains("attachment; filename=\"office.toml\""));
        let text = file.text();
        assert!(text.contains(CALENDAR), "{text}");

        let changed = text.replace("Europe/Berlin", "Europe/Paris");
        let told = root.post_part(&place, &[("text", &changed)]).await.expect(200).text();
        assert!(told.contains("<del>Europe/Berlin</del>") && told.contains("<ins>Europe/Paris</ins>"), "{told}");
        // Nothing of a wrong text is lost.
        let wrong = changed.replace("zone =", "zonne =");
        let refused = root.post(&place, &[("text", &wrong), ("do", "apply"), ("revision", "1")]).await.expect(422).text();
        let line = wrong.lines().position(|line| line.starts_with("zonne")).unwrap() + 1;
        assert!(refused.contains(&format!("Line {line}")) && refused.contains("zonne = &quot;Europe/Paris"), "{refused}");
        assert!(!root.get(&place).await.text().contains("Europe/Paris"));

        world.fixture.server.clock.advance(120);
        let applied = root.post(&place, &[("text", &changed), ("do", "apply"), ("revision", "1")]).await;
        assert_eq!(location(&applied), record);
        assert!(root.get(&record).await.expect(200).text().contains("Europe/Paris"));
        // Who began before is told, with their words kept, and may then go on.
        let late = text.replace("Europe/Berlin", "Europe/Rome");
        let overtaken = root.post(&place, &[("text", &late), ("do", "apply"), ("revision", "1")]).await.expect(409).text();
        assert!(overtaken.contains("Somebody changed this") && overtaken.contains("Europe/Rome"), "{overtaken}");
        assert!(overtaken.contains("name=\"revision\" value=\"2\""), "{overtaken}");
        root.post(&place, &[("text", &late), ("do", "apply"), ("revision", "2")]).await.expect(303);
        // Its text of before is at hand.
        let made = world.fixture.client("root").get(&format!("/api/v1{record}/journal")).await.expect(200).json();
        let then = format!("{place}?as_of={}", made[0]["at"].as_str().unwrap());
        let page = root.get(&then).await.expect(200).text();
        assert!(page.contains("Europe/Berlin") && page.contains("<del>Europe/Rome</del>"), "{page}");
        check_status(&root.get("/incidents/INC9999999/text").await, 404, "no such record");
    }

    async fn who_only_reads_gets_the_text_and_no_form(db: TestDatabase) {
        let world = World::build(db).await;
        let place = format!("{}/text", calendar(&world).await);
        let reader = world.browser("g1");
        let page = reader.get(&place).await.expect(200).text();
        assert!(page.contains("pre class=\"source-text\"") && !page.contains("name=\"text\""), "{page}");
        check_status(&reader.post(&place, &[("text", "x")]).await, 403, "an agent plans");
        check_status(&reader.post(&place, &[("text", "x"), ("do", "apply")]).await, 403, "an agent applies");
        check_status(&world.browser("a1").get(&place).await, 404, "a requester");
        check_status(&world.browser("anon").get(&place).await, 303, "nobody");
    }

    async fn how_it_stands_is_for_administrators_of_all(db: TestDatabase) {
        let world = World::build(db).await;
        let record = calendar(&world).await;
        let back = "/configuration/roll-back";
        for name in ["a1", "am", "b1", "g1", "g2", "oa"] {
            let browser = world.browser(name);
            check_status(&browser.get("/configuration").await, 403, name);
            check_status(&browser.get(&format!("{back}?to=2026-01-01T00:00:00Z")).await, 403, name);
            check_status(&browser.post(back, &[("to", "2026-01-01T00:00:00Z")]).await, 403, name);
            assert!(!browser.get("/").await.text().contains("href=\"/configuration\""), "{name} is led there");
        }
        check_status(&world.browser("anon").get("/configuration").await, 303, "nobody");
        let root = world.browser("root");
        assert!(root.get("/").await.text().contains("href=\"/configuration\""));
        let page = root.get("/configuration").await.expect(200).text();
        assert!(page.contains("No file was ever applied here") && page.contains(&record), "{page}");

        let app = &world.fixture.server.app;
        let actor = world.fixture.server.actor(world.fixture.people["root"]).await;
        let mut items: Vec<_> = app.configuration(None).await.unwrap().into_iter().map(|one| one.item).collect();
        items.iter_mut().for_each(|item| drop(item.fields.insert("description".to_owned(), json!("By file"))));
        app.apply_configuration(&actor, &items).await.unwrap();
        world.fixture.server.clock.advance(120);
        let applied = app.configuration_state(&actor).await.unwrap().applied.unwrap().at;
        assert!(root.get("/configuration").await.expect(200).text().contains("Everything is as the files made it"));
        world.fixture.client("root").patch(&format!("/api/v1{record}"), json!({ "fields": { "description": "By hand" } })).await.expect(200);
        let page = root.get("/configuration").await.expect(200).text();
        assert!(page.contains("<del>By file</del>") && page.contains("<ins>By hand</ins>"), "{page}");
        let to = applied.to_string();
        world.fixture.server.clock.advance(120);
        let plan = root.get(&format!("{back}?to={to}")).await.expect(200).text();
        assert!(plan.contains("One record changes") && plan.contains("<ins>By file</ins>"), "{plan}");
        assert_eq!(location(&root.post(back, &[("to", &to)]).await), "/configuration");
        assert!(root.get("/configuration").await.expect(200).text().contains("Everything is as the files made it"));
        check_status(&root.get(&format!("{back}?to=soon")).await, 400, "no moment");
    }
}
