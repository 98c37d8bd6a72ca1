//! Buttons, menus, tabs, marks, people, times.

use maud::{Markup, html};

use super::{GERMAN, HOSTILE, LONG_NAME};
use crate::badge::{Category, Priority, badge, priority, state};
use crate::button::{Button, Look, Submit, button, button_row, icon_button, icon_link, link_button, opener, submit};
use crate::chart::{Bar, Tile, bars, columns, sparkline, tiles};
use crate::header::{Header, header};
use crate::icon::{Icon, icon, large_icon, named_icon};
use crate::menu::{MenuAction, MenuButton, MenuItem, menu};
use crate::partial::Partial;
use crate::person::{Person, people, person};
use crate::reference::{Reference, reference};
use crate::tabs::{Tab, tabs};
use crate::time::{Time, due, time};
use crate::tone::Tone;
use crate::value::{Shown, shown};

pub(super) fn parts() -> Vec<(&'static str, Markup)> {
    vec![
        ("Buttons", buttons()),
        ("Menus", menus()),
        ("Page header", page_header()),
        ("Tabs", tabs("Sample views", &sample_tabs())),
        (
            "Icons",
            html! { div.button-row { (icon(Icon::Bug)) (large_icon(Icon::Bug)) (named_icon(Icon::Lock, "Confidential")) (icon(Icon::named("no-such-icon"))) } },
        ),
        ("Badges", badges()),
        ("States", states()),
        ("Priorities", priorities()),
        ("People", persons()),
        ("References", references()),
        ("Times", times()),
        ("Clocks", clocks()),
        ("Values", values()),
        ("Tiles", stat_tiles()),
        ("Charts", charts()),
    ]
}

fn buttons() -> Markup {
    let sample = Button { label: "Resolve", ..Button::default() };
    button_row(html! {
        (submit(&Button { look: Look::Main, icon: Some(Icon::CircleCheck), ..sample }, &Submit { name: Some("then"), value: Some("next"), ..Submit::default() }))
        (button(&Button { icon: Some(Icon::PlayerPause), label: "Put on hold", ..sample }))
        (link_button(&Button { look: Look::Quiet, label: "Cancel", ..sample }, "/incidents"))
        (button(&Button { look: Look::Danger, icon: Some(Icon::Trash), label: "Delete", ..sample }))
        (button(&Button { label: "Reply", key: Some("r"), ..sample }))
        (button(&Button { label: "Close", refused: Some("Only after it was resolved"), ..sample }))
        (link_button(&Button { label: HOSTILE, partial: Partial::dialog("/x?a=1&b=\"2\""), ..sample }, "/x"))
        (opener(&Button { label: "Open dialog", ..sample }, "sample-dialog"))
        (icon_button("Refresh", Icon::Refresh, Partial::replace("/list", "#list")))
        (icon_link("Settings", Icon::Settings, "/settings"))
    })
}

fn menus() -> Markup {
    let link = |label, symbol, is_chosen| MenuItem {
        label,
        icon: symbol,
        action: MenuAction::Link { address: "/x", partial: Partial::NONE },
        is_danger: false,
        key: None,
        is_chosen,
    };
    let items = [
        link("Put on hold", Some(Icon::PlayerPause), false),
        MenuItem {
            key: Some("d"),
            action: MenuAction::Post { address: "/x", values: &[("csrf_token", "token"), ("to", "me")] },
            ..link("Assign to me", Some(Icon::UserCheck), false)
        },
        link(GERMAN, None, true),
        MenuItem { action: MenuAction::Separator, ..link("", None, false) },
        MenuItem {
            is_danger: true,
            action: MenuAction::Submit { form: "bulk", name: "do", value: "cancel" },
            ..link("Cancel incident", Some(Icon::Ban), false)
        },
    ];
    button_row(html! {
        (menu("More actions", MenuButton::Dots, &items))
        (menu("", MenuButton::Label("Status"), &items))
        (menu("", MenuButton::IconLabel(Icon::Filter, "Filter"), &items))
    })
}

fn sample_tabs() -> [Tab<'static>; 3] {
    [
        Tab { label: "Open", address: "/incidents?view=open", count: Some("2,314"), is_current: true },
        Tab { label: "Mine", address: "/incidents?view=mine", count: Some("12"), is_current: false },
        Tab { label: HOSTILE, address: "/incidents?view=all", count: None, is_current: false },
    ]
}

fn page_header() -> Markup {
    header(
        &Header { crumbs: &[], title: GERMAN, detail: "2,314 open", tabs: &sample_tabs() },
        link_button(&Button { label: "New incident", look: Look::Main, ..Button::default() }, "/incidents/new"),
    )
}

fn badges() -> Markup {
    html! {
        div.button-row {
            (badge("Major", Tone::Danger, Some(Icon::Flame))) (badge("VIP", Tone::Accent, None)) (badge("Draft", Tone::Muted, None))
            (badge("Neutral", Tone::Neutral, None)) (badge("New", Tone::Info, None)) (badge("Met", Tone::Success, Some(Icon::Check))) (badge("Soon", Tone::Warning, None))
        }
    }
}

fn states() -> Markup {
    html! {
        div.button-row {
            @for (category, label) in [(Category::New, "New"), (Category::Active, "In progress"), (Category::Waiting, "On hold"), (Category::Done, "Resolved"), (Category::Cancelled, "Cancelled")] {
                (state(category, label))
            }
        }
    }
}

fn priorities() -> Markup {
    html! {
        div.button-row {
            @for (level, label) in [(Priority::Critical, "Critical"), (Priority::High, "High"), (Priority::Moderate, "Moderate"), (Priority::Low, "Low"), (Priority::Unset, "Not set")] {
                (priority(level, label))
            }
        }
    }
}

fn persons() -> Markup {
    html! {
        div.button-row {
            (person(&Person { name: "Ada Okafor", address: Some("/persons/PER0000001") }))
            (person(&Person { name: LONG_NAME, address: None }))
            (person(&Person { name: HOSTILE, address: None }))
            (people(&["Ada Okafor", "Jan van der Berg", "Mei Lin", "Sofia Rossi", "Tomás Ferreira", "Yuki Tanaka"]))
        }
    }
}

fn references() -> Markup {
    html! {
        div.button-row {
            (reference(&Reference { number: "PRB0000012", label: "Print spooler leaks handles", address: Some("/problems/PRB0000012"), icon: Some(Icon::Bug), state: None }))
            (reference(&Reference { number: "CHG0000100", label: GERMAN, address: Some("/x"), icon: None, state: Some((Category::Active, "Implementing")) }))
            (reference(&Reference { label: "Mail", icon: Some(Icon::HeartHandshake), ..Reference::default() }))
        }
    }
}

fn times() -> Markup {
    let moment =
        |shown| Time { machine: "2026-03-12T13:02:00Z", shown, exact: "12 March 2026, 14:02 CET", is_relative: false };
    html! {
        div.button-row {
            (time(&moment("3 h ago"))) (due(&moment("in 2 d"), Tone::Neutral)) (due(&moment("in 25 min"), Tone::Warning))
            (due(&moment("2 h late"), Tone::Danger)) (due(&moment("met"), Tone::Success))
        }
    }
}

fn clocks() -> Markup {
    use crate::clock::{
        ClockLine, ClockMark, ClockReason, ClockSpan, ClockState, PromiseLine, clock_badge, clock_legend, clock_lines,
        clock_picture, clock_reasons, clock_trace, forecast_line, promise_lines,
    };
    let due = Time { machine: "2026-03-12T13:02:00Z", shown: "in 25 min", exact: "12 March 2026", is_relative: false };
    let states = [
        ClockState::Far,
        ClockState::Soon,
        ClockState::Over,
        ClockState::Paused,
        ClockState::Handed,
        ClockState::Kept,
        ClockState::Broken,
        ClockState::GivenUp,
    ];
    let spans = [
        (0, 300, ClockState::Far),
        (300, 600, ClockState::Paused),
        (600, 700, ClockState::Handed),
        (700, 900, ClockState::Far),
        (900, 1000, ClockState::Over),
    ];
    let spans: Vec<ClockSpan> = spans.into_iter().map(|(from, to, state)| ClockSpan { from, to, state }).collect();
    let line = ClockLine {
        label: "Time to resolve",
        agreement: HOSTILE,
        state: ClockState::Soon,
        due: Some(due),
        used: "3 h of 4 h used",
        percent: 75,
        detail: "Next: 90 % used",
    };
    let mark = ClockMark { time: due, what: "Paused", who: html! { "Ben" }, worked: "1 h", paused: "", due: "" };
    let reason = ClockReason {
        target: "Resolve",
        address: "/x",
        agreement: HOSTILE,
        sort: "SLA",
        applies: true,
        reason: "Applies",
    };
    html! {
        div.button-row { @for state in states { (clock_badge(state, Some(&due))) } }
        (clock_lines(&[line], "/x/clocks"))
        (promise_lines("Records under it", &[PromiseLine { number: "INC0000042", address: "/incidents/INC0000042", title: "Printer prints stripes", target: "Resolve by priority", opened: "2 d ago", due: "Thu 3 Dec, 14:00 CET", used: "3 h of 8 h used", state: ClockState::Kept }, PromiseLine { number: "INC0000041", address: "/incidents/INC0000041", title: "No sound in the meeting room", target: "Answer by priority", opened: "2 d ago", due: "Thu 3 Dec, 14:00 CET", used: "30 min of 1 h used", state: ClockState::Kept }]))
        (forecast_line("Most likely between 2 Dec and 4 Dec", "As 8 of 10 like it: at least 200 with the same team and priority, done in the last 90 days."))
        (clock_picture(&spans, Some(900), "A clock"))
        (clock_legend())
        (clock_trace("A clock", &[mark]))
        (clock_reasons(&[reason.clone(), ClockReason { applies: false, ..reason }]))
    }
}

fn values() -> Markup {
    let all = [
        Shown::Nothing,
        Shown::Text(HOSTILE),
        Shown::Muted("from mail"),
        Shown::Number("1,204.50 EUR"),
        Shown::RecordNumber("INC0000042"),
        Shown::Boolean(true),
        Shown::Boolean(false),
        Shown::Badge("VIP", Tone::Accent),
        Shown::Url("https://status.example.org/incidents"),
        Shown::Url("javascript:alert(1)"),
        Shown::Mail("ada.okafor@example.org"),
        Shown::Phone("+46 31 123 45 67"),
        Shown::Secret(true),
        Shown::People(vec!["Ada Okafor", "Mei Lin"]),
        Shown::Table {
            columns: vec!["Name", "Quantity"],
            rows: vec![
                vec![Shown::Text("Monitor 27″"), Shown::Number("2")],
                vec![Shown::Text("Dock"), Shown::Number("1")],
            ],
        },
        Shown::Article(
            html! { p { "Restart the spooler with " code { "net stop spooler" } "." } ul { li { "Then print a test page." } } },
        ),
    ];
    html! { @for value in &all { p { (shown(value)) } } }
}

fn stat_tiles() -> Markup {
    tiles(&[
        Tile {
            label: "Open incidents",
            value: "2,314",
            detail: "112 more than last week",
            tone: Tone::Warning,
            address: Some("/incidents"),
            line: Some(sparkline(
                "Open incidents over the last ten weeks, from 1,900 to 2,314",
                &[1900.0, 1950.0, 2010.0, 1980.0, 2100.0, 2080.0, 2150.0, 2202.0, 2190.0, 2314.0],
            )),
        },
        Tile {
            label: "Past their target",
            value: "41",
            detail: "9 more than yesterday",
            tone: Tone::Danger,
            ..Tile::default()
        },
        Tile { label: "Resolved today", value: "128", detail: "about as many as usual", ..Tile::default() },
    ])
}

fn charts() -> Markup {
    let sample = [
        Bar { label: "Network", value: 412.0, shown: "412", address: Some("/incidents?team=network") },
        Bar { label: GERMAN, value: 260.0, shown: "260", address: None },
        Bar { label: "Workplace", value: 31.0, shown: "31", address: None },
        Bar { label: "Nothing", value: 0.0, shown: "0", address: None },
    ];
    html! {
        (bars("Open incidents by team", &sample))
        (columns("Incidents opened each day of the week", &sample))
        (sparkline("No values", &[]))
    }
}
