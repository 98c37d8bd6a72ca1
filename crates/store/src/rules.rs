//! What automation rules did, on which records they are done, and how far they have come.

use std::collections::HashMap;

use serde_json::Value as Json;
use steward_model::id::{RecordId, Revision};
use steward_model::moment::Moment;

use crate::boxed;
use crate::bulk::Target;
use crate::connection::{Connection, Row};
use crate::error::{CommitError, StoreError};
use crate::jobs::{self, NewJob};
use crate::sql::{Bind, integer_list};
use crate::store::Store;
use crate::webhooks::{self, StoredWebhook};

const RUN: Target = Target {
    table: "rule_run",
    columns: &["rule", "version", "record", "seq", "made", "at", "outcome", "detail"],
    jsonb: &[],
    json: &["detail"],
    suffix: "",
};
const DONE: Target = Target {
    table: "rule_done",
    columns: &["rule", "record", "turn"],
    jsonb: &[],
    json: &[],
    suffix: "on conflict do nothing",
};
const COLUMNS: &str = "id, rule, version, record, seq, made, at, outcome, cast(detail as text)";
/// Rows removed at once.
const BATCH: i64 = 5_000;

/// What a rule did to a record, or why it did nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRun {
    /// The rule.
    pub rule: RecordId,
    /// Its revision then.
    pub version: Revision,
    /// The record.
    pub record: RecordId,
    /// The entry of the record's journal that it answered; `None` for one that goes by time.
    pub seq: Option<Revision>,
    /// The first entry of the record's journal that it made; `None` when it made none there.
    pub made: Option<Revision>,
    /// When.
    pub at: Moment,
    /// What came of it, as a word.
    pub outcome: String,
    /// More about it.
    pub detail: Json,
}

/// What a rule did, as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRun {
    /// Its number; later ones have higher numbers.
    pub id: i64,
    /// What it was.
    pub run: NewRun,
}

/// A replay of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredReplay {
    /// The rule.
    pub rule: RecordId,
    /// Who asked.
    pub person: RecordId,
    /// The rule's revision when it was asked for.
    pub version: Revision,
    /// Days looked back.
    pub days: i64,
    /// When it was asked for.
    pub asked_at: Moment,
    /// `waiting`, `done` or `failed`.
    pub state: String,
    /// What was found, or why it failed.
    pub detail: Option<Json>,
}

/// That a rule acted because there were so many records with one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupActed {
    /// The rule.
    pub rule: RecordId,
    /// The value, as text.
    pub value: String,
    /// When.
    pub at: Moment,
    /// It must not have acted for them after this moment.
    pub not_since: Moment,
}

/// What the acts of rules leave besides records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleEffects {
    /// What was done and what was not.
    pub runs: Vec<NewRun>,
    /// Rules that are done with a record: for good (turn 0), or in a turn. Another worker that was faster fences the
    /// change set.
    pub done: Vec<(RecordId, RecordId, i64)>,
    /// Groups of records of which a rule had so many as it waits for. Another worker that was faster fences the change set.
    pub groups: Vec<GroupActed>,
    /// Who got work last, by rule.
    pub last: Vec<(RecordId, RecordId)>,
    /// Documents for other systems, as they stand now.
    pub webhooks: Vec<StoredWebhook>,
}

impl RuleEffects {
    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
            && self.done.is_empty()
            && self.groups.is_empty()
            && self.last.is_empty()
            && self.webhooks.is_empty()
    }
}

/// Writes what acts of rules leave, within the transaction of these acts.
pub(crate) async fn write(connection: &mut Connection, effects: &RuleEffects) -> Result<(), CommitError> {
    if effects.is_empty() {
        return Ok(());
    }
    let done: Vec<Vec<Bind>> = effects
        .done
        .iter()
        .map(|(rule, record, turn)| vec![Bind::Integer(rule.0), Bind::Integer(record.0), Bind::Integer(*turn)])
        .collect();
    let inserted = DONE.insert(connection, &done).await?;
    if usize::try_from(inserted).ok() != Some(done.len()) {
        return Err(CommitError::Fenced);
    }
    for group in &effects.groups {
        let sql = "insert into rule_group (rule, value, at) values ($1, $2, $3) \
                   on conflict (rule, value) do update set at = excluded.at where rule_group.at <= $4";
        let binds = [
            Bind::Integer(group.rule.0),
            Bind::Text(group.value.clone()),
            Bind::Integer(group.at.0),
            Bind::Integer(group.not_since.0),
        ];
        if connection.execute(sql, &binds).await? == 0 {
            return Err(CommitError::Fenced);
        }
    }
    let runs: Vec<Vec<Bind>> = effects
        .runs
        .iter()
        .map(|run| {
            vec![
                Bind::Integer(run.rule.0),
                Bind::Integer(run.version),
                Bind::Integer(run.record.0),
                Bind::OptionalInteger(run.seq),
                Bind::OptionalInteger(run.made),
                Bind::Integer(run.at.0),
                Bind::Text(run.outcome.clone()),
                Bind::Text(run.detail.to_string()),
            ]
        })
        .collect();
    RUN.insert(connection, &runs).await?;
    webhooks::write(connection, &effects.webhooks).await?;
    for (rule, person) in &effects.last {
        let sql = "insert into rule_place (rule, person) values ($1, $2) \
                   on conflict (rule) do update set person = excluded.person";
        connection.execute(sql, &[Bind::Integer(rule.0), Bind::Integer(person.0)]).await?;
    }
    Ok(())
}

impl Store {
    /// What a rule did, newest first, from before a number on.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn runs_of_rule(
        &self,
        rule: RecordId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<StoredRun>, StoreError> {
        self.runs("rule", rule, before, limit).await
    }

    /// What rules did to a record, newest first, from before a number on.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn runs_on_record(
        &self,
        record: RecordId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<StoredRun>, StoreError> {
        self.runs("record", record, before, limit).await
    }

    async fn runs(
        &self,
        column: &str,
        of: RecordId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<StoredRun>, StoreError> {
        let sql = format!("select {COLUMNS} from rule_run where {column} = $1 and id < $2 order by id desc limit $3");
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let binds = [of.0, before.unwrap_or(i64::MAX), limit].map(Bind::Integer);
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(stored).collect()
    }

    /// How often rules did something since a moment, and how many runs of each are noted in all; those without any are
    /// left out.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn count_runs(
        &self,
        rules: &[RecordId],
        since: Moment,
    ) -> Result<HashMap<RecordId, (i64, i64)>, StoreError> {
        let ids: Vec<i64> = rules.iter().map(|rule| rule.0).collect();
        let (list, bind) = integer_list(&ids, 1, self.dialect());
        let sql = format!(
            "select rule, cast(sum(case when outcome = 'done' then 1 else 0 end) as bigint), count(*) \
             from rule_run where rule in {list} and at > $2 group by rule"
        );
        let rows = self.read().await?.fetch_all(&sql, &[bind, Bind::Integer(since.0)]).await?;
        rows.iter().map(|row| Ok((RecordId(row.integer(0)?), (row.integer(1)?, row.integer(2)?)))).collect()
    }

    /// When a rule last had an outcome; `None` when it never had within what is kept.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn last_run(&self, rule: RecordId, outcome: &str) -> Result<Option<Moment>, StoreError> {
        let sql = "select at from rule_run where rule = $1 and outcome = $2 order by id desc limit 1";
        let binds = [Bind::Integer(rule.0), Bind::Text(outcome.to_owned())];
        Ok(self.read().await?.fetch_integer(sql, &binds).await?.map(Moment))
    }

    /// How often a rule had each outcome since a moment.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn outcomes_of(&self, rule: RecordId, since: Moment) -> Result<Vec<(String, i64)>, StoreError> {
        let sql =
            "select outcome, count(*) from rule_run where rule = $1 and at > $2 group by outcome order by outcome";
        let rows = self.read().await?.fetch_all(sql, &[rule.0, since.0].map(Bind::Integer)).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.integer(1)?))).collect()
    }

    /// Which of some records a rule is done with, for good or in a turn.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn done_with(
        &self,
        rule: RecordId,
        records: &[RecordId],
        turn: i64,
    ) -> Result<Vec<RecordId>, StoreError> {
        let ids: Vec<i64> = records.iter().map(|record| record.0).collect();
        let (list, bind) = integer_list(&ids, 1, self.dialect());
        let sql = format!("select record from rule_done where record in {list} and rule = $2 and turn = $3");
        let binds = [bind, Bind::Integer(rule.0), Bind::Integer(turn)];
        let rows = self.read_some(records.len()).await?.fetch_all(&sql, &binds).await?;
        rows.iter().map(|row| Ok(RecordId(row.integer(0)?))).collect()
    }

    /// When a rule last acted because there were so many records with a value.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn group_acted(&self, rule: RecordId, value: &str) -> Result<Option<Moment>, StoreError> {
        let sql = "select at from rule_group where rule = $1 and value = $2";
        let binds = [Bind::Integer(rule.0), Bind::Text(value.to_owned())];
        Ok(self.read().await?.fetch_integer(sql, &binds).await?.map(Moment))
    }

    /// The last turn of a rule that goes by time, and who got work from it last.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn rule_place(&self, rule: RecordId) -> Result<(Option<i64>, Option<RecordId>), StoreError> {
        let sql = "select turn, person from rule_place where rule = $1";
        let row = self.read().await?.fetch_optional(sql, &[Bind::Integer(rule.0)]).await?;
        match row {
            None => Ok((None, None)),
            Some(row) => Ok((row.optional_integer(0)?, row.optional_integer(1)?.map(RecordId))),
        }
    }

    /// Notes that a turn of a rule is over.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn note_turn(&self, rule: RecordId, turn: i64) -> Result<(), StoreError> {
        let sql = "insert into rule_place (rule, turn) values ($1, $2) \
                   on conflict (rule) do update set turn = excluded.turn";
        self.change(sql.to_owned(), [rule.0, turn].map(Bind::Integer).to_vec()).await
    }

    /// Removes a bounded number of runs, and of turns that are over, from before a moment.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn forget_runs(&self, before: Moment) -> Result<(), StoreError> {
        let sql = "delete from rule_run where id in (select id from rule_run where at < $1 order by at limit $2)";
        self.change(sql.to_owned(), [before.0, BATCH].map(Bind::Integer).to_vec()).await?;
        for sql in [
            "delete from rule_done where turn > 0 and turn < $1",
            "delete from rule_group where at < $1",
            "delete from rule_replay where asked_at < $1",
            "delete from webhook_delivery where created_at < $1",
        ] {
            self.change(sql.to_owned(), vec![Bind::Integer(before.0)]).await?;
        }
        Ok(())
    }

    /// Keeps that somebody asks for a replay, in place of the one they asked for before, with the job that does it.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn ask_replay(&self, asked: &StoredReplay, job: NewJob) -> Result<(), StoreError> {
        let work = std::sync::Arc::new((asked.clone(), job));
        let written = self.write(move |connection| {
            let work = work.clone();
            Box::pin(async move {
                let (asked, job) = &*work;
                let sql = "insert into rule_replay (rule, person, version, days, asked_at, state) \
                           values ($1, $2, $3, $4, $5, 'waiting') on conflict (rule, person) do update set \
                           version = excluded.version, days = excluded.days, asked_at = excluded.asked_at, \
                           state = 'waiting', detail = null";
                let binds = [asked.rule.0, asked.person.0, asked.version, asked.days, asked.asked_at.0];
                connection.execute(sql, &binds.map(Bind::Integer)).await?;
                jobs::enqueue_all(connection, std::slice::from_ref(job)).await
            })
        });
        Ok(written.await?)
    }

    /// The replay of a rule that somebody asked for last.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn replay_of(&self, rule: RecordId, person: RecordId) -> Result<Option<StoredReplay>, StoreError> {
        let sql = "select version, days, asked_at, state, cast(detail as text) from rule_replay \
                   where rule = $1 and person = $2";
        let row = self.read().await?.fetch_optional(sql, &[rule.0, person.0].map(Bind::Integer)).await?;
        let Some(row) = row else { return Ok(None) };
        let detail = row.optional_text(4)?.map(|text| serde_json::from_str(&text)).transpose();
        let damaged = |error| StoreError::Damaged(format!("replay of rule {rule}: {error}"));
        Ok(Some(StoredReplay {
            rule,
            person,
            version: row.integer(0)?,
            days: row.integer(1)?,
            asked_at: Moment(row.integer(2)?),
            state: row.text(3)?,
            detail: detail.map_err(damaged)?,
        }))
    }

    /// Keeps what a replay found, unless another one was asked for since.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn keep_replay(&self, found: &StoredReplay) -> Result<(), StoreError> {
        let json = if self.dialect() == crate::sql::Dialect::Postgres { "::json" } else { "" };
        let sql = format!(
            "update rule_replay set state = $1, detail = $2{json} where rule = $3 and person = $4 and asked_at = $5"
        );
        let binds = vec![
            Bind::Text(found.state.clone()),
            Bind::OptionalText(found.detail.as_ref().map(Json::to_string)),
            Bind::Integer(found.rule.0),
            Bind::Integer(found.person.0),
            Bind::Integer(found.asked_at.0),
        ];
        self.change(sql, binds).await
    }
}

fn stored(row: &Row) -> Result<StoredRun, StoreError> {
    let id = row.integer(0)?;
    let damaged = |error| StoreError::Damaged(format!("run {id} of a rule: {error}"));
    let run = NewRun {
        rule: RecordId(row.integer(1)?),
        version: row.integer(2)?,
        record: RecordId(row.integer(3)?),
        seq: row.optional_integer(4)?,
        made: row.optional_integer(5)?,
        at: Moment(row.integer(6)?),
        outcome: row.text(7)?,
        detail: serde_json::from_str(&row.text(8)?).map_err(damaged)?,
    };
    Ok(StoredRun { id, run })
}
