//! Time spent through the interface: booked, corrected, summed up with parts, measured, reported, and what it comes to.

use serde_json::{Value as Json, json};
use steward_testkit::client::Client;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

/// An incident of A's that the desk has.
async fn incident(fixture: &Fixture, fields: Json) -> String {
    let mut all = json!({"title": "Slow", "requester": fixture.canary("a1.login"), "team": fixture.desk.to_string()});
    for (key, value) in fields.as_object().unwrap() {
        all[key] = value.clone();
    }
    let made = fixture.client("g1").post("/api/v1/incidents", json!({ "fields": all })).await.expect(201);
    made.header("location").to_owned()
}

async fn activity(fixture: &Fixture, title: &str, billable: bool) -> String {
    let body = json!({"fields": {"title": title, "billable": billable}});
    fixture.client("root").post("/api/v1/activities", body).await.expect(201).json()["id"].as_str().unwrap().to_owned()
}

async fn rate(fixture: &Fixture, fields: Json) -> String {
    let made = fixture.client("root").post("/api/v1/rates", json!({ "fields": fields })).await.expect(201);
    let path = made.header("location").to_owned();
    fixture.client("root").post(&format!("{path}/transitions/put_in_force"), json!({})).await.expect(200);
    path
}

async fn book(client: &Client, path: &str, body: Json) -> String {
    client.post(&format!("{path}/worklogs"), body).await.expect(200).json()["revision"].to_string()
}

fn euros(amount: &str) -> Json {
    json!({"amount": amount, "currency": "EUR"})
}

/// The overlay that the help on time shows.
fn book_first() -> &'static str {
    let help = include_str!("../../../../docs/time.md");
    help.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap()
}

on_both! {
    async fn a_move_waits_for_booked_time_where_a_rule_says_so(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (g1, root) = (fixture.client("g1"), fixture.client("root"));
        let path = incident(&fixture, json!({})).await;
        g1.post(&format!("{path}/transitions/start"), json!({"fields": {"assignee": fixture.canary("g1.login")}})).await.expect(200);
        let overlay = json!({"fields": {"title": "Book first", "definition": book_first()}});
        let overlay = root.post("/api/v1/overlays", overlay).await.expect(201).header("location").to_owned();
        root.post(&format!("{overlay}/transitions/put_in_force"), json!({})).await.expect(200);

        let resolve = json!({"fields": {"resolution_notes": "Restarted", "resolution_code": "fixed_permanently"}});
        let refused = g1.post(&format!("{path}/transitions/resolve"), resolve.clone()).await.expect(409);
        assert!(refused.text().contains("Book the time that you spent first"), "{}", refused.text());
        // What is withdrawn does not count; what stays does.
        let entry = book(g1, &path, json!({"duration": "PT10M"})).await;
        g1.delete(&format!("{path}/worklogs/{entry}")).await.expect(200);
        g1.post(&format!("{path}/transitions/resolve"), resolve.clone()).await.expect(409);
        book(g1, &path, json!({"duration": "PT10M"})).await;
        let resolved = g1.post(&format!("{path}/transitions/resolve"), resolve).await.expect(200);
        assert_eq!(resolved.json()["state"], "resolved");
    }

    async fn an_entry_is_corrected_and_withdrawn_by_whose_it_is_and_by_managers_alone(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (g1, oa, root) = (fixture.client("g1"), fixture.client("oa"), fixture.client("root"));
        let on_site = activity(&fixture, "On site", true).await;
        let path = incident(&fixture, json!({})).await;
        let entry = book(g1, &path, json!({"duration": "PT30M", "note": "looked", "activity": "On site"})).await;
        let logs = format!("{path}/worklogs");
        let told = g1.get(&logs).await.expect(200).json();
        assert_eq!((&told["seconds"], &told["billable_seconds"]), (&json!(1800), &json!(1800)));
        assert_eq!((&told["entries"][0]["activity"]["id"], &told["entries"][0]["team"]["id"]), (&json!(on_site), &json!(fixture.desk.to_string())));

        // Another agent of the desk sees it and may book, but not correct what is not theirs.
        let own = book(oa, &path, json!({"duration": "PT10M"})).await;
        g1.patch(&format!("{logs}/{own}"), json!({"duration": "PT1M"})).await.expect(403);
        g1.delete(&format!("{logs}/{own}")).await.expect(403);
        fixture.client("a1").patch(&format!("{logs}/{entry}"), json!({"duration": "PT1M"})).await.expect(403);
        let change = json!({"duration": "PT45M", "billable": false, "reason": "forgot the way"});
        g1.patch(&format!("{logs}/{entry}"), change).await.expect(200);
        root.patch(&format!("{logs}/{own}"), json!({"duration": "PT5M", "activity": null})).await.expect(200);
        let told = g1.get(&logs).await.expect(200).json();
        assert_eq!((&told["seconds"], &told["billable_seconds"]), (&json!(3000), &json!(0)));
        assert_eq!(told["entries"][0]["note"], "looked", "what is not named stays");
        assert_eq!(g1.get(&path).await.json()["fields"]["time_spent"], "PT50M");
        g1.patch(&format!("{logs}/{entry}"), json!({"duration": "PT0S"})).await.expect(422);
        g1.patch(&format!("{logs}/{entry}"), json!({"started_at": "2099-01-01T00:00:00Z"})).await.expect(422);

        g1.delete(&format!("{logs}/{entry}?reason=wrong+record")).await.expect(200);
        g1.delete(&format!("{logs}/{entry}")).await.expect(404);
        let journal = g1.get(&format!("{path}/journal")).await.expect(200).json();
        let of = |kind: &str| journal.as_array().unwrap().iter().filter(|one| one["type"] == kind).cloned().collect::<Vec<_>>();
        assert_eq!(of("worked").len(), 2, "both stay");
        let corrected = &of("work_corrected")[0]["data"];
        assert_eq!((&corrected["before"]["seconds"], &corrected["after"]["seconds"]), (&json!(1800), &json!(2700)));
        assert_eq!((&corrected["entry"], &corrected["reason"]), (&json!(entry), &json!("forgot the way")));
        assert_eq!(of("work_withdrawn")[0]["data"]["before"]["seconds"], 2700);
        assert_eq!(g1.get(&logs).await.expect(200).json()["seconds"], 300);
        root.delete(&format!("{logs}/{own}")).await.expect(200);
        assert!(g1.get(&path).await.json()["fields"]["time_spent"].is_null());
        let report = fixture.server.database.store.verify(None, |_| {}).await.unwrap();
        assert!(report.is_good(), "{:?}", report.faults);
    }

    async fn requesters_learn_nothing_of_time(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (g1, a1) = (fixture.client("g1"), fixture.client("a1"));
        rate(&fixture, json!({"title": "Standard", "per_hour": euros("123.45"), "valid_from": "2026-01-01"})).await;
        let path = incident(&fixture, json!({})).await;
        let entry = book(g1, &path, json!({"duration": "PT30M", "note": "zqsecretwork", "billable": true})).await;
        g1.patch(&format!("{path}/worklogs/{entry}"), json!({"note": "zqsecretagain"})).await.expect(200);
        for address in [path.clone(), format!("{path}/journal"), "/api/v1/rates".to_owned(), "/api/v1/search?q=zqsecretwork".to_owned()] {
            let text = a1.get(&address).await.everything();
            assert!(!text.contains("zqsecret") && !text.contains("123.45") && !text.contains("time_spent"), "{address}: {text}");
        }
        a1.get("/api/v1/time?from=2026-01-01&until=2026-01-31").await.expect(403);
        // Agents see the time and no amounts, neither on the rate nor in the report.
        for address in ["/api/v1/time?from=2026-01-01&until=2026-01-31", "/api/v1/time?from=2026-01-01&until=2026-01-31&group=person", "/api/v1/rates"] {
            let text = g1.get(address).await.expect(200).everything();
            assert!(!text.contains("123.45") && !text.contains("61.7") && !text.contains("amount"), "{address}: {text}");
        }
    }

    async fn sums_hold_the_time_of_parts(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let g1 = fixture.client("g1");
        let whole = incident(&fixture, json!({})).await;
        let number = whole.rsplit('/').next().unwrap();
        let part = incident(&fixture, json!({"parent_incident": number})).await;
        let task = json!({"fields": {"title": "Fetch it", "incident": part.rsplit('/').next().unwrap(), "team": fixture.desk.to_string()}});
        let task = g1.post("/api/v1/incident-tasks", task).await.expect(201).header("location").to_owned();
        for (path, minutes) in [(&whole, 10), (&part, 20), (&task, 40)] {
            book(g1, path, json!({"duration": format!("PT{minutes}M"), "billable": minutes == 40})).await;
        }
        let told = g1.get(&format!("{whole}/worklogs")).await.expect(200).json();
        assert_eq!((&told["seconds"], &told["parts"]), (&json!(600), &json!(2)));
        assert_eq!(told["with_parts"], json!({"seconds": 4200, "billable_seconds": 2400}));
    }

    async fn a_clock_is_ones_own_and_there_is_one(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (g1, root) = (fixture.client("g1"), fixture.client("root"));
        let (first, second) = (incident(&fixture, json!({})).await, incident(&fixture, json!({})).await);
        let started = g1.post(&format!("{first}/timer"), json!({})).await.expect(200).json();
        fixture.server.clock.advance(601);
        let again = g1.post(&format!("{first}/timer"), json!({})).await.expect(200).json();
        assert_eq!(again["started_at"], started["started_at"], "it goes on");
        let refused = g1.post(&format!("{second}/timer"), json!({})).await.expect(422);
        assert!(refused.text().contains(first.rsplit('/').next().unwrap()), "{}", refused.text());
        assert_eq!(root.get("/api/v1/timer").await.expect(200).json(), Json::Null, "nobody else's");
        root.delete("/api/v1/timer").await.expect(404);
        let stopped = g1.delete("/api/v1/timer").await.expect(200).json();
        assert_eq!(stopped["seconds"], 660, "the minute that was begun counts");
        assert_eq!(g1.get(&format!("{first}/worklogs")).await.json()["seconds"], 0, "stopping books nothing");
        g1.post(&format!("{second}/timer"), json!({})).await.expect(200);
        fixture.client("a1").post(&format!("{first}/timer"), json!({})).await.expect(403);
    }

    async fn managers_see_what_time_comes_to(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (g1, root) = (fixture.client("g1"), fixture.client("root"));
        let on_site = activity(&fixture, "On site", true).await;
        rate(&fixture, json!({"title": "Standard", "per_hour": euros("90"), "valid_from": "2026-01-01"})).await;
        rate(&fixture, json!({"title": "On site", "per_hour": euros("120"), "valid_from": "2026-01-01", "activity": on_site})).await;
        let agreed = rate(&fixture, json!({"title": "Agreed", "per_hour": euros("60"), "valid_from": "2026-01-01", "customer": fixture.a.to_string()})).await;
        root.patch(&agreed, json!({"fields": {"per_hour": euros("1")}})).await.expect(422);
        root.patch(&agreed, json!({"fields": {"valid_until": "2026-01-01"}})).await.expect(422);
        let path = incident(&fixture, json!({})).await;
        let ours = json!({"fields": {"title": "Own", "team": fixture.desk.to_string()}});
        let ours = g1.post("/api/v1/incidents", ours).await.expect(201).header("location").to_owned();
        book(g1, &path, json!({"duration": "PT30M", "activity": "On site"})).await;
        book(g1, &ours, json!({"duration": "PT30M", "activity": "On site"})).await;
        book(g1, &ours, json!({"duration": "PT20M", "billable": true})).await;
        book(g1, &ours, json!({"duration": "PT1H"})).await;
        let period = "/api/v1/time?from=2026-01-01&until=2026-01-31&person=";
        let period = format!("{period}{}", fixture.people["g1"]);
        let told = root.get(&format!("{period}&group=organisation")).await.expect(200).json();
        // The fixture's own ten minutes on two tickets are not billable.
        assert_eq!((&told["seconds"], &told["billable_seconds"]), (&json!(8400 + 1200), &json!(4800)));
        assert_eq!(told["amounts"], json!([euros("120.00")]), "30 + 60 + 30");
        let of_a = told["groups"].as_array().unwrap().iter().find(|row| row["organisation"]["id"] == fixture.a.to_string()).unwrap();
        assert_eq!(of_a["amounts"], json!([euros("30.00")]), "as agreed with the customer");
        root.get("/api/v1/time?from=2026-01-31&until=2026-01-01").await.expect(400);
        root.get("/api/v1/time?from=2024-01-01&until=2026-01-01").await.expect(400);
        // Who may not read a record does not see the time on it.
        let others = fixture.client("g2").get(&period).await.expect(200).json();
        assert_eq!(others["seconds"], 0);
    }
}
