//! Canned texts: offered where they fit, filled with what the writer may read.

use serde_json::{Value as Json, json};
use steward_testkit::on_both;

use crate::world::{World, check_status};

impl World {
    async fn snippet(&self, title: &str, more: Json) -> String {
        let mut fields = json!({ "title": title, "text": "Text of it" });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.fixture.server.make("snippet", self.fixture.provider, fields).await.record.number
    }

    async fn offered(&self, actor: &str, query: &str) -> Vec<String> {
        let answer = self.browser(actor).get(&format!("{}/snippets?{query}", self.ta())).await;
        check_status(&answer, 200, query);
        answer.json().as_array().unwrap().iter().map(|one| one["label"].as_str().unwrap().to_owned()).collect()
    }
}

on_both! {
    async fn texts_are_offered_where_they_fit(db: TestDatabase) {
        let world = World::build(db).await;
        world.snippet("Greeting", json!({ "use_in": "public", "for_kinds": "incident, problem" })).await;
        world.snippet("Handover", json!({ "use_in": "internal" })).await;
        world.snippet("For changes", json!({ "for_kinds": "change" })).await;
        world.snippet("Of HR", json!({ "team": world.fixture.hr.to_string() })).await;
        let often = world.snippet("Often", json!({ "team": world.fixture.desk.to_string() })).await;
        let old = world.snippet("Old", json!({})).await;
        world.browser("root").post(&format!("/snippets/{old}/transitions/retire"), &[]).await.expect(303);
        assert_eq!(world.offered("g1", "audience=public").await, ["Greeting", "Often"]);
        world.browser("g1").post(&format!("{}/snippets/{often}", world.ta()), &[]).await.expect(200);
        assert_eq!(world.offered("g1", "audience=internal").await, ["Often", "Handover"], "what is used comes first");
        assert_eq!(world.offered("g1", "q=hand&audience=internal").await, ["Handover"]);
        assert!(world.offered("a1", "").await.is_empty());
        check_status(&world.browser("a1").post(&format!("{}/snippets/{often}", world.ta()), &[]).await, 404, "not for requesters");
        check_status(&world.browser("g2").post(&format!("{}/snippets/{often}", world.ta()), &[]).await, 404, "no such record");
        assert!(world.browser("g1").get(&world.ta()).await.text().contains("data-snippets"));
        assert!(!world.browser("a1").get(&world.ta()).await.text().contains("data-snippets"));
    }

    async fn variables_hold_what_the_writer_may_read(db: TestDatabase) {
        let world = World::build(db).await;
        let text = "{{number}} {{title}} | {{requester.name}} {{requester.given_name}} | {{me.name}} | {{team.name}} {{state}} | {{nothing}} {{requester.roles}} {{handling_notes}}";
        let number = world.snippet("All", json!({ "text": text })).await;
        let fill = async |actor: &str| {
            let answer = world.browser(actor).post(&format!("{}/snippets/{number}", world.ta()), &[]).await;
            check_status(&answer, 200, actor);
            world.fixture.sweep_but_names(actor, &answer);
            answer.json()
        };
        let filled = fill("g1").await;
        let canary = |place: &str| world.fixture.canary(place);
        let wanted = format!(
            "{} {} | a1 {} a1 | g1 {} | {} New | {{{{nothing}}}} {{{{requester.roles}}}} {}",
            world.fixture.ta.record.number, canary("TA.title"), canary("a1.name"), canary("g1.name"), canary("Desk.name"), canary("TA.handling"),
        );
        assert_eq!(filled["text"], wanted.as_str());
        assert_eq!(filled["left"], json!(["{{nothing}}", "{{requester.roles}}"]));
    }
}
