//! SEC-093 to 095, 110: headers of every answer, ways out, proxies, diagnostics.

use steward_http::Doors;
use steward_http::address::Proxies;
use steward_testkit::browser::{COOKIE, HOST};
use steward_testkit::client::{Answer, encoded};
use steward_testkit::on_both;
use steward_testkit::server::Server;

use crate::world::{PASSWORD, World, check_status, location};

#[track_caller]
fn check_headers(what: &str, answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ("server", ""),
        ("x-powered-by", ""),
    ] {
        assert_eq!(answer.header(name), value, "{what}");
    }
    assert!(answer.header("permissions-policy").contains("camera=()"), "{what}");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{what}: {policy}");
    for loose in ["unsafe-inline", "unsafe-eval", "data:", "*", "http:"] {
        assert!(!policy.contains(loose), "{what}: {policy}");
    }
    if answer.header("content-type").starts_with("text/html") {
        for part in
            ["frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'", "require-trusted-types-for 'script'"]
        {
            assert!(policy.contains(part), "{what}: {policy}");
        }
    }
    let kept = answer.header("cache-control");
    assert!(kept == "no-store" || (what.contains("/assets/") && kept.contains("immutable")), "{what}: {kept}");
}

on_both! {
    async fn sec_094_every_answer_carries_the_headers(db: TestDatabase) {
        let world = World::build(db).await;
        let (root, ta) = (world.browser("root"), world.ta());
        let page = root.page("/").await;
        let style = page.elements().find_map(|element| element.get("href").filter(|href| href.starts_with("/assets/") && href.contains(".css")));
        let style = style.expect("the page has a style sheet").to_owned();
        root.token().await;
        let mut answers: Vec<(String, Answer)> = Vec::new();
        for path in ["/", "/sign-in", "/incidents", "/incidents/new", ta.as_str(), "/account", "/help", "/search?q=a", "/pick?q=a", "/search/suggestions?q=a", "/nonsense", "/incidents?q=nonsense:x",
            "/incidents/%FF", "/assets/none", style.as_str(), "/assets/%FF", "/help/%FF", "/api/v1/nonsense", "/api/v1/me", "/healthz", "/readyz", "/metrics", "/set-up", "/dev/components",
            &format!("{ta}/attachments/{}", world.fixture.files.0), &format!("{ta}?as_of=x"), &format!("{ta}?before=x")] {
            for browser in [root, world.browser("anon")] {
                answers.push((format!("GET {path}"), browser.get(path).await));
            }
            answers.push((format!("HEAD {path}"), root.own_call("HEAD", path).send().await));
        }
        answers.push(("405".to_owned(), root.own_call("PUT", "/").form(&[("a", "b")]).send().await));
        answers.push(("403".to_owned(), root.call("POST", "/incidents").form(&[("a", "b")]).send().await));
        answers.push(("415".to_owned(), root.own_call("POST", "/incidents").body("{}").send().await));
        answers.push(("422".to_owned(), root.post("/incidents", &[("title", "")]).await));
        answers.push(("413 form".to_owned(), root.post("/incidents", &[("title", &"x".repeat(3 * 1024 * 1024))]).await));
        let huge = vec![b'x'; 26 * 1024 * 1024];
        answers.push(("413 file".to_owned(), root.post_files(&format!("{ta}/attachments"), &[], &[("files", "x", &huge)]).await));
        let call = root.own_call("POST", &format!("{ta}/attachments")).header("content-type", "multipart/form-data").body("x");
        answers.push(("400 multipart".to_owned(), call.send().await));
        for (what, answer) in &answers {
            check_headers(what, answer);
        }
        for (what, status) in [("405", 405), ("403", 403), ("415", 415), ("422", 422), ("413 form", 413), ("413 file", 413), ("400 multipart", 400)] {
            check_status(&answers.iter().find(|(given, _)| given == what).unwrap().1, status, what);
        }
        let vary = root.get("/").await;
        for part in ["cookie", "hx-request"] {
            assert!(vary.header("vary").contains(part));
        }
    }

    async fn sec_093_nobody_is_led_elsewhere(db: TestDatabase) {
        let world = World::build(db).await;
        let login = world.with_password("a1").await;
        for (index, next) in ["//evil.example", "/\\evil.example", "https://evil.example", "https:evil.example", "/%2fevil.example", "/%5Cevil.example", "\\\\evil.example",
            "javascript:alert(1)", "//evil.example@desk.example", "/\t/evil.example", " //evil.example", "/\r\nset-cookie: a=b", "http:///evil.example"].into_iter().enumerate() {
            let browser = world.another("anon").await.from(&format!("10.1.0.{index}"));
            let page = browser.page(&format!("/sign-in?next={}", encoded(next))).await;
            let form = page.form("/sign-in").unwrap();
            assert_eq!(form.get("next"), Some("/"), "{next:?}");
            let values = [("login", login.as_str()), ("password", PASSWORD), ("next", next)];
            let answer = browser.send(browser.own_call("POST", "/sign-in").form(&values)).await.expect(303);
            assert_eq!(location(&answer), "/", "{next:?}");
            let again = browser.get(&format!("/sign-in?next={}", encoded(next))).await.expect(303);
            assert_eq!(location(&again), "/", "{next:?}");
        }
        let asked = world.browser("anon").get("/incidents?q=is:open&sort=-priority").await.expect(303);
        let sign_in = location(&asked).to_owned();
        let form = world.browser("anon").form(&sign_in, "/sign-in").await;
        assert_eq!(form.get("next"), Some("/incidents?q=is:open&sort=-priority"));
        let part = world.browser("anon").part("/incidents").await.expect(401);
        assert_eq!(part.header("hx-refresh"), "true");
    }

    async fn sec_095_only_what_the_operator_named_is_believed(db: TestDatabase) {
        let doors = Doors::new(Proxies::parse("10.9.9.9").unwrap(), Some(format!("https://{HOST}")));
        let server = Server::start_as(db, (&[], &[]), doors, steward_web::Settings::default()).await;
        let browser = server.browser();
        for host in ["evil.example", "desk.example.evil.example", "localhost", "desk.example:8443"] {
            let answer = server.anonymous().call("GET", "/sign-in").header("host", host).send().await.expect(421);
            assert!(!answer.everything().contains(host), "{host}");
        }
        for (name, value) in [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example;proto=http"), ("x-forwarded-proto", "http"), ("x-original-url", "/account"), ("x-rewrite-url", "/account")] {
            let answer = browser.call("GET", "/incidents").header(name, value).send().await.expect(303);
            assert!(!answer.everything().contains("evil"), "{name}");
            assert!(location(&answer).starts_with("/sign-in"), "{name}");
        }
        // A plain cookie does not count where the address says TLS.
        assert_eq!(COOKIE, "__Host-steward");
        let answer = server.anonymous().call("GET", "/").header("host", HOST).header("cookie", "steward=x").send().await;
        assert_eq!(answer.header("set-cookie"), "");
    }

    async fn sec_110_diagnostics_say_nothing_to_strangers(db: TestDatabase) {
        let world = World::build(db).await;
        for actor in ["anon", "a1", "g1", "root"] {
            world.browser(actor).get("/dev/components").await.expect(404);
        }
        let health = world.browser("anon").get("/healthz").await.expect(200);
        assert!(health.body.len() < 40, "{}", health.text());
        world.browser("anon").get("/metrics").await.expect(401);
        for path in ["/debug", "/.env", "/.git/config", "/actuator", "/server-status", "/phpinfo.php", "/api", "/api/"] {
            let answer = world.browser("anon").get(path).await;
            assert!([303, 404, 401].contains(&answer.status.as_u16()), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_of_components_is_there_for_who_asked_for_it() {
    let settings = steward_web::Settings { components: true, ..steward_web::Settings::default() };
    let db = steward_testkit::database::TestDatabase::sqlite().await;
    let server = Server::start_as(db, (&[], &[]), Doors::default(), settings).await;
    let answer = server.browser().get("/dev/components").await.expect(200);
    check_headers("GET /dev/components", &answer);
}
