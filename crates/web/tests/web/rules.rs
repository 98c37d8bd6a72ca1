//! Automation rules on pages: made by a form, told in a sentence, their acts explained to those who work on the record.

use serde_json::json;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

fn words(html: &str) -> String {
    Page::parse(html).text().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl World {
    async fn rules_answer(&self) {
        self.fixture.server.app.answer_all().await.unwrap();
    }
}

const FORM: [(&str, &str); 11] = [
    ("title", "Printers are urgent"),
    ("for_kind", "incident"),
    ("order", "10"),
    ("trigger", "created"),
    ("notation", "expression"),
    ("condition", "category == 'printer'"),
    ("actions.0.action", "set"),
    ("actions.0.target", "urgency"),
    ("actions.0.value", "high"),
    ("most_per_hour", "100"),
    ("examples", "[[example]]\nname = \"Printers\"\ngiven = { category = \"printer\" }\nset = { urgency = \"high\" }"),
];

on_both! {
    async fn a_rule_is_made_put_in_force_and_explained(db: TestDatabase) {
        let world = World::build(db).await;
        world.rules_answer().await;
        let root = world.browser("root");
        root.get("/rules/new").await.expect(200);
        // What cannot be is told beside the field, and what was typed stays.
        let mut wrong = FORM.to_vec();
        wrong[5] = ("condition", "categry == 'printer'");
        let refused = root.post("/rules", &wrong).await.expect(422).text();
        assert!(words(&refused).contains("category"), "{}", words(&refused));
        assert!(refused.contains("Printers are urgent"));
        let made = root.post("/rules", &FORM).await.expect(303);
        let rule = location(&made).to_owned();
        let page = words(&root.get(&rule).await.expect(200).text());
        for wanted in ["When A record is created Incidents", "If category == 'printer'", "Set Urgency to High", "Acts at most 100 times in an hour", "Printers : holds", "No record that you may see", "It has not acted yet"] {
            assert!(page.contains(wanted), "{wanted} in {page}");
        }
        root.post(&format!("{rule}/transitions/activate"), &[]).await.expect(303);
        let fields = json!({ "title": "Jam", "category": "printer", "requester": world.fixture.people["a1"].to_string(), "team": world.fixture.desk.to_string() });
        let incident = world.fixture.server.make("incident", world.fixture.a, fields).await;
        world.rules_answer().await;
        let at = format!("/incidents/{}", incident.record.number);
        let number = rule.trim_start_matches("/rules/");
        let html = root.get(&at).await.expect(200).text();
        let page = words(&html);
        assert!(page.contains(&format!("by the rule {number} Printers are urgent, version 2")), "{page}");
        let then = Page::parse(&html).elements().filter_map(|element| element.get("href").map(str::to_owned)).find(|href| href.starts_with(&format!("/rules/{number}?as_of=")));
        // What it says later is not what it said then.
        world.fixture.server.clock.advance(60);
        root.post(&format!("{rule}/fields/most_per_hour"), &[("most_per_hour", "50")]).await.expect(303);
        // A rule in force stays one whose examples hold.
        root.post(&format!("{rule}/fields/condition"), &[("condition", "category == 'server'")]).await.expect(422);
        let page_then = words(&root.get(&then.unwrap()).await.expect(200).text());
        assert!(page_then.contains("Acts at most 100 times") && page_then.contains("Set Urgency to High"), "{page_then}");
        assert!(page.contains("What rules did here"), "{page}");
        let log = words(&root.get(&format!("{at}/runs")).await.expect(200).text());
        assert!(log.contains("Printers are urgent") && log.contains("Acted") && log.contains("Set Urgency"), "{log}");
        let page = words(&root.get(&rule).await.expect(200).text());
        assert!(page.contains("1 record that you may see") && page.contains("The last day · Acted: 1"), "{page}");
        let log = words(&root.get(&format!("{rule}/runs")).await.expect(200).text());
        assert!(log.contains(&incident.record.number), "{log}");
        // The requester sees that it changed, and nothing of rules.
        let a1 = world.browser("a1");
        let page = words(&a1.get(&at).await.expect(200).text());
        assert!(page.contains("Steward") && !page.contains(number) && !page.contains("What rules did here"), "{page}");
        check_status(&a1.get(&format!("{at}/runs")).await, 403, "a1 asks for the log");
        for path in [rule.clone(), format!("{rule}/runs"), format!("{rule}/replay")] {
            check_status(&a1.get(&path).await, 404, &path);
        }
        // An agent reads rules and changes none.
        let g1 = world.browser("g1");
        let page = words(&g1.get(&rule).await.expect(200).text());
        assert!(!page.contains("The last day"), "what it did to records of others is not counted for them: {page}");
        check_status(&g1.get(&format!("{rule}/replay")).await, 403, "g1 replays");
        check_status(&g1.post(&format!("{rule}/replay"), &[("days", "3")]).await, 403, "g1 asks for a replay");
        check_status(&g1.post(&format!("{rule}/transitions/retire"), &[]).await, 403, "g1 retires");
    }

    async fn a_log_names_nothing_that_its_reader_may_not_see(db: TestDatabase) {
        let world = World::build(db).await;
        world.rules_answer().await;
        let root = world.browser("root");
        let made = root.post("/rules", &FORM).await.expect(303);
        let rule = location(&made).to_owned();
        root.post(&format!("{rule}/transitions/activate"), &[]).await.expect(303);
        let fields = json!({ "title": world.fixture.canary("TB.title"), "category": "printer", "requester": world.fixture.people["b1"].to_string(), "team": world.fixture.desk.to_string() });
        let of_b = world.fixture.server.make("incident", world.fixture.b, fields).await;
        world.rules_answer().await;
        assert!(root.get(&rule).await.expect(200).text().contains(&of_b.record.number));
        // g2 is of another team, which may not read it.
        let g2 = world.browser("g2");
        for path in [rule.clone(), format!("{rule}/runs")] {
            let answer = g2.get(&path).await.expect(200);
            assert!(!answer.text().contains(&of_b.record.number), "{path}");
            world.fixture.sweep("g2", &answer);
        }
    }

    async fn a_replay_is_done_by_a_job_and_told_to_who_asked(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        let fields = json!({ "title": "Jam", "category": "printer", "requester": world.fixture.people["a1"].to_string() });
        let incident = world.fixture.server.make("incident", world.fixture.a, fields).await;
        let made = root.post("/rules", &FORM).await.expect(303);
        let replay = format!("{}/replay", location(&made));
        root.get(&replay).await.expect(200);
        root.post(&replay, &[("days", "30")]).await.expect(303);
        let html = root.get(&replay).await.expect(200).text();
        assert!(html.contains("data-poll"), "it asks again while the job is at work");
        while world.fixture.server.app.run_due_job("test").await.unwrap() {}
        let html = root.get(&replay).await.expect(200).text();
        let page = words(&html);
        assert!(page.contains("Records it would have acted on 1") && page.contains(&incident.record.number), "{page}");
        assert!(!html.contains("data-poll"));
        // Somebody else has not asked.
        let oa = world.browser("oa");
        check_status(&oa.get(&replay).await, 404, "the rule is the provider's");
    }
}
