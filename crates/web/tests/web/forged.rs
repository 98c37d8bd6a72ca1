//! SEC-090 to 092: nothing changes unless a page of ours asks for it.

use steward_testkit::browser::{Browser, COOKIE, HOST};
use steward_testkit::on_both;
use steward_web::RouteMethod;

use crate::world::{PASSWORD, World, check_status};

/// Every address that takes forms, filled with what would change something.
fn addresses(world: &World) -> Vec<String> {
    let fixture = &world.fixture;
    let posts = steward_web::routes().into_iter().filter(|route| route.method == RouteMethod::Post);
    posts
        .map(|route| {
            route
                .path
                .replace("{kinds}", "incidents")
                .replace("{record}", &fixture.ta.record.number)
                .replace("{key}", if route.path.contains("fields") { "title" } else { "start" })
                .replace("{link}", "affects")
                .replace("{target}", &fixture.ca.record.number)
                .replace("{file}", &fixture.files.0.to_string())
                .replace("{session}", "1")
                .replace("{token}", "1")
                .replace("{edit}", "1")
                .replace("{view}", "1")
                .replace("{version}", "1")
                .replace("{feed}", "1")
        })
        .collect()
}

const VALUES: [(&str, &str); 10] = [
    ("title", "forged"),
    ("body", "forged"),
    ("duration", "5 min"),
    ("link", "relates_to"),
    ("target", "INC0000001"),
    ("theme", "dark"),
    ("density", "compact"),
    ("label", "forged"),
    ("login", "forged"),
    ("password", "forged"),
];

async fn with_token(browser: &Browser, token: &str) -> Vec<(String, String)> {
    let _ = browser;
    let mut values: Vec<(String, String)> = VALUES.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    values.push(("csrf_token".to_owned(), token.to_owned()));
    values
}

on_both! {
    async fn sec_090_no_foreign_page_changes_anything(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        let (own, foreign) = (root.token().await, world.browser("g1").token().await);
        let origin = format!("https://{HOST}");
        let before = world.state().await;
        for path in addresses(&world) {
            let good = with_token(root, &own).await;
            for headers in [
                vec![("sec-fetch-site", "cross-site")],
                vec![("sec-fetch-site", "same-site")],
                vec![("sec-fetch-site", "none")],
                vec![("sec-fetch-site", "cross-site"), ("origin", origin.as_str())],
                vec![("origin", "https://evil.example")],
                vec![("origin", "null")],
                vec![("origin", "https://desk.example.evil.example")],
                vec![("origin", "https://evildesk.example")],
                vec![("referer", "https://desk.example/")],
                vec![],
            ] {
                let mut call = root.call("POST", &path).header("x-csrf-token", &own);
                for (name, value) in &headers {
                    call = call.header(name, value);
                }
                let answer = call.form(&good).send().await;
                check_status(&answer, 403, &format!("{path} {headers:?}"));
            }
            for content in ["text/plain", "application/json", "application/xml", ""] {
                let call = root.own_call("POST", &path).header("x-csrf-token", &own).header("content-type", content);
                let answer = call.body(r#"{"title":"forged"}"#).send().await;
                check_status(&answer, 415, &format!("{path} {content}"));
            }
            // Nobody need be signed in there: what proves the form is a password, a secret, or the link itself.
            if path == "/sign-in" || path == "/set-up" || path.starts_with("/decide/") {
                continue;
            }
            let cut = &own[..own.len() - 1];
            for token in ["", "x", foreign.as_str(), cut, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
                let values = with_token(root, token).await;
                let answer = root.own_call("POST", &path).form(&values).send().await;
                check_status(&answer, 403, &format!("{path} with the token {token:?}"));
                let answer = root.own_call("POST", &path).multipart(&values, &[("files", "x.txt", b"x")]).send().await;
                check_status(&answer, 403, &format!("{path} with files and the token {token:?}"));
            }
            let bare = root.own_call("POST", &path).form(&VALUES).send().await;
            check_status(&bare, 403, &format!("{path} without token"));
            let late = root.own_call("POST", &path).multipart::<&str, &str>(&[], &[("files", "x.txt", b"x")]).send().await;
            check_status(&late, 403, &format!("{path} with a file before the token"));
            let token_in_address = root.own_call("POST", &format!("{path}?csrf_token={own}")).form(&VALUES).send().await;
            check_status(&token_in_address, 403, &format!("{path} with the token in the address"));
        }
        assert_eq!(world.state().await, before);
    }

    async fn sec_090_looking_changes_nothing(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        let own = root.token().await;
        let before = world.state().await;
        let routes = steward_web::routes();
        for route in routes.iter().filter(|route| route.path != "/live") {
            let path = route.path.replace("{kinds}", "incidents").replace("{record}", &world.fixture.ta.record.number).replace("{key}", "start")
                .replace("{file}", &world.fixture.files.0.to_string()).replace("{session}", "1").replace("{token}", "1").replace("{edit}", "1").replace("{view}", "1").replace("{link}", "affects").replace("{target}", &world.fixture.ca.record.number).replace("{*page}", "index");
            for method in ["GET", "HEAD", "OPTIONS"] {
                let query = format!("{path}?csrf_token={own}&title=forged&body=forged&watch=false&theme=dark");
                let answer = root.own_call(method, &query).send().await;
                assert!(answer.status.as_u16() < 500, "{method} {path}");
            }
        }
        assert_eq!(world.state().await, before);
    }

    async fn sec_091_nobody_is_signed_in_or_out_from_elsewhere(db: TestDatabase) {
        let world = World::build(db).await;
        let login = world.with_password("b1").await;
        let victim = world.browser("a1");
        let before = world.state().await;
        let values = [("login", login.as_str()), ("password", PASSWORD)];
        for site in ["cross-site", "same-site", "none"] {
            let answer = victim.call("POST", "/sign-in").header("sec-fetch-site", site).form(&values).send().await.expect(403);
            assert_eq!(answer.header("set-cookie"), "");
            victim.call("POST", "/sign-out").header("sec-fetch-site", site).form(&values).send().await.expect(403);
        }
        victim.get("/sign-out").await.expect(405);
        assert_eq!(world.state().await, before);
        victim.get("/account").await.expect(200);
        // A cookie that another host of the same site could set opens nothing here.
        let attacker = world.browser("b1").cookie(COOKIE).unwrap();
        let planted = world.another("anon").await;
        planted.set_cookie("steward", &attacker);
        planted.get("/account").await.expect(303);
        let both = world.another("a1").await;
        both.set_cookie("steward", &attacker);
        let account = both.get("/account").await.expect(200);
        world.fixture.sweep("a1", &account);
    }

    async fn sec_092_no_other_origin_is_let_in(db: TestDatabase) {
        let world = World::build(db).await;
        for origin in ["https://evil.example", "null", "https://desk.example.evil.example", "https://evildesk.example", "http://desk.example"] {
            for (method, path) in [("GET", "/account"), ("OPTIONS", "/account"), ("GET", "/pick?q=a"), ("GET", "/search/suggestions?q=a"), ("GET", "/api/v1/me")] {
                let call = world.browser("a1").call(method, path).header("origin", origin).header("access-control-request-method", "POST");
                let answer = call.send().await;
                for name in ["access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-methods"] {
                    assert_eq!(answer.header(name), "", "{method} {path} for {origin}");
                }
                assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
            }
        }
    }
}
