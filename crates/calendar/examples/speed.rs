//! How long questions to a calendar take: `cargo run --release -p steward-calendar --example speed`.

use std::hint::black_box;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use steward_calendar::{Day, Definition, HolidaySet, Minute, WeekSpan, WorkingTime};

const TIMES: u32 = 1_000_000;

fn measure(what: &str, times: u32, mut work: impl FnMut(u32)) {
    work(0);
    let begin = Instant::now();
    for time in 0..times {
        work(time);
    }
    println!("{what}: {} ns", begin.elapsed().as_nanos() / u128::from(times));
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let time = |hour: u16| Minute::new(hour, 0).ok_or("no time of day");
    let mut week = Vec::new();
    for day in &Day::ALL[..5] {
        week.push(WeekSpan { day: *day, from: time(8)?, to: time(12)? });
        week.push(WeekSpan { day: *day, from: time(13)?, to: time(17)? });
    }
    let definition = Definition {
        zone: Some("Europe/Berlin".to_owned()),
        week,
        sets: vec![HolidaySet { country: "DE".to_owned(), region: Some("BY".to_owned()) }],
        ..Definition::default()
    };
    measure("compile 81 years with holidays", 50, |_| {
        drop(black_box(WorkingTime::compile(&definition)));
    });
    let working = WorkingTime::compile(&definition)?;
    let begin: Timestamp = "2026-01-01T00:00:00Z".parse()?;
    // Moments over ten years, in no order.
    let at = |time: u32| begin + SignedDuration::from_secs(i64::from(time.wrapping_mul(2_654_435_761) % 315_360_000));
    measure("add a year of working time", TIMES, |time| {
        drop(black_box(working.add(black_box(at(time)), 251 * 8 * 3600)));
    });
    measure("working time between two moments a year apart", TIMES, |time| {
        let from = at(time);
        drop(black_box(working.between(from, from + SignedDuration::from_hours(365 * 24))));
    });
    measure("next opening", TIMES, |time| {
        drop(black_box(working.next_opening(black_box(at(time)))));
    });
    Ok(())
}
