//! Clocks of what is written, in the commit that writes it.

use std::collections::HashMap;

use serde_json::{Value as Json, json};
use steward_clock::book::Book;
use steward_clock::clock::Clock;
use steward_clock::definition::Sort;
use steward_clock::fold::Entry;
use steward_clock::steps;
use steward_model::event::Event;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Dues;
use steward_store::change::{ChangeSet, RecordChange};
use steward_store::clocks::{ClockChange, ClockColumns, StoredClock};
use steward_store::error::{CommitError, StoreError};

use super::{SOURCES, refresh};
use crate::App;
use crate::error::Error;

/// Entries of one record's journal folded at most; far more than any record has.
const MOST: usize = 1_000_000;

/// A clock with what is kept beside it.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) clock: Clock,
    pub(crate) version: i64,
    pub(crate) book: i64,
    pub(crate) next_at: Option<Moment>,
    pub(crate) fired: Vec<String>,
}

/// The clocks of a record after some events.
pub(crate) struct Followed {
    pub(crate) changes: Vec<ClockChange>,
    /// Open clocks that nothing promises any more.
    pub(crate) gone: Vec<(RecordId, String)>,
    pub(crate) dues: Dues,
}

/// A step that is taken in this commit.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) record: RecordId,
    pub(crate) slot: String,
    pub(crate) keys: Vec<String>,
}

impl App {
    /// Adds the clocks of all records in a change set, and has running clocks recomputed where promises change.
    pub(crate) async fn add_clocks(&self, set: &mut ChangeSet, taken: Option<&Taken>) -> Result<(), CommitError> {
        if set.records.is_empty() {
            return Ok(());
        }
        if set.records.iter().any(|change| SOURCES.contains(&change.kind.key.as_str())) {
            set.jobs.push(refresh::job(self.now()));
        }
        let book = self.book().await.map_err(failed)?;
        let concerned: Vec<usize> =
            (0..set.records.len()).filter(|place| book.knows(&set.records[*place].kind.key)).collect();
        if concerned.is_empty() {
            return Ok(());
        }
        let known: Vec<RecordId> = concerned
            .iter()
            .map(|place| &set.records[*place])
            .filter(|change| change.before.is_some())
            .map(|change| change.after.id)
            .collect();
        let mut kept = self.kept_clocks(&known).await?;
        for place in concerned {
            let change = &set.records[place];
            let old = kept.remove(&change.after.id).unwrap_or_default();
            let fired = taken.filter(|taken| taken.record == change.after.id);
            let followed = self.clocks_after(&book, change, old, fired).await?;
            set.clocks.extend(followed.changes);
            set.gone_clocks.extend(followed.gone);
            set.records[place].after.dues = followed.dues;
        }
        Ok(())
    }

    pub(crate) async fn kept_clocks(&self, ids: &[RecordId]) -> Result<HashMap<RecordId, Vec<Kept>>, CommitError> {
        let mut kept: HashMap<RecordId, Vec<Kept>> = HashMap::new();
        if ids.is_empty() {
            return Ok(kept);
        }
        for stored in self.store().clocks_of(ids).await? {
            kept.entry(stored.record).or_default().push(read(&stored)?);
        }
        Ok(kept)
    }

    async fn clocks_after(
        &self,
        book: &Book,
        change: &RecordChange,
        old: Vec<Kept>,
        taken: Option<&Taken>,
    ) -> Result<Followed, CommitError> {
        let (kind, record) = (&change.kind, &change.after);
        let (mut frozen, live): (Vec<Kept>, Vec<Kept>) =
            old.iter().cloned().partition(|kept| kept.clock.state.is_over() && kept.book != book.id);
        let mut next = match (&change.before, change.events.as_slice()) {
            // A record that was just made: all its entries are at hand.
            (None, events) => Some(book.fold(kind, events).map_err(damaged)?),
            (Some(_), [event]) if live.iter().all(|kept| kept.book == book.id) => {
                let mut clocks: Vec<Clock> = live.iter().map(|kept| kept.clock.clone()).collect();
                let entry = Entry::of(event, record);
                book.advance(kind, &mut clocks, &entry, None).is_ok().then_some(clocks)
            }
            _ => None,
        };
        // An ended clock goes by its own book; one that counts again goes by the present one.
        let mut revived = Vec::new();
        for kept in &frozen {
            let Some(own) = self.book_of(kept.book).await.map_err(failed)? else { continue };
            if let [event] = change.events.as_slice() {
                let mut clocks = vec![kept.clock.clone()];
                let followed = own.advance(kind, &mut clocks, &Entry::of(event, record), None);
                let now = clocks.into_iter().find(|clock| clock.slot == kept.clock.slot);
                if followed.is_ok() && now.is_some_and(|clock| !clock.state.is_over()) {
                    revived.push(kept.clock.slot.clone());
                }
            }
        }
        if !revived.is_empty() {
            next = None;
        }
        let mut next = match next {
            Some(clocks) => clocks,
            None => {
                let mut events = self.events_before(change).await?;
                events.extend(change.events.iter().cloned());
                book.fold(kind, &events).map_err(damaged)?
            }
        };
        frozen.retain(|kept| !revived.contains(&kept.clock.slot));
        next.retain(|clock| !frozen.iter().any(|kept| kept.clock.slot == clock.slot));
        Ok(settle_rows(book, kind, record.id, next, &frozen, &old, taken)?)
    }

    async fn events_before(&self, change: &RecordChange) -> Result<Vec<Event>, CommitError> {
        let Some((revision, _)) = change.before else { return Ok(Vec::new()) };
        let entries = self.store().journal_of(change.after.id, 0, MOST).await?;
        Ok(entries.into_iter().map(|entry| entry.event).filter(|event| event.seq <= revision).collect())
    }
}

/// The rows that differ from what is stored, and what lists ask of all clocks together.
pub(crate) fn settle_rows(
    book: &Book,
    kind: &Kind,
    record: RecordId,
    next: Vec<Clock>,
    frozen: &[Kept],
    old: &[Kept],
    taken: Option<&Taken>,
) -> Result<Followed, StoreError> {
    let dues = dues_of(next.iter().chain(frozen.iter().map(|kept| &kept.clock)));
    let is_there =
        |slot: &str| next.iter().any(|clock| clock.slot == slot) || frozen.iter().any(|kept| kept.clock.slot == slot);
    let gone = old
        .iter()
        .filter(|kept| !kept.clock.state.is_over() && !is_there(&kept.clock.slot))
        .map(|kept| (record, kept.clock.slot.clone()))
        .collect();
    let mut changes = Vec::new();
    for clock in next {
        let before = old.iter().find(|kept| kept.clock.slot == clock.slot);
        let mut fired = before.map(|kept| kept.fired.clone()).unwrap_or_default();
        if let Some(taken) = taken.filter(|taken| taken.slot == clock.slot) {
            fired.extend(taken.keys.iter().map(|key| fired_key(clock.round, key)));
        }
        let next_at = next_step(book, &clock, &fired);
        if before.is_some_and(|kept| {
            kept.clock == clock && kept.book == book.id && kept.fired == fired && kept.next_at == next_at
        }) {
            continue;
        }
        let version = before.map(|kept| kept.version);
        changes.push(row(book.id, &kind.key, record, &clock, version, next_at, &fired)?);
    }
    Ok(Followed { changes, gone, dues })
}

/// The row of a clock.
pub(crate) fn row(
    book: i64,
    kind: &str,
    record: RecordId,
    clock: &Clock,
    before: Option<i64>,
    next_at: Option<Moment>,
    fired: &[String],
) -> Result<ClockChange, StoreError> {
    let data = serde_json::to_string(clock)
        .map_err(|error| StoreError::Damaged(format!("a clock of record {record} is no JSON: {error}")))?;
    Ok(ClockChange {
        before,
        clock: StoredClock {
            record,
            slot: clock.slot.clone(),
            version: before.unwrap_or_default() + 1,
            book,
            kind: kind.to_owned(),
            next_at,
            fired: json!(fired),
            data,
        },
        columns: ClockColumns {
            agreement: clock.agreement,
            target: clock.target,
            sort: clock.sort.key(),
            metric: clock.metric.key(),
            state: clock.state.key(),
            started_at: clock.started_at,
            ended_at: clock.ended_at,
            due_at: clock.due_at,
            breached_at: clock.breached_at,
            value: clock.value,
            elapsed: clock.elapsed,
        },
    })
}

/// Reads a stored clock.
pub(crate) fn read(stored: &StoredClock) -> Result<Kept, StoreError> {
    let damaged = |error| StoreError::Damaged(format!("a clock of record {}: {error}", stored.record));
    let texts = stored.fired.as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(Kept {
        clock: serde_json::from_str(&stored.data).map_err(damaged)?,
        version: stored.version,
        book: stored.book,
        next_at: stored.next_at,
        fired: texts.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
    })
}

/// What lists ask of some clocks. Rules of our own are no promises.
pub(crate) fn dues_of<'c>(clocks: impl Iterator<Item = &'c Clock>) -> Dues {
    let mut dues = Dues::default();
    let earliest = |one: Option<Moment>, other: Option<Moment>| match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    for clock in clocks.filter(|clock| clock.sort != Sort::Own) {
        dues.next_due = earliest(dues.next_due, clock.next_due());
        dues.breach_at = earliest(dues.breach_at, clock.breach_at());
    }
    dues
}

/// When the next step of a clock is to be taken.
pub(crate) fn next_step(book: &Book, clock: &Clock, fired: &[String]) -> Option<Moment> {
    let target = book.target(clock.target)?;
    let is_done = |key: &str| fired.contains(&fired_key(clock.round, key));
    steps::next(&target.steps, clock, book.hours(clock.calendar), is_done).map(|(_, at)| at)
}

/// A step of one round: what is taken once.
pub(crate) fn fired_key(round: u32, step: &str) -> String {
    format!("{round}/{step}")
}

fn failed(error: Error) -> CommitError {
    CommitError::Failed(StoreError::Damaged(format!("the book of service levels: {error}")))
}

fn damaged(error: steward_model::apply::FoldError) -> CommitError {
    CommitError::Failed(StoreError::Damaged(error.to_string()))
}
