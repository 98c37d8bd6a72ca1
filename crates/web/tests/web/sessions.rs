//! SEC-069, 073 to 080, 089: signing in, what is kept of it, and how it ends.

use std::collections::BTreeSet;

use serde_json::json;
use steward_http::Doors;
use steward_model::command::{Command, Transition};
use steward_store::connection::Connection;
use steward_testkit::browser::{Browser, COOKIE};
use steward_testkit::on_both;
use steward_testkit::server::Server;

use crate::world::{PASSWORD, World, check_status, location};

const NEXT: &str = "another amber fjord meadow";

/// Whether the session of a browser holds.
async fn holds(browser: &Browser) -> bool {
    browser.get("/help").await.status.as_u16() == 200
}

/// As [`holds`], asked by a page on its own.
async fn holds_in_background(browser: &Browser) -> bool {
    browser.call("GET", "/help").header("x-steward-background", "true").send().await.status.as_u16() == 200
}

/// All that stands in a table, as text.
async fn dump(server: &Server, sql: &str) -> Vec<(Vec<u8>, String)> {
    let mut connection: Connection = server.database.store.read().await.unwrap();
    let rows = connection.fetch_all(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.bytes(0).unwrap().to_vec(), row.text(1).unwrap())).collect()
}

on_both! {
    async fn sec_069_no_answer_tells_which_logins_exist(db: TestDatabase) {
        let world = World::build(db).await;
        let known = world.with_password("a1").await;
        let left = world.with_password("a2").await;
        let a2 = world.fixture.server.make("person", world.fixture.a, json!({"given_name": "x", "family_name": "y", "login": "gone"})).await;
        world.fixture.server.transition(&a2, "leave", json!({"leave_on": "2026-01-05"})).await;
        let without_password = world.fixture.canary("b1.login");
        let mut answers = BTreeSet::new();
        for (index, login) in [known.as_str(), &left, &without_password, "gone", "nobody", "a b", "' or 1=1 --", "x\u{0}y"].into_iter().enumerate() {
            let browser = world.another("anon").await.from(&format!("10.0.0.{index}"));
            let answer = browser.sign_in(login, "wrong password of all").await.expect(401);
            let escaped = login.replace('&', "&amp;").replace('"', "&quot;");
            let mut headers: Vec<String> = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
            headers.retain(|line| !line.starts_with("content-length"));
            answers.insert((answer.text().replace(&format!("value=\"{escaped}\""), "value=\"\""), headers));
        }
        assert_eq!(answers.len(), 1, "{answers:?}");
    }

    async fn sec_073_and_sec_074_only_good_passwords_and_never_their_hashes(db: TestDatabase) {
        let world = World::build(db).await;
        let login = world.with_password("a1").await;
        let browser = world.another("anon").await;
        let hash = world.fixture.server.database.store.get_credential(world.fixture.people["a1"]).await.unwrap().unwrap();
        for wrong in [hash.as_str(), &PASSWORD[1..], &PASSWORD.to_uppercase(), &format!("{PASSWORD} ")] {
            browser.sign_in(&login, wrong).await.expect(401);
        }
        let done = browser.sign_in(&login, PASSWORD).await.expect(303);
        assert_eq!(location(&done), "/");
        for weak in ["", "short", "password", "aaaaaaaaaaaaaaaaaaaa", login.as_str(), &"x y ".repeat(300)] {
            let values = [("current_password", PASSWORD), ("new_password", weak)];
            let answer = browser.post("/account/password", &values).await.expect(422);
            assert!(answer.text().contains("field__error"), "{weak}: {}", answer.text());
        }
        let long = "ä".repeat(30) + " tram over gravel";
        browser.post("/account/password", &[("current_password", PASSWORD), ("new_password", &long)]).await.expect(200);
        world.fixture.server.clock.advance(901);
        let other = world.another("anon").await;
        other.sign_in(&login, PASSWORD).await.expect(401);
        other.sign_in(&login, &long[..long.len() - 1]).await.expect(401);
        other.sign_in(&login, &long).await.expect(303);
        let huge = world.another("anon").await.sign_in(&login, &"x".repeat(1024 * 1024)).await;
        assert!([400, 413].contains(&huge.status.as_u16()));
        // The hash of a session, from a copy of the database, opens none.
        for (bytes, _) in dump(&world.fixture.server, "select hash, agent from session").await {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let thief = world.another("anon").await;
            thief.set_cookie(COOKIE, &hex);
            assert!(!holds(&thief).await);
        }
    }

    async fn sec_075_guessing_has_to_wait(db: TestDatabase) {
        let world = World::build(db).await;
        let login = world.with_password("a1").await;
        for guess in 0..5 {
            let browser = world.another("anon").await.from(&format!("10.0.0.{guess}"));
            browser.sign_in(&login, "wrong").await.expect(401);
        }
        let browser = world.another("anon").await.from("10.0.1.1");
        let waiting = browser.sign_in(&login, PASSWORD).await.expect(429);
        assert_eq!(waiting.header("retry-after"), "1");
        assert_eq!(waiting.header("set-cookie"), "");
        let elsewhere = browser.at(world.fixture.server.on_another_node().from("10.0.1.2"));
        elsewhere.sign_in(&login, PASSWORD).await.expect(429);
        world.fixture.server.clock.advance(1);
        browser.sign_in(&login, PASSWORD).await.expect(303);
        // One address on many accounts.
        let one = world.another("anon").await.from("10.0.2.1");
        for guess in 0..20 {
            one.sign_in(&format!("nobody{guess}"), "wrong").await.expect(401);
        }
        let login = world.with_password("am").await;
        one.sign_in(&login, PASSWORD).await.expect(429);
        // What a peer says of itself moves no limit (SEC-095).
        let call = one.own_call("POST", "/sign-in").header("x-forwarded-for", "198.51.100.7").header("forwarded", "for=198.51.100.7");
        call.form(&[("login", login.as_str()), ("password", PASSWORD)]).send().await.expect(429);
        // The password asked for once more counts as well, an empty field does not.
        let b1 = world.browser("g1");
        for _ in 0..7 {
            b1.post("/account/password", &[("current_password", ""), ("new_password", NEXT)]).await.expect(422);
        }
        let g1 = world.with_password("g1").await;
        world.another("anon").await.from("10.0.3.1").sign_in(&g1, PASSWORD).await.expect(303);
    }

    async fn sec_076_every_sign_in_makes_a_new_session(db: TestDatabase) {
        let world = World::build(db).await;
        let login = world.with_password("a1").await;
        let browser = world.another("anon").await;
        browser.set_cookie(COOKIE, "chosen-by-somebody-else");
        let answer = browser.sign_in(&login, PASSWORD).await.expect(303);
        let line = answer.header("set-cookie").to_owned();
        for part in ["__Host-steward=", "Path=/", "HttpOnly", "SameSite=Lax", "Secure"] {
            assert!(line.contains(part), "{part} in {line}");
        }
        assert!(!line.contains("Domain") && !line.contains("Max-Age"), "{line}");
        let first = browser.cookie(COOKIE).unwrap();
        assert_ne!(first, "chosen-by-somebody-else");
        assert!(first.len() >= 43, "256 bits in {first}");
        browser.sign_in(&login, PASSWORD).await.expect(303);
        assert_ne!(browser.cookie(COOKIE).unwrap(), first);
        let old = world.another("anon").await;
        old.set_cookie(COOKIE, &first);
        assert!(!holds(&old).await, "the session from before still holds");
        let out = browser.post("/sign-out", &[]).await.expect(303);
        assert!(out.header("clear-site-data").contains("cache"));
        assert_eq!(browser.cookie(COOKIE), None);
    }

    async fn sec_077_a_session_ends_on_every_node(db: TestDatabase) {
        let world = World::build(db).await;
        let server = &world.fixture.server;
        let (clock, people) = (&server.clock, &world.fixture.people);
        let login = world.with_password("g1").await;
        let session = async |actor: &str| {
            let here = world.another(actor).await;
            let there = here.at(server.on_another_node());
            assert!(holds(&here).await && holds(&there).await);
            (here, there)
        };
        let ended = async |there: &Browser, what: &str| {
            clock.advance(3);
            assert!(!holds(there).await, "{what} left the session alive");
        };
        let (here, there) = session("a1").await;
        here.post("/sign-out", &[]).await.expect(303);
        ended(&there, "signing out").await;

        let (other, other_there) = session("g1").await;
        let here = world.another("anon").await;
        here.sign_in(&login, PASSWORD).await.expect(303);
        here.post("/account/password", &[("current_password", PASSWORD), ("new_password", NEXT)]).await.expect(200);
        ended(&other_there, "a new password").await;
        assert!(!holds(&other).await);
        assert!(holds(&here).await, "the session that changed it goes on");

        let (_, there) = session("g2").await;
        let root = server.actor(people["root"]).await;
        let kind = server.app.kind("person").unwrap().clone();
        let g2 = server.app.get(&root, &kind, &people["g2"].to_string(), None).await.unwrap();
        let fields = serde_json::from_value(json!({"leave_on": "2026-01-05"})).unwrap();
        let leave = Command::Transition(Transition { key: "leave".to_owned(), fields, ..Transition::default() });
        server.act(&root, &g2, steward_app::records::Request::Command(leave)).await;
        ended(&there, "leaving").await;

        // A role that is lost is lost on the page at once.
        let (_, there) = session("oa").await;
        there.get(&world.ta()).await.expect(200);
        let oa = server.app.get(&root, &kind, &people["oa"].to_string(), None).await.unwrap();
        let fields = serde_json::from_value(json!({"roles": []})).unwrap();
        let update = steward_app::records::Request::Update { fields, organisation: None, base: None };
        server.act(&root, &oa, update).await;
        clock.advance(3);
        let answer = there.get(&world.ta()).await;
        assert!([303, 404].contains(&answer.status.as_u16()), "{}", answer.text());

        // One's own sessions can be ended one by one, those of others cannot.
        let (one, two) = (world.another("b1").await, world.another("b1").await);
        assert!(holds(&one).await && holds(&two).await);
        let page = one.page("/account").await;
        let ends: Vec<String> = page.forms().into_iter().map(|form| form.action).filter(|action| action.ends_with("/end")).collect();
        world.browser("a2").post(&ends[0], &[]).await.expect(303);
        assert!(holds(&two).await && holds(&world.another("b1").await).await);
        for end in &ends {
            one.post(end, &[]).await.expect(303);
        }
        clock.advance(3);
        assert!(holds(&one).await && !holds(&two).await);
    }

    async fn sec_078_sessions_end_by_time(db: TestDatabase) {
        let world = World::build(db).await;
        let clock = &world.fixture.server.clock;
        for (actor, idle, whole) in [("g1", 30 * 60, 12 * 3600), ("a1", 2 * 3600, 24 * 3600)] {
            let browser = world.another(actor).await;
            clock.advance(idle - 60);
            assert!(holds(&browser).await, "{actor}");
            clock.advance(idle);
            assert!(!holds(&browser).await, "{actor} idle");
            assert!(!holds(&browser).await, "{actor} dead is dead");
            // What a page asks by itself keeps nothing alive.
            let browser = world.another(actor).await;
            for _ in 0..10 {
                clock.advance(idle / 10 - 1);
                assert!(holds_in_background(&browser).await, "{actor}");
                let (parts, _) = browser.call("GET", "/live").open().await.into_parts();
                assert_eq!(parts.status.as_u16(), 200);
            }
            clock.advance(20);
            assert!(!holds(&browser).await, "{actor} was kept alive by its page");
            // Use keeps it alive, to the end of its life.
            let browser = world.another(actor).await;
            let step = idle / 2;
            for _ in 0..(whole / step - 1) {
                clock.advance(step);
                assert!(holds(&browser).await, "{actor}");
            }
            clock.advance(step);
            assert!(!holds(&browser).await, "{actor} outlived its end");
            // A clock set back revives none, and makes none last longer.
            let browser = world.another(actor).await;
            clock.advance(idle + 1);
            assert!(!holds(&browser).await);
            clock.advance(-idle);
            assert!(!holds(&browser).await, "{actor} came back to life");
            let browser = world.another(actor).await;
            clock.advance(-3600);
            assert!(!holds(&browser).await, "{actor} has a session from the future");
            clock.advance(7200);
        }
    }

    async fn sec_079_a_session_is_told_to_nobody(db: TestDatabase) {
        let world = World::build(db).await;
        let login = world.with_password("root").await;
        let browser = world.another("anon").await;
        browser.sign_in(&login, PASSWORD).await.expect(303);
        let secret = browser.cookie(COOKIE).unwrap();
        for path in ["/", "/account", "/sign-in", "/incidents", "/people", "/search?q=a", "/pick?q=a", "/nonsense", "/help", "/api/v1/me"] {
            let answer = browser.get(path).await;
            assert!(!answer.everything().contains(&secret), "{path}");
        }
        let (_, body) = browser.call("GET", "/live").open().await.into_parts();
        drop(body);
        for (hash, agent) in dump(&world.fixture.server, "select hash, agent from session").await {
            assert_eq!(hash.len(), 32);
            assert!(!String::from_utf8_lossy(&hash).contains(&secret) && !agent.contains(&secret));
        }
        for sql in ["select cast('x' as text) as a, cast(detail as text) from security_event", "select cast('x' as text) as a, cast(data as text) from journal"] {
            let mut connection = world.fixture.server.database.store.read().await.unwrap();
            let Ok(rows) = connection.fetch_all(sql, &[]).await else { continue };
            assert!(rows.iter().all(|row| !row.text(1).unwrap().contains(&secret)));
        }
        // Nor does the address take one.
        let thief = world.another("anon").await;
        let answer = thief.get(&format!("/account?session={secret}&steward={secret}")).await;
        check_status(&answer, 303, "a session in the address");
        thief.call("GET", "/account").header("authorization", &format!("Bearer {secret}")).send().await.expect(303);
        thief.call("GET", "/api/v1/me").header("authorization", &format!("Bearer {secret}")).send().await.expect(401);
        browser.get("/api/v1/me").await.expect(401);
    }

    async fn sec_080_what_opens_an_account_needs_the_password_again(db: TestDatabase) {
        let world = World::build(db).await;
        let login = world.with_password("root").await;
        let person = world.fixture.people["b1"];
        let browser = world.another("root").await;
        world.fixture.server.clock.advance(601);
        let before = world.state().await;
        browser.post("/account/tokens", &[("label", "mine"), ("days", "5")]).await.expect(422);
        browser.post("/account/tokens", &[("label", "mine"), ("days", "5"), ("current_password", "wrong")]).await.expect(422);
        browser.post("/account/password", &[("current_password", ""), ("new_password", NEXT)]).await.expect(422);
        browser.post("/account/password", &[("new_password", NEXT)]).await.expect(422);
        for (field, value) in [("login", "taken-over"), ("mail", "evil@example.net"), ("roles.0.role", "administrator")] {
            for path in [format!("/people/{person}/edit"), format!("/people/{person}/fields/{}", field.split('.').next().unwrap())] {
                let answer = browser.post(&path, &[(field, value)]).await;
                check_status(&answer, 422, &format!("{path} {field}"));
            }
        }
        assert_eq!(world.state().await, before);
        // What opens nothing needs none.
        browser.post(&format!("/people/{person}/fields/given_name"), &[("given_name", "Bea")]).await.expect(303);
        let given = [("login", "renamed"), ("current_password", PASSWORD)];
        browser.post(&format!("/people/{person}/edit"), &given).await.expect(303);
        // Now it was given, for ten minutes.
        let made = browser.post("/account/tokens", &[("label", "mine"), ("days", "5"), ("read_only", "true")]).await.expect(200);
        assert!(made.text().contains("stw_"));
        for (label, days) in [("x", "0"), ("x", "366"), ("x", "many"), ("x", "-1"), ("", "5"), (&*"x".repeat(101), "5"), ("a\u{0}b", "5")] {
            let answer = browser.post("/account/tokens", &[("label", label), ("days", days)]).await;
            check_status(&answer, 422, &format!("{label:?} {days}"));
        }
        let account = browser.get("/account").await.expect(200);
        assert!(!account.text().contains("stw_"), "a token is shown once");
        world.fixture.server.clock.advance(601);
        browser.post("/account/tokens", &[("label", "more")]).await.expect(422);
        let _ = login;
    }

    async fn sec_089_the_first_start_belongs_to_who_has_the_link(db: TestDatabase) {
        let secret = "s".repeat(43);
        let settings = steward_web::Settings { set_up_secret: Some(secret.clone()), ..steward_web::Settings::default() };
        let server = Server::start_as(db, (&[], &[]), Doors::default(), settings).await;
        let browser = server.browser();
        for path in ["/set-up", "/set-up?secret=", "/set-up?secret=x", &format!("/set-up?secret={}", &secret[1..]), &format!("/set-up?secret={secret}s")] {
            browser.get(path).await.expect(404);
        }
        let page = browser.page(&format!("/set-up?secret={secret}")).await;
        let form = page.form("/set-up").unwrap();
        for (login, password) in [("admin", "admin"), ("root", "root"), ("steward", "steward"), ("", "")] {
            browser.sign_in(login, password).await.expect(401);
        }
        let filled = |login: &str| {
            form.clone().with("organisation", "Acme").with("name", "Ada Okafor").with("mail", &format!("{login}@example.org")).with("login", login).with("password", PASSWORD)
        };
        let wrong = browser.submit(&filled("ada").with("secret", "wrong")).await;
        check_status(&wrong, 404, "a wrong secret");
        let weak = browser.submit(&filled("ada").with("password", "short")).await.expect(422);
        assert!(weak.text().contains("Ada Okafor") && !weak.text().contains("\"short\""), "what was typed stays, but for the password");
        let (one, two) = (server.browser(), server.browser());
        let (first, second) = (filled("ada"), filled("eve"));
        let both = tokio::join!(one.submit(&first), two.submit(&second));
        let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 404], "exactly one sets it up");
        let winner = if both.0.status.as_u16() == 303 { one } else { two };
        winner.get("/").await.expect(200);
        for _ in 0..2 {
            browser.get(&format!("/set-up?secret={secret}")).await.expect(404);
            browser.submit(&filled("mallory")).await.expect(404);
            // A restored copy in which nobody has a password yet does not open it again.
            let store = &server.database.store;
            let mut connection = store.read().await.unwrap();
            let people = connection.fetch_all("select count(*) from credential", &[]).await.unwrap();
            assert_eq!(people[0].integer(0).unwrap(), 1);
        }
    }
}
