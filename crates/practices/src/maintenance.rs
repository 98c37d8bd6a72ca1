//! Maintenance windows: when they are, on the clocks of their zone, and whether one can be.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span as Length, Timestamp};
use serde_json::Value as Json;
use steward_calendar::{LAST_YEAR, MOST_A_DAY, Minute, Recurrence};
use steward_model::decide::FieldError;
use steward_model::kind::Span;
use steward_model::moment::Moment;
use steward_model::record::Record;

use crate::schedule::rule_of;

/// The kind of maintenance windows.
pub const MAINTENANCE: &str = "maintenance_window";
/// The kind of on-call duties, whose times are told in the same way.
pub const ROTA: &str = "rota";
/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;
/// Fields that say when it is.
const DECIDING: [&str; 12] = [
    "repeat",
    "every",
    "weekdays",
    "month_day",
    "rule",
    "starts_on",
    "ends_on",
    "at_time",
    "until_time",
    "days_later",
    "zone",
    "skipped",
];

/// When a window is.
#[derive(Debug, Clone)]
pub struct Window {
    recurrence: Recurrence,
    last: Option<Date>,
    until: Time,
    days_later: i64,
    zone: TimeZone,
    skipped: Vec<Date>,
}

impl Window {
    /// Reads a window.
    ///
    /// # Errors
    /// The faults of its fields.
    pub fn of(record: &Record) -> Result<Self, Vec<FieldError>> {
        let fault = |field: &str, message: String| vec![FieldError::new(field, message)];
        let time = |field: &str| -> Result<(Time, i64), Vec<FieldError>> {
            let minute: Minute = record.text(field).parse().map_err(|message| fault(field, message))?;
            // 24:00 is the midnight that ends a day: the first moment of the day after.
            let (since, days) = (minute.since_midnight() % DAY_MINUTES, minute.since_midnight() / DAY_MINUTES);
            let part = |number: u16| i8::try_from(number).unwrap_or_default();
            let time = Time::new(part(since / 60), part(since % 60), 0, 0).unwrap_or(Time::midnight());
            Ok((time, i64::from(days)))
        };
        let ((at, _), (until, days_over)) = (time("at_time")?, time("until_time")?);
        let start: Date = record
            .text("starts_on")
            .parse()
            .map_err(|_| fault("starts_on", "is no day; write such as 2026-11-27".to_owned()))?;
        let last = record.text("ends_on").parse::<Date>().ok();
        if last.is_some_and(|last| last < start) {
            return Err(fault("ends_on", "lies before the first day".to_owned()));
        }
        let zone = match record.text("zone") {
            "" => TimeZone::UTC,
            name => TimeZone::get(name).map_err(|_| {
                fault("zone", format!("“{name}” is no time zone that is known here; write such as Europe/Vienna"))
            })?,
        };
        let field = if record.text("repeat") == "rule" { "rule" } else { "repeat" };
        let recurrence = Recurrence::parse(field, &rule_of(record), start.to_datetime(at))
            .map_err(|error| fault(field, error.to_string()))?;
        let days = record.field("days_later").and_then(Json::as_i64).unwrap_or(0) + days_over;
        let days_later = if days == 0 && until <= at { 1 } else { days };
        let rows = record.field("skipped").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let day = |row: &Json| row.get("day").and_then(Json::as_str).and_then(|text| text.parse().ok());
        let window = Self { recurrence, last, until, days_later, zone, skipped: rows.iter().filter_map(day).collect() };
        let end = jiff::civil::date(LAST_YEAR + 1, 1, 1).at(0, 0, 0, 0);
        if window.turns(start.to_datetime(Time::midnight()), end, 1).is_empty() {
            return Err(fault(field, "never comes; change the rule, the first day or the last".to_owned()));
        }
        Ok(window)
    }

    /// The times of the window that overlap with a span, in order, at most `most`. Exact where clocks are set: a window
    /// from 1 to 5 lasts three hours in the night in which an hour is skipped.
    pub fn between(&self, from: Timestamp, until: Timestamp, most: u16) -> Vec<Span> {
        let local = |at: Timestamp| at.to_zoned(self.zone.clone()).datetime();
        // One that began some days before may still last.
        let back = Length::new().days(self.days_later + 1);
        let first = local(from).checked_sub(back).unwrap_or(local(from));
        let spans = self.turns(first, local(until), most).into_iter().filter_map(|begin| self.span(begin));
        spans.filter(|span| span.end > from.into() && span.begin < until.into()).collect()
    }

    fn turns(&self, from: DateTime, until: DateTime, most: u16) -> Vec<DateTime> {
        // Those that are left out take no place of others.
        let left_out = self.skipped.len().saturating_mul(MOST_A_DAY);
        let looked_at = most.saturating_add(u16::try_from(left_out).unwrap_or(u16::MAX));
        let turns = self.recurrence.between(from, until, looked_at).into_iter();
        let is_meant = |begin: &DateTime| {
            self.last.is_none_or(|last| begin.date() <= last) && !self.skipped.contains(&begin.date())
        };
        turns.filter(is_meant).take(usize::from(most)).collect()
    }

    fn span(&self, begin: DateTime) -> Option<Span> {
        let end = begin.date().checked_add(Length::new().days(self.days_later)).ok()?.to_datetime(self.until);
        let moment = |at: DateTime| self.zone.to_timestamp(at).ok().map(Moment::from);
        let (begin, end) = (moment(begin)?, moment(end)?);
        // Wholly within an hour that clocks skip: there is no such time.
        (end > begin).then(|| Span::moments(begin, end))
    }
}

/// Refuses windows that cannot be.
pub(crate) fn check(before: Option<&Record>, after: &Record) -> Vec<FieldError> {
    if !DECIDING.iter().any(|key| before.is_none_or(|before| before.field(key) != after.field(key))) {
        return Vec::new();
    }
    Window::of(after).err().unwrap_or_default()
}

/// Refuses freezes that end before they begin.
pub(crate) fn check_freeze(after: &Record) -> Vec<FieldError> {
    let at = |key: &str| after.field(key).and_then(Json::as_i64);
    match (at("begin_at"), at("end_at")) {
        (Some(begin), Some(end)) if end <= begin && after.state == "active" => {
            vec![FieldError::new("end_at", "must be later than the beginning".to_owned())]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn window(fields: Json) -> Result<Window, Vec<FieldError>> {
        let mut record = crate::intervals::tests::record(MAINTENANCE);
        let defaults = json!({"repeat": "weekly", "every": 1, "zone": "Europe/Vienna", "at_time": "22:00",
            "until_time": "02:00", "starts_on": "2026-03-01"});
        for fields in [defaults, fields] {
            for (key, value) in fields.as_object().expect("an object") {
                record.fields.insert(key.clone(), value.clone());
            }
        }
        Window::of(&record)
    }

    #[track_caller]
    fn check_times(fields: Json, from: &str, until: &str, expected: &[&str]) {
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let window = window(fields).expect("a window");
        let found = window.between(at(from), at(until), 100);
        let found: Vec<String> = found.iter().map(|span| format!("{} {}", span.begin, span.end)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_window_keeps_its_times_of_day_when_clocks_are_set() {
        // Sundays from 1 to 5: clocks go from 2 to 3 on 29 March and from 3 to 2 on 25 October.
        let night = json!({"at_time": "01:00", "until_time": "05:00"});
        check_times(
            night.clone(),
            "2026-03-20T00:00:00Z",
            "2026-04-06T00:00:00Z",
            &[
                "2026-03-22T00:00:00Z 2026-03-22T04:00:00Z",
                "2026-03-29T00:00:00Z 2026-03-29T03:00:00Z",
                "2026-04-04T23:00:00Z 2026-04-05T03:00:00Z",
            ],
        );
        check_times(
            night,
            "2026-10-20T00:00:00Z",
            "2026-10-27T00:00:00Z",
            &["2026-10-24T23:00:00Z 2026-10-25T04:00:00Z"],
        );
    }

    #[test]
    fn one_that_began_before_is_found_while_it_lasts() {
        let fields = json!({"starts_on": "2026-03-06", "at_time": "20:00", "until_time": "05:00", "days_later": 3});
        let expected = ["2026-03-13T19:00:00Z 2026-03-16T04:00:00Z"];
        check_times(fields.clone(), "2026-03-16T00:00:00Z", "2026-03-17T00:00:00Z", &expected);
        check_times(fields, "2026-03-16T04:00:00Z", "2026-03-17T00:00:00Z", &[]);
    }

    #[test]
    fn days_that_are_left_out_and_those_after_the_last_are_not_there() {
        let fields = json!({"ends_on": "2026-03-15", "skipped": [{"day": "2026-03-08", "reason": "launch"}]});
        check_times(
            fields,
            "2026-03-01T00:00:00Z",
            "2026-05-01T00:00:00Z",
            &["2026-03-01T21:00:00Z 2026-03-02T01:00:00Z", "2026-03-15T21:00:00Z 2026-03-16T01:00:00Z"],
        );
    }

    #[test]
    fn the_first_turn_may_be_left_out() {
        let fields = json!({"skipped": [{"day": "2026-03-01", "reason": "launch"}]});
        let expected = ["2026-03-08T21:00:00Z 2026-03-09T01:00:00Z"];
        check_times(fields, "2026-03-01T00:00:00Z", "2026-03-10T00:00:00Z", &expected);
        let only = json!({"repeat": "once", "skipped": [{"day": "2026-03-01", "reason": "launch"}]});
        assert_eq!(window(only).expect_err("refused")[0].field, "repeat");
    }

    #[test]
    fn what_ends_at_24_ends_with_its_day() {
        for (days_later, expected) in [(0, "2026-03-01T23:00:00Z"), (1, "2026-03-02T23:00:00Z")] {
            let fields = json!({"repeat": "once", "until_time": "24:00", "days_later": days_later});
            let expected = format!("2026-03-01T21:00:00Z {expected}");
            check_times(fields, "2026-03-01T00:00:00Z", "2026-03-10T00:00:00Z", &[&expected]);
        }
    }

    #[test]
    fn once_is_once() {
        let fields = json!({"repeat": "once"});
        let expected = ["2026-03-01T21:00:00Z 2026-03-02T01:00:00Z"];
        check_times(fields, "2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z", &expected);
    }

    #[test]
    fn what_cannot_be_is_refused_at_its_field() {
        let cases = [
            (json!({"zone": "Vienna"}), "zone"),
            (json!({"at_time": "soon"}), "at_time"),
            (json!({"ends_on": "2026-02-01"}), "ends_on"),
            (json!({"repeat": "rule", "rule": "FREQ=HOURLY"}), "rule"),
            (
                json!({"repeat": "monthly", "month_day": 31, "starts_on": "2026-04-01", "ends_on": "2026-04-30"}),
                "repeat",
            ),
        ];
        for (fields, field) in cases {
            let errors = window(fields.clone()).expect_err("refused");
            assert_eq!(errors[0].field, field, "{fields}");
        }
    }
}
