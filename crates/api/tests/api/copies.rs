//! Copies in memory: what one node writes is seen there at once, and on another node within two seconds.

use axum::Router;
use serde_json::json;
use std::sync::Arc;

use steward_app::definitions::{Base, Definitions};
use steward_app::{App, Parts};
use steward_http::Doors;
use steward_store::blob::Blobs;
use steward_testkit::client::Client;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;
use steward_testkit::server::UNLIMITED;

/// More than a copy may be old.
const LATER: i64 = 3;
const ME: &str = "/api/v1/me";

/// Another node on the database of the fixture, with copies of its own.
fn other_node(fixture: &Fixture) -> Router {
    let server = &fixture.server;
    let blobs = Blobs::open(&server.database.folder.path().join("blobs")).unwrap();
    let definitions = Definitions::load(Arc::new(Base::shipped()), Vec::new()).map_err(|faults| faults[0].to_string());
    let app = App::new(Parts {
        store: server.database.store.clone(),
        blobs,
        definitions: definitions.unwrap(),
        clock: server.clock.clone(),
        key: [7; 32],
        search: None,
    });
    steward_api::router(app, Doors::default())
}

/// Both nodes as somebody with a fresh token.
async fn both(fixture: &Fixture, person: &str) -> (String, Client, Client) {
    let token = fixture.server.app.add_token(fixture.people[person], "copies", &UNLIMITED, 1).await.unwrap();
    let here = fixture.server.anonymous().bearer(&token);
    let there = Client::anonymous(other_node(fixture)).bearer(&token);
    (token, here, there)
}

on_both! {
    async fn a_new_name_is_shown(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (_, here, there) = both(&fixture, "root").await;
        let (page, list) = (format!("/api/v1/incidents/{}", fixture.ta.record.number), "/api/v1/incidents");
        let team = format!("/api/v1/teams/{}", fixture.desk);
        let before = here.get(&team).await.expect(200).json()["fields"]["name"].as_str().unwrap().to_owned();
        for client in [&here, &there] {
            for path in [page.as_str(), list] {
                assert!(client.get(path).await.expect(200).text().contains(&before), "{path}");
            }
        }
        fixture.client("root").patch(&team, json!({"fields": {"name": "Harbour pilots"}})).await.expect(200);
        for path in [page.as_str(), list] {
            let shown = here.get(path).await.expect(200).text();
            assert!(shown.contains("Harbour pilots") && !shown.contains(&before), "{path}");
        }
        fixture.server.clock.advance(LATER);
        for path in [page.as_str(), list] {
            let shown = there.get(path).await.expect(200).text();
            assert!(shown.contains("Harbour pilots") && !shown.contains(&before), "{path}");
        }
    }

    async fn a_role_taken_away_opens_nothing(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (_, here, there) = both(&fixture, "g1").await;
        let page = format!("/api/v1/incidents/{}", fixture.ta.record.number);
        here.get(&page).await.expect(200);
        there.get(&page).await.expect(200);
        let person = format!("/api/v1/people/{}", fixture.people["g1"]);
        fixture.client("root").patch(&person, json!({"fields": {"roles": []}})).await.expect(200);
        here.get(&page).await.expect(404);
        fixture.server.clock.advance(LATER);
        there.get(&page).await.expect(404);
    }

    async fn sec_027_a_revoked_token_opens_nothing(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (token, here, there) = both(&fixture, "g1").await;
        here.get(ME).await.expect(200);
        there.get(ME).await.expect(200);
        fixture.server.app.revoke_token(&token).await.unwrap();
        here.get(ME).await.expect(401);
        fixture.server.clock.advance(LATER);
        there.get(ME).await.expect(401);
    }

    async fn an_address_that_fails_too_often_is_trusted_no_more(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (_, here, there) = both(&fixture, "g1").await;
        let (here, there) = (here.from("10.9.9.9"), there.from("10.9.9.9"));
        here.get(ME).await.expect(200);
        let guess = here.bearer("stw_guess");
        for _ in 0..20 {
            guess.get(ME).await.expect(401);
        }
        here.get(ME).await.expect(429);
        // Each failure past the limit doubles the wait; the fourth makes it eight seconds.
        for wait in [1, 2, 4] {
            fixture.server.clock.advance(wait);
            there.get(ME).await.expect(200);
            guess.get(ME).await.expect(401);
        }
        here.get(ME).await.expect(429);
        fixture.server.clock.advance(LATER);
        there.get(ME).await.expect(429);
        there.from("10.9.9.8").get(ME).await.expect(200);
    }
}
