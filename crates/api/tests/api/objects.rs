//! SEC-002, 003, 006, 007, 015, 017: single objects, their parts, and the moment when the right to them ends.

use std::time::Duration;

use axum::body::BodyDataStream;
use futures_util::StreamExt;
use serde_json::{Value as Json, json};
use steward_testkit::client::Client;
use steward_testkit::fixture::{Fixture, word};
use steward_testkit::on_both;
use steward_testkit::server::UNLIMITED;

fn ta(fixture: &Fixture) -> String {
    format!("/api/v1/incidents/{}", fixture.ta.record.number)
}

fn tb(fixture: &Fixture) -> String {
    format!("/api/v1/incidents/{}", fixture.tb.record.number)
}

async fn move_to_b(fixture: &Fixture, number: &str) {
    let body = json!({"organisation": fixture.b.to_string()});
    fixture.client("root").patch(&format!("/api/v1/incidents/{number}"), body).await.expect(200);
}

/// An open stream of events.
struct Ear {
    stream: BodyDataStream,
    heard: String,
}

impl Ear {
    async fn open(client: &Client) -> Self {
        let response = client.call("GET", "/api/v1/events").open().await;
        assert_eq!(response.status().as_u16(), 200);
        Self { stream: response.into_body().into_data_stream(), heard: String::new() }
    }

    /// All that came until a word did. Readers of PostgreSQL wait for older transactions of other tests, hence the time.
    async fn until(&mut self, word: &str) -> String {
        let hear = async {
            while !self.heard.contains(word) {
                let chunk = self.stream.next().await.expect("the stream ended").unwrap();
                self.heard.push_str(&String::from_utf8_lossy(&chunk));
            }
        };
        tokio::time::timeout(Duration::from_secs(30), hear).await.unwrap_or_else(|_| panic!("{word} never came"));
        std::mem::take(&mut self.heard)
    }

    async fn ends_within(mut self, seconds: u64) -> bool {
        let rest = async { while self.stream.next().await.is_some() {} };
        tokio::time::timeout(Duration::from_secs(seconds), rest).await.is_ok()
    }
}

async fn comment(fixture: &Fixture, actor: &str, ticket: &str, body: &str, audience: &str) {
    let body = json!({"body": body, "audience": audience});
    fixture.client(actor).post(&format!("{ticket}/comments"), body).await.expect(200);
}

on_both! {
    async fn sec_002_a_file_is_gone_with_its_ticket(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let file = format!("{}/attachments/{}", ta(&fixture), fixture.files.0);
        let answer = fixture.client("a1").get(&file).await.expect(200);
        fixture.shows("TA.file_content", &answer);
        assert!(answer.header("content-disposition").starts_with("attachment;"));
        assert_eq!(answer.header("content-type"), "application/octet-stream");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").contains("sandbox"));
        move_to_b(&fixture, &fixture.ta.record.number).await;
        for actor in ["a1", "am", "oa", "a2", "b1", "g2"] {
            let answer = fixture.client(actor).get(&file).await.expect(404);
            fixture.sweep(actor, &answer);
        }
        fixture.client("anon").get(&file).await.expect(401);
    }

    async fn sec_002_a_file_taken_off_is_not_served(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let files = format!("{}/attachments", ta(&fixture));
        let added = fixture.client("a1").call("POST", &format!("{files}?name=mine.txt")).body("mine").send().await;
        let mine = format!("{files}/{}", added.expect(201).json()["id"].as_str().unwrap());
        fixture.client("a1").get(&mine).await.expect(200);
        fixture.client("a1").delete(&mine).await.expect(204);
        fixture.client("a1").get(&mine).await.expect(404);
        fixture.client("root").get(&mine).await.expect(404);
    }

    async fn sec_003_parts_of_another_ticket_are_not_found_under_ones_own(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let b1 = fixture.client("b1");
        let added = fixture.client("a1").call("POST", &format!("{}/attachments?name=late.txt", ta(&fixture)));
        let late = added.body(word("TA.file_content")).send().await.expect(201).json()["id"].as_str().unwrap().to_owned();
        let before = fixture.server.rows().await;
        let (ca, ta_number) = (&fixture.ca.record.number, &fixture.ta.record.number);
        for (method, path, expected) in [
            ("GET", format!("{}/attachments/{late}", tb(&fixture)), 404),
            ("DELETE", format!("{}/attachments/{late}", tb(&fixture)), 404),
            ("GET", format!("{}/attachments/{}", ta(&fixture), fixture.files.0), 404),
            ("DELETE", format!("{}/links/affects/{ca}", tb(&fixture)), 422),
            ("DELETE", format!("{}/links/relates_to/{ta_number}", tb(&fixture)), 422),
            ("DELETE", format!("{}/watchers/{}", tb(&fixture), fixture.people["a1"]), 422),
            ("GET", format!("/api/v1/configuration-items/{ta_number}"), 404),
            ("GET", format!("/api/v1/problems/{}", fixture.tb.record.id), 404),
        ] {
            let answer = b1.call(method, &path).send().await;
            assert_eq!(answer.status.as_u16(), expected, "{method} {path}: {}", answer.text());
            fixture.sweep("b1", &answer);
        }
        // Equal numbers lead to one's own.
        let own = b1.get(&format!("{}/attachments/{}", tb(&fixture), fixture.files.0)).await.expect(200);
        fixture.shows("TB.file_content", &own);
        fixture.sweep("b1", &own);
        assert_eq!(fixture.server.rows().await, before);
    }

    async fn sec_006_a_hidden_ticket_cannot_be_named(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let own = fixture.server.make("incident", fixture.a, json!({"title": "unclaimed"})).await.record.number;
        let before = fixture.server.rows().await;
        let own = format!("/api/v1/incidents/{own}");
        for name in [fixture.ta.record.number.clone(), fixture.ta.record.id.to_string()] {
            let link = json!({"link": "relates_to", "target": name});
            let create = json!({"fields": {"title": "x"}, "links": [link]});
            for actor in ["b1", "g2", "a2"] {
                let answer = fixture.client(actor).post("/api/v1/incidents", create.clone()).await.expect(422);
                fixture.sweep(actor, &answer);
                let operations = json!([
                    {"action": "create", "kinds": "incidents", "fields": {"title": "x"}, "links": [link]},
                    {"action": "update", "kinds": "incidents", "record": name, "fields": {"title": "x"}},
                    {"action": "transition", "kinds": "incidents", "record": name, "transition": "cancel"},
                    {"action": "comment", "kinds": "incidents", "record": name, "body": "x"},
                ]);
                let answer = fixture.client(actor).post("/api/v1/bulk", json!({"operations": operations})).await.expect(200);
                let statuses: Vec<i64> =
                    answer.json()["results"].as_array().unwrap().iter().map(|one| one["status"].as_i64().unwrap()).collect();
                assert_eq!(statuses, [422, 404, 404, 404], "{actor}: {}", answer.text());
                fixture.sweep(actor, &answer);
            }
            let g2 = fixture.client("g2");
            for field in ["parent_incident", "duplicate_of"] {
                g2.patch(&own, json!({"fields": {field: name}})).await.expect(422);
            }
            g2.post(&format!("{own}/links"), link).await.expect(422);
            let cancel = json!({"fields": {"cancel_reason": "x", "duplicate_of": name}});
            g2.post(&format!("{own}/transitions/cancel"), cancel).await.expect(422);
        }
        assert_eq!(fixture.server.rows().await, before);
        // A record that may be named can be.
        fixture.client("g1").patch(&own, json!({"fields": {"parent_incident": fixture.ta.record.number}})).await.expect(200);
        fixture.client("g2").get(&own).await.expect(200);
        fixture.sweep("g2", &fixture.client("g2").get(&own).await);
        fixture.sweep("g2", &fixture.client("g2").get(&format!("{own}/journal")).await);
    }

    async fn sec_006_requesters_make_no_links(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let links = json!([{"link": "relates_to", "target": fixture.ta.record.number}]);
        let body = json!({"fields": {"title": "x"}, "links": links});
        let refused = fixture.client("a1").post("/api/v1/incidents", body).await.expect(422);
        assert_eq!(refused.json()["errors"][0]["field"], "links");
    }

    async fn sec_007_a_moved_ticket_is_gone_for_those_it_left(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let a1 = fixture.client("a1");
        let create = json!({"fields": {"title": word("TA.title")}});
        let keyed = || a1.call("POST", "/api/v1/incidents").header("idempotency-key", "once").json(&create).send();
        let mine = keyed().await.expect(201).json()["number"].as_str().unwrap().to_owned();
        let watch = json!({"person": fixture.people["a2"].to_string()});
        fixture.client("root").post(&format!("{}/watchers", ta(&fixture)), watch).await.expect(200);
        fixture.client("a2").get(&ta(&fixture)).await.expect(200);
        fixture.client("g1").patch(&ta(&fixture), json!({"organisation": fixture.b.to_string()})).await.expect(422);
        fixture.server.clock.advance(60);
        move_to_b(&fixture, &fixture.ta.record.number).await;
        move_to_b(&fixture, &mine).await;
        for actor in ["a1", "a2", "am", "oa"] {
            let client = fixture.client(actor);
            for path in ["", "/journal", "/attachments", "/access", "/difference", "?as_of=2026-01-05T09:00:00Z"] {
                client.get(&format!("{}{path}", ta(&fixture))).await.expect(404);
            }
            client.post(&format!("{}/comments", ta(&fixture)), json!({"body": "x"})).await.expect(404);
            let list = client.get("/api/v1/incidents").await.expect(200);
            assert_eq!((list.json(), list.header("x-total-count")), (json!([]), "0"), "{actor}");
        }
        let again = keyed().await.expect(404);
        assert!(!again.text().contains(&word("TA.title")));
        // B's people are not its requester; its agents still work on it.
        fixture.client("b1").get(&ta(&fixture)).await.expect(404);
        fixture.client("g1").get(&ta(&fixture)).await.expect(200);
    }

    async fn sec_015_an_organisation_named_on_the_side_changes_nothing(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let plain = fixture.client("b1").get("/api/v1/incidents").await.expect(200);
        for (name, value) in [
            ("x-organisation", fixture.a.to_string()),
            ("x-tenant-id", fixture.a.to_string()),
            ("x-forwarded-host", "a.example.org".to_owned()),
            ("host", "a.example.org".to_owned()),
            ("cookie", format!("organisation={}; role=administrator", fixture.a)),
            ("x-forwarded-user", "root".to_owned()),
            ("x-role", "administrator".to_owned()),
        ] {
            let answer = fixture.client("b1").call("GET", "/api/v1/incidents").header(name, &value).send().await;
            assert_eq!((answer.status, &answer.body), (plain.status, &plain.body), "{name}");
        }
        for query in ["organisation=1", "tenant=1", "role=administrator", "team=1"] {
            fixture.client("b1").get(&format!("/api/v1/incidents?{query}")).await.expect(400);
        }
        for member in ["role", "team", "tenant", "actor"] {
            let body = json!({"fields": {"title": "x"}, member: fixture.a.to_string()});
            fixture.client("b1").post("/api/v1/incidents", body).await.expect(422);
        }
    }

    async fn sec_017_streams_carry_what_may_be_read_now(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let mut a1 = Ear::open(fixture.client("a1")).await;
        let mut b1 = Ear::open(fixture.client("b1")).await;
        let mut g1 = Ear::open(fixture.client("g1")).await;
        comment(&fixture, "g1", &ta(&fixture), "for the requester", "public").await;
        comment(&fixture, "g1", &ta(&fixture), &word("TA.note"), "internal").await;
        comment(&fixture, "g1", &tb(&fixture), "marker-b", "public").await;
        let own = fixture.client("a1").post("/api/v1/incidents", json!({"fields": {"title": "marker-a"}})).await.expect(201);
        let own = format!("/api/v1/incidents/{}", own.json()["number"].as_str().unwrap());
        let heard = a1.until("marker-a").await;
        assert!(heard.contains("for the requester"), "{heard}");
        fixture.sweep_text("a1", &heard);
        let heard = b1.until("marker-b").await;
        assert!(!heard.contains("for the requester"), "{heard}");
        fixture.sweep_text("b1", &heard);
        assert!(g1.until("marker-b").await.contains(&word("TA.note")));
        // The right ends: nothing of TA from here on.
        move_to_b(&fixture, &fixture.ta.record.number).await;
        comment(&fixture, "g1", &ta(&fixture), "after the move", "public").await;
        comment(&fixture, "a1", &own, "marker-c", "public").await;
        let heard = a1.until("marker-c").await;
        assert!(!heard.contains("after the move") && !heard.contains(&fixture.ta.record.number), "{heard}");
    }

    async fn sec_027_a_revoked_token_ends_its_stream(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let token = fixture.server.app.add_token(fixture.people["g1"], "short", &UNLIMITED, 1).await.unwrap();
        let ear = Ear::open(&fixture.server.anonymous().bearer(&token)).await;
        fixture.server.app.revoke_token(&token).await.unwrap();
        assert!(ear.ends_within(5).await);
    }

    async fn sec_018_answers_are_not_kept_and_tags_tell_nothing(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let answer = fixture.client("a1").get(&ta(&fixture)).await.expect(200);
        assert_eq!(answer.header("cache-control"), "no-store");
        let tag = answer.header("etag").to_owned();
        let again = fixture.client("b1").call("GET", &ta(&fixture)).header("if-none-match", &tag).send().await.expect(404);
        assert_eq!(again.json()["title"], "Not found");
        assert_eq!(again.json()["detail"], Json::from("not found"));
    }
}
