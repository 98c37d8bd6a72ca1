//! Parts of the page of a record.

use maud::{Markup, html};

use super::{GERMAN, HOSTILE, LONG_NAME};
use crate::as_of::{AsOf, AsOfMoment, as_of};
use crate::attachment::{Attachment, Link, attachment, link};
use crate::badge::{Category, Priority};
use crate::button::{Button, Look, link_button};
use crate::composer::{Audience, Composer, composer};
use crate::context::{Related, Requester, apply_workaround, handling_note, outage, related, requester};
use crate::dialog::{dialog, dialog_content};
use crate::draft::{Draft, KeptDraft};
use crate::field::{Control, Field, field};
use crate::form::Form;
use crate::icon::Icon;
use crate::inbox::{Inbox, Item, inbox};
use crate::person::Person;
use crate::presence::{Somebody, people};
use crate::record::{
    Live, RailSection, RecordHeader, SideField, SideForm, Step, StepPlace, rail_section, record_header, side_field,
    side_form,
};
use crate::reference::{Crumb, Reference};
use crate::time::Time;
use crate::timeline::{Change, Entry, EntryKind, change, changed, entry, folded, timeline};
use crate::transition::{Transition, transition};
use crate::value::Shown;
use crate::watch::{Access, Watch, access, watch};

const MOMENT: Time =
    Time { machine: "2026-03-12T13:02:00Z", shown: "3 h ago", exact: "12 March 2026, 14:02 CET", is_relative: false };

pub(super) fn parts() -> Vec<(&'static str, Markup)> {
    vec![
        ("Record header", head()),
        ("Rail", rail()),
        ("Timeline", events()),
        ("Composer", composers()),
        ("Presence", present()),
        ("Context", beside()),
        ("Inbox", told()),
        ("Transition", resolve()),
        ("Dialog", dialogs()),
        ("Attachments and links", files()),
        (
            "As of",
            as_of(&AsOf {
                compare: "/incidents/INC0000042/difference",
                action: "/incidents/INC0000042",
                moments: &[
                    AsOfMoment { machine: "2026-03-12T13:02:00Z", label: "12 Mar 14:02", what: "Ada opened it" },
                    AsOfMoment { machine: "2026-03-12T15:02:00Z", label: "12 Mar 16:02", what: HOSTILE },
                ],
                shown: 0,
                now: "/incidents/INC0000042",
            }),
        ),
        (
            "Watch",
            html! { div.button-row { (watch(&Watch { action: "/w", is_watching: true, watchers: 3, csrf_token: "token" })) } },
        ),
        (
            "Access",
            access(&[
                Access {
                    person: Person { name: "Ada Okafor", address: None },
                    may: "read",
                    because: "is the requester",
                },
                Access { person: Person { name: LONG_NAME, address: None }, may: "work", because: HOSTILE },
            ]),
        ),
    ]
}

fn head() -> Markup {
    let step = |label, category, place, detail| Step { label, category, place, detail };
    record_header(
        &RecordHeader {
            id: "record-header",
            live: Some(Live { record: "42", source: "/incidents/INC0000042?part=header" }),
            crumbs: &[Crumb { label: "Incidents", address: "/incidents" }],
            number: "INC0000042",
            title: GERMAN,
            edit_title: Some("/incidents/INC0000042/fields/title"),
            marks: None,
            steps: &[
                step("New", Category::New, StepPlace::Passed, "5 min"),
                step("In progress", Category::Active, StepPlace::Current, "2 h"),
                step("Resolved", Category::Done, StepPlace::Ahead, ""),
                step("Closed", Category::Done, StepPlace::Ahead, ""),
            ],
            tabs: &[],
        },
        link_button(&Button { label: "Resolve", look: Look::Main, ..Button::default() }, "/x"),
    )
}

fn rail() -> Markup {
    rail_section(
        &RailSection {
            label: "Work",
            id: Some("rail-work"),
            live: Some(Live { record: "42", source: "/x" }),
            is_folded: false,
        },
        html! {
            (side_field(&SideField { key: "assignee", label: "Assignee", value: Shown::Person(Person { name: LONG_NAME, address: None }), edit: Some("/e"), help: "Who works on it" }))
            (side_field(&SideField { key: "priority", label: "Priority", value: Shown::Priority(Priority::High, "High"), edit: None, help: "" }))
            (side_field(&SideField { key: "note", label: "Handhabungsanweisungen", value: Shown::Text(HOSTILE), edit: Some("/e"), help: HOSTILE }))
            (side_form(&SideForm { key: "team", action: "/e", cancel: "/c", csrf_token: "token", revision: 3, draft: None }, field(&Field { name: "team", scope: "side-form-", label: "Team", ..Field::default() }, &Control::Text { value: "Network", max_length: None })))
        },
    )
}

fn events() -> Markup {
    let said = |id, author, kind, body| Entry {
        id,
        author,
        detail: "requester",
        time: MOMENT,
        kind,
        body: Some(body),
        attachments: None,
        actions: None,
    };
    let done = |id, author, what| Change { id, icon: None, author, what, time: MOMENT };
    timeline(
        "What happened",
        Some(Live { record: "42", source: "/t" }),
        html! {
            (entry(&said("1", "Ada Okafor", EntryKind::Public, html! { p { "It prints blank pages." } })))
            (change(&done("2", "", changed("Priority", "Low", "High"))))
            (change(&done("3", HOSTILE, changed("Title", "", HOSTILE))))
            (change(&done("4", "Mei Lin", changed("Team", "Network", ""))))
            (folded("12 changes by Mei Lin and the system", html! { (change(&done("5", "Mei Lin", changed("Description", "", "")))) }))
            (entry(&said("6", LONG_NAME, EntryKind::Internal, html! { p { "Looks like the driver. " (HOSTILE) } })))
            (entry(&Entry { body: None, ..said("7", "Mei Lin", EntryKind::Worklog("1 h 15 min"), html! {}) }))
        },
    )
}

fn composers() -> Markup {
    let errors = ["Write something, or attach a file".to_owned()];
    html! {
        (composer(&Composer { action: "/c", draft: Some(Draft { address: "/incidents/INC0000042/draft", place: "comment", kept: Some(KeptDraft { mark: "mark", time: MOMENT }) }), may_note: true, readers: "Ada Okafor and 2 watchers", csrf_token: "token", body: HOSTILE, errors: &errors, audience: Audience::Public, ..Composer::default() }, html! {}))
    }
}

fn present() -> Markup {
    let at = |name, is_writing| Somebody { name: Some(name), is_writing };
    html! {
        div { (people(&[at(LONG_NAME, true), at(HOSTILE, false), Somebody::default()], Some(12))) }
        div { (people(&[at("Mei Lin", false)], Some(12))) }
    }
}

fn beside() -> Markup {
    let record = |label| Reference { number: "KE0000003", label, address: Some("/r"), icon: None, state: None };
    html! {
        (outage(&record(GERMAN), "on Mail"))
        (requester(&Requester {
            name: LONG_NAME,
            address: "/people/PER0000001",
            title: "Head of wind planning",
            is_vip: true,
            mail: "maximiliane@example.org",
            phones: &["+49 30 1234567"],
            details: &["Prefers Telephone", HOSTILE],
        }))
        (handling_note(HOSTILE, html! { p { "Call before noon." } }))
        (related(&[
            Related { record: record("Driver forgets its tray"), reason: "on Printers, as here", action: Some(apply_workaround("/incidents/INC0000042/workaround", "KE0000003", "token")) },
            Related { record: record(HOSTILE), reason: HOSTILE, action: None },
        ]))
    }
}

fn told() -> Markup {
    let item = |id, number, title, is_read| Item {
        id,
        icon: Icon::At,
        actor: LONG_NAME,
        what: "mentioned you in",
        number,
        title,
        address: "/incidents/INC0000042#entry-7",
        excerpt: HOSTILE,
        is_internal: true,
        time: MOMENT,
        is_read,
    };
    let items = [item("1", "INC0000042", GERMAN, false), item("2", "INC0000043", "Printer jams", true)];
    html! {
        (inbox(&Inbox { items: &items, read: "/inbox/read", csrf_token: "token", source: "/inbox?part=list" }, html! {}))
    }
}

fn resolve() -> Markup {
    transition(
        &Transition {
            label: "Resolve",
            help: "The requester is told, and may reopen it for a week.",
            form: Form { action: "/t", csrf_token: "token", revision: Some(7), ..Form::default() },
            back: "/incidents/INC0000042",
            is_danger: false,
        },
        field(
            &Field {
                name: "notes",
                scope: "resolve-",
                label: "Resolution notes",
                is_required: true,
                ..Field::default()
            },
            &Control::Markdown { value: "" },
        ),
    )
}

fn dialogs() -> Markup {
    html! {
        (dialog("sample-dialog", "Resolve INC0000042", html! { p { "Content" } }))
        div.dialog-sample hidden { (dialog_content(HOSTILE, html! { p { "Content of the page’s dialog" } })) }
    }
}

fn files() -> Markup {
    let record =
        Reference { number: "PRB0000012", label: HOSTILE, address: Some("/x"), icon: Some(Icon::Bug), state: None };
    html! {
        div.button-row {
            (attachment(&Attachment { name: "blank-page.jpg", size: "2.4 MB", media_type: "image/jpeg", address: "/a/1", preview: Some("/a/1/preview"), detail: "Ada Okafor, 3 h ago", withheld: None }))
            (attachment(&Attachment { name: HOSTILE, size: "1 kB", media_type: "application/zip", address: "/a/2", preview: None, detail: "", withheld: Some("Being checked for malware") }))
        }
        (link(&Link { relation: "Caused by", record, remove: Some("/l/1"), csrf_token: "token" }))
        (link(&Link { relation: "Part of", record: Reference { label: GERMAN, ..record }, remove: None, csrf_token: "" }))
    }
}
