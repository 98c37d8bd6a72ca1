//! The page of an incident, and the form for a new one.

use maud::{Markup, html};
use steward_ui::attachment::{Attachment, Link, attachment, link};
use steward_ui::badge::{Category, Priority, badge, priority};
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::composer::{Composer, composer};
use steward_ui::field::{ChoiceOption, Control, Field, Picked, field};
use steward_ui::form::{Form, field_row, folded_section, form, form_actions, form_page, form_section};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::menu::{MenuAction, MenuButton, MenuItem, menu};
use steward_ui::partial::Partial;
use steward_ui::person::Person;
use steward_ui::record::{
    Live, RailSection, RecordHeader, SideField, Step, StepPlace, rail_section, record_header, record_layout, side_field,
};
use steward_ui::reference::{Crumb, Reference};
use steward_ui::shell::shell;
use steward_ui::timeline::{Change, Entry, EntryKind, change, changed, entry, folded, timeline};
use steward_ui::tone::Tone;
use steward_ui::value::Shown;
use steward_ui::watch::{Watch, watch};

use crate::sample::{self, moment};

pub(crate) fn page() -> Markup {
    shell(
        &sample::page("INC0004821 · Printer on floor 3 prints blank pages · Steward"),
        &sample::shell(""),
        record_layout(head(), html! { (events()) (writer()) }, rail()),
    )
}

fn head() -> Markup {
    let step = |label, category, place, detail| Step { label, category, place, detail };
    let item = |label, icon| MenuItem {
        label,
        icon: Some(icon),
        action: MenuAction::Link { address: "/t", partial: Partial::dialog("/t") },
        is_danger: false,
        key: None,
        is_chosen: false,
    };
    record_header(
        &RecordHeader {
            id: "record-header",
            live: Some(Live { record: "rec-0", source: "/incident.html" }),
            crumbs: &[Crumb { label: "Incidents", address: "/incidents.html" }],
            number: "INC0004821",
            title: "Printer on floor 3 prints blank pages",
            edit_title: Some("/incident/title"),
            marks: Some(html! { (priority(Priority::High, "High")) (badge("Major", Tone::Danger, Some(Icon::Flame))) }),
            steps: &[
                step("New", Category::New, StepPlace::Passed, "6 min"),
                step("In progress", Category::Active, StepPlace::Current, "for 2 h"),
                step("Resolved", Category::Done, StepPlace::Ahead, ""),
                step("Closed", Category::Done, StepPlace::Ahead, ""),
            ],
            tabs: &[],
        },
        html! {
            (watch(&Watch { action: "/watch", is_watching: true, watchers: 3, csrf_token: "token" }))
            (link_button(&Button { label: "Resolve", icon: Some(Icon::CircleCheck), look: Look::Main, partial: Partial::dialog("/incident/resolve"), ..Button::default() }, "/incident/resolve"))
            (menu("More actions", MenuButton::Dots, &[item("Put on hold", Icon::PlayerPause), item("Link to a record", Icon::Link), MenuItem { action: MenuAction::Separator, ..item("", Icon::X) }, MenuItem { is_danger: true, ..item("Cancel incident", Icon::Ban) }]))
        },
    )
}

fn events() -> Markup {
    let entry_of = |id, author, detail, when, kind, body| Entry {
        id,
        author,
        detail,
        time: moment(when),
        kind,
        body: Some(body),
        attachments: None,
        actions: None,
    };
    let done = |id, author, icon, what, when| Change { id, icon: Some(icon), author, what, time: moment(when) };
    timeline(
        "What happened",
        None,
        html! {
            (entry(&Entry {
                attachments: Some(html! {
                    (attachment(&Attachment { name: "blank-page.jpg", size: "2.4 MB", media_type: "image/jpeg", address: "/a/1", ..Attachment::default() }))
                    (attachment(&Attachment { name: "printer-configuration-export-2026-03-12.zip", size: "310 kB", media_type: "application/zip", address: "/a/2", ..Attachment::default() }))
                }),
                ..entry_of("1", "Ada Okafor", "requester, by mail", "3 h ago", EntryKind::Public, html! {
                    p { "Hello, since this morning the printer on floor 3 (the one beside the kitchen) only prints blank pages. I tried from two laptops." }
                    p { "We need the delivery notes for the afternoon ship, so it is rather urgent." }
                })
            }))
            (change(&done("2", "", Icon::Bolt, html! { "routed it to " b { "Workplace" } " by rule " b { "Printers" } }, "3 h ago")))
            (change(&done("3", "Jan van der Berg", Icon::UserCheck, html! { "took it" }, "3 h ago")))
            (change(&done("4", "Jan van der Berg", Icon::PlayerPlay, html! { "moved it from " b { "New" } " to " b { "In progress" } }, "3 h ago")))
            (entry(&entry_of("5", "Jan van der Berg", "", "2 h ago", EntryKind::Internal, html! {
                p { "Spooler log is full of this since the driver update last night:" }
                pre { code { "03:12:44 E spl: PCL6 filter exited with 0xC0000005 (job 48812, 0 bytes)\n03:12:44 W spl: falling back to raw, empty page emitted" } }
                p { "Same on " code { "prt-se-gbg-0302" } ". I think it is PRB0000012 again." }
            })))
            (change(&done("6", "Jan van der Berg", Icon::Link, html! { "linked " a href="/p" { "PRB0000012 Print spooler leaks handles" } " as the problem behind it" }, "2 h ago")))
            (change(&done("7", "Jan van der Berg", Icon::Flag, changed("Impact", "Low", "High"), "2 h ago")))
            (change(&done("8", "", Icon::Flag, changed("Priority", "Moderate", "High"), "2 h ago")))
            (entry(&entry_of("9", "Jan van der Berg", "", "2 h ago", EntryKind::Public, html! {
                p { "Thank you, Ada. The driver that came last night is to blame. Until it is rolled back you can print on " strong { "prt-se-gbg-0204" } " on floor 2, it still has the old one." }
            })))
            (folded("9 changes by Jan van der Berg and the system", html! { (change(&done("10", "Jan van der Berg", Icon::Point, changed("Category", "", "Printing"), "1 h ago"))) }))
            (entry(&entry_of("11", "Ada Okafor", "requester", "1 h ago", EntryKind::Public, html! { p { "Works there, thanks! Please tell me when ours is back." } })))
            (entry(&Entry { body: Some(html! { p { "Rolled the driver back on three print servers and watched twenty jobs." } }), ..entry_of("12", "Jan van der Berg", "", "40 min ago", EntryKind::Worklog("1 h 15 min"), html! {}) }))
            (change(&done("13", "Maximiliane-Charlotte von Hohenstein-Wittgenbach", Icon::Flame, html! { "declared it a " b { "major incident" } }, "35 min ago")))
            (entry(&entry_of("14", "Maximiliane-Charlotte von Hohenstein-Wittgenbach", "", "30 min ago", EntryKind::Internal, html! { p { "Warehouse B is hit as well. Keep me in the loop every half hour." } })))
            (change(&done("15", "", Icon::ClockExclamation, html! { "resolution target is 75 % used" }, "12 min ago")))
        },
    )
}

fn writer() -> Markup {
    composer(
        &Composer {
            action: "/comments",
            partial: Partial::post("/comments", "this"),
            csrf_token: "token",
            may_note: true,
            readers: "Ada Okafor and 2 watchers",
            ..Composer::default()
        },
        html! {},
    )
}

fn rail() -> Markup {
    let line =
        |key, label, value| side_field(&SideField { key, label, value, edit: Some("/incident/field"), help: "" });
    let fixed = |key, label, value| side_field(&SideField { key, label, value, edit: None, help: "" });
    let record = |number, label, icon| Reference { number, label, address: Some("/r"), icon: Some(icon), state: None };
    let part = |label, is_folded| RailSection { label, id: None, live: None, is_folded };
    html! {
        (rail_section(&part("Clocks", false), html! {
            (fixed("response", "Response", Shown::Due(moment("met after 6 min"), Tone::Success)))
            (fixed("resolution", "Resolution", Shown::Due(moment("42 min left"), Tone::Warning)))
        }))
        (rail_section(&part("Work", false), html! {
            (line("assignee", "Assignee", Shown::Person(Person { name: "Jan van der Berg", address: None })))
            (line("team", "Team", Shown::Text("Workplace")))
            (line("impact", "Impact", Shown::Text("High")))
            (line("urgency", "Urgency", Shown::Text("Medium")))
            (fixed("priority", "Priority", Shown::Priority(Priority::High, "High")))
            (line("due_at", "Due", Shown::Nothing))
        }))
        (rail_section(&part("Incident", false), html! {
            (line("requester", "Requester", Shown::Person(Person { name: "Ada Okafor", address: Some("/persons/PER0000001") })))
            (line("affected_user", "Affected user", Shown::Nothing))
            (line("service", "Service", Shown::Reference(Reference { label: "Printing", ..record("", "", Icon::HeartHandshake) })))
            (line("items", "Configuration items", Shown::References(vec![Reference { label: "prt-se-gbg-0301", ..record("", "", Icon::Printer) }, Reference { label: "prt-se-gbg-0302", ..record("", "", Icon::Printer) }])))
            (line("symptom", "Symptom", Shown::Text("Wrong result")))
            (line("contact", "Contact", Shown::Phone("+46 31 123 45 67")))
        }))
        (rail_section(&part("Related", false), html! {
            (link(&Link { relation: "Problem behind it", record: record("PRB0000012", "Print spooler leaks handles", Icon::Bug), remove: Some("/l"), csrf_token: "token" }))
            (link(&Link { relation: "Caused by", record: Reference { state: Some((Category::Done, "Closed")), ..record("CHG0000931", "Roll out printer drivers 7.4 to all print servers", Icon::ArrowsExchange) }, remove: Some("/l"), csrf_token: "token" }))
        }))
        (rail_section(&part("Times", true), html! { (fixed("opened_at", "Opened", Shown::Time(moment("12 Mar 14:02")))) }))
    }
}

const LEVELS: &[ChoiceOption] = &[
    ChoiceOption { key: "high", label: "High", depth: 0, is_inactive: false },
    ChoiceOption { key: "medium", label: "Medium", depth: 0, is_inactive: false },
    ChoiceOption { key: "low", label: "Low", depth: 0, is_inactive: false },
];

pub(crate) fn new_page() -> Markup {
    let text = |name, label, help, is_required| Field { name, label, help, is_required, ..Field::default() };
    let choice = || Control::Choice { value: "medium", options: LEVELS };
    let refer = |source, hint| Control::Reference { value: None, source, hint };
    shell(
        &sample::page("New incident · Steward"),
        &sample::shell(""),
        html! {
            (header(&Header { crumbs: &[Crumb { label: "Incidents", address: "/incidents.html" }], title: "New incident", ..Header::default() }, html! {}))
            (form_page(html! {
                (form(&Form { action: "/incidents", csrf_token: "token", ..Form::default() }, html! {
                    (form_section("Incident", "", html! {
                        (field(&Field { is_first: true, ..text("title", "Title", "", true) }, &Control::Text { value: "", max_length: Some(200) }))
                        (field(&text("description", "Description", "What happened, since when, and what was tried.", false), &Control::Markdown { value: "" }))
                        (field(&text("requester", "Requester", "", true), &Control::Reference { value: Some(Picked { value: "PER0000003", label: "Mei Lin" }), source: "/suggest?kind=person", hint: "Name, login or number" }))
                        (field_row(html! {
                            (field(&text("affected_user", "Affected user", "Who suffers from it, when that is not the requester", false), &refer("/suggest?kind=person", "Name, login or number")))
                            (field(&text("contact", "Contact", "How to reach the requester, if not as usual", false), &Control::Text { value: "", max_length: Some(200) }))
                        }))
                    }))
                    (form_section("Concerns", "", html! {
                        (field(&text("service", "Service", "", false), &refer("/suggest?kind=service", "Name or number")))
                        (field(&text("items", "Configuration items", "", false), &Control::References { values: &[], source: "/suggest?kind=configuration_item", hint: "Name or number" }))
                    }))
                    (form_section("Priority", "Priority follows from impact and urgency.", html! {
                        (field_row(html! { (field(&text("impact", "Impact", "", true), &choice())) (field(&text("urgency", "Urgency", "", true), &choice())) }))
                        (field(&text("major", "Major incident", "Handled as a major incident", false), &Control::Boolean { value: false }))
                    }))
                    (folded_section("Related", false, field(&text("problem", "Problem", "The problem behind it", false), &refer("/suggest?kind=problem", "Number or title"))))
                    (form_actions(html! {
                        (submit(&Button { label: "Create incident", look: Look::Main, key: None, ..Button::default() }, &Submit::default()))
                        (link_button(&Button { label: "Cancel", ..Button::default() }, "/incidents.html"))
                    }))
                }))
            }))
        },
    )
}
