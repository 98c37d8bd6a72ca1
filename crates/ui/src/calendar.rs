//! A month or week of records: a table of weeks on wide screens, a list of days on narrow ones.

use maud::{Markup, html};
use steward_words::{t, t_with};

use crate::icon::{Icon, icon, named_icon};

/// A month.
#[derive(Debug, Clone, Copy, Default)]
pub struct Calendar<'a> {
    /// What it is called: `November 2026`.
    pub label: &'a str,
    /// Address of the month before.
    pub previous: &'a str,
    /// Address of the month after.
    pub next: &'a str,
    /// Address of the month of today.
    pub today: &'a str,
    /// Names of the days of the week, in the order of the columns.
    pub weekdays: &'a [&'a str],
    /// Its days, whole weeks.
    pub days: &'a [Day<'a>],
    /// Kind whose changes may concern it.
    pub live_kind: Option<&'a str>,
    /// Names of the ways, for screen readers: which of them are taken by the arrows.
    pub ways: Ways,
    /// Address that answers the same markup again.
    pub live_source: Option<&'a str>,
}

/// How far the arrows over a calendar lead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ways {
    /// A month.
    #[default]
    Months,
    /// A week.
    Weeks,
    /// Some weeks.
    Spans,
}

impl Ways {
    /// Words for all together, the way back, the way on.
    fn words(self) -> [&'static str; 3] {
        match self {
            Self::Months => [t("calendar-months"), t("calendar-previous"), t("calendar-next")],
            Self::Weeks => [t("calendar-weeks"), t("calendar-previous-week"), t("calendar-next-week")],
            Self::Spans => [t("calendar-spans"), t("calendar-previous-span"), t("calendar-next-span")],
        }
    }
}

/// A day.
#[derive(Debug, Clone, Default)]
pub struct Day<'a> {
    /// Its number in the month: `26`.
    pub number: &'a str,
    /// The day in full, for screen readers and narrow screens: `Thu 26 Nov`.
    pub label: &'a str,
    /// Whether it is of another month.
    pub is_outside: bool,
    /// Whether it is today.
    pub is_today: bool,
    /// What stands on it.
    pub entries: Vec<Entry<'a>>,
    /// How many more there are, with the address that lists them all.
    pub more: Option<(usize, &'a str)>,
}

/// A record on a day.
#[derive(Debug, Clone, Default)]
pub struct Entry<'a> {
    /// Address of the record.
    pub address: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its number.
    pub number: &'a str,
    /// The time of day at which it begins: `09:30`.
    pub time: &'a str,
    /// Its state, as a mark.
    pub state: Markup,
    /// Whether it began before this day.
    pub goes_on: bool,
    /// What stands in its way.
    pub warning: Option<&'a str>,
}

/// A month with what stands on its days.
pub fn calendar(calendar: &Calendar) -> Markup {
    html! {
        section.calendar aria-label=(calendar.label) data-list data-live-list=[calendar.live_kind] data-live-source=[calendar.live_source] {
            (calendar_head(calendar))
            table.calendar__month."calendar__month--week"[calendar.ways == Ways::Weeks] {
                thead { tr { @for name in calendar.weekdays { th.calendar__weekday scope="col" { (name) } } } }
                tbody {
                    @for week in calendar.days.chunks(calendar.weekdays.len().max(1)) {
                        tr.calendar__week { @for day in week { (self::day(day)) } }
                    }
                }
            }
        }
    }
}

/// What a calendar is called, with ways to the times before and after.
pub fn calendar_head(calendar: &Calendar) -> Markup {
    let [all, back, on] = calendar.ways.words();
    html! {
        div.calendar__head {
            h2.calendar__title { (calendar.label) }
            nav.calendar__ways aria-label=(all) {
                a.icon-button href=(calendar.previous) title=(back) aria-label=(back) { (icon(Icon::ChevronLeft)) }
                a."button button--plain" href=(calendar.today) { span { (t("today")) } }
                a.icon-button href=(calendar.next) title=(on) aria-label=(on) { (icon(Icon::ChevronRight)) }
            }
        }
    }
}

fn day(day: &Day) -> Markup {
    html! {
        td.calendar__day.calendar__day--outside[day.is_outside].calendar__day--today[day.is_today].calendar__day--empty[day.entries.is_empty()] aria-current=[day.is_today.then_some("date")] {
            span.calendar__number aria-hidden="true" { (day.number) }
            span.calendar__date { (day.label) }
            @if !day.entries.is_empty() {
                ul.calendar__entries {
                    @for entry in &day.entries { li { (self::entry(entry)) } }
                    @if let Some((count, address)) = day.more {
                        li { a.calendar__more href=(address) { (t_with("calendar-more", &[("count", count.into())])) } }
                    }
                }
            }
        }
    }
}

fn entry(entry: &Entry) -> Markup {
    html! {
        a.calendar__entry.calendar__entry--on[entry.goes_on].calendar__entry--conflict[entry.warning.is_some()] href=(entry.address) title={ (entry.number) " · " (entry.title) } {
            (entry.state)
            @if !entry.time.is_empty() { span.calendar__time { (entry.time) } }
            span.calendar__name { (entry.title) }
            @if let Some(warning) = entry.warning { span.calendar__warning { (named_icon(Icon::AlertTriangle, warning)) } }
        }
    }
}
