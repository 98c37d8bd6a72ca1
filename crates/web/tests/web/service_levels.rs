//! The report on service levels: counts what its reader may see, and nothing else.

use serde_json::{Value as Json, json};
use steward_app::error::Error;
use steward_app::records::{Origin, Request};
use steward_model::event::Door;
use steward_testkit::client::{Answer, Client};
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{PASSWORD, World, check_status};

/// What a page says, without its elements.
fn words(html: &str) -> String {
    Page::parse(html).text().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A promise of eight hours, kept to 95 per cent.
async fn promise(root: &Client) {
    let fields = json!({ "name": "Gold", "sort": "sla", "valid_from": "2020-01-01", "compliance_target": "95" });
    let agreement = root.post("/api/v1/agreements", json!({ "fields": fields })).await.expect(201).json();
    let number = |made: &Json| made["number"].as_str().unwrap().to_owned();
    root.post(&format!("/api/v1/agreements/{}/transitions/activate", number(&agreement)), json!({})).await.expect(200);
    let fields = json!({ "name": "Resolve", "metric": "resolution", "value": "PT8H", "agreement": agreement["id"] });
    let target = root.post("/api/v1/service-level-targets", json!({ "fields": fields })).await.expect(201).json();
    let path = format!("/api/v1/service-level-targets/{}/transitions/activate", number(&target));
    root.post(&path, json!({})).await.expect(200);
}

/// An incident of somebody, resolved at once when `is_resolved`.
async fn incident(world: &World, requester: &str, is_resolved: bool) {
    let fixture = &world.fixture;
    let (root, requester) = (fixture.client("root"), fixture.people[requester].to_string());
    let fields = json!({
        "title": "It is slow", "impact": "medium", "urgency": "medium", "requester": requester, "team": fixture.desk.to_string(),
    });
    let made = root.post("/api/v1/incidents", json!({ "fields": fields })).await.expect(201).json();
    if is_resolved {
        let path = format!("/api/v1/incidents/{}/transitions", made["number"].as_str().unwrap());
        root.post(&format!("{path}/start"), json!({})).await.expect(200);
        let how = json!({ "fields": { "resolution_code": "fixed", "resolution_notes": "Restarted" } });
        root.post(&format!("{path}/resolve"), how).await.expect(200);
    }
}

/// The rows of the file, without its head: part, kept, broken, still open, share.
async fn rows(world: &World, reader: &str, by: &str) -> Vec<Vec<String>> {
    // Signed in anew: the hours that pass in between end sessions.
    let answer = world.another(reader).await.get(&format!("/service-levels?by={by}&format=csv")).await;
    check_status(&answer, 200, reader);
    let text = answer.text();
    let mut lines = csv::Reader::from_reader(text.as_bytes());
    let cells = lines.records().map(|line| line.unwrap().iter().skip(2).take(5).map(str::to_owned).collect());
    cells.collect()
}

/// That an answer refuses a field.
fn refused(answer: Answer, field: &str) {
    let problem = answer.expect(422).json();
    let faults = problem["errors"].as_array().cloned().unwrap_or_default();
    assert!(faults.iter().any(|fault| fault["field"] == field), "{problem}");
}

on_both! {
    async fn lv_7_promises_are_counted_as_far_as_one_may_see(db: TestDatabase) {
        let world = World::build(db).await;
        promise(world.fixture.client("root")).await;
        incident(&world, "a1", true).await;
        incident(&world, "a1", false).await;
        incident(&world, "b1", false).await;
        assert_eq!(rows(&world, "root", "month").await, [["2026-01", "1", "0", "2", "100.00"]]);
        // Nine hours later what was promised in eight is broken, whether or not anybody looked at it since.
        world.fixture.server.clock.advance(9 * 3600);
        assert_eq!(rows(&world, "root", "month").await, [["2026-01", "1", "2", "0", "33.33"]]);
        let customers = rows(&world, "root", "customer").await;
        let counts: Vec<(&str, &str)> = customers.iter().map(|row| (row[1].as_str(), row[2].as_str())).collect();
        assert!(counts.len() == 2 && counts.contains(&("1", "1")) && counts.contains(&("0", "1")), "{customers:?}");
        assert!(customers.iter().all(|row| !row[0].is_empty()), "customers have names: {customers:?}");

        let json = world.fixture.client("root").get("/api/v1/service-levels?by=month").await.expect(200).json();
        assert_eq!((&json[0]["kept"], &json[0]["broken"], &json[0]["agreed_percent"]), (&json!(1), &json!(2), &json!(95.0)));

        let page = world.another("root").await.get("/service-levels").await.expect(200).text();
        assert!(page.contains("33.3 %") && page.contains("below target") && page.contains("95.0 %"), "{page}");
        // An agent of another team counts none of these; who only asks sees no report.
        assert_eq!(rows(&world, "g2", "month").await, Vec::<Vec<String>>::new());
        check_status(&world.another("a1").await.get("/service-levels").await, 403, "not for requesters");
        check_status(&world.another("root").await.get("/service-levels?kind=nothing").await, 404, "no such kind");
    }

    async fn lv_7_a_breach_that_does_not_count_is_told_with_its_reason(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let root = fixture.client("root");
        promise(root).await;
        incident(&world, "a1", true).await;
        incident(&world, "a1", false).await;
        incident(&world, "b1", false).await;
        fixture.server.clock.advance(9 * 3600);
        let open = root.get("/api/v1/incidents?sort=number&limit=50").await.expect(200).json();
        let broken: Vec<String> = open.as_array().unwrap().iter()
            .filter(|one| one["state"] == "new" && one["fields"]["title"] == "It is slow")
            .map(|one| one["number"].as_str().unwrap().to_owned()).collect();
        let fields = json!({ "record": broken[0], "cause": "customer", "reason": "The line was cut by a digger" });
        let made = fixture.client("g1").post("/api/v1/breach-exclusions", json!({ "fields": fields })).await.expect(201).json();
        let path = format!("/api/v1/breach-exclusions/{}", made["number"].as_str().unwrap());
        let report = async |reader: &str| {
            let lines = fixture.client(reader).get("/api/v1/service-levels?by=month").await.expect(200).json();
            let line = &lines[0];
            (line["broken"].as_i64(), line["excluded"].as_i64(), line["share_percent"].as_f64().map(f64::round), line["share_that_counts_percent"].as_f64().map(f64::round))
        };
        assert_eq!(report("root").await, (Some(2), Some(0), Some(33.0), Some(33.0)), "a proposal changes nothing");
        // Who proposed it does not decide.
        fixture.client("g1").post(&format!("{path}/transitions/accept"), json!({})).await.expect(403);
        let accepted = root.post(&format!("{path}/transitions/accept"), json!({})).await.expect(200).json();
        assert_eq!(accepted["fields"]["accepted_by"]["id"], fixture.people["root"].to_string());
        assert_eq!(report("root").await, (Some(2), Some(1), Some(33.0), Some(50.0)));
        let page = world.another("root").await.get("/service-levels").await.expect(200).text();
        assert!(page.contains("The line was cut by a digger") && page.contains("Breaches that do not count"), "{page}");
        // Of a record that one may not see, nothing is counted nor told.
        let of_a = fixture.client("oa").get("/api/v1/service-levels?by=customer").await.expect(200).json();
        assert_eq!(of_a[0]["excluded"], 1, "{of_a}");
        fixture.client("a1").get(&path).await.expect(404);
        fixture.client("a1").get("/api/v1/service-levels").await.expect(403);

        // A month later, what was too little is credited, to whoever may read what is.
        let agreements = root.get("/api/v1/agreements").await.expect(200).json();
        let agreement = format!("/api/v1/agreements/{}", agreements[0]["number"].as_str().unwrap());
        let credits = json!({ "fields": {
            "credits": [{ "below": "95", "credit": "5" }, { "below": "60", "credit": "12.5" }],
            "monthly_charge": { "amount": "1999.99", "currency": "EUR" },
        } });
        root.patch(&agreement, credits).await.expect(200);
        assert_eq!(root.get("/api/v1/service-credits").await.expect(200).json(), json!([]), "the month is not over");
        fixture.server.clock.advance(30 * 86_400);
        let told = root.get("/api/v1/service-credits").await.expect(200).json();
        assert_eq!(told, json!([{
            "agreement": "Gold", "month": "2026-01", "share_that_counts_percent": 50.0, "credit_percent": 12.5,
            "amount": { "amount": "250.00", "currency": "EUR" },
        }]));
        let page = world.another("root").await.get("/service-levels?by=month").await.expect(200).text();
        assert!(page.contains("Service credits") && page.contains("250.00 EUR"), "{page}");
        assert_eq!(fixture.client("g1").get("/api/v1/service-credits").await.expect(200).json(), json!([]), "agents do not read what is credited");
        // Taken back, it counts again.
        let why = json!({ "comment": { "body": "It was our digger", "audience": "internal" } });
        root.post(&format!("{path}/transitions/withdraw"), why).await.expect(200);
        assert_eq!(report("root").await, (Some(2), Some(0), Some(33.0), Some(33.0)));
    }

    async fn lv_7_a_report_on_a_month_stands_still_once_it_is_signed(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let root = fixture.client("root");
        world.with_password("root").await;
        promise(root).await;
        let agreements = root.get("/api/v1/agreements").await.expect(200).json();
        let agreement = agreements[0]["number"].as_str().unwrap().to_owned();
        let credits = json!({ "fields": {
            "credits": [{ "below": "60", "credit": "12.5" }], "monthly_charge": { "amount": "1999.99", "currency": "EUR" },
        } });
        root.patch(&format!("/api/v1/agreements/{agreement}"), credits).await.expect(200);
        incident(&world, "a1", true).await;
        incident(&world, "a1", false).await;
        incident(&world, "b1", false).await;
        let make = async |fields: Json| root.post("/api/v1/service-level-reports", json!({ "fields": fields })).await;
        refused(make(json!({ "agreement": agreement, "month": "2026-01" })).await, "month");
        fixture.server.clock.advance(31 * 86_400);
        for month in ["2026-02", "2026-13", "January", "1800-01"] {
            refused(make(json!({ "agreement": agreement, "month": month })).await, "month");
        }
        refused(make(json!({ "month": "2026-01" })).await, "agreement");
        let report = make(json!({ "agreement": agreement })).await.expect(201).json();
        let told = |report: &Json| {
            let row = &report["fields"]["figures"][0];
            (row["target"].as_str().map(str::to_owned), row["kept"].as_i64(), row["broken"].as_i64(), report["fields"]["share"].clone())
        };
        assert_eq!(told(&report), (Some("Resolve".into()), Some(1), Some(2), json!("33.33")), "{report}");
        assert_eq!((&report["fields"]["title"], &report["fields"]["month"]), (&json!("Gold, 2026-01"), &json!("2026-01")));
        assert_eq!(report["fields"]["credit_amount"], json!({ "amount": "250.00", "currency": "EUR" }), "{report}");
        // By its name too, which something else may have.
        let namesake = json!({ "fields": { "name": "Gold", "description": "Support around the clock" } });
        root.post("/api/v1/services", namesake).await.expect(201);
        assert_eq!(told(&make(json!({ "agreement": "Gold" })).await.expect(201).json()), told(&report));
        // Of one customer alone.
        let of_a = make(json!({ "agreement": agreement, "customer": fixture.a.to_string() })).await.expect(201).json();
        assert_eq!((told(&of_a).1, told(&of_a).2), (Some(1), Some(1)), "{of_a}");
        assert_ne!(of_a["fields"]["digest"], report["fields"]["digest"]);

        // Counted anew it knows what was decided since, and says so.
        let path = |report: &Json| format!("/api/v1/service-level-reports/{}", report["number"].as_str().unwrap());
        let (report, of_a) = (path(&report), path(&of_a));
        let open = root.get("/api/v1/incidents?sort=-number&limit=1").await.expect(200).json();
        let fields = json!({ "record": open[0]["number"], "cause": "customer", "reason": "The line was cut by a digger" });
        let made = root.post("/api/v1/breach-exclusions", json!({ "fields": fields })).await.expect(201).json();
        root.post(&format!("/api/v1/breach-exclusions/{}/transitions/accept", made["number"].as_str().unwrap()), json!({})).await.expect(200);
        assert_eq!(root.get(&report).await.expect(200).json()["fields"]["share"], "33.33", "nothing changes by itself");
        let counted = root.post(&format!("{report}/transitions/recount"), json!({})).await.expect(200).json();
        assert_eq!(counted["fields"]["share"], "50", "{counted}");
        assert_eq!(counted["fields"]["exclusions"][0]["cause"], "The customer's doing", "{counted}");
        // Who writes figures, or signs without a password, is refused.
        refused(root.patch(&report, json!({ "fields": { "share": "100" } })).await, "share");
        refused(root.patch(&report, json!({ "fields": { "month": "2025-12" } })).await, "month");
        refused(root.post(&format!("{report}/transitions/sign"), json!({})).await, "current_password");
        root.post(&format!("{report}/transitions/sign"), json!({ "password": "not-mine" })).await.expect(422);
        let statement = json!({ "password": PASSWORD, "fields": { "statement": "The digger was not ours." } });
        let signed = root.post(&format!("{report}/transitions/sign"), statement).await.expect(200).json();
        assert_eq!((&signed["state"], &signed["fields"]["signed_by"]["id"]), (&json!("signed"), &json!(fixture.people["root"].to_string())));
        root.post(&format!("{report}/transitions/recount"), json!({})).await.expect(409);
        refused(root.patch(&report, json!({ "fields": { "statement": "All was well" } })).await, "statement");
        // Another customer's is another report; the same is signed once.
        let other = root.post(&format!("{of_a}/transitions/sign"), json!({ "password": PASSWORD })).await.expect(200).json();
        // What is signed is not signed off by undoing, and nothing is signed by undoing its withdrawal.
        let undo = async |signed: &Json| {
            let app = &fixture.server.app;
            let person = fixture.server.actor(fixture.people["root"]).await;
            let kind = app.kind("service_level_report").unwrap().clone();
            let (number, seq) = (signed["number"].as_str().unwrap(), signed["revision"].as_i64().unwrap());
            app.execute(&person, &kind, number, &Request::Revert { seq }, &Origin::door(Door::Page)).await
        };
        assert!(matches!(undo(&other).await, Err(Error::Illegal { .. })), "the signature was undone");
        let why = json!({ "comment": { "body": "Counted wrongly", "audience": "internal" } });
        let gone = root.post(&format!("{of_a}/transitions/withdraw"), why).await.expect(200).json();
        let journal = root.get(&format!("{of_a}/journal")).await.expect(200).json();
        let moved = journal.as_array().unwrap().iter().rfind(|entry| entry["type"] == "moved").unwrap();
        let undone = undo(&json!({ "number": gone["number"], "revision": moved["seq"] })).await;
        assert!(matches!(undone, Err(Error::Illegal { .. })), "its withdrawal was undone");
        assert_eq!(root.get(&of_a).await.expect(200).json()["state"], "withdrawn");
        let again = path(&make(json!({ "agreement": agreement })).await.expect(201).json());
        refused(root.post(&format!("{again}/transitions/sign"), json!({ "password": PASSWORD })).await, "month");
        let why = json!({ "comment": { "body": "Counted wrongly", "audience": "internal" } });
        root.post(&format!("{report}/transitions/withdraw"), why).await.expect(200);
        root.post(&format!("{again}/transitions/sign"), json!({ "password": PASSWORD })).await.expect(200);
        // The page asks for the password, and agents see no reports.
        let third = make(json!({ "agreement": agreement, "customer": fixture.b.to_string() })).await.expect(201).json();
        let page = format!("/service-level-reports/{}/transitions/sign", third["number"].as_str().unwrap());
        let browser = world.another("root").await;
        assert!(browser.get(&page).await.expect(200).text().contains("current_password"));
        browser.post(&page, &[("current_password", "wrong")]).await.expect(422);
        browser.post(&page, &[("current_password", PASSWORD)]).await.expect(303);
        fixture.client("g1").get(&again).await.expect(404);
    }

    async fn n14_requester_and_staff_read_a_range(db: TestDatabase) {
        let world = World::build(db).await;
        for _ in 0..31 {
            incident(&world, "a1", true).await;
        }
        world.fixture.server.clock.advance(60);
        incident(&world, "a1", false).await;
        let open = world.fixture.client("a1").get("/api/v1/incidents?sort=-number&limit=1").await.expect(200).json();
        let number = open[0]["number"].as_str().unwrap().to_owned();
        let page = world.another("a1").await.get(&format!("/portal/requests/{number}")).await.expect(200).text();
        assert!(page.contains("Most likely done on ") && page.contains("at least 30 with the same team and priority"), "{page}");
        let page = world.another("g1").await.get(&format!("/incidents/{number}")).await.expect(200).text();
        assert!(page.contains("Forecast") && page.contains("Most likely on "), "{page}");
        let german = world.another("a1").await;
        german.post("/settings", &[("language", "de")]).await.expect(303);
        let page = german.get(&format!("/portal/requests/{number}")).await.expect(200).text();
        assert!(page.contains("Voraussichtlich am ") && page.contains("mindestens 30 mit gleichem Team"), "{page}");
        // When they answer, nobody knows.
        let path = format!("/api/v1/incidents/{number}/transitions");
        let root = world.fixture.client("root");
        root.post(&format!("{path}/start"), json!({})).await.expect(200);
        let why = json!({ "fields": { "on_hold_reason": "awaiting_requester" }, "comment": { "body": "Which one?", "audience": "public" } });
        root.post(&format!("{path}/hold"), why).await.expect(200);
        let page = world.another("a1").await.get(&format!("/portal/requests/{number}")).await.expect(200).text();
        assert!(!page.contains("Most likely done"), "{page}");
    }

    async fn lv_6_who_was_called_is_said_in_the_readers_language(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.fixture.client("root");
        promise(root).await;
        let targets = root.get("/api/v1/service-level-targets").await.expect(200).json();
        let steps = json!({ "steps": [{ "percent": 25, "action": "notify_on_call" }, { "percent": 50, "action": "notify_on_call" }] });
        let target = format!("/api/v1/service-level-targets/{}", targets[0]["number"].as_str().unwrap());
        root.patch(&target, json!({ "fields": steps })).await.expect(200);
        let g1 = world.fixture.people["g1"].to_string();
        let rota = root.post("/api/v1/rotas", json!({ "fields": {
            "title": "Days", "team": world.fixture.desk.to_string(), "person": g1,
            "repeat": "daily", "starts_on": "2026-01-01", "at_time": "00:00", "until_time": "24:00",
        } })).await.expect(201).json();
        incident(&world, "a1", false).await;
        let (clock, app) = (&world.fixture.server.clock, &world.fixture.server.app);
        clock.advance(2 * 3600);
        app.take_due_steps().await.unwrap();
        root.post(&format!("/api/v1/rotas/{}/transitions/pause", rota["number"].as_str().unwrap()), json!({})).await.expect(200);
        clock.advance(2 * 3600);
        app.take_due_steps().await.unwrap();
        let open = root.get("/api/v1/incidents?sort=-number&limit=1").await.expect(200).json();
        let page = format!("/incidents/{}", open[0]["number"].as_str().unwrap());
        let person = root.get(&format!("/api/v1/people/{g1}")).await.expect(200).json();
        let name = person["fields"]["family_name"].as_str().unwrap().to_owned();
        let reader = world.another("root").await;
        let told = words(&reader.get(&page).await.expect(200).text());
        assert!(told.contains("(on call: ") && told.contains(&name), "{told}");
        assert!(told.contains("(nobody on call, so the team was told)"), "{told}");
        reader.post("/settings", &[("language", "de")]).await.expect(303);
        let told = words(&reader.get(&page).await.expect(200).text());
        assert!(told.contains("(Bereitschaft: ") && told.contains("(niemand in Bereitschaft, daher"), "{told}");
        assert!(!told.contains("on call"), "{told}");
    }

    async fn what_a_promise_means_shows_while_it_is_written(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.fixture.client("root");
        promise(root).await;
        incident(&world, "a1", true).await;
        incident(&world, "a1", false).await;
        incident(&world, "b1", false).await;
        world.fixture.server.clock.advance(9 * 3600);
        let number = async |plural: &str| {
            let all = root.get(&format!("/api/v1/{plural}")).await.expect(200).json();
            all[0]["number"].as_str().unwrap().to_owned()
        };
        let target = format!("/service-level-targets/{}", number("service-level-targets").await);
        let agreement = format!("/agreements/{}", number("agreements").await);
        let writer = world.another("root").await;
        let page = writer.get(&format!("{target}/edit")).await.expect(200).text();
        assert!(page.contains("promise-preview") && page.contains("Show what it means"), "{page}");
        for path in [&target, &agreement] {
            let page = writer.get(path).await.expect(200).text();
            assert!(page.contains(&format!("{path}/promise-preview")), "{page}");
            let told = writer.get(&format!("{path}/promise-preview")).await.expect(200).text();
            for words in ["What it means", "Records looked at", "It is slow", "4 as it is now", "of 5"] {
                assert!(told.contains(words), "{words}: {told}");
            }
            assert!(!told.contains("Resolve"), "there is one promise, so a column does not repeat it: {told}");
        }
        // With more time none is broken, and nothing is changed by asking.
        let form = [("name", "Resolve"), ("value", "48 h"), ("for_kind", "incident"), ("metric", "resolution")];
        let told = writer.post(&format!("{target}/promise-preview"), &form).await;
        check_status(&told, 200, "asked");
        let told = told.text();
        assert!(told.contains("of 48 h used") && told.contains("4 as it is now") && told.contains("value=\"48 h\""), "{told}");
        let stored = root.get(&format!("/api/v1{target}")).await.expect(200).json();
        assert_eq!(stored["fields"]["value"], "PT8H");
        let told = writer.post(&format!("{target}/promise-preview"), &[("condition", "impact == 'low'")]).await.text();
        assert!(told.contains("No record of these days falls under it"), "{told}");
        let told = writer.post(&format!("{target}/promise-preview"), &[("condition", "impact ==")]).await;
        check_status(&told, 200, "not finished yet");
        assert!(told.text().contains("Only when cannot be used: the condition ends too early"), "{}", told.text());
        let told = writer.post(&format!("{agreement}/promise-preview"), &[("valid_from", "2027-01-01")]).await.text();
        assert!(told.contains("No record of these days falls under it"), "{told}");
        // Nobody learns of records that they may not see, and who may not write it tries nothing.
        incident(&world, "g2", false).await;
        let other = world.another("g2").await;
        let told = other.get("/incidents").await.expect(200).text();
        assert!(told.contains("It is slow"), "what one asked for oneself one sees, and nothing of how it is promised: {told}");
        let told = other.get(&format!("{target}/promise-preview")).await.expect(200).text();
        assert!(!told.contains("It is slow") && told.contains("There was no record in these days"), "{told}");
        check_status(&other.post(&format!("{target}/promise-preview"), &form).await, 403, "not theirs to change");
        check_status(&world.another("a1").await.get(&format!("{target}/promise-preview")).await, 404, "not for requesters");
    }
}
