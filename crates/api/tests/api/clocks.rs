//! Service-level clocks through the interface: computed with each write, seen by whom they concern, escalated once.

use serde_json::{Value as Json, json};
use steward_model::access::Actor;
use steward_model::id::RecordId;
use steward_testkit::client::Client;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

/// An agreement and a target in force.
async fn promise(root: &Client, agreement: Json, target: Json) -> (String, String) {
    let made = root.post("/api/v1/agreements", json!({ "fields": agreement })).await.expect(201).json();
    let agreement = format!("/api/v1/agreements/{}", made["number"].as_str().unwrap());
    root.post(&format!("{agreement}/transitions/activate"), json!({})).await.expect(200);
    let mut fields = target;
    fields["agreement"] = made["id"].clone();
    let made = root.post("/api/v1/service-level-targets", json!({ "fields": fields })).await.expect(201).json();
    let target = format!("/api/v1/service-level-targets/{}", made["number"].as_str().unwrap());
    root.post(&format!("{target}/transitions/activate"), json!({})).await.expect(200);
    (agreement, target)
}

fn sla(name: &str) -> Json {
    json!({ "name": name, "sort": "sla", "valid_from": "2020-01-01" })
}

async fn incident(client: &Client, fields: Json) -> String {
    let mut all = json!({ "title": "It is slow", "impact": "medium", "urgency": "medium" });
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let made = client.post("/api/v1/incidents", json!({ "fields": all })).await.expect(201).json();
    format!("/api/v1/incidents/{}", made["number"].as_str().unwrap())
}

async fn clock(client: &Client, path: &str, slot: &str) -> Json {
    let record = client.get(path).await.expect(200).json();
    record["clocks"].as_array().unwrap().iter().find(|clock| clock["clock"] == slot).cloned().unwrap_or(Json::Null)
}

async fn titles(client: &Client, query: &str) -> Vec<String> {
    let list = client.get(&format!("/api/v1/incidents?{query}")).await.expect(200).json();
    list.as_array().unwrap().iter().map(|one| one["fields"]["title"].as_str().unwrap().to_owned()).collect()
}

async fn sound(fixture: &Fixture) {
    let report = fixture.server.app.verify_clocks().await.unwrap();
    assert_eq!(report.differences, Vec::<String>::new());
    assert!(report.clocks > 0);
}

on_both! {
    async fn lv_1_a_record_carries_its_clocks(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (root, g1, a1) = (fixture.client("root"), fixture.client("g1"), fixture.client("a1"));
        promise(root, sla("Gold"), json!({
            "name": "Resolve", "metric": "resolution", "value": "PT8H",
            "values": [{ "priority": "critical", "value": "PT1H" }],
        })).await;
        promise(root, json!({ "name": "Desk", "sort": "ola", "team": fixture.desk.to_string(), "valid_from": "2020-01-01" }),
            json!({ "name": "Desk resolves", "metric": "resolution", "value": "PT2H" })).await;
        let path = incident(g1, json!({ "requester": fixture.people["a1"].to_string(), "team": fixture.desk.to_string() })).await;
        let made = clock(g1, &path, "sla/resolution").await;
        assert_eq!((&made["state"], &made["due_at"]), (&json!("running"), &json!("2026-01-05T17:00:00Z")));
        let ola = format!("ola/{}/resolution", fixture.desk);
        assert_eq!(clock(g1, &path, &ola).await["due_at"], "2026-01-05T11:00:00Z");
        // The requester knows what they were promised, and nothing of promises among teams.
        assert_eq!(clock(a1, &path, "sla/resolution").await["due_at"], "2026-01-05T17:00:00Z");
        assert_eq!(clock(a1, &path, &ola).await, Json::Null);
        let why = a1.get(&format!("{path}/clocks")).await.expect(200).json();
        assert_eq!((&why["considered"], &why["clocks"][0]["trace"]), (&json!([]), &json!([])));

        fixture.server.clock.advance(1800);
        g1.post(&format!("{path}/transitions/start"), json!({})).await.expect(200);
        let hold = json!({ "fields": { "on_hold_reason": "awaiting_requester" }, "comment": { "body": "Which one?" } });
        g1.post(&format!("{path}/transitions/hold"), hold).await.expect(200);
        assert_eq!(clock(g1, &path, "sla/resolution").await["state"], "paused");
        fixture.server.clock.advance(7200);
        let answered = a1.post(&format!("{path}/comments"), json!({ "body": "The blue one" })).await.expect(200).json();
        assert_eq!(answered["state"], "in_progress");
        let resumed = clock(g1, &path, "sla/resolution").await;
        assert_eq!((&resumed["due_at"], &resumed["paused_seconds"]), (&json!("2026-01-05T19:00:00Z"), &json!(7200)));
        g1.patch(&path, json!({ "fields": { "impact": "high", "urgency": "high" } })).await.expect(200);
        let raised = clock(g1, &path, "sla/resolution").await;
        assert_eq!((&raised["due_at"], &raised["paused_seconds"]), (&json!("2026-01-05T12:00:00Z"), &json!(7200)), "half an hour is left");
        let explained = g1.get(&format!("{path}/clocks")).await.expect(200).json();
        let clocks = explained["clocks"].as_array().unwrap();
        let trace = clocks.iter().find(|clock| clock["clock"] == "sla/resolution").unwrap()["trace"].as_array().unwrap();
        let said: Vec<&str> = trace.iter().map(|mark| mark["what"]["type"].as_str().unwrap()).collect();
        assert_eq!(said, ["started", "paused", "resumed", "revalued"]);
        assert_eq!(trace[1]["worked_seconds"], 1800);
        assert_eq!(trace[2]["actor"]["id"], fixture.people["a1"].to_string());
        assert_eq!(trace[2]["cause"]["rule"], "incident.resume_on_reply", "the answer ended the wait");
        assert_eq!(explained["considered"].as_array().unwrap().len(), 2);
        sound(&fixture).await;
    }

    async fn lv_2_the_working_time_of_the_agreement_counts(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let hours: Vec<Json> = ["monday", "tuesday"].iter().map(|day| json!({ "day": day, "opens": "08:00", "closes": "12:00" })).collect();
        let fields = json!({ "name": "Mornings", "zone": "Europe/Vienna", "hours": hours });
        let calendar = root.post("/api/v1/calendars", json!({ "fields": fields })).await.expect(201).json();
        let mut agreement = sla("Gold");
        agreement["calendar"] = calendar["id"].clone();
        promise(root, agreement, json!({ "name": "Resolve", "metric": "resolution", "value": "PT6H" })).await;
        // Monday, 10:00 in Vienna: two hours are left of the day.
        let path = incident(root, json!({})).await;
        assert_eq!(clock(root, &path, "sla/resolution").await["due_at"], "2026-01-06T11:00:00Z", "Tuesday noon");
        let address = format!("/api/v1/calendars/{}", calendar["number"].as_str().unwrap());
        let longer: Vec<Json> = ["monday", "tuesday"].iter().map(|day| json!({ "day": day, "opens": "08:00", "closes": "16:00" })).collect();
        root.patch(&address, json!({ "fields": { "hours": longer } })).await.expect(200);
        while fixture.server.app.run_due_job("test").await.unwrap() {}
        assert_eq!(clock(root, &path, "sla/resolution").await["due_at"], "2026-01-05T15:00:00Z", "Monday at four");
        sound(&fixture).await;
    }

    async fn lists_sort_and_filter_by_the_next_due_moment(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (root, a1) = (fixture.client("root"), fixture.client("a1"));
        promise(root, sla("Gold"), json!({
            "name": "Resolve", "metric": "resolution", "value": "PT8H",
            "values": [{ "priority": "critical", "value": "PT1H" }, { "priority": "high", "value": "PT2H" }],
        })).await;
        for (title, impact) in [("late", "high"), ("soon", "medium"), ("far", "low")] {
            incident(root, json!({ "title": title, "impact": impact, "urgency": "high" })).await;
        }
        let sorted = titles(root, "sort=next_due&filter=has(next_due)").await;
        assert_eq!(sorted[..3], ["late", "soon", "far"]);
        fixture.server.clock.advance(5400);
        assert_eq!(titles(root, "filter=breach_at%20%3C%20now").await, ["late"]);
        let soon = "filter=next_due%20%3E%3D%20now%20%26%26%20next_due%20%3C%20now%20%2B%20duration(%2230m%22)";
        assert_eq!(titles(root, soon).await, Vec::<String>::new());
        fixture.server.clock.advance(1);
        assert_eq!(titles(root, soon).await, ["soon"]);
        // A requester's question would tell of promises that are none of their business.
        a1.get("/api/v1/incidents?sort=next_due").await.expect(400);
    }

    async fn lv_6_steps_are_taken_once_whoever_looks(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        promise(root, sla("Gold"), json!({
            "name": "Resolve", "metric": "resolution", "value": "PT4H",
            "steps": [
                { "percent": 25, "action": "notify" },
                { "percent": 50, "action": "notify_team", "note": "Hurry" },
                { "percent": 75, "action": "raise_priority" },
                { "percent": 100, "action": "reassign", "team": fixture.hr.to_string() },
            ],
        })).await;
        let path = incident(root, json!({ "team": fixture.desk.to_string() })).await;
        let (_, other) = fixture.server.another_node();
        let app = &fixture.server.app;
        fixture.server.clock.advance(3599);
        app.take_due_steps().await.unwrap();
        let events = |journal: &Json| -> Vec<String> {
            journal.as_array().unwrap().iter().filter(|entry| entry["type"] == "escalated")
                .map(|entry| entry["data"]["step"].as_str().unwrap().to_owned()).collect()
        };
        let journal = || async { root.get(&format!("{path}/journal")).await.expect(200).json() };
        assert_eq!(events(&journal().await), Vec::<String>::new(), "not a second too early");
        // Nobody looked for a while; two nodes look at once.
        fixture.server.clock.advance(3 * 3600 + 1);
        let (one, two) = tokio::join!(app.take_due_steps(), other.take_due_steps());
        one.unwrap();
        two.unwrap();
        for _ in 0..3 {
            app.take_due_steps().await.unwrap();
            other.take_due_steps().await.unwrap();
        }
        let taken = events(&journal().await);
        let reassign = format!("100%:reassign:{}", fixture.hr);
        assert_eq!(taken, ["25%:notify", "50%:notify_team", "75%:raise_priority", reassign.as_str()]);
        let record = root.get(&path).await.expect(200).json();
        assert_eq!((&record["fields"]["priority"], &record["fields"]["team"]["id"]), (&json!("high"), &json!(fixture.hr.to_string())));
        // Another priority does not bring them again.
        root.patch(&path, json!({ "fields": { "priority_override": "low", "priority_override_reason": "It is not" } })).await.expect(200);
        fixture.server.clock.advance(3600);
        app.take_due_steps().await.unwrap();
        assert_eq!(events(&journal().await).len(), 4);
        let told = fixture.client("g1").get("/api/v1/notifications").await.expect(200).json();
        let due: Vec<&Json> = told.as_array().unwrap().iter().filter(|one| one["reason"] == "due").collect();
        assert!(due.len() <= 1, "of several that were overdue one is told: {told}");
        sound(&fixture).await;
    }

    async fn lv_6_who_is_on_call_is_told_and_named(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        promise(root, sla("Gold"), json!({
            "name": "Resolve", "metric": "resolution", "value": "PT4H",
            "steps": [{ "percent": 50, "action": "notify_on_call", "note": "Call" }, { "percent": 75, "action": "notify_on_call" }],
        })).await;
        let duty = |title: &str, person: &str, more: Json| {
            let mut fields = json!({
                "title": title, "team": fixture.desk.to_string(), "person": fixture.people[person].to_string(),
                "repeat": "daily", "starts_on": "2026-01-01", "at_time": "00:00", "until_time": "24:00",
            });
            fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({ "fields": fields })
        };
        let made = root.post("/api/v1/rotas", duty("Days", "g1", json!({}))).await.expect(201).json();
        // Another team's, and one that is over.
        root.post("/api/v1/rotas", duty("Elsewhere", "g2", json!({ "team": fixture.hr.to_string() }))).await.expect(201);
        root.post("/api/v1/rotas", duty("Last year", "oa", json!({ "starts_on": "2025-01-01", "ends_on": "2025-02-01" }))).await.expect(201);
        root.post("/api/v1/rotas", duty("Never", "g1", json!({ "at_time": "25:00" }))).await.expect(422);
        let path = incident(root, json!({ "team": fixture.desk.to_string() })).await;
        let entries = async || -> Vec<Json> {
            let journal = root.get(&format!("{path}/journal")).await.expect(200).json();
            journal.as_array().unwrap().iter().filter(|entry| entry["type"] == "escalated")
                .map(|entry| entry["data"].clone()).collect()
        };
        fixture.server.clock.advance(2 * 3600);
        fixture.server.app.take_due_steps().await.unwrap();
        let told = fixture.client("g1").get("/api/v1/notifications").await.expect(200).json();
        assert!(told.as_array().unwrap().iter().any(|one| one["reason"] == "due"), "{told}");
        let taken = entries().await;
        assert!(taken.len() == 1 && taken[0]["note"] == "Call" && taken[0]["called"]["told"] == "on_call", "{taken:?}");
        assert_eq!(taken[0]["called"]["people"][0]["id"], fixture.people["g1"].to_string());
        assert!(taken[0]["called"]["people"][0]["label"].is_string(), "{taken:?}");
        for other in ["g2", "oa"] {
            let told = fixture.client(other).get("/api/v1/notifications").await.expect(200).json();
            assert!(!told.as_array().unwrap().iter().any(|one| one["reason"] == "due"), "{other}: {told}");
        }
        // The calendar of operations shows the duty.
        let address = "/api/v1/intervals?from=2026-01-05T00:00:00Z&until=2026-01-06T00:00:00Z";
        let shown = root.get(address).await.expect(200).json();
        assert!(shown.to_string().contains("\"rota\""), "{shown}");
        // Nobody is on call: the team is told, and the record says so.
        root.post(&format!("/api/v1/rotas/{}/transitions/pause", made["number"].as_str().unwrap()), json!({})).await.expect(200);
        fixture.server.clock.advance(3600);
        fixture.server.app.take_due_steps().await.unwrap();
        assert_eq!(entries().await.last().unwrap()["called"], json!({ "people": [], "told": "team" }));
        sound(&fixture).await;
    }

    async fn lv_6_the_team_is_told_where_who_is_on_call_cannot_be(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        promise(root, sla("Gold"), json!({
            "name": "Resolve", "metric": "resolution", "value": "PT4H",
            "steps": [{ "percent": 50, "action": "notify_on_call" }, { "percent": 75, "action": "notify_on_call" },
                { "percent": 80, "action": "reassign", "team": fixture.hr.to_string() }],
        })).await;
        // g2 works for another team and does not read what is this one's.
        root.post("/api/v1/rotas", json!({ "fields": {
            "title": "Days", "team": fixture.desk.to_string(), "person": fixture.people["g2"].to_string(),
            "repeat": "daily", "starts_on": "2026-01-01", "at_time": "00:00", "until_time": "24:00",
        } })).await.expect(201);
        let path = incident(root, json!({ "team": fixture.desk.to_string() })).await;
        let called = async || -> Vec<Json> {
            let journal = root.get(&format!("{path}/journal")).await.expect(200).json();
            journal.as_array().unwrap().iter().filter(|entry| entry["type"] == "escalated")
                .map(|entry| entry["data"]["called"].clone()).collect()
        };
        let due = async |person: &str| {
            let told = fixture.client(person).get("/api/v1/notifications").await.expect(200).json();
            told.as_array().unwrap().iter().filter(|one| one["reason"] == "due").count()
        };
        fixture.server.clock.advance(2 * 3600);
        fixture.server.app.take_due_steps().await.unwrap();
        let taken = called().await;
        assert_eq!((taken.len(), &taken[0]["told"]), (1, &json!("team")), "{taken:?}");
        assert_eq!(taken[0]["people"][0]["id"], fixture.people["g2"].to_string());
        assert_eq!((due("g1").await, due("g2").await), (1, 0));
        // The next comes with a step that gives it to the team of who is on call: whoever is named is told.
        fixture.server.clock.advance(2 * 3600);
        fixture.server.app.take_due_steps().await.unwrap();
        let taken = called().await;
        assert_eq!((taken.len(), &taken[1]["told"]), (3, &json!("on_call")), "{taken:?}");
        assert_eq!(taken[1]["people"][0]["id"], fixture.people["g2"].to_string());
        assert_eq!(due("g2").await, 1);
        sound(&fixture).await;
    }

    async fn n25_only_what_customers_were_promised_counts_as_broken_to_them(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (root, g2) = (fixture.client("root"), fixture.client("g2"));
        let ola = json!({ "name": "Desk", "sort": "ola", "team": fixture.desk.to_string(), "valid_from": "2020-01-01" });
        promise(root, ola, json!({ "name": "Desk resolves", "metric": "resolution", "value": "PT1H" })).await;
        let known = g2.get("/api/v1/calibration").await.expect(200).json()["records"].clone();
        let path = incident(root, json!({
            "team": fixture.desk.to_string(), "requester": fixture.people["g2"].to_string(), "impact": "low", "urgency": "low",
        })).await;
        // Who asked for it reads it, and is told nothing of how it was worked on.
        g2.get(&path).await.expect(200);
        assert_eq!(g2.get("/api/v1/calibration").await.expect(200).json()["records"], known);
        fixture.server.clock.advance(2 * 3600);
        let broken = async || {
            let told = root.get("/api/v1/calibration").await.expect(200).json();
            let cells = told["cells"].as_array().unwrap().clone();
            cells.iter().find(|cell| cell["impact"] == "low" && cell["urgency"] == "low").unwrap()["broken"].clone()
        };
        assert_eq!(clock(root, &path, &format!("ola/{}/resolution", fixture.desk)).await["breached"], true);
        assert_eq!(broken().await, 0);
        promise(root, sla("Gold"), json!({ "name": "Resolve", "metric": "resolution", "value": "PT1H" })).await;
        while fixture.server.app.run_due_job("test").await.unwrap() {}
        fixture.server.clock.advance(2 * 3600);
        assert_eq!(broken().await, 1);
    }

    async fn promises_that_change_reach_running_clocks_and_leave_ended_ones(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let (agreement, target) = promise(root, sla("Gold"), json!({
            "name": "Resolve", "metric": "resolution", "value": "PT8H",
        })).await;
        let response = json!({ "name": "Respond", "metric": "response", "value": "PT1H", "for_kind": "incident" });
        let id = root.get(&agreement).await.expect(200).json()["id"].clone();
        let mut fields = response;
        fields["agreement"] = id;
        let made = root.post("/api/v1/service-level-targets", json!({ "fields": fields })).await.expect(201).json();
        let responding = format!("/api/v1/service-level-targets/{}", made["number"].as_str().unwrap());
        root.post(&format!("{responding}/transitions/activate"), json!({})).await.expect(200);
        let path = incident(root, json!({ "team": fixture.desk.to_string() })).await;
        fixture.server.clock.advance(1800);
        root.post(&format!("{path}/transitions/start"), json!({})).await.expect(200);
        assert_eq!(clock(root, &path, "sla/response").await["state"], "achieved");
        root.patch(&target, json!({ "fields": { "value": "PT2H" } })).await.expect(200);
        root.patch(&responding, json!({ "fields": { "value": "PT10M" } })).await.expect(200);
        while fixture.server.app.run_due_job("test").await.unwrap() {}
        assert_eq!(clock(root, &path, "sla/resolution").await["due_at"], "2026-01-05T11:00:00Z");
        assert_eq!(clock(root, &path, "sla/response").await["state"], "achieved", "what was kept stays kept");
        assert_eq!(titles(root, "filter=next_due%20%3D%3D%20timestamp(%222026-01-05T11:00:00Z%22)").await, ["It is slow"]);
        // A word on it afterwards changes nothing of that, and everything can still be computed again.
        root.post(&format!("{path}/comments"), json!({ "body": "Soon" })).await.expect(200);
        assert_eq!(clock(root, &path, "sla/response").await["state"], "achieved");
        sound(&fixture).await;
        root.post(&format!("{agreement}/transitions/terminate"), json!({ "comment": { "body": "Over", "audience": "internal" } })).await.expect(200);
        while fixture.server.app.run_due_job("test").await.unwrap() {}
        assert_eq!(clock(root, &path, "sla/resolution").await, Json::Null, "nothing runs on after the end");
        sound(&fixture).await;
    }

    async fn in_3_what_is_resolved_closes_by_itself_and_begins_anew_when_reopened(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        promise(root, json!({ "name": "Closing", "sort": "own", "valid_from": "2020-01-01" }), json!({
            "name": "Close after five days", "metric": "own", "value": "P5D", "start_when": "state == 'resolved'",
            "stop_when": "state == 'closed'", "cancel_when": "!(state in ['resolved', 'closed'])",
            "steps": [{ "percent": 100, "action": "transition", "transition": "close" }],
        })).await;
        let path = incident(root, json!({ "team": fixture.desk.to_string() })).await;
        let resolve = json!({ "fields": { "resolution_code": "fixed", "resolution_notes": "New cable" } });
        root.post(&format!("{path}/transitions/start"), json!({})).await.expect(200);
        root.post(&format!("{path}/transitions/resolve"), resolve.clone()).await.expect(200);
        fixture.server.clock.advance(4 * 86_400);
        root.post(&format!("{path}/transitions/reopen"), json!({ "comment": { "body": "Again" } })).await.expect(200);
        root.post(&format!("{path}/transitions/resolve"), resolve).await.expect(200);
        fixture.server.clock.advance(4 * 86_400);
        fixture.server.app.take_due_steps().await.unwrap();
        assert_eq!(root.get(&path).await.expect(200).json()["state"], "resolved", "five days count from the last resolution");
        fixture.server.clock.advance(86_400);
        fixture.server.app.take_due_steps().await.unwrap();
        let closed = root.get(&path).await.expect(200).json();
        assert_eq!(closed["state"], "closed");
        let journal = root.get(&format!("{path}/journal")).await.expect(200).json();
        let last = journal.as_array().unwrap().last().unwrap().clone();
        assert!(last["cause"]["threshold"].as_str().unwrap().ends_with("100%:transition:close"), "{last}");
        sound(&fixture).await;
    }

    async fn targets_that_cannot_be_are_refused(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let agreement = root.post("/api/v1/agreements", json!({ "fields": sla("Gold") })).await.expect(201).json();
        let fields = json!({
            "name": "Endless", "agreement": agreement["id"], "metric": "own", "stop_when": "state == 'gone'",
            "value": "PT0S", "steps": [{ "action": "notify" }],
        });
        let refused = root.post("/api/v1/service-level-targets", json!({ "fields": fields })).await.expect(422).text();
        for part in ["stop_when", "value", "steps[0].percent"] {
            assert!(refused.contains(part), "{part} in {refused}");
        }
        let mut late = sla("Backwards");
        late["valid_until"] = json!("2019-01-01");
        root.post("/api/v1/agreements", json!({ "fields": late })).await.expect(422);
        assert_eq!(Actor::system().person, RecordId::SYSTEM);
    }
}
