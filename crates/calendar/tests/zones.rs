//! Days on which clocks are moved, days that do not exist, and days that come every four years.
//!
//! The rules are those of the IANA time zone database (tz), in the file that each test names; the comments there give
//! the laws.

#![allow(clippy::unwrap_used)]

use jiff::Timestamp;
use jiff::civil::date;
use steward_calendar::{Day, Definition, Error, Minute, WeekSpan, WorkingTime};

const HOUR: i64 = 3600;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A moment by the clocks of a zone.
fn local(zone: &str, text: &str) -> Timestamp {
    let civil: jiff::civil::DateTime = text.parse().unwrap();
    jiff::tz::TimeZone::get(zone).unwrap().to_timestamp(civil).unwrap()
}

/// Every day with the same hours.
fn daily(zone: &str, from: &str, to: &str) -> WorkingTime {
    let (from, to): (Minute, Minute) = (from.parse().unwrap(), to.parse().unwrap());
    let week = Day::ALL.map(|day| WeekSpan { day, from, to }).to_vec();
    WorkingTime::compile(&Definition { zone: Some(zone.to_owned()), week, ..Definition::default() }).unwrap()
}

/// How long the local day is that begins at a date, in hours.
fn day_length(zone: &str, day: jiff::civil::Date) -> f64 {
    let working = daily(zone, "00:00", "24:00");
    let midnight = |day: jiff::civil::Date| local(zone, &format!("{day}T00:00:00"));
    working.between(midnight(day), midnight(day.tomorrow().unwrap())).unwrap() as f64 / 3600.0
}

/// tz `europe`, rules EU: last Sundays of March and October at 01:00 UTC (Directive 2000/84/EC).
#[test]
fn vienna_works_seven_hours_in_the_spring_night_and_nine_in_the_autumn_one() {
    let night = daily("Europe/Vienna", "22:00", "06:00");
    let of = |day: &str, next: &str| {
        night
            .between(local("Europe/Vienna", &format!("{day}T12:00")), local("Europe/Vienna", &format!("{next}T12:00")))
            .unwrap()
    };
    assert_eq!(of("2026-03-28", "2026-03-29"), 7 * HOUR);
    assert_eq!(of("2026-10-24", "2026-10-25"), 9 * HOUR);
    assert_eq!(of("2026-06-24", "2026-06-25"), 8 * HOUR);
    // Office hours do not notice.
    let office = daily("Europe/Vienna", "08:00", "17:00");
    assert_eq!(
        office.add(local("Europe/Vienna", "2026-03-28T16:00"), 9 * HOUR).unwrap(),
        local("Europe/Vienna", "2026-03-29T16:00")
    );
}

/// tz `europe`, rules EU: 2026-03-29 from 02:00 to 03:00, 2026-10-25 from 03:00 to 02:00.
#[test]
fn an_hour_that_is_skipped_is_not_worked_and_one_that_is_shown_twice_is_worked_twice() {
    let working = daily("Europe/Vienna", "02:30", "04:00");
    let begin = at("2026-03-29T00:00:00Z");
    // 02:30 is not shown: it opens when clocks jump to 03:00, which is 01:00 UTC.
    assert_eq!(working.next_opening(begin).unwrap(), at("2026-03-29T01:00:00Z"));
    assert_eq!(working.between(begin, at("2026-03-29T03:00:00Z")).unwrap(), HOUR);
    // In autumn 02:30 to 03:00 is shown twice, with half an hour of 02:00 to 02:30 between.
    let spans: Vec<_> = working.spans(at("2026-10-25T00:00:00Z"), at("2026-10-25T04:00:00Z")).collect();
    assert_eq!((spans[0].from, spans[0].to), (at("2026-10-25T00:30:00Z"), at("2026-10-25T01:00:00Z")));
    assert_eq!((spans[1].from, spans[1].to), (at("2026-10-25T01:30:00Z"), at("2026-10-25T03:00:00Z")));
}

/// tz `northamerica`, rules US: second Sunday of March, first of November (Energy Policy Act of 2005; before 2007 first
/// Sunday of April and last of October).
#[test]
fn new_york_changed_its_rule_in_2007() {
    assert_eq!(day_length("America/New_York", date(2006, 4, 2)), 23.0);
    assert_eq!(day_length("America/New_York", date(2006, 3, 12)), 24.0);
    assert_eq!(day_length("America/New_York", date(2007, 3, 11)), 23.0);
    assert_eq!(day_length("America/New_York", date(2007, 4, 1)), 24.0);
    assert_eq!(day_length("America/New_York", date(2026, 11, 1)), 25.0);
    assert_eq!(day_length("America/New_York", date(2069, 3, 10)), 23.0);
}

/// tz `australasia`, rules LH: half an hour, first Sundays of October and April.
#[test]
fn lord_howe_moves_its_clocks_by_half_an_hour() {
    assert_eq!(day_length("Australia/Lord_Howe", date(2026, 4, 5)), 24.5);
    assert_eq!(day_length("Australia/Lord_Howe", date(2026, 10, 4)), 23.5);
    let night = daily("Australia/Lord_Howe", "00:00", "08:00");
    let day = |day: &str| local("Australia/Lord_Howe", day);
    assert_eq!(night.between(day("2026-10-04T00:00"), day("2026-10-04T12:00")).unwrap(), 7 * HOUR + HOUR / 2);
}

/// tz `australasia`, zone Pacific/Apia: 30 December 2011 was left out (International Date Line Act 2011 of Samoa).
#[test]
fn samoa_left_out_a_friday() {
    let office = daily("Pacific/Apia", "09:00", "17:00");
    let day = |day: &str| local("Pacific/Apia", day);
    assert_eq!(office.between(day("2011-12-29T00:00"), day("2012-01-01T00:00")).unwrap(), 2 * 8 * HOUR);
    // The evening of Thursday is followed by the morning of Saturday.
    assert_eq!(office.add(day("2011-12-29T16:00"), 2 * HOUR).unwrap(), day("2011-12-31T10:00"));
    let gaps: Vec<_> = office.gaps(day("2011-12-29T17:00"), day("2011-12-31T09:00")).collect();
    assert_eq!(gaps.iter().map(|gap| gap.to.as_second() - gap.from.as_second()).sum::<i64>(), 16 * HOUR);
}

/// tz `australasia`, rules AN: summer is around the turn of the year, first Sundays of October and April.
#[test]
fn sydney_has_summer_time_in_january() {
    assert_eq!(day_length("Australia/Sydney", date(2026, 4, 5)), 25.0);
    assert_eq!(day_length("Australia/Sydney", date(2026, 10, 4)), 23.0);
    let office = daily("Australia/Sydney", "09:00", "17:00");
    assert_eq!(office.next_opening(at("2026-01-14T12:00:00Z")).unwrap(), at("2026-01-14T22:00:00Z"));
    assert_eq!(office.next_opening(at("2026-07-14T12:00:00Z")).unwrap(), at("2026-07-14T23:00:00Z"));
}

/// tz `asia`, zone Asia/Kathmandu: +05:45 since 1986, never moved.
#[test]
fn kathmandu_is_three_quarters_of_an_hour_off_and_never_moves() {
    let office = daily("Asia/Kathmandu", "10:00", "17:00");
    assert_eq!(office.next_opening(at("2026-03-29T00:00:00Z")).unwrap(), at("2026-03-29T04:15:00Z"));
    for month in 1..=12 {
        assert_eq!(day_length("Asia/Kathmandu", date(2026, month, 28)), 24.0);
    }
}

/// tz `asia`, zone Asia/Tokyo: no summer time since 1951.
#[test]
fn tokyo_has_no_summer_time() {
    let office = daily("Asia/Tokyo", "09:00", "18:00");
    let year = office.between(at("2025-12-31T15:00:00Z"), at("2026-12-31T15:00:00Z")).unwrap();
    assert_eq!(year, 365 * 9 * HOUR);
}

/// tz `southamerica`, rules Brazil: moved at midnight, so that 00:00 did not exist on 4 November 2018; given up by
/// decree 9.772 of 25 April 2019.
#[test]
fn sao_paulo_skipped_midnight_and_then_gave_summer_time_up() {
    let working = daily("America/Sao_Paulo", "00:00", "02:00");
    // Clocks went from 24:00 to 01:00 (03:00 UTC).
    assert_eq!(working.next_opening(at("2018-11-04T02:59:00Z")).unwrap(), at("2018-11-04T03:00:00Z"));
    assert_eq!(working.between(at("2018-11-04T02:00:00Z"), at("2018-11-04T12:00:00Z")).unwrap(), HOUR);
    assert_eq!(day_length("America/Sao_Paulo", date(2019, 11, 3)), 24.0);
}

/// tz `europe`, zone Europe/Istanbul: stays at +03 since 7 September 2016.
#[test]
fn istanbul_stays_in_summer_time_since_2016() {
    assert_eq!(day_length("Europe/Istanbul", date(2016, 3, 27)), 23.0);
    assert_eq!(day_length("Europe/Istanbul", date(2016, 10, 30)), 24.0);
    assert_eq!(day_length("Europe/Istanbul", date(2026, 3, 29)), 24.0);
}

/// tz `asia`, zone Asia/Pyongyang: from +09 to +08:30 on 15 August 2015 and back on 4 May 2018 at 23:30.
#[test]
fn pyongyang_moved_by_half_an_hour_twice() {
    assert_eq!(day_length("Asia/Pyongyang", date(2015, 8, 14)), 24.5);
    assert_eq!(day_length("Asia/Pyongyang", date(2018, 5, 4)), 23.5);
}

/// tz `antarctica`, zone Antarctica/Troll: two hours, with the European dates.
#[test]
fn troll_moves_its_clocks_by_two_hours() {
    assert_eq!(day_length("Antarctica/Troll", date(2026, 3, 29)), 22.0);
    assert_eq!(day_length("Antarctica/Troll", date(2026, 10, 25)), 26.0);
}

/// Gregorian calendar: 2024 and 2000 are leap years, 2026 is none.
#[test]
fn leap_days_are_worked() {
    let office = daily("Europe/London", "09:00", "17:00");
    let days = |from: &str, to: &str| {
        office.between(local("Europe/London", from), local("Europe/London", to)).unwrap() / (8 * HOUR)
    };
    assert_eq!(days("2024-02-28T00:00", "2024-03-01T00:00"), 2);
    assert_eq!(days("2026-02-28T00:00", "2026-03-01T00:00"), 1);
    assert_eq!(days("2000-01-01T00:00", "2001-01-01T00:00"), 366);
    assert_eq!(office.add(at("2024-02-28T17:00:00Z"), 8 * HOUR).unwrap(), at("2024-02-29T17:00:00Z"));
}

#[test]
fn what_leads_out_of_the_known_years_is_refused() {
    let office = daily("Europe/London", "09:00", "17:00");
    let beyond = Err(Error::Beyond { first: 1990, last: 2070 });
    assert_eq!(office.add(at("2026-01-01T00:00:00Z"), i64::MAX), beyond);
    assert_eq!(office.add(at("2026-01-01T00:00:00Z"), i64::MIN), beyond);
    assert_eq!(office.add(at("2070-12-31T17:00:00Z"), 1), beyond);
    assert_eq!(office.subtract(at("1990-01-01T09:00:00Z"), 1), beyond);
    assert_eq!(office.next_opening(at("1980-01-01T00:00:00Z")), beyond);
    assert!(!office.is_open(at("1980-01-01T10:00:00Z")));
    assert_eq!(office.spans(at("1980-01-01T00:00:00Z"), at("1990-01-02T00:00:00Z")).count(), 1);
    // Without a calendar, time never ends.
    let always = WorkingTime::around_the_clock();
    assert_eq!(always.add(at("1980-01-01T00:00:00.5Z"), 60), Ok(at("1980-01-01T00:01:00Z")));
    assert_eq!(always.between(at("1980-01-01T00:00:00Z"), at("2080-01-01T00:00:00Z")), Ok(3_155_760_000));
    assert_eq!(always.gaps(at("1980-01-01T00:00:00Z"), at("2080-01-01T00:00:00Z")).count(), 0);
}

#[test]
fn ends_and_beginnings_are_those_of_people() {
    let office = daily("UTC", "09:00", "17:00");
    // Eight hours from the morning end in the evening, not on the next morning.
    assert_eq!(office.add(at("2026-01-05T09:00:00Z"), 8 * HOUR), Ok(at("2026-01-05T17:00:00Z")));
    assert_eq!(office.subtract(at("2026-01-05T17:00:00Z"), 8 * HOUR), Ok(at("2026-01-05T09:00:00Z")));
    assert_eq!(office.add(at("2026-01-05T20:00:00Z"), 0), Ok(at("2026-01-05T20:00:00Z")));
    assert_eq!(office.next_opening(at("2026-01-05T17:00:00Z")), Ok(at("2026-01-06T09:00:00Z")));
    assert_eq!(office.next_opening(at("2026-01-05T10:00:00Z")), Ok(at("2026-01-05T10:00:00Z")));
}
