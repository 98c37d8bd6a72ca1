//! What a calendar means, on its page: the week, the year, and how a length of work becomes a moment.

use std::sync::Arc;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Timestamp, Zoned};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::view::RecordView;
use steward_calendar::{Day, DayKind, FIRST_YEAR, LAST_YEAR, Minute, Reason, WorkingTime};
use steward_model::access::Action;
use steward_model::value::parse_duration_text;
use steward_practices::calendar::CALENDAR;
use steward_ui::button::{Button, Submit, submit};
use steward_ui::field::{Control, Field, field};
use steward_ui::message::{Notice, notice};
use steward_ui::tone::Tone;
use steward_ui::working_time::{Mark, Month, Stretch, Unlike, WeekDay, Year, reckoned, week, year};
use steward_words::{
    FirstDay, duration, formats, month_and_year, refusal, t, t_with, time_of_day, weekday, weekday_and_date,
};

use crate::error::WebError;
use crate::form::Form;
use crate::visitor::Visitor;
use crate::{Web, address};

/// The longest length that is reckoned, in seconds: about ten years of office hours.
const LONGEST: i64 = 20_000 * 3600;
/// Stretches of an answer that are shown.
const SHOWN: usize = 40;
/// Stretches that are counted at most.
const COUNTED: usize = 10_000;

/// What the page of a calendar shows besides its fields.
pub(super) struct Gathered {
    working: Result<Arc<WorkingTime>, String>,
    year: i16,
    from: String,
    add: String,
    address: String,
    /// Whether the reader may put holidays from a file into it.
    may_update: bool,
    /// Where a link for calendar programs is made.
    feed: Option<String>,
    /// The outside calendar that it names.
    outside: Option<Markup>,
}

/// Compiles the calendar of a page; `None` for other records.
pub(super) async fn gather(
    web: &Web,
    visitor: &Visitor,
    view: &RecordView,
    query: &Form,
) -> Result<Option<Gathered>, WebError> {
    if view.kind.key != CALENDAR {
        return Ok(None);
    }
    let working = match web.app().compiled(view.record.id).await {
        Ok(working) => Ok(working),
        Err(Error::Invalid(faults)) => Err(faults.first().map(|fault| fault.message.clone()).unwrap_or_default()),
        Err(error) => return Err(error.into()),
    };
    let zone = working.as_ref().map_or(&visitor.preferences.zone, |working| working.time_zone());
    let now = web.app().now().timestamp().to_zoned(zone.clone());
    let year =
        query.text("year").and_then(|year| year.parse().ok()).filter(|year| (FIRST_YEAR..=LAST_YEAR).contains(year));
    let at = address::record(&view.kind, &view.record.number);
    let outside = web.app().holiday_feed(visitor.actor(), &view.kind, &view.record.number).await?;
    Ok(Some(Gathered {
        outside: outside.map(|feed| crate::holiday_feed::draw(&feed, web.app().now(), visitor, &at)),
        working,
        year: year.unwrap_or(now.year()).clamp(FIRST_YEAR, LAST_YEAR),
        from: query.text("from").map_or_else(|| now.strftime("%Y-%m-%dT%H:%M").to_string(), str::to_owned),
        add: query.text("add").unwrap_or_default().to_owned(),
        address: at,
        may_update: view.rights.may(Action::Update),
        feed: crate::feeds::of_calendar(&view.kind.key, &view.record.number),
    }))
}

impl Gathered {
    pub(super) fn draw(&self) -> Markup {
        let working = match &self.working {
            Ok(working) => working,
            Err(fault) => {
                let text = format!("{} {}", t("working-faulty"), refusal(fault));
                return notice(&Notice { tone: Tone::Danger, text: &text }, html! {});
            }
        };
        let zone = working.time_zone().iana_name().unwrap_or("UTC");
        html! {
            section.working id="working-time" aria-labelledby="working-title" {
                header {
                    h2.working__title id="working-title" { (t("working-title")) }
                    p.working__zone { (t_with("working-zone", &[("zone", zone.into())])) }
                    p.working__ways {
                        @if self.may_update { a href={ (self.address) "/holidays" } { (t("holidays-title")) } }
                        @if let Some(feed) = &self.feed { a href=(feed) { (t("feed-subscribe")) } }
                    }
                }
                @if let Some(outside) = &self.outside { (outside) }
                (typical_week(working))
                (self.reckoning(working, zone))
                (self.the_year(working))
            }
        }
    }

    fn reckoning(&self, working: &WorkingTime, zone: &str) -> Markup {
        let answer = (!self.add.is_empty()).then(|| reckon(working, &self.from, &self.add));
        let fault = answer.as_ref().and_then(|answer| answer.as_ref().err());
        let errors = |name: &str| -> Vec<String> {
            fault.filter(|(field, _)| *field == name).map(|(_, words)| words.clone()).into_iter().collect()
        };
        let (of_from, of_add) = (errors("from"), errors("add"));
        html! {
            form.working-reckon method="get" action={ (self.address) "#working-time" } aria-label=(t("working-reckon-title")) {
                input type="hidden" name="year" value=(self.year);
                (field(&Field { name: "from", label: t("working-from"), errors: &of_from, ..Field::default() }, &Control::Moment { value: &self.from, zone }))
                (field(&Field { name: "add", label: t("working-add"), help: t("working-add-help"), errors: &of_add, ..Field::default() }, &Control::Duration { value: &self.add }))
                (submit(&Button { label: t("working-reckon"), ..Button::default() }, &Submit::default()))
            }
            @if let Some(Ok((answer, stretches, left_out))) = &answer {
                div { (reckoned(answer, stretches, left_out.as_deref())) }
            }
        }
    }

    fn the_year(&self, working: &WorkingTime) -> Markup {
        let first_day = first_weekday();
        let columns: Vec<&str> = (0..7_i8).map(|step| weekday_of(first_day, step)).map(|day| weekday(day)).collect();
        let mut unlike = Vec::new();
        let mut months = Vec::new();
        for month in 1..=12 {
            let Ok(first) = Date::new(self.year, month, 1) else { continue };
            let mut days = Vec::new();
            for number in 1..=first.days_in_month() {
                let Ok(date) = Date::new(self.year, month, number) else { continue };
                let plan = working.day(date);
                let (mark, name) = match &plan.kind {
                    DayKind::Usual if plan.open.is_empty() => (Mark::Closed, String::new()),
                    DayKind::Usual => (Mark::Open, String::new()),
                    DayKind::Holiday(name) => (Mark::Holiday, name.to_string()),
                    DayKind::Exception(name) => (Mark::Exception, name.to_string()),
                };
                let day = weekday_and_date(date, Some(self.year));
                if matches!(mark, Mark::Holiday | Mark::Exception) {
                    days.push((mark, format!("{day}: {name}")));
                    unlike.push(Unlike { day, mark, name, hours: hours(&plan.open) });
                } else {
                    days.push((mark, String::new()));
                }
            }
            months.push(Month {
                label: month_and_year(first),
                weekdays: &columns,
                blanks: usize::try_from(first.weekday().since(first_day)).unwrap_or(0),
                days,
            });
        }
        let way = |year: i16| {
            (FIRST_YEAR..=LAST_YEAR)
                .contains(&year)
                .then(|| (format!("{}?year={year}#year", self.address), year.to_string()))
        };
        let label = self.year.to_string();
        year(&Year { label: &label, previous: way(self.year - 1), next: way(self.year + 1), months, unlike })
    }
}

fn typical_week(working: &WorkingTime) -> Markup {
    let first = first_weekday();
    let days: Vec<(Date, Vec<(Minute, Minute)>)> = (0..7)
        .map(|step| weekday_of(first, step))
        .map(|date| (date, working.usual(Day::from(date.weekday()))))
        .collect();
    let words: Vec<String> = days.iter().map(|(_, open)| hours(open)).collect();
    let rows: Vec<WeekDay> = days
        .iter()
        .zip(&words)
        .map(|((date, open), hours)| WeekDay {
            label: weekday(*date),
            spans: open.iter().map(|(from, to)| (from.since_midnight(), to.since_midnight())).collect(),
            hours,
        })
        .collect();
    week(t("working-week"), &rows)
}

/// A day of some week that is so many days after the first of a week.
fn weekday_of(first: Weekday, step: i8) -> Date {
    // 1 January 2024 was a Monday.
    let monday = jiff::civil::date(2024, 1, 1);
    let days = i64::from(first.since(Weekday::Monday)) + i64::from(step);
    monday.checked_add(jiff::Span::new().days(days)).unwrap_or(monday)
}

fn first_weekday() -> Weekday {
    match formats().first_day {
        FirstDay::Monday => Weekday::Monday,
        FirstDay::Saturday => Weekday::Saturday,
        FirstDay::Sunday => Weekday::Sunday,
    }
}

fn hours(open: &[(Minute, Minute)]) -> String {
    match open {
        [] => t("working-closed").to_owned(),
        spans => spans.iter().map(|(from, to)| format!("{from}–{to}")).collect::<Vec<_>>().join(", "),
    }
}

type Reckoned = (String, Vec<Stretch>, Option<String>);

/// The answer with its way, or the field that is at fault.
fn reckon(working: &WorkingTime, from: &str, add: &str) -> Result<Reckoned, (&'static str, String)> {
    let zone = working.time_zone();
    let begin = from
        .parse::<DateTime>()
        .ok()
        .and_then(|civil| zone.to_timestamp(civil).ok())
        .ok_or_else(|| ("from", t("working-no-moment").to_owned()))?;
    let seconds = length(add).ok_or_else(|| ("add", t("working-no-length").to_owned()))?;
    let beyond = |_| ("add", t_with("working-beyond", &[("year", (&LAST_YEAR.to_string()).into())]));
    let end = working.add(begin, seconds).map_err(beyond)?;
    let said = |moment: Timestamp| {
        let local: Zoned = moment.to_zoned(zone.clone());
        format!("{} {}", weekday_and_date(local.date(), Some(local.year())), time_of_day(local.time()))
    };
    let open = working.spans(begin, end).map(|span| (span.from, span.to, t("working-open").to_owned(), span.seconds()));
    let closed = working.gaps(begin, end).map(|gap| (gap.from, gap.to, reason(&gap.reason), 0));
    let mut stretches: Vec<_> = open.take(COUNTED).chain(closed.take(COUNTED)).collect();
    stretches.sort_by_key(|(from, ..)| *from);
    let left_out = stretches.len().saturating_sub(SHOWN);
    let shown = stretches
        .into_iter()
        .take(SHOWN)
        .map(|(from, to, what, seconds)| Stretch {
            from: said(from),
            to: said(to),
            what,
            length: if seconds > 0 { hours_and_minutes(seconds) } else { String::new() },
        })
        .collect();
    let answer = t_with(
        "working-answer",
        &[
            ("length", (&hours_and_minutes(seconds)).into()),
            ("from", (&said(begin)).into()),
            ("to", (&said(end)).into()),
        ],
    );
    let more = (left_out > 0)
        .then(|| t_with("working-left-out", &[("count", i64::try_from(left_out).unwrap_or(i64::MAX).into())]));
    Ok((answer, shown, more))
}

/// Working time has no days: eight hours are eight hours, wherever the night lies.
fn hours_and_minutes(seconds: i64) -> String {
    if seconds < 86_400 {
        return duration(seconds);
    }
    let whole = t_with("duration-hours", &[("count", (seconds / 3600).into())]);
    if seconds % 3600 == 0 { whole } else { format!("{whole} {}", duration(seconds % 3600)) }
}

fn length(text: &str) -> Option<i64> {
    let compact: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let seconds = parse_duration_text(&compact.replace("min", "m")).ok()?;
    (1..=LONGEST).contains(&seconds).then_some(seconds)
}

fn reason(reason: &Reason) -> String {
    match reason {
        Reason::OutsideHours => t("working-outside-hours").to_owned(),
        Reason::ClosedDay => t("working-closed").to_owned(),
        Reason::Holiday(name) => format!("{}: {name}", t("working-holiday")),
        Reason::Exception(name) if name.is_empty() => t("working-exception").to_owned(),
        Reason::Exception(name) => name.to_string(),
    }
}
