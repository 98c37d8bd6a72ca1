//! Everything that a calendar answers, against a simulation that looks at a clock once a minute.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use steward_calendar::{Day, Definition, Effect, Exception, Holiday, Minute, Rule, WeekSpan, WorkingTime};

/// Zones of all sorts: without changes, quarter and half hours, half an hour of summer time, changes at midnight, the
/// southern hemisphere, a skipped day, winter time as the change (Dublin), months without fasting time (Casablanca).
const ZONES: [&str; 16] = [
    "UTC",
    "Europe/Vienna",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Santiago",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Beirut",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Antarctica/Troll",
];

/// The same calendar in the words of its promise: open if the clock shows an open time on the date it shows.
struct Simulation {
    zone: TimeZone,
    week: Vec<WeekSpan>,
    holidays: Vec<Date>,
    exceptions: Vec<Exception>,
}

impl Simulation {
    fn is_open(&self, at: Timestamp) -> bool {
        let shown = self.zone.to_datetime(at);
        let (today, minute) =
            (shown.date(), u16::try_from(shown.hour()).unwrap() * 60 + u16::try_from(shown.minute()).unwrap());
        let yesterday = today.yesterday().unwrap();
        let covers = |from: Minute, to: Minute| {
            let (from, to) = (from.since_midnight(), to.since_midnight());
            // (on the day itself, on the day after)
            if from < to { ((from..to).contains(&minute), false) } else { (minute >= from, minute < to) }
        };
        let on = |exception: &Exception, day: Date| {
            exception.first <= day && day <= exception.last.unwrap_or(exception.first)
        };
        let hours = |exception: &Exception| exception.hours.unwrap_or((Minute::MIDNIGHT, Minute::END));
        let touches = |exception: &&Exception| {
            let (from, to) = hours(exception);
            let (same, next) = covers(from, to);
            (on(exception, today) && same) || (on(exception, yesterday) && next)
        };
        let of = |effect: Effect| self.exceptions.iter().filter(move |exception| exception.effect == effect);
        if of(Effect::Closed).any(|exception| touches(&exception)) {
            return false;
        }
        if of(Effect::Extra).any(|exception| touches(&exception))
            || of(Effect::Hours).any(|exception| touches(&exception))
        {
            return true;
        }
        if of(Effect::Hours).any(|exception| on(exception, today)) || self.holidays.contains(&today) {
            return false;
        }
        self.week.iter().any(|span| {
            let (same, next) = covers(span.from, span.to);
            (Day::from(today.weekday()) == span.day && same) || (Day::from(yesterday.weekday()) == span.day && next)
        })
    }
}

fn minute() -> impl Strategy<Value = Minute> {
    // Many on full hours, where clocks change.
    prop_oneof![(0u16..24).prop_map(|hour| (hour, 0)), (0u16..24, 0u16..60)]
        .prop_map(|(hour, minute)| Minute::new(hour, minute).unwrap())
}

/// Weeks whose spans do not overlap: at most two spans a day, the last over midnight only if nothing begins before its end.
fn week() -> impl Strategy<Value = Vec<WeekSpan>> {
    proptest::collection::vec((0usize..7, minute(), minute()), 1..8).prop_map(|rows| {
        let mut taken: BTreeMap<usize, ()> = BTreeMap::new();
        let mut spans: Vec<WeekSpan> = Vec::new();
        for (day, from, to) in rows {
            // A span over midnight also takes the day after.
            let next = (day + 1) % 7;
            let overnight = to <= from;
            if taken.contains_key(&day) || (overnight && taken.contains_key(&next)) {
                continue;
            }
            taken.insert(day, ());
            if overnight {
                taken.insert(next, ());
            }
            spans.push(WeekSpan { day: Day::ALL[day], from, to });
        }
        spans
    })
}

fn day_near(base: Date) -> impl Strategy<Value = Date> {
    (0i64..12).prop_map(move |days| base.checked_add(jiff::Span::new().days(days)).unwrap())
}

fn exceptions(base: Date) -> impl Strategy<Value = Vec<Exception>> {
    let one = (
        day_near(base),
        0i64..3,
        proptest::option::of((minute(), minute())),
        prop_oneof![Just(Effect::Closed), Just(Effect::Hours), Just(Effect::Extra)],
    );
    proptest::collection::vec(one, 0..4).prop_map(|rows| {
        rows.into_iter()
            .map(|(first, days, hours, effect)| Exception {
                first,
                last: Some(first.checked_add(jiff::Span::new().days(days)).unwrap()),
                hours,
                effect,
                name: "unlike".to_owned(),
            })
            .collect()
    })
}

/// Days around which clocks of some of the zones change, a leap day, a skipped day, the turn of a year.
fn base() -> impl Strategy<Value = Date> {
    prop_oneof![
        Just(date(2011, 12, 25)),
        Just(date(2024, 2, 25)),
        Just(date(2025, 3, 26)),
        Just(date(2025, 10, 1)),
        Just(date(2025, 10, 22)),
        Just(date(2026, 3, 4)),
        Just(date(2026, 3, 27)),
        Just(date(2026, 12, 27)),
        Just(date(2037, 3, 25)),
        Just(date(2048, 10, 21)),
        (1991i16..2069, 1i8..13, 1i8..29).prop_map(|(year, month, day)| date(year, month, day)),
    ]
}

fn case() -> impl Strategy<Value = (&'static str, Date, Vec<WeekSpan>, Vec<Date>, Vec<Exception>)> {
    base().prop_flat_map(|base| {
        (
            proptest::sample::select(&ZONES[..]),
            Just(base),
            week(),
            proptest::collection::vec(day_near(base), 0..3),
            exceptions(base),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_are_those_of_a_clock_that_is_read_every_minute(
        (zone, base, week, holidays, exceptions) in case(),
        picks in proptest::collection::vec((0usize..17_000, 0usize..17_000), 24),
    ) {
        let definition = Definition {
            zone: Some(zone.to_owned()),
            week: week.clone(),
            holidays: holidays.iter().map(|day| Holiday::new("free", Rule::On { date: *day })).collect(),
            exceptions: exceptions.clone(),
            ..Definition::default()
        };
        let working = WorkingTime::compile(&definition).unwrap();
        let simulation = Simulation { zone: TimeZone::get(zone).unwrap(), week, holidays, exceptions };
        let begin = simulation.zone.to_timestamp(base.at(0, 0, 0, 0)).unwrap();
        let moment = |minute: usize| begin + SignedDuration::from_mins(i64::try_from(minute).unwrap());
        const MINUTES: usize = 12 * 24 * 60;
        let open: Vec<bool> = (0..MINUTES).map(|minute| simulation.is_open(moment(minute))).collect();
        let mut worked = vec![0i64; MINUTES + 1];
        for minute in 0..MINUTES {
            worked[minute + 1] = worked[minute] + i64::from(open[minute]) * 60;
        }
        // Every minute is open or closed as the clock says.
        for minute in (0..MINUTES).step_by(7) {
            prop_assert_eq!(working.is_open(moment(minute)), open[minute], "{} {}", zone, moment(minute).to_zoned(simulation.zone.clone()));
        }
        // The spans and the gaps together are the whole time, in order, and say the same.
        let mut at = begin;
        let mut spans = working.spans(begin, moment(MINUTES)).peekable();
        let mut gaps = working.gaps(begin, moment(MINUTES)).peekable();
        while at < moment(MINUTES) {
            let next = match (spans.peek(), gaps.peek()) {
                (Some(span), _) if span.from == at => { let to = span.to; spans.next(); to }
                (_, Some(gap)) if gap.from == at => { let to = gap.to; gaps.next(); to }
                other => { prop_assert!(false, "nothing begins at {} {:?}", at, other); at }
            };
            prop_assert!(next > at);
            at = next;
        }
        for (a, b) in picks {
            let (a, b) = (a % MINUTES, b % MINUTES);
            let (from, to) = (a.min(b), a.max(b));
            let between = worked[to] - worked[from];
            prop_assert_eq!(working.between(moment(from), moment(to)).unwrap(), between);
            prop_assert_eq!(working.between(moment(to), moment(from)).unwrap(), 0);
            if let Some(next) = (from..MINUTES).find(|minute| open[*minute]) {
                prop_assert_eq!(working.next_opening(moment(from)).unwrap(), moment(next));
            }
            if between > 0 {
                // The first moment by which so much was worked, and the last from which so much is.
                let first = (from..=MINUTES).find(|minute| worked[*minute] - worked[from] >= between).unwrap();
                prop_assert_eq!(working.add(moment(from), between).unwrap(), moment(first));
                let last = (0..=to).rev().find(|minute| worked[to] - worked[*minute] >= between).unwrap();
                prop_assert_eq!(working.subtract(moment(to), between).unwrap(), moment(last));
            }
        }
    }

    /// Far away and to the second: adding and measuring are each other's inverse.
    #[test]
    fn what_is_added_lies_between((zone, base, week, holidays, exceptions) in case(), seconds in 1i64..20_000_000, offset in 0i64..1_000_000) {
        let working = WorkingTime::compile(&Definition {
            zone: Some(zone.to_owned()),
            week,
            holidays: holidays.iter().map(|day| Holiday::new("free", Rule::On { date: *day })).collect(),
            exceptions,
            ..Definition::default()
        }).unwrap();
        let from = TimeZone::UTC.to_timestamp(base.at(0, 0, 0, 0)).unwrap() + SignedDuration::from_secs(offset);
        if let Ok(to) = working.add(from, seconds) {
            prop_assert_eq!(working.between(from, to).unwrap(), seconds);
            // The second before was too early.
            prop_assert_eq!(working.between(from, to - SignedDuration::from_secs(1)).unwrap(), seconds - 1);
            let back = working.subtract(to, seconds).unwrap();
            prop_assert_eq!(working.between(back, to).unwrap(), seconds);
            prop_assert!(back >= from);
        }
    }
}
