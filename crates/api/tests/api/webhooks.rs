//! Webhooks of rules: sent after the commit, signed, with what the rule's keeper may see; tried again and given up.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac as _};
use serde_json::{Value as Json, json};
use steward_app::outside::OutsideError;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

const ADDRESS: &str = "https://hooks.example/steward?key=zqhookkey";
const SECRET: &str = "zqsecret-of-sixteen-letters";

async fn settle(fixture: &Fixture) {
    let app = &fixture.server.app;
    fixture.server.followed("rules", async || app.answer_next().await.unwrap()).await;
}

async fn deliver(fixture: &Fixture) {
    while fixture.server.app.deliver_due_webhooks("worker").await.unwrap() {}
}

/// A rule of root's in force that hands new incidents over.
async fn rule(fixture: &Fixture) -> String {
    let fields = json!({
        "title": "Tell the other desk", "for_kind": "incident", "trigger": "created", "condition": "true",
        "actions": [{ "action": "note", "value": "Handed over" }, { "action": "webhook" }],
        "webhook_address": ADDRESS, "webhook_secret": SECRET,
    });
    let root = fixture.client("root");
    let body = json!({ "fields": fields, "organisation": fixture.provider.to_string() });
    let made = root.post("/api/v1/rules", body).await.expect(201).json();
    let path = format!("/api/v1/rules/{}", made["number"].as_str().unwrap());
    root.post(&format!("{path}/transitions/activate"), json!({})).await.expect(200);
    path
}

async fn incident(fixture: &Fixture) -> String {
    let body = json!({ "fields": { "title": "It broke" } });
    let made = fixture.client("a1").post("/api/v1/incidents", body).await.expect(201).json();
    made["number"].as_str().unwrap().to_owned()
}

async fn runs(fixture: &Fixture, path: &str) -> Vec<Json> {
    let page = fixture.client("root").get(&format!("{path}/rule-runs")).await.expect(200).json();
    page.as_array().unwrap().clone()
}

on_both! {
    async fn a_webhook_is_sent_after_the_commit_and_signed(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        settle(&fixture).await;
        let (elsewhere, path) = (fixture.server.elsewhere.clone(), rule(&fixture).await);
        // Looking at what it would do sends nothing.
        fixture.client("root").get(&format!("{path}/matches")).await.expect(200);
        fixture.client("root").get(&format!("{path}/examples")).await.expect(200);
        deliver(&fixture).await;
        assert_eq!(elsewhere.delivered(), []);
        let number = incident(&fixture).await;
        settle(&fixture).await;
        assert_eq!(elsewhere.delivered(), [], "not within the commit");
        assert_eq!(runs(&fixture, &path).await[0]["did"][1]["sent"]["state"], "waiting");
        deliver(&fixture).await;
        deliver(&fixture).await;
        let sent = elsewhere.delivered();
        assert_eq!((sent.len(), sent[0].address.as_str()), (1, ADDRESS));
        let document: Json = serde_json::from_slice(&sent[0].body).unwrap();
        assert_eq!(document["record"]["number"], number.as_str());
        assert_eq!(document["record"]["fields"]["title"], "It broke");
        assert_eq!(document["event"]["type"], "created");
        assert_eq!(document["rule"]["title"], "Tell the other desk");
        assert_eq!(document["id"], sent[0].heads["webhook-id"].as_str());
        // Signed over name, moment and body.
        let mut mac = <Hmac<sha2::Sha256> as hmac::Mac>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{}.{}.", sent[0].heads["webhook-id"], sent[0].heads["webhook-timestamp"]).as_bytes());
        mac.update(&sent[0].body);
        let signed = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
        assert_eq!(sent[0].heads["webhook-signature"], signed);
        assert_eq!(sent[0].heads["webhook-timestamp"], fixture.server.app.now().timestamp().as_second().to_string());
        let done = &runs(&fixture, &path).await[0];
        assert_eq!(done["outcome"], "done");
        assert_eq!((&done["did"][1]["sent"]["state"], &done["did"][1]["sent"]["status"]), (&json!("sent"), &json!(200)));
        assert_eq!(done["did"][1]["what"], "https://hooks.example");
        // Who may not change the rule sees neither address nor secret; nobody sees the secret.
        for (name, address) in [("g1", false), ("root", true)] {
            for at in [path.clone(), format!("{path}/journal"), format!("{path}/rule-runs")] {
                let text = fixture.client(name).get(&at).await.expect(200).text();
                assert!(!text.contains("zqsecret") && (address || !text.contains("zqhookkey")), "{name} {at}: {text}");
            }
        }
    }

    async fn a_webhook_that_is_not_taken_comes_again_with_its_name_and_is_given_up(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        settle(&fixture).await;
        let (elsewhere, path) = (fixture.server.elsewhere.clone(), rule(&fixture).await);
        elsewhere.refuse(ADDRESS, Some(OutsideError::Status(503)));
        incident(&fixture).await;
        settle(&fixture).await;
        deliver(&fixture).await;
        assert_eq!(elsewhere.delivered().len(), 1, "it waits before it comes again");
        fixture.server.clock.advance(13);
        deliver(&fixture).await;
        let sent = elsewhere.delivered();
        assert_eq!((sent.len(), &sent[1].heads["webhook-id"]), (2, &sent[0].heads["webhook-id"]));
        assert_eq!(sent[1].body, sent[0].body);
        let standing = runs(&fixture, &path).await[0]["did"][1]["sent"].clone();
        assert_eq!((&standing["tries"], &standing["status"], &standing["state"]), (&json!(2), &json!(503), &json!("waiting")));
        for _ in 0..40 {
            fixture.server.clock.advance(3600);
            deliver(&fixture).await;
        }
        let log = runs(&fixture, &path).await;
        assert_eq!((log[0]["outcome"].as_str(), log[1]["outcome"].as_str()), (Some("undelivered"), Some("done")));
        assert!(log[0]["reason"].as_str().unwrap().contains("503"), "{}", log[0]);
        assert_eq!(log[1]["did"][1]["sent"]["state"], "given_up");
        let tries = elsewhere.delivered().len();
        assert!((14..40).contains(&tries), "{tries}");
        // Once it is gone it is not asked again, and a rule out of force hands nothing over any more.
        elsewhere.refuse(ADDRESS, Some(OutsideError::Status(410)));
        incident(&fixture).await;
        settle(&fixture).await;
        deliver(&fixture).await;
        fixture.server.clock.advance(3600);
        deliver(&fixture).await;
        assert_eq!(elsewhere.delivered().len(), tries + 1);
        incident(&fixture).await;
        settle(&fixture).await;
        fixture.client("root").post(&format!("{path}/transitions/suspend"), json!({})).await.expect(200);
        deliver(&fixture).await;
        assert_eq!(elsewhere.delivered().len(), tries + 1);
        assert_eq!(runs(&fixture, &path).await[0]["reason"], "the rule is not in force any more");
    }

    async fn what_was_given_up_is_sent_again_under_its_name_for_another_day(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        settle(&fixture).await;
        let (elsewhere, path) = (fixture.server.elsewhere.clone(), rule(&fixture).await);
        elsewhere.refuse(ADDRESS, Some(OutsideError::Status(410)));
        incident(&fixture).await;
        settle(&fixture).await;
        deliver(&fixture).await;
        let lost = runs(&fixture, &path).await.remove(0);
        assert_eq!((lost["outcome"].as_str(), lost["did"][0]["sent"]["state"].as_str()), (Some("undelivered"), Some("given_up")));
        let call = lost["did"][0]["delivery"].as_str().unwrap().to_owned();
        let again = format!("{path}/webhooks/{call}/send");
        fixture.client("g1").post(&again, json!({})).await.expect(403);
        fixture.client("root").post(&format!("{path}/webhooks/whk_0/send"), json!({})).await.expect(404);
        let other = rule(&fixture).await;
        fixture.client("root").post(&format!("{other}/webhooks/{call}/send"), json!({})).await.expect(404);
        // Days later: what is out of force is not sent, and then it has a day again.
        fixture.server.clock.advance(3 * 24 * 3600);
        elsewhere.refuse(ADDRESS, Some(OutsideError::Status(503)));
        let root = fixture.client("root");
        root.post(&format!("{path}/transitions/suspend"), json!({})).await.expect(200);
        assert!(root.post(&again, json!({})).await.status.is_client_error());
        root.post(&format!("{path}/transitions/activate"), json!({})).await.expect(200);
        root.post(&again, json!({})).await.expect(202);
        assert!(root.post(&again, json!({})).await.status.is_client_error(), "it waits already");
        deliver(&fixture).await;
        elsewhere.refuse(ADDRESS, None);
        fixture.server.clock.advance(15);
        deliver(&fixture).await;
        let sent = elsewhere.delivered();
        assert_eq!(sent.iter().filter(|one| one.heads["webhook-id"] == call).count(), 3);
        let log = runs(&fixture, &path).await;
        let line = log.iter().find(|line| line["outcome"] == "undelivered").unwrap();
        assert_eq!((&line["did"][0]["sent"]["state"], &line["did"][0]["sent"]["status"]), (&json!("sent"), &json!(200)));
        assert!(root.post(&again, json!({})).await.status.is_client_error(), "it was taken");
    }

    async fn a_test_tells_whether_the_receiver_answers(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (elsewhere, path) = (fixture.server.elsewhere.clone(), rule(&fixture).await);
        let (root, test) = (fixture.client("root"), format!("{path}/webhook-test"));
        fixture.client("g1").post(&test, json!({})).await.expect(403);
        assert_eq!(elsewhere.delivered(), []);
        let found = root.post(&test, json!({})).await.expect(200).json();
        assert_eq!(found, json!({ "taken": true, "status": 200, "fault": null }));
        let sent = elsewhere.delivered().remove(0);
        let document: Json = serde_json::from_slice(&sent.body).unwrap();
        assert_eq!((&document["event"]["type"], &document["record"]), (&json!("ping"), &Json::Null));
        let mut mac = <Hmac<sha2::Sha256> as hmac::Mac>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{}.{}.", sent.heads["webhook-id"], sent.heads["webhook-timestamp"]).as_bytes());
        mac.update(&sent.body);
        assert_eq!(sent.heads["webhook-signature"], format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())));
        elsewhere.refuse(ADDRESS, Some(OutsideError::Status(401)));
        let found = root.post(&test, json!({})).await.expect(200).json();
        assert_eq!((&found["taken"], &found["status"]), (&json!(false), &json!(401)));
        assert!(!found.to_string().contains("zqhookkey"), "{found}");
        // A rule without an address has nothing to test, and nothing is noted in its log.
        assert_eq!(runs(&fixture, &path).await.len(), 0);
        let fields = json!({ "title": "Plain", "for_kind": "incident", "trigger": "created", "condition": "true", "actions": [{ "action": "note", "value": "x" }] });
        let plain = root.post("/api/v1/rules", json!({ "fields": fields })).await.expect(201).json();
        root.post(&format!("/api/v1/rules/{}/webhook-test", plain["number"].as_str().unwrap()), json!({})).await.expect(422);
    }

    async fn more_calls_to_one_host_than_there_is_room_for_come_after_each_other(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        settle(&fixture).await;
        let (elsewhere, _path) = (fixture.server.elsewhere.clone(), rule(&fixture).await);
        for _ in 0..5 {
            incident(&fixture).await;
        }
        settle(&fixture).await;
        deliver(&fixture).await;
        assert_eq!(elsewhere.delivered().len(), 2, "two at a time");
        for _ in 0..4 {
            fixture.server.clock.advance(1);
            deliver(&fixture).await;
        }
        let mut names: Vec<String> = elsewhere.delivered().iter().map(|one| one.heads["webhook-id"].clone()).collect();
        assert_eq!(names.len(), 5, "each once");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 5);
    }

    async fn a_webhook_that_cannot_be_is_refused_where_it_is_written(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let path = rule(&fixture).await;
        for (fields, field) in [
            (json!({ "webhook_address": "https://127.0.0.1/" }), "webhook_address"),
            (json!({ "webhook_address": null }), "webhook_address"),
            (json!({ "webhook_secret": "short" }), "webhook_secret"),
            (json!({ "webhook_secret": null }), "webhook_secret"),
            (json!({ "actions": [{ "action": "webhook", "value": "https://x.example" }] }), "actions[0].value"),
        ] {
            let refused = root.patch(&path, json!({ "fields": fields })).await.expect(422).json();
            assert_eq!(refused["errors"][0]["field"], field, "{refused}");
        }
        fixture.client("g1").patch(&path, json!({ "fields": { "webhook_address": "https://y.example" } })).await.expect(403);
    }
}
