//! Flows on pages: the steps of a flow beside its form, the plan beside its record, and how far it is in the portal.

use serde_json::json;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::World;

fn words(html: &str) -> String {
    Page::parse(html).text().split_whitespace().collect::<Vec<_>>().join(" ")
}

on_both! {
    async fn a_plan_stands_beside_its_record_for_those_who_work_on_it(db: TestDatabase) {
        let world = World::build(db).await;
        let server = &world.fixture.server;
        server.app.flow_all().await.unwrap();
        let desk = world.fixture.desk.to_string();
        let flow = server.make("flow", world.fixture.provider, json!({
            "title": "Laptop", "for_kind": "service_request", "begins": "always", "begin_states": "submitted",
            "steps": [
                { "key": "order", "type": "task", "title": "Order from the maker", "team": desk, "lead": "8h" },
                { "key": "hand_over", "type": "task", "title": "Hand it over", "team": desk, "after": "order", "lead": "2h" },
            ],
        })).await;
        server.transition(&flow, "activate", json!({})).await;
        let root = world.browser("root");
        let page = words(&root.get(&format!("/flows/{}", flow.record.number)).await.expect(200).text());
        assert!(page.contains("Hand it over Task · ") && page.contains("after Order from the maker"), "{page}");
        let a1 = world.fixture.people["a1"].to_string();
        let draft = server.make("service_request", world.fixture.a, json!({
            "title": "A laptop", "requester": a1, "requested_for": a1, "team": desk,
        })).await;
        server.transition(&draft, "submit", json!({})).await;
        server.app.flow_all().await.unwrap();
        let number = &draft.record.number;
        let html = world.browser("g1").get(&format!("/service-requests/{number}")).await.expect(200).text();
        let page = words(&html);
        for wanted in ["0 of 2 steps", "promised for", "Order from the maker", "Critical", "going on", "Change the plan"] {
            assert!(page.contains(wanted), "{wanted} in {page}");
        }
        assert!(html.contains("plan-graph__step--active"));
        // The way to skip it names the step.
        let plan = world.browser("g1").get("/plans").await.expect(200).text();
        assert!(plan.contains("PLN"));
        let skip = Page::parse(&html).elements().filter_map(|one| one.get("href").map(str::to_owned)).find(|href| href.contains("/transitions/skip?step=order")).unwrap();
        let form = world.browser("g1").get(&skip).await.expect(200).text();
        assert!(form.contains("value=\"order\""), "{form}");
        let at = skip.split('?').next().unwrap().to_owned();
        world.browser("g1").post(&at, &[("step", "order"), ("reason", "There is one in stock")]).await.expect(303);
        server.app.flow_all().await.unwrap();
        let page = words(&world.browser("g1").get(&format!("/service-requests/{number}")).await.expect(200).text());
        assert!(page.contains("1 of 2 steps") && page.contains("There is one in stock"), "{page}");
        // Whoever asked hears how far it is and nothing of the steps.
        let portal = words(&world.browser("a1").get(&format!("/portal/requests/{number}")).await.expect(200).text());
        assert!(portal.contains("1 of 2 steps are done, expected by"), "{portal}");
        assert!(!portal.contains("Order from the maker") && !portal.contains("in stock"), "{portal}");
        let page = world.browser("a1").get(&format!("/service-requests/{number}")).await.text();
        assert!(!page.contains("Order from the maker") && !page.contains("in stock"));
        let told = world.fixture.client("a1").get(&format!("/api/v1/service-requests/{number}/plan")).await.expect(200).json();
        assert_eq!((&told["plans"][0]["steps_done"], &told["plans"][0]["steps"]), (&json!(1), &json!([])));
        let told = world.fixture.client("g1").get(&format!("/api/v1/service-requests/{number}/plan")).await.expect(200).json();
        let steps = told["plans"][0]["steps"].as_array().unwrap();
        assert_eq!((&steps[0]["state"], &steps[0]["note"]), (&json!("skipped"), &json!("There is one in stock")));
        assert_eq!((&steps[1]["state"], &steps[1]["critical"]), (&json!("active"), &json!(true)));
        assert_eq!(steps[1]["team"]["kind"], "team");
    }
}
