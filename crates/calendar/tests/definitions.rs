//! Holidays, exceptions, inheritance, and definitions that cannot be.

#![allow(clippy::unwrap_used)]

use jiff::Timestamp;
use jiff::civil::{Date, date};
use steward_calendar::{
    Day, DayKind, Definition, Effect, Error, Exception, FIRST_YEAR, Holiday, HolidaySet, LAST_YEAR, Minute, Reason,
    Recurrence, Rule, WeekSpan, WorkingTime, calendar_events, countries, easter,
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

/// The holidays of a year that are kept on a Monday to Friday.
fn weekdays(country: &str, region: &str, year: i16) -> Vec<Date> {
    let set = set(country, Some(region).filter(|region| !region.is_empty()));
    holidays(vec![set], year).into_iter().filter(|day| !weekend(*day)).collect()
}

/// Asks for single days: `true` for a holiday.
fn kept(country: &str, region: &str, expected: &[(i16, i8, i8, bool)]) {
    let sets = vec![set(country, Some(region).filter(|region| !region.is_empty()))];
    let working = WorkingTime::compile(&Definition { sets, ..office() }).unwrap();
    for (year, month, day, holiday) in expected {
        let day = date(*year, *month, *day);
        assert_eq!(matches!(working.day(day).kind, DayKind::Holiday(_)), *holiday, "{country} {region} {day}");
    }
}

/// The list of arbeitsinspektion.gv.at, “Feiertagsruhe”, in the year 2026. Good Friday is no holiday for all.
#[test]
fn austria() {
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
    kept("AT", "", &[(2018, 3, 30, false), (2020, 4, 10, false)]);
}

/// The calendars of the Länder for 2026, and their laws on how many; HFeiertagsG § 1; mdr.de on Buß- und Bettag, in all
/// Länder up to 1994; berlin.de on 8 March, on 8 May of 2020 and 2025 and on 17 June 2028; the Landtag of Thuringia on
/// 20 September, from 2019; the laws of 2018 on Reformationstag in the north; “31. Oktober 2017” in the law of Berlin.
#[test]
fn germany() {
    assert_eq!(
        holidays(vec![set("DE", Some("BY"))], 2026),
        days(
            2026,
            &[(1, 1), (1, 6), (4, 3), (4, 6), (5, 1), (5, 14), (5, 25), (6, 4), (10, 3), (11, 1), (12, 25), (12, 26)]
        )
    );
    assert_eq!(
        holidays(vec![set("DE", Some("HE"))], 2026),
        days(2026, &[(1, 1), (4, 3), (4, 6), (5, 1), (5, 14), (5, 25), (6, 4), (10, 3), (12, 25), (12, 26)])
    );
    assert_eq!(holidays(vec![set("DE", None)], 2026).len(), 9);
    for (number, regions) in [
        (10, ["BE", "HB", "HE", "HH", "NI", "SH"].as_slice()),
        (11, &["MV", "NW", "RP", "SN", "ST", "TH"]),
        // Brandenburg with Easter and Whit Sunday.
        (12, &["BB", "BW", "BY", "SL"]),
    ] {
        for region in regions {
            assert_eq!(holidays(vec![set("DE", Some(region))], 2026).len(), number, "{region}");
        }
    }
    let reformation = ["BB", "HB", "HH", "MV", "NI", "SH", "SN", "ST", "TH"];
    let catholic = ["BW", "BY", "NW", "RP", "SL"];
    let germany = countries().iter().find(|country| country.code == "DE").unwrap();
    assert_eq!(germany.regions.len(), 16);
    for region in germany.regions.iter().map(|region| region.code.as_str()) {
        let old = ["BB", "MV", "SN", "ST", "TH"].contains(&region);
        let expected = [
            (2016, 10, 31, old),
            (2017, 10, 31, true),
            (2018, 10, 31, reformation.contains(&region)),
            (2026, 10, 31, reformation.contains(&region)),
            (2022, 11, 1, catholic.contains(&region)),
            (1994, 11, 16, true),
            (1995, 11, 22, region == "SN"),
            (2026, 11, 18, region == "SN"),
        ];
        kept("DE", region, &expected);
    }
    kept("DE", "BE", &[(2018, 3, 8, false), (2019, 3, 8, true), (2020, 5, 8, true), (2024, 5, 8, false)]);
    kept("DE", "BE", &[(2025, 5, 8, true), (2026, 5, 8, false), (2028, 6, 17, true), (2029, 6, 17, false)]);
    kept("DE", "MV", &[(2022, 3, 8, false), (2023, 3, 8, true)]);
    kept("DE", "TH", &[(2018, 9, 20, false), (2019, 9, 20, true)]);
    kept("DE", "ST", &[(2026, 1, 6, true)]);
    kept("DE", "SL", &[(2025, 8, 15, true)]);
}

/// The list of FO, “Calendrier congés fériés”, for 2026; Code du travail, articles L3134-13 and L3422-2.
#[test]
fn france() {
    let all =
        [(1, 1), (4, 6), (5, 1), (5, 8), (5, 14), (5, 25), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)].as_slice();
    assert_eq!(holidays(vec![set("FR", None)], 2026), days(2026, all));
    for (region, more) in [
        ("ALS", [(4, 3), (12, 26)].as_slice()),
        ("971", &[(5, 27)]),
        ("972", &[(5, 22)]),
        ("973", &[(6, 10)]),
        ("974", &[(12, 20)]),
        ("976", &[(4, 27)]),
    ] {
        let mut expected = days(2026, &[all, more].concat());
        expected.sort();
        assert_eq!(holidays(vec![set("FR", Some(region))], 2026), expected, "{region}");
    }
}

/// gov.uk/bank-holidays for 2022, 2024 and 2027. The London Gazette: 55182 (28 December 1998 everywhere, 4 January 1999
/// in Scotland), 3326938 (8 May and 13 July 2020), 4631404 (5 May and 14 July 2025). BBC News of 24 November 2000 on
/// June 2002. Schedule 1 of the Act as changed in 2007 on 30 November, a Monday after a weekend. Proclamation of
/// 4 February 2026 on 15 June 2026 in Scotland. In the years between, the Mondays of the Act.
#[test]
fn united_kingdom() {
    assert_eq!(
        weekdays("GB", "ENG", 2022),
        days(2022, &[(1, 3), (4, 15), (4, 18), (5, 2), (6, 2), (6, 3), (8, 29), (9, 19), (12, 26), (12, 27)])
    );
    assert_eq!(
        weekdays("GB", "SCT", 2022),
        days(2022, &[(1, 3), (1, 4), (4, 15), (5, 2), (6, 2), (6, 3), (8, 1), (9, 19), (11, 30), (12, 26), (12, 27)])
    );
    // Christmas Day on a Saturday and Boxing Day on a Sunday are made up for on Monday and Tuesday.
    assert_eq!(
        weekdays("GB", "ENG", 2027),
        days(2027, &[(1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)])
    );
    assert_eq!(
        weekdays("GB", "NIR", 2024),
        days(2024, &[(1, 1), (3, 18), (3, 29), (4, 1), (5, 6), (5, 27), (7, 12), (8, 26), (12, 25), (12, 26)])
    );
    for region in ["ENG", "WLS", "SCT", "NIR"] {
        let scotland = region == "SCT";
        let moved = [
            (1994, 5, 2, true),
            (1994, 5, 30, true),
            (1995, 5, 1, false),
            (1995, 5, 8, true),
            (1998, 12, 28, true),
            (1999, 1, 4, scotland),
            (1999, 12, 31, true),
            (2002, 5, 27, false),
            (2002, 6, 3, true),
            (2002, 6, 4, true),
            (2004, 5, 3, true),
            (2004, 5, 31, true),
            (2011, 4, 29, true),
            (2012, 5, 28, false),
            (2012, 6, 4, true),
            (2012, 6, 5, true),
            (2014, 5, 26, true),
            (2020, 5, 4, false),
            (2020, 5, 8, true),
            (2022, 5, 30, false),
            (2023, 5, 1, true),
            (2023, 5, 8, true),
            (2025, 5, 5, true),
            (2026, 6, 15, scotland),
            (2027, 6, 14, false),
            (2025, 4, 21, !scotland),
        ];
        kept("GB", region, &moved);
    }
    kept("GB", "NIR", &[(2020, 7, 13, true), (2024, 3, 18, true), (2025, 7, 14, true)]);
    kept("GB", "SCT", &[(2006, 11, 30, false), (2007, 11, 30, true), (2024, 12, 2, true), (2025, 12, 1, true)]);
}

/// Legge 8 ottobre 2025, n. 151; D.L. 22 febbraio 2011, n. 5; legge 20 novembre 2000, n. 336.
#[test]
fn italy() {
    assert_eq!(
        holidays(vec![set("IT", None)], 2026),
        days(
            2026,
            &[
                (1, 1),
                (1, 6),
                (4, 5),
                (4, 6),
                (4, 25),
                (5, 1),
                (6, 2),
                (8, 15),
                (10, 4),
                (11, 1),
                (12, 8),
                (12, 25),
                (12, 26)
            ]
        )
    );
    let once = [(2010, 3, 17, false), (2011, 3, 17, true), (2012, 3, 17, false), (2011, 11, 4, false)];
    kept("IT", "", &once);
    kept("IT", "", &[(2025, 10, 4, false), (2027, 10, 4, true)]);
    kept("IT", "", &[(2000, 6, 2, false), (2000, 6, 4, true), (2001, 6, 2, true), (2001, 6, 3, false)]);
}

/// gemeente.groningen.nl, “Koningsdag 2025”: since 1980 never on a Sunday; rijksoverheid.nl on the other days.
#[test]
fn netherlands() {
    kept("NL", "", &[(2000, 4, 29, true), (2000, 4, 30, false), (2006, 4, 29, true), (2006, 4, 30, false)]);
    kept("NL", "", &[(2013, 4, 30, true), (2014, 4, 26, true), (2014, 4, 27, false), (2014, 4, 30, false)]);
    kept("NL", "", &[(2025, 4, 26, true), (2025, 4, 27, false), (2026, 4, 27, true)]);
    kept("NL", "", &[(2020, 5, 5, true), (2024, 5, 5, false), (2025, 5, 5, true), (2026, 5, 5, false)]);
    assert_eq!(
        holidays(vec![set("NL", None)], 2026),
        days(2026, &[(1, 1), (4, 3), (4, 5), (4, 6), (4, 27), (5, 14), (5, 24), (5, 25), (12, 25), (12, 26)])
    );
}

/// opm.gov, “Federal Holidays”, for 2022; its memorandum of 17 June 2021 on the first Juneteenth, a Saturday.
#[test]
fn united_states() {
    assert_eq!(
        weekdays("US", "", 2022),
        days(2022, &[(1, 17), (2, 21), (5, 30), (6, 20), (7, 4), (9, 5), (10, 10), (11, 11), (11, 24), (12, 26)])
    );
    // New Year's Day of 2022 was a Saturday: kept on Friday, in the year before.
    kept("US", "", &[(2021, 12, 31, true), (2020, 6, 19, false), (2021, 6, 18, true), (2026, 7, 3, true)]);
}

/// How many days the cantons keep in 2015, as Keystone-SDA counted them for their capitals on 28 December 2014, without
/// those of the towns alone; the same by the laws that `ch.toml` names for the others. Christmas was a Friday.
#[test]
fn cantons_keep_as_many_days_as_were_counted() {
    let counted = [
        ("AG", 5),
        ("AI", 12),
        ("AR", 7),
        ("BE", 9),
        ("BL", 9),
        ("BS", 9),
        ("FR", 9),
        ("GE", 9),
        ("GL", 10),
        ("GR", 8),
        ("JU", 13),
        ("LU", 10),
        ("NE", 7),
        ("NW", 10),
        ("OW", 10),
        ("SG", 9),
        ("SH", 9),
        ("SO", 8),
        ("SZ", 14),
        ("TG", 10),
        ("TI", 15),
        ("UR", 13),
        ("VD", 9),
        ("VS", 9),
        ("ZG", 9),
        ("ZH", 9),
    ];
    let switzerland = countries().iter().find(|country| country.code == "CH").unwrap();
    assert!(switzerland.regions.iter().map(|region| region.code.as_str()).eq(counted.map(|(region, _)| region)));
    for (region, number) in counted {
        assert_eq!(holidays(vec![set("CH", Some(region))], 2015).len(), number, "{region}");
    }
    assert_eq!(holidays(vec![set("CH", None)], 2015), days(2015, &[(1, 1), (5, 14), (8, 1), (12, 25)]));
}

/// Lists of the cantons and of feiertagskalender.ch: fr.ch, “Jours fériés 2024”, Catholic part; so.ch, “Gesetzliche
/// Feiertage”, 2024; feiertagskalender.ch for Luzern in 2013, Neuchâtel in 2020 and Valais in 2027; dpsuisse, “Giorni
/// festivi 2023”, Ticino. Of laws: Jura (2022, art. 3), Obwalden (2007, Art. 2), Schwyz (§ 2), Thurgau (§ 1) and
/// Zürich (§ 1), in 2026.
#[test]
fn cantons_keep_the_days_of_their_lists() {
    for (region, year, expected) in [
        ("FR", 2024, [(1, 1), (3, 29), (5, 9), (5, 30), (8, 1), (8, 15), (11, 1), (12, 8), (12, 25)].as_slice()),
        ("SO", 2024, &[(1, 1), (3, 29), (5, 9), (5, 30), (8, 1), (8, 15), (11, 1), (12, 25)]),
        ("LU", 2013, &[(1, 1), (3, 29), (5, 9), (5, 30), (8, 1), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26)]),
        ("NE", 2020, &[(1, 1), (3, 1), (4, 10), (5, 1), (5, 21), (8, 1), (12, 25)]),
        ("VS", 2027, &[(1, 1), (3, 19), (5, 6), (5, 27), (8, 1), (8, 15), (11, 1), (12, 8), (12, 25)]),
        ("OW", 2026, &[(1, 1), (4, 3), (5, 14), (6, 4), (8, 1), (8, 15), (9, 25), (11, 1), (12, 8), (12, 25)]),
        ("TG", 2026, &[(1, 1), (1, 2), (4, 3), (4, 6), (5, 1), (5, 14), (5, 25), (8, 1), (12, 25), (12, 26)]),
        ("ZH", 2026, &[(1, 1), (4, 3), (4, 6), (5, 1), (5, 14), (5, 25), (8, 1), (12, 25), (12, 26)]),
        (
            "JU",
            2026,
            &[
                (1, 1),
                (1, 2),
                (4, 3),
                (4, 6),
                (5, 1),
                (5, 14),
                (5, 25),
                (6, 4),
                (6, 23),
                (8, 1),
                (8, 15),
                (11, 1),
                (12, 25),
            ],
        ),
        (
            "SZ",
            2026,
            &[
                (1, 1),
                (1, 6),
                (3, 19),
                (4, 3),
                (4, 6),
                (5, 14),
                (5, 25),
                (6, 4),
                (8, 1),
                (8, 15),
                (11, 1),
                (12, 8),
                (12, 25),
                (12, 26),
            ],
        ),
        (
            "TI",
            2023,
            &[
                (1, 1),
                (1, 6),
                (3, 19),
                (4, 10),
                (5, 1),
                (5, 18),
                (5, 29),
                (6, 8),
                (6, 29),
                (8, 1),
                (8, 15),
                (11, 1),
                (12, 8),
                (12, 25),
                (12, 26),
            ],
        ),
    ] {
        assert_eq!(holidays(vec![set("CH", Some(region))], year), days(year, expected), "{region} {year}");
    }
    // The Thursday after the first Sunday of September; the Monday after its third.
    kept("CH", "GE", &[(2024, 9, 5, true), (2025, 9, 11, true), (2026, 9, 10, true), (2026, 9, 3, false)]);
    kept("CH", "VD", &[(2024, 9, 16, true), (2025, 9, 22, true), (2026, 9, 21, true), (2026, 9, 14, false)]);
}

/// appenzell24.ch and fm1today.ch, November 2017: 26 December 2017, a Tuesday, is worked in both Appenzell;
/// hallo-ar.ch: so it is after a Christmas Day on a Friday. eitneuchatel.ch, “Jours fériés”: Neuchâtel keeps
/// 26 December 2022 and 2 January 2023, both Mondays.
#[test]
fn days_after_christmas_and_new_year_are_kept_where_their_weekday_lets_them() {
    for region in ["AI", "AR", "UR"] {
        kept("CH", region, &[(2017, 12, 26, false), (2018, 12, 26, true), (2020, 12, 26, false)]);
        kept("CH", region, &[(2022, 12, 26, true), (2024, 12, 26, true), (2025, 12, 26, true)]);
    }
    kept("CH", "NE", &[(2022, 12, 26, true), (2023, 1, 2, true), (2024, 1, 2, false), (2023, 12, 26, false)]);
}

/// suedostschweiz.ch, January 2023: the first Thursday of April, a week later in Holy Week, so on 13 April 2023;
/// stm-ag.ch: 8 April 2021, 7 April 2022. Every year follows from Easter.
#[test]
fn glarus_goes_to_naefels_outside_of_holy_week() {
    let working = WorkingTime::compile(&Definition { sets: vec![set("CH", Some("GL"))], ..office() }).unwrap();
    let goes = |day: Date| matches!(working.day(day).kind, DayKind::Holiday(name) if &*name == "Fahrtsfest");
    for day in [date(2021, 4, 8), date(2022, 4, 7), date(2023, 4, 13)] {
        assert!(goes(day), "{day}");
    }
    for year in FIRST_YEAR..=LAST_YEAR {
        let thursdays = (1..=14).map(|day| date(year, 4, day)).filter(|day| Day::from(day.weekday()) == Day::Thursday);
        let thursdays: Vec<Date> = thursdays.collect();
        let holy = easter(year).unwrap().checked_sub(jiff::Span::new().days(3)).unwrap();
        let expected = if thursdays[0] == holy { thursdays[1] } else { thursdays[0] };
        for day in thursdays {
            assert_eq!(goes(day), day == expected, "{day}");
        }
    }
}

#[test]
fn days_of_a_canton_have_the_name_of_its_language() {
    let name = |region: Option<&str>, day: Date| {
        let working = WorkingTime::compile(&Definition { sets: vec![set("CH", region)], ..office() }).unwrap();
        match working.day(day).kind {
            DayKind::Holiday(name) => name.to_string(),
            other => panic!("{other:?}"),
        }
    };
    for (region, new_year, ascension, august, christmas) in [
        (None, "Neujahr", "Auffahrt", "Bundesfeiertag", "Weihnachten"),
        (Some("ZH"), "Neujahr", "Auffahrt", "Bundesfeiertag", "Weihnachten"),
        (Some("VD"), "Nouvel An", "Ascension", "Fête nationale", "Noël"),
        (Some("TI"), "Capodanno", "Ascensione", "Festa nazionale", "Natale"),
    ] {
        assert_eq!(name(region, date(2026, 1, 1)), new_year);
        assert_eq!(name(region, date(2026, 5, 14)), ascension);
        assert_eq!(name(region, date(2026, 8, 1)), august);
        assert_eq!(name(region, date(2026, 12, 25)), christmas);
    }
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
    for (lasts, end) in [
        ("DTSTART:20261218T180000Z\nDURATION:PT90M", date(2026, 12, 18).at(19, 30, 0, 0)),
        ("DTSTART;VALUE=DATE:20261218\nDURATION:P1W", date(2026, 12, 25).at(0, 0, 0, 0)),
        ("DTSTART:20261218T180000Z\nDURATION:P15DT5H0M20S", date(2027, 1, 2).at(23, 0, 20, 0)),
    ] {
        assert_eq!(calendar_events("file", &calendar(lasts)).unwrap()[0].end, end, "{lasts}");
    }
    for (event, says) in [
        ("DTSTART:20261218T180000Z\nDURATION:-PT1H", "line 3: the event “Freeze” has a duration that cannot be read"),
        ("DTSTART:20261218T180000Z\nDURATION:long", "has a duration that cannot be read"),
        (
            "DTSTART;VALUE=DATE:20261218\nRDATE;VALUE=DATE:20261220",
            "line 3: the event “Freeze” names further days (RDATE)",
        ),
        ("DTSTART;VALUE=DATE:20261218\nRDATE:20261220\nRDATE:20261222", "names further days (RDATE)"),
        ("UID:1", "“Freeze” has no day"),
        ("DTSTART:soon", "cannot be read"),
        ("DTSTART:20261218T180000Z\nDTEND:20261218T170000Z", "ends before it begins"),
        ("DTSTART:20261218T180000Z\nRRULE:FREQ=MINUTELY", "daily"),
    ] {
        let error = calendar_events("file", &calendar(event)).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
}
