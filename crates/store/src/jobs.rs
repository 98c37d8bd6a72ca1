//! Jobs: work to be done later, by one worker at a time, at least once, with its effect once.

use serde_json::Value as Json;
use steward_model::moment::Moment;

use crate::boxed;
use crate::bulk::Target;
use crate::connection::{Connection, Row};
use crate::error::{CommitError, StoreError};
use crate::sql::{Bind, Dialect, placeholders};
use crate::store::Store;

const JOB: Target = Target {
    table: "job",
    columns: &["kind", "unique_key", "payload", "state", "run_at", "attempts", "max_attempts", "fence", "created_at"],
    jsonb: &[],
    json: &["payload"],
    suffix: "on conflict do nothing",
};

/// Work to be done later.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// What is to be done, such as `clock.threshold`.
    pub kind: String,
    /// While a job of the kind with this key waits or runs, another one is not added.
    pub unique_key: Option<String>,
    /// Ids that say on what.
    pub payload: Json,
    /// Not before this moment.
    pub run_at: Moment,
    /// Failures after which it is set aside for a person to look at.
    pub max_attempts: u32,
    /// When it was asked for.
    pub created_at: Moment,
}

/// A job in the hands of a worker, until its lease runs out.
#[derive(Debug, Clone, PartialEq)]
pub struct JobClaim {
    /// Identity of the job.
    pub id: i64,
    /// What is to be done.
    pub kind: String,
    /// On what.
    pub payload: Json,
    /// When it was due.
    pub run_at: Moment,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// Attempts allowed.
    pub max_attempts: u32,
    /// Rises with each claim; a worker whose fence is not the latest lost the job.
    pub fence: i64,
}

/// A job that failed for good.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadJob {
    /// Identity of the job.
    pub id: i64,
    /// What was to be done.
    pub kind: String,
    /// On what.
    pub payload: Json,
    /// How often it was tried.
    pub attempts: u32,
    /// What went wrong last.
    pub error: String,
}

impl Store {
    /// Adds jobs outside a change set; those whose unique key is taken are left out.
    ///
    /// # Errors
    /// Why nothing could be written.
    #[boxed]
    pub async fn enqueue(&self, jobs: Vec<NewJob>) -> Result<(), StoreError> {
        let written = self.write(move |connection| {
            let jobs = jobs.clone();
            Box::pin(async move { enqueue_all(connection, &jobs).await })
        });
        Ok(written.await?)
    }

    /// Takes due jobs of some kinds, longest due first, among them those whose worker let the lease run out.
    ///
    /// `now` decides what is due; leases go by the clock of the database, so a node with a wrong clock steals nothing.
    ///
    /// # Errors
    /// Why nothing could be claimed.
    #[boxed]
    pub async fn claim(
        &self,
        worker: &str,
        kinds: &[&str],
        limit: usize,
        now: Moment,
    ) -> Result<Vec<JobClaim>, StoreError> {
        if kinds.is_empty() {
            return Ok(Vec::new());
        }
        let lease = i64::try_from(self.config().job_lease.as_micros()).unwrap_or(i64::MAX / 2);
        let mut binds = vec![
            Bind::Text(worker.to_owned()),
            Bind::Integer(lease),
            Bind::Integer(now.0),
            Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX)),
        ];
        binds.extend(kinds.iter().map(|kind| Bind::Text((*kind).to_owned())));
        let sql = claim_sql(self.dialect(), kinds.len());
        let claimed = self.write(move |connection| {
            let (sql, binds) = (sql.clone(), binds.clone());
            Box::pin(async move { Ok(connection.fetch_all(&sql, &binds).await?) })
        });
        let mut claims = claimed.await?.iter().map(claim_of).collect::<Result<Vec<_>, _>>()?;
        claims.sort_by_key(|claim| (claim.run_at, claim.id));
        Ok(claims)
    }

    /// Prolongs the lease; `false` when another worker has the job by now.
    ///
    /// # Errors
    /// Why nothing could be written.
    #[boxed]
    pub async fn renew(&self, claim: &JobClaim) -> Result<bool, StoreError> {
        let lease = i64::try_from(self.config().job_lease.as_micros()).unwrap_or(i64::MAX / 2);
        let sql = format!(
            "update job set leased_until = {} + $1 where id = $2 and fence = $3 and state = 'running'",
            self.dialect().now()
        );
        let binds = [Bind::Integer(lease), Bind::Integer(claim.id), Bind::Integer(claim.fence)];
        self.change_jobs(sql, binds.to_vec()).await
    }

    /// Ends a job that has no effect in the database; `false` when another worker has it by now.
    ///
    /// # Errors
    /// Why nothing could be written.
    #[boxed]
    pub async fn complete(&self, claim: &JobClaim) -> Result<bool, StoreError> {
        let sql = "delete from job where id = $1 and fence = $2 and state = 'running'";
        self.change_jobs(sql.into(), vec![Bind::Integer(claim.id), Bind::Integer(claim.fence)]).await
    }

    /// Puts a job back after a failure, to be tried again at `retry_at`, or sets it aside when it failed too often.
    /// `false` when another worker has it by now.
    ///
    /// # Errors
    /// Why nothing could be written.
    #[boxed]
    pub async fn fail(&self, claim: &JobClaim, error: &str, retry_at: Moment) -> Result<bool, StoreError> {
        let sql = "update job set state = case when attempts >= max_attempts then 'dead' else 'waiting' end, \
                   error = $1, run_at = $2, leased_until = null, worker = null \
                   where id = $3 and fence = $4 and state = 'running'";
        let binds = vec![
            Bind::Text(error.to_owned()),
            Bind::Integer(retry_at.0),
            Bind::Integer(claim.id),
            Bind::Integer(claim.fence),
        ];
        self.change_jobs(sql.into(), binds).await
    }

    /// Puts a job back that was not tried, to be looked at again at a moment; `false` when another worker has it by now.
    ///
    /// # Errors
    /// Why nothing could be written.
    #[boxed]
    pub async fn postpone(&self, claim: &JobClaim, run_at: Moment) -> Result<bool, StoreError> {
        let sql = "update job set state = 'waiting', attempts = attempts - 1, run_at = $1, leased_until = null, worker = null \
                   where id = $2 and fence = $3 and state = 'running'";
        let binds = [Bind::Integer(run_at.0), Bind::Integer(claim.id), Bind::Integer(claim.fence)];
        self.change_jobs(sql.into(), binds.to_vec()).await
    }

    /// Gives back what a worker holds, when it stops in good order.
    ///
    /// # Errors
    /// Why nothing could be written.
    #[boxed]
    pub async fn release(&self, worker: &str) -> Result<(), StoreError> {
        let sql = "update job set state = 'waiting', attempts = attempts - 1, leased_until = null, worker = null \
                   where worker = $1 and state = 'running'";
        self.change_jobs(sql.into(), vec![Bind::Text(worker.to_owned())]).await.map(drop)
    }

    /// Jobs that were set aside, oldest first.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn dead_jobs(&self, limit: usize) -> Result<Vec<DeadJob>, StoreError> {
        let sql = "select id, kind, cast(payload as text), attempts, error from job where state = 'dead' \
                   order by id limit $1";
        let limit = Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = self.read().await?.fetch_all(sql, &[limit]).await?;
        let read = |row: &Row| {
            Ok(DeadJob {
                id: row.integer(0)?,
                kind: row.text(1)?,
                payload: payload(row, 2)?,
                attempts: count(row, 3)?,
                error: row.optional_text(4)?.unwrap_or_default(),
            })
        };
        rows.iter().map(read).collect()
    }

    /// Lets a job that was set aside run again, with all its attempts; `false` when there is none with this id.
    ///
    /// # Errors
    /// Why nothing could be written.
    #[boxed]
    pub async fn revive(&self, id: i64, run_at: Moment) -> Result<bool, StoreError> {
        let sql = "update job set state = 'waiting', attempts = 0, run_at = $1 where id = $2 and state = 'dead'";
        self.change_jobs(sql.into(), vec![Bind::Integer(run_at.0), Bind::Integer(id)]).await
    }

    async fn change_jobs(&self, sql: String, binds: Vec<Bind>) -> Result<bool, StoreError> {
        let changed = self.write(move |connection| {
            let (sql, binds) = (sql.clone(), binds.clone());
            Box::pin(async move { Ok(connection.execute(&sql, &binds).await?) })
        });
        Ok(changed.await? > 0)
    }
}

/// Adds jobs within a transaction.
pub(crate) async fn enqueue_all(connection: &mut Connection, jobs: &[NewJob]) -> Result<(), CommitError> {
    let rows: Vec<Vec<Bind>> = jobs
        .iter()
        .map(|job| {
            vec![
                Bind::Text(job.kind.clone()),
                Bind::OptionalText(job.unique_key.clone()),
                Bind::Text(job.payload.to_string()),
                Bind::Text("waiting".into()),
                Bind::Integer(job.run_at.0),
                Bind::Integer(0),
                Bind::Integer(i64::from(job.max_attempts)),
                Bind::Integer(0),
                Bind::Integer(job.created_at.0),
            ]
        })
        .collect();
    JOB.insert(connection, &rows).await?;
    Ok(())
}

/// Ends a job within the transaction of its effect.
pub(crate) async fn finish(connection: &mut Connection, claim: &JobClaim) -> Result<(), CommitError> {
    let sql = "delete from job where id = $1 and fence = $2 and state = 'running'";
    match connection.execute(sql, &[Bind::Integer(claim.id), Bind::Integer(claim.fence)]).await? {
        0 => Err(CommitError::Fenced),
        _ => Ok(()),
    }
}

/// `$1` worker, `$2` lease, `$3` now, `$4` limit, then kinds.
fn claim_sql(dialect: Dialect, kinds: usize) -> String {
    let now = dialect.now();
    let skip = match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => "for update skip locked",
    };
    format!(
        "update job set state = 'running', worker = $1, leased_until = {now} + $2, attempts = attempts + 1, fence = fence + 1 \
         where id in (select id from job where kind in ({}) \
             and ((state = 'waiting' and run_at <= $3) or (state = 'running' and leased_until <= {now})) \
             order by run_at, id limit $4 {skip}) \
         returning id, kind, cast(payload as text), run_at, attempts, max_attempts, fence",
        placeholders(5, kinds)
    )
}

fn claim_of(row: &Row) -> Result<JobClaim, StoreError> {
    Ok(JobClaim {
        id: row.integer(0)?,
        kind: row.text(1)?,
        payload: payload(row, 2)?,
        run_at: row.moment(3)?,
        attempt: count(row, 4)?,
        max_attempts: count(row, 5)?,
        fence: row.integer(6)?,
    })
}

fn payload(row: &Row, column: usize) -> Result<Json, StoreError> {
    serde_json::from_str(&row.text(column)?).map_err(|error| StoreError::Damaged(format!("payload of a job: {error}")))
}

fn count(row: &Row, column: usize) -> Result<u32, StoreError> {
    Ok(u32::try_from(row.integer(column)?).unwrap_or(u32::MAX))
}
