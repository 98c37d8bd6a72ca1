//! Records through the interface: made, read, changed, moved, read as they were.

use serde_json::{Value as Json, json};
use steward_testkit::client::{Answer, Client, encoded};
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

async fn new_incident(client: &Client, fields: Json) -> String {
    let made = client.post("/api/v1/incidents", json!({ "fields": fields })).await.expect(201);
    format!("/api/v1/incidents/{}", made.json()["number"].as_str().unwrap())
}

async fn field(client: &Client, path: &str, key: &str) -> Json {
    client.get(path).await.expect(200).json()["fields"][key].clone()
}

#[track_caller]
fn check_problem(answer: &Answer, status: u16, title: &str) -> Json {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!((&problem["status"], &problem["title"]), (&json!(status), &json!(title)));
    problem
}

on_both! {
    async fn a_record_lives_through_the_interface(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (g1, a1) = (fixture.client("g1"), fixture.client("a1"));
        let requester = fixture.canary("a1.login");
        let body = json!({
            "fields": {"title": "Printer stuck", "impact": "high", "urgency": "medium", "requester": requester, "team": fixture.desk.to_string()},
            "links": [{"link": "affects", "target": fixture.ca.record.number}],
        });
        let made = g1.post("/api/v1/incidents", body).await.expect(201);
        let record = made.json();
        let path = made.header("location").to_owned();
        assert_eq!(path, format!("/api/v1/incidents/{}", record["number"].as_str().unwrap()));
        assert_eq!((&record["kind"], &record["state"], &record["revision"]), (&json!("incident"), &json!("new"), &json!(1)));
        assert_eq!(record["fields"]["priority"], "high");
        assert_eq!(record["organisation"]["id"], fixture.a.to_string(), "the requester's");
        assert_eq!(record["fields"]["requester"]["id"], fixture.people["a1"].to_string());
        assert_eq!(record["links"][0]["record"]["number"], fixture.ca.record.number.as_str());
        assert_eq!(record["created_at"], "2026-01-05T09:00:00Z");

        fixture.server.clock.advance(3600);
        let changed = g1.patch(&path, json!({"fields": {"title": "Printer on fire", "urgency": "high"}})).await.expect(200);
        assert_eq!(changed.header("etag"), "\"2\"");
        assert_eq!(changed.json()["fields"]["priority"], "critical");
        let started = g1.post(&format!("{path}/transitions/start"), json!({"comment": {"body": "On my way"}})).await.expect(200);
        assert_eq!(started.json()["state"], "in_progress");
        g1.post(&format!("{path}/comments"), json!({"body": "Bring water", "audience": "internal"})).await.expect(200);
        g1.post(&format!("{path}/worklogs"), json!({"duration": "PT30M", "note": "poured"})).await.expect(200);
        g1.post(&format!("{path}/watchers"), json!({})).await.expect(200);
        let file = g1.call("POST", &format!("{path}/attachments?name=fire.txt")).body("hot").send().await.expect(201).json();
        let got = a1.get(&format!("{path}/attachments/{}", file["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(got.text(), "hot");

        let journal = g1.get(&format!("{path}/journal")).await.expect(200).json();
        let types: Vec<&str> = journal.as_array().unwrap().iter().map(|entry| entry["type"].as_str().unwrap()).collect();
        assert_eq!(types, ["created", "updated", "commented", "moved", "commented", "worked", "watched", "attached"]);
        let seen: Vec<Json> = a1.get(&format!("{path}/journal")).await.expect(200).json().as_array().unwrap().clone();
        assert!(seen.iter().all(|entry| entry["data"]["body"] != "Bring water" && entry["type"] != "worked"));
        assert_eq!(seen.len(), 5);

        let then = g1.get(&format!("{path}?as_of=2026-01-05T09:30:00Z")).await.expect(200).json();
        assert_eq!((&then["fields"]["title"], &then["state"], &then["revision"]), (&json!("Printer stuck"), &json!("new"), &json!(1)));
        assert_eq!(then["allowed_transitions"], json!([]));
        g1.get(&format!("{path}?as_of=2026-01-05T08:00:00Z")).await.expect(404);

        // Two moments against each other; until now when nothing is said, and no further than the reader may see.
        let differing = |told: &Json| -> Vec<String> {
            told["changes"].as_array().unwrap().iter().map(|change| change["field"].as_str().unwrap().to_owned()).collect()
        };
        let whole = g1.get(&format!("{path}/difference")).await.expect(200).json();
        assert!(["state", "title", "urgency", "priority"].iter().all(|key| differing(&whole).contains(&(*key).to_owned())), "{whole}");
        let title = whole["changes"].as_array().unwrap().iter().find(|change| change["field"] == "title").unwrap();
        assert_eq!((&title["from"], &title["to"]), (&json!("Printer stuck"), &json!("Printer on fire")));
        assert!(differing(&whole).contains(&"time_spent".to_owned()), "{whole}");
        let hers = a1.get(&format!("{path}/difference")).await.expect(200).json();
        assert!(!differing(&hers).contains(&"time_spent".to_owned()), "{hers}");
        let early = g1.get(&format!("{path}/difference?from=2026-01-05T09:00:00Z&to=2026-01-05T09:30:00Z")).await.expect(200).json();
        assert_eq!((&early["changes"], &early["links_begun"]), (&json!([]), &json!([])));
        for (query, status) in [("from=2026-01-05T08:00:00Z", 404), ("from=tomorrow", 400), ("from=2026-01-05T10:00:00Z&to=2026-01-05T09:30:00Z", 400)] {
            g1.get(&format!("{path}/difference?{query}")).await.expect(status);
        }

        fixture.server.clock.advance(60);
        g1.delete(&format!("{path}/links/affects/{}", fixture.ca.record.number)).await.expect(200);
        g1.delete(&format!("{path}/watchers/{}", fixture.people["g1"])).await.expect(200);
        let last = g1.get(&path).await.expect(200).json();
        assert_eq!((&last["links"], &last["watchers"]), (&json!([]), &json!([])));
        let after = g1.get(&format!("{path}/difference?from=2026-01-05T10:00:00Z")).await.expect(200).json();
        assert_eq!(after["links_ended"][0]["link"], "affects", "{after}");
    }

    async fn a_tag_saves_the_body_and_guards_the_change(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (g1, root) = (fixture.client("g1"), fixture.client("root"));
        let path = format!("/api/v1/incidents/{}", fixture.ta.record.number);
        let tag = g1.get(&path).await.expect(200).header("etag").to_owned();
        let same = g1.call("GET", &path).header("if-none-match", &tag).send().await.expect(304);
        assert!(same.body.is_empty());
        let change = |client: &Client, tag: &str, fields: Json| {
            client.call("PATCH", &path).header("if-match", tag).json(&json!({ "fields": fields })).send()
        };
        // Different fields since the same revision: both win.
        change(g1, &tag, json!({"title": "from g1"})).await.expect(200);
        change(root, &tag, json!({"description": "from root"})).await.expect(200);
        let both = g1.get(&path).await.expect(200).json();
        assert_eq!((&both["fields"]["title"], &both["fields"]["description"]), (&json!("from g1"), &json!("from root")));
        g1.call("GET", &path).header("if-none-match", &tag).send().await.expect(200);
        // The same field: the second hears both values and who set the other.
        let refused = change(root, &tag, json!({"title": "from root"})).await;
        let problem = check_problem(&refused, 412, "Changed by someone else");
        let conflict = &problem["conflicts"][0];
        assert_eq!((&conflict["field"], &conflict["yours"], &conflict["theirs"]), (&json!("title"), &json!("from root"), &json!("from g1")));
        assert_eq!(conflict["changed_by"], fixture.people["g1"].to_string());
        assert_eq!(field(g1, &path, "title").await, "from g1");
        let body = json!({"fields": {"title": "from root"}, "revision": 8});
        check_problem(&root.patch(&path, body).await, 409, "Changed by someone else");
        change(root, "nonsense", json!({"title": "x"})).await.expect(400);
    }

    async fn a_key_makes_one_record_of_many_tries(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let a1 = fixture.client("a1");
        let send = |key: &str, title: &str| {
            let call = a1.call("POST", "/api/v1/incidents").header("idempotency-key", key);
            call.json(&json!({"fields": {"title": title}})).send()
        };
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..20 {
            tries.spawn(send("parallel", "one"));
        }
        let answers: Vec<Answer> = tries.join_all().await;
        assert!(answers.iter().all(|answer| answer.status.as_u16() == 201));
        assert!(answers.iter().all(|answer| answer.body == answers[0].body));
        let path = format!("/api/v1/incidents?filter={}", encoded("title == \"one\""));
        assert_eq!(a1.get(&path).await.header("x-total-count"), "1");
        check_problem(&send("parallel", "two").await, 422, "Idempotency key used before");
        send("other", "two").await.expect(201);
        // Another person's key of the same name is another key.
        let call = fixture.client("a2").call("POST", "/api/v1/incidents").header("idempotency-key", "parallel");
        let other = call.json(&json!({"fields": {"title": "one"}})).send().await.expect(201);
        assert_ne!(other.json()["number"], answers[0].json()["number"]);
        send("", "three").await.expect(400);
    }

    async fn bulk_does_each_for_itself(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let g1 = fixture.client("g1");
        let ta = fixture.ta.record.number.as_str();
        let operations = json!([
            {"action": "create", "kinds": "incidents", "fields": {"title": "made"}},
            {"action": "update", "kinds": "incidents", "record": ta, "fields": {"title": "renamed"}},
            {"action": "update", "kinds": "incidents", "record": ta, "fields": {"impact": "huge"}},
            {"action": "transition", "kinds": "incidents", "record": ta, "transition": "start"},
            {"action": "comment", "kinds": "incidents", "record": ta, "body": "hello"},
            {"action": "update", "kinds": "incidents", "record": "INC9999999", "fields": {}},
            {"action": "explode", "kinds": "incidents", "record": ta},
        ]);
        let results = g1.post("/api/v1/bulk", json!({"operations": operations})).await.expect(200).json()["results"].clone();
        let statuses: Vec<i64> = results.as_array().unwrap().iter().map(|one| one["status"].as_i64().unwrap()).collect();
        assert_eq!(statuses, [200, 200, 422, 200, 200, 404, 422]);
        assert_eq!(results[2]["problem"]["errors"][0]["field"], "impact");
        assert_eq!(results[3]["record"]["state"], "in_progress");
        let many = json!({"operations": vec![json!({"action": "explode"}); 101]});
        g1.post("/api/v1/bulk", many).await.expect(413);
    }

    async fn problems_name_field_rule_and_way_out(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let g1 = fixture.client("g1");
        let path = format!("/api/v1/incidents/{}", fixture.ta.record.number);
        let body = json!({"fields": {"titel": "x", "impact": "huge", "requester": "nobody"}});
        let problem = check_problem(&g1.post("/api/v1/incidents", body).await, 422, "Some fields need attention");
        let message = |field: &str| {
            let errors = problem["errors"].as_array().unwrap();
            let error = errors.iter().find(|error| error["field"] == field).unwrap_or_else(|| panic!("{field}: {errors:?}"));
            error["message"].as_str().unwrap().to_owned()
        };
        assert!(message("titel").contains("did you mean `title`?"));
        assert!(message("impact").contains("high"), "{}", message("impact"));
        assert!(message("requester").contains("names no person"), "{}", message("requester"));
        assert!(message("title").contains("required"));

        let problem = check_problem(&g1.post(&format!("{path}/transitions/close"), json!({})).await, 409, "Not possible in this state");
        assert_eq!(problem["allowed_transitions"], json!(["start", "hold", "resolve", "cancel", "merge"]));
        let needs = g1.post(&format!("{path}/transitions/resolve"), json!({})).await;
        let problem = check_problem(&needs, 422, "Some fields need attention");
        let named: Vec<&Json> = problem["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
        assert_eq!(named, ["resolution_code", "resolution_notes"]);

        let filter = format!("/api/v1/incidents?filter={}", encoded("titel == \"x\""));
        let problem = check_problem(&g1.get(&filter).await, 400, "Filter not understood");
        assert_eq!(problem["suggestion"], "title");
        assert_eq!(problem["position"], json!({"start": 0, "end": 5}));
        let problem = check_problem(&fixture.client("a1").patch(&path, json!({"fields": {"title": "x"}})).await, 403, "Not allowed");
        assert_eq!(problem["detail"], "you may not change this record");
        check_problem(&g1.get("/api/v1/nothing").await, 404, "Not found");
        let answer = g1.call("PUT", &path).send().await;
        check_problem(&answer, 405, "Method not allowed");
        let plain = g1.call("POST", "/api/v1/incidents").body("title=x").send().await;
        assert!(check_problem(&plain, 400, "Request not understood")["detail"].as_str().unwrap().contains("application/json"));
    }

    async fn priority_follows_the_matrix_in_force(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let service = root.post("/api/v1/services", json!({"fields": {"name": "Payroll"}})).await.expect(201).json();
        let matrix = async |name: &str, target: Json, priority: &str| {
            let mut fields = json!({"name": name, "rows": [{"impact": "low", "urgency": "low", "priority": priority}]});
            fields.as_object_mut().unwrap().extend(target.as_object().unwrap().clone());
            root.post("/api/v1/priority-matrices", json!({"fields": fields})).await.expect(201).json()
        };
        let incident = async |organisation: String, service: Json| {
            let fields = json!({"title": "x", "impact": "low", "urgency": "low", "service": service});
            let body = json!({"fields": fields, "organisation": organisation});
            root.post("/api/v1/incidents", body).await.expect(201).json()["fields"]["priority"].clone()
        };
        let (a, b) = (fixture.a.to_string(), fixture.b.to_string());
        assert_eq!(incident(a.clone(), Json::Null).await, "low", "the default");
        let of_a = matrix("For A", json!({"for_organisation": a}), "moderate").await;
        matrix("For payroll", json!({"for_service": service["id"]}), "critical").await;
        assert_eq!(incident(a.clone(), Json::Null).await, "moderate");
        assert_eq!(incident(b.clone(), Json::Null).await, "low");
        assert_eq!(incident(b, service["id"].clone()).await, "critical");
        assert_eq!(incident(a.clone(), service["id"].clone()).await, "critical", "the service goes before the organisation");
        root.post(&format!("/api/v1/priority-matrices/{}/transitions/deactivate", of_a["number"].as_str().unwrap()), json!({})).await.expect(200);
        assert_eq!(incident(a, Json::Null).await, "low");
    }

    async fn an_override_needs_a_reason_and_leaves_it(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let g1 = fixture.client("g1");
        let path = new_incident(g1, json!({"title": "x", "impact": "low", "urgency": "low"})).await;
        let bare = g1.patch(&path, json!({"fields": {"priority_override": "critical"}})).await.expect(422);
        assert_eq!(bare.json()["errors"][0]["field"], "priority_override_reason");
        let body = json!({"fields": {"priority_override": "critical", "priority_override_reason": "the board is in the room"}});
        assert_eq!(g1.patch(&path, body).await.expect(200).json()["fields"]["priority"], "critical");
        let journal = g1.get(&format!("{path}/journal")).await.expect(200).json();
        let changes = journal.as_array().unwrap().last().unwrap()["changes"].clone();
        let change = changes.as_array().unwrap().iter().find(|change| change["field"] == "priority").unwrap().clone();
        assert_eq!((&change["from"], &change["to"]), (&json!("low"), &json!("critical")));
        assert_eq!(change["why"]["detail"], "overridden: the board is in the room");
        let body = json!({"fields": {"priority_override": null, "priority_override_reason": null}});
        assert_eq!(g1.patch(&path, body).await.expect(200).json()["fields"]["priority"], "low");
    }

    async fn an_incident_on_hold_resumes_when_its_requester_answers(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (g1, a1) = (fixture.client("g1"), fixture.client("a1"));
        let path = format!("/api/v1/incidents/{}", fixture.ta.record.number);
        let hold = json!({"fields": {"on_hold_reason": "awaiting_requester"}});
        let refused = g1.post(&format!("{path}/transitions/hold"), hold.clone()).await.expect(422);
        assert_eq!(refused.json()["errors"][0]["field"], "comment");
        let mut hold = hold;
        hold["comment"] = json!({"body": "Which printer?", "audience": "public"});
        assert_eq!(g1.post(&format!("{path}/transitions/hold"), hold).await.expect(200).json()["state"], "on_hold");
        // Others' words do not resume it.
        g1.post(&format!("{path}/comments"), json!({"body": "Still waiting"})).await.expect(200);
        fixture.client("am").post(&format!("{path}/comments"), json!({"body": "Hurry"})).await.expect(200);
        assert_eq!(g1.get(&path).await.expect(200).json()["state"], "on_hold");
        let answered = a1.post(&format!("{path}/comments"), json!({"body": "The red one"})).await.expect(200).json();
        assert_eq!((&answered["state"], &answered["fields"]["on_hold_reason"]), (&json!("in_progress"), &Json::Null));
    }

    async fn reopening_counts_and_clears_the_resolution(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (g1, a1) = (fixture.client("g1"), fixture.client("a1"));
        let path = format!("/api/v1/incidents/{}", fixture.ta.record.number);
        fixture.server.clock.advance(7200);
        let resolve = json!({"fields": {"resolution_code": "fixed", "resolution_notes": "Paper removed"}});
        let resolved = g1.post(&format!("{path}/transitions/resolve"), resolve).await.expect(200).json();
        assert_eq!((&resolved["fields"]["resolved_at"], &resolved["fields"]["time_to_resolve"]), (&json!("2026-01-05T11:00:00Z"), &json!("PT2H")));
        assert_eq!(resolved["fields"]["resolved_by"]["id"], fixture.people["g1"].to_string());
        a1.post(&format!("{path}/transitions/reopen"), json!({})).await.expect(422);
        let body = json!({"comment": {"body": "Stuck again"}});
        a1.post(&format!("{path}/transitions/reopen"), body).await.expect(200);
        let reopened = g1.get(&path).await.expect(200).json();
        assert_eq!((&reopened["state"], &reopened["fields"]["reopen_count"]), (&json!("in_progress"), &json!(1)));
        for cleared in ["resolution_code", "resolved_at", "resolved_by", "time_to_resolve"] {
            assert_eq!(reopened["fields"][cleared], Json::Null, "{cleared}");
        }
        assert_eq!(reopened["fields"]["resolution_notes"], "Paper removed", "what was tried stays");
    }

    async fn pl_10_a_merged_record_names_the_one_that_stays(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let make = async || {
            let fields = json!({ "title": "Mail is down", "requester": fixture.people["a1"].to_string() });
            fixture.server.make("incident", fixture.a, fields).await.record.number
        };
        let (kept, gone) = (make().await, make().await);
        let at = format!("/api/v1/incidents/{gone}");
        assert!(root.get(&at).await.expect(200).headers.get("link").is_none());
        root.post(&format!("{at}/transitions/merge"), json!({})).await.expect(422);
        root.post(&format!("{at}/transitions/merge"), json!({ "fields": { "duplicate_of": kept } })).await.expect(200);
        let answer = root.get(&at).await.expect(200);
        assert_eq!(answer.headers["link"], format!("</api/v1/incidents/{kept}>; rel=\"canonical\""));
        assert_eq!(answer.json()["state"], "cancelled");
        root.post(&format!("{at}/comments"), json!({ "body": "More", "audience": "public" })).await.expect(409);
        root.post(&format!("{at}/transitions/separate"), json!({})).await.expect(200);
        assert!(root.get(&at).await.expect(200).headers.get("link").is_none());
    }

    async fn n25_what_is_corrected_by_hand_is_told_to_those_who_see_it(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let desk = fixture.desk.to_string();
        let other = fixture.server.make("team", fixture.provider, json!({ "name": "Second line" })).await.record;
        let before = root.get("/api/v1/calibration").await.expect(200).json()["records"].as_i64().unwrap();
        for place in 0..6 {
            let raised = json!({ "title": format!("It broke {place}"), "requester": fixture.people["a1"].to_string(), "impact": "low", "urgency": "low", "category": "printer", "team": desk, "priority_override": "critical", "priority_override_reason": "The director" });
            let one = fixture.server.make("incident", fixture.a, raised).await.record.number;
            let path = format!("/api/v1/incidents/{one}");
            root.call("PATCH", &path).json(&json!({ "fields": { "team": other.number } })).send().await.expect(200);
        }
        let told = root.get("/api/v1/calibration?kind=incident&days=30").await.expect(200).json();
        assert_eq!(told["records"], before + 6);
        let cells = told["cells"].as_array().unwrap();
        let cell = cells.iter().find(|cell| cell["impact"] == "low" && cell["urgency"] == "low").unwrap();
        assert_eq!((&cell["overridden"], &cell["given"], &cell["proposal"]), (&json!(6), &json!("critical"), &json!("critical")));
        let routes = told["routes"].as_array().unwrap();
        let route = routes.iter().find(|route| route["field"] == "category").unwrap();
        assert_eq!((&route["value"], &route["records"], &route["proposed"]), (&json!("printer"), &json!(6), &json!(true)));
        assert_eq!(route["last"]["label"], "Second line");
        // Of records that one does not see there is nothing to tell.
        let others = fixture.client("b1").get("/api/v1/calibration").await;
        assert!(others.status == 403 || others.json()["records"] == 0, "{}", others.text());
        let g1 = fixture.client("g1").get("/api/v1/calibration").await.expect(200).json();
        assert!(g1["records"].as_i64().unwrap() < before + 6, "{g1}");
        root.get("/api/v1/calibration?kind=person").await.expect(400);
        root.get("/api/v1/calibration?days=0").await.expect(400);
    }
}
