//! What came of the articles: second versions, votes, flags; and what the desk keeps ready: templates, macros, notes.

use serde_json::{Value as Json, json};
use steward_app::knowledge::FlagReason;

use crate::calendar::{Calendar, moved};
use crate::chance::Chance;
use crate::script::{Deed, Script, go, note, page};

/// Who says whether articles help, each the article, whether it did, and what they say.
const VOTES: [(&str, &str, bool, &str); 22] = [
    ("ella", "vpn-set-up", true, ""),
    ("finn", "vpn-set-up", true, "Clear, and it worked at the hotel too."),
    ("oskar", "vpn-set-up", true, ""),
    ("mina", "vpn-set-up", true, ""),
    ("greta", "vpn-einrichten", true, ""),
    ("ella", "password-reset", true, ""),
    (
        "finn",
        "password-reset",
        false,
        "My account was locked again an hour later, and I did not know which device it was.",
    ),
    ("priya", "password-reset", true, ""),
    ("hugo", "mot-de-passe", true, ""),
    ("sam", "mot-de-passe", false, ""),
    ("ella", "printer", false, "The new printers have no such menu."),
    ("finn", "printer", false, ""),
    ("ben", "printer", true, ""),
    ("ella", "second-factor", true, ""),
    ("finn", "second-factor", true, ""),
    ("greta", "second-factor", true, ""),
    ("ella", "mailbox-full", true, ""),
    ("finn", "guest-wifi", true, ""),
    ("ella", "expense-app", true, ""),
    ("finn", "scan-to-mail", false, ""),
    ("mina", "macos-dock", true, ""),
    ("ben", "triage", true, ""),
];

/// Writes the steps.
pub(crate) fn write(script: &mut Script, calendar: &Calendar, seed: u64) {
    let mut chance = Chance::new(seed, "knowledge");
    for (who, article, helpful, comment) in VOTES {
        let at = calendar.at(calendar.working_day(-chance.between(3, 60)), 540 + chance.between(0, 400));
        let deed = Deed::Vote { helpful, comment: comment.to_owned() };
        script.add_at_once(at, page(who), &format!("article:{article}"), deed);
    }
    let flags = [
        ("ben", "printer", FlagReason::Outdated, "The menu moved with the new driver: it is under **Devices** now."),
        ("chloe", "guest-wifi", FlagReason::Wrong, "The code holds for 24 hours, not for a week."),
    ];
    for (who, article, reason, words) in flags {
        let at = calendar.at(calendar.working_day(-2), 600 + chance.between(0, 120));
        let deed = Deed::Flag { reason, comment: words.to_owned() };
        script.add_at_once(at, page(who), &format!("article:{article}"), deed);
    }
    ready(script, calendar);
}

/// Further versions of an article that was published: one that readers see by now, or one that is in the works.
pub(crate) fn versions(script: &mut Script, calendar: &Calendar, key: &str, resolution: &str) {
    let handle = format!("article:{key}");
    let at = |days: i64, minute: i64| calendar.at(calendar.working_day(days), minute);
    match key {
        "password-reset" => {
            let text = resolution.replace(
                "look at your tablet, your old phone, and mail programs at home.",
                "look at your tablet, your old phone, and mail programs at home. The page **My devices** shows which one it was and when.",
            );
            let fields =
                json!({ "draft_resolution": text, "change_note": "Where to see which device locks the account" });
            script.add(at(-14, 600), page("ben"), &handle, go("revise", fields));
            script.add(at(-14, 630), page("ben"), &handle, go("submit", json!({ "reviewers": ["@person:jonas"] })));
            script.add(
                at(-13, 570),
                page("jonas"),
                &handle,
                note("Checked with the identity team: the page is there for everybody."),
            );
            script.add(at(-13, 580), page("jonas"), &handle, go("publish", json!({})));
        }
        "printer" => {
            let text = format!(
                "{resolution}\n\n## With the new driver\n\nOpen **Devices**, choose the printer and then **Send a test page**."
            );
            let fields = json!({ "draft_resolution": text, "change_note": "The new driver has other menus" });
            script.add(at(-1, 640), page("ben"), &handle, go("revise", fields));
        }
        _ => {}
    }
}

fn ready(script: &mut Script, calendar: &Calendar) {
    let at = calendar.at(calendar.working_day(-40), 600);
    let mut keep = |kind: &'static str, place: usize, fields: Json| {
        let deed = Deed::Create { kind, company: "nwe".to_owned(), fields, links: Vec::new() };
        script.add(
            at.plus_seconds(i64::try_from(place).unwrap_or(0) * 60),
            page("jonas"),
            &format!("{kind}:{place}"),
            deed,
        );
    };
    let row = |field: &str, value: &str| json!({ "field": field, "value": value });
    let templates = [
        (
            "Printer does not print",
            "incident",
            json!([
                row("title", "Printer does not print"),
                row("category", "printer"),
                row("impact", "low"),
                row("urgency", "medium"),
                row("description", "Which printer, which paper, what does its display say?")
            ]),
        ),
        (
            "Laptop lost or stolen",
            "incident",
            json!([
                row("title", "Laptop lost, reported {{today}}"),
                row("category", "security"),
                row("impact", "medium"),
                row("urgency", "high"),
                row("description", "Where and when was it last seen? Was it locked? Was the police told?")
            ]),
        ),
        (
            "Standard: restart of a server",
            "change",
            json!([row("title", "Restart of a server"), row("change_type", "standard")]),
        ),
    ];
    for (place, (title, kind, values)) in templates.into_iter().enumerate() {
        keep("record_template", place, json!({ "title": title, "for_kind": kind, "values": values }));
    }
    let macros = [
        json!({
            "title": "Take it and greet", "for_kind": "incident", "offered_when": "state == \"new\"",
            "values": [row("assignee", "me"), row("team", "my_team")], "transition": "start",
            "reply": "Hello {{requester.given_name}},\n\nI have taken on {{number}} and come back to you today.\n\n{{me.name}}, service desk",
        }),
        json!({
            "title": "Ask for a screenshot and wait", "for_kind": "incident", "offered_when": "state in [\"new\", \"in_progress\"]",
            "values": [row("on_hold_reason", "awaiting_requester")], "transition": "hold",
            "reply": "Hello {{requester.given_name}},\n\ncould you send us a screenshot of the message? You can paste it right into your answer.\n\n{{me.name}}",
        }),
        json!({
            "title": "No answer: resolve", "for_kind": "incident", "offered_when": "state == \"on_hold\"",
            "values": [row("resolution_code", "not_reproducible"), row("resolution_notes", "We did not hear from you, so we take it that all is well. Answer this message and it is open again.")],
            "transition": "resolve", "note": "Resolved without an answer from {{requester.name}}.",
        }),
    ];
    for (place, fields) in macros.into_iter().enumerate() {
        keep("macro", place, fields);
    }
    let day = |days: i64| moved(calendar.day(0), days).to_string();
    let notes = [
        json!({ "title": "Board meeting week: answer within the hour", "text": "Her team closes the quarter. Call before you change anything on her laptop.", "about": ["@person:ella"], "until": day(10) }),
        json!({ "title": "Contract allows visits on weekdays only", "text": "Visits to Clairmont between 8 and 17; the gate wants the licence plate the day before.", "about": ["@org:clm"] }),
        json!({ "title": "Frozen until the month is closed", "text": "No change to Meridian without the word of **Yusuf Demir**.", "about": ["@service:erp"], "until": day(5), "pops_up": true }),
        json!({ "title": "Spare parts come from Hamburg", "about": ["@person:finn"], "pops_up": false, "teams": ["@team:workplace"] }),
    ];
    for (place, fields) in notes.into_iter().enumerate() {
        keep("handling_note", place, fields);
    }
}
