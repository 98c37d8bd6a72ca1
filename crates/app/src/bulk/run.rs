//! Running a bulk edit: one record after the other, each once, with the rights of whoever asked as they are then.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use steward_model::access::{Actor, TokenLimits};
use steward_model::event::{Cause, Door};
use steward_model::id::Revision;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_store::bulk_edits::{Outcome, Progress, RowEffect, StoredBulkEdit, StoredRow};
use steward_store::jobs::JobClaim;

use super::BulkAction;
use super::plan::{kept, reason_of};
use crate::App;
use crate::error::Error;
use crate::jobs::Run;
use crate::records::{Changed, Origin};

/// Rows between two looks at rights, lease and the signal to stop.
const CHUNK: usize = 40;
/// Rows at once: enough for commits to share a sync, few enough that others are answered meanwhile.
const AT_ONCE: usize = 4;
/// Said of the rest when whoever asked may not act any more.
const GONE: &str = "Whoever asked for this may no longer sign in";
/// Said when the fault is ours.
const FAILED: &str = "Steward failed on this one; the reason is in the server's log";

/// What is still to be noted of a row: its place, what came of it, and why; nothing when that was written with its effect.
type Noted = Option<(i64, Outcome, String)>;

impl App {
    /// Runs a bulk edit from where it stands.
    pub(crate) async fn run_bulk_edit(&self, claim: &JobClaim) -> Result<Run, Error> {
        let id = claim.payload.as_i64().unwrap_or_default();
        let Some(stored) = self.store().find_bulk_edit(id).await? else { return Ok(Run::Done) };
        if matches!(stored.progress, Progress::Finished | Progress::Failed) {
            return Ok(Run::Done);
        }
        let kind = self.kind(&stored.kind)?.clone();
        let edit = Edit::of(&stored)?;
        self.store().set_bulk_edit_progress(id, Progress::Running, None).await?;
        let stopping = self.stopping();
        loop {
            let rows = self.store().pending_bulk_rows(id, CHUNK).await?;
            if rows.is_empty() {
                self.store().set_bulk_edit_progress(id, Progress::Finished, Some(self.now())).await?;
                return Ok(Run::Done);
            }
            if *stopping.borrow() {
                return Ok(Run::Interrupted);
            }
            if !self.store().renew(claim).await? {
                return Ok(Run::Lost);
            }
            self.run_rows(&kind, &edit, rows).await?;
        }
    }

    /// Says of a bulk edit whose job failed for good that it ended.
    pub(crate) async fn give_up_bulk_edit(&self, claim: &JobClaim) -> Result<(), Error> {
        let id = claim.payload.as_i64().unwrap_or_default();
        Ok(self.store().set_bulk_edit_progress(id, Progress::Failed, Some(self.now())).await?)
    }

    async fn run_rows(&self, kind: &Arc<Kind>, edit: &Edit, rows: Vec<StoredRow>) -> Result<(), Error> {
        // Anew for each chunk: a right that was lost meanwhile counts no more.
        let actor = match self.actor(edit.stored.person, edit.limits.clone()).await {
            Ok(actor) => actor,
            Err(Error::Unauthenticated) => {
                let rows = rows.iter().map(|row| (row.place, Outcome::Refused, GONE.to_owned())).collect();
                return Ok(self.store().note_bulk_rows(edit.stored.id, rows).await?);
            }
            Err(error) => return Err(error),
        };
        let run = |row: StoredRow| {
            let actor = &actor;
            async move { self.run_row(actor, kind, edit, &row).await }
        };
        let results: Vec<Result<Noted, Error>> = stream::iter(rows).map(run).buffer_unordered(AT_ONCE).collect().await;
        let mut noted = Vec::new();
        let mut failure = None;
        for result in results {
            match result {
                Ok(row) => noted.extend(row),
                Err(error) => failure = Some(error),
            }
        }
        // What is known is kept even when something else failed.
        self.store().note_bulk_rows(edit.stored.id, noted).await?;
        failure.map_or(Ok(()), Err)
    }

    /// Changes one record; answers what is still to be noted of it.
    async fn run_row(&self, actor: &Actor, kind: &Arc<Kind>, edit: &Edit, row: &StoredRow) -> Result<Noted, Error> {
        let request = edit.action.request(row.reverts);
        let reverted = match row.reverts {
            Some(seq) => self.reverted(row, seq).await?,
            None => None,
        };
        let left = |before: &Record| reverted.as_ref().map_or_else(String::new, |command| kept(kind, before, command));
        let effect = |before: &Record, after: &Record| RowEffect {
            bulk_edit: edit.stored.id,
            place: row.place,
            seq: after.revision,
            reason: left(before),
        };
        let name = row.record.to_string();
        let outcome = match self.change(actor, kind, &name, &request, &edit.origin, Some(&effect)).await {
            Ok(Changed::Made(_)) => return Ok(None),
            Ok(Changed::Nothing(record)) => (Outcome::Unchanged, left(&record)),
            Err(error) => match reason_of(&error, kind) {
                Some(reason) => (Outcome::Refused, reason),
                None if matches!(error, Error::Internal(_)) => {
                    tracing::error!(%error, record = row.record.0, bulk_edit = edit.stored.id, "a row failed");
                    (Outcome::Refused, FAILED.to_owned())
                }
                None => return Err(error),
            },
        };
        Ok(Some((row.place, outcome.0, outcome.1)))
    }

    /// The command that sets an entry back; `None` when the entry is not there.
    async fn reverted(&self, row: &StoredRow, seq: Revision) -> Result<Option<steward_model::command::Command>, Error> {
        let entry = self.store().journal_of(row.record, seq - 1, 1).await?.into_iter().next();
        Ok(entry.map(|entry| steward_model::command::Command::Revert(Box::new(entry.event))))
    }
}

/// A bulk edit at work.
struct Edit {
    stored: StoredBulkEdit,
    action: BulkAction,
    limits: Option<TokenLimits>,
    origin: Origin,
}

impl Edit {
    fn of(stored: &StoredBulkEdit) -> Result<Self, Error> {
        let action = serde_json::from_value(stored.action.clone()).map_err(Error::internal)?;
        let limits = stored.limits.clone().map(serde_json::from_value).transpose().map_err(Error::internal)?;
        let door: Door = serde_json::from_value(stored.door.clone().into()).map_err(Error::internal)?;
        let origin = Origin { cause: Some(Cause::BulkEdit(stored.id)), ..Origin::door(door) };
        Ok(Self { stored: stored.clone(), action, limits, origin })
    }
}
