//! Ordering by interface: what is on offer, what is asked, what comes of it.

use serde_json::{Value as Json, json};
use steward_model::id::RecordId;
use steward_testkit::fixture::{ACTORS, Fixture};
use steward_testkit::on_both;

fn order_of(number: &str) -> String {
    format!("/api/v1/catalogue-items/{number}/order")
}

async fn person_update(fixture: &Fixture, person: &str, fields: Json) {
    let path = format!("/api/v1/people/{}", fixture.people[person]);
    fixture.client("root").patch(&path, json!({ "fields": fields })).await.expect(200);
}

on_both! {
    async fn only_what_is_on_offer_is_there(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let items = fixture.catalogue().await;
        let offered: [(&str, &[&str]); 6] = [
            ("laptop", &["a1", "a2", "am", "b1", "g1", "g2", "root"]),
            ("of_a", &["a1", "a2", "am"]),
            ("vip", &[]),
            ("team", &["a2", "g2"]),
            ("place", &[]),
            ("foreign", &["b1"]),
        ];
        for (word, orderers) in offered {
            let number = &items[word].record.number;
            for actor in ACTORS.into_iter().filter(|actor| *actor != "anon") {
                // Administrators of one organisation hold the role of a requester too.
                let may = orderers.contains(&actor) || actor == "oa" && orderers.contains(&"a1");
                let answer = fixture.client(actor).post(&order_of(number), json!({ "answers": { "wrong": 1 } })).await;
                // Where it is on offer, the answers are looked at; elsewhere there is nothing.
                let expected = if may { 422 } else { 404 };
                assert_eq!(answer.status.as_u16(), expected, "{actor} orders {word}: {}", answer.text());
                let form = fixture.client(actor).get(&format!("/api/v1/catalogue-items/{number}/form")).await;
                assert_eq!(form.status.as_u16(), if may { 200 } else { 404 }, "{actor} reads the form of {word}");
            }
        }
        // Neither lists nor counts nor searches of who asks hold what is not for them.
        let listed = async |actor: &str| -> Vec<String> {
            let answer = fixture.client(actor).get("/api/v1/catalogue-items?sort=name&count=exact").await;
            let names: Vec<String> = answer.json().as_array().unwrap().iter().map(|one| one["fields"]["name"].as_str().unwrap().to_owned()).collect();
            assert_eq!(answer.header("x-total-count"), names.len().to_string(), "{actor}");
            names
        };
        assert_eq!(listed("a1").await, ["Item laptop", "Item of_a"]);
        assert_eq!(listed("b1").await, ["Item foreign", "Item laptop"]);
        fixture.server.searchable().await;
        let found = fixture.client("b1").get("/api/v1/search?q=item&kind=catalogue_item").await.json();
        assert_eq!(found["hits"].as_array().unwrap().len(), 2, "{found}");
        let draft = &items["draft"].record.number;
        for actor in ["a1", "g1", "root"] {
            let answer = fixture.client(actor).post(&order_of(draft), json!({})).await;
            assert_eq!(answer.status.as_u16(), 404, "{actor} orders what is not published");
        }
    }

    async fn what_one_is_and_where_one_belongs_opens_items(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let items = fixture.catalogue().await;
        let status = async |actor: &str, word: &str| {
            fixture.client(actor).post(&order_of(&items[word].record.number), json!({})).await.status.as_u16()
        };
        assert_eq!(status("a1", "vip").await, 404);
        person_update(&fixture, "a1", json!({ "vip": true })).await;
        assert_eq!(status("a1", "vip").await, 201);
        assert_eq!(status("a1", "place").await, 404);
        let annex = items["place"].record.references("entitled_locations")[0];
        let room = fixture.server.make("location", fixture.a, json!({ "name": "Room 1", "parent": annex.to_string() })).await;
        person_update(&fixture, "a1", json!({ "location": room.record.id.to_string() })).await;
        assert_eq!(status("a1", "place").await, 201, "a room lies in the annex");
        // An organisation below A is entitled with it.
        let below = fixture.server.make("organisation", RecordId::SYSTEM, json!({ "name": "Below A", "parent": fixture.a.to_string() })).await;
        let person = fixture.server.person("below", ("Bea", "Low"), below.record.id, &[("requester", None)]).await;
        let client = fixture.server.client_of(person).await;
        let answer = client.post(&order_of(&items["of_a"].record.number), json!({})).await;
        assert_eq!(answer.status.as_u16(), 201, "{}", answer.text());
    }

    async fn answers_are_checked_and_kept_as_values(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let items = fixture.catalogue().await;
        let path = order_of(&items["laptop"].record.number);
        let client = fixture.client("a1");
        let faults = async |body: Json| -> Vec<String> {
            let answer = client.post(&path, body.clone()).await;
            assert_eq!(answer.status.as_u16(), 422, "{body}: {}", answer.text());
            answer.json()["errors"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(faults(json!({})).await, ["answers.work"]);
        assert_eq!(faults(json!({ "answers": { "work": "development" } })).await, ["answers.memory"]);
        assert_eq!(faults(json!({ "answers": { "work": "office", "memory": 32 } })).await, ["answers.memory"]);
        assert_eq!(faults(json!({ "answers": { "work": "office", "from_when": "2000-01-01" } })).await, ["answers.from_when"]);
        assert_eq!(faults(json!({ "answers": { "work": "office" }, "quantity": 4 })).await, ["quantity"]);
        assert_eq!(faults(json!({ "answers": { "work": "office", "device": fixture.cb.record.number } })).await, ["answers.device"]);
        assert_eq!(faults(json!({ "answers": { "work": "office" }, "requested_for": fixture.people["b1"].to_string() })).await, ["requested_for"]);
        assert_eq!(faults(json!({ "answers": { "work": "office" }, "needed_by": "soon" })).await, ["needed_by"]);
        let good = json!({
            "answers": { "work": "development", "memory": 32, "extras": ["dock", "bag"], "device": fixture.ca.record.number },
            "quantity": 2,
            "needed_by": "2030-01-01",
            "note": "Please before the holidays",
        });
        let answer = client.post(&path, good).await;
        assert_eq!(answer.status.as_u16(), 201, "{}", answer.text());
        let record = answer.json();
        let fields = &record["fields"];
        assert_eq!(record["state"], "submitted");
        assert_eq!(fields["price"]["amount"], "2400.00");
        assert_eq!(fields["catalogue_item"]["number"], items["laptop"].record.number.as_str());
        assert_eq!(fields["team"]["id"], fixture.desk.to_string());
        assert!(fields["promised_on"].is_string(), "no approval is needed, so there is a promise: {fields}");
        let agent = fixture.client("g1").get(&format!("/api/v1/service-requests/{}", record["number"].as_str().unwrap())).await.json();
        assert_eq!(agent["fields"]["catalogue_item_revision"], items["laptop"].record.revision);
        let rows = agent["fields"]["answers"].as_array().unwrap().clone();
        let of = |key: &str| rows.iter().filter(|row| row["key"] == key).cloned().collect::<Vec<_>>();
        assert_eq!(of("memory")[0]["number"], "32");
        assert_eq!(of("memory")[0]["type"], "integer");
        assert_eq!(of("work")[0]["choice"], "development");
        assert_eq!(of("extras").len(), 2);
        assert_eq!(of("device")[0]["record"]["id"], fixture.ca.record.id.to_string());
    }

    async fn orders_cannot_be_forged_or_doubled(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let items = fixture.catalogue().await;
        let client = fixture.client("a1");
        for field in ["catalogue_item", "answers", "lines", "price", "approvers", "team"] {
            let value = match field {
                "answers" => json!([{ "question": "x" }]),
                "lines" => json!([{ "item": "x", "quantity": 1 }]),
                "price" => json!({ "amount": "1", "currency": "EUR" }),
                "approvers" => json!([fixture.people["a1"].to_string()]),
                "team" => json!(fixture.desk.to_string()),
                _ => json!(items["laptop"].record.number),
            };
            let answer = client.post("/api/v1/service-requests", json!({ "fields": { "title": "x", field: value } })).await;
            assert_eq!(answer.status.as_u16(), 422, "{field}: {}", answer.text());
        }
        let path = order_of(&items["laptop"].record.number);
        let body = json!({ "answers": { "work": "office" } });
        let order = async |body: &Json| client.call("POST", &path).header("idempotency-key", "once").json(body).send().await;
        let first = order(&body).await.json()["number"].clone();
        assert_eq!(order(&body).await.json()["number"], first, "the same order again");
        let other = order(&json!({ "answers": { "work": "office" }, "quantity": 2 })).await;
        assert_eq!(other.status.as_u16(), 422, "the key was used for another order: {}", other.text());
        // The form was changed since it was read.
        let seen = items["laptop"].record.revision;
        let changed = json!({ "fields": { "form": "" } });
        fixture.client("root").patch(&format!("/api/v1/catalogue-items/{}", items["laptop"].record.number), changed).await.expect(200);
        let stale = client.post(&path, json!({ "answers": {}, "revision": seen })).await;
        assert_eq!(stale.json()["errors"][0]["field"], "revision", "{}", stale.text());
        client.post(&path, json!({ "answers": {} })).await.expect(201);
        let broken = json!({ "fields": { "form": "[[question]]\nkey = \"a\"\ntype = \"nonsense\"\nlabel = \"A\"" } });
        let refused = fixture.client("root").patch(&format!("/api/v1/catalogue-items/{}", items["laptop"].record.number), broken).await;
        assert_eq!(refused.status.as_u16(), 422);
        let message = refused.json()["errors"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("line 3, question `a`"), "{message}");
    }

    async fn approvers_decide_and_nobody_for_themselves(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let items = fixture.catalogue().await;
        let ordered = async |actor: &str| -> String {
            let answer = fixture.client(actor).post(&order_of(&items["of_a"].record.number), json!({})).await;
            assert_eq!(answer.status.as_u16(), 201, "{}", answer.text());
            assert_eq!(answer.json()["state"], "awaiting_approval");
            answer.json()["number"].as_str().unwrap().to_owned()
        };
        let go = async |actor: &str, number: &str, key: &str, fields: Json| {
            let path = format!("/api/v1/service-requests/{number}/transitions/{key}");
            fixture.client(actor).post(&path, json!({ "fields": fields })).await.status.as_u16()
        };
        // a1 is named as approver of the item, and ordered it: only am is left.
        let number = ordered("a1").await;
        assert_eq!(go("a1", &number, "approve", json!({})).await, 409, "not one's own");
        assert_eq!(go("a2", &number, "approve", json!({})).await, 404, "not asked, so it is not there");
        assert_eq!(go("g1", &number, "approve", json!({})).await, 409, "agents do not decide for approvers");
        assert_eq!(go("am", &number, "cancel", json!({ "cancel_reason": "x" })).await, 409, "approvers decide and nothing else");
        assert_eq!(go("am", &number, "approve", json!({})).await, 200);
        assert_eq!(go("am", &number, "approve", json!({})).await, 403, "it waits for nobody any more");
        let number = ordered("a2").await;
        assert_eq!(go("a1", &number, "reject", json!({ "rejection_reason": "No" })).await, 200);
        let seen = fixture.client("a1").get(&format!("/api/v1/service-requests/{number}")).await;
        assert_eq!(seen.status.as_u16(), 200, "who decided still sees it");
    }

    async fn reopening_has_a_window_for_who_asked(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let ta = &fixture.ta;
        let go = async |actor: &str, key: &str, body: Json| {
            fixture.client(actor).post(&format!("/api/v1/incidents/{}/transitions/{key}", ta.record.number), body).await
        };
        let resolved = json!({ "fields": { "resolution_code": "fixed", "resolution_notes": "Done" } });
        let again = json!({ "comment": { "body": "Not yet", "audience": "public" } });
        go("g1", "resolve", resolved.clone()).await.expect(200);
        fixture.server.clock.advance(13 * 24 * 3600);
        go("a1", "reopen", again.clone()).await.expect(200);
        go("g1", "resolve", resolved).await.expect(200);
        fixture.server.clock.advance(15 * 24 * 3600);
        let late = go("a1", "reopen", again.clone()).await;
        assert_eq!(late.status.as_u16(), 409, "{}", late.text());
        assert!(late.text().contains("more than 14 days ago"), "it says why: {}", late.text());
        let seen = fixture.client("a1").get(&format!("/api/v1/incidents/{}", ta.record.number)).await.json();
        let allowed = seen["allowed_transitions"].as_array().unwrap();
        assert!(!allowed.contains(&json!("reopen")), "{allowed:?}");
        go("g1", "reopen", again).await.expect(200);
    }
}
