//! The times of records that are written, and those of rules as time goes on.

use std::collections::HashMap;
use std::sync::Arc;

use steward_model::chain::Hash;
use steward_model::event::Act;
use steward_model::id::RecordId;
use steward_model::kind::{Interval, Kind, SpanSource};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_practices::intervals::expand;
use steward_practices::maintenance::MAINTENANCE;
use steward_store::change::{ChangeSet, RecordChange};
use steward_store::intervals::{IntervalRow, IntervalsChange};
use steward_store::jobs::JobClaim;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::jobs::Round;

/// The job that works out what rules say, some hours apart.
pub(crate) const ROUND: Round = Round { job: "intervals.expand", kind: MAINTENANCE, every: 6 * 3600 };
/// How far back and ahead rules are worked out, in days. People look a year ahead; both ends move with the job.
const DAYS_BACK: i64 = 100;
const DAYS_AHEAD: i64 = 400;
/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;
/// Records worked out between two looks at whether to stop.
const BATCH: usize = 250;
/// Raised when the same definitions give other rows.
const VERSION: u32 = 2;

impl App {
    /// Adds the times of all records in a change set that may have changed.
    pub(crate) async fn add_intervals(&self, set: &mut ChangeSet) -> Result<(), Error> {
        let mut found = Vec::new();
        for change in set.records.iter().filter(|change| is_touched(change)) {
            let times = self.times_of(&change.kind, &change.after).await?;
            // A new record without times has none to take away.
            if change.before.is_some() || !times.rows.is_empty() {
                found.push(times);
            }
        }
        set.intervals.extend(found);
        Ok(())
    }

    /// All times of a record, and what they are about.
    async fn times_of(&self, kind: &Kind, record: &Record) -> Result<IntervalsChange, Error> {
        let mut rows = Vec::new();
        let mut concerns = Vec::new();
        for interval in &kind.intervals {
            let spans = match &interval.span {
                SpanSource::Fields { .. } => interval.span_of(kind, record).into_iter().collect(),
                SpanSource::Rule(rule) if interval.holds(kind, record) => {
                    let working = match record.reference("calendar") {
                        // A calendar that is away is told where the schedule takes its turn.
                        Some(calendar) => self.compiled(calendar).await.ok(),
                        None => None,
                    };
                    let (from, until) = self.horizon();
                    expand(rule, record, working, from.timestamp(), until.timestamp())
                }
                SpanSource::Rule(_) => Vec::new(),
            };
            if !spans.is_empty() {
                concerns.extend(interval.concerned(kind, record));
            }
            let row = |span| IntervalRow { part: interval.key.clone(), time: interval.time.key().to_owned(), span };
            rows.extend(spans.into_iter().map(row));
        }
        concerns.sort_unstable();
        concerns.dedup();
        Ok(IntervalsChange { record: record.id, rows, concerns })
    }

    /// The stretch for which rules are worked out; the same the whole day, so that what did not change shows.
    pub(super) fn horizon(&self) -> (Moment, Moment) {
        let now = self.now();
        let today = Moment(now.0 - now.0.rem_euclid(DAY * 1_000_000));
        (today.plus_seconds(-DAYS_BACK * DAY), today.plus_seconds(DAYS_AHEAD * DAY))
    }

    /// Works out again what rules say; everything where definitions are others than those by which it was made. `false`
    /// when the process stops or another runner has taken over.
    pub(crate) async fn expand_intervals(&self, claim: Option<&JobClaim>) -> Result<bool, Error> {
        let made_by = self.definitions_of_intervals();
        let is_same = self.store().intervals_made_by().await?.is_some_and(|digest| digest == made_by);
        let kinds: Vec<Arc<Kind>> = self.registry().kinds().to_vec();
        let stopping = self.stopping();
        for kind in kinds {
            let is_rule = |interval: &Interval| matches!(interval.span, SpanSource::Rule(_));
            if kind.intervals.is_empty() || is_same && !kind.intervals.iter().any(is_rule) {
                continue;
            }
            let mut after = RecordId(0);
            loop {
                let loaded = self.store().kind_records_after(&kind.key, after, BATCH).await?;
                let Some(last) = loaded.last() else { break };
                after = last.record.id;
                self.put_times_right(&kind, loaded.into_iter().map(|loaded| loaded.record).collect()).await?;
                let is_ours = match claim {
                    Some(claim) => self.store().renew(claim).await?,
                    None => true,
                };
                if *stopping.borrow() || !is_ours {
                    return Ok(false);
                }
            }
        }
        if !is_same {
            self.store().set_intervals_made_by(&made_by).await?;
            tracing::info!("the times of all records were worked out by the definitions of their kinds");
        }
        Ok(true)
    }

    /// Works out again what the job does now and then.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn renew_intervals(&self) -> Result<(), Error> {
        self.expand_intervals(None).await.map(drop)
    }

    /// Writes the times of records whose stored ones differ.
    async fn put_times_right(&self, kind: &Kind, records: Vec<Record>) -> Result<(), Error> {
        let ids: Vec<RecordId> = records.iter().map(|record| record.id).collect();
        let mut stored: HashMap<RecordId, Vec<IntervalRow>> = HashMap::new();
        for (record, row) in self.store().intervals_of(&ids).await? {
            stored.entry(record).or_default().push(row);
        }
        let mut about: HashMap<RecordId, Vec<RecordId>> = HashMap::new();
        for (record, target) in self.store().interval_concerns(&ids).await? {
            about.entry(record).or_default().push(target);
        }
        let mut changes = Vec::new();
        for record in &records {
            let times = self.times_of(kind, record).await?;
            let rows = stored.remove(&record.id).unwrap_or_default();
            if rows != times.rows || about.remove(&record.id).unwrap_or_default() != times.concerns {
                changes.push((record.revision, times));
            }
        }
        if !changes.is_empty() {
            self.store().replace_intervals(changes).await?;
        }
        Ok(())
    }

    /// A digest of what the kinds say about times.
    fn definitions_of_intervals(&self) -> String {
        let said: Vec<String> = self
            .registry()
            .kinds()
            .iter()
            .filter(|kind| !kind.intervals.is_empty())
            .map(|kind| format!("{} {:?}", kind.key, kind.intervals))
            .collect();
        Hash::of(format!("{VERSION} {}", said.join("\n")).as_bytes()).to_string()
    }
}

/// Whether a change may change what times its record has.
fn is_touched(change: &RecordChange) -> bool {
    if change.kind.intervals.is_empty() {
        return false;
    }
    if change.before.is_none() {
        return true;
    }
    let moved = change.events.iter().any(|event| matches!(event.act, Act::Moved { .. }));
    let changed: Vec<&str> =
        change.events.iter().flat_map(|event| &event.changes).map(|change| change.field.as_str()).collect();
    change.kind.intervals.iter().any(|interval| interval.is_touched(&changed, moved))
}
