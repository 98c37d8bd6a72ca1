//! SEC-001: every route, every actor, every foreign object. A route that is not in these tables fails the test.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use steward_testkit::client::{Answer, Client};
use steward_testkit::fixture::{ACTORS, Fixture};
use steward_testkit::on_both;

/// What a route on a ticket answers to those who may see the ticket. Strangers get 404, nobody 401.
struct TicketLine {
    method: &'static str,
    path: &'static str,
    body: Option<fn(&Fixture) -> Json>,
    requester: u16,
    /// The manager of the requester's organisation.
    manager: u16,
    /// Agents of its team and administrators of its organisation.
    worker: u16,
}

/// Stands for 200 to administrators and 403 to agents.
const INSPECTORS: u16 = 0;

const fn line(
    (method, path): (&'static str, &'static str),
    body: Option<fn(&Fixture) -> Json>,
    (requester, manager, worker): (u16, u16, u16),
) -> TicketLine {
    TicketLine { method, path, body, requester, manager, worker }
}

const TICKET_LINES: [TicketLine; 36] = [
    line(("GET", "/api/v1/{kinds}/{record}"), None, (200, 200, 200)),
    line(("PATCH", "/api/v1/{kinds}/{record}"), Some(|_| json!({"fields": {"title": "other"}})), (403, 403, 200)),
    line(("POST", "/api/v1/{kinds}/{record}/transitions/start"), Some(|_| json!({})), (403, 403, 200)),
    line(
        ("POST", "/api/v1/{kinds}/{record}/transitions/cancel"),
        Some(|_| json!({"fields": {"cancel_reason": "gone"}})),
        (200, 403, 200),
    ),
    line(("GET", "/api/v1/{kinds}/{record}/flows"), None, (403, 403, 200)),
    line(("POST", "/api/v1/{kinds}/{record}/flows"), Some(|_| json!({"flow": "FLW9999999"})), (403, 403, 422)),
    // A ticket is no flow; `flows.rs` tells who may try one.
    line(("GET", "/api/v1/{kinds}/{record}/trial"), None, (404, 404, 404)),
    // A ticket is no configuration; `configuration.rs` tells who may do what with the text of that.
    line(("GET", "/api/v1/{kinds}/{record}/text"), None, (404, 404, 404)),
    line(("POST", "/api/v1/{kinds}/{record}/text/plan"), Some(|_| json!({"text": ""})), (404, 404, 404)),
    line(("POST", "/api/v1/{kinds}/{record}/text/apply"), Some(|_| json!({"text": ""})), (404, 404, 404)),
    line(("GET", "/api/v1/{kinds}/{record}/similar"), None, (200, 200, 200)),
    line(("GET", "/api/v1/{kinds}/{record}/clocks"), None, (200, 200, 200)),
    line(("GET", "/api/v1/{kinds}/{record}/plan"), None, (200, 200, 200)),
    line(("GET", "/api/v1/{kinds}/{record}/forecast"), None, (200, 200, 200)),
    // It is open, and so not followed up.
    line(("POST", "/api/v1/{kinds}/{record}/follow-up"), Some(|_| json!({"text": "again"})), (422, 422, 422)),
    line(("GET", "/api/v1/{kinds}/{record}/rule-runs"), None, (403, 403, 200)),
    line(("GET", "/api/v1/{kinds}/{record}/journal"), None, (200, 200, 200)),
    line(("GET", "/api/v1/{kinds}/{record}/difference"), None, (200, 200, 200)),
    line(("GET", "/api/v1/{kinds}/{record}/access"), None, (200, 200, 200)),
    // Who works on it may not ask; `inspector.rs` tells of those who may.
    line(("GET", "/api/v1/{kinds}/{record}/who"), None, (403, 403, INSPECTORS)),
    line(("POST", "/api/v1/{kinds}/{record}/comments"), Some(|_| json!({"body": "hello"})), (200, 200, 200)),
    line(
        ("POST", "/api/v1/{kinds}/{record}/comments"),
        Some(|_| json!({"body": "hello", "audience": "internal"})),
        (403, 403, 200),
    ),
    line(("GET", "/api/v1/{kinds}/{record}/worklogs"), None, (403, 403, 200)),
    // There is no such entry.
    line(("PATCH", "/api/v1/{kinds}/{record}/worklogs/987654"), Some(|_| json!({"duration": "PT5M"})), (403, 403, 404)),
    line(("DELETE", "/api/v1/{kinds}/{record}/worklogs/987654"), None, (403, 403, 404)),
    line(("POST", "/api/v1/{kinds}/{record}/timer"), Some(|_| json!({})), (403, 403, 200)),
    line(("POST", "/api/v1/{kinds}/{record}/worklogs"), Some(|_| json!({"duration": "PT5M"})), (403, 403, 200)),
    line(
        ("POST", "/api/v1/{kinds}/{record}/links"),
        Some(|fixture| json!({"link": "relates_to", "target": fixture.ca.record.number})),
        (403, 403, 200),
    ),
    line(("DELETE", "/api/v1/{kinds}/{record}/links/{link}/{target}"), None, (403, 403, 200)),
    line(("POST", "/api/v1/{kinds}/{record}/watchers"), Some(|_| json!({})), (200, 200, 200)),
    line(("DELETE", "/api/v1/{kinds}/{record}/watchers/{person}"), None, (200, 200, 200)),
    line(("GET", "/api/v1/{kinds}/{record}/attachments"), None, (200, 200, 200)),
    line(("POST", "/api/v1/{kinds}/{record}/attachments?name=x.txt"), None, (201, 403, 201)),
    line(("GET", "/api/v1/{kinds}/{record}/attachments/{file}"), None, (200, 200, 200)),
    line(("GET", "/api/v1/{kinds}/{record}/attachments/{inner}"), None, (404, 404, 200)),
    // The file is the agent's: its requester may read it and not take it away.
    line(("DELETE", "/api/v1/{kinds}/{record}/attachments/{file}"), None, (403, 403, 204)),
];

/// Method, address, body, and the answer to each actor.
type PlainLine = (&'static str, &'static str, Option<fn(&Fixture) -> Json>, [u16; 9]);

/// What the other routes answer, in the order of [`ACTORS`]: anon, a1, a2, am, b1, g1, g2, oa, root.
const PLAIN_LINES: [PlainLine; 66] = [
    ("GET", "/healthz", None, [200; 9]),
    ("GET", "/readyz", None, [200; 9]),
    // Figures of the whole installation: not for the administrator of one organisation.
    ("GET", "/metrics", None, [401, 403, 403, 403, 403, 403, 403, 403, 200]),
    ("GET", "/api/v1/me", None, [401, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/api/v1/kinds", None, [401, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/api/v1/openapi.json", None, [401, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/api/v1/events", None, [401, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/api/v1/search?q=printer", None, [401, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/api/v1/notifications", None, [401, 200, 200, 200, 200, 200, 200, 200, 200]),
    (
        "POST",
        "/api/v1/notifications/read",
        Some(|_| json!({"all": true})),
        [401, 204, 204, 204, 204, 204, 204, 204, 204],
    ),
    ("POST", "/api/v1/notifications/read", Some(|_| json!({})), [401, 400, 400, 400, 400, 400, 400, 400, 400]),
    ("GET", "/api/v1/time?from=2026-01-01&until=2026-01-31", None, [401, 403, 403, 403, 403, 200, 200, 200, 200]),
    ("GET", "/api/v1/timer", None, [401, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("DELETE", "/api/v1/timer", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("GET", "/api/v1/outbox", None, [401, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/api/v1/outbox?state=nonsense", None, [401, 400, 400, 400, 400, 400, 400, 400, 400]),
    // Somebody of A, whom those of B do not know and whose mail is for administrators.
    ("GET", "/api/v1/outbox?person={person_a2}", None, [401, 404, 200, 404, 404, 404, 404, 200, 200]),
    ("GET", "/api/v1/outbox/987654", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("GET", "/api/v1/withheld-files", None, [401, 403, 403, 403, 403, 403, 403, 403, 200]),
    ("GET", "/api/v1/withheld-files?before=nonsense", None, [401, 403, 403, 403, 403, 403, 403, 403, 404]),
    ("POST", "/api/v1/withheld-files/987654/scan", None, [401, 403, 403, 403, 403, 403, 403, 403, 404]),
    ("GET", "/api/v1/{kinds}", None, [401, 200, 200, 200, 200, 200, 200, 200, 200]),
    // In the name of a requester of A whom b1 cannot see and who is not a1's to choose.
    (
        "POST",
        "/api/v1/{kinds}",
        Some(|fixture| json!({"fields": {"title": "x", "requester": fixture.people["a2"].to_string()}})),
        [401, 422, 422, 422, 422, 201, 201, 201, 201],
    ),
    // For an organisation that is not theirs.
    (
        "POST",
        "/api/v1/{kinds}",
        Some(|fixture| json!({"fields": {"title": "x"}, "organisation": fixture.b.to_string()})),
        [401, 422, 422, 422, 201, 201, 201, 422, 201],
    ),
    (
        "POST",
        "/api/v1/{kinds}/bulk-edits",
        Some(|fixture| json!({"records": [fixture.ta.record.number], "action": "watch", "dry_run": true})),
        [401, 200, 200, 200, 200, 200, 200, 200, 200],
    ),
    (
        "POST",
        "/api/v1/{kinds}/bulk-edits",
        Some(|_| json!({"records": [], "q": "is:open", "action": "watch"})),
        [401, 422, 422, 422, 422, 422, 422, 422, 422],
    ),
    ("GET", "/api/v1/views", None, [401, 200, 200, 200, 200, 200, 200, 200, 200]),
    (
        "POST",
        "/api/v1/views",
        Some(|_| json!({"kind": "incident", "name": ""})),
        [401, 422, 422, 422, 422, 422, 422, 422, 422],
    ),
    ("GET", "/api/v1/views/987654", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("PATCH", "/api/v1/views/987654", Some(|_| json!({"name": "x"})), [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("DELETE", "/api/v1/views/987654", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("GET", "/api/v1/bulk-edits/987654", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("POST", "/api/v1/bulk-edits/987654/undo", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("GET", "/api/v1/service-credits", None, [401, 403, 403, 403, 403, 200, 200, 200, 200]),
    ("GET", "/api/v1/rules/987654/matches", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("GET", "/api/v1/rules/987654/examples", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("GET", "/api/v1/rules/987654/replay", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    (
        "POST",
        "/api/v1/rules/987654/replay",
        Some(|_| json!({"days": 30})),
        [401, 404, 404, 404, 404, 404, 404, 404, 404],
    ),
    ("POST", "/api/v1/rules/987654/webhook-test", Some(|_| json!({})), [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    (
        "POST",
        "/api/v1/rules/987654/webhooks/whk_0/send",
        Some(|_| json!({})),
        [401, 404, 404, 404, 404, 404, 404, 404, 404],
    ),
    ("GET", "/api/v1/access/roles", None, [401, 403, 403, 403, 403, 403, 403, 200, 200]),
    ("GET", "/api/v1/access/roles/agent", None, [401, 403, 403, 403, 403, 403, 403, 200, 200]),
    ("GET", "/api/v1/access/kinds/incident", None, [401, 403, 403, 403, 403, 403, 403, 200, 200]),
    ("GET", "/api/v1/access/kinds/nonsense", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("POST", "/api/v1/approvals/987654/links", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("GET", "/api/v1/people/987654/reach", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("GET", "/api/v1/service-levels", None, [401, 403, 403, 403, 403, 200, 200, 200, 200]),
    ("GET", "/api/v1/configuration", None, [401, 403, 403, 403, 403, 403, 403, 403, 200]),
    (
        "POST",
        "/api/v1/configuration/roll-back",
        Some(|_| json!({"to": "2026-01-01T00:00:00Z", "plan": true})),
        [401, 403, 403, 403, 403, 403, 403, 403, 200],
    ),
    ("GET", "/api/v1/calibration", None, [401, 403, 403, 403, 403, 200, 200, 200, 200]),
    (
        "GET",
        "/api/v1/intervals?from=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00Z",
        None,
        [401, 200, 200, 200, 200, 200, 200, 200, 200],
    ),
    ("GET", "/api/v1/intervals", None, [401, 400, 400, 400, 400, 400, 400, 400, 400]),
    ("GET", "/api/v1/changes/987654/conflicts", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("POST", "/api/v1/calendars/987654/holidays", Some(|_| json!({})), [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("GET", "/api/v1/calendars/987654/feed", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("POST", "/api/v1/calendars/987654/feed", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("GET", "/api/v1/reopenings", None, [401, 403, 403, 403, 403, 200, 200, 200, 200]),
    ("GET", "/api/v1/calendar-feeds", None, [401, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("POST", "/api/v1/calendar-feeds", Some(|_| json!({"name": "x"})), [401, 403, 403, 403, 403, 403, 403, 403, 403]),
    ("DELETE", "/api/v1/calendar-feeds/987654", None, [401, 204, 204, 204, 204, 204, 204, 204, 204]),
    ("GET", "/api/v1/catalogue-items/987654/form", None, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    (
        "POST",
        "/api/v1/catalogue-items/987654/order",
        Some(|_| json!({})),
        [401, 404, 404, 404, 404, 404, 404, 404, 404],
    ),
    (
        "POST",
        "/api/v1/overlays/987654/prospect",
        Some(|_| json!({"definition": "key = 'x'"})),
        [401, 404, 404, 404, 404, 404, 404, 404, 404],
    ),
    (
        "POST",
        "/api/v1/service-level-targets/987654/simulate",
        Some(|_| json!({"fields": {}})),
        [401, 404, 404, 404, 404, 404, 404, 404, 404],
    ),
    ("POST", "/api/v1/bulk", Some(|_| json!({"operations": []})), [401, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("POST", "/api/v1/bulk", Some(|_| json!({"operations": 1})), [401, 422, 422, 422, 422, 422, 422, 422, 422]),
];

/// Who may see an object: anon never does.
fn readers(fixture: &Fixture) -> Vec<(&'static str, String, BTreeSet<&'static str>)> {
    let id = |id: steward_model::id::RecordId| id.to_string();
    let mut objects = vec![
        ("incidents", id(fixture.ta.record.id), vec!["a1", "am", "g1", "oa", "root"]),
        ("incidents", fixture.ta.record.number.clone(), vec!["a1", "am", "g1", "oa", "root"]),
        ("incidents", id(fixture.tb.record.id), vec!["b1", "g1", "root"]),
        ("incidents", fixture.tb.record.number.clone(), vec!["b1", "g1", "root"]),
        ("configuration-items", fixture.ca.record.number.clone(), vec!["a1", "am", "g1", "g2", "oa", "root"]),
        ("configuration-items", id(fixture.cb.record.id), vec!["b1", "g1", "g2", "root"]),
        ("knowledge-articles", id(fixture.ka.record.id), vec!["a1", "a2", "am", "oa", "g1", "g2", "root"]),
        ("knowledge-articles", fixture.ki.record.number.clone(), vec!["g1", "g2", "root"]),
        ("organisations", id(fixture.a), vec!["a1", "a2", "am", "g1", "g2", "oa", "root"]),
        ("organisations", id(fixture.b), vec!["b1", "g1", "g2", "root"]),
        ("organisations", id(fixture.provider), vec!["g1", "g2", "root"]),
        ("teams", id(fixture.desk), vec!["g1", "g2", "root"]),
        ("teams", id(fixture.hr), vec!["g1", "g2", "root"]),
    ];
    for (name, person) in &fixture.people {
        let mut seen_by = vec![*name, "g1", "g2", "root"];
        seen_by.extend(if ["a1", "a2", "am", "oa"].contains(name) { vec!["am", "oa"] } else { vec![] });
        objects.push(("people", id(*person), seen_by));
    }
    // Numbers of one kind in the address of another lead nowhere.
    objects.push(("problems", fixture.ta.record.number.clone(), vec![]));
    objects.push(("changes", id(fixture.ta.record.id), vec![]));
    objects.into_iter().map(|(kinds, name, seen_by)| (kinds, name, seen_by.into_iter().collect())).collect()
}

fn address(fixture: &Fixture, path: &str, kinds: &str, record: &str, actor: &str) -> String {
    let person = fixture.people.get(actor).unwrap_or(&fixture.people["a1"]).to_string();
    path.replace("{kinds}", kinds)
        .replace("{record}", record)
        .replace("{key}", "start")
        .replace("{link}", "affects")
        .replace("{target}", &fixture.ca.record.number)
        .replace("{person}", &person)
        .replace("{person_a2}", &fixture.people["a2"].to_string())
        .replace("{file}", &fixture.files.0.to_string())
        .replace("{inner}", &fixture.files.1.to_string())
}

/// The route of a line, as the list of routes writes it.
fn route_of(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    let path =
        path.replace("/transitions/start", "/transitions/{key}").replace("/transitions/cancel", "/transitions/{key}");
    path.replace("{inner}", "{file}")
        .replace("/bulk-edits/987654", "/bulk-edits/{edit}")
        .replace("/views/987654", "/views/{view}")
        .replace("/outbox/987654", "/outbox/{message}")
        .replace("/withheld-files/987654", "/withheld-files/{sha256}")
        .replace("/worklogs/987654", "/worklogs/{entry}")
        .replace("/access/roles/agent", "/access/roles/{role}")
        .replace("/access/kinds/incident", "/access/kinds/{kind}")
        .replace("/access/kinds/nonsense", "/access/kinds/{kind}")
        .replace("/people/987654/", "/people/{record}/")
        .replace("/approvals/987654/", "/approvals/{record}/")
        .replace("/catalogue-items/987654/", "/catalogue-items/{item}/")
        .replace("/rules/987654/", "/rules/{record}/")
        .replace("/webhooks/whk_0/", "/webhooks/{call}/")
        .replace("/service-level-targets/987654/", "/service-level-targets/{record}/")
        .replace("/overlays/987654/", "/overlays/{record}/")
        .replace("/changes/987654/", "/changes/{record}/")
        .replace("/calendars/987654/", "/calendars/{record}/")
        .replace("/calendar-feeds/987654", "/calendar-feeds/{feed}")
}

async fn call(
    fixture: &Fixture,
    client: &Client,
    method: &str,
    path: &str,
    body: Option<fn(&Fixture) -> Json>,
) -> Answer {
    let call = client.call(method, path);
    let call = match body {
        Some(body) => call.json(&body(fixture)),
        None if method == "POST" => call.body("content"),
        None => call,
    };
    if path.ends_with("/events") {
        // A stream that never ends: its head is the answer.
        let (parts, _) = call.open().await.into_parts();
        return Answer { status: parts.status, headers: parts.headers, body: bytes() };
    }
    call.send().await
}

fn bytes() -> axum::body::Bytes {
    axum::body::Bytes::new()
}

on_both! {
    async fn sec_001_every_route_has_a_line(db: TestDatabase) {
        drop(db);
        let written: BTreeSet<(String, String)> = TICKET_LINES
            .iter()
            .map(|line| (line.method.to_owned(), route_of(line.path)))
            .chain(PLAIN_LINES.iter().map(|(method, path, _, _)| ((*method).to_owned(), route_of(path))))
            .collect();
        let served: BTreeSet<(String, String)> = steward_api::routes()
            .into_iter()
            .map(|route| (route.method.as_str().to_owned(), route.path.to_owned()))
            .collect();
        assert_eq!(served, written);
    }

    async fn sec_001_those_who_see_a_ticket_get_what_the_table_says(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let relations = [("a1", 0), ("am", 1), ("g1", 2), ("oa", 2), ("root", 2)];
        for line in &TICKET_LINES {
            for (actor, relation) in relations {
                let expected = [line.requester, line.manager, line.worker][relation];
                let expected = match expected {
                    INSPECTORS => if actor == "g1" { 403 } else { 200 },
                    expected => expected,
                };
                // What succeeds changes the ticket, so each gets one of its own.
                let ticket = if expected < 300 && line.method != "GET" { fixture.twin_of_ta().await } else { fixture.ta.clone() };
                let before = fixture.server.rows().await;
                let path = address(&fixture, line.path, "incidents", &ticket.record.number, actor);
                let answer = call(&fixture, fixture.client(actor), line.method, &path, line.body).await;
                assert_eq!(answer.status.as_u16(), expected, "{actor} {} {path}: {}", line.method, answer.text());
                fixture.sweep(actor, &answer);
                if expected >= 400 || line.method == "GET" {
                    assert_eq!(fixture.server.rows().await, before, "{actor} {} {path} changed something", line.method);
                }
            }
        }
    }

    async fn sec_001_other_routes_answer_what_the_table_says(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        for (method, path, body, expected) in PLAIN_LINES {
            for (actor, expected) in ACTORS.into_iter().zip(expected) {
                let before = fixture.server.rows().await;
                let path = address(&fixture, path, "incidents", "", actor);
                let answer = call(&fixture, fixture.client(actor), method, &path, body).await;
                assert_eq!(answer.status.as_u16(), expected, "{actor} {method} {path}: {}", answer.text());
                fixture.sweep(actor, &answer);
                if expected >= 400 {
                    assert_eq!(fixture.server.rows().await, before, "{actor} {method} {path} changed something");
                }
            }
        }
    }

    async fn sec_001_a_foreign_id_answers_as_one_that_never_was(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let before = fixture.server.rows().await;
        let mut refused = 0;
        for (kinds, name, seen_by) in readers(&fixture) {
            for line in &TICKET_LINES {
                for actor in ACTORS.into_iter().filter(|actor| !seen_by.contains(actor)) {
                    let client = fixture.client(actor);
                    let foreign = address(&fixture, line.path, kinds, &name, actor);
                    let answer = call(&fixture, client, line.method, &foreign, line.body).await;
                    let never = if name.parse::<i64>().is_ok() { "987654321" } else { "INC9999999" };
                    let never = address(&fixture, line.path, kinds, never, actor);
                    let nothing = call(&fixture, client, line.method, &never, line.body).await;
                    let expected = if actor == "anon" { 401 } else { 404 };
                    assert_eq!(answer.status.as_u16(), expected, "{actor} {} {foreign}", line.method);
                    assert_eq!(answer.body, nothing.body, "{actor} {} {foreign}", line.method);
                    assert_eq!(answer.headers, nothing.headers, "{actor} {} {foreign}", line.method);
                    fixture.sweep(actor, &answer);
                    refused += 1;
                }
            }
        }
        assert!(refused > 1000, "only {refused} calls were tried");
        assert_eq!(fixture.server.rows().await, before);
    }

    async fn sec_001_readers_do_see(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        for (kinds, name, seen_by) in readers(&fixture) {
            for actor in seen_by {
                let answer = fixture.client(actor).get(&format!("/api/v1/{kinds}/{name}")).await;
                assert_eq!(answer.status.as_u16(), 200, "{actor} {kinds}/{name}");
                fixture.sweep(actor, &answer);
                let journal = fixture.client(actor).get(&format!("/api/v1/{kinds}/{name}/journal")).await.expect(200);
                fixture.sweep(actor, &journal);
            }
        }
        // The sweep finds something to look for.
        let ticket = format!("/api/v1/incidents/{}", fixture.ta.record.number);
        fixture.shows("TA.title", &fixture.client("a1").get(&ticket).await);
        fixture.shows("TA.handling", &fixture.client("g1").get(&ticket).await);
        fixture.shows("TA.comment", &fixture.client("a1").get(&format!("{ticket}/journal")).await);
        fixture.shows("TA.note", &fixture.client("oa").get(&format!("{ticket}/journal")).await);
        fixture.shows("TA.reason", &fixture.client("g1").get(&format!("{ticket}/journal")).await);
        let file = fixture.client("a1").get(&format!("{ticket}/attachments/{}", fixture.files.0)).await;
        fixture.shows("TA.file_content", &file);
    }
}
