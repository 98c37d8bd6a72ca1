//! How long clocks take: `cargo run --release -p steward-clock --example speed`.
//!
//! What a database adds is not in it: `steward bench` measures creation with clocks, and
//! `steward report service-levels --compare` replays an imported history twelve times.

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value as Json, json};
use steward_calendar::{Day, Definition, HolidaySet, Minute, WeekSpan, WorkingTime};
use steward_clock::book::{Around, Book};
use steward_clock::definition::{Agreement, Target};
use steward_clock::fold::Entry;
use steward_clock::hours::Hours;
use steward_model::apply::apply;
use steward_model::event::{Act, Change, Door, Event};
use steward_model::id::RecordId;
use steward_model::kind::Registry;
use steward_model::moment::Moment;
use steward_model::record::{Dues, Record};

const CALENDAR: RecordId = RecordId(50);
const TEAM: RecordId = RecordId(30);
/// Monday, 2026-03-02 08:00 UTC.
const MONDAY: i64 = 1_772_438_400;
/// Clocks that follow a change of their calendar.
const RUNNING: usize = 100_000;

fn measure(what: &str, times: u32, mut work: impl FnMut(u32)) {
    work(0);
    let begin = Instant::now();
    for time in 0..times {
        work(time);
    }
    println!("{what}: {} ns", begin.elapsed().as_nanos() / u128::from(times));
}

fn calendar(closes: u16) -> Result<Arc<WorkingTime>, Box<dyn Error>> {
    let time = |hour: u16| Minute::new(hour, 0).ok_or("no time of day");
    let mut week = Vec::new();
    for day in &Day::ALL[..5] {
        week.push(WeekSpan { day: *day, from: time(8)?, to: time(closes)? });
    }
    let definition = Definition {
        zone: Some("Europe/Berlin".to_owned()),
        week,
        sets: vec![HolidaySet { country: "DE".to_owned(), region: Some("BY".to_owned()) }],
        ..Definition::default()
    };
    Ok(Arc::new(WorkingTime::compile(&definition)?))
}

fn record(id: i64, kind: &str, fields: Json) -> Record {
    Record {
        id: RecordId(id),
        kind: kind.to_owned(),
        number: format!("R{id}"),
        revision: 1,
        state: "active".to_owned(),
        organisation: RecordId(1),
        created_at: Moment(0),
        updated_at: Moment(0),
        created_by: RecordId(11),
        fields: fields.as_object().cloned().unwrap_or_default().into_iter().collect::<BTreeMap<_, _>>(),
        watchers: Vec::new(),
        dues: Dues::default(),
    }
}

fn book(registry: &Registry, hours: Arc<dyn Hours>) -> Result<Book, Box<dyn Error>> {
    let agreement = |id, fields| Agreement::of(&record(id, "agreement", fields)).ok_or("no agreement");
    let target = |id: i64, agreement: i64, metric: &str| {
        let fields = json!({
            "agreement": agreement, "for_kind": "incident", "name": format!("T{id}"), "metric": metric,
            "pauses": "requester", "value": 8 * 3600,
            "values": [{ "priority": "critical", "value": 3600 }, { "priority": "high", "value": 14_400 }],
            "steps": [{ "percent": 50, "action": "notify" }, { "minutes": -30, "action": "notify_team" }],
        });
        Target::of(&record(id, "service_level_target", fields), registry).map_err(|faults| format!("{faults:?}"))
    };
    let agreements = vec![
        agreement(1, json!({ "name": "Gold", "sort": "sla", "calendar": CALENDAR.0 }))?,
        agreement(2, json!({ "name": "Desk", "sort": "ola", "team": TEAM.0, "calendar": CALENDAR.0 }))?,
    ];
    let targets = vec![target(3, 1, "response")?, target(4, 1, "resolution")?, target(5, 2, "resolution")?];
    let mut around = Around::default();
    around.calendars.insert(CALENDAR, hours);
    Ok(Book::new(1, agreements, targets, around))
}

/// Opened, taken up, put on hold for the requester, resumed, raised: its clocks run.
fn journal() -> Vec<Event> {
    let at = |hours: i64| Moment((MONDAY + hours * 3600) * 1_000_000);
    let change = |field: &str, to: Json| Change { field: field.to_owned(), from: None, to: Some(to), why: None };
    let moved = |from: &str, to: &str| Act::Moved { transition: None, from: from.into(), to: to.into() };
    let fields = json!({ "title": "Slow", "priority": "moderate", "team": TEAM.0, "opened_at": at(0).0 });
    let created = Act::Created {
        kind: "incident".into(),
        number: "INC1".into(),
        organisation: RecordId(1),
        state: "new".into(),
        fields: fields.as_object().cloned().unwrap_or_default().into_iter().collect(),
        why: Vec::new(),
        links: Vec::new(),
    };
    let acts = [
        (0, created, Vec::new()),
        (1, moved("new", "in_progress"), Vec::new()),
        (2, moved("in_progress", "on_hold"), vec![change("on_hold_reason", json!("awaiting_requester"))]),
        (5, moved("on_hold", "in_progress"), Vec::new()),
        (6, Act::Updated, vec![change("priority", json!("high"))]),
    ];
    let event = |(place, (hours, act, changes)): (i64, (i64, Act, Vec<Change>))| Event {
        record: RecordId(100),
        seq: place,
        at: at(hours),
        actor: RecordId(11),
        door: Door::Api,
        cause: None,
        act,
        changes,
    };
    (1..).zip(acts).map(event).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let registry = Registry::load(&steward_practices::sources()).map_err(|faults| format!("{faults:?}"))?;
    let kind = registry.kind("incident").ok_or("no incidents")?;
    let hours = calendar(17)?;
    let begin = Moment(MONDAY * 1_000_000);
    measure("due moment, a year of working time on from any moment of ten years", 1_000_000, |time| {
        let from = begin.plus_seconds(i64::from(time.wrapping_mul(2_654_435_761) % 315_360_000));
        black_box(Hours::add(hours.as_ref(), black_box(from), 251 * 9 * 3600));
    });
    let (now, then) = (book(&registry, hours)?, book(&registry, calendar(16)?)?);
    let events = journal();
    let (last, before) = events.split_last().ok_or("an empty journal")?;
    let clocks = now.fold(kind, before)?;
    let mut after = None;
    for event in &events {
        after = Some(apply(after, event)?);
    }
    let after = after.ok_or("an empty journal")?;
    measure("three clocks taken one entry further, as with a write", 100_000, |_| {
        let mut clocks = clocks.clone();
        let past: [(&Event, Record); 0] = [];
        let _ = now.advance(kind, &mut clocks, &Entry::of(last, &after), Some(&past));
        black_box(clocks);
    });
    measure("three clocks folded from a journal of five entries", 20_000, |_| {
        drop(black_box(now.fold(kind, &events)));
    });
    let begun = Instant::now();
    let mut changed = 0_usize;
    for _ in 0..RUNNING / clocks.len().max(1) {
        let clocks = then.fold(kind, black_box(&events))?;
        changed += clocks.iter().filter(|clock| clock.due_at.is_some()).count();
    }
    println!("{changed} running clocks after a change of their calendar: {:.2} s", begun.elapsed().as_secs_f64());
    Ok(())
}
