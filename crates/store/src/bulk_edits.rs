//! Changes of many records at once: what was asked, on which records, and what became of each.

use serde_json::Value as Json;
use steward_model::id::{RecordId, Revision};
use steward_model::moment::Moment;

use crate::boxed;
use crate::bulk::Target;
use crate::connection::{Connection, Row};
use crate::error::{CommitError, StoreError};
use crate::jobs::{self, NewJob};
use crate::sql::Bind;
use crate::store::Store;

const ROW: Target = Target {
    table: "bulk_edit_row",
    columns: &["bulk_edit", "place", "record", "reverts", "expected", "reason"],
    jsonb: &[],
    json: &[],
    suffix: "",
};
const COLUMNS: &str = "id, kind, person, cast(limits as text), door, cast(action as text), state, total, missing, \
                       undo_of, created_at, finished_at";
const ROW_COLUMNS: &str = "place, record, reverts, expected, outcome, seq, reason";

/// A bulk edit to keep.
#[derive(Debug, Clone, PartialEq)]
pub struct NewBulkEdit {
    /// Key of the kind of its records.
    pub kind: String,
    /// Who asked.
    pub person: RecordId,
    /// What the token in use was limited to, as JSON.
    pub limits: Option<Json>,
    /// The way it came in, as in the journal.
    pub door: String,
    /// What is done to each record, as JSON.
    pub action: Json,
    /// Records asked for that are not there for whoever asked.
    pub missing: usize,
    /// The bulk edit that this one undoes.
    pub undo_of: Option<i64>,
    /// When it was asked for.
    pub created_at: Moment,
    /// Its records, in order.
    pub rows: Vec<NewRow>,
}

/// A record of a bulk edit to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRow {
    /// The record.
    pub record: RecordId,
    /// The entry of its journal that an undo sets back.
    pub reverts: Option<Revision>,
    /// What would come of it.
    pub expected: Outcome,
    /// Why it would be refused; else empty.
    pub reason: String,
}

/// What came of a record in a bulk edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It was changed.
    Changed,
    /// It was already so.
    Unchanged,
    /// It could not be changed.
    Refused,
}

impl Outcome {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Changed, Self::Unchanged, Self::Refused];

    /// The word in the database and on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }

    /// The outcome with this word.
    pub fn named(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.key() == key)
    }
}

/// How far a bulk edit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It only says what it would do.
    Preview,
    /// It waits for its turn.
    Waiting,
    /// It is at work.
    Running,
    /// Each of its records has its outcome.
    Finished,
    /// It failed too often; what is done is done, the rest was left.
    Failed,
}

impl Progress {
    /// The word in the database and on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
        }
    }

    fn named(key: &str) -> Option<Self> {
        [Self::Preview, Self::Waiting, Self::Running, Self::Finished, Self::Failed]
            .into_iter()
            .find(|progress| progress.key() == key)
    }
}

/// A bulk edit.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredBulkEdit {
    /// Its number.
    pub id: i64,
    /// Key of the kind of its records.
    pub kind: String,
    /// Who asked.
    pub person: RecordId,
    /// What the token in use was limited to, as JSON.
    pub limits: Option<Json>,
    /// The way it came in.
    pub door: String,
    /// What is done to each record, as JSON.
    pub action: Json,
    /// How far it is.
    pub progress: Progress,
    /// How many records it has.
    pub total: usize,
    /// Records asked for that were not there for whoever asked.
    pub missing: usize,
    /// The bulk edit that this one undoes.
    pub undo_of: Option<i64>,
    /// When it was asked for.
    pub created_at: Moment,
    /// When it ended.
    pub finished_at: Option<Moment>,
}

/// A record of a bulk edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    /// Its place, from 1.
    pub place: i64,
    /// The record.
    pub record: RecordId,
    /// The entry of its journal that an undo sets back.
    pub reverts: Option<Revision>,
    /// What the preview said.
    pub expected: Outcome,
    /// What came of it; `None` while it is not done.
    pub outcome: Option<Outcome>,
    /// The last entry of its journal that was made.
    pub seq: Option<Revision>,
    /// Why it was refused, or what was left as it is; else empty.
    pub reason: String,
}

/// The effect of a row, written in the transaction of the record's change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowEffect {
    /// The bulk edit.
    pub bulk_edit: i64,
    /// The row's place.
    pub place: i64,
    /// The last entry made.
    pub seq: Revision,
    /// What was left as it is; usually empty.
    pub reason: String,
}

/// Rows with the same outcome for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowCount {
    /// What the preview said.
    pub expected: Outcome,
    /// What came of them.
    pub outcome: Option<Outcome>,
    /// Why.
    pub reason: String,
    /// How many.
    pub count: usize,
}

impl Store {
    /// Keeps a bulk edit: as a preview, or to be run by `job`, whose payload is its number. `None` when the bulk edit to
    /// undo has its undo already.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn add_bulk_edit(&self, new: NewBulkEdit, job: Option<NewJob>) -> Result<Option<i64>, StoreError> {
        let new = std::sync::Arc::new((new, job));
        let written = self.write(move |connection| {
            let new = new.clone();
            Box::pin(async move {
                let (edit, job) = (&new.0, &new.1);
                let progress = if job.is_some() { Progress::Waiting } else { Progress::Preview };
                let json = if connection.dialect() == crate::sql::Dialect::Postgres { "::json" } else { "" };
                let sql = format!(
                    "insert into bulk_edit (kind, person, limits, door, action, state, total, missing, undo_of, created_at) \
                     values ($1, $2, $3{json}, $4, $5{json}, $6, $7, $8, $9, $10) on conflict do nothing returning id"
                );
                let binds = [
                    Bind::Text(edit.kind.clone()),
                    Bind::Integer(edit.person.0),
                    Bind::OptionalText(edit.limits.as_ref().map(Json::to_string)),
                    Bind::Text(edit.door.clone()),
                    Bind::Text(edit.action.to_string()),
                    Bind::Text(progress.key().to_owned()),
                    Bind::Integer(whole(edit.rows.len())),
                    Bind::Integer(whole(edit.missing)),
                    Bind::OptionalInteger(edit.undo_of),
                    Bind::Integer(edit.created_at.0),
                ];
                let Some(row) = connection.fetch_optional(&sql, &binds).await? else { return Ok(None) };
                let id = row.integer(0)?;
                let rows: Vec<Vec<Bind>> = (1..).zip(&edit.rows).map(|(place, row)| row_binds(id, place, row)).collect();
                ROW.insert(connection, &rows).await?;
                if let Some(job) = job {
                    jobs::enqueue_all(connection, &[for_edit(job, id)]).await?;
                }
                Ok(Some(id))
            })
        });
        Ok(written.await?)
    }

    /// Has a previewed bulk edit run by `job`; `false` when it is no preview any more.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn start_bulk_edit(&self, id: i64, job: NewJob) -> Result<bool, StoreError> {
        let written = self.write(move |connection| {
            let job = for_edit(&job, id);
            Box::pin(async move {
                let sql = "update bulk_edit set state = 'waiting', created_at = $2 where id = $1 and state = 'preview'";
                if connection.execute(sql, &[Bind::Integer(id), Bind::Integer(job.created_at.0)]).await? == 0 {
                    return Ok(false);
                }
                jobs::enqueue_all(connection, &[job]).await?;
                Ok(true)
            })
        });
        Ok(written.await?)
    }

    /// The bulk edit with this number.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn find_bulk_edit(&self, id: i64) -> Result<Option<StoredBulkEdit>, StoreError> {
        let sql = format!("select {COLUMNS} from bulk_edit where id = $1");
        self.read_few().await?.fetch_optional(&sql, &[Bind::Integer(id)]).await?.as_ref().map(stored).transpose()
    }

    /// The bulk edit that undoes this one.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn find_undo_of(&self, id: i64) -> Result<Option<i64>, StoreError> {
        let sql = "select id from bulk_edit where undo_of = $1";
        let row = self.read_few().await?.fetch_optional(sql, &[Bind::Integer(id)]).await?;
        Ok(row.map(|row| row.integer(0)).transpose()?)
    }

    /// The bulk edits of a person that were started, newest first.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn bulk_edits_of(&self, person: RecordId, limit: usize) -> Result<Vec<StoredBulkEdit>, StoreError> {
        let sql = format!(
            "select {COLUMNS} from bulk_edit where person = $1 and state <> 'preview' order by id desc limit $2"
        );
        let binds = [Bind::Integer(person.0), Bind::Integer(whole(limit))];
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(stored).collect()
    }

    /// How many bulk edits of a person wait or run.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn unfinished_bulk_edits(&self, person: RecordId) -> Result<usize, StoreError> {
        let sql = "select count(*) from bulk_edit where person = $1 and state in ('waiting', 'running')";
        let count = self.read().await?.fetch_integer(sql, &[Bind::Integer(person.0)]).await?;
        Ok(usize::try_from(count.unwrap_or_default()).unwrap_or_default())
    }

    /// Sets how far a bulk edit is.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn set_bulk_edit_progress(
        &self,
        id: i64,
        progress: Progress,
        finished_at: Option<Moment>,
    ) -> Result<(), StoreError> {
        let sql = "update bulk_edit set state = $2, finished_at = $3 where id = $1";
        let finished = Bind::OptionalInteger(finished_at.map(|at| at.0));
        self.run(sql, vec![Bind::Integer(id), Bind::Text(progress.key().to_owned()), finished]).await
    }

    /// Rows counted by what was expected, what came of them and why; most first, up to `limit` groups.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn count_bulk_rows(&self, id: i64, limit: usize) -> Result<Vec<RowCount>, StoreError> {
        let sql = "select expected, outcome, reason, count(*) as many from bulk_edit_row where bulk_edit = $1 \
                   group by expected, outcome, reason order by many desc, reason limit $2";
        let rows = self.read().await?.fetch_all(sql, &[Bind::Integer(id), Bind::Integer(whole(limit))]).await?;
        let counted = |row: &Row| {
            Ok(RowCount {
                expected: outcome(row.str(0)?)?,
                outcome: row.optional_text(1)?.as_deref().map(outcome).transpose()?,
                reason: row.text(2)?,
                count: usize::try_from(row.integer(3)?).unwrap_or_default(),
            })
        };
        rows.iter().map(counted).collect()
    }

    /// Rows after a place, in order; of one outcome (in a preview: expectation) when it is named.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn bulk_rows(
        &self,
        id: i64,
        only: Option<Outcome>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<StoredRow>, StoreError> {
        let sql = format!(
            "select {ROW_COLUMNS} from bulk_edit_row where bulk_edit = $1 and place > $2 \
             and ($3 = '' or coalesce(outcome, expected) = $3) order by place limit $4"
        );
        let only = only.map_or("", Outcome::key).to_owned();
        let binds = [Bind::Integer(id), Bind::Integer(after), Bind::Text(only), Bind::Integer(whole(limit))];
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(stored_row).collect()
    }

    /// The next rows without an outcome, in order.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn pending_bulk_rows(&self, id: i64, limit: usize) -> Result<Vec<StoredRow>, StoreError> {
        let sql = format!(
            "select {ROW_COLUMNS} from bulk_edit_row where bulk_edit = $1 and outcome is null order by place limit $2"
        );
        let binds = [Bind::Integer(id), Bind::Integer(whole(limit))];
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(stored_row).collect()
    }

    /// Notes rows that had no effect: place, outcome, reason. A row that has its outcome keeps it.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn note_bulk_rows(&self, id: i64, rows: Vec<(i64, Outcome, String)>) -> Result<(), StoreError> {
        let written = self.write(move |connection| {
            let rows = rows.clone();
            Box::pin(async move {
                for (place, outcome, reason) in rows {
                    let sql = "update bulk_edit_row set outcome = $3, reason = $4 \
                               where bulk_edit = $1 and place = $2 and outcome is null";
                    let outcome = Bind::Text(outcome.key().to_owned());
                    connection
                        .execute(sql, &[Bind::Integer(id), Bind::Integer(place), outcome, Bind::Text(reason)])
                        .await?;
                }
                Ok(())
            })
        });
        Ok(written.await?)
    }

    /// Forgets previews that were made before a moment and never started.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn forget_previews(&self, before: Moment) -> Result<(), StoreError> {
        self.forget_some_previews("created_at < $1", vec![Bind::Integer(before.0)]).await
    }

    /// Forgets the previews of a person that were never started.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn forget_previews_of(&self, person: RecordId) -> Result<(), StoreError> {
        self.forget_some_previews("person = $1", vec![Bind::Integer(person.0)]).await
    }

    async fn forget_some_previews(&self, condition: &'static str, binds: Vec<Bind>) -> Result<(), StoreError> {
        let written = self.write(move |connection| {
            let binds = binds.clone();
            Box::pin(async move {
                let those = format!("select id from bulk_edit where state = 'preview' and {condition}");
                let rows = format!("delete from bulk_edit_row where bulk_edit in ({those})");
                connection.execute(&rows, &binds).await?;
                let edits = format!("delete from bulk_edit where state = 'preview' and {condition}");
                connection.execute(&edits, &binds).await?;
                Ok(())
            })
        });
        Ok(written.await?)
    }
}

/// Notes the effect of a row within its transaction, once: a row that has its outcome refuses another effect.
pub(crate) async fn finish_row(connection: &mut Connection, effect: &RowEffect) -> Result<(), CommitError> {
    let sql = "update bulk_edit_row set outcome = 'changed', seq = $3, reason = $4 \
               where bulk_edit = $1 and place = $2 and outcome is null";
    let binds = [
        Bind::Integer(effect.bulk_edit),
        Bind::Integer(effect.place),
        Bind::Integer(effect.seq),
        Bind::Text(effect.reason.clone()),
    ];
    match connection.execute(sql, &binds).await? {
        0 => Err(CommitError::Fenced),
        _ => Ok(()),
    }
}

fn for_edit(job: &NewJob, id: i64) -> NewJob {
    NewJob { unique_key: Some(id.to_string()), payload: Json::from(id), ..job.clone() }
}

fn row_binds(edit: i64, place: i64, row: &NewRow) -> Vec<Bind> {
    vec![
        Bind::Integer(edit),
        Bind::Integer(place),
        Bind::Integer(row.record.0),
        Bind::OptionalInteger(row.reverts),
        Bind::Text(row.expected.key().to_owned()),
        Bind::Text(row.reason.clone()),
    ]
}

fn stored(row: &Row) -> Result<StoredBulkEdit, StoreError> {
    let json = |text: &str| {
        serde_json::from_str(text).map_err(|error| StoreError::Damaged(format!("a bulk edit is no JSON: {error}")))
    };
    let progress = row.text(6)?;
    Ok(StoredBulkEdit {
        id: row.integer(0)?,
        kind: row.text(1)?,
        person: RecordId(row.integer(2)?),
        limits: row.optional_text(3)?.as_deref().map(json).transpose()?,
        door: row.text(4)?,
        action: json(&row.text(5)?)?,
        progress: Progress::named(&progress)
            .ok_or_else(|| StoreError::Damaged(format!("a bulk edit is `{progress}`")))?,
        total: usize::try_from(row.integer(7)?).unwrap_or_default(),
        missing: usize::try_from(row.integer(8)?).unwrap_or_default(),
        undo_of: row.optional_integer(9)?,
        created_at: row.moment(10)?,
        finished_at: row.optional_integer(11)?.map(Moment),
    })
}

fn stored_row(row: &Row) -> Result<StoredRow, StoreError> {
    Ok(StoredRow {
        place: row.integer(0)?,
        record: RecordId(row.integer(1)?),
        reverts: row.optional_integer(2)?,
        expected: outcome(row.str(3)?)?,
        outcome: row.optional_text(4)?.as_deref().map(outcome).transpose()?,
        seq: row.optional_integer(5)?,
        reason: row.text(6)?,
    })
}

fn outcome(key: &str) -> Result<Outcome, StoreError> {
    Outcome::named(key).ok_or_else(|| StoreError::Damaged(format!("a row of a bulk edit is `{key}`")))
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
