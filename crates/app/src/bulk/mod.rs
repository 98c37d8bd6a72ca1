//! Bulk edits: one change to many records. First a preview, then a job that takes the records one by one through the
//! same use case as a single change, with the rights that whoever asked has at that moment; then, for a day, an undo.

mod plan;
mod run;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use steward_model::access::{Actor, TokenLimits};
use steward_model::command::{Command, Input, NewComment, Transition};
use steward_model::event::{Audience, Door};
use steward_model::id::{RecordId, Revision};
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Fields;
use steward_model::value::parse_value;
use steward_store::bulk_edits::{NewBulkEdit, NewRow, StoredBulkEdit};
use steward_store::jobs::NewJob;

pub use plan::{Plan, PlannedRow, Selection, may_set};
pub use steward_store::bulk_edits::{Outcome, Progress, RowCount, StoredRow};

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::records::Request;
use crate::view::Labels;

/// Records of one bulk edit at most.
pub const RECORDS_MAX: usize = 10_000;
/// How long it can be undone, in seconds: a day.
pub const UNDO_WITHIN: i64 = 24 * 3600;
/// Bulk edits of one person that wait or run at most.
const UNFINISHED_MAX: usize = 5;
/// How long a preview is kept that nobody started, in seconds.
const PREVIEW_KEPT: i64 = 24 * 3600;
/// Attempts of the job before it is set aside. Each goes on where the one before ended.
const ATTEMPTS: u32 = 8;
/// Reasons told of one bulk edit at most; what is rarer is counted only.
const REASONS_MAX: usize = 50;
/// The job that runs a bulk edit.
pub(crate) const JOB: &str = "bulk_edit";

/// What a bulk edit does to each of its records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum BulkAction {
    /// Sets fields.
    Update {
        /// Values in API form.
        fields: Input,
    },
    /// Moves along the lifecycle.
    Transition {
        /// Key of the transition.
        transition: String,
        /// Values set with it, in API form.
        #[serde(default)]
        fields: Input,
        /// Words that go with it.
        #[serde(default)]
        comment: Option<BulkComment>,
    },
    /// Says something.
    Comment(BulkComment),
    /// Has whoever asks watch, or no longer.
    Watch {
        /// Ends it instead.
        #[serde(default)]
        end: bool,
    },
    /// Sets back what another bulk edit changed.
    Undo {
        /// The other one.
        of: i64,
    },
}

/// Words on each record of a bulk edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkComment {
    /// For whom.
    #[serde(default = "public")]
    pub audience: Audience,
    /// Markdown.
    pub body: String,
}

fn public() -> Audience {
    Audience::Public
}

impl BulkAction {
    /// The word that names it, as on the wire.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Update { .. } => "update",
            Self::Transition { .. } => "transition",
            Self::Comment(_) => "comment",
            Self::Watch { .. } => "watch",
            Self::Undo { .. } => "undo",
        }
    }

    /// Whether it leaves something that can be set back; what was said stays said.
    pub fn is_undoable(&self) -> bool {
        !matches!(self, Self::Comment(_))
    }

    /// The request to one record.
    fn request(&self, reverts: Option<Revision>) -> Request {
        let comment = |words: &BulkComment| NewComment { audience: words.audience, body: words.body.clone() };
        match self {
            Self::Update { fields } => Request::Update { fields: fields.clone(), organisation: None, base: None },
            Self::Transition { transition, fields, comment: words } => {
                Request::Command(Command::Transition(Transition {
                    key: transition.clone(),
                    fields: fields.clone(),
                    comment: words.as_ref().map(comment),
                    base: None,
                }))
            }
            Self::Comment(words) => Request::Command(Command::Comment(comment(words))),
            Self::Watch { end } => Request::Watch { person: None, end: *end },
            Self::Undo { .. } => Request::Revert { seq: reverts.unwrap_or_default() },
        }
    }
}

/// A bulk edit, as whoever may see it sees it.
#[derive(Debug, Clone)]
pub struct BulkEdit {
    /// Its number.
    pub id: i64,
    /// The kind of its records.
    pub kind: Arc<Kind>,
    /// Who asked.
    pub person: RecordId,
    /// What it does.
    pub action: BulkAction,
    /// How far it is.
    pub progress: Progress,
    /// How many records it has.
    pub total: usize,
    /// Records asked for that were not there for whoever asked.
    pub missing: usize,
    /// The bulk edit that it undoes.
    pub undo_of: Option<i64>,
    /// The bulk edit that undoes it.
    pub undone_by: Option<i64>,
    /// When it was asked for.
    pub created_at: Moment,
    /// When it ended.
    pub finished_at: Option<Moment>,
    /// Its rows by what became of them and why, most first.
    pub counts: Vec<RowCount>,
    /// Until when whoever looks may undo it; `None` when they may not.
    pub undo_until: Option<Moment>,
}

impl BulkEdit {
    /// How many rows have this outcome; in a preview, are expected to.
    pub fn count(&self, outcome: Outcome) -> usize {
        let preview = self.progress == Progress::Preview;
        let of = |count: &&RowCount| (if preview { Some(count.expected) } else { count.outcome }) == Some(outcome);
        self.counts.iter().filter(of).map(|count| count.count).sum()
    }

    /// How many rows have an outcome.
    pub fn done(&self) -> usize {
        self.counts.iter().filter(|count| count.outcome.is_some()).map(|count| count.count).sum()
    }
}

/// Rows of a bulk edit.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The rows, in order.
    pub rows: Vec<StoredRow>,
    /// Names of their records, as far as whoever looks may see them.
    pub labels: Labels,
    /// Whether there are more.
    pub more: bool,
}

impl App {
    /// Keeps what was planned: as a preview, or to be run at once. Answers its number.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the actor has too many under way; [`Error::Denied`] for a token that may only read.
    #[boxed]
    pub async fn keep_bulk_edit(&self, actor: &Actor, plan: &Plan, door: Door, start: bool) -> Result<i64, Error> {
        writes(actor)?;
        if start {
            self.check_room(actor).await?;
        } else {
            // One's preview takes the place of the one before.
            self.store().forget_previews_of(actor.person).await?;
        }
        self.add_bulk_edit(actor, plan, door, start).await?.ok_or(Error::NotFound)
    }

    async fn add_bulk_edit(&self, actor: &Actor, plan: &Plan, door: Door, start: bool) -> Result<Option<i64>, Error> {
        let rows = plan.rows.iter().map(|row| NewRow {
            record: row.record,
            reverts: row.reverts,
            expected: row.expected,
            reason: row.reason.clone(),
        });
        let new = NewBulkEdit {
            kind: plan.kind.key.clone(),
            person: actor.person,
            limits: actor.limits.as_ref().map(serde_json::to_value).transpose().map_err(Error::internal)?,
            door: door.key().to_owned(),
            action: serde_json::to_value(&plan.action).map_err(Error::internal)?,
            missing: plan.missing,
            undo_of: match &plan.action {
                BulkAction::Undo { of } => Some(*of),
                _ => None,
            },
            created_at: self.now(),
            rows: rows.collect(),
        };
        let id = self.store().add_bulk_edit(new, start.then(|| self.bulk_job())).await?;
        if start {
            self.0.jobs.notify_waiters();
        }
        Ok(id)
    }

    /// Runs what was previewed.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for others than who asked; [`Error::TooMany`] when too many are under way.
    #[boxed]
    pub async fn start_bulk_edit(&self, actor: &Actor, id: i64) -> Result<(), Error> {
        let stored = self.stored_bulk_edit(actor, id).await?;
        writes(actor)?;
        // What a preview said was said to who asked, by their rights.
        if stored.person != actor.person {
            return Err(Error::Denied("start what somebody else prepared"));
        }
        self.check_room(actor).await?;
        // Started by another tab in the meantime: it runs, which is what was asked.
        self.store().start_bulk_edit(id, self.bulk_job()).await?;
        self.0.jobs.notify_waiters();
        Ok(())
    }

    /// A bulk edit, for who asked and for administrators.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for everybody else.
    #[boxed]
    pub async fn bulk_edit(&self, actor: &Actor, id: i64) -> Result<BulkEdit, Error> {
        let stored = self.stored_bulk_edit(actor, id).await?;
        let counts = self.store().count_bulk_rows(id, REASONS_MAX).await?;
        let undone_by = self.store().find_undo_of(id).await?;
        self.shown(stored, counts, undone_by)
    }

    /// The values that a bulk edit sets, in stored form by field, with the names of the records in them; values that cannot
    /// be read are left out.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn bulk_edit_values(&self, actor: &Actor, edit: &BulkEdit) -> Result<(Fields, Labels), Error> {
        let (BulkAction::Update { fields } | BulkAction::Transition { fields, .. }) = &edit.action else {
            return Ok((Fields::new(), Labels::new()));
        };
        let found = self.look_up_input(actor, &edit.kind, fields, None).await?;
        let mut values = Fields::new();
        let mut named = std::collections::BTreeSet::new();
        for (key, value) in fields {
            let Some(field) = edit.kind.field(key) else { continue };
            if let Ok(Some(stored)) = parse_value(field, value, &found) {
                crate::view::collect_references(field, &stored, &mut named);
                values.insert(key.clone(), stored);
            }
        }
        let labels = self.names(actor, named).await?;
        Ok((values, labels))
    }

    /// Rows of a bulk edit after a place, of one outcome when it is named.
    ///
    /// # Errors
    /// As [`Self::bulk_edit`].
    #[boxed]
    pub async fn bulk_edit_rows(
        &self,
        actor: &Actor,
        id: i64,
        only: Option<Outcome>,
        after: i64,
        limit: usize,
    ) -> Result<Rows, Error> {
        self.stored_bulk_edit(actor, id).await?;
        let mut rows = self.store().bulk_rows(id, only, after, limit + 1).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let ids = rows.iter().map(|row| row.record).collect();
        // Not through a field of a record that the reader sees: each counts for itself.
        let labels = self.labels(actor, ids, &std::collections::BTreeSet::new()).await?;
        Ok(Rows { rows, labels, more })
    }

    /// The bulk edits that somebody started, newest first.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn bulk_edits(&self, actor: &Actor, limit: usize) -> Result<Vec<BulkEdit>, Error> {
        let stored = self.store().bulk_edits_of(actor.person, limit).await?;
        let seen = stored.into_iter().filter(|stored| self.registry().kind(&stored.kind).is_some());
        seen.map(|stored| self.shown(stored, Vec::new(), None)).collect()
    }

    /// Sets back what a bulk edit changed where nobody changed it since, as a bulk edit of its own; answers its number.
    /// Asked again it answers the same.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see it; [`Error::Illegal`] when it cannot be undone, or not any more.
    #[boxed]
    pub async fn undo_bulk_edit(&self, actor: &Actor, id: i64, door: Door) -> Result<i64, Error> {
        let edit = self.bulk_edit(actor, id).await?;
        writes(actor)?;
        if let Some(earlier) = edit.undone_by {
            return Ok(earlier);
        }
        if edit.undo_until.is_none() {
            let message = match edit.progress {
                Progress::Preview => "nothing was changed yet, so there is nothing to undo",
                Progress::Waiting | Progress::Running => "it is still at work; undo it when it has ended",
                _ if !edit.action.is_undoable() => "what was said cannot be taken back",
                _ => "it can be undone for 24 hours, and for as long as it changed something",
            };
            return Err(Error::Illegal { message: message.to_owned(), allowed: Vec::new() });
        }
        self.check_room(actor).await?;
        let plan = self.plan_undo(actor, &edit).await?;
        match self.add_bulk_edit(actor, &plan, door, true).await? {
            Some(id) => Ok(id),
            // Somebody else was as quick.
            None => self.store().find_undo_of(id).await?.ok_or(Error::Unavailable),
        }
    }

    async fn stored_bulk_edit(&self, actor: &Actor, id: i64) -> Result<StoredBulkEdit, Error> {
        let stored = self.store().find_bulk_edit(id).await?.ok_or(Error::NotFound)?;
        let own = stored.person == actor.person || actor.has_role_everywhere("administrator");
        let admitted = actor.limits.as_ref().is_none_or(|limits| {
            // A token that sees some teams' records only was not told of the others.
            (limits.kinds.is_empty() || limits.kinds.contains(&stored.kind))
                && (limits.teams.is_empty() || stored.limits.as_ref() == serde_json::to_value(limits).ok().as_ref())
        });
        if own && admitted { Ok(stored) } else { Err(Error::NotFound) }
    }

    fn shown(&self, stored: StoredBulkEdit, counts: Vec<RowCount>, undone_by: Option<i64>) -> Result<BulkEdit, Error> {
        let action: BulkAction = serde_json::from_value(stored.action).map_err(Error::internal)?;
        let ended = matches!(stored.progress, Progress::Finished | Progress::Failed);
        let changed = counts.iter().any(|count| count.outcome == Some(Outcome::Changed));
        let until = stored.finished_at.map(|at| at.plus_seconds(UNDO_WITHIN)).filter(|until| *until > self.now());
        let undoable = ended && changed && action.is_undoable() && undone_by.is_none();
        Ok(BulkEdit {
            id: stored.id,
            kind: self.kind(&stored.kind)?.clone(),
            person: stored.person,
            action,
            progress: stored.progress,
            total: stored.total,
            missing: stored.missing,
            undo_of: stored.undo_of,
            undone_by,
            created_at: stored.created_at,
            finished_at: stored.finished_at,
            counts,
            undo_until: until.filter(|_| undoable),
        })
    }

    async fn check_room(&self, actor: &Actor) -> Result<(), Error> {
        match self.store().unfinished_bulk_edits(actor.person).await? {
            unfinished if unfinished >= UNFINISHED_MAX => Err(Error::TooMany { retry_after: 30 }),
            _ => Ok(()),
        }
    }

    /// Forgets previews that nobody started.
    pub(crate) async fn forget_previews(&self) -> Result<(), Error> {
        Ok(self.store().forget_previews(self.now().plus_seconds(-PREVIEW_KEPT)).await?)
    }

    fn bulk_job(&self) -> NewJob {
        let now = self.now();
        NewJob {
            kind: JOB.to_owned(),
            unique_key: None,
            payload: serde_json::Value::Null,
            run_at: now,
            max_attempts: ATTEMPTS,
            created_at: now,
        }
    }
}

/// Refuses a token that may only read.
fn writes(actor: &Actor) -> Result<(), Error> {
    match &actor.limits {
        Some(TokenLimits { read_only: true, .. }) => Err(Error::Denied("change anything with this token")),
        _ => Ok(()),
    }
}
