//! Approvals: who is asked, what they answer, and what follows, by the interface.

use serde_json::{Value as Json, json};
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;
use steward_testkit::server::Server;

/// A kind that nobody thought of.
const SAMPLE: &str = r#"
key = "sample"
plural = "samples"
description = "Something that is tested before it is released."
icon = "circle"
numbering = { prefix = "SMP" }
label_field = "title"
initial = "taken"
field = [
  { key = "title", type = "text" },
  { key = "approvers", type = "references", target = "person", indexed = true },
  { key = "asked_to_approve", type = "references", target = "person", indexed = true, write = "never" },
  { key = "pending_approvers", type = "references", target = "person", indexed = true, write = "never" },
]
state = [
  { key = "taken", category = "new" },
  { key = "waiting", category = "waiting" },
  { key = "released", category = "done" },
]
[approval]
state = "waiting"
approve = "release"
reject = "send_back"
[[transition]]
key = "ask"
from = "taken"
to = "waiting"
[[transition]]
key = "release"
from = "waiting"
to = "released"
[[transition]]
key = "send_back"
from = "waiting"
to = "taken"
"#;

/// A policy for changes in force.
async fn policy(fixture: &Fixture, fields: Json) -> String {
    let root = fixture.client("root");
    let mut all = json!({ "for_kind": "change", "name": "Somebody" });
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let made = root.post("/api/v1/approval-policies", json!({ "fields": all })).await.expect(201).json();
    let path = format!("/api/v1/approval-policies/{}", made["number"].as_str().unwrap());
    root.post(&format!("{path}/transitions/activate"), json!({})).await.expect(200);
    path
}

fn people(fixture: &Fixture, names: &[&str]) -> Json {
    names.iter().map(|name| fixture.people[*name].to_string()).collect()
}

/// An emergency change of a1 that waits for authorization.
async fn waiting(fixture: &Fixture) -> String {
    let root = fixture.client("root");
    let fields = json!({
        "title": "Mend the gate", "change_type": "emergency", "justification": "It is open",
        "requester": fixture.people["a1"].to_string(), "impact": "medium", "urgency": "medium",
        "planned_start_at": "2026-01-05T09:00:00Z", "planned_end_at": "2026-01-05T10:00:00Z",
    });
    let made = root.post("/api/v1/changes", json!({ "fields": fields })).await.expect(201).json();
    let path = format!("/api/v1/changes/{}", made["number"].as_str().unwrap());
    root.post(&format!("{path}/transitions/expedite"), json!({})).await.expect(200);
    path
}

/// The rounds of all records, the newest first.
async fn rounds(fixture: &Fixture) -> Vec<Json> {
    let list = fixture.client("root").get("/api/v1/approvals?sort=-created_at").await.expect(200).json();
    list.as_array().unwrap().clone()
}

async fn newest(fixture: &Fixture) -> (String, Json) {
    let round = rounds(fixture).await.remove(0);
    (format!("/api/v1/approvals/{}", round["number"].as_str().unwrap()), round)
}

async fn state(fixture: &Fixture, path: &str) -> String {
    let record = fixture.client("root").get(path).await.expect(200).json();
    record["state"].as_str().unwrap().to_owned()
}

async fn answer(fixture: &Fixture, who: &str, path: &str, key: &str, reason: &str) -> u16 {
    let fields = if reason.is_empty() { json!({}) } else { json!({ "reason": reason }) };
    fixture.client(who).post(&format!("{path}/transitions/{key}"), json!({ "fields": fields })).await.status.as_u16()
}

fn pending(round: &Json) -> Vec<String> {
    let people = round["fields"]["pending"].as_array().cloned().unwrap_or_default();
    people.iter().map(|person| person["id"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    async fn ch_10_stages_quorum_and_no_approval_of_ones_own(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let board = json!({
            "name": "Board", "stage": 2, "people": people(&fixture, &["g1", "g2", "oa", "a1"]),
            "need": "number", "how_many": 2, "ends_at_once": false,
        });
        policy(&fixture, board).await;
        policy(&fixture, json!({ "name": "Manager first", "people": people(&fixture, &["am"]) })).await;
        policy(&fixture, json!({ "name": "Not this one", "condition": "change_type == 'normal'", "people": people(&fixture, &["root"]) })).await;
        let change = waiting(&fixture).await;
        let (round, seen) = newest(&fixture).await;
        assert_eq!(pending(&seen), [fixture.people["am"].to_string()], "only the first stage is asked");
        let asked = seen["fields"]["answers"].as_array().unwrap();
        assert!(asked.iter().all(|row| row["person"]["id"] != fixture.people["a1"].to_string()), "who asks is not asked: {asked:?}");
        assert_eq!(asked.len(), 4);
        // Neither who asks, nor a later stage, nor who answers for changes goes before.
        assert_eq!(answer(&fixture, "a1", &round, "approve", "").await, 409);
        assert_eq!(answer(&fixture, "g1", &round, "approve", "").await, 409);
        let forced = fixture.client("root").post(&format!("{change}/transitions/authorize"), json!({})).await;
        assert_eq!(forced.status.as_u16(), 409, "{}", forced.text());
        assert_eq!(answer(&fixture, "am", &round, "approve", "").await, 200);
        assert_eq!(answer(&fixture, "am", &round, "approve", "").await, 409, "once");
        assert_eq!(state(&fixture, &change).await, "authorize");

        assert_eq!(answer(&fixture, "g1", &round, "approve", "Tested").await, 200);
        assert_eq!(answer(&fixture, "g2", &round, "refuse", "").await, 422, "a refusal says why");
        assert_eq!(answer(&fixture, "g2", &round, "refuse", "Too soon").await, 200);
        assert_eq!(state(&fixture, &change).await, "authorize", "one refusal does not end it");
        // The last one decides on the change itself, and cannot slip another plan in.
        let sly = json!({ "fields": { "planned_end_at": "2026-02-05T10:00:00Z" } });
        fixture.client("oa").post(&format!("{change}/transitions/authorize"), sly).await.expect(422);
        fixture.client("oa").post(&format!("{change}/transitions/authorize"), json!({})).await.expect(200);
        let change = fixture.client("root").get(&change).await.expect(200).json();
        assert_eq!(change["state"], "scheduled");
        assert_eq!(change["fields"]["authorized_by"]["id"], fixture.people["oa"].to_string());
        assert_eq!(change["fields"]["pending_approvers"], Json::Null);
        let (_, seen) = newest(&fixture).await;
        assert_eq!((&seen["state"], &seen["fields"]["pending"]), (&json!("approved"), &Json::Null));
        let said: Vec<&str> = seen["fields"]["answers"].as_array().unwrap().iter().map(|row| row["answer"].as_str().unwrap()).collect();
        assert_eq!(said, ["approved", "approved", "refused", "approved"]);
    }

    async fn macros_do_not_go_around_those_who_are_asked(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        policy(&fixture, json!({ "people": people(&fixture, &["root", "am"]), "need": "all" })).await;
        let change = waiting(&fixture).await;
        let fields = json!({ "title": "Through", "for_kind": "change", "transition": "authorize" });
        let made = fixture.client("root").post("/api/v1/macros", json!({ "fields": fields })).await.expect(201).json();
        let (app, root) = (&fixture.server.app, fixture.server.actor(fixture.people["root"]).await);
        let kind = app.kind("change").unwrap().clone();
        let number = change.rsplit('/').next().unwrap();
        let plan = app.plan_macro(&root, &kind, number, made["number"].as_str().unwrap()).await.unwrap();
        assert!(plan.refusal.is_some(), "one of two who are asked went on alone: {plan:?}");
        assert!(format!("{:?}", plan.refusal).contains("waits for the answers"), "{plan:?}");
        assert_eq!(state(&fixture, &change).await, "authorize");
    }

    async fn a_rule_does_not_ask_and_answer_in_one_act(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (root, app) = (fixture.client("root"), &fixture.server.app);
        policy(&fixture, json!({ "people": people(&fixture, &["am"]) })).await;
        let fields = json!({ "title": "Rush", "for_kind": "change", "trigger": "created", "condition": "true",
            "actions": [{ "action": "move", "target": "expedite" }, { "action": "move", "target": "authorize" }] });
        let rule = root.post("/api/v1/rules", json!({ "fields": fields })).await.expect(201).json();
        root.post(&format!("/api/v1/rules/{}/transitions/activate", rule["number"].as_str().unwrap()), json!({})).await.expect(200);
        app.answer_all().await.unwrap();
        let fields = json!({
            "title": "Rush", "change_type": "emergency", "justification": "It is open", "requester": fixture.people["a1"].to_string(),
            "planned_start_at": "2026-01-05T09:00:00Z", "planned_end_at": "2026-01-05T10:00:00Z",
        });
        let made = root.post("/api/v1/changes", json!({ "fields": fields })).await.expect(201).json();
        app.answer_all().await.unwrap();
        let change = format!("/api/v1/changes/{}", made["number"].as_str().unwrap());
        assert_ne!(state(&fixture, &change).await, "scheduled", "nobody was asked");
        let runs = root.get(&format!("{change}/rule-runs")).await.expect(200).text();
        assert!(runs.contains("waits for the answers"), "{runs}");
    }

    async fn a_refusal_sends_back_and_says_why(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        policy(&fixture, json!({ "people": people(&fixture, &["am", "g2"]), "need": "all" })).await;
        let change = waiting(&fixture).await;
        let (round, _) = newest(&fixture).await;
        assert_eq!(answer(&fixture, "g2", &round, "refuse", "No way back").await, 200);
        let seen = fixture.client("root").get(&change).await.expect(200).json();
        assert_eq!((&seen["state"], &seen["fields"]["rejection_reason"]), (&json!("new"), &json!("No way back")));
        let (_, seen) = newest(&fixture).await;
        assert_eq!((&seen["state"], &seen["fields"]["outcome"]), (&json!("refused"), &json!("No way back")));
        assert_eq!(answer(&fixture, "am", &round, "approve", "").await, 403, "it is over");
        // Another try asks everybody anew.
        fixture.client("root").post(&format!("{change}/transitions/expedite"), json!({})).await.expect(200);
        assert_eq!(rounds(&fixture).await.len(), 2);
        assert_eq!(pending(&newest(&fixture).await.1).len(), 2);
    }

    async fn two_who_decide_at_once_make_one_outcome(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        policy(&fixture, json!({ "people": people(&fixture, &["am", "g2"]) })).await;
        for _ in 0..4 {
            let change = waiting(&fixture).await;
            let (round, _) = newest(&fixture).await;
            let (yes, no) = tokio::join!(
                answer(&fixture, "am", &round, "approve", "Yes"),
                answer(&fixture, "g2", &round, "refuse", "No"),
            );
            let (_, seen) = newest(&fixture).await;
            let expected = match (yes, no) {
                (200, 403 | 409) => ("approved", "scheduled"),
                (403 | 409, 200) => ("refused", "new"),
                other => panic!("one answer counts: {other:?}"),
            };
            assert_eq!((seen["state"].as_str().unwrap(), state(&fixture, &change).await.as_str()), expected);
            let said = seen["fields"]["answers"].as_array().unwrap();
            assert_eq!(said.iter().filter(|row| row["at"].is_string()).count(), 1, "{said:?}");
        }
        // A quorum of two: both answers count, whichever comes first.
        let both = json!({ "name": "Both", "people": people(&fixture, &["am", "g2"]), "need": "all" });
        policy(&fixture, both).await;
        let change = waiting(&fixture).await;
        let (round, _) = newest(&fixture).await;
        let answers = tokio::join!(answer(&fixture, "am", &round, "approve", ""), answer(&fixture, "g2", &round, "approve", ""));
        assert_eq!(answers, (200, 200));
        assert_eq!(state(&fixture, &change).await, "scheduled");
    }

    async fn who_changes_what_was_approved_asks_anew(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        policy(&fixture, json!({ "people": people(&fixture, &["am"]) })).await;
        let change = waiting(&fixture).await;
        let root = fixture.client("root");
        root.patch(&change, json!({ "fields": { "backout_plan": "None" } })).await.expect(200);
        let all = rounds(&fixture).await;
        assert_eq!((all.len(), &all[1]["state"]), (2, &json!("withdrawn")), "the plan changed while it waited");
        assert_eq!(all[1]["fields"]["outcome"], "is asked anew: Backout plan changed");
        let (round, _) = newest(&fixture).await;
        assert_eq!(answer(&fixture, "am", &round, "approve", "").await, 200);
        assert_eq!(state(&fixture, &change).await, "scheduled");
        // What was not approved may change; what was may not without a new question.
        root.patch(&change, json!({ "fields": { "description": "More words" } })).await.expect(200);
        assert_eq!(state(&fixture, &change).await, "scheduled");
        let later = json!({ "fields": { "planned_end_at": "2026-01-06T10:00:00Z" } });
        let seen = root.patch(&change, later).await.expect(200).json();
        assert_eq!((&seen["state"], &seen["fields"]["authorized_by"]), (&json!("authorize"), &Json::Null));
        let all = rounds(&fixture).await;
        assert_eq!((all.len(), &all[0]["state"], &all[1]["state"]), (3, &json!("open"), &json!("approved")));
        let (round, _) = newest(&fixture).await;
        assert_eq!(answer(&fixture, "am", &round, "approve", "").await, 200);
        // Nor does another plan slip in with the step that begins the work.
        let sly = json!({ "fields": { "window_override_reason": "Now or never", "backout_plan": "Another" } });
        root.post(&format!("{change}/transitions/implement"), sly).await.expect(409);
        root.patch(&change, json!({ "fields": { "backout_plan": "Another" } })).await.expect(200);
        assert_eq!(state(&fixture, &change).await, "authorize");
        // Who gives it up asks nobody any more.
        root.post(&format!("{change}/transitions/cancel"), json!({ "fields": { "cancel_reason": "Not needed" } })).await.expect(200);
        assert_eq!(newest(&fixture).await.1["state"], "withdrawn");
    }

    async fn who_stands_in_decides_for_whom_is_away(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let away = json!({ "fields": { "absent_from": "2026-01-05", "absent_until": "2026-01-09", "substitute": fixture.people["g2"].to_string() } });
        root.patch(&format!("/api/v1/people/{}", fixture.people["am"]), away).await.expect(200);
        policy(&fixture, json!({ "people": people(&fixture, &["am"]) })).await;
        let change = waiting(&fixture).await;
        let (round, seen) = newest(&fixture).await;
        assert_eq!(pending(&seen), [fixture.people["am"].to_string(), fixture.people["g2"].to_string()]);
        assert_eq!(answer(&fixture, "g2", &round, "approve", "").await, 200);
        assert_eq!(state(&fixture, &change).await, "scheduled");
        let given = &newest(&fixture).await.1["fields"]["answers"][0];
        assert_eq!((&given["person"]["id"], &given["by"]["id"]), (&json!(fixture.people["am"].to_string()), &json!(fixture.people["g2"].to_string())));

        // An absence ends, and with it the right.
        let change = waiting(&fixture).await;
        let (round, _) = newest(&fixture).await;
        fixture.server.clock.advance(7 * 24 * 3600);
        assert_eq!(answer(&fixture, "g2", &round, "approve", "").await, 409, "am is back");
        fixture.server.app.care_for_approvals().await.unwrap();
        assert_eq!(pending(&newest(&fixture).await.1), [fixture.people["am"].to_string()]);
        assert_eq!(state(&fixture, &change).await, "authorize");
    }

    async fn one_head_is_no_quorum_and_who_left_is_replaced(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let person = |name: &str| format!("/api/v1/people/{}", fixture.people[name]);
        let away = json!({ "fields": { "absent_from": "2026-01-05", "substitute": fixture.people["g2"].to_string() } });
        root.patch(&person("am"), away).await.expect(200);
        policy(&fixture, json!({ "people": people(&fixture, &["am", "g2", "b1"]), "need": "number", "how_many": 2, "ends_at_once": false })).await;
        let change = waiting(&fixture).await;
        let (round, _) = newest(&fixture).await;
        assert_eq!(answer(&fixture, "g2", &round, "approve", "").await, 200);
        assert_eq!(state(&fixture, &change).await, "authorize", "g2 alone is not two");
        assert_eq!(answer(&fixture, "g2", &round, "approve", "").await, 409);
        let left = pending(&newest(&fixture).await.1);
        assert_eq!(left, [fixture.people["am"].to_string(), fixture.people["b1"].to_string()], "it does not wait for g2 any more");
        // am leaves for good, and oa is asked in their place.
        root.patch(&person("am"), json!({ "fields": { "manager": fixture.people["oa"].to_string() } })).await.expect(200);
        root.post(&format!("{}/transitions/leave", person("am")), json!({ "fields": { "leave_on": "2026-01-05" } })).await.expect(200);
        fixture.server.app.care_for_approvals().await.unwrap();
        let left = pending(&newest(&fixture).await.1);
        assert!(left.contains(&fixture.people["oa"].to_string()) && !left.contains(&fixture.people["am"].to_string()), "{left:?}");
        let before = fixture.server.rows().await;
        fixture.server.app.care_for_approvals().await.unwrap();
        assert_eq!(fixture.server.rows().await, before, "nothing more is to be done");
        assert_eq!(answer(&fixture, "oa", &round, "approve", "").await, 200);
        assert_eq!(state(&fixture, &change).await, "scheduled");
    }

    async fn one_decides_on_what_one_saw_and_words_are_kept(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        policy(&fixture, json!({ "people": people(&fixture, &["oa"]), "reason": "always" })).await;
        let change = waiting(&fixture).await;
        let (root, oa) = (fixture.client("root"), fixture.client("oa"));
        let seen = oa.get(&change).await.expect(200);
        let opened = seen.header("etag").to_owned();
        let path = format!("{change}/transitions/authorize");
        let words = json!({ "comment": { "body": "Go on, the budget pays", "audience": "public" } });
        let no_words = oa.post(&path, json!({})).await.expect(422).json();
        assert_eq!(no_words["errors"][0]["field"], "comment", "{no_words}");
        root.patch(&change, json!({ "fields": { "backout_plan": "None" } })).await.expect(200);
        let late = oa.call("POST", &path).header("if-match", &opened).json(&words).send().await;
        assert!([409, 412].contains(&late.status.as_u16()), "{}", late.text());
        assert_eq!(state(&fixture, &change).await, "authorize");
        oa.post(&path, words).await.expect(200);
        assert_eq!(state(&fixture, &change).await, "scheduled");
        let journal = root.get(&format!("{change}/journal")).await.expect(200).text();
        assert!(journal.contains("Go on, the budget pays"), "{journal}");
        let (round, seen) = newest(&fixture).await;
        assert_eq!(seen["fields"]["answers"][0]["reason"], "Go on, the budget pays");
        // Words with an answer on the round itself stay there.
        waiting(&fixture).await;
        let (second, _) = newest(&fixture).await;
        assert_ne!(second, round);
        let both = json!({ "fields": { "reason": "Fine" }, "comment": { "body": "See the minutes", "audience": "public" } });
        oa.post(&format!("{second}/transitions/approve"), both).await.expect(200);
        assert!(root.get(&format!("{second}/journal")).await.text().contains("See the minutes"));
    }

    async fn a_kind_of_ones_own_waits_for_those_it_names(db: TestDatabase) {
        let server = Server::start_with(db, &[SAMPLE], &[]).await;
        let fixture = Fixture::build_on(server).await;
        let root = fixture.client("root");
        let fields = json!({ "title": "Sample 1", "approvers": people(&fixture, &["g1", "g2"]) });
        let made = root.post("/api/v1/samples", json!({ "fields": fields })).await.expect(201).json();
        let sample = format!("/api/v1/samples/{}", made["number"].as_str().unwrap());
        let asked = root.post(&format!("{sample}/transitions/ask"), json!({})).await.expect(200).json();
        assert_eq!(asked["fields"]["pending_approvers"].as_array().unwrap().len(), 2);
        let (round, seen) = newest(&fixture).await;
        assert_eq!(seen["fields"]["subject"]["id"], made["id"]);
        assert_eq!(answer(&fixture, "g2", &round, "approve", "").await, 200);
        assert_eq!(state(&fixture, &sample).await, "released");
    }

    async fn time_reminds_passes_on_and_refuses(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (root, app) = (fixture.client("root"), &fixture.server.app);
        let manager = json!({ "fields": { "manager": fixture.people["oa"].to_string() } });
        root.patch(&format!("/api/v1/people/{}", fixture.people["am"]), manager).await.expect(200);
        let patience = json!({ "people": people(&fixture, &["am"]), "within": "PT8H", "remind_every": "PT3H", "when_late": "pass_on" });
        policy(&fixture, patience).await;
        waiting(&fixture).await;
        let told = async |who: &str| {
            fixture.server.told().await;
            let inbox = fixture.client(who).get("/api/v1/notifications").await.expect(200).json();
            inbox.as_array().unwrap().iter().filter(|one| one["reason"] == "approval").count()
        };
        assert_eq!((told("am").await, told("oa").await), (1, 0));
        fixture.server.clock.advance(2 * 3600);
        app.care_for_approvals().await.unwrap();
        assert_eq!(told("am").await, 1, "too soon to remind");
        fixture.server.clock.advance(3600);
        app.care_for_approvals().await.unwrap();
        app.care_for_approvals().await.unwrap();
        assert_eq!(told("am").await, 2, "reminded once");
        fixture.server.clock.advance(5 * 3600);
        app.care_for_approvals().await.unwrap();
        app.care_for_approvals().await.unwrap();
        assert_eq!(pending(&newest(&fixture).await.1), [fixture.people["am"].to_string(), fixture.people["oa"].to_string()]);
        assert_eq!(told("oa").await, 1);

        policy(&fixture, json!({ "name": "Strict", "people": people(&fixture, &["g2"]), "within": "PT1H", "when_late": "refuse" })).await;
        let change = waiting(&fixture).await;
        fixture.server.clock.advance(3600);
        app.care_for_approvals().await.unwrap();
        assert_eq!(state(&fixture, &change).await, "new");
        assert_eq!(newest(&fixture).await.1["state"], "refused");
    }

    async fn where_nobody_is_found_others_stand_in_or_it_waits(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        policy(&fixture, json!({ "ask": "manager", "stand_in": people(&fixture, &["g2"]) })).await;
        let change = waiting(&fixture).await;
        assert_eq!(pending(&newest(&fixture).await.1), [fixture.people["g2"].to_string()], "a1 has no manager");
        let more = json!({ "fields": { "also_ask": people(&fixture, &["am"]) } });
        let (round, _) = newest(&fixture).await;
        let own = json!({ "fields": { "also_ask": people(&fixture, &["a1"]) } });
        fixture.client("root").post(&format!("{round}/transitions/ask_also"), own).await.expect(422);
        fixture.client("root").post(&format!("{round}/transitions/ask_also"), more).await.expect(200);
        assert_eq!(answer(&fixture, "am", &round, "approve", "").await, 200);
        assert_eq!(state(&fixture, &change).await, "scheduled");

        policy(&fixture, json!({ "name": "The owner", "ask": "service_owner", "stage": 2 })).await;
        let change = waiting(&fixture).await;
        let (round, _) = newest(&fixture).await;
        assert_eq!(answer(&fixture, "g2", &round, "approve", "").await, 200);
        let (_, seen) = newest(&fixture).await;
        assert_eq!((&seen["state"], pending(&seen).len()), (&json!("open"), 0), "nothing passes because nobody was found");
        assert_eq!(state(&fixture, &change).await, "authorize");
        // Who answers for changes decides then, and the round is not asked any more.
        fixture.client("root").post(&format!("{change}/transitions/authorize"), json!({})).await.expect(200);
        assert_eq!(newest(&fixture).await.1["state"], "withdrawn");
    }

    async fn policies_that_cannot_be_are_refused_by_field(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let g2 = people(&fixture, &["g2"]);
        for (fields, field) in [
            (json!({ "people": g2, "condition": "risk ==" }), "condition"),
            (json!({ "people": g2, "condition": "service.name == 'x'" }), "condition"),
            (json!({ "people": g2, "when_late": "refuse" }), "within"),
            (json!({ "people": g2, "need": "share", "how_many": 100, "remind_every": "PT1S" }), "remind_every"),
            (json!({ "ask": "field", "field": "title" }), "field"),
            (json!({ "ask": "team" }), "team"),
            (json!({ "people": [] }), "people"),
        ] {
            let mut all = json!({ "for_kind": "change", "name": "Wrong" });
            all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            let refused = fixture.client("root").post("/api/v1/approval-policies", json!({ "fields": all })).await;
            assert_eq!(refused.status.as_u16(), 422, "{fields}");
            assert_eq!(refused.json()["errors"][0]["field"], field, "{}", refused.text());
        }
        // Who answers for nothing makes no policies, and nobody writes answers by hand.
        let own = json!({ "fields": { "name": "Mine", "for_kind": "change", "people": g2 } });
        fixture.client("g1").post("/api/v1/approval-policies", own).await.expect(403);
        policy(&fixture, json!({ "people": g2 })).await;
        waiting(&fixture).await;
        let (round, _) = newest(&fixture).await;
        let forged = json!({ "fields": { "answers": [{ "ask": 1, "person": g2[0], "answer": "approved" }] } });
        fixture.client("root").patch(&round, forged).await.expect(422);
        let made = json!({ "fields": { "title": "Mine" } });
        fixture.client("root").post("/api/v1/approvals", made).await.expect(403);
        let settled = fixture.client("root").post(&format!("{round}/transitions/settle_approved"), json!({})).await;
        assert_eq!(settled.status.as_u16(), 403, "{}", settled.text());
        assert_eq!(state(&fixture, &round).await, "open");
    }

    async fn an_order_waits_for_policies_beside_those_named(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let items = fixture.catalogue().await;
        policy(&fixture, json!({ "name": "Budget", "for_kind": "service_request", "stage": 2, "people": people(&fixture, &["oa"]) })).await;
        let order = format!("/api/v1/catalogue-items/{}/order", items["of_a"].record.number);
        let made = fixture.client("a1").post(&order, json!({})).await.expect(201).json();
        let request = format!("/api/v1/service-requests/{}", made["number"].as_str().unwrap());
        let (round, seen) = newest(&fixture).await;
        assert_eq!(seen["fields"]["requester"]["id"], fixture.people["a1"].to_string());
        let mine = fixture.client("a1").get(&round).await.expect(200).json();
        assert_eq!(mine["state"], "open", "who asked sees how far it is");
        fixture.client("a2").get(&round).await.expect(404);
        fixture.client("b1").get(&round).await.expect(404);
        assert_eq!(fixture.client("am").post(&format!("{request}/transitions/approve"), json!({})).await.status.as_u16(), 200);
        assert_eq!(state(&fixture, &request).await, "awaiting_approval");
        assert_eq!(answer(&fixture, "oa", &round, "approve", "").await, 200);
        assert_eq!(state(&fixture, &request).await, "approved");
    }
}
