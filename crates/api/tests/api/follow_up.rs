//! What is over and cannot be reopened any more is followed up by a record of its own.

use serde_json::{Value as Json, json};
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

const DAY: i64 = 86_400;

on_both! {
    async fn in_3_within_the_window_it_is_reopened_and_after_it_followed_up(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (root, a1, g1) = (fixture.client("root"), fixture.client("a1"), fixture.client("g1"));
        let fields = json!({
            "title": "Printer prints stripes", "impact": "medium", "urgency": "high", "symptom": "damaged", "contact": "Room 12",
            "requester": fixture.people["a1"].to_string(), "team": fixture.desk.to_string(),
        });
        let made = root.post("/api/v1/incidents", json!({ "fields": fields })).await.expect(201).json();
        let path = format!("/api/v1/incidents/{}", made["number"].as_str().unwrap());
        let step = async |key: &str, fields: Json| {
            root.post(&format!("{path}/transitions/{key}"), json!({ "fields": fields })).await.expect(200);
        };
        let resolve = async || step("resolve", json!({ "resolution_code": "fixed", "resolution_notes": "New drum" })).await;
        let follow = format!("{path}/follow-up");
        step("start", json!({})).await;
        let refused = a1.post(&follow, json!({ "text": "Stripes again" })).await.expect(422).json();
        assert!(refused.to_string().contains("not over"), "{refused}");
        resolve().await;
        a1.post(&follow, json!({ "text": "Stripes again" })).await.expect(422);
        // Within the window it keeps its number.
        fixture.server.clock.advance(13 * DAY);
        let again = json!({ "comment": { "body": "Stripes again", "audience": "public" } });
        let open = a1.post(&format!("{path}/transitions/reopen"), again.clone()).await.expect(200).json();
        assert_eq!((&open["state"], &open["number"]), (&json!("in_progress"), &made["number"]));
        resolve().await;
        // The window counts from the last resolution.
        fixture.server.clock.advance(13 * DAY);
        let read = a1.get(&path).await.expect(200).json();
        assert!(read.to_string().contains("reopen"), "{read}");
        fixture.server.clock.advance(2 * DAY);
        a1.post(&format!("{path}/transitions/reopen"), again).await.expect(409);
        a1.post(&follow, json!({ "text": " " })).await.expect(422);
        let next = a1.post(&follow, json!({ "text": "And stripes once more" })).await.expect(201).json();
        assert_ne!(next["number"], made["number"]);
        let of = |record: &Json, key: &str| record["fields"][key].clone();
        for key in ["title", "symptom", "contact", "urgency"] {
            assert_eq!(of(&next, key), of(&made, key), "{key}: {next}");
        }
        assert_eq!((of(&next, "description"), &next["state"]), (json!("And stripes once more"), &json!("new")));
        assert_eq!(of(&next, "requester")["id"], fixture.people["a1"].to_string());
        let link = next["links"].as_array().unwrap().iter().find(|link| link["link"] == "follows_up").cloned();
        assert!(link.is_some_and(|link| link.to_string().contains(made["number"].as_str().unwrap())), "{next}");
        assert_eq!(root.get(&path).await.expect(200).json()["state"], "resolved", "the old one stays as it is");

        // Whoever works on it may do so at any time, with what they may write; the same key makes one.
        let by_agent = g1.call("POST", &follow).header("Idempotency-Key", "once").json(&json!({ "text": "By telephone" })).send().await;
        let by_agent = by_agent.expect(201).json();
        assert_eq!(of(&by_agent, "team")["id"], fixture.desk.to_string());
        assert_eq!(of(&by_agent, "requester")["id"], fixture.people["a1"].to_string());
        let twice = g1.call("POST", &follow).header("Idempotency-Key", "once").json(&json!({ "text": "By telephone" })).send().await;
        assert_eq!(twice.expect(201).json()["number"], by_agent["number"]);
        // Others do not learn that it is there.
        for other in ["b1", "g2"] {
            fixture.client(other).post(&follow, json!({ "text": "x" })).await.expect(404);
        }
        let verified = fixture.server.app.verify_clocks().await.unwrap();
        assert!(verified.differences.is_empty(), "{:?}", verified.differences);
    }

    async fn in_3_the_share_of_reopened_records_is_told(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let mut paths = Vec::new();
        for _ in 0..4 {
            let fields = json!({ "title": "Slow", "impact": "low", "urgency": "low", "team": fixture.desk.to_string() });
            let made = root.post("/api/v1/incidents", json!({ "fields": fields })).await.expect(201).json();
            paths.push(format!("/api/v1/incidents/{}/transitions", made["number"].as_str().unwrap()));
        }
        for path in &paths[..3] {
            root.post(&format!("{path}/start"), json!({})).await.expect(200);
            let how = json!({ "fields": { "resolution_code": "fixed", "resolution_notes": "Restarted" } });
            root.post(&format!("{path}/resolve"), how).await.expect(200);
        }
        let again = json!({ "comment": { "body": "No", "audience": "public" } });
        root.post(&format!("{}/reopen", paths[0]), again).await.expect(200);
        let told = root.get("/api/v1/reopenings?kind=incident&days=30").await.expect(200).json();
        assert_eq!(told, json!({ "kind": "incident", "days": 30, "done": 3, "reopened": 1, "share_percent": 33.33 }));
        fixture.client("a1").get("/api/v1/reopenings").await.expect(403);
        root.get("/api/v1/reopenings?kind=person").await.expect(422);
        let other = fixture.client("g2").get("/api/v1/reopenings").await.expect(200).json();
        assert_eq!((&other["done"], &other["share_percent"]), (&json!(0), &Json::Null));
    }
}
