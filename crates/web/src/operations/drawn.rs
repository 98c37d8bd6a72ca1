//! The operations calendar on its way to markup: a month, a week, or an agenda.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Zoned, civil::DateTime};
use maud::{Markup, html};
use steward_app::intervals::{Conflicts, IntervalView};
use steward_model::kind::Span;
use steward_ui::agenda::{AgendaDay, AgendaEntry, agenda};
use steward_ui::calendar::{Calendar, Day, Entry, Ways, calendar, calendar_head};
use steward_ui::time_mark::time_mark;
use steward_words::{t, t_with, time_of_day, weekday_and_date};

use super::asked::{Asked, Layout};
use super::words::{self, SHOWN};
use crate::address;
use crate::values::shown::state;

/// What stands on a day of a month before the rest is a link.
const EACH_IN_MONTH: usize = 5;
/// The same in a week.
const EACH_IN_WEEK: usize = 40;

/// A page of the calendar.
pub(super) struct Sheet<'a> {
    pub(super) asked: &'a Asked,
    pub(super) zone: &'a TimeZone,
    pub(super) today: Date,
    pub(super) intervals: &'a [IntervalView],
    pub(super) conflicts: &'a Conflicts,
}

/// An interval as it stands in the reader's zone.
struct Placed<'a> {
    interval: &'a IntervalView,
    begin: DateTime,
    /// The last moment of it that is shown as its end; the next midnight of whole days.
    end: DateTime,
    first: Date,
    last: Date,
}

impl Placed<'_> {
    fn of<'a>(interval: &'a IntervalView, zone: &TimeZone) -> Placed<'a> {
        let Span { begin, end, all_day, .. } = &interval.span;
        let zone = if *all_day { &TimeZone::UTC } else { zone };
        let local = |at: jiff::Timestamp| Zoned::new(at, zone.clone()).datetime();
        let (begin, end) = (local(begin.timestamp()), local(end.timestamp()));
        let last = match end.time() == Time::midnight() {
            true => end.date().yesterday().unwrap_or(end.date()),
            false => end.date(),
        };
        Placed { interval, begin, end, first: begin.date(), last: last.max(begin.date()) }
    }

    fn is_all_day(&self) -> bool {
        self.interval.span.all_day
    }

    /// Whether it is over within a night and a day, so that one line says it.
    fn is_short(&self) -> bool {
        !self.is_all_day() && self.begin.duration_until(self.end).as_hours() < 24
    }

    /// Whether it ends early in the morning after: that is no more of another day than the end of a late shift is.
    fn ends_in_the_night(&self) -> bool {
        self.is_short() && self.last != self.first && self.end.time() <= jiff::civil::time(6, 0, 0, 0)
    }

    /// When it is, on one of its days.
    fn time_on(&self, day: Date) -> String {
        let at = |time: DateTime| time_of_day(time.time());
        // To the midnight that ends it, or from the one that begins it, is all of a day.
        let is_from_midnight = day > self.first || self.begin.time() == Time::midnight();
        let is_to_midnight = day < self.last || self.end.time() == Time::midnight();
        if self.is_all_day() || is_from_midnight && is_to_midnight {
            t("all-day").to_owned()
        } else if day == self.first && self.is_short() {
            format!("{}–{}", at(self.begin), at(self.end))
        } else if day == self.first {
            t_with("time-from", &[("time", (&at(self.begin)).into())])
        } else {
            t_with("time-until", &[("time", (&at(self.end)).into())])
        }
    }

    /// When it ends, where that is not said by its time.
    fn until(&self, year: i16) -> Option<String> {
        if self.interval.span.is_open() {
            return Some(t("time-open").to_owned());
        }
        if self.is_short() || self.is_all_day() && self.first == self.last {
            return None;
        }
        // Midnight is told with the day that it begins.
        let day = if self.is_all_day() { self.last } else { self.end.date() };
        let day = weekday_and_date(day, Some(year));
        let text = if self.is_all_day() { day } else { format!("{day} {}", time_of_day(self.end.time())) };
        Some(t_with("time-until", &[("time", (&text).into())]))
    }

    fn address(&self) -> String {
        address::record(&self.interval.view.kind, &self.interval.view.record.number)
    }

    fn rank(&self) -> usize {
        SHOWN.iter().position(|time| *time == self.interval.time).unwrap_or(SHOWN.len())
    }
}

impl Sheet<'_> {
    pub(super) fn draw(&self) -> Markup {
        let placed: Vec<Placed<'_>> = self.intervals.iter().map(|interval| Placed::of(interval, self.zone)).collect();
        match self.asked.layout {
            Layout::Agenda => self.agenda(&placed),
            Layout::Month | Layout::Week => self.grid(&placed),
        }
    }

    fn head<'a>(&self, label: &'a str, ways: Ways, addresses: &'a [String; 3]) -> Calendar<'a> {
        let [previous, next, today] = addresses;
        Calendar { label, previous, next, today, ways, ..Calendar::default() }
    }

    fn addresses(&self) -> [String; 3] {
        let [before, after] = self.asked.around();
        let today = Asked { at: self.today, ..self.asked.clone() };
        [before.address(), after.address(), today.address()]
    }

    /// Words for what stands in the way of an interval; `None` when nothing does.
    fn warning(&self, interval: &IntervalView) -> Option<String> {
        let told: Vec<String> = self.conflicts.of(interval.view.record.id).iter().map(words::told).collect();
        (interval.time == steward_model::kind::TimeKind::Change && !told.is_empty()).then(|| told.join("; "))
    }

    fn grid(&self, placed: &[Placed<'_>]) -> Markup {
        struct Texts {
            number: String,
            label: String,
            more: String,
            entries: Vec<[String; 3]>,
            warnings: Vec<Option<String>>,
        }
        let grid = self.asked.days();
        let in_month = self.asked.layout == Layout::Month;
        let most = if in_month { EACH_IN_MONTH } else { EACH_IN_WEEK };
        let days: Vec<Date> = (0..grid.days).map(|place| grid.day(place)).collect();
        let mut by_day: BTreeMap<Date, Vec<&Placed<'_>>> = BTreeMap::new();
        for one in placed {
            let mut day = one.first.max(grid.first);
            let last = if one.ends_in_the_night() { one.first } else { one.last };
            while day <= last && day < grid.end() {
                by_day.entry(day).or_default().push(one);
                let Ok(next) = day.tomorrow() else { break };
                day = next;
            }
        }
        for (day, entries) in &mut by_day {
            entries.sort_by_key(|one| {
                let rank = if in_month { one.rank() } else { 0 };
                (rank, one.first == *day, one.begin, one.interval.view.record.id, one.interval.place)
            });
        }
        let on = |day: &Date| by_day.get(day).map(Vec::as_slice).unwrap_or_default();
        let texts: Vec<Texts> = days
            .iter()
            .map(|day| {
                let shown = || on(day).iter().take(most);
                let time = |one: &Placed<'_>| match in_month {
                    // What goes on all day was said on its first.
                    false if one.first != *day && one.last != *day => String::new(),
                    false => one.time_on(*day),
                    true if one.is_all_day() || one.first != *day => String::new(),
                    true => time_of_day(one.begin.time()),
                };
                Texts {
                    number: day.day().to_string(),
                    label: weekday_and_date(*day, Some(self.today.year())),
                    more: Asked { layout: Layout::Agenda, at: *day, ..self.asked.clone() }.address(),
                    entries: shown().map(|one| [one.address(), one.interval.title(), time(one)]).collect(),
                    warnings: shown().map(|one| self.warning(one.interval)).collect(),
                }
            })
            .collect();
        let drawn: Vec<Day<'_>> = days
            .iter()
            .zip(&texts)
            .map(|(day, texts)| {
                let entries = on(day).iter().zip(texts.entries.iter().zip(&texts.warnings));
                let entries = entries.map(|(one, ([address, title, time], warning))| Entry {
                    address,
                    title,
                    number: &one.interval.view.record.number,
                    time,
                    state: time_mark(&words::mark(one.interval.time), false),
                    goes_on: one.first != *day,
                    warning: warning.as_deref(),
                });
                let left = on(day).len().saturating_sub(most);
                Day {
                    number: &texts.number,
                    label: &texts.label,
                    is_outside: in_month && day.month() != self.asked.at.month(),
                    is_today: *day == self.today,
                    entries: entries.collect(),
                    more: (left > 0).then_some((left, texts.more.as_str())),
                }
            })
            .collect();
        let weekdays: Vec<&str> = days.iter().take(7).map(|day| steward_words::weekday(*day)).collect();
        let label = match in_month {
            true => steward_words::month_and_year(self.asked.at),
            false => self.spanned(grid.first, grid.day(grid.days.saturating_sub(1))),
        };
        let ways = if in_month { Ways::Months } else { Ways::Weeks };
        let addresses = self.addresses();
        calendar(&Calendar { weekdays: &weekdays, days: &drawn, ..self.head(&label, ways, &addresses) })
    }

    fn spanned(&self, first: Date, last: Date) -> String {
        let year = Some(self.today.year());
        format!("{} – {}", steward_words::date(first, year), steward_words::date(last, year))
    }

    fn agenda(&self, placed: &[Placed<'_>]) -> Markup {
        struct Texts {
            time: String,
            address: String,
            title: String,
            warnings: Vec<Markup>,
        }
        let grid = self.asked.days();
        let mut by_day: BTreeMap<Date, Vec<&Placed<'_>>> = BTreeMap::new();
        for one in placed {
            // A page that holds a month as well was asked for more than this.
            if one.first < grid.end() && one.last >= grid.first {
                by_day.entry(one.first.max(grid.first)).or_default().push(one);
            }
        }
        let labels: Vec<String> = by_day.keys().map(|day| weekday_and_date(*day, Some(self.today.year()))).collect();
        let texts: Vec<Vec<Texts>> = by_day
            .iter()
            .map(|(day, entries)| {
                let texts = entries.iter().map(|one| Texts {
                    time: one.time_on(*day),
                    address: one.address(),
                    title: one.interval.title(),
                    warnings: match one.interval.time {
                        steward_model::kind::TimeKind::Change => {
                            self.conflicts.of(one.interval.view.record.id).iter().map(words::linked).collect()
                        }
                        _ => Vec::new(),
                    },
                });
                texts.collect()
            })
            .collect();
        let days: Vec<AgendaDay<'_>> = by_day
            .iter()
            .zip(labels.iter().zip(&texts))
            .map(|((day, entries), (label, texts))| AgendaDay {
                label,
                is_today: *day == self.today,
                entries: entries
                    .iter()
                    .zip(texts)
                    .map(|(one, texts)| AgendaEntry {
                        time: &texts.time,
                        mark: words::mark(one.interval.time),
                        address: &texts.address,
                        title: &texts.title,
                        detail: self.detail(one),
                        warnings: &texts.warnings,
                    })
                    .collect(),
            })
            .collect();
        let label = self.spanned(grid.first, grid.day(grid.days.saturating_sub(1)));
        let addresses = self.addresses();
        html! {
            div.calendar { (calendar_head(&self.head(&label, Ways::Spans, &addresses))) }
            (agenda(&label, &days))
        }
    }

    fn detail(&self, one: &Placed<'_>) -> Markup {
        let view = &one.interval.view;
        let service = view.record.reference("service").and_then(|id| view.labels.get(&id));
        html! {
            span { (view.record.number) }
            (state(&view.kind, &view.record.state))
            @if let Some(until) = one.until(self.today.year()) { span { (until) } }
            @if let Some(said_by) = one.interval.said_by() { span { (said_by) } }
            @if let Some(service) = service { span { (service.label) } }
            @if let Some(organisation) = view.labels.get(&view.record.organisation) { span { (organisation.label) } }
        }
    }
}
