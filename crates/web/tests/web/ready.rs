//! Templates and macros: offered where they fit, previewed, applied whole or not at all.

use serde_json::{Value as Json, json};
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status};

fn words(html: &str) -> String {
    Page::parse(html).text().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl World {
    async fn kept(&self, kind: &str, title: &str, more: Json) -> String {
        let mut fields = json!({ "title": title, "for_kind": "incident" });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.fixture.server.make(kind, self.fixture.provider, fields).await.record.number
    }
}

on_both! {
    async fn a_macro_shows_what_it_does_and_does_it_whole(db: TestDatabase) {
        let world = World::build(db).await;
        let (g1, ta) = (world.browser("g1"), world.ta());
        let number = world.kept("macro", "Take and ask", json!({
            "values": [{ "field": "assignee", "value": "me" }, { "field": "category", "value": "printer" }, { "field": "on_hold_reason", "value": "awaiting_requester" }],
            "transition": "hold",
            "reply": "Dear {{requester.name}}, which printer is it?",
            "note": "Asked by {{me.name}}",
        })).await;
        world.kept("macro", "Of HR", json!({ "team": world.fixture.hr.to_string(), "transition": "start" })).await;
        world.kept("macro", "Only for closed ones", json!({ "offered_when": "state == \"closed\"", "transition": "reopen" })).await;
        let offered = words(&g1.get(&format!("{ta}/macros")).await.expect(200).text());
        assert!(offered.contains("Take and ask") && !offered.contains("Of HR") && !offered.contains("Only for closed"), "{offered}");
        let before = world.state().await;
        let at = format!("{ta}/macros/{number}");
        let page = g1.get(&at).await.expect(200).text();
        let preview = words(&page);
        for wanted in ["Assignee : nothing → ", "Category : nothing → Printer", "which printer is it?", "Moves from New to On hold"] {
            assert!(preview.replace(" :", ":").contains(&wanted.replace(" :", ":")), "{wanted} in {preview}");
        }
        assert_eq!(world.state().await, before, "looking changes nothing");
        let form = Page::parse(&page).form(&at).unwrap();
        let seen = form.get("revision").unwrap().to_owned();
        // Somebody is faster: what was seen is not what would happen.
        g1.post(&format!("{ta}/comments"), &[("body", "wait"), ("audience", "internal")]).await.expect(303);
        let late = g1.post(&at, &[("revision", &seen)]).await;
        check_status(&late, 422, "it changed");
        assert!(words(&late.text()).contains("changed since you saw"), "{}", late.text());
        let seen = Page::parse(&late.text()).form(&at).unwrap().get("revision").unwrap().to_owned();
        g1.post(&at, &[("revision", &seen)]).await.expect(303);
        let page = words(&g1.get(&ta).await.text());
        assert!(page.contains(&format!("by macro {number} Take and ask")) && page.contains("which printer is it?") && page.contains("Awaiting requester"), "{page}");
        let seen_by_requester = words(&world.browser("a1").get(&ta).await.text());
        assert!(seen_by_requester.contains("which printer is it?") && !seen_by_requester.contains("by macro") && !seen_by_requester.contains("Asked by"), "{seen_by_requester}");
        assert!(words(&g1.get(&format!("/macros/{number}")).await.text()).contains("Used 1 time"));
        // Once more it cannot: it is on hold already, so nothing at all happens.
        let before = world.state().await;
        let again = words(&g1.get(&at).await.expect(200).text());
        assert!(again.contains("does not start from the state"), "{again}");
        check_status(&g1.post(&at, &[]).await, 422, "refused");
        assert_eq!(world.state().await, before, "all or nothing");
        check_status(&world.browser("a1").post(&at, &[]).await, 403, "not for requesters");
        check_status(&world.browser("g2").get(&at).await, 404, "no such ticket for them");
    }

    async fn a_macro_can_do_no_more_than_its_user(db: TestDatabase) {
        let world = World::build(db).await;
        // A value that agents may not set, and a variable without a value.
        let level = world.kept("macro", "Too much", json!({ "values": [{ "field": "title", "value": "x" }], "reply": "{{problem.title}}" })).await;
        let page = words(&world.browser("g1").get(&format!("{}/macros/{level}", world.ta())).await.expect(200).text());
        assert!(page.contains("has no value here"), "{page}");
        let before = world.state().await;
        check_status(&world.browser("g1").post(&format!("{}/macros/{level}", world.ta()), &[]).await, 422, "no value");
        assert_eq!(world.state().await, before);
        // What is not there is refused when the macro is made.
        let root = world.browser("root");
        for (field, value) in [("for_kind", "cake"), ("transition", "eat"), ("offered_when", "colour == 1"), ("values.0.field", "opened_at")] {
            let mut form = vec![("title", "Bad"), ("for_kind", "incident"), ("values.0.field", "title"), ("values.0.value", "x")];
            form.retain(|(name, _)| *name != field);
            form.push((field, value));
            check_status(&root.post("/macros", &form).await, 422, field);
        }
    }

    async fn a_new_record_begins_with_a_template(db: TestDatabase) {
        let world = World::build(db).await;
        let g1 = world.browser("g1");
        let number = world.kept("record_template", "Printer", json!({
            "values": [{ "field": "title", "value": "Printer on {{today}} by {{me.name}}" }, { "field": "category", "value": "printer" }, { "field": "impact", "value": "low" }],
        })).await;
        world.kept("record_template", "A change", json!({ "for_kind": "change", "values": [{ "field": "title", "value": "x" }] })).await;
        let page = g1.get("/incidents/new").await.expect(200).text();
        assert!(words(&page).contains("Begin with Printer") && !words(&page).contains("A change"), "{page}");
        let page = g1.get(&format!("/incidents/new?template={number}&impact=high")).await.expect(200).text();
        let form = Page::parse(&page).form("/incidents").unwrap();
        let today = world.fixture.server.app.now().to_string()[..10].to_owned();
        assert_eq!(form.get("title").unwrap(), format!("Printer on {today} by g1 {}", world.fixture.canary("g1.name")));
        assert_eq!((form.get("category"), form.get("impact")), (Some("printer"), Some("high")));
        g1.post("/incidents", &[("title", "Printer"), ("impact", "low"), ("urgency", "low"), ("template", &number)]).await.expect(303);
        assert!(words(&g1.get(&format!("/record-templates/{number}")).await.text()).contains("Used 1 time"));
        assert!(!world.browser("a1").get("/incidents/new").await.text().contains("Begin with"));
        check_status(&world.browser("a1").get(&format!("/incidents/new?template={number}")).await, 404, "not for requesters");
    }
}
