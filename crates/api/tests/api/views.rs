//! Saved views over the interface.

use serde_json::json;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

on_both! {
    async fn a_view_is_made_shared_changed_and_removed(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (g1, g2, root) = (fixture.client("g1"), fixture.client("g2"), fixture.client("root"));
        let definition = json!({ "q": "is:open", "sort": "-updated_at", "columns": ["number", "title"], "group": "state" });
        let made = g1.post("/api/v1/views", json!({ "kind": "incident", "name": "Mine", "definition": definition, "pinned": true })).await.expect(201);
        let path = made.header("location").to_owned();
        let view = made.json();
        assert_eq!((&view["audience"], &view["pinned"], &view["may_change"]), (&json!("owner"), &json!(true), &json!(true)));
        assert_eq!(view["definition"]["columns"], json!(["number", "title"]));
        g2.get(&path).await.expect(404);
        g2.delete(&path).await.expect(404);
        root.patch(&path, json!({ "name": "taken over" })).await.expect(404);
        let shared = g1.patch(&path, json!({ "audience": "team", "team": fixture.desk.to_string() })).await.expect(200).json();
        assert_eq!((&shared["team"], &shared["name"]), (&json!(fixture.desk.to_string()), &json!("Mine")));
        g1.patch(&path, json!({ "audience": "team", "team": fixture.hr.to_string() })).await.expect(422);
        g1.patch(&path, json!({ "audience": "everybody" })).await.expect(403);
        g1.patch(&path, json!({ "definition": { "q": "nonsense:1" } })).await.expect(422);
        g1.patch(&path, json!({ "definition": { "surprise": 1 } })).await.expect(422);
        g1.patch(&path, json!({ "definition": { "columns": ["nonsense"] } })).await.expect(422);
        let all = root.post("/api/v1/views", json!({ "kind": "incident", "name": "All", "audience": "everybody" })).await.expect(201);
        let for_all = all.header("location");
        for actor in ["a1", "b1", "g2"] {
            let other = fixture.client(actor);
            other.get(for_all).await.expect(200);
            other.patch(for_all, json!({ "name": "mine" })).await.expect(403);
            other.delete(for_all).await.expect(403);
            other.patch(for_all, json!({ "pinned": true })).await.expect(200);
            let names: Vec<String> = other.get("/api/v1/views?kind=incident").await.expect(200).json()
                .as_array().unwrap().iter().map(|view| view["name"].as_str().unwrap().to_owned()).collect();
            assert_eq!(names, ["All"], "{actor}");
        }
        // A condition that only staff may ask is not one that a requester may save.
        let hidden = json!({ "kind": "incident", "name": "x", "definition": { "q": "handling_notes:x" } });
        fixture.client("a1").post("/api/v1/views", hidden).await.expect(422);
        fixture.client("a1").post("/api/v1/views", json!({ "kind": "team", "name": "x" })).await.expect(404);
        g1.delete(&path).await.expect(204);
        g1.get(&path).await.expect(404);
    }
}
