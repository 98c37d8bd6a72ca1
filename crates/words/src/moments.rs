//! Moments, days and lengths of time in words.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, Zoned, tz::TimeZone};

use crate::{Clock, DateOrder, Language, Said, formats, language, t, t_with};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// A day; the year is left out when it is the one that is told to be known.
pub fn date(day: Date, known_year: Option<i16>) -> String {
    let with_year = known_year != Some(day.year());
    let (year, month, number) = (day.year(), day.month(), day.day());
    match (formats().date, with_year) {
        (DateOrder::Words, _) => {
            let (day, year) = (number.to_string(), year.to_string());
            let said = [("day", Said::from(&day)), ("month", month_name(month).into()), ("year", (&year).into())];
            t_with(if with_year { "date-words" } else { "date-words-no-year" }, &said)
        }
        (DateOrder::YearFirst, _) => format!("{year:04}-{month:02}-{number:02}"),
        (DateOrder::DayFirst, _) if language() == Language::German => format!("{number:02}.{month:02}.{year:04}"),
        (DateOrder::DayFirst, _) => format!("{number:02}/{month:02}/{year:04}"),
        (DateOrder::MonthFirst, _) => format!("{month:02}/{number:02}/{year:04}"),
    }
}

/// The short name of a day's weekday.
pub fn weekday(day: Date) -> &'static str {
    named("weekdays", day.weekday().to_monday_one_offset())
}

/// A day with its weekday.
pub fn weekday_and_date(day: Date, known_year: Option<i16>) -> String {
    format!("{} {}", weekday(day), date(day, known_year))
}

/// A month in full, with its year.
pub fn month_and_year(month: Date) -> String {
    format!("{} {}", named("months-in-full", month.month()), month.year())
}

fn month_name(month: i8) -> &'static str {
    named("months", month)
}

/// One of names that stand in a message with blanks between, counted from 1.
fn named(id: &'static str, place: i8) -> &'static str {
    usize::try_from(place - 1).ok().and_then(|place| t(id).split(' ').nth(place)).unwrap_or_default()
}

/// A time of day.
pub fn time_of_day(time: Time) -> String {
    let (hour, minute) = (time.hour(), time.minute());
    match formats().clock {
        Clock::Hours24 => format!("{hour:02}:{minute:02}"),
        Clock::Hours12 => {
            let half = if hour < 12 { "am" } else { "pm" };
            format!("{}:{minute:02} {half}", if hour % 12 == 0 { 12 } else { hour % 12 })
        }
    }
}

/// A moment in full: weekday, day, time and zone.
pub fn exact(moment: Timestamp, zone: &TimeZone) -> String {
    let local = moment.to_zoned(zone.clone());
    t_with(
        "moment-exact",
        &[
            ("weekday", named("weekdays", local.weekday().to_monday_one_offset()).into()),
            ("date", (&date(local.date(), None)).into()),
            ("time", (&time_of_day(local.time())).into()),
            ("zone", (&zone_name(&local)).into()),
        ],
    )
}

/// The short name of a moment's zone, such as `CET`.
pub fn zone_name(local: &Zoned) -> String {
    local.strftime("%Z").to_string()
}

/// A moment's day, with the year when it is another one than now.
pub fn short_date(moment: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let today = now.to_zoned(zone.clone());
    date(moment.to_zoned(zone.clone()).date(), Some(today.year()))
}

/// A distance from now in words: seconds until it, negative when past. `None` from a week on.
pub fn near(seconds: i64) -> Option<String> {
    let past = seconds < 0;
    let (id, count): (&'static str, i64) = match (seconds.abs(), past) {
        (0..45, _) => return Some(t(if past || seconds == 0 { "just-now" } else { "in-a-moment" }).to_owned()),
        (distance @ 45..3570, true) => ("minutes-ago", (distance + 30) / MINUTE),
        (distance @ 45..3570, false) => ("in-minutes", (distance + 30) / MINUTE),
        (distance @ 3570..DAY, true) => ("hours-ago", (distance + 1800) / HOUR),
        (distance @ 3570..DAY, false) => ("in-hours", (distance + 1800) / HOUR),
        (distance @ DAY..604_800, true) => ("days-ago", distance / DAY),
        (distance @ DAY..604_800, false) => ("in-days", distance / DAY),
        _ => return None,
    };
    Some(t_with(id, &[("count", count.into())]))
}

/// A length of time: days, hours, minutes and seconds, those that are none left out.
pub fn duration(seconds: i64) -> String {
    let rest = seconds.unsigned_abs();
    let amounts = [
        ("duration-days", rest / 86_400),
        ("duration-hours", rest / 3600 % 24),
        ("duration-minutes", rest / 60 % 60),
        ("duration-seconds", rest % 60),
    ];
    let said: Vec<String> = amounts
        .into_iter()
        .filter(|(_, amount)| *amount > 0)
        .map(|(id, amount)| t_with(id, &[("count", amount.into())]))
        .collect();
    match (said.is_empty(), seconds < 0) {
        (true, _) => t_with("duration-minutes", &[("count", 0_i64.into())]),
        (false, true) => format!("-{}", said.join(" ")),
        (false, false) => said.join(" "),
    }
}

/// Working time: hours and minutes, seconds only below a minute. Days are left out, since a day of work is no day.
pub fn working_time(seconds: i64) -> String {
    let rest = seconds.unsigned_abs();
    let amounts = match rest {
        0..60 => [("duration-minutes", 0), ("duration-seconds", rest)],
        _ => [("duration-hours", rest / 3600), ("duration-minutes", rest / 60 % 60)],
    };
    let said = amounts.into_iter().filter(|(_, amount)| *amount > 0);
    let said: Vec<String> = said.map(|(id, amount)| t_with(id, &[("count", amount.into())])).collect();
    match (said.is_empty(), seconds < 0) {
        (true, _) => t_with("duration-minutes", &[("count", 0_i64.into())]),
        (false, true) => format!("-{}", said.join(" ")),
        (false, false) => said.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FirstDay, Formats, Reader, Separators, decimal, within};

    #[test]
    fn near_moments_are_told_by_distance() {
        for (seconds, words) in [
            (0, Some("just now")),
            (-44, Some("just now")),
            (30, Some("in a moment")),
            (-90, Some("2 min ago")),
            (3600, Some("in 1 h")),
            (-86_399, Some("24 h ago")),
            (-3 * DAY, Some("3 d ago")),
            (-8 * DAY, None),
        ] {
            assert_eq!(near(seconds).as_deref(), words, "{seconds}");
        }
        let german = || [near(-3 * DAY), near(7200), near(-90)].map(Option::unwrap_or_default);
        assert_eq!(within(Reader::of(Language::German), german), ["vor 3 T", "in 2 Std.", "vor 2 Min."]);
    }

    #[test]
    fn a_moment_is_written_as_its_reader_writes() {
        let zone = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
        let moment: Timestamp = "2026-03-01T16:30:00Z".parse().unwrap_or_default();
        let formats = Formats {
            date: DateOrder::MonthFirst,
            clock: Clock::Hours12,
            numbers: Separators::ApostrophePoint,
            first_day: FirstDay::Sunday,
        };
        for (reader, said) in [
            (Reader::of(Language::English), "Sun 1 Mar 2026, 17:30 CET"),
            (Reader::of(Language::German), "So., 1. März 2026, 17:30 CET"),
            (Reader::of(Language::French), "dim. 1 mars 2026, 17:30 CET"),
            (Reader { formats, ..Reader::default() }, "Sun 03/01/2026, 5:30 pm CET"),
        ] {
            assert_eq!(within(reader, || exact(moment, &zone)), said);
        }
    }

    #[test]
    fn figures_have_the_readers_separators() {
        let written = |numbers, text| decimal(text, Formats { numbers, ..Formats::default() });
        assert_eq!(written(Separators::CommaPoint, "-1234567.25"), "-1,234,567.25");
        assert_eq!(written(Separators::PointComma, "1234.5"), "1.234,5");
        assert_eq!(written(Separators::SpaceComma, "100000"), "100\u{202f}000");
        assert_eq!(written(Separators::ApostrophePoint, "999"), "999");
        assert_eq!(written(Separators::PointComma, "v1.2"), "v1.2");
    }

    #[test]
    fn lengths_leave_out_what_is_none() {
        assert_eq!(duration(5400), "1 h 30 min");
        assert_eq!(duration(0), "0 min");
        assert_eq!(duration(86_400 + 60), "1 d 1 min");
    }
}
