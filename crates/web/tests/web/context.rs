//! What stands beside a record for its staff: who asked, what is down, what is known, what changed.

use serde_json::{Value as Json, json};
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

fn words(markup: &str) -> String {
    Page::parse(markup).text().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl World {
    async fn make(&self, kind: &str, fields: Json) -> String {
        self.fixture.server.make(kind, self.fixture.provider, fields).await.record.number
    }

    async fn around(&self, actor: &str) -> String {
        let answer = self.browser(actor).part(&format!("{}/context", self.ta())).await;
        check_status(&answer, 200, actor);
        words(&answer.text())
    }
}

on_both! {
    async fn what_could_explain_a_record_stands_beside_it_with_its_reason(db: TestDatabase) {
        let world = World::build(db).await;
        let server = &world.fixture.server;
        let item = world.fixture.ca.record.number.clone();
        // The item of the ticket runs on a server, which a change touched and which is down.
        let host = server.make("configuration_item", world.fixture.provider, json!({ "name": "Host seven", "class": "server" })).await;
        let root = server.actor(world.fixture.people["root"]).await;
        let link = steward_app::records::Request::Link { link: "runs_on".to_owned(), target: host.record.number.clone(), end: false };
        server.act(&root, &world.fixture.ca, link).await;
        let known = world.make("known_error", json!({ "title": "It forgets", "symptom": "s", "workaround": "Tell it **again**", "configuration_items": [item] })).await;
        assert!(!world.around("g1").await.contains("It forgets"), "a draft is no known error yet");
        world.browser("root").post(&format!("/known-errors/{known}/transitions/publish"), &[]).await.expect(303);
        world.make("problem", json!({ "title": "Why it forgets", "configuration_items": [host.record.number], "team": world.fixture.desk.to_string() })).await;
        let change = |title: &str, begin: &str, end: &str| json!({ "title": title, "change_type": "normal", "configuration_items": [host.record.number], "planned_start_at": begin, "planned_end_at": end });
        world.make("change", change("New memory", "2026-01-03T20:00:00Z", "2026-01-03T22:00:00Z")).await;
        world.make("change", change("Long ago", "2025-10-03T20:00:00Z", "2025-10-03T22:00:00Z")).await;
        let text = world.around("root").await;
        let name = world.fixture.canary("CA.name");
        assert!(text.contains(&format!("It forgets on {name}, as here")), "{text}");
        let why = format!("on Host seven, which {name} needs");
        for title in ["Why it forgets", "New memory"] {
            assert!(text.contains(&format!("{title} {why}")), "{title}: {text}");
        }
        assert!(!text.contains("Long ago"), "{text}");
        assert!(text.contains("Items they use") && text.contains(&name), "{text}");
        // What a reader may not see is not there, and leads nowhere.
        let of_oa = world.around("oa").await;
        assert!(!of_oa.contains("Host seven") && !of_oa.contains("It forgets") && !of_oa.contains("New memory"), "{of_oa}");
        for actor in ["a1", "am"] {
            check_status(&world.browser(actor).part(&format!("{}/context", world.ta())).await, 403, actor);
        }
        // An outage on the item shows over what was said.
        world.make("outage", json!({ "title": "It is dark", "configuration_items": [item] })).await;
        let page = words(&world.browser("g1").get(&world.ta()).await.text());
        assert!(page.contains(&format!("Open outage on {name}")) && page.contains("It is dark"), "{page}");
        assert!(!words(&world.browser("a1").get(&world.ta()).await.text()).contains("It is dark"));
    }

    async fn a_workaround_goes_into_the_reply_and_is_linked(db: TestDatabase) {
        let world = World::build(db).await;
        let (g1, ta) = (world.browser("g1"), world.ta());
        let known = world.make("known_error", json!({ "title": "It forgets", "symptom": "s", "workaround": "Tell it **again**" })).await;
        let apply = format!("{ta}/workaround");
        g1.post_part(&format!("{ta}/draft"), &[("draft_place", "comment"), ("draft_mark", "m"), ("body", "Hello"), ("audience", "public")]).await.expect(204);
        let answer = g1.post(&apply, &[("known_error", &known)]).await.expect(303);
        assert!(location(&answer).ends_with("#composer"));
        let page = g1.get(&ta).await.text();
        let form = Page::parse(&page).form(&format!("{ta}/comments")).unwrap();
        assert_eq!(form.get("body").map(|text| text.replace("\r\n", "\n")).as_deref(), Some("Hello\n\nTell it **again**"));
        assert!(words(&page).contains("explained by"), "it is linked");
        // With scripts the text comes back, and linking twice is no fault.
        let answer = g1.post_part(&apply, &[("known_error", &known)]).await.expect(200);
        assert_eq!(answer.json(), json!({ "text": "Tell it **again**", "number": known }));
        check_status(&world.browser("a1").post(&apply, &[("known_error", &known)]).await, 404, "not for requesters");
    }

    async fn who_asked_stands_on_top_with_what_to_mind(db: TestDatabase) {
        let world = World::build(db).await;
        let a1 = world.fixture.people["a1"];
        let fields = [("vip", "true"), ("phone", "+49 30 1234567"), ("agent_notes", "Speaks slowly, call before noon")];
        world.browser("root").post(&format!("/people/{a1}/edit"), &fields).await.expect(303);
        let page = world.browser("g1").get(&world.ta()).await.expect(200);
        world.fixture.sweep("g1", &page);
        let text = words(&page.text());
        for wanted in ["VIP", "+49 30 1234567", "Speaks slowly", &world.fixture.canary("A.notes"), &world.fixture.canary("CA.notes")] {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
        let page = world.browser("a1").get(&world.ta()).await.expect(200);
        world.fixture.sweep("a1", &page);
        assert!(!page.text().contains("Speaks slowly") && !words(&page.text()).contains("VIP"));
    }
}
