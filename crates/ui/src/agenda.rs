//! An agenda: days one under the other, each with what begins or goes on then.

use maud::{Markup, html};

use crate::icon::{Icon, icon};
use crate::time_mark::{TimeMark, time_mark};

/// A day of an agenda.
#[derive(Debug, Clone)]
pub struct AgendaDay<'a> {
    /// The day: `Thu 26 Nov`.
    pub label: &'a str,
    /// Whether it is today.
    pub is_today: bool,
    /// What is on it, what goes on from before first.
    pub entries: Vec<AgendaEntry<'a>>,
}

/// Something on a day.
#[derive(Debug, Clone)]
pub struct AgendaEntry<'a> {
    /// When: `22:00–02:00`.
    pub time: &'a str,
    /// What it is.
    pub mark: TimeMark<'a>,
    /// Address of its record.
    pub address: &'a str,
    /// What it is called.
    pub title: &'a str,
    /// Its number and what else is known: whose it is, its state.
    pub detail: Markup,
    /// What stands in its way.
    pub warnings: &'a [Markup],
}

/// Days with what is on them; days on which nothing is are left out by whoever calls.
pub fn agenda(label: &str, days: &[AgendaDay]) -> Markup {
    html! {
        section.agenda aria-label=(label) {
            @for day in days {
                section.agenda__day.agenda__day--today[day.is_today] {
                    h3.agenda__date aria-current=[day.is_today.then_some("date")] { (day.label) }
                    ul.agenda__entries { @for entry in &day.entries { li.agenda__entry { (self::entry(entry)) } } }
                }
            }
        }
    }
}

fn entry(entry: &AgendaEntry) -> Markup {
    html! {
        span.agenda__time { (entry.time) }
        (time_mark(&entry.mark, false))
        div.agenda__text {
            a.agenda__title href=(entry.address) { (entry.title) }
            div.agenda__detail { (entry.detail) }
            @if !entry.warnings.is_empty() { (conflicts(entry.warnings)) }
        }
    }
}

/// What stands in the way of something, a line each.
pub fn conflicts(warnings: &[Markup]) -> Markup {
    html! {
        ul.conflict-list {
            @for warning in warnings { li.conflict-list__item { (icon(Icon::AlertTriangle)) span { (warning) } } }
        }
    }
}
