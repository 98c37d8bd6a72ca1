//! Calendars of what takes up time.

use maud::{Markup, html};

use super::{GERMAN, HOSTILE};
use crate::agenda::{AgendaDay, AgendaEntry, agenda, conflicts};
use crate::calendar::{Calendar, Day, Entry, Ways, calendar};
use crate::icon::Icon;
use crate::time_mark::{TimeChoice, TimeMark, time_choices, time_mark};

const FREEZE: TimeMark<'_> = TimeMark { key: "freeze", icon: Icon::Snowflake, label: "Freeze" };
const CHANGE: TimeMark<'_> = TimeMark { key: "change", icon: Icon::ArrowsExchange, label: "Change" };

pub(super) fn parts() -> Vec<(&'static str, Markup)> {
    vec![("Kinds of time", choices()), ("Week", week()), ("Agenda", days())]
}

fn choices() -> Markup {
    let choice = |mark, is_chosen| TimeChoice { mark, address: "/operations-calendar?time=freeze", is_chosen };
    time_choices(&[choice(FREEZE, true), choice(CHANGE, false)], Some("/operations-calendar"))
}

fn week() -> Markup {
    let entry = |title, mark: &TimeMark<'_>, goes_on, warning| Entry {
        address: "/changes/CHG0000007",
        title,
        number: "CHG0000007",
        time: "22:00–02:00",
        state: time_mark(mark, false),
        goes_on,
        warning,
    };
    let day = |number, entries| Day { number, label: "Thu 26 Nov", entries, ..Day::default() };
    let frozen = "Lies in the freeze FRZ0000001 Year end";
    calendar(&Calendar {
        label: "26 Nov – 28 Nov",
        previous: "/operations-calendar?view=week&at=2026-11-19",
        next: "/operations-calendar?view=week&at=2026-12-03",
        today: "/operations-calendar?view=week",
        weekdays: &["Thu", "Fri", "Sat"],
        days: &[
            day("26", vec![entry("Year end", &FREEZE, false, None), entry(GERMAN, &CHANGE, false, Some(frozen))]),
            Day { is_today: true, ..day("27", vec![entry("Year end", &FREEZE, true, None)]) },
            Day {
                more: Some((3, "/operations-calendar?view=agenda")),
                ..day("28", vec![entry(HOSTILE, &CHANGE, false, None)])
            },
        ],
        ways: Ways::Weeks,
        ..Calendar::default()
    })
}

fn days() -> Markup {
    let warning = html! { "Lies in the freeze " a href="/freezes/FRZ0000001" { "FRZ0000001 Year end" } };
    let warnings = [warning];
    let entry = |title, mark, warnings| AgendaEntry {
        time: "22:00–02:00",
        mark,
        address: "/changes/CHG0000007",
        title,
        detail: html! { span { "CHG0000007" } span { "Northwind Energy" } },
        warnings,
    };
    let days = [
        AgendaDay {
            label: "Thu 26 Nov",
            is_today: true,
            entries: vec![entry("Year end", FREEZE, &[]), entry(GERMAN, CHANGE, &warnings)],
        },
        AgendaDay { label: "Fri 27 Nov", is_today: false, entries: vec![entry(HOSTILE, CHANGE, &[])] },
    ];
    html! {
        (agenda("26 Nov – 23 Dec", &days))
        section.conflicts { h2.conflicts__title { "In the way" } (conflicts(&warnings)) }
    }
}
