//! SEC-073, SEC-074 and the guessing limits of section 4, through HTTP Basic and bearer tokens.

use serde_json::json;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

const PASSWORD: &str = "violet tram over gravel";
const ME: &str = "/api/v1/me";

fn login(fixture: &Fixture, name: &str) -> String {
    fixture.canary(&format!("{name}.login"))
}

on_both! {
    async fn sec_073_weak_passwords_are_refused_and_every_byte_counts(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let app = &fixture.server.app;
        let a1 = fixture.people["a1"];
        for weak in ["", "short", "password", "passwordpassword", "aaaaaaaaaaaaaaaaaaaa", &login(&fixture, "a1"), &"x y ".repeat(300)] {
            assert!(app.set_password(a1, weak).await.is_err(), "{weak}");
        }
        app.set_password(a1, PASSWORD).await.unwrap();
        let client = fixture.server.anonymous();
        let login = login(&fixture, "a1");
        client.basic(&login, PASSWORD).get(ME).await.expect(200);
        client.basic(&login.to_uppercase(), PASSWORD).get(ME).await.expect(200);
        client.basic(&login, &PASSWORD[..PASSWORD.len() - 1]).get(ME).await.expect(401);
        client.basic(&login, &format!("{PASSWORD} ")).get(ME).await.expect(401);
        client.basic(&login, &PASSWORD.to_uppercase()).get(ME).await.expect(401);
    }

    async fn sec_074_a_stolen_hash_and_an_old_password_open_nothing(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (app, a1, login) = (&fixture.server.app, fixture.people["a1"], login(&fixture, "a1"));
        app.set_password(a1, PASSWORD).await.unwrap();
        let client = fixture.server.anonymous();
        client.basic(&login, PASSWORD).get(ME).await.expect(200);
        let hash = fixture.server.database.store.get_credential(a1).await.unwrap().unwrap();
        client.basic(&login, &hash).get(ME).await.expect(401);
        app.set_password(a1, "another amber fjord meadow").await.unwrap();
        client.basic(&login, PASSWORD).get(ME).await.expect(401);
        client.basic(&login, "another amber fjord meadow").get(ME).await.expect(200);
        let leave = json!({"fields": {"leave_on": "2026-01-05"}});
        fixture.client("root").post(&format!("/api/v1/people/{a1}/transitions/leave"), leave).await.expect(200);
        client.basic(&login, "another amber fjord meadow").get(ME).await.expect(401);
    }

    async fn an_account_that_fails_five_times_has_to_wait(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let login = login(&fixture, "a1");
        fixture.server.app.set_password(fixture.people["a1"], PASSWORD).await.unwrap();
        let client = fixture.server.anonymous();
        let refused = client.basic(&login, "wrong").get(ME).await.expect(401);
        let nobody = client.from("10.0.0.9").basic("nobody", "wrong").get(ME).await.expect(401);
        assert_eq!((&refused.body, &refused.headers), (&nobody.body, &nobody.headers), "no answer tells which logins exist");
        for guess in ["a", "b", "c", "d"] {
            // From addresses of its own, so that only the account counts.
            client.from(&format!("10.0.0.{}", u32::from(guess.as_bytes()[0]))).basic(&login, guess).get(ME).await.expect(401);
        }
        let waiting = client.from("10.0.1.1").basic(&login, PASSWORD).get(ME).await.expect(429);
        assert_eq!(waiting.header("retry-after"), "1");
        assert_eq!(waiting.json()["title"], "Too many requests");
        // The right one counts as soon as the wait is over; a wrong one doubles it.
        fixture.server.clock.advance(1);
        client.basic(&login, "wrong").get(ME).await.expect(401);
        fixture.server.clock.advance(1);
        assert_eq!(client.basic(&login, PASSWORD).get(ME).await.expect(429).header("retry-after"), "1");
        fixture.server.clock.advance(1);
        client.basic(&login, PASSWORD).get(ME).await.expect(200);
    }

    async fn an_address_that_fails_twenty_times_has_to_wait(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let client = fixture.server.anonymous().from("2001:db8:1:2::1");
        for index in 0..20 {
            client.from(&format!("2001:db8:1:2::{index}")).bearer("stw_wrong").get(ME).await.expect(401);
        }
        let waiting = client.bearer(&fixture.tokens["a1"]).get(ME).await.expect(429);
        assert_eq!(waiting.header("retry-after"), "1");
        client.from("2001:db8:1:3::1").bearer(&fixture.tokens["a1"]).get(ME).await.expect(200);
        fixture.server.clock.advance(15 * 60);
        client.bearer(&fixture.tokens["a1"]).get(ME).await.expect(200);
    }

    async fn headers_that_cannot_be_read_are_nobody(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let client = fixture.server.anonymous().from("10.0.0.1");
        client.basic("a\0b", "x").get(ME).await.expect(401);
        client.basic(&"x".repeat(5000), "x").get(ME).await.expect(401);
        client.basic("' or 1=1 --", "' or 1=1 --").get(ME).await.expect(401);
        for value in ["", "Bearer", "Basic", "Basic ####", "Basic eA==", "Digest x", "Bearer \u{e9}"] {
            let answer = client.call("GET", ME).header("authorization", value).send().await.expect(401);
            assert!(answer.header("www-authenticate").contains("Bearer"));
        }
        let twice = fixture.client("a1").call("GET", ME).header("authorization", "Bearer x").send().await;
        assert_eq!(twice.status.as_u16(), 401, "two headers are none");
    }
}
