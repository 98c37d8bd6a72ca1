//! SEC-030, 031, 097: whatever text comes in is data or refused, and no page tells how we are built.

use std::time::{Duration, Instant};

use steward_testkit::browser::Browser;
use steward_testkit::client::{Answer, encoded};
use steward_testkit::on_both;
use steward_web::RouteMethod;

use crate::world::World;

/// Text that breaks out of badly built statements, paths and parsers.
const HOSTILE: [&str; 26] = [
    "'",
    "\"",
    "`",
    "';--",
    "' OR '1'='1",
    "' AND '1'='2",
    "1; drop table record",
    "%",
    "_",
    "\\",
    "\\'",
    "'||(select pg_sleep(5))||'",
    "1) union select 1,2,3 --",
    "$1",
    "?",
    "/*",
    "{{7*7}}${7*7}",
    "\u{0}",
    "a\u{0}b",
    "\u{fffd}\u{202e}\u{10ffff}",
    "𝔘𝔫𝔦\u{308}",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "-1",
    "((((((((((((((((((((((((((((((((((((((((",
];

/// What no answer may hold: words of our database, language, and machine.
const TELLING: [&str; 12] = [
    "sqlx",
    "SQLSTATE",
    "syntax error at",
    "near \"",
    "panicked",
    ".rs:",
    "/root/",
    "/tmp/",
    "unwrap",
    "stack backtrace",
    "axum",
    "tantivy",
];
/// Longest that one answer may take: far below the delays that the texts ask for, with room for a busy machine.
const QUICK: Duration = Duration::from_secs(4);

#[track_caller]
fn check_harmless(what: &str, answer: &Answer) {
    let status = answer.status.as_u16();
    assert!(status < 500, "{what}: {status} {}", answer.text());
    if status >= 400 {
        let text = answer.text();
        for word in TELLING {
            assert!(what.contains(word) || !text.contains(word), "{what} tells {word:?}: {text}");
        }
        assert!(
            answer.header("content-type").starts_with("text/html"),
            "{what}: {} {text}",
            answer.header("content-type")
        );
    }
}

async fn check_get(browser: &Browser, path: &str) -> Answer {
    let begun = Instant::now();
    let answer = browser.get(path).await;
    assert!(begun.elapsed() < QUICK, "GET {path} took {:?}", begun.elapsed());
    check_harmless(&format!("GET {path}"), &answer);
    answer
}

/// Addresses with `@` where the hostile text goes.
const PATHS: [&str; 27] = [
    "/@",
    "/@/new",
    "/@/@",
    "/incidents/@",
    "/incidents/@/edit",
    "/incidents/@/access",
    "TA/fields/@",
    "TA/transitions/@",
    "TA/attachments/@",
    "TA/@",
    "TA?as_of=@",
    "TA?before=@",
    "TA?part=@",
    "TA?@=@",
    "/incidents?q=@",
    "/incidents?q=title:@",
    "/incidents?q=requester:@",
    "/incidents?sort=@",
    "/incidents?view=@",
    "/incidents?cursor=@",
    "/incidents?part=@",
    "/incidents/new?title=@&description=@&requester=@&impact=@&due_at=@",
    "/search?q=@",
    "/search/suggestions?q=@",
    "/pick?kind=@&q=@",
    "/pick?kind=incident&q=@",
    "/help/@",
];

on_both! {
    async fn sec_030_hostile_text_in_addresses_is_data(db: TestDatabase) {
        let world = World::build(db).await;
        world.fixture.server.searchable().await;
        let g1 = world.browser("g1");
        let before = world.fixture.server.rows().await;
        for path in PATHS {
            for text in HOSTILE {
                let path = path.replace("TA", &world.ta()).replace('@', &encoded(text));
                check_get(g1, &path).await;
            }
        }
        // Pairs that differ in truth only answer alike.
        for path in ["/incidents?q=@", "/search?q=@", "/pick?q=@"] {
            let length = async |text: &str| {
                let answer = check_get(g1, &path.replace('@', &encoded(text))).await;
                (answer.status, answer.text().contains(&world.fixture.ta.record.number))
            };
            assert_eq!(length("zqnothing' OR '1'='1").await, length("zqnothing' OR '1'='2").await, "{path}");
        }
        for next in HOSTILE {
            check_get(world.browser("anon"), &format!("/sign-in?next={}", encoded(next))).await;
            check_get(world.browser("anon"), &format!("/set-up?secret={}", encoded(next))).await;
        }
        for cookie in HOSTILE.iter().filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';')) {
            let browser = world.another("anon").await;
            for name in ["__Host-steward", "steward_zone", "steward_theme", "steward_density"] {
                browser.set_cookie(name, cookie);
            }
            check_get(&browser, "/incidents").await;
            let browser = world.another("a1").await;
            browser.set_cookie("steward_zone", cookie);
            check_get(&browser, &world.ta()).await.expect(200);
        }
        for id in HOSTILE.iter().filter(|text| text.is_ascii() && !text.contains('\0')) {
            let (parts, _) = g1.call("GET", "/live").header("last-event-id", id).open().await.into_parts();
            assert!(parts.status.as_u16() < 500, "{id}");
            let after = form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>();
            let (parts, _) = g1.call("GET", &format!("/live?after={after}")).open().await.into_parts();
            assert!(parts.status.as_u16() < 500, "{id}");
        }
        assert_eq!(world.fixture.server.rows().await, before);
    }

    async fn sec_030_and_031_hostile_text_in_forms_is_stored_as_it_is_or_refused(db: TestDatabase) {
        let world = World::build(db).await;
        let g1 = world.browser("g1");
        let ta = world.ta();
        for text in HOSTILE {
            for (path, fields) in [
                ("/incidents".to_owned(), &["title", "description", "requester", "impact", "due_at", "team", "configuration_items", "organisation", "once", "category"][..]),
                (format!("{ta}/edit"), &["title", "description", "assignee", "revision", "due_at", "handling_notes"]),
                (format!("{ta}/fields/title"), &["title", "revision"]),
                (format!("{ta}/comments"), &["body", "audience"]),
                (format!("{ta}/worklogs"), &["duration", "note"]),
                (format!("{ta}/links"), &["link", "target"]),
                (format!("{ta}/watch"), &["watch"]),
                (format!("{ta}/transitions/hold"), &["on_hold_reason", "on_hold_until", "comment", "revision"]),
                ("/account/tokens".to_owned(), &["label", "days", "read_only", "current_password"]),
                ("/settings".to_owned(), &["language", "zone", "theme", "date", "key.create", "tell.mention", "keys_on"]),
                ("/account/theme".to_owned(), &["theme"]),
                ("/account/password".to_owned(), &["new_password"]),
            ] {
                for field in fields {
                    let mut values = vec![(*field, text)];
                    values.extend(Some(("title", "x")).filter(|_| *field != "title" && path == "/incidents"));
                    let answer = g1.post(&path, &values).await;
                    check_harmless(&format!("POST {path} {field}={text:?}"), &answer);
                }
            }
            let answer = g1.post_files(&format!("{ta}/attachments"), &[("audience", text)], &[(text, text, text.as_bytes())]).await;
            check_harmless(&format!("a file {text:?}"), &answer);
            let answer = world.browser("anon").sign_in(text, text).await;
            check_harmless(&format!("signing in as {text:?}"), &answer);
            world.fixture.server.clock.advance(60);
            let link = g1.post(&format!("{ta}/links/{}/{}/end", encoded(text), encoded(text)), &[]).await;
            check_harmless(&format!("a link {text:?}"), &link);
        }
        world.fixture.server.searchable().await;
        for path in ["/incidents?view=all", "/incidents?view=all&sort=title", "/incidents?view=all&sort=-title", "/search?q=drop%20table", "/", ta.as_str()] {
            check_get(g1, path).await.expect(200);
        }
    }

    async fn sec_097_thousands_of_requests_find_no_fault_of_ours(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let mut chance = Chance(0x5eed);
        let actors = ["anon", "a1", "g1", "oa", "root"];
        let words: Vec<String> = [
            "incidents", "people", "configuration-items", "knowledge-articles", "teams", "new", "edit", "start", "resolve", "title", "requester", "affects", "1", "0", "-1", "x", "%FF", "%00", "..", "🦀", "a b", "",
        ].into_iter().map(str::to_owned).chain([fixture.ta.record.number.clone(), fixture.ca.record.number.clone(), fixture.ta.record.id.to_string(), fixture.people["a1"].to_string()]).collect();
        let names = ["title", "body", "q", "sort", "view", "cursor", "part", "before", "as_of", "kind", "next", "revision", "watch", "audience", "link", "target", "duration", "note", "comment", "once", "label", "days", "members", "roles.0.role", "steps.99999999999999999999.x"];
        let routes = steward_web::routes();
        for _ in 0..1500 {
            let route = &routes[chance.below(routes.len())];
            if route.path == "/live" || route.path == "/sign-in" || route.path == "/sign-out" {
                continue;
            }
            let mut path = String::new();
            for (index, part) in route.path.split('/').enumerate() {
                path.push_str(if index > 0 { "/" } else { "" });
                let kinds = part == "{kinds}" && chance.below(4) > 0;
                match part {
                    _ if kinds => path.push_str(&words[chance.below(5)]),
                    "{record}" if chance.below(3) > 0 => path.push_str(&fixture.ta.record.number),
                    part if part.starts_with('{') => path.push_str(&words[chance.below(words.len())].replace('🦀', "%F0%9F%A6%80").replace(' ', "%20")),
                    part => path.push_str(part),
                }
            }
            let values: Vec<(&str, String)> = (0..chance.below(4))
                .map(|_| {
                    let text = if chance.below(2) == 0 { HOSTILE[chance.below(HOSTILE.len())].to_owned() } else { words[chance.below(words.len())].clone() };
                    (names[chance.below(names.len())], text)
                })
                .collect();
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let browser = world.browser(actors[chance.below(actors.len())]);
            let what = format!("{} {path} {values:?}", route.method.as_str());
            let answer = match (route.method, chance.below(5)) {
                (RouteMethod::Get, 0) => browser.part(&path).await,
                (RouteMethod::Get, _) => {
                    let query: Vec<String> = values.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
                    browser.get(&format!("{path}?{}", query.join("&"))).await
                }
                (RouteMethod::Post, 0) => browser.post_files(&path, &values, &[("files", "x.txt", b"x")]).await,
                (RouteMethod::Post, 1) => browser.post_part(&path, &values).await,
                (RouteMethod::Post, 2) => {
                    let call = browser.own_call("POST", &path).header("content-type", "multipart/form-data; boundary=x");
                    call.body("--x\r\nnonsense\r\n--x--").send().await
                }
                (RouteMethod::Post, _) => browser.post(&path, &values).await,
            };
            check_harmless(&what, &answer);
            fixture.server.clock.advance(1);
        }
    }
}

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }
}
