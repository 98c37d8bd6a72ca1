//! Days from rules: recurrence of RFC 5545, iCalendar texts, dates that move with Easter.
//!
//! Rules are evaluated on the clock of the calendar, without a zone: a holiday is a date, whichever zone reads it.

use chrono::{Datelike, Timelike};
use icalendar::Component;
use jiff::civil::{Date, DateTime, Time};
use rrule::{Frequency, RRuleSet, Tz};

use crate::lines::look_at;
use crate::{Error, FIRST_YEAR, LAST_YEAR, Rule, easter};

/// More occurrences than any calendar has use for: every day of all years.
const MOST: u16 = 32_000;
/// Occurrences of a recurrence on one day at most; more would make looking far ahead take long.
pub const MOST_A_DAY: usize = 24;
/// No rule counts from before this year.
const FIRST_START: i16 = 1900;
/// More events than any file of holidays or freezes holds.
const MOST_EVENTS: usize = 10_000;

/// A recurrence rule of RFC 5545 with the moment from which it counts, on a clock without a zone.
#[derive(Debug, Clone)]
pub struct Recurrence {
    set: RRuleSet,
}

impl Recurrence {
    /// Reads a rule such as `FREQ=WEEKLY;BYDAY=MO`. Rules that recur more often than daily are refused.
    pub fn parse(field: &str, rule: &str, start: DateTime) -> Result<Recurrence, Error> {
        Recurrence::with_exclusions(field, rule, start, &[])
    }

    fn with_exclusions(field: &str, rule: &str, start: DateTime, without: &[DateTime]) -> Result<Recurrence, Error> {
        let rule = rule.trim();
        let rule = rule.strip_prefix("RRULE:").unwrap_or(rule);
        let way_out = "Write a rule of RFC 5545 such as FREQ=YEARLY;BYMONTH=11;BYDAY=4TH or FREQ=WEEKLY;BYDAY=MO";
        if rule.is_empty() || rule.len() > 1000 || rule.contains(['\n', '\r']) {
            return Err(Error::impossible(field, "the recurrence rule is empty or more than one line", way_out));
        }
        if !(FIRST_START..=LAST_YEAR).contains(&start.year()) {
            return Err(Error::impossible(
                field,
                format!("the recurrence begins in the year {}", start.year()),
                format!("Let it begin from {FIRST_START} to {LAST_YEAR}"),
            ));
        }
        let text = format!("DTSTART:{}\nRRULE:{}", stamp(start), local_until(rule));
        let set: RRuleSet = text.parse().map_err(|error: rrule::RRuleError| {
            Error::impossible(field, format!("“{rule}” is no recurrence rule: {error}"), way_out)
        })?;
        if set
            .get_rrule()
            .iter()
            .any(|rule| matches!(rule.get_freq(), Frequency::Hourly | Frequency::Minutely | Frequency::Secondly))
        {
            return Err(Error::impossible(
                field,
                format!("“{rule}” recurs more often than once a day"),
                "Let it recur daily or less often; several times a day are several hours: FREQ=DAILY;BYHOUR=8,16",
            ));
        }
        let a_day = |rule: &rrule::RRule| {
            rule.get_by_hour().len().max(1) * rule.get_by_minute().len().max(1) * rule.get_by_second().len().max(1)
        };
        if set.get_rrule().iter().any(|rule| a_day(rule) > MOST_A_DAY) {
            return Err(Error::impossible(
                field,
                format!("“{rule}” recurs more often than {MOST_A_DAY} times a day"),
                "Name fewer hours, minutes and seconds",
            ));
        }
        let set = without.iter().filter_map(|at| to_chrono(*at)).fold(set, RRuleSet::exdate);
        Ok(Recurrence { set })
    }

    /// What occurs from `from` on, before `to`, in order, at most `most`.
    pub fn between(&self, from: DateTime, to: DateTime, most: u16) -> Vec<DateTime> {
        let (Some(after), Some(before)) = (to_chrono(from), to_chrono(to)) else { return Vec::new() };
        let found = self.set.clone().after(after).before(before).all(most.saturating_add(1));
        let mut dates: Vec<DateTime> =
            found.dates.iter().filter_map(from_chrono).filter(|at| (from..to).contains(at)).collect();
        dates.truncate(usize::from(most));
        dates
    }

    /// Whether the rule ends by itself (`COUNT` or `UNTIL`).
    pub fn ends(&self) -> bool {
        self.set.get_rrule().iter().all(|rule| rule.get_count().is_some() || rule.get_until().is_some())
    }
}

/// What an iCalendar text says about one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its name; empty if it has none.
    pub summary: String,
    /// What identifies it in its calendar; empty if it has nothing.
    pub uid: String,
    /// When it begins.
    pub start: DateTime,
    /// When it ends, itself not included.
    pub end: DateTime,
    /// Whether start and end are whole days.
    pub all_day: bool,
    /// The zone in which start and end are read: none for clocks wherever one is, `UTC`, or an IANA name.
    pub zone: Option<String>,
}

/// The events of an iCalendar text within the years that calendars know, recurring ones taken apart.
///
/// # Errors
///
/// Names the field for which it was asked, if the text is no calendar, an event has no day, or there are too many.
pub fn calendar_events(field: &str, text: &str) -> Result<Vec<Event>, Error> {
    let way_out = "Give the text of an .ics file, which begins with BEGIN:VCALENDAR";
    if !text.trim_start_matches('\u{feff}').trim_start().starts_with("BEGIN:VCALENDAR") {
        return Err(Error::impossible(field, "the text is no iCalendar", way_out));
    }
    let lines = look_at(text.trim_start_matches('\u{feff}'));
    let at_fault = |line: &(usize, String)| {
        Error::impossible(field, format!("line {}: {}", line.0, line.1), "Correct the iCalendar file")
    };
    if let Some(fault) = &lines.fault {
        return Err(at_fault(fault));
    }
    let calendar: icalendar::Calendar = text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .parse()
        .map_err(|_| Error::impossible(field, "the text begins like an iCalendar but cannot be read", way_out))?;
    let mut events = Vec::new();
    for (index, event) in calendar.events().enumerate() {
        if event.property_value("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")) {
            continue;
        }
        let line = lines.events.get(index).copied();
        read_event(field, (index, line), event, &mut events)?;
        if events.len() > MOST_EVENTS {
            return Err(Error::impossible(
                field,
                format!("the iCalendar has more than {MOST_EVENTS} events"),
                "Take those out that are not needed, or end its recurring ones",
            ));
        }
    }
    Ok(events)
}

fn read_event(
    field: &str,
    (index, line): (usize, Option<usize>),
    event: &icalendar::Event,
    events: &mut Vec<Event>,
) -> Result<(), Error> {
    let summary = event.get_summary().unwrap_or_default().trim().to_owned();
    let named = if summary.is_empty() { format!("event {}", index + 1) } else { format!("the event “{summary}”") };
    let named = match line {
        Some(line) => format!("line {line}: {named}"),
        None => named,
    };
    let faulty = |what: &str| Error::impossible(field, format!("{named} {what}"), "Correct the iCalendar file");
    let start = event.properties().get("DTSTART").ok_or_else(|| faulty("has no day"))?;
    let (begin, all_day, zone) = moment(start).ok_or_else(|| faulty("has a day that cannot be read"))?;
    if event.properties().contains_key("RDATE") || event.multi_properties().contains_key("RDATE") {
        return Err(faulty("names further days (RDATE), which are not read; write an event for each"));
    }
    let end = match (event.properties().get("DTEND"), event.property_value("DURATION")) {
        (Some(end), _) => moment(end).ok_or_else(|| faulty("has an end that cannot be read"))?.0,
        (None, Some(text)) => {
            let length = text.trim().parse::<jiff::Span>().ok().filter(|length| !length.is_negative());
            let end = length.and_then(|length| begin.checked_add(length).ok());
            end.ok_or_else(|| faulty("has a duration that cannot be read"))?
        }
        (None, None) if all_day => begin.checked_add(jiff::Span::new().days(1)).unwrap_or(begin),
        (None, None) => begin,
    };
    let length = begin.duration_until(end);
    if length.is_negative() {
        return Err(faulty("ends before it begins"));
    }
    let uid = event.get_uid().unwrap_or_default().to_owned();
    let mut push = |start: DateTime| {
        if let Ok(end) = start.checked_add(length) {
            events.push(Event { summary: summary.clone(), uid: uid.clone(), start, end, all_day, zone: zone.clone() });
        }
    };
    let Some(rule) = event.property_value("RRULE") else {
        push(begin);
        return Ok(());
    };
    let without: Vec<DateTime> = event
        .multi_properties()
        .get("EXDATE")
        .into_iter()
        .flatten()
        .chain(event.properties().get("EXDATE"))
        .flat_map(|property| property.value().split(','))
        .filter_map(|value| moment_value(value).map(|(at, ..)| at))
        .collect();
    let recurrence = Recurrence::with_exclusions(field, rule, begin, &without)?;
    let (first, last) = known_range();
    recurrence.between(first, last, MOST).into_iter().for_each(&mut push);
    Ok(())
}

/// The days of a rule within `[FIRST_YEAR, LAST_YEAR]`, each with a name if the rule gives one.
pub(crate) fn days_of(field: &str, rule: &Rule) -> Result<Vec<(Date, Option<String>)>, Error> {
    let years = FIRST_YEAR..=LAST_YEAR;
    Ok(match rule {
        Rule::On { date } => vec![(*date, None)],
        Rule::Yearly { month, day } => {
            // A leap year knows every day that there is.
            Date::new(2024, *month, *day).map_err(|_| {
                Error::impossible(field, format!("there is no day {day} in month {month}"), "Correct month and day")
            })?;
            years.filter_map(|year| Date::new(year, *month, *day).ok()).map(|date| (date, None)).collect()
        }
        Rule::Easter { days } => years
            .filter_map(easter)
            .filter_map(|sunday| sunday.checked_add(jiff::Span::new().days(*days)).ok())
            .map(|date| (date, None))
            .collect(),
        Rule::Recurring { start, rule } => {
            let recurrence = Recurrence::parse(field, rule, start.at(0, 0, 0, 0))?;
            let (first, last) = known_range();
            let dates = recurrence.between(first, last, MOST);
            if dates.is_empty() {
                return Err(Error::impossible(
                    field,
                    format!("“{rule}” never occurs"),
                    "Correct the rule, or take the holiday out",
                ));
            }
            dates.into_iter().map(|at| (at.date(), None)).collect()
        }
        Rule::Calendar { text } => {
            let mut days = Vec::new();
            for event in calendar_events(field, text)? {
                let mut date = event.start.date();
                // An event of some hours closes the days that it touches: a holiday is a day.
                let last = if event.end > event.start && event.end.time() == Time::midnight() {
                    event.end.date().yesterday().unwrap_or(date)
                } else {
                    event.end.date()
                };
                while date <= last && days.len() < usize::from(MOST) {
                    days.push((date, Some(event.summary.clone()).filter(|name| !name.is_empty())));
                    let Ok(next) = date.tomorrow() else { break };
                    date = next;
                }
            }
            days
        }
    })
}

fn known_range() -> (DateTime, DateTime) {
    let midnight = |year: i16| jiff::civil::date(year, 1, 1).at(0, 0, 0, 0);
    (midnight(FIRST_YEAR), midnight(LAST_YEAR + 1))
}

/// `UNTIL` as an end on the clock without a zone, as which the whole rule is read.
fn local_until(rule: &str) -> String {
    rule.split(';')
        .map(|part| match part.split_once('=') {
            Some((name, value)) if name.eq_ignore_ascii_case("UNTIL") => match value.len() {
                8 => format!("UNTIL={value}T235959Z"),
                _ if value.ends_with(['Z', 'z']) => part.to_ascii_uppercase(),
                _ => format!("UNTIL={value}Z"),
            },
            _ => part.to_ascii_uppercase(),
        })
        .collect::<Vec<_>>()
        .join(";")
}

fn stamp(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn moment(property: &icalendar::Property) -> Option<(DateTime, bool, Option<String>)> {
    let (at, all_day, utc) = moment_value(property.value())?;
    let zone = match utc {
        true => Some("UTC".to_owned()),
        false => property.params().get("TZID").map(|zone| zone.value().trim_matches('"').to_owned()),
    };
    Some((at, all_day, zone))
}

fn moment_value(value: &str) -> Option<(DateTime, bool, bool)> {
    let value = value.trim();
    if let Ok(date) = Date::strptime("%Y%m%d", value) {
        return Some((date.at(0, 0, 0, 0), true, false));
    }
    let (text, utc) = value.strip_suffix('Z').map_or((value, false), |text| (text, true));
    Some((DateTime::strptime("%Y%m%dT%H%M%S", text).ok()?, false, utc))
}

fn to_chrono(at: DateTime) -> Option<chrono::DateTime<Tz>> {
    use chrono::TimeZone;
    Tz::UTC
        .with_ymd_and_hms(
            i32::from(at.year()),
            u32::try_from(at.month()).ok()?,
            u32::try_from(at.day()).ok()?,
            u32::try_from(at.hour()).ok()?,
            u32::try_from(at.minute()).ok()?,
            u32::try_from(at.second()).ok()?,
        )
        .single()
}

fn from_chrono(at: &chrono::DateTime<Tz>) -> Option<DateTime> {
    let small = |number: u32| i8::try_from(number).ok();
    DateTime::new(
        i16::try_from(at.year()).ok()?,
        small(at.month())?,
        small(at.day())?,
        small(at.hour())?,
        small(at.minute())?,
        small(at.second())?,
        0,
    )
    .ok()
}
