//! Whether forecasts hold: the past is gone through as though it were the present, and each record is forecast from what
//! was known then.

use std::collections::BTreeMap;
use std::sync::Arc;

use steward_clock::forecast::{Experience, Seen};
use steward_clock::hours::AroundTheClock;
use steward_model::apply::apply;
use steward_model::event::Event;
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::{Category, Kind};
use steward_model::moment::Moment;
use steward_model::record::Record;

use super::{DONE, UNSENT, like, moment, opened};
use crate::App;
use crate::boxed;
use crate::error::Error;

/// Ages in seconds at which each record is forecast: when it is opened, two hours, a day and three days later.
pub const AGES: [i64; 4] = [0, 7_200, 86_400, 259_200];
/// Records gone through at most.
const MOST: usize = 1_000_000;
/// Records whose journals are read together.
const BATCH: usize = 1_000;
/// Entries read for one batch at most.
const ENTRIES: usize = 1_000_000;

/// How forecasts of one sort held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Done within the range.
    pub within: usize,
    /// Done before it.
    pub before: usize,
    /// Done after it.
    pub after: usize,
    /// Records of which too little was known to say anything.
    pub unknown: usize,
    /// Lengths of the ranges in seconds.
    lengths: Vec<i64>,
}

impl Held {
    /// Forecasts that were made.
    pub fn made(&self) -> usize {
        self.within + self.before + self.after
    }

    /// The share that held, in per cent; `None` when none was made.
    pub fn percent(&self) -> Option<f64> {
        (self.made() > 0).then(|| 100.0 * self.within as f64 / self.made() as f64)
    }

    /// The length of the range in the middle, in seconds.
    pub fn middle_length(&self) -> Option<i64> {
        let mut lengths = self.lengths.clone();
        lengths.sort_unstable();
        lengths.get(lengths.len() / 2).copied()
    }

    fn add(&mut self, other: &Self) {
        self.within += other.within;
        self.before += other.before;
        self.after += other.after;
        self.unknown += other.unknown;
        self.lengths.extend(&other.lengths);
    }
}

/// What going through the past found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backtest {
    /// Records that were done.
    pub records: usize,
    /// By age at the forecast and the priority that the record had then.
    pub held: BTreeMap<(i64, String), Held>,
}

impl Backtest {
    /// All priorities at one age.
    pub fn at_age(&self, age: i64) -> Held {
        self.sum(|(at, _)| *at == age)
    }

    /// All ages of one priority.
    pub fn of_priority(&self, priority: &str) -> Held {
        self.sum(|(_, one)| one == priority)
    }

    /// All of it.
    pub fn overall(&self) -> Held {
        self.sum(|_| true)
    }

    fn sum(&self, of: impl Fn(&(i64, String)) -> bool) -> Held {
        let mut sum = Held::default();
        self.held.iter().filter(|(key, _)| of(key)).for_each(|(_, held)| sum.add(held));
        sum
    }
}

/// A record of which is known when it was done, with what it was like at each age.
struct Case {
    opened: Moment,
    done: Moment,
    then: Vec<(i64, Record)>,
}

impl App {
    /// Forecasts every `every`th record of a kind that was done, at each of [`AGES`] that it reached, from what was known
    /// at that moment: records opened before it, those done later taken as open, and what the record itself was like then.
    /// Counts every hour, as histories of other systems come without calendars.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn backtest_forecasts(&self, kind: &Arc<Kind>, every: usize) -> Result<Backtest, Error> {
        let records = self.all_records(&kind.key, &Filter::Everything, MOST).await?;
        let mut found = Backtest::default();
        let mut chosen: Vec<(RecordId, Moment, Moment)> = Vec::new();
        let mut seen = Vec::with_capacity(records.len());
        for record in records.iter().filter(|record| record.state != UNSENT) {
            let one = seen_of(kind, record);
            if let Some(done) = one.left.filter(|_| one.is_done) {
                found.records += 1;
                if found.records % every.max(1) == 0 {
                    chosen.push((record.id, one.opened, done));
                }
            }
            seen.push(one);
        }
        drop(records);
        let experience = Arc::new(Experience::new(seen));
        for batch in chosen.chunks(BATCH) {
            let ids: Vec<RecordId> = batch.iter().map(|(id, ..)| *id).collect();
            let mut journals = self.store().journals_of(&ids, ENTRIES).await?;
            let cases: Vec<(Vec<Event>, Moment, Moment)> =
                batch.iter().filter_map(|(id, opened, done)| Some((journals.remove(id)?, *opened, *done))).collect();
            let experience = experience.clone();
            let judging = tokio::task::spawn_blocking(move || {
                let mut part = Backtest::default();
                for (events, opened, done) in cases {
                    judge(&mut part, &experience, &case(&events, opened, done));
                }
                part
            });
            for (key, held) in judging.await.map_err(Error::internal)?.held {
                found.held.entry(key).or_default().add(&held);
            }
        }
        Ok(found)
    }
}

/// A record as it came out in the end.
fn seen_of(kind: &Kind, record: &Record) -> Seen {
    let category = kind.lifecycle.category(&record.state);
    let ended = DONE.iter().find_map(|key| moment(record, key)).or_else(|| moment(record, "closed_at"));
    Seen {
        opened: opened(record),
        left: (!category.is_open()).then(|| ended.unwrap_or(record.updated_at)),
        is_done: category == Category::Done,
        like: like(record),
    }
}

/// What the record was like at each age that it reached; before its first entry, as that says.
fn case(events: &[Event], opened: Moment, done: Moment) -> Case {
    let mut then = Vec::new();
    let mut record: Option<Record> = None;
    let mut rest = events.iter().peekable();
    for age in AGES.into_iter().filter(|age| opened.plus_seconds(*age) < done || *age == 0) {
        let at = opened.plus_seconds(age);
        while let Some(event) = rest.next_if(|event| record.is_none() || event.at <= at) {
            let Ok(next) = apply(record.take(), event) else { break };
            record = Some(next);
        }
        then.extend(record.clone().map(|record| (age, record)));
    }
    Case { opened, done, then }
}

fn judge(found: &mut Backtest, experience: &Experience, case: &Case) {
    for (age, record) in &case.then {
        let now = case.opened.plus_seconds(*age);
        let held = found.held.entry((*age, record.text("priority").to_owned())).or_default();
        let Some(forecast) = experience.forecast(&like(record), case.opened, now, &AroundTheClock) else {
            held.unknown += 1;
            continue;
        };
        held.lengths.push(forecast.until.seconds_since(forecast.from));
        if case.done < forecast.from {
            held.before += 1;
        } else if case.done > forecast.until {
            held.after += 1;
        } else {
            held.within += 1;
        }
    }
}
