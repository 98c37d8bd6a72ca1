//! Feeding the index: all records once, then whatever the journal says changed.
//!
//! How far it came is kept in the index itself and moves with what it holds. The place in the journal is kept with the
//! hash of its entry: in another database, or in this one after an older state was restored, another entry stands there
//! or none, and the index is made anew.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use steward_model::chain::Hash;
use steward_model::event::{Act, Audience, Event};
use steward_model::id::{RecordId, Revision};
use steward_model::record::Record;
use steward_search::document::{Document, Remark};
use steward_search::index::SearchError;
use steward_store::journal::Position;

use super::{Index, Progress};
use crate::App;
use crate::boxed;
use crate::error::Error;

/// Before all records.
const FIRST: RecordId = RecordId(i64::MIN);
/// Records read at once.
const BATCH: usize = 250;
/// Entries of the journal read at once.
const ENTRIES: usize = 1_000;
/// Bytes of remarks on one record that are found; the latest are.
const REMARKS_MAX: usize = 256 * 1024;
/// Records between two commits while the index is made.
const COMMIT_EACH: usize = 50_000;
/// Between two commits while there is news: what is said is found soon, and a busy journal makes few commits.
const GATHER: Duration = Duration::from_millis(500);
/// As [`GATHER`], while the index is far behind: few commits make few small parts to merge.
const GATHER_BEHIND: Duration = Duration::from_secs(5);
/// Between two looks at the journal when nothing wakes the feeder.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// After a failure.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// What is kept with each commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Saved {
    /// The place in the journal up to which the index holds everything, or will once it is made.
    position: String,
    /// Hash of the entry there; `None` at the beginning of a journal.
    hash: Option<Hash>,
    /// The last record that is in, while the index is being made.
    made_up_to: Option<RecordId>,
}

impl App {
    /// Keeps the index up to date until the process is told to stop. Failures are logged and tried again.
    #[boxed]
    pub async fn feed_search(&self) {
        let Ok(index) = self.index() else { return };
        let mut stopping = self.stopping();
        loop {
            let mut feeder = Feeder { app: self, index, begun: Instant::now() };
            match feeder.run().await {
                Ok(()) => return,
                Err(error) => {
                    tracing::error!(%error, source = ?std::error::Error::source(&error), "the search index fell behind; it is tried again")
                }
            }
            if tokio::time::timeout(TRY_AGAIN, stopping.wait_for(|stop| *stop)).await.is_ok() {
                return;
            }
        }
    }
}

struct Feeder<'a> {
    app: &'a App,
    index: &'a Index,
    begun: Instant,
}

impl Feeder<'_> {
    async fn run(&mut self) -> Result<(), Error> {
        // What a failure before this left undone begins once more.
        let search = self.index.search.clone();
        blocking(move || search.roll_back()).await?;
        let (position, made_up_to) = match self.resume().await? {
            Some(saved) => saved,
            None => self.begin_anew().await?,
        };
        if let Some(last) = made_up_to
            && !self.make(position, last).await?
        {
            return Ok(());
        }
        self.follow(position).await
    }

    fn is_stopping(&self) -> bool {
        *self.app.stopping().borrow()
    }

    /// Where the index stands, when that is a place in this very journal.
    async fn resume(&self) -> Result<Option<(Position, Option<RecordId>)>, Error> {
        let Some(saved) = self.index.search.saved() else { return Ok(None) };
        let Ok(saved) = serde_json::from_str::<Saved>(&saved) else { return Ok(None) };
        let Ok(position) = saved.position.parse::<Position>() else { return Ok(None) };
        let known = self.app.store().hash_at(position).await?;
        // An index of an empty journal says nothing about which one that was, and holds nothing to keep.
        let is_ours = saved.hash.is_some() && known == saved.hash;
        Ok(is_ours.then_some((position, saved.made_up_to)))
    }

    async fn begin_anew(&self) -> Result<(Position, Option<RecordId>), Error> {
        // What changes while records are read comes after this place, and is read again.
        let position = self.app.store().journal_end().await?;
        let search = self.index.search.clone();
        blocking(move || search.clear()).await?;
        Ok((position, Some(FIRST)))
    }

    /// Takes in all records after one; whether it came to the end.
    async fn make(&self, position: Position, mut last: RecordId) -> Result<bool, Error> {
        let begun_before = if last == FIRST { 0 } else { self.index.search.documents() };
        let (mut taken, mut uncommitted) = (begun_before, 0);
        loop {
            let records = self.app.store().records_after(last, BATCH).await?;
            let ended = records.len() < BATCH;
            let records: Vec<Record> = records.into_iter().map(|loaded| loaded.record).collect();
            last = records.last().map_or(last, |record| record.id);
            uncommitted += records.len();
            taken += records.len() as u64;
            let documents = self.documents(records).await?;
            let search = self.index.search.clone();
            blocking(move || search.add(documents)).await?;
            if ended {
                self.commit(position, None).await?;
                let seconds = self.begun.elapsed().as_secs();
                tracing::info!(records = taken, seconds, "the search index is made");
                return Ok(true);
            }
            let stop = self.is_stopping();
            if uncommitted >= COMMIT_EACH || stop {
                self.commit(position, Some(last)).await?;
                uncommitted = 0;
                tracing::info!(records = taken, "the search index is being made");
            }
            if stop {
                return Ok(false);
            }
        }
    }

    /// Follows the journal until the process stops.
    async fn follow(&self, mut position: Position) -> Result<(), Error> {
        let (mut wake, mut stopping) = (self.app.journal_wake(), self.app.stopping());
        // An index that rested, or whose making took its time, is behind until it comes to where the journal ends now.
        let end = self.app.store().journal_end().await?;
        let mut is_complete = position >= end;
        self.index.progress.send_replace(Progress { complete: is_complete, position });
        let mut committed = (position, Instant::now().checked_sub(GATHER));
        loop {
            wake.borrow_and_update();
            let entries = self.app.store().read_journal(position, ENTRIES).await?;
            let more = entries.len() == ENTRIES;
            if let Some(last) = entries.last() {
                position = last.position;
                let ids: BTreeSet<RecordId> = entries.iter().map(|entry| entry.event.record).collect();
                for some in ids.into_iter().collect::<Vec<_>>().chunks(BATCH) {
                    let loaded = self.app.store().get_records(some).await?;
                    let documents = self.documents(loaded.into_iter().map(|loaded| loaded.record).collect()).await?;
                    let search = self.index.search.clone();
                    blocking(move || search.put(documents)).await?;
                }
            }
            let stop = self.is_stopping();
            let since = committed.1.map_or(GATHER, |at| at.elapsed());
            let gather = if more && !is_complete { GATHER_BEHIND } else { GATHER };
            if position != committed.0 && (since >= gather || stop) {
                self.commit(position, None).await?;
                committed = (position, Some(Instant::now()));
                is_complete |= position >= end;
                self.index.progress.send_replace(Progress { complete: is_complete, position });
            }
            if stop {
                return Ok(());
            }
            if more {
                continue;
            }
            if position == committed.0 {
                tokio::select! {
                    _ = tokio::time::timeout(LOOK_AGAIN, wake.changed()) => {}
                    _ = stopping.wait_for(|stop| *stop) => {}
                }
            } else {
                let rest = GATHER.saturating_sub(committed.1.map_or(GATHER, |at| at.elapsed()));
                let _ = tokio::time::timeout(rest, stopping.wait_for(|stop| *stop)).await;
            }
        }
    }

    async fn commit(&self, position: Position, made_up_to: Option<RecordId>) -> Result<(), Error> {
        let hash = self.app.store().hash_at(position).await?;
        let saved = Saved { position: position.to_string(), hash, made_up_to };
        let saved = serde_json::to_string(&saved).map_err(Error::internal)?;
        let search = self.index.search.clone();
        blocking(move || search.commit(&saved)).await
    }

    /// Documents of records, with what was said on them.
    async fn documents(&self, records: Vec<Record>) -> Result<Vec<Document>, Error> {
        // A first event is none that says something.
        let spoken: Vec<RecordId> =
            records.iter().filter(|record| record.revision > 1).map(|record| record.id).collect();
        let mut remarks = remarks(self.app.store().remarks_of(&spoken, REMARKS_MAX).await?);
        let (app, catalogue) = (self.app.clone(), self.index.search.catalogue().clone());
        let documents = tokio::task::spawn_blocking(move || {
            let document = |record: Record| {
                let said = remarks.remove(&record.id).unwrap_or_default();
                Some(Document::new(app.registry().kind(&record.kind)?, &record, said, &catalogue))
            };
            records.into_iter().filter_map(document).collect()
        });
        documents.await.map_err(Error::internal)
    }
}

async fn blocking(work: impl FnOnce() -> Result<(), SearchError> + Send + 'static) -> Result<(), Error> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?.map_err(Error::internal)
}

/// What was said, by record. Names of files that were taken off again are not.
fn remarks(events: Vec<Event>) -> HashMap<RecordId, Vec<Remark>> {
    let mut said: HashMap<RecordId, Vec<(Revision, Remark)>> = HashMap::new();
    for event in events {
        let (record, seq) = (event.record, event.seq);
        let remark = match event.act {
            Act::Commented { audience, body } => Remark { audience, text: body },
            Act::Worked { note, .. } if !note.is_empty() => Remark { audience: Audience::Internal, text: note },
            // What stands is what is found, not what it said before.
            Act::WorkCorrected { entry, to, .. } => {
                let said = said.entry(record).or_default();
                said.retain(|(seq, _)| *seq != entry);
                if !to.note.is_empty() {
                    said.push((entry, Remark { audience: Audience::Internal, text: to.note }));
                }
                continue;
            }
            Act::WorkWithdrawn { entry, .. } => {
                said.entry(record).or_default().retain(|(seq, _)| *seq != entry);
                continue;
            }
            Act::Attached(file) => Remark { audience: file.audience, text: file.name },
            Act::Detached { attachment } => {
                said.entry(record).or_default().retain(|(seq, _)| *seq != attachment);
                continue;
            }
            _ => continue,
        };
        said.entry(record).or_default().push((seq, remark));
    }
    said.into_iter().map(|(id, said)| (id, said.into_iter().map(|(_, remark)| remark).collect())).collect()
}
