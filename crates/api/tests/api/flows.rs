//! Dry runs of flows through the interface.

use serde_json::json;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

on_both! {
    async fn a_dry_run_is_told_to_those_who_may_change_the_record(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let flow = json!({"fields": {
            "title": "Look after it", "for_kind": "incident", "begins": "chosen",
            "steps": [
                { "key": "look", "type": "task", "title": "Look", "team": fixture.desk.to_string(), "lead": "PT2H" },
                { "key": "hasten", "type": "automation", "title": "Hasten", "after": "look", "action": "set", "target": "urgency", "value": "high" },
                { "key": "hide", "type": "automation", "title": "Hide", "after": "look", "action": "set", "target": "handling_notes", "value": "zqhidden" },
            ],
        }, "organisation": fixture.provider.to_string()});
        let flow = root.post("/api/v1/flows", flow).await.expect(201).header("location").to_owned();
        root.post(&format!("{flow}/transitions/activate"), json!({})).await.expect(200);
        let on = &fixture.ta.record.number;
        let before = fixture.server.rows().await;
        let told = root.get(&format!("{flow}/trial?on={on}")).await.expect(200).json();
        assert_eq!((&told["record"], &told["possible"], &told["outcome"]), (&json!(on), &json!(true), &json!("")));
        let states: Vec<&str> = told["steps"].as_array().unwrap().iter().map(|step| step["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["done", "done", "done"]);
        assert_eq!(told["steps"][0]["team"]["id"], fixture.desk.to_string());
        assert_eq!(told["steps"][0]["ended_at"], told["ends_at"]);
        let changed = |field: &str| told["changes"].as_array().unwrap().iter().find(|one| one["field"] == field).cloned();
        assert_eq!(changed("urgency").unwrap()["to"], "high");
        assert_eq!(changed("handling_notes").unwrap()["to"], "zqhidden");
        fixture.client("g1").get(&format!("{flow}/trial?on={on}")).await.expect(200);
        for (actor, status) in [("a1", 404), ("am", 404), ("b1", 404), ("g2", 404)] {
            let answer = fixture.client(actor).get(&format!("{flow}/trial?on={on}")).await.expect(status);
            fixture.sweep(actor, &answer);
        }
        root.get(&format!("{flow}/trial")).await.expect(400);
        root.get(&format!("{flow}/trial?on=INC9999999")).await.expect(404);
        root.get(&format!("{flow}/trial?on={on}&as=x")).await.expect(400);
        assert_eq!(fixture.server.rows().await, before);
    }
}
