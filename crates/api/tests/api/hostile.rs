//! SEC-030, 031, 037, 043, 097: whatever text comes in is data or refused, and no answer tells how we are built.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json, json};
use steward_testkit::client::{Answer, Client, encoded};
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

/// Text that breaks out of badly built statements, paths and parsers.
const HOSTILE: [&str; 24] = [
    "'",
    "\"",
    "`",
    "';--",
    "\" or 1=1 --",
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
    "9223372036854775808",
    "-1",
];

/// Longest that one answer may take: far below the delays that the texts ask for, with room for a busy machine.
const QUICK: Duration = Duration::from_secs(3);

/// What no answer may hold: words of our database, language, and machine.
const TELLING: [&str; 15] = [
    "sqlx",
    "sqlite",
    "postgres",
    "SQLSTATE",
    "syntax error at",
    "near \"",
    "panicked",
    ".rs:",
    "/root/",
    env!("CARGO_MANIFEST_DIR"),
    "/tmp/",
    "unwrap",
    "stack backtrace",
    "Rust",
    "axum",
];

#[track_caller]
fn check_harmless(what: &str, answer: &Answer) {
    let text = answer.text();
    assert!(answer.status.as_u16() < 500, "{what}: {} {text}", answer.status);
    if !answer.status.is_success() {
        for word in TELLING {
            assert!(!text.contains(word), "{what} tells {word:?}: {text}");
        }
        if answer.status.as_u16() != 304 {
            assert_eq!(answer.header("content-type"), "application/problem+json", "{what}: {text}");
            assert_eq!(answer.json()["status"], answer.status.as_u16(), "{what}");
        }
    }
    assert_eq!(answer.header("server"), "");
}

async fn check_call(client: &Client, method: &str, path: &str, body: Option<&Json>) -> Answer {
    let begun = Instant::now();
    let call = client.call(method, path);
    let answer = match body {
        Some(body) => call.json(body).send().await,
        None => call.send().await,
    };
    let what = format!("{method} {path} {}", body.map(ToString::to_string).unwrap_or_default());
    assert!(begun.elapsed() < QUICK, "{what} took {:?}", begun.elapsed());
    check_harmless(&what, &answer);
    answer
}

/// Addresses with `@` where the hostile text goes.
const PATHS: [(&str, &str); 28] = [
    ("GET", "/api/v1/@"),
    ("GET", "/api/v1/incidents/@"),
    ("GET", "/api/v1/incidents/@/journal"),
    ("GET", "/api/v1/incidents/TA?as_of=@"),
    ("GET", "/api/v1/incidents/TA/difference?from=@"),
    ("GET", "/api/v1/incidents/TA/difference?to=@"),
    ("GET", "/api/v1/incidents/TA?fields=@"),
    ("GET", "/api/v1/incidents/TA/journal?after=@"),
    ("GET", "/api/v1/incidents/TA/journal?limit=@"),
    ("GET", "/api/v1/incidents/TA/access?action=@"),
    ("GET", "/api/v1/incidents/TA/access?person=@"),
    ("GET", "/api/v1/incidents/TA/attachments/@"),
    ("DELETE", "/api/v1/incidents/TA/attachments/@"),
    ("DELETE", "/api/v1/incidents/TA/links/@/CA"),
    ("DELETE", "/api/v1/incidents/TA/links/affects/@"),
    ("DELETE", "/api/v1/incidents/TA/watchers/@"),
    ("GET", "/api/v1/incidents?filter=@"),
    ("GET", "/api/v1/incidents?filter=title%20%3D%3D%20%22@%22"),
    ("GET", "/api/v1/incidents?filter=requester%20%3D%3D%20%22@%22"),
    ("GET", "/api/v1/incidents?q=@"),
    ("GET", "/api/v1/incidents?q=title:@"),
    ("GET", "/api/v1/incidents?tree=@"),
    ("GET", "/api/v1/incidents?sort=@"),
    ("GET", "/api/v1/incidents?fields=@"),
    ("GET", "/api/v1/incidents?limit=@"),
    ("GET", "/api/v1/incidents?cursor=@"),
    ("GET", "/api/v1/incidents?count=@"),
    ("GET", "/api/v1/incidents?@=1"),
];

/// Bodies with `@` where the hostile text goes.
fn bodies() -> Vec<(&'static str, &'static str, Json)> {
    let incident = "/api/v1/incidents";
    let ta = "/api/v1/incidents/TA";
    let field = |field: &str| json!({"fields": {"title": "x", field: "@"}});
    let mut bodies: Vec<(&str, &str, Json)> = [
        "title",
        "description",
        "requester",
        "service",
        "configuration_items",
        "impact",
        "due_at",
        "cost",
        "category",
        "@",
    ]
    .iter()
    .flat_map(|name| [("POST", incident, field(name)), ("PATCH", ta, field(name))])
    .collect();
    bodies.extend([
        ("POST", incident, json!({"fields": {"title": "x"}, "organisation": "@"})),
        ("POST", incident, json!({"fields": {"title": "x"}, "links": [{"link": "@", "target": "CA"}]})),
        ("POST", incident, json!({"fields": {"title": "x"}, "links": [{"link": "affects", "target": "@"}]})),
        ("POST", incident, json!({"fields": "@"})),
        ("PATCH", ta, json!({"revision": "@"})),
        ("POST", "/api/v1/incidents/TA/transitions/hold", field("on_hold_reason")),
        ("POST", "/api/v1/incidents/TA/comments", json!({"body": "@"})),
        ("POST", "/api/v1/incidents/TA/comments", json!({"body": "x", "audience": "@"})),
        ("POST", "/api/v1/incidents/TA/worklogs", json!({"duration": "@"})),
        ("POST", "/api/v1/incidents/TA/worklogs", json!({"duration": "PT1M", "started_at": "@"})),
        ("POST", "/api/v1/incidents/TA/worklogs", json!({"duration": "PT1M", "note": "@"})),
        ("POST", "/api/v1/incidents/TA/links", json!({"link": "@", "target": "CA"})),
        ("POST", "/api/v1/incidents/TA/links", json!({"link": "relates_to", "target": "@"})),
        ("POST", "/api/v1/incidents/TA/watchers", json!({"person": "@"})),
        ("POST", "/api/v1/bulk", json!({"operations": [{"action": "@", "kinds": "@", "record": "@"}]})),
        ("POST", "/api/v1/bulk", json!({"operations": [{"action": "update", "kinds": "incidents", "record": "@"}]})),
        ("POST", "/api/v1/people", json!({"fields": {"given_name": "x", "login": "@", "roles": [{"role": "@"}]}})),
    ]);
    bodies
}

fn filled(value: &Json, text: &str) -> Json {
    match value {
        Json::String(old) => Json::from(old.replace('@', text)),
        Json::Array(items) => items.iter().map(|item| filled(item, text)).collect(),
        Json::Object(map) => map.iter().map(|(key, value)| (key.replace('@', text), filled(value, text))).collect(),
        other => other.clone(),
    }
}

fn at(fixture: &Fixture, path: &str) -> String {
    path.replace("TA", &fixture.ta.record.number).replace("CA", &fixture.ca.record.number)
}

/// A small generator, so that a failure comes again with the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % below as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.next(items.len())]
    }

    fn text(&mut self, known: &[String]) -> String {
        match self.next(3) {
            0 => (*self.pick(&HOSTILE)).to_owned(),
            1 => self.pick(known).clone(),
            _ => (0..self.next(12)).map(|_| char::from_u32(self.next(0x3000) as u32).unwrap_or('x')).collect(),
        }
    }

    /// A value that may or may not fit a schema.
    fn value(&mut self, schema: &Json, schemas: &Json, known: &[String], depth: usize) -> Json {
        let schema = match schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
            Some(name) => &schemas[name],
            None => schema,
        };
        if depth > 4 || self.next(12) == 0 {
            return self
                .pick(&[json!(null), json!(true), json!(-1), json!(1e15), json!([]), json!({}), json!("x")])
                .clone();
        }
        if let Some(choices) = schema["enum"].as_array().filter(|choices| !choices.is_empty()) {
            return self.pick(choices).clone();
        }
        match schema["type"].as_str() {
            Some("object") => {
                let mut map = Map::new();
                for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
                    // Few fields at a time: with all of them, no body would ever be right.
                    if depth == 0 || self.next(10) == 0 {
                        map.insert(name.clone(), self.value(inner, schemas, known, depth + 1));
                    }
                }
                Json::Object(map)
            }
            Some("array") => {
                (0..self.next(3)).map(|_| self.value(&schema["items"], schemas, known, depth + 1)).collect()
            }
            Some("integer") => json!(self.next(200_000) as i64 - 1000),
            Some("boolean") => json!(self.next(2) == 0),
            _ => Json::from(self.text(known)),
        }
    }
}

on_both! {
    async fn sec_030_hostile_text_is_data_or_refused(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        for (method, path) in PATHS {
            for text in HOSTILE {
                let path = at(&fixture, path).replace('@', &encoded(text));
                check_call(fixture.client("root"), method, &path, None).await;
            }
        }
        for (method, path, body) in bodies() {
            for text in HOSTILE {
                let answer = check_call(fixture.client("root"), method, &at(&fixture, path), Some(&filled(&body, text))).await;
                let nul = text.contains('\0') && body.to_string().contains('@');
                assert!(!nul || answer.status.as_u16() == 400, "{method} {path} {text:?}: {}", answer.status);
            }
        }
        for text in HOSTILE.iter().filter(|text| !text.contains('\0')) {
            for name in ["if-match", "if-none-match", "idempotency-key", "last-event-id", "content-type", "authorization"] {
                let call = fixture.client("a1").call("POST", "/api/v1/incidents").header(name, &encoded(text));
                check_harmless(name, &call.json(&json!({"fields": {"title": "x"}})).send().await);
            }
        }
        // Everything that was there still is.
        fixture.client("root").get(&at(&fixture, "/api/v1/incidents/TA")).await.expect(200);
    }

    async fn sec_030_pairs_answer_alike(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let pairs = [("' OR '1'='1", "' OR '1'='2"), ("x\" || \"1\"==\"1", "x\" || \"1\"==\"2"), ("1 or 1=1", "1 or 1=2"), ("%", "x")];
        for (method, path) in PATHS.into_iter().filter(|(method, path)| *method == "GET" && !path.contains("?@")) {
            for (yes, no) in pairs {
                let mut told = Vec::new();
                for text in [yes, no] {
                    let path = at(&fixture, path).replace('@', &encoded(text));
                    let answer = check_call(fixture.client("a1"), method, &path, None).await;
                    let body = answer.text().replace(&text.replace('"', "\\\""), "@").replace(text, "@");
                    told.push((answer.status, body, answer.header("x-total-count").to_owned()));
                }
                assert_eq!(told[0].0, told[1].0, "{path} {yes}");
                if told[0].0.is_success() {
                    assert_eq!(told[0], told[1], "{path} {yes}");
                }
            }
        }
    }

    async fn sec_030_costly_conditions_end(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let g1 = fixture.client("g1");
        let conditions = [
            "(".repeat(2000),
            format!("{}major{}", "!(".repeat(700), ")".repeat(700)),
            vec!["title==\"x\""; 400].join("||"),
            vec!["title.contains(\"x\")"; 200].join("&&"),
            "requester.manager.".repeat(100) + "name == \"x\"",
            format!("title == \"{}\"", "x".repeat(7000)),
            format!("title in [{}]", vec!["\"x\""; 700].join(",")),
            vec!["x"; 2600].join(" "),
            "x".repeat(60_000),
        ];
        for condition in conditions {
            check_call(g1, "GET", &format!("/api/v1/incidents?filter={}", encoded(&condition)), None).await;
            check_call(g1, "GET", &format!("/api/v1/incidents?q={}", encoded(&condition)), None).await;
        }
        let sort = vec!["title"; 500].join(",");
        check_call(g1, "GET", &format!("/api/v1/incidents?sort={sort}"), None).await;
        let tree = format!("{}{}{}", "{\"not\":".repeat(60), "{}", "}".repeat(60));
        check_call(g1, "GET", &format!("/api/v1/incidents?tree={}", encoded(&tree)), None).await;
    }

    async fn sec_031_stored_text_stays_data(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let refused = |text: &str| text.contains(['\0', '\u{202e}']);
        for (index, text) in HOSTILE.iter().enumerate().filter(|(_, text)| !refused(text)) {
            let name = format!("{text} {index}");
            let body = json!({"fields": {"name": name, "agent_notes": text}});
            let made = check_call(root, "POST", "/api/v1/organisations", Some(&body)).await.expect(201).json();
            assert_eq!(made["fields"]["name"], name.as_str());
            let body = json!({"fields": {"title": name, "description": text}, "organisation": made["id"]});
            let ticket = check_call(root, "POST", "/api/v1/incidents", Some(&body)).await.expect(201).json();
            let quoted = serde_json::to_string(&name).unwrap();
            for condition in [format!("title == {quoted}"), format!("organisation.name == {quoted}"), format!("organisation == {quoted}")] {
                let path = format!("/api/v1/incidents?sort=title,-number&filter={}", encoded(&condition));
                let found = check_call(root, "GET", &path, None).await.expect(200).json();
                let found: Vec<&Json> = found.as_array().unwrap().iter().map(|one| &one["id"]).collect();
                assert_eq!(found, [&ticket["id"]], "{condition}");
            }
        }
        check_call(root, "GET", "/api/v1/openapi.json", None).await.expect(200);
    }

    async fn sec_037_file_names_lead_nowhere(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let files = at(&fixture, "/api/v1/incidents/TA/attachments");
        let names = [
            "../../etc/passwd", "/etc/passwd", "C:\\windows\\win.ini", "..%2f..%2fetc%2fpasswd", "%252e%252e%252fx", "a\u{200b}b.txt",
            "\u{202e}fdp.exe", "x\r\nSet-Cookie: a=b", "..", ".htaccess", "nul\u{7f}.txt", "x;y=\"z\".txt",
        ];
        let before = paths_below(fixture.server.database.folder.path());
        for name in names {
            let call = fixture.client("a1").call("POST", &format!("{files}?name={}", encoded(name)));
            let answer = call.body(name.to_owned()).send().await;
            check_harmless(name, &answer);
            let Some(id) = Some(answer).filter(|answer| answer.status.as_u16() == 201).map(|answer| answer.json()) else { continue };
            let stored = id["name"].as_str().unwrap();
            assert!(!stored.contains(['/', '\\', '\r', '\n', '\0', '\u{200b}', '\u{202e}']) && !stored.starts_with('.'), "{stored}");
            let download = fixture.client("a1").get(&format!("{files}/{}", id["id"].as_str().unwrap())).await.expect(200);
            assert_eq!(download.text(), name);
            assert_eq!(download.header("set-cookie"), "");
            assert!(download.header("content-disposition").starts_with("attachment; filename*=UTF-8''"));
        }
        let after = paths_below(fixture.server.database.folder.path());
        for path in after.difference(&before).filter(|path| !path.contains("steward.db")) {
            let name = path.rsplit('/').next().unwrap();
            assert!(path.contains("/blobs/") && name.chars().all(|c| c.is_ascii_hexdigit()), "{path}");
        }
        for id in ["..%2F..%2Fsecret.key", "%2e%2e", "..%252f", "%00", "1%00", "1/../2", "0x1", "1e0", " 1"] {
            let answer = fixture.client("a1").get(&format!("{files}/{}", id.replace(' ', "%20"))).await;
            assert_eq!(answer.status.as_u16(), 404, "{id}");
        }
    }

    async fn sec_043_bodies_that_readers_disagree_on_are_refused(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let before = fixture.server.rows().await;
        let a1 = fixture.client("a1");
        let nested = format!("{}1{}", "[".repeat(70), "]".repeat(70));
        for body in [
            r#"{"fields":{"title":"a","title":"b"}}"#.to_owned(), r#"{"fields":{"title":"a"},"fields":{"title":"b"}}"#.to_owned(),
            r#"{"fields":{"title":"a"}} {"fields":{}}"#.to_owned(), r#"{"fields":{"title":"a"}"#.to_owned(), "[]".to_owned(),
            "null".to_owned(), String::new(), r#"{"fields":{"title":1e400}}"#.to_owned(), r#"{"fields":{"title":"\ud800"}}"#.to_owned(),
            r#"{"fields":{"title":"a\u0000"}}"#.to_owned(), format!(r#"{{"fields":{{"title":{nested}}}}}"#),
            r#"{"fields":{"satisfaction":18446744073709551616}}"#.to_owned(), "\u{feff}{}".to_owned(), "{'fields':{}}".to_owned(),
        ] {
            let call = a1.call("POST", "/api/v1/incidents").header("content-type", "application/json");
            let answer = call.body(body.clone()).send().await;
            assert_eq!(answer.status.as_u16(), 400, "{body}: {}", answer.text());
        }
        for body in [json!({"fields": []}), json!({"fields": {"title": 1}}), json!({"fields": {"title": "x", "satisfaction": "five"}})] {
            a1.post("/api/v1/incidents", body).await.expect(422);
        }
        for query in ["limit=1&limit=2", "limit=1&%6cimit=2", "unknown=1", "limit=%00", "filter=%ff"] {
            a1.get(&format!("/api/v1/incidents?{query}")).await.expect(400);
        }
        let large = json!({"fields": {"title": "x", "description": "x".repeat(1_100_000)}});
        a1.post("/api/v1/incidents", large).await.expect(413);
        assert_eq!(fixture.server.rows().await, before);
    }

    async fn sec_097_generated_requests_break_nothing(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let document = fixture.client("root").get("/api/v1/openapi.json").await.expect(200).json();
        let schemas = &document["components"]["schemas"];
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                if path != "/api/v1/events" {
                    operations.push((method.to_uppercase(), path.clone(), operation));
                }
            }
        }
        assert!(operations.len() > 300);
        let known: Vec<String> = [
            &fixture.ta.record.number, &fixture.tb.record.number, &fixture.ca.record.number, &fixture.ka.record.number, "1", "16",
            "title", "-priority", "state == \"new\"", "assignee == me", "2026-01-05T09:00:00Z", "affects", "start", "P1D", "",
        ]
        .map(str::to_owned)
        .to_vec();
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let mut statuses = BTreeSet::new();
        for round in 0..3000 {
            let (method, path, operation) = random.pick(&operations);
            let mut path = path.clone();
            let mut query = Vec::new();
            for parameter in operation["parameters"].as_array().unwrap() {
                let name = parameter["name"].as_str().unwrap();
                let text = encoded(&random.text(&known));
                if parameter["in"] == "path" {
                    path = path.replace(&format!("{{{name}}}"), if text.is_empty() { "x" } else { &text });
                } else if random.next(3) == 0 {
                    query.push(format!("{name}={text}"));
                }
            }
            if !query.is_empty() {
                path = format!("{path}?{}", query.join("&"));
            }
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let body = (!schema.is_null()).then(|| random.value(schema, schemas, &known, 0));
            let actor = *random.pick(&["root", "root", "g1", "a1"]);
            let answer = check_call(fixture.client(actor), method, &path, body.as_ref()).await;
            statuses.insert(answer.status.as_u16());
            if round % 100 == 0 {
                let unknown = random.pick(&["PUT", "TRACE", "PROPFIND", "FOO"]);
                let answer = fixture.client("root").call(unknown, &path).send().await;
                check_harmless(unknown, &answer);
                assert_eq!(answer.status.as_u16(), 405, "{unknown} {path}");
            }
        }
        assert!([200, 400, 404, 422].iter().all(|status| statuses.contains(status)), "{statuses:?}");
    }
}

fn paths_below(folder: &std::path::Path) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            paths.extend(paths_below(&path));
        } else {
            paths.insert(path.display().to_string());
        }
    }
    paths
}
