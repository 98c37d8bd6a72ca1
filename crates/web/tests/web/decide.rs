//! SEC-026, SEC-012: deciding by a link, signing, and asking those who hold a role.

use serde_json::{Value as Json, json};
use steward_model::access::Actor;
use steward_testkit::browser::Browser;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

use crate::world::{PASSWORD, World, check_status};

/// A policy for changes in force.
async fn policy(fixture: &Fixture, fields: Json) {
    let root = fixture.client("root");
    let mut all = json!({ "for_kind": "change", "name": "Somebody" });
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let made = root.post("/api/v1/approval-policies", json!({ "fields": all })).await.expect(201).json();
    let path = format!("/api/v1/approval-policies/{}/transitions/activate", made["number"].as_str().unwrap());
    root.post(&path, json!({})).await.expect(200);
}

fn people(fixture: &Fixture, names: &[&str]) -> Json {
    names.iter().map(|name| fixture.people[*name].to_string()).collect()
}

/// An emergency change of a1 that waits for authorization, and the round about it.
async fn waiting(fixture: &Fixture) -> (String, String) {
    let root = fixture.client("root");
    let fields = json!({
        "title": "Mend the gate", "change_type": "emergency", "justification": "It is open",
        "requester": fixture.people["a1"].to_string(), "impact": "medium", "urgency": "medium",
        "planned_start_at": "2026-01-05T09:00:00Z", "planned_end_at": "2026-01-05T10:00:00Z",
    });
    let made = root.post("/api/v1/changes", json!({ "fields": fields })).await.expect(201).json();
    let path = format!("/changes/{}", made["number"].as_str().unwrap());
    root.post(&format!("/api/v1{path}/transitions/expedite"), json!({})).await.expect(200);
    let rounds = root.get("/api/v1/approvals?sort=-created_at").await.expect(200).json();
    (path, format!("/approvals/{}", rounds[0]["number"].as_str().unwrap()))
}

async fn read(fixture: &Fixture, path: &str) -> Json {
    fixture.client("root").get(&format!("/api/v1{path}")).await.expect(200).json()
}

async fn link(fixture: &Fixture, who: &str, round: &str) -> String {
    let made = fixture.client(who).post(&format!("/api/v1{round}/links"), json!({})).await.expect(201).json();
    made["address"].as_str().unwrap().to_owned()
}

/// A form sent by a browser in which nobody is signed in.
async fn sent(browser: &Browser, path: &str, values: &[(&str, &str)]) -> steward_testkit::client::Answer {
    browser.send(browser.own_call("POST", path).form(values)).await
}

on_both! {
    async fn sec_026_a_link_decides_once_and_looking_decides_nothing(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        policy(fixture, json!({ "people": people(fixture, &["am", "g1"]), "need": "all" })).await;
        let (change, round) = waiting(fixture).await;
        let address = link(fixture, "am", &round).await;
        let stranger = fixture.server.browser();
        let before = world.state().await;
        for _ in 0..3 {
            let page = stranger.get(&address).await.expect(200);
            assert!(page.text().contains("Mend the gate") && page.text().contains(&fixture.canary("am.name")), "{}", page.text());
            assert_eq!(page.header("cache-control"), "no-store");
            fixture.sweep("am", &page);
        }
        stranger.send(stranger.call("HEAD", &address)).await;
        assert_eq!(world.state().await, before, "looking decides nothing");
        // From a page of somebody else, and without an answer, nothing is decided either.
        let foreign = stranger.call("POST", &address).header("sec-fetch-site", "cross-site").form(&[("decision", "approve")]).send().await;
        check_status(&foreign, 403, "from elsewhere");
        sent(&stranger, &address, &[]).await.expect(400);
        // A refusal says why; the link can be used after that was forgotten.
        let again = sent(&stranger, &address, &[("decision", "refuse")]).await.expect(422);
        assert!(again.text().contains("is needed"), "{}", again.text());
        assert_eq!(world.state().await, before);
        sent(&stranger, &address, &[("decision", "approve"), ("reason", "Fine from here")]).await.expect(200);
        let seen = read(fixture, &round).await;
        let answers = seen["fields"]["answers"].as_array().unwrap();
        assert_eq!((&answers[0]["answer"], &answers[0]["reason"]), (&json!("approved"), &json!("Fine from here")));
        let journal = fixture.client("root").get(&format!("/api/v1{round}/journal")).await.expect(200).json();
        let last = journal.as_array().unwrap().iter().rfind(|entry| entry["type"] == "moved").unwrap();
        assert_eq!(last["actor"]["id"], fixture.people["am"].to_string(), "{last}");
        // A second use, by looking or sending, says that it was used.
        let after = world.state().await;
        for decision in ["approve", "refuse"] {
            let used = sent(&stranger, &address, &[("decision", decision), ("reason", "again")]).await.expect(410);
            assert!(used.text().contains("This link was used"), "{}", used.text());
        }
        stranger.get(&address).await.expect(410);
        assert_eq!(world.state().await, after);
        assert_eq!(read(fixture, &change).await["state"], "authorize");
    }

    async fn sec_012_a_link_holds_for_one_person_and_one_round_for_a_while(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        policy(fixture, json!({ "people": people(fixture, &["am", "g1"]) })).await;
        let (_, round) = waiting(fixture).await;
        // Who is not asked makes none, who does not see it finds nothing; none with a token that only reads.
        for (who, expected) in [("root", 409), ("oa", 409), ("a2", 404), ("b1", 404)] {
            let answer = fixture.client(who).post(&format!("/api/v1{round}/links"), json!({})).await;
            check_status(&answer, expected, who);
        }
        world.browser("root").post(&format!("{round}/link"), &[]).await.expect(409);
        let page = world.browser("g1").post(&format!("{round}/link"), &[]).await.expect(200);
        assert!(page.text().contains("/decide/"), "{}", page.text());
        assert!(world.browser("g1").get(&round).await.text().contains("Link for another device"));
        // One character more or less, and there never was one.
        let address = link(fixture, "am", &round).await;
        let stranger = fixture.server.browser();
        let mut other = address.clone();
        let last = other.pop().unwrap();
        other.push(if last == 'A' { 'Q' } else { 'A' });
        for path in [other.as_str(), "/decide/nothing", &format!("{address}x")] {
            let never = stranger.get(path).await.expect(404);
            assert!(!never.text().contains("Mend the gate"));
            sent(&stranger, path, &[("decision", "approve")]).await.expect(404);
        }
        // It is told apart by whom: the link of am answers for am.
        let mine = link(fixture, "g1", &round).await;
        assert!(stranger.get(&mine).await.text().contains(&fixture.canary("g1.name")));
        // Five at a time.
        for _ in 0..4 {
            link(fixture, "am", &round).await;
        }
        fixture.client("am").post(&format!("/api/v1{round}/links"), json!({})).await.expect(422);
        // Once somebody decided, nobody else does.
        fixture.client("g1").post(&format!("/api/v1{round}/transitions/approve"), json!({})).await.expect(200);
        let over = sent(&stranger, &address, &[("decision", "refuse"), ("reason", "too late")]).await.expect(410);
        assert!(over.text().contains("It is not asked any more"), "{}", over.text());
        stranger.get(&address).await.expect(410);
        assert_eq!(read(fixture, &round).await["state"], "approved");
        // A round that is withdrawn, one that ends with time, and somebody who may not act any more.
        let (change, round) = waiting(fixture).await;
        let (withdrawn, late) = (link(fixture, "am", &round).await, link(fixture, "g1", &round).await);
        fixture.server.clock.advance(7 * 24 * 3600);
        let ended = sent(&stranger, &late, &[("decision", "approve")]).await.expect(410);
        assert!(ended.text().contains("This link has ended"), "{}", ended.text());
        let (fresh, gone) = (link(fixture, "am", &round).await, link(fixture, "g1", &round).await);
        let kind = fixture.server.app.kind("person").unwrap().clone();
        let person = fixture.server.app.get(&Actor::system(), &kind, &fixture.people["g1"].to_string(), None).await.unwrap();
        fixture.server.transition(&person, "leave", json!({ "leave_on": "2026-01-10" })).await;
        let lost = sent(&stranger, &gone, &[("decision", "approve")]).await.expect(403);
        assert!(lost.text().contains("You are not asked any more"), "{}", lost.text());
        fixture.client("root").post(&format!("/api/v1{change}/transitions/cancel"), json!({ "fields": { "cancel_reason": "not needed" } })).await;
        for address in [fresh, withdrawn] {
            let answer = stranger.get(&address).await;
            assert!([410, 200].contains(&answer.status.as_u16()), "{}", answer.text());
        }
        // Guesses are slowed down.
        let mut statuses = Vec::new();
        for index in 0..30 {
            statuses.push(stranger.get(&format!("/decide/guess{index}")).await.status.as_u16());
        }
        assert!(statuses.contains(&429), "{statuses:?}");
    }

    async fn pl_2_an_answer_is_signed_with_the_password(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let login = world.with_password("am").await;
        policy(fixture, json!({ "people": people(fixture, &["am"]), "sign": true })).await;
        let (change, round) = waiting(fixture).await;
        let before = world.state().await;
        // Neither by a token alone, nor on the change itself, nor with another password.
        let am = fixture.client("am");
        let approve = format!("/api/v1{round}/transitions/approve");
        let refused = am.post(&approve, json!({})).await.expect(422);
        assert!(refused.text().contains("current_password"), "{}", refused.text());
        am.post(&approve, json!({ "password": "something else" })).await.expect(422);
        am.post(&format!("/api/v1{change}/transitions/authorize"), json!({})).await.expect(422);
        let browser = world.another("am").await;
        let form = browser.get(&format!("{round}/transitions/approve")).await.expect(200);
        assert!(form.text().contains("current_password"), "{}", form.text());
        browser.post(&format!("{round}/transitions/approve"), &[("revision", "1")]).await.expect(422);
        browser.post(&format!("{round}/transitions/approve"), &[("current_password", "wrong one")]).await.expect(422);
        assert_eq!(world.state().await.0, before.0, "nothing was decided");
        // By a link, too.
        let address = link(fixture, "am", &round).await;
        let stranger = fixture.server.browser();
        assert!(stranger.get(&address).await.text().contains("current_password"));
        sent(&stranger, &address, &[("decision", "approve")]).await.expect(422);
        sent(&stranger, &address, &[("decision", "approve"), ("current_password", PASSWORD)]).await.expect(200);
        let seen = read(fixture, &round).await;
        let answer = &seen["fields"]["answers"][0];
        assert_eq!((&answer["answer"], &answer["signed"]), (&json!("approved"), &json!(true)), "{seen}");
        let page = world.browser("root").get(&round).await.expect(200).text();
        assert!(page.contains("signed"), "{page}");
        // And by the interface with the password beside it.
        let (_, round) = waiting(fixture).await;
        am.post(&format!("/api/v1{round}/transitions/refuse"), json!({ "password": PASSWORD, "fields": { "reason": "No" } })).await.expect(200);
        assert_eq!(read(fixture, &round).await["fields"]["answers"][0]["signed"], true);
        assert!(!login.is_empty());
    }

    async fn pl_2_who_stands_in_is_named_where_somebody_is_away(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let away = json!({ "absent_from": "2026-01-01", "absent_until": "2026-01-31", "substitute": fixture.people["oa"].to_string() });
        let person = format!("/api/v1/people/{}", fixture.people["am"]);
        fixture.client("root").patch(&person, json!({ "fields": away })).await.expect(200);
        policy(fixture, json!({ "people": people(fixture, &["am"]) })).await;
        let (_, round) = waiting(fixture).await;
        let page = world.browser("root").get(&round).await.expect(200).text();
        assert!(page.contains("stands in today"), "{page}");
        // The link of who stands in answers in the place of the other, with both names.
        let address = link(fixture, "oa", &round).await;
        sent(&fixture.server.browser(), &address, &[("decision", "approve")]).await.expect(200);
        let seen = read(fixture, &round).await;
        let answer = &seen["fields"]["answers"][0];
        assert_eq!((&answer["person"]["id"], &answer["by"]["id"]), (&json!(fixture.people["am"].to_string()), &json!(fixture.people["oa"].to_string())), "{seen}");
    }

    async fn pl_2_absences_are_entered_by_those_who_are_away(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let report = format!("/api/v1/people/{}", fixture.people["am"]);
        fixture.client("root").patch(&report, json!({ "fields": { "manager": fixture.people["a2"].to_string() } })).await.expect(200);
        let absence = |from: &str, until: &str| json!({ "fields": { "from_on": from, "until_on": until, "substitute": fixture.people["oa"].to_string(), "note": "Holiday" } });
        let am = fixture.client("am");
        let now = am.post("/api/v1/absences", absence("2026-01-01", "2026-01-09")).await.expect(201).json();
        let path = format!("/absences/{}", now["number"].as_str().unwrap());
        assert_eq!((&now["organisation"]["id"], &now["fields"]["manager"]["id"]), (&json!(fixture.a.to_string()), &json!(fixture.people["a2"].to_string())), "{now}");
        am.post("/api/v1/absences", absence("2025-12-01", "2025-12-09")).await.expect(201);
        am.post("/api/v1/absences", absence("2026-03-09", "2026-03-01")).await.expect(422);
        let own = json!({ "fields": { "from_on": "2026-01-01", "until_on": "2026-01-09", "substitute": fixture.people["am"].to_string(), "note": "x" } });
        am.post("/api/v1/absences", own).await.expect(422);
        // Nobody enters those of others but whoever runs the organisation.
        let other = json!({ "fields": { "person": fixture.people["a1"].to_string(), "from_on": "2026-01-01", "until_on": "2026-01-09", "note": "x" } });
        let refused = fixture.client("a2").post("/api/v1/absences", other.clone()).await;
        assert!([403, 422].contains(&refused.status.as_u16()), "{}", refused.text());
        fixture.client("oa").post("/api/v1/absences", other).await.expect(201);
        // Who stands in and who they report to see it, as do staff; others do not.
        for (who, expected) in [("am", 200), ("oa", 200), ("a2", 200), ("g1", 200), ("a1", 404), ("b1", 404)] {
            let answer = world.browser(who).get(&path).await;
            check_status(&answer, expected, who);
        }
        assert!(world.browser("am").get("/absences?view=all").await.expect(200).text().contains("Holiday"));
        // Today somebody stands in; after it was cancelled nobody does.
        policy(fixture, json!({ "people": people(fixture, &["am"]) })).await;
        let (_, round) = waiting(fixture).await;
        let seen = read(fixture, &round).await;
        assert!(seen["fields"]["pending"].to_string().contains(&fixture.people["oa"].to_string()), "{seen}");
        let page = world.browser("root").get(&round).await.expect(200).text();
        assert!(page.contains("stands in today"), "{page}");
        am.post(&format!("/api/v1{path}/transitions/cancel"), json!({})).await.expect(200);
        let (_, round) = waiting(fixture).await;
        let seen = read(fixture, &round).await;
        assert!(!seen["fields"]["pending"].to_string().contains(&fixture.people["oa"].to_string()), "{seen}");
    }

    async fn ch_10_those_who_hold_a_role_are_asked(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        // One for the customer, one for the other one, one everywhere.
        let near = fixture.server.person("near", ("Near", "By"), fixture.provider, &[("change_manager", Some(fixture.a))]).await;
        let far = fixture.server.person("far", ("Far", "Off"), fixture.provider, &[("change_manager", Some(fixture.b))]).await;
        let wide = fixture.server.person("wide", ("Wide", "Reach"), fixture.provider, &[("change_manager", None)]).await;
        policy(fixture, json!({ "ask": "role", "role": "change_manager", "need": "any" })).await;
        let (_, round) = waiting(fixture).await;
        let seen = read(fixture, &round).await;
        let asked: Vec<&str> = seen["fields"]["pending"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert!(asked.contains(&near.to_string().as_str()) && asked.contains(&wide.to_string().as_str()), "{seen}");
        assert!(!asked.contains(&far.to_string().as_str()), "{seen}");
        // A role that is not there, or that all who ask hold, is refused where the policy is written.
        for role in ["nonsense", "requester"] {
            let fields = json!({ "for_kind": "change", "name": "X", "ask": "role", "role": role });
            let refused = fixture.client("root").post("/api/v1/approval-policies", json!({ "fields": fields })).await.expect(422);
            assert!(refused.text().contains("is no role of staff"), "{}", refused.text());
        }
    }
}
