//! SEC-001: every page, every actor, every foreign object. A route that is not in these tables fails the test.

use std::collections::BTreeSet;

use steward_testkit::browser::Browser;
use steward_testkit::client::Answer;
use steward_testkit::fixture::{ACTORS, Fixture};
use steward_testkit::on_both;

use crate::world::{World, check_status};

/// What is sent.
#[derive(Clone, Copy)]
enum Sent {
    Nothing,
    Form(&'static [(&'static str, &'static str)]),
    File,
}

/// Method, address, what is sent, and the answer to a requester, the manager of the requester's organisation, and those
/// who work on the ticket.
type TicketLine = (&'static str, &'static str, Sent, (u16, u16, u16));

const TICKET_LINES: [TicketLine; 83] = [
    ("GET", "/{kinds}/{record}", Sent::Nothing, (200, 200, 200)),
    ("GET", "/{kinds}/{record}/edit", Sent::Nothing, (403, 403, 200)),
    ("POST", "/{kinds}/{record}/edit", Sent::Form(&[("title", "other")]), (403, 403, 303)),
    ("GET", "/{kinds}/{record}/edit?field=title", Sent::Nothing, (403, 403, 200)),
    ("POST", "/{kinds}/{record}/edit", Sent::Form(&[("field", "title"), ("title", "other")]), (403, 403, 303)),
    ("GET", "/{kinds}/{record}/fields/title", Sent::Nothing, (403, 403, 200)),
    ("GET", "/{kinds}/{record}/fields/title?part=shown", Sent::Nothing, (200, 200, 200)),
    ("POST", "/{kinds}/{record}/fields/title", Sent::Form(&[("title", "other")]), (403, 403, 303)),
    ("GET", "/{kinds}/{record}/transitions/start", Sent::Nothing, (403, 403, 200)),
    ("POST", "/{kinds}/{record}/transitions/start", Sent::Form(&[]), (403, 403, 303)),
    ("GET", "/{kinds}/{record}/transitions/cancel", Sent::Nothing, (200, 403, 200)),
    ("POST", "/{kinds}/{record}/transitions/cancel", Sent::Form(&[("cancel_reason", "gone")]), (303, 403, 303)),
    ("POST", "/{kinds}/{record}/comments", Sent::Form(&[("body", "hello")]), (303, 303, 303)),
    ("POST", "/{kinds}/{record}/comments", Sent::Form(&[("body", "hello"), ("audience", "internal")]), (403, 403, 303)),
    (
        "POST",
        "/{kinds}/{record}/draft",
        Sent::Form(&[("draft_place", "comment"), ("draft_mark", "m"), ("body", "half")]),
        (204, 204, 204),
    ),
    ("GET", "/{kinds}/{record}/presence", Sent::Nothing, (403, 403, 200)),
    ("POST", "/{kinds}/{record}/presence", Sent::Form(&[("page", "p"), ("activity", "viewing")]), (403, 403, 200)),
    ("GET", "/{kinds}/{record}/mentions?q=g", Sent::Nothing, (200, 200, 200)),
    ("GET", "/{kinds}/{record}/snippets?q=", Sent::Nothing, (200, 200, 200)),
    // There is no such text; that the record is not there is found first.
    ("POST", "/{kinds}/{record}/snippets/TXT9999999", Sent::Form(&[]), (404, 404, 404)),
    ("GET", "/{kinds}/{record}/context", Sent::Nothing, (403, 403, 200)),
    ("POST", "/{kinds}/{record}/workaround", Sent::Form(&[("known_error", "KE9999999")]), (404, 404, 404)),
    ("GET", "/{kinds}/{record}/macros", Sent::Nothing, (403, 403, 200)),
    ("GET", "/{kinds}/{record}/macros/MAC9999999", Sent::Nothing, (403, 403, 404)),
    ("POST", "/{kinds}/{record}/macros/MAC9999999", Sent::Form(&[]), (403, 403, 404)),
    // A ticket is no article; the rights on articles are told in `knowledge.rs`.
    ("GET", "/{kinds}/{record}/write", Sent::Nothing, (404, 404, 404)),
    ("POST", "/{kinds}/{record}/write", Sent::Form(&[("title", "other")]), (404, 404, 404)),
    ("GET", "/{kinds}/{record}/versions", Sent::Nothing, (404, 404, 404)),
    ("POST", "/{kinds}/{record}/versions/987654/restore", Sent::Form(&[]), (404, 404, 404)),
    ("POST", "/{kinds}/{record}/helpful", Sent::Form(&[("helpful", "yes")]), (404, 404, 404)),
    ("GET", "/{kinds}/{record}/flag", Sent::Nothing, (404, 404, 404)),
    ("POST", "/{kinds}/{record}/flag", Sent::Form(&[("comment", "wrong")]), (404, 404, 404)),
    ("GET", "/{kinds}/{record}/translations", Sent::Nothing, (404, 404, 404)),
    ("POST", "/{kinds}/{record}/translations", Sent::Form(&[("language", "de")]), (404, 404, 404)),
    ("GET", "/{kinds}/{record}/articles", Sent::Nothing, (403, 403, 200)),
    ("POST", "/{kinds}/{record}/articles", Sent::Form(&[("article", "KB9999999")]), (403, 403, 404)),
    // Nothing was solved yet.
    ("POST", "/{kinds}/{record}/article", Sent::Form(&[]), (403, 403, 409)),
    ("GET", "/{kinds}/{record}/worklogs", Sent::Nothing, (403, 403, 200)),
    ("GET", "/{kinds}/{record}/worklogs/987654", Sent::Nothing, (403, 403, 404)),
    ("POST", "/{kinds}/{record}/worklogs/987654", Sent::Form(&[("duration", "5 min")]), (403, 403, 404)),
    ("POST", "/{kinds}/{record}/worklogs/987654/withdraw", Sent::Form(&[]), (403, 403, 404)),
    ("POST", "/{kinds}/{record}/timer", Sent::Form(&[]), (403, 403, 303)),
    ("POST", "/{kinds}/{record}/worklogs", Sent::Form(&[("duration", "5 min")]), (403, 403, 303)),
    ("POST", "/{kinds}/{record}/pin", Sent::Form(&[("pinned", "true")]), (303, 303, 303)),
    ("POST", "/{kinds}/{record}/watch", Sent::Form(&[]), (303, 303, 303)),
    ("POST", "/{kinds}/{record}/links", Sent::Form(&[("link", "relates_to"), ("target", "{target}")]), (403, 403, 303)),
    ("POST", "/{kinds}/{record}/links/affects/{target}/end", Sent::Form(&[]), (403, 403, 303)),
    ("GET", "/{kinds}/{record}/attachments", Sent::Nothing, (200, 200, 200)),
    ("POST", "/{kinds}/{record}/attachments", Sent::File, (303, 403, 303)),
    ("GET", "/{kinds}/{record}/attachments/{file}", Sent::Nothing, (200, 200, 200)),
    ("GET", "/{kinds}/{record}/attachments/{inner}", Sent::Nothing, (404, 404, 200)),
    // The file is the agent's: its requester may read it and not take it away.
    ("GET", "/{kinds}/{record}/attachments/{file}/preview", Sent::Nothing, (200, 200, 200)),
    ("GET", "/{kinds}/{record}/attachments/{inner}/preview", Sent::Nothing, (404, 404, 200)),
    // A text is shown by us; only pictures and documents have an address of their own.
    ("GET", "/{kinds}/{record}/attachments/{file}/view", Sent::Nothing, (404, 404, 404)),
    ("POST", "/{kinds}/{record}/attachments/{file}/remove", Sent::Form(&[]), (403, 403, 303)),
    ("GET", "/{kinds}/{record}/access", Sent::Nothing, (200, 200, 200)),
    ("GET", "/{kinds}/{record}/difference", Sent::Nothing, (200, 200, 200)),
    ("GET", "/{kinds}/{record}/who", Sent::Nothing, (403, 403, INSPECTORS)),
    // A ticket is no person; the rights on people are told in `inspector.rs`.
    ("GET", "/{kinds}/{record}/reach", Sent::Nothing, (404, 404, 404)),
    // Only a question for approval is decided by a link.
    ("POST", "/{kinds}/{record}/link", Sent::Form(&[]), (404, 404, 404)),
    ("GET", "/{kinds}/{record}/view-as", Sent::Nothing, (404, 404, 404)),
    ("POST", "/{kinds}/{record}/view-as", Sent::Form(&[("reason", "to see")]), (404, 404, 404)),
    ("GET", "/{kinds}/{record}/clocks", Sent::Nothing, (200, 200, 200)),
    // Only calendars take files of holidays; their rights are told in `operations.rs`.
    ("GET", "/{kinds}/{record}/holidays", Sent::Nothing, (404, 404, 404)),
    ("POST", "/{kinds}/{record}/holidays", Sent::File, (404, 404, 404)),
    ("POST", "/{kinds}/{record}/feed", Sent::Form(&[]), (404, 404, 404)),
    ("GET", "/{kinds}/{record}/flows", Sent::Nothing, (403, 403, 200)),
    ("POST", "/{kinds}/{record}/flows", Sent::Form(&[("flow", "FLW9999999")]), (403, 403, 422)),
    // A ticket is no configuration; `configuration.rs` tells who may do what with the text of that.
    ("GET", "/{kinds}/{record}/text", Sent::Nothing, (404, 404, 404)),
    ("POST", "/{kinds}/{record}/text", Sent::Form(&[("text", "")]), (404, 404, 404)),
    ("GET", "/{kinds}/{record}/runs", Sent::Nothing, (403, 403, 200)),
    // Only rules are replayed.
    ("GET", "/{kinds}/{record}/replay", Sent::Nothing, (404, 404, 404)),
    ("POST", "/{kinds}/{record}/replay", Sent::Form(&[("days", "30")]), (404, 404, 404)),
    ("GET", "/{kinds}/{record}/webhook-test", Sent::Nothing, (404, 404, 404)),
    ("POST", "/{kinds}/{record}/webhook-test", Sent::Form(&[]), (404, 404, 404)),
    ("POST", "/{kinds}/{record}/webhooks/whk_0/send", Sent::Form(&[]), (404, 404, 404)),
    // Only targets of service levels are tried on real records.
    ("GET", "/{kinds}/{record}/simulation", Sent::Nothing, (404, 404, 404)),
    ("GET", "/{kinds}/{record}/trial", Sent::Nothing, (404, 404, 404)),
    // Only templates of mail have a preview.
    ("GET", "/{kinds}/{record}/preview", Sent::Nothing, (404, 404, 404)),
    // It is open, and so not followed up.
    ("GET", "/{kinds}/{record}/follow-up", Sent::Nothing, (404, 404, 404)),
    ("POST", "/{kinds}/{record}/follow-up", Sent::Form(&[("text", "again")]), (422, 422, 422)),
    ("GET", "/{kinds}/{record}/promise-preview", Sent::Nothing, (404, 404, 404)),
    ("POST", "/{kinds}/{record}/promise-preview", Sent::Form(&[("name", "x")]), (404, 404, 404)),
];

/// Method, address, what is sent, and the answers to nobody and to everybody else.
const PLAIN_LINES: [(&str, &str, Sent, (u16, u16)); 95] = [
    ("GET", "/assets/none.css", Sent::Nothing, (404, 404)),
    ("GET", "/sign-in", Sent::Nothing, (200, 303)),
    ("POST", "/sign-in", Sent::Form(&[("login", "nobody"), ("password", "wrong")]), (401, 401)),
    ("POST", "/sign-out", Sent::Form(&[]), (401, 303)),
    ("GET", "/set-up?secret=x", Sent::Nothing, (404, 404)),
    ("POST", "/set-up", Sent::Form(&[("secret", "x")]), (404, 404)),
    ("GET", "/dev/components", Sent::Nothing, (404, 404)),
    ("GET", "/", Sent::Nothing, (303, 200)),
    ("GET", "/manifest.webmanifest", Sent::Nothing, (200, 200)),
    ("GET", "/service-worker.js", Sent::Nothing, (200, 200)),
    ("GET", "/offline", Sent::Nothing, (200, 200)),
    ("GET", "/portal", Sent::Nothing, (303, 200)),
    ("GET", "/portal/answers?q=printer", Sent::Nothing, (303, 200)),
    ("GET", "/portal/catalogue", Sent::Nothing, (303, 200)),
    ("GET", "/portal/catalogue/CATG9999999", Sent::Nothing, (303, 404)),
    ("GET", "/portal/items/CAT9999999", Sent::Nothing, (303, 404)),
    ("POST", "/portal/items/CAT9999999", Sent::Form(&[("do", "order")]), (401, 404)),
    ("GET", "/portal/items/CAT9999999/choices?question=a", Sent::Nothing, (303, 404)),
    ("GET", "/portal/forms/CAT9999999", Sent::Nothing, (303, 404)),
    ("POST", "/portal/forms/CAT9999999", Sent::Form(&[("form", "")]), (401, 404)),
    ("GET", "/portal/report", Sent::Nothing, (303, 200)),
    ("POST", "/portal/report", Sent::Form(&[("title", "")]), (401, 422)),
    ("POST", "/portal/report/answers", Sent::Form(&[("title", "printer")]), (401, 200)),
    ("GET", "/portal/requests", Sent::Nothing, (303, 200)),
    ("GET", "/portal/requests/INC9999999", Sent::Nothing, (303, 404)),
    ("POST", "/portal/requests/INC9999999/comments", Sent::Form(&[("body", "x")]), (401, 404)),
    ("GET", "/portal/articles", Sent::Nothing, (303, 200)),
    ("GET", "/portal/articles/KB9999999", Sent::Nothing, (303, 404)),
    ("POST", "/portal/articles/KB9999999/solved", Sent::Form(&[("mark", "m")]), (401, 404)),
    ("GET", "/search?q=printer", Sent::Nothing, (303, 200)),
    ("GET", "/search/suggestions?q=printer", Sent::Nothing, (303, 200)),
    ("GET", "/recent", Sent::Nothing, (303, 200)),
    ("GET", "/pick?q=a", Sent::Nothing, (303, 200)),
    ("GET", "/live", Sent::Nothing, (204, 200)),
    ("GET", "/inbox", Sent::Nothing, (303, 200)),
    ("GET", "/inbox/count", Sent::Nothing, (303, 200)),
    ("POST", "/inbox/read", Sent::Form(&[("id", "987654")]), (401, 303)),
    ("GET", "/time", Sent::Nothing, (303, STAFF_ONLY)),
    ("POST", "/time", Sent::Form(&[]), (401, STAFF_REFUSED)),
    ("GET", "/time/report", Sent::Nothing, (303, STAFF_ONLY)),
    ("GET", "/time/report.csv", Sent::Nothing, (303, STAFF_ONLY)),
    ("POST", "/timer/discard", Sent::Form(&[]), (401, 303)),
    ("GET", "/outbox", Sent::Nothing, (303, 200)),
    ("GET", "/outbox?person=me&state=held", Sent::Nothing, (303, 200)),
    ("GET", "/outbox/987654", Sent::Nothing, (303, 404)),
    ("POST", "/outbox/987654/send", Sent::Form(&[]), (401, 404)),
    ("GET", "/settings", Sent::Nothing, (303, 200)),
    ("POST", "/settings", Sent::Form(&[("theme", "dark")]), (401, 303)),
    ("GET", "/account", Sent::Nothing, (303, 200)),
    ("POST", "/account/theme", Sent::Form(&[("theme", "dark")]), (401, 303)),
    ("POST", "/account/password", Sent::Form(&[("current_password", ""), ("new_password", "x")]), (401, 422)),
    ("POST", "/account/sessions/987654/end", Sent::Form(&[]), (401, 303)),
    ("POST", "/account/tokens", Sent::Form(&[("label", "")]), (401, 422)),
    ("POST", "/account/tokens/987654/revoke", Sent::Form(&[]), (401, 303)),
    ("GET", "/help", Sent::Nothing, (303, 200)),
    ("GET", "/help/reference/filters", Sent::Nothing, (303, 200)),
    ("GET", "/bulk-edits", Sent::Nothing, (303, 200)),
    ("GET", "/bulk-edits/987654", Sent::Nothing, (303, 404)),
    ("POST", "/bulk-edits/987654/start", Sent::Form(&[]), (401, 404)),
    ("POST", "/bulk-edits/987654/undo", Sent::Form(&[]), (401, 404)),
    ("GET", "/incidents/bulk-edits/new?action=watch&record=987654321", Sent::Nothing, (303, 200)),
    ("POST", "/incidents/bulk-edits", Sent::Form(&[("action", "watch"), ("record", "987654321")]), (401, 422)),
    ("GET", "/knowledge/quality", Sent::Nothing, (303, STAFF_ONLY)),
    ("GET", "/knowledge/translations", Sent::Nothing, (303, STAFF_ONLY)),
    ("GET", "/operations-calendar", Sent::Nothing, (303, 200)),
    ("GET", "/calendar-feeds", Sent::Nothing, (303, 200)),
    ("POST", "/calendar-feeds", Sent::Form(&[("name", "")]), (401, 422)),
    ("POST", "/calendar-feeds/987654/revoke", Sent::Form(&[]), (401, 303)),
    ("GET", "/calendar-feeds/nothing/calendar", Sent::Nothing, (404, 404)),
    ("GET", "/service-levels", Sent::Nothing, (303, STAFF_ONLY)),
    ("GET", "/calibration", Sent::Nothing, (303, STAFF_ONLY)),
    ("GET", "/designer/OVL9999999", Sent::Nothing, (303, 404)),
    ("POST", "/designer/OVL9999999", Sent::Form(&[("definition", "x")]), (401, 404)),
    ("GET", "/decide/nothing", Sent::Nothing, (404, 404)),
    ("POST", "/decide/nothing", Sent::Form(&[("decision", "approve")]), (404, 404)),
    ("GET", "/access", Sent::Nothing, (303, ADMINISTRATORS_ONLY)),
    ("GET", "/access/roles/agent", Sent::Nothing, (303, ADMINISTRATORS_ONLY)),
    ("GET", "/access/kinds/incident", Sent::Nothing, (303, ADMINISTRATORS_ONLY)),
    ("POST", "/view-as/end", Sent::Form(&[]), (401, 303)),
    ("GET", "/views/counts", Sent::Nothing, (303, 200)),
    ("GET", "/incidents/views/new", Sent::Nothing, (303, 200)),
    ("POST", "/incidents/views", Sent::Form(&[("name", "")]), (401, 422)),
    ("GET", "/incidents/views/987654/edit", Sent::Nothing, (303, 404)),
    ("POST", "/incidents/views/987654/edit", Sent::Form(&[("name", "x")]), (401, 404)),
    ("POST", "/incidents/views/987654/remove", Sent::Form(&[]), (401, 404)),
    ("POST", "/incidents/views/987654/pin", Sent::Form(&[]), (401, 404)),
    ("GET", "/incidents/columns", Sent::Nothing, (303, 200)),
    ("POST", "/incidents/columns", Sent::Form(&[("column", "nonsense")]), (401, 422)),
    ("GET", "/incidents/board?view=all", Sent::Nothing, (303, 200)),
    ("GET", "/incidents/calendar?view=all", Sent::Nothing, (303, 200)),
    ("GET", "/incidents/export?format=csv", Sent::Nothing, (303, 200)),
    ("GET", "/incidents/export?format=xlsx", Sent::Nothing, (303, 200)),
    ("GET", "/incidents", Sent::Nothing, (303, 200)),
    ("GET", "/incidents/new", Sent::Nothing, (303, 200)),
    ("POST", "/incidents", Sent::Form(&[("title", "x")]), (401, 303)),
];

/// Stands for 200 to staff and 403 to others.
const STAFF_ONLY: u16 = 0;
/// Stands for 422 to staff and 403 to others.
const STAFF_REFUSED: u16 = 2;
/// Stands for 200 to those who may look into rights and 403 to others.
const ADMINISTRATORS_ONLY: u16 = 1;
/// The same among those who work on a ticket.
const INSPECTORS: u16 = 1;

/// Who may see an object: anon never does.
fn readers(fixture: &Fixture) -> Vec<(&'static str, String, BTreeSet<&'static str>)> {
    let id = |id: steward_model::id::RecordId| id.to_string();
    let mut objects = vec![
        ("incidents", id(fixture.ta.record.id), vec!["a1", "am", "g1", "oa", "root"]),
        ("incidents", fixture.ta.record.number.clone(), vec!["a1", "am", "g1", "oa", "root"]),
        ("incidents", fixture.tb.record.number.clone(), vec!["b1", "g1", "root"]),
        ("configuration-items", fixture.ca.record.number.clone(), vec!["a1", "am", "g1", "g2", "oa", "root"]),
        ("configuration-items", id(fixture.cb.record.id), vec!["b1", "g1", "g2", "root"]),
        ("knowledge-articles", fixture.ka.record.number.clone(), vec!["a1", "a2", "am", "oa", "g1", "g2", "root"]),
        ("knowledge-articles", fixture.ki.record.number.clone(), vec!["g1", "g2", "root"]),
        ("organisations", id(fixture.a), vec!["a1", "a2", "am", "g1", "g2", "oa", "root"]),
        ("organisations", id(fixture.b), vec!["b1", "g1", "g2", "root"]),
        ("teams", id(fixture.hr), vec!["g1", "g2", "root"]),
        ("problems", fixture.ta.record.number.clone(), vec![]),
    ];
    for name in ["a1", "b1", "g1", "root"] {
        let mut seen_by = vec![name, "g1", "g2", "root"];
        seen_by.extend(if name == "a1" { vec!["am", "oa"] } else { vec![] });
        objects.push(("people", id(fixture.people[name]), seen_by));
    }
    objects.into_iter().map(|(kinds, name, seen_by)| (kinds, name, seen_by.into_iter().collect())).collect()
}

fn filled(fixture: &Fixture, text: &str, kinds: &str, record: &str) -> String {
    text.replace("{kinds}", kinds)
        .replace("{record}", record)
        .replace("{target}", &fixture.ca.record.number)
        .replace("{file}", &fixture.files.0.to_string())
        .replace("{inner}", &fixture.files.1.to_string())
}

/// The route of a line, as the list of routes writes it.
fn route_of(path: &str) -> String {
    let mut path = path.split('?').next().unwrap().to_owned();
    for (given, written) in [
        ("/fields/title", "/fields/{key}"),
        ("/transitions/start", "/transitions/{key}"),
        ("/transitions/cancel", "/transitions/{key}"),
        ("/links/affects/", "/links/{link}/"),
        ("{inner}", "{file}"),
        ("/assets/none.css", "/assets/{file}"),
        ("/sessions/987654", "/sessions/{session}"),
        ("/tokens/987654", "/tokens/{token}"),
        ("/bulk-edits/987654", "/bulk-edits/{edit}"),
        ("/versions/987654/", "/versions/{version}/"),
        ("/webhooks/whk_0/", "/webhooks/{call}/"),
        ("/macros/MAC9999999", "/macros/{macro}"),
        ("/calendar-feeds/987654", "/calendar-feeds/{feed}"),
        ("/calendar-feeds/nothing", "/calendar-feeds/{feed}"),
        ("/views/987654", "/views/{view}"),
        ("/outbox/987654", "/outbox/{message}"),
        ("/worklogs/987654", "/worklogs/{entry}"),
        ("/snippets/TXT9999999", "/snippets/{snippet}"),
        ("/help/reference/filters", "/help/{*page}"),
        ("/decide/nothing", "/decide/{token}"),
        ("/access/roles/agent", "/access/roles/{role}"),
        ("/access/kinds/incident", "/access/kinds/{kind}"),
        ("/catalogue/CATG9999999", "/catalogue/{category}"),
        ("/items/CAT9999999", "/items/{item}"),
        ("/forms/CAT9999999", "/forms/{item}"),
        ("/requests/INC9999999", "/requests/{number}"),
        ("/articles/KB9999999", "/articles/{article}"),
        ("/designer/OVL9999999", "/designer/{overlay}"),
        ("/incidents", "/{kinds}"),
    ] {
        path = path.replace(given, written);
    }
    path
}

async fn call(fixture: &Fixture, browser: &Browser, method: &str, path: &str, sent: Sent) -> Answer {
    match sent {
        _ if path == "/live" => {
            // A stream that never ends: its head is the answer.
            let (parts, _) = browser.call(method, path).open().await.into_parts();
            Answer { status: parts.status, headers: parts.headers, body: axum::body::Bytes::new() }
        }
        Sent::Nothing => browser.get(path).await,
        Sent::File => browser.post_files(path, &[], &[("files", "x.txt", b"content")]).await,
        Sent::Form(values) => {
            let values: Vec<(&str, String)> =
                values.iter().map(|(name, value)| (*name, filled(fixture, value, "", ""))).collect();
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.post(path, &values).await
        }
    }
}

#[test]
fn sec_001_every_page_has_a_line() {
    let tickets = TICKET_LINES.iter().map(|(method, path, _, _)| ((*method).to_owned(), route_of(path)));
    let plain = PLAIN_LINES.iter().map(|(method, path, _, _)| ((*method).to_owned(), route_of(path)));
    // Their answers are others for those who keep the catalogue, definitions, configuration or files: `portal.rs`,
    // `designer.rs`, `configuration.rs` and `files.rs` ask each.
    let keepers = [
        ("GET", "/portal/preview"),
        ("GET", "/designer"),
        ("POST", "/designer"),
        ("GET", "/configuration"),
        ("GET", "/configuration/roll-back"),
        ("POST", "/configuration/roll-back"),
        ("GET", "/withheld-files"),
        ("POST", "/withheld-files/{sha256}/scan"),
    ];
    let keepers = keepers.map(|(method, path)| (method.to_owned(), path.to_owned()));
    let written: BTreeSet<(String, String)> = tickets.chain(plain).chain(keepers).collect();
    let routes = steward_web::routes();
    let served: BTreeSet<(String, String)> =
        routes.iter().map(|route| (route.method.as_str().to_owned(), route.path.to_owned())).collect();
    assert_eq!(served, written);
}

on_both! {
    async fn sec_001_those_who_see_a_ticket_get_what_the_table_says(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let relations = [("a1", 0), ("am", 1), ("g1", 2), ("oa", 2), ("root", 2)];
        for (method, path, sent, (requester, manager, worker)) in TICKET_LINES {
            for (actor, relation) in relations {
                let expected = [requester, manager, worker][relation];
                let expected = match expected {
                    INSPECTORS => if actor == "g1" { 403 } else { 200 },
                    expected => expected,
                };
                // What succeeds changes the ticket, so each gets one of its own.
                let changes = expected == 303;
                let ticket = if changes { fixture.twin_of_ta().await } else { fixture.ta.clone() };
                let before = world.state().await;
                let path = filled(fixture, path, "incidents", &ticket.record.number);
                let answer = call(fixture, world.browser(actor), method, &path, sent).await;
                check_status(&answer, expected, &format!("{actor} {method} {path}"));
                fixture.sweep(actor, &answer);
                // Its agent watches already; what is pinned belongs to who pins, and a clock to whose it is, not to the ticket.
                if !(changes && ["/watch", "/pin", "/timer"].iter().any(|end| path.ends_with(end))) {
                    assert_eq!(world.state().await == before, !changes, "{actor} {method} {path}");
                }
            }
        }
    }

    async fn sec_001_other_pages_answer_what_the_table_says(db: TestDatabase) {
        let world = World::build(db).await;
        for (method, path, sent, (nobody, somebody)) in PLAIN_LINES {
            for actor in ACTORS {
                // What is only for staff answers staff, and tells others so.
                let is_staff = ["g1", "g2", "oa", "root"].contains(&actor);
                let inspects = ["oa", "root"].contains(&actor);
                let somebody = match somebody {
                    STAFF_ONLY => if is_staff { 200 } else { 403 },
                    STAFF_REFUSED => if is_staff { 422 } else { 403 },
                    ADMINISTRATORS_ONLY => if inspects { 200 } else { 403 },
                    somebody => somebody,
                };
                let expected = if actor == "anon" { nobody } else { somebody };
                if path == "/sign-in" {
                    // Who fails too often has to wait, and all of them fail.
                    world.fixture.server.clock.advance(901);
                }
                let browser = world.another(actor).await;
                browser.token().await;
                let before = world.fixture.server.rows().await;
                let answer = call(&world.fixture, &browser, method, path, sent).await;
                check_status(&answer, expected, &format!("{actor} {method} {path}"));
                world.fixture.sweep(actor, &answer);
                if (method, path) != ("POST", "/incidents") {
                    assert_eq!(world.fixture.server.rows().await, before, "{actor} {method} {path}");
                }
            }
        }
    }

    async fn sec_001_a_foreign_id_answers_as_one_that_never_was(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        for actor in ACTORS {
            world.browser(actor).token().await;
        }
        let before = world.state().await;
        let mut refused = 0;
        for (kinds, name, seen_by) in readers(fixture) {
            for (method, path, sent, _) in TICKET_LINES {
                for actor in ACTORS.into_iter().filter(|actor| !seen_by.contains(actor)) {
                    let browser = world.browser(actor);
                    let foreign = filled(fixture, path, kinds, &name);
                    let answer = call(fixture, browser, method, &foreign, sent).await;
                    refused += 1;
                    if actor == "anon" {
                        check_status(&answer, if method == "GET" { 303 } else { 401 }, &format!("{method} {foreign}"));
                        continue;
                    }
                    let never = if name.parse::<i64>().is_ok() { "987654321" } else { "INC9999999" };
                    let nothing = call(fixture, browser, method, &filled(fixture, path, kinds, never), sent).await;
                    check_status(&answer, 404, &format!("{actor} {method} {foreign}"));
                    assert_eq!(answer.body, nothing.body, "{actor} {method} {foreign}");
                    assert_eq!(answer.headers, nothing.headers, "{actor} {method} {foreign}");
                    fixture.sweep(actor, &answer);
                }
            }
        }
        assert!(refused > 1000, "only {refused} calls were tried");
        assert_eq!(world.state().await, before);
    }

    async fn sec_001_readers_do_see(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        for (kinds, name, seen_by) in readers(fixture) {
            for actor in seen_by {
                let path = format!("/{kinds}/{name}");
                let answer = world.browser(actor).get(&path).await;
                check_status(&answer, 200, &format!("{actor} {path}"));
                fixture.sweep(actor, &answer);
            }
        }
        for actor in ACTORS.into_iter().filter(|actor| *actor != "anon") {
            for kinds in ["incidents", "configuration-items", "knowledge-articles", "organisations", "people", "teams"] {
                let answer = world.browser(actor).get(&format!("/{kinds}?view=all")).await;
                if answer.status.as_u16() != 404 {
                    check_status(&answer, 200, &format!("{actor} {kinds}"));
                    fixture.sweep(actor, &answer);
                }
            }
            let home = world.browser(actor).get("/").await.expect(200);
            fixture.sweep(actor, &home);
        }
        // The sweep finds something to look for.
        let ta = world.ta();
        let page = world.browser("a1").get(&ta).await;
        for place in ["TA.title", "TA.description", "TA.comment", "TA.file", "CA.name"] {
            fixture.shows(place, &page);
        }
        let page = world.browser("g1").get(&ta).await;
        for place in ["TA.handling", "TA.note", "TA.work", "TA.inner_file"] {
            fixture.shows(place, &page);
        }
        fixture.shows("TA.file_content", &world.browser("a1").get(&format!("{ta}/attachments/{}", fixture.files.0)).await);
    }
}
