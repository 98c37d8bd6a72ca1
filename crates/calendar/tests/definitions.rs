//! Holidays, exceptions, inheritance, and definitions that cannot be.

#![allow(clippy::unwrap_used)]

use jiff::Timestamp;
use jiff::civil::{Date, date};
use steward_calendar::{
    Day, DayKind, Definition, Effect, Error, Exception, Holiday, HolidaySet, Minute, Reason, Recurrence, Rule,
    WeekSpan, WorkingTime, calendar_events,
};

fn span(day: Day, from: &str, to: &str) -> WeekSpan {
    WeekSpan { day, from: from.parse().unwrap(), to: to.parse().unwrap() }
}

fn office() -> Definition {
    let week = Day::ALL[..5].iter().map(|day| span(*day, "08:00", "17:00")).collect();
    Definition { zone: Some("Europe/Vienna".to_owned()), week, ..Definition::default() }
}

fn set(country: &str, region: Option<&str>) -> HolidaySet {
    HolidaySet { country: country.to_owned(), region: region.map(str::to_owned) }
}

/// The holidays of a year that are kept.
fn holidays(sets: Vec<HolidaySet>, year: i16) -> Vec<Date> {
    let working = WorkingTime::compile(&Definition { sets, ..office() }).unwrap();
    let (mut day, mut found) = (date(year, 1, 1), Vec::new());
    while day.year() == year {
        if matches!(working.day(day).kind, DayKind::Holiday(_)) {
            found.push(day);
        }
        day = day.tomorrow().unwrap();
    }
    found
}

fn days(year: i16, days: &[(i8, i8)]) -> Vec<Date> {
    days.iter().map(|(month, day)| date(year, *month, *day)).collect()
}

fn refused(definition: &Definition) -> (String, String) {
    match WorkingTime::compile(definition) {
        Err(error @ Error::Impossible { .. }) => (error.field().unwrap().to_owned(), error.to_string()),
        other => panic!("{:?} was not refused", other.map(|_| ())),
    }
}

/// gov.uk/bank-holidays (England and Wales, Scotland) for 2022 and 2027; opm.gov “Federal Holidays” for 2022;
/// rijksoverheid.nl for the King's Day of 2025; the calendars of the Länder for 2026.
#[test]
fn public_holidays_are_where_governments_list_them() {
    assert_eq!(
        holidays(vec![set("GB", Some("ENG"))], 2022).into_iter().filter(|day| !weekend(*day)).collect::<Vec<_>>(),
        days(2022, &[(1, 3), (4, 15), (4, 18), (5, 2), (6, 2), (6, 3), (8, 29), (9, 19), (12, 26), (12, 27)])
    );
    assert_eq!(
        holidays(vec![set("GB", Some("SCT"))], 2022).into_iter().filter(|day| !weekend(*day)).collect::<Vec<_>>(),
        days(2022, &[(1, 3), (1, 4), (4, 15), (5, 2), (6, 2), (6, 3), (8, 1), (9, 19), (11, 30), (12, 26), (12, 27)])
    );
    // Christmas Day on a Saturday and Boxing Day on a Sunday are made up for on Monday and Tuesday.
    assert_eq!(
        holidays(vec![set("GB", Some("ENG"))], 2027).into_iter().filter(|day| !weekend(*day)).collect::<Vec<_>>(),
        days(2027, &[(1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)])
    );
    assert_eq!(
        holidays(vec![set("US", None)], 2022).into_iter().filter(|day| !weekend(*day)).collect::<Vec<_>>(),
        days(2022, &[(1, 17), (2, 21), (5, 30), (6, 20), (7, 4), (9, 5), (10, 10), (11, 11), (11, 24), (12, 26)])
    );
    // New Year's Day of 2022 was a Saturday: kept on Friday, in the year before.
    assert!(holidays(vec![set("US", None)], 2021).contains(&date(2021, 12, 31)));
    let king = holidays(vec![set("NL", None)], 2025);
    assert!(king.contains(&date(2025, 4, 26)) && !king.contains(&date(2025, 4, 27)));
    assert!(king.contains(&date(2025, 5, 5)) && !holidays(vec![set("NL", None)], 2026).contains(&date(2026, 5, 5)));
    assert_eq!(
        holidays(vec![set("DE", Some("BY"))], 2026),
        days(
            2026,
            &[(1, 1), (1, 6), (4, 3), (4, 6), (5, 1), (5, 14), (5, 25), (6, 4), (10, 3), (11, 1), (12, 25), (12, 26)]
        )
    );
    assert!(holidays(vec![set("DE", Some("SN"))], 2026).contains(&date(2026, 11, 18)));
    assert_eq!(holidays(vec![set("DE", None)], 2026).len(), 9);
    assert_eq!(
        holidays(vec![set("AT", None)], 2026),
        days(
            2026,
            &[
                (1, 1),
                (1, 6),
                (4, 6),
                (5, 1),
                (5, 14),
                (5, 25),
                (6, 4),
                (8, 15),
                (10, 26),
                (11, 1),
                (12, 8),
                (12, 25),
                (12, 26)
            ]
        )
    );
    assert_eq!(holidays(vec![set("FR", None)], 2026).len(), 11);
    assert!(holidays(vec![set("FR", Some("ALS"))], 2026).contains(&date(2026, 4, 3)));
    assert!(holidays(vec![set("IT", None)], 2026).contains(&date(2026, 10, 4)));
    assert!(!holidays(vec![set("IT", None)], 2025).contains(&date(2025, 10, 4)));
    // The Thursday after the first Sunday of September; the Monday after its third.
    assert!(holidays(vec![set("CH", Some("GE"))], 2026).contains(&date(2026, 9, 10)));
    assert!(holidays(vec![set("CH", Some("VD"))], 2026).contains(&date(2026, 9, 21)));
}

fn weekend(day: Date) -> bool {
    Day::from(day.weekday()).index() >= 5
}

#[test]
fn a_holiday_is_closed_from_midnight_to_midnight_and_says_its_name() {
    let working = WorkingTime::compile(&Definition { sets: vec![set("AT", None)], ..office() }).unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    // Friday 1 May 2026: from Thursday 16:00 in Vienna, two hours lead over it and the weekend to Monday 09:00.
    let from = at("2026-04-30T14:00:00Z");
    let to = working.add(from, 7200).unwrap();
    assert_eq!(to, at("2026-05-04T07:00:00Z"));
    let reasons: Vec<Reason> = working.gaps(from, to).map(|gap| gap.reason).collect();
    assert_eq!(
        reasons,
        [Reason::OutsideHours, Reason::Holiday("Staatsfeiertag".into()), Reason::ClosedDay, Reason::OutsideHours]
    );
    // A holiday that is worked.
    let worked = Definition { sets: vec![set("AT", None)], worked: vec!["staatsfeiertag".to_owned()], ..office() };
    let worked = WorkingTime::compile(&worked).unwrap();
    assert_eq!(worked.add(from, 7200).unwrap(), at("2026-05-01T07:00:00Z"));
}

#[test]
fn exceptions_close_open_and_replace() {
    let exception = |day: Date, hours: Option<(&str, &str)>, effect: Effect| Exception {
        first: day,
        last: None,
        hours: hours.map(|(from, to)| (from.parse().unwrap(), to.parse().unwrap())),
        effect,
        name: "unlike".to_owned(),
    };
    let definition = Definition {
        sets: vec![set("AT", None)],
        exceptions: vec![
            // Christmas Eve: a half day. Two rows for two spans of a day.
            exception(date(2026, 12, 24), Some(("08:00", "10:00")), Effect::Hours),
            exception(date(2026, 12, 24), Some(("10:30", "12:00")), Effect::Hours),
            // An inventory on a Saturday; a meeting of all on a Monday afternoon; works on a holiday.
            exception(date(2026, 12, 19), Some(("09:00", "13:00")), Effect::Extra),
            exception(date(2026, 12, 21), Some(("13:00", "15:00")), Effect::Closed),
            exception(date(2026, 12, 8), Some(("08:00", "12:00")), Effect::Hours),
        ],
        ..office()
    };
    let working = WorkingTime::compile(&definition).unwrap();
    let open = |day: i8| -> Vec<String> {
        working.day(date(2026, 12, day)).open.iter().map(|(from, to)| format!("{from}-{to}")).collect()
    };
    assert_eq!(open(24), ["08:00-10:00", "10:30-12:00"]);
    assert_eq!(open(19), ["09:00-13:00"]);
    assert_eq!(open(21), ["08:00-13:00", "15:00-17:00"]);
    assert_eq!(open(8), ["08:00-12:00"]);
    assert_eq!(open(25), Vec::<String>::new());
    assert_eq!(working.day(date(2026, 12, 24)).kind, DayKind::Exception("unlike".into()));
}

#[test]
fn a_child_says_what_differs() {
    let parent = Definition { sets: vec![set("AT", None)], ..office() };
    let night = Definition {
        week: vec![span(Day::Sunday, "22:00", "06:00")],
        holidays: vec![Holiday::new("Fest", Rule::Yearly { month: 9, day: 24 })],
        worked: vec!["Nationalfeiertag".to_owned()],
        ..Definition::default()
    };
    let child = night.over(&parent);
    assert_eq!(child.zone.as_deref(), Some("Europe/Vienna"));
    let working = WorkingTime::compile(&child).unwrap();
    // The shift from Sunday night ends on Monday morning.
    assert_eq!(working.day(date(2026, 1, 5)).open, [(Minute::MIDNIGHT, "06:00".parse().unwrap())]);
    // Monday 26 October 2026 is worked, Monday 6 April (Easter) is not, and 24 September is free.
    assert!(!working.day(date(2026, 10, 26)).open.is_empty());
    assert!(working.day(date(2026, 4, 6)).open.is_empty());
    assert_eq!(working.day(date(2026, 9, 24)).kind, DayKind::Holiday("Fest".into()));
    // Without a week of its own, the parent's.
    let same = Definition::default().over(&parent);
    assert_eq!(same, parent);
}

#[test]
fn holidays_come_from_rules_and_from_files() {
    let ics = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Betriebsurlaub\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20260130\r\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20260430\r\nEXDATE;VALUE=DATE:20260331\r\nSUMMARY:Inventur\\, überall\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:3\r\nSTATUS:CANCELLED\r\nDTSTART;VALUE=DATE:20260615\r\nSUMMARY:Nie\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let definition = Definition {
        holidays: vec![
            Holiday::new("file", Rule::Calendar { text: ics.to_owned() }),
            Holiday::new(
                "Erntedank",
                Rule::Recurring { start: date(2020, 1, 1), rule: "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH".to_owned() },
            ),
        ],
        ..office()
    };
    let working = WorkingTime::compile(&definition).unwrap();
    let kind = |month: i8, day: i8| working.day(date(2026, month, day)).kind;
    for day in 24..=26 {
        assert_eq!(kind(12, day), DayKind::Holiday("Betriebsurlaub".into()));
    }
    assert_eq!(kind(12, 27), DayKind::Usual);
    assert_eq!(kind(4, 30), DayKind::Holiday("Inventur, überall".into()));
    assert_eq!(kind(3, 31), DayKind::Usual);
    assert_eq!(kind(5, 31), DayKind::Usual);
    assert_eq!(kind(6, 15), DayKind::Usual);
    assert_eq!(kind(11, 26), DayKind::Holiday("Erntedank".into()));
}

#[test]
fn what_cannot_be_is_refused_with_field_rule_and_way_out() {
    let with = |change: &dyn Fn(&mut Definition)| {
        let mut definition = office();
        change(&mut definition);
        refused(&definition)
    };
    let recurring = |rule: &str| Holiday::new("x", Rule::Recurring { start: date(2026, 1, 1), rule: rule.to_owned() });
    let cases: Vec<((String, String), &str, &str)> = vec![
        (with(&|d| d.zone = Some("Europe/Wien".to_owned())), "zone", "IANA"),
        (with(&|d| d.zone = None), "zone", "parent"),
        (with(&|d| d.week.clear()), "week", "never open"),
        (with(&|d| d.week.push(span(Day::Monday, "16:00", "18:00"))), "week[5]", "monday 08:00–17:00"),
        (with(&|d| d.week.push(span(Day::Sunday, "22:00", "08:30"))), "week[5]", "overlap"),
        (with(&|d| d.week.push(span(Day::Sunday, "24:00", "08:00"))), "week[5]", "00:00"),
        (with(&|d| d.sets.push(set("XX", None))), "sets[0]", "AT, CH"),
        (with(&|d| d.sets.push(set("AT", Some("W")))), "sets[0]", "Leave the region out"),
        (with(&|d| d.sets.push(set("DE", Some("XX")))), "sets[0]", "BY"),
        (with(&|d| d.holidays.push(recurring("FREQ=SECONDLY"))), "holidays[0]", "daily"),
        (
            with(&|d| d.holidays.push(recurring("FREQ=DAILY;BYHOUR=1,2,3,4,5,6;BYMINUTE=1,2,3;BYSECOND=1,2"))),
            "holidays[0]",
            "24 times a day",
        ),
        (
            with(&|d| {
                let rule = Rule::Recurring { start: date(1, 1, 1), rule: "FREQ=DAILY".to_owned() };
                d.holidays.push(Holiday::new("x", rule));
            }),
            "holidays[0]",
            "from 1900",
        ),
        (with(&|d| d.holidays.push(recurring("FREQ=DAILY"))), "holidays", "2026"),
        (with(&|d| d.holidays.push(recurring("every monday"))), "holidays[0]", "RFC 5545"),
        (with(&|d| d.holidays.push(recurring("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"))), "holidays[0]", "never occurs"),
        (
            with(&|d| d.holidays.push(Holiday::new("x", Rule::Yearly { month: 2, day: 30 }))),
            "holidays[0]",
            "no day 30 in month 2",
        ),
        (
            with(&|d| d.holidays.push(Holiday::new("x", Rule::Calendar { text: "hello".to_owned() }))),
            "holidays[0]",
            "BEGIN:VCALENDAR",
        ),
        (with(&|d| d.worked.push("Sankt Nimmerlein".to_owned())), "worked[0]", "Sankt Nimmerlein"),
        (
            with(&|d| {
                d.exceptions.push(Exception {
                    first: date(2026, 5, 2),
                    last: Some(date(2026, 5, 1)),
                    hours: None,
                    effect: Effect::Closed,
                    name: String::new(),
                });
            }),
            "exceptions[0]",
            "before the first",
        ),
        (
            with(&|d| {
                d.exceptions.push(Exception {
                    first: date(2026, 1, 1),
                    last: Some(date(2028, 1, 1)),
                    hours: None,
                    effect: Effect::Closed,
                    name: String::new(),
                });
            }),
            "holidays",
            "no hour open in 2026",
        ),
    ];
    for ((field, text), expected, says) in cases {
        assert_eq!(field, expected, "{text}");
        assert!(text.contains(says), "“{text}” does not say “{says}”");
    }
}

#[test]
fn times_of_day_are_read_strictly() {
    for (text, minutes) in [("8:00", 480), ("08:30", 510), ("24:00", 1440), ("00:00:00", 0)] {
        assert_eq!(text.parse::<Minute>().unwrap().since_midnight(), minutes);
    }
    for text in ["", "8", "24:01", "25:00", "8:60", "8:30:15", "-1:00", "8:30:00:00", "１２:00", "+8:00"] {
        assert!(text.parse::<Minute>().is_err(), "{text}");
    }
}

#[test]
fn a_definition_is_the_same_after_it_was_written_down() {
    let definition = Definition {
        sets: vec![set("DE", Some("BY"))],
        holidays: vec![Holiday::new("Fest", Rule::Easter { days: -48 })],
        exceptions: vec![Exception {
            first: date(2026, 12, 24),
            last: None,
            hours: Some(("08:00".parse().unwrap(), "12:00".parse().unwrap())),
            effect: Effect::Hours,
            name: "half".to_owned(),
        }],
        ..office()
    };
    let text = toml::to_string(&definition).unwrap();
    assert_eq!(toml::from_str::<Definition>(&text).unwrap(), definition);
}

#[test]
fn a_recurrence_goes_on_from_anywhere() {
    let start = date(2020, 1, 6).at(9, 0, 0, 0);
    let every = Recurrence::parse("rule", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", start).unwrap();
    assert!(!every.ends());
    let next = every.between(date(2026, 11, 27).at(0, 0, 0, 0), date(2071, 1, 1).at(0, 0, 0, 0), 2);
    assert_eq!(next, [date(2026, 11, 30).at(9, 0, 0, 0), date(2026, 12, 14).at(9, 0, 0, 0)]);
    let until = Recurrence::parse("rule", "freq=daily;until=20200108", start).unwrap();
    assert!(until.ends());
    assert_eq!(until.between(start, date(2021, 1, 1).at(0, 0, 0, 0), 10).len(), 3);
}

#[test]
fn events_keep_their_zone_and_faulty_ones_are_named() {
    let calendar = |event: &str| {
        format!("BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nSUMMARY:Freeze\n{event}\nEND:VEVENT\nEND:VCALENDAR\n")
    };
    let events = calendar_events(
        "file",
        &calendar("DTSTART;TZID=Europe/Vienna:20261218T180000\nDTEND;TZID=Europe/Vienna:20270104T060000"),
    )
    .unwrap();
    assert_eq!(events[0].zone.as_deref(), Some("Europe/Vienna"));
    assert_eq!(events[0].end, date(2027, 1, 4).at(6, 0, 0, 0));
    let events = calendar_events("file", &calendar("DTSTART:20261218T180000Z")).unwrap();
    assert_eq!((events[0].zone.as_deref(), events[0].end), (Some("UTC"), events[0].start));
    for (event, says) in [
        ("UID:1", "“Freeze” has no day"),
        ("DTSTART:soon", "cannot be read"),
        ("DTSTART:20261218T180000Z\nDTEND:20261218T170000Z", "ends before it begins"),
        ("DTSTART:20261218T180000Z\nRRULE:FREQ=MINUTELY", "daily"),
    ] {
        let error = calendar_events("file", &calendar(event)).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
}
