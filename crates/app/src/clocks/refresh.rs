//! Running clocks recomputed after promises changed, in batches and in the background.

use serde_json::json;
use steward_model::event::Event;
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_store::change::ChangeSet;
use steward_store::clocks::DuesChange;
use steward_store::error::CommitError;
use steward_store::jobs::{JobClaim, NewJob};

use super::follow::{Kept, settle_rows};
use crate::App;
use crate::error::Error;
use crate::jobs::Run;

/// The job.
pub(crate) const JOB: &str = "clocks.refresh";
/// Records recomputed in one commit: short enough to let other writes in between.
const BATCH: usize = 250;
/// Failures after which it is set aside.
const ATTEMPTS: u32 = 1_000;
/// Entries read for one batch at most, a million for a record.
const MOST: usize = 1_000_000;

/// The job, to be run at once.
pub(crate) fn job(now: Moment) -> NewJob {
    NewJob {
        kind: JOB.to_owned(),
        // Not unique: a change that comes while an earlier one is worked off must be worked off after it.
        unique_key: None,
        payload: json!({}),
        run_at: now,
        max_attempts: ATTEMPTS,
        created_at: now,
    }
}

impl App {
    pub(crate) async fn run_clock_refresh(&self, claim: &JobClaim) -> Result<Run, Error> {
        self.0.books.forget();
        let stopping = self.stopping();
        let book = self.book().await?;
        let mut changed = 0;
        // First records of which a clock goes by another book, then open ones that may have got a promise.
        let mut after = RecordId(0);
        loop {
            let ids = self.store().clocks_of_other_books(book.id, after, BATCH).await?;
            let Some(last) = ids.last().copied() else { break };
            changed += self.refresh_clocks(&ids).await?;
            after = last;
            if *stopping.borrow() || !self.store().renew(claim).await? {
                return Ok(Run::Interrupted);
            }
        }
        // Every open record was looked at by this book already when several changes came one after the other.
        let kinds = if self.0.books.was_applied(book.id) { Vec::new() } else { book.kinds() };
        for kind in kinds {
            let mut after = RecordId(0);
            loop {
                let ids = self.store().open_records(kind, after, BATCH).await?;
                let Some(last) = ids.last().copied() else { break };
                changed += self.refresh_clocks(&ids).await?;
                after = last;
                if *stopping.borrow() || !self.store().renew(claim).await? {
                    return Ok(Run::Interrupted);
                }
            }
        }
        self.0.books.applied(book.id);
        tracing::info!(changed, book = book.id, "running service-level clocks follow the agreements as they are now");
        Ok(Run::Done)
    }

    /// Recomputes the clocks of some records from their journals; how many records changed. Those that somebody else
    /// writes meanwhile are tried again.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn refresh_clocks(&self, ids: &[RecordId]) -> Result<usize, Error> {
        let mut open: Vec<RecordId> = ids.to_vec();
        let mut changed = 0;
        for _ in 0..8 {
            let (set, records) = self.refreshed(&open).await?;
            if records == 0 {
                return Ok(changed);
            }
            match self.store().commit(set).await {
                Ok(_) => {
                    self.0.counts.forget_all();
                    return Ok(changed + records);
                }
                Err(CommitError::Stale { .. }) if open.len() > 1 => {
                    // One at a time, so that a record that is being written holds no other up.
                    for id in std::mem::take(&mut open) {
                        let (set, records) = self.refreshed(&[id]).await?;
                        match self.store().commit(set).await {
                            Ok(_) => changed += records,
                            Err(CommitError::Stale { .. }) => open.push(id),
                            Err(error) => return Err(error.into()),
                        }
                    }
                    if open.is_empty() {
                        return Ok(changed);
                    }
                }
                Err(CommitError::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        // They are being written all the time, and every write follows the book as it is.
        Ok(changed)
    }

    async fn refreshed(&self, ids: &[RecordId]) -> Result<(ChangeSet, usize), Error> {
        let book = self.book().await?;
        let loaded = self.store().get_records(ids).await?;
        let mut kept = self.kept_clocks(ids).await.map_err(Error::from)?;
        let mut set = ChangeSet::default();
        let mut records = 0;
        let journals = self.store().journals_of(ids, MOST).await?;
        for record in loaded.into_iter().map(|loaded| loaded.record) {
            let Some(kind) = self.registry().kind(&record.kind).cloned() else { continue };
            let old = kept.remove(&record.id).unwrap_or_default();
            let Some(events) = journals.get(&record.id).filter(|events| is_whole(events, &record)) else { continue };
            let frozen: Vec<Kept> =
                old.iter().filter(|kept| kept.clock.state.is_over() && kept.book != book.id).cloned().collect();
            let mut next = book.fold(&kind, events).map_err(Error::internal)?;
            next.retain(|clock| !frozen.iter().any(|kept| kept.clock.slot == clock.slot));
            let followed = settle_rows(&book, &kind, record.id, next, &frozen, &old, None)?;
            if followed.changes.is_empty() && followed.gone.is_empty() && followed.dues == record.dues {
                continue;
            }
            records += 1;
            set.clocks.extend(followed.changes);
            set.gone_clocks.extend(followed.gone);
            // Also when they are as before: it holds the revision that the clocks were computed for.
            set.dues.push(DuesChange { record: record.id, revision: record.revision, dues: followed.dues });
        }
        Ok((set, records))
    }
}

fn is_whole(events: &[Event], record: &Record) -> bool {
    events.last().is_some_and(|event| event.seq == record.revision)
}
