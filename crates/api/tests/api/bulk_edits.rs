//! Bulk edits over the interface: foreseen, run, read, undone.

use serde_json::json;
use steward_model::access::TokenLimits;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

on_both! {
    async fn a_bulk_edit_from_dry_run_to_undo(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let g1 = fixture.client("g1");
        let (one, two) = (fixture.twin_of_ta().await, fixture.twin_of_ta().await);
        let request = |dry_run: bool| json!({
            "records": [one.record.number, two.record.id.to_string(), "INC9999999"],
            "action": "update",
            "fields": { "impact": "high" },
            "dry_run": dry_run,
        });
        let foreseen = g1.post("/api/v1/incidents/bulk-edits", request(true)).await.expect(200).json();
        assert_eq!((&foreseen["total"], &foreseen["missing"]), (&json!(2), &json!(1)));
        assert_eq!(foreseen["counts"], json!({"changed": 2, "unchanged": 0, "refused": 0}));
        let taken = g1.post("/api/v1/incidents/bulk-edits", request(false)).await.expect(202);
        let path = taken.header("location").to_owned();
        assert_eq!(taken.json()["state"], "waiting");
        while fixture.server.app.run_due_job("test").await.unwrap() {}
        let done = g1.get(&path).await.expect(200).json();
        assert_eq!((&done["state"], &done["done"], &done["counts"]["changed"]), (&json!("finished"), &json!(2), &json!(2)));
        assert_eq!(done["rows"].as_array().unwrap().len(), 2);
        let first = g1.get(&format!("{path}?limit=1&outcome=changed")).await.expect(200).json();
        assert_eq!(first["next_after"], first["rows"][0]["place"]);
        g1.get(&format!("{path}?outcome=odd")).await.expect(400);
        for actor in ["a1", "am", "b1", "g2", "oa"] {
            let other = fixture.client(actor);
            other.get(&path).await.expect(404);
            other.post(&format!("{path}/undo"), json!({})).await.expect(404);
        }
        let journal = g1.get(&format!("/api/v1/incidents/{}/journal", one.record.number)).await.expect(200).json();
        let last = journal.as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["door"], "api", "{last}");
        let undo = g1.post(&format!("{path}/undo"), json!({})).await.expect(202);
        while fixture.server.app.run_due_job("test").await.unwrap() {}
        let undone = g1.get(undo.header("location")).await.expect(200).json();
        assert_eq!((&undone["counts"]["changed"], &undone["undo_of"]), (&json!(2), &done["id"]));
        let record = g1.get(&format!("/api/v1/incidents/{}", one.record.number)).await.expect(200).json();
        assert_eq!(record["fields"]["impact"], fixture.ta.record.fields["impact"]);
    }

    async fn a_token_reaches_no_further_in_bulk(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let person = fixture.people["g1"];
        let limits = TokenLimits { read_only: true, kinds: Vec::new(), teams: Vec::new() };
        let token = fixture.server.app.add_token(person, "reads", &limits, 90).await.unwrap();
        let reads = fixture.server.anonymous().bearer(&token);
        let request = json!({ "q": "is:open", "action": "update", "fields": { "impact": "high" } });
        reads.post("/api/v1/incidents/bulk-edits", request.clone()).await.expect(403);
        // One that is limited to a team is so when the job runs, too.
        let limits = TokenLimits { read_only: false, kinds: Vec::new(), teams: vec![fixture.hr] };
        let token = fixture.server.app.add_token(person, "others", &limits, 90).await.unwrap();
        let others = fixture.server.anonymous().bearer(&token);
        let taken = others.post("/api/v1/incidents/bulk-edits", request.clone()).await.expect(202).json();
        assert_eq!(taken["total"], 0);
        let whole = fixture.client("g1").post("/api/v1/incidents/bulk-edits", request).await.expect(202);
        others.get(whole.header("location")).await.expect(404);
    }

    async fn requests_that_make_no_sense_are_refused(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let g1 = fixture.client("g1");
        let ta = fixture.ta.record.number.clone();
        for (status, body) in [
            (422, json!({ "action": "update", "fields": { "impact": "high" } })),
            (422, json!({ "records": [ta], "action": "explode" })),
            (422, json!({ "records": [ta], "action": "undo", "of": 1 })),
            (422, json!({ "records": [ta], "action": "update", "fields": {} })),
            (422, json!({ "records": [ta], "action": "watch", "surprise": 1 })),
            (400, json!({ "records": [ta], "action": "update" })),
            (400, json!({ "q": "nonsense:1", "action": "watch" })),
            (422, json!({ "records": [null], "action": "watch" })),
            (413, json!({ "records": vec![ta.clone(); 10_001], "action": "watch" })),
        ] {
            let answer = g1.post("/api/v1/incidents/bulk-edits", body.clone()).await;
            assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
        }
        // What differs from record to record is not set on many.
        let body = json!({ "q": "is:open", "action": "update", "fields": { "login": "same" } });
        fixture.client("root").post("/api/v1/people/bulk-edits", body).await.expect(422);
    }
}
