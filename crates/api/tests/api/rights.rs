//! SEC-014, 020, 022, 023, 024, 025, 027, 028: what may be set, granted and called.

use serde_json::{Value as Json, json};
use steward_model::access::TokenLimits;
use steward_testkit::client::Answer;
use steward_testkit::fixture::{Fixture, word};
use steward_testkit::on_both;
use steward_testkit::server::{Server, UNLIMITED};

fn ta(fixture: &Fixture) -> String {
    format!("/api/v1/incidents/{}", fixture.ta.record.number)
}

#[track_caller]
fn check_fault(answer: &Answer, field: &str) {
    assert_eq!(answer.status.as_u16(), 422, "{field}: {}", answer.text());
    let errors = answer.json()["errors"].clone();
    let named = errors.as_array().unwrap().iter().any(|error| error["field"].as_str().unwrap().starts_with(field));
    assert!(named, "{field} is not named in {errors}");
}

/// Roles whose grants lack what they need.
const EMPTY_ROLES: &str = r#"
[[role]]
key = "no_scope"
label = "No scope"
rank = 1
[[role.grant]]
kinds = ["*"]
actions = ["read", "create", "update"]
read = "owner"

[[role]]
key = "no_actions"
label = "No actions"
rank = 1
[[role.grant]]
kinds = ["*"]
actions = []
scope = "organisation in my_organisations"
read = "owner"

[[role]]
key = "no_kinds"
label = "No kinds"
rank = 1
[[role.grant]]
kinds = []
actions = ["read"]
scope = "organisation in my_organisations"
read = "owner"
"#;

on_both! {
    async fn sec_014_a_rule_without_a_condition_grants_nothing(db: TestDatabase) {
        let fixture = Fixture::build_on(Server::start_with(db, &[], &[EMPTY_ROLES]).await).await;
        for role in ["no_scope", "no_actions", "no_kinds"] {
            let person = fixture.server.person(role, ("x", role), fixture.a, &[(role, None)]).await;
            let client = fixture.server.client_of(person).await;
            client.get(&ta(&fixture)).await.expect(404);
            client.get(&format!("/api/v1/people/{person}")).await.expect(404);
            let list = client.get("/api/v1/incidents").await.expect(200);
            assert_eq!((list.json(), list.header("x-total-count")), (json!([]), "0"), "{role}");
            client.post("/api/v1/incidents", json!({"fields": {"title": "x"}})).await.expect(403);
            assert_eq!(client.get("/api/v1/kinds").await.expect(200).json(), json!([]), "{role}");
        }
        // Being in no team is not being in the team of what has none.
        let role = [("agent", Some(fixture.provider))];
        let loner = fixture.server.person("loner", ("lone", "agent"), fixture.provider, &role).await;
        fixture.server.client_of(loner).await.get(&ta(&fixture)).await.expect(404);
    }

    async fn sec_020_members_that_are_not_ones_own_are_refused_by_name(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let a1 = fixture.client("a1");
        let before = fixture.server.rows().await;
        let b1 = fixture.people["b1"].to_string();
        let fields = [
            ("requester", json!(b1)), ("assignee", json!(fixture.people["g1"].to_string())),
            ("team", json!(fixture.desk.to_string())), ("handling_notes", json!("x")), ("priority", json!("critical")),
            ("priority_override", json!("critical")), ("opened_at", json!("2020-01-01T00:00:00Z")),
            ("closed_at", json!("2020-01-01T00:00:00Z")), ("resolved_at", json!("2020-01-01T00:00:00Z")),
            ("reopen_count", json!(0)), ("major", json!(true)), ("escalated", json!(true)), ("channel", json!("mail")),
            ("number", json!("INC0000001")), ("state", json!("closed")), ("organisation", json!(fixture.b.to_string())),
            ("created_at", json!("2020-01-01T00:00:00Z")), ("created_by", json!(b1)), ("approved", json!(true)),
            ("due_at", json!("2030-01-01T00:00:00Z")), ("resolution_code", json!("fixed")), ("cost", json!("1")),
        ];
        for (field, value) in fields {
            let body = json!({"fields": {"title": "x", field: value}});
            check_fault(&a1.post("/api/v1/incidents", body).await, field);
            let body = json!({"fields": {"cancel_reason": "x", field: value}});
            check_fault(&a1.post(&format!("{}/transitions/cancel", ta(&fixture)), body).await, field);
        }
        for member in ["id", "number", "state", "revision", "created_by", "created_at", "internal", "watchers", "author"] {
            let body = json!({"fields": {"title": "x"}, member: "1"});
            check_fault(&a1.post("/api/v1/incidents", body).await, member);
            let body = json!({"body": "x", member: "1"});
            check_fault(&a1.post(&format!("{}/comments", ta(&fixture)), body).await, member);
        }
        check_fault(&a1.post("/api/v1/incidents", json!({"fields": {"title": {"title": "x"}}})).await, "title");
        check_fault(&a1.post("/api/v1/incidents", json!({"fields": {"title": ["x"]}})).await, "title");
        let repeated = a1.call("POST", "/api/v1/incidents").header("content-type", "application/json");
        repeated.body(r#"{"fields":{"title":"x"},"fields":{"title":"y"}}"#).send().await.expect(400);
        let form = a1.call("POST", "/api/v1/incidents").header("content-type", "application/x-www-form-urlencoded");
        form.body("fields[title]=x&state=closed").send().await.expect(400);
        assert_eq!(fixture.server.rows().await, before);
    }

    async fn sec_020_a_role_elsewhere_lends_no_level_here(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        // Works for A, is at home with the provider, and asks for something there like anybody else.
        let roles = [("agent", Some(fixture.a)), ("auditor", None)];
        let person = fixture.server.person("half", ("half", "agent"), fixture.provider, &roles).await;
        let client = fixture.server.client_of(person).await;
        for (field, value) in [
            ("handling_notes", json!("x")), ("major", json!(true)), ("assignee", json!(person.to_string())),
        ] {
            check_fault(&client.post("/api/v1/incidents", json!({"fields": {"title": "x", field: value}})).await, field);
        }
        let made = client.post("/api/v1/incidents", json!({"fields": {"title": "x"}})).await.expect(201);
        let own = format!("/api/v1/incidents/{}", made.json()["number"].as_str().unwrap());
        // Reading all as auditor does not lift what a requester may do.
        let resolve = json!({"fields": {"resolution_code": "fixed", "resolution_notes": "x"}});
        client.post(&format!("{own}/transitions/resolve"), resolve).await.expect(403);
        client.patch(&own, json!({"fields": {"title": "y"}})).await.expect(403);
        client.post(&format!("{own}/transitions/cancel"), json!({"fields": {"cancel_reason": "x"}})).await.expect(200);
    }

    async fn sec_022_secrets_leave_for_nobody(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        fixture.server.app.set_password(fixture.people["a1"], "violet tram over gravel").await.unwrap();
        for actor in ["root", "oa", "g1", "a1"] {
            let client = fixture.client(actor);
            for kinds in ["people", "configuration-items", "organisations", "incidents"] {
                let list = client.get(&format!("/api/v1/{kinds}")).await.expect(200);
                fixture.sweep(actor, &list);
                for record in list.json().as_array().unwrap() {
                    let path = format!("/api/v1/{kinds}/{}", record["number"].as_str().unwrap());
                    for path in [path.clone(), format!("{path}/journal"), format!("{path}/difference"), format!("{path}?as_of=2026-01-05T09:00:00Z")] {
                        fixture.sweep(actor, &client.get(&path).await.expect(200));
                    }
                }
            }
            for path in ["/api/v1/me", "/api/v1/kinds", "/api/v1/openapi.json"] {
                fixture.sweep(actor, &client.get(path).await.expect(200));
            }
        }
        let item = format!("/api/v1/configuration-items/{}", fixture.ca.record.number);
        let shown = fixture.client("root").get(&item).await.expect(200).json();
        assert_eq!(shown["fields"]["license_key"], Json::Bool(true), "only that there is one");
        fixture.client("root").get("/api/v1/configuration-items?filter=license_key%20%3D%3D%20%22x%22").await.expect(400);
    }

    async fn sec_023_other_spellings_open_no_door(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let before = fixture.server.rows().await;
        let number = &fixture.ta.record.number;
        for (actor, expected) in [("anon", [401, 404]), ("a2", [404, 404]), ("b1", [404, 404])] {
            for path in [
                format!("/api/v1/incidents/{number}/"), format!("//api/v1/incidents/{number}"),
                format!("/API/v1/incidents/{number}"), format!("/api/v1/INCIDENTS/{number}"),
                format!("/api/v1/%69ncidents/{number}"), format!("/api/v1/incidents%2f{number}"),
                format!("/api/v1/./incidents/{number}"), format!("/api/v1/x/../incidents/{number}"),
                format!("/api/v1/incidents/{}", number.to_lowercase()), format!("/api/v1/incidents/{number}%00"),
                format!("/api/v1/incidents/{number};x=1"), format!("/api/v1/incidents/{number}.json"),
            ] {
                let answer = fixture.client(actor).get(&path).await;
                assert!(expected.contains(&answer.status.as_u16()), "{actor} {path}: {}", answer.status);
                fixture.sweep(actor, &answer);
            }
            for (name, value) in [
                ("x-http-method-override", "DELETE"), ("x-method-override", "PATCH"),
                ("x-original-url", "/api/v1/incidents"), ("x-rewrite-url", "/api/v1/incidents"),
            ] {
                let call = fixture.client(actor).call("POST", &format!("{}/comments", ta(&fixture))).header(name, value);
                let answer = call.json(&json!({"body": "x"})).send().await;
                assert!(expected.contains(&answer.status.as_u16()), "{actor} {name}: {}", answer.status);
            }
        }
        for method in ["PUT", "TRACE", "OPTIONS", "CONNECT", "PROPFIND", "LOCK"] {
            let answer = fixture.client("a1").call(method, &ta(&fixture)).send().await.expect(405);
            assert!(answer.header("allow").contains("GET"), "{method}");
        }
        assert_eq!(fixture.server.rows().await, before);
    }

    async fn sec_024_nobody_grants_more_than_they_hold(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let person = |name: &str| format!("/api/v1/people/{}", fixture.people[name]);
        let roles = |roles: Json| json!({"fields": {"roles": roles}});
        let (a, b) = (fixture.a.to_string(), fixture.b.to_string());
        let oa = fixture.client("oa");
        let before = fixture.server.rows().await;
        for wanted in [
            json!([{"role": "administrator"}]), json!([{"role": "requester"}]), json!([{"role": "auditor"}]),
            json!([{"role": "administrator", "organisation": b}]), json!([{"role": "requester", "organisation": b}]),
            json!([{"role": "administrator", "organisation": fixture.provider.to_string()}]),
            json!([{"role": "administrator", "organisation": a}, {"role": "agent"}]), json!([{"role": "unheard_of"}]),
        ] {
            // a1 is a requester everywhere already, which is kept and not given.
            check_fault(&oa.patch(&person("am"), roles(wanted.clone())).await, "roles");
            check_fault(&oa.patch(&person("oa"), roles(wanted)).await, "roles");
        }
        for stronger in ["root", "g1", "g2", "b1"] {
            oa.patch(&person(stronger), json!({"fields": {"title": "x"}})).await.expect(404);
            oa.post(&format!("{}/transitions/leave", person(stronger)), json!({"fields": {"leave_on": "2026-01-05"}})).await.expect(404);
        }
        for weak in ["g1", "g2", "am", "a1"] {
            let status = if weak == "a1" || weak == "am" { [403, 404] } else { [403, 403] };
            for target in ["a1", "root", weak] {
                let answer = fixture.client(weak).patch(&person(target), roles(json!([{"role": "administrator"}]))).await;
                assert!(status.contains(&answer.status.as_u16()), "{weak} {target}: {}", answer.text());
            }
            let body = json!({"fields": {"given_name": "new", "login": "new", "roles": [{"role": "administrator"}]}});
            fixture.client(weak).post("/api/v1/people", body).await.expect(403);
        }
        assert_eq!(fixture.server.rows().await, before);
        oa.patch(&person("am"), roles(json!([{"role": "administrator", "organisation": a}]))).await.expect(200);
        // Somebody in A whose role reaches further than oa's is out of oa's hands altogether.
        let wide = fixture.server.person("wide", ("wide", "agent"), fixture.a, &[("agent", None)]).await;
        check_fault(&oa.patch(&format!("/api/v1/people/{wide}"), json!({"fields": {"login": "taken"}})).await, "roles");
        let leave = json!({"fields": {"leave_on": "2026-01-05"}});
        check_fault(&oa.post(&format!("/api/v1/people/{wide}/transitions/leave"), leave).await, "roles");
    }

    async fn sec_024_rank_alone_does_not_make_a_role_ones_own(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        // Administers A, and is an agent everywhere: may not make somebody a service desk agent everywhere.
        let held = [("administrator", Some(fixture.a)), ("agent", None)];
        let person = fixture.server.person("both", ("both", "roles"), fixture.a, &held).await;
        let client = fixture.server.client_of(person).await;
        let target = format!("/api/v1/people/{}", fixture.people["am"]);
        let give = |role: &str| json!({"fields": {"roles": [{"role": role}]}});
        check_fault(&client.patch(&target, give("service_desk_agent")).await, "roles");
        client.patch(&target, give("agent")).await.expect(200);
    }

    async fn sec_025_history_stays_as_it_was(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let journal = format!("{}/journal", ta(&fixture));
        let before = fixture.client("root").get(&journal).await.expect(200).json();
        let root = fixture.client("root");
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            root.call(method, &journal).json(&json!({})).send().await.expect(405);
            root.call(method, &format!("{journal}/2")).json(&json!({})).send().await.expect(404);
        }
        for (path, body) in [
            ("comments", json!({"body": "x", "author": "1"})), ("comments", json!({"body": "x", "at": "2020-01-01T00:00:00Z"})),
            ("worklogs", json!({"duration": "PT5M", "person": "1"})),
            ("worklogs", json!({"duration": "PT5M", "started_at": "2099-01-01T00:00:00Z"})),
        ] {
            root.post(&format!("{}/{path}", ta(&fixture)), body).await.expect(422);
        }
        for field in ["opened_at", "responded_at", "reopen_count", "closed_by", "reassignment_count", "priority"] {
            let answer = root.patch(&ta(&fixture), json!({"fields": {field: Json::Null}})).await;
            check_fault(&answer, field);
        }
        root.patch(&ta(&fixture), json!({"fields": {"title": "renamed"}})).await.expect(200);
        let after = root.get(&journal).await.expect(200).json();
        let (before, after) = (before.as_array().unwrap(), after.as_array().unwrap());
        assert_eq!(before[..], after[..before.len()]);
        let change = &after.last().unwrap()["changes"][0];
        assert_eq!((&change["from"], &change["to"]), (&json!(word("TA.title")), &json!("renamed")));
    }

    async fn sec_027_tokens_are_bounded(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let app = fixture.server.app.clone();
        let g1 = fixture.people["g1"];
        let with = |token: String| fixture.server.anonymous().bearer(&token);
        let loose = fixture.server.make("incident", fixture.a, json!({"title": "loose"})).await.record.number;
        let before = fixture.server.rows().await;

        let limits = TokenLimits { read_only: true, ..UNLIMITED };
        let reader = with(app.add_token(g1, "reader", &limits, 1).await.unwrap());
        reader.get(&ta(&fixture)).await.expect(200);
        reader.patch(&ta(&fixture), json!({"fields": {"title": "x"}})).await.expect(403);
        for (part, body) in [("comments", json!({"body": "x"})), ("watchers", json!({})), ("transitions/start", json!({}))] {
            reader.post(&format!("{}/{part}", ta(&fixture)), body).await.expect(403);
        }
        reader.post("/api/v1/incidents", json!({"fields": {"title": "x"}})).await.expect(403);
        reader.call("POST", &format!("{}/attachments?name=x", ta(&fixture))).body("x").send().await.expect(403);

        let limits = TokenLimits { teams: vec![fixture.desk], ..UNLIMITED };
        let desk = with(app.add_token(g1, "desk", &limits, 1).await.unwrap());
        desk.get(&ta(&fixture)).await.expect(200);
        desk.get(&format!("/api/v1/incidents/{loose}")).await.expect(404);
        assert_eq!(desk.get("/api/v1/incidents").await.expect(200).header("x-total-count"), "2");
        assert_eq!(desk.get("/api/v1/people").await.expect(200).json(), json!([]));

        let limits = TokenLimits { kinds: vec!["problem".to_owned()], ..UNLIMITED };
        let problems = with(app.add_token(g1, "problems", &limits, 1).await.unwrap());
        problems.get(&ta(&fixture)).await.expect(404);
        assert_eq!(problems.get("/api/v1/incidents").await.expect(200).json(), json!([]));
        assert_eq!(problems.get("/api/v1/kinds").await.expect(200).json().as_array().unwrap().len(), 1);
        assert_eq!(fixture.server.rows().await, before);

        let limits = TokenLimits { teams: vec![fixture.hr], ..UNLIMITED };
        let foreign = with(app.add_token(g1, "hr", &limits, 1).await.unwrap());
        assert_eq!(foreign.get("/api/v1/incidents").await.expect(200).json(), json!([]));
    }

    async fn sec_027_tokens_end(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let app = fixture.server.app.clone();
        let g1 = fixture.people["g1"];
        let token = app.add_token(g1, "short", &UNLIMITED, 1).await.unwrap();
        let short = fixture.server.anonymous().bearer(&token);
        let revoked = app.add_token(g1, "revoked", &UNLIMITED, 1).await.unwrap();
        let other = fixture.server.anonymous().bearer(&revoked);
        other.get("/api/v1/me").await.expect(200);
        app.revoke_token(&revoked).await.unwrap();
        other.get("/api/v1/me").await.expect(401);
        for wrong in [&token[4..], &token[..token.len() - 1], &token.to_uppercase(), "", "stw_", "null"] {
            fixture.server.anonymous().bearer(wrong).get("/api/v1/me").await.expect(401);
        }
        // The owner's rights of now: out of the team, out of its tickets.
        short.get(&ta(&fixture)).await.expect(200);
        let team = format!("/api/v1/teams/{}", fixture.desk);
        fixture.client("root").patch(&team, json!({"fields": {"members": []}})).await.expect(200);
        short.get(&ta(&fixture)).await.expect(404);
        fixture.server.clock.advance(86_400);
        short.get("/api/v1/me").await.expect(401);
        fixture.client("g1").get("/api/v1/me").await.expect(200);
        let leave = json!({"fields": {"leave_on": "2026-01-05"}});
        fixture.client("root").post(&format!("/api/v1/people/{g1}/transitions/leave"), leave).await.expect(200);
        fixture.client("g1").get("/api/v1/me").await.expect(401);
        assert!(app.add_token(fixture.people["g2"], "long", &UNLIMITED, 366).await.is_err());
    }

    async fn sec_028_names_that_are_on_no_list_lead_nowhere(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let before = fixture.server.rows().await;
        let root = fixture.client("root");
        for name in [
            "incident", "Incidents", "record", "sqlite_master", "pg_catalog", "__proto__", "constructor", "..%2F..", "*",
            "incidents%27", "toString", "task_work", "prioritised", "%F0%9F%92%A9", "%ff", "%2e%2e",
        ] {
            for path in [format!("/api/v1/{name}"), format!("/api/v1/{name}/1"), format!("/api/v1/{name}/1/journal")] {
                root.get(&path).await.expect(404);
            }
            root.post(&format!("/api/v1/{name}"), json!({"fields": {}})).await.expect(404);
            root.get(&format!("{}/{name}", ta(&fixture))).await.expect(404);
            let move_on = root.post(&format!("{}/transitions/{name}", ta(&fixture)), json!({})).await;
            assert!([404, 409].contains(&move_on.status.as_u16()), "{name}: {}", move_on.text());
            let unlink = root.delete(&format!("{}/links/{name}/{}", ta(&fixture), fixture.ca.record.number)).await;
            assert!([404, 422].contains(&unlink.status.as_u16()), "{name}: {}", unlink.text());
            root.get(&format!("{}/access?action={name}", ta(&fixture))).await.expect(400);
        }
        assert_eq!(fixture.server.rows().await, before);
    }

    async fn refusals_leave_a_line_in_the_security_journal(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let count = async || fixture.server.database.store.security_events(steward_model::moment::Moment(0), 1000).await.unwrap();
        let before = count().await.len();
        fixture.client("b1").get(&ta(&fixture)).await.expect(404);
        fixture.client("a1").patch(&ta(&fixture), json!({"fields": {"title": "x"}})).await.expect(403);
        fixture.client("a1").get(&ta(&fixture)).await.expect(200);
        let events = count().await;
        let new: Vec<_> = events.iter().filter(|event| event.action == "access").collect();
        assert_eq!((events.len() - before, new.len()), (2, 2));
        assert!(new.iter().all(|event| event.outcome == "refused" && event.detail.contains(&fixture.ta.record.number)));
        let actors: Vec<_> = new.iter().map(|event| event.actor).collect();
        assert!(actors.contains(&fixture.people["b1"]) && actors.contains(&fixture.people["a1"]));
    }
}
