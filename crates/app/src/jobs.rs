//! Jobs: each node takes what is due, one job per runner, until it is told to stop.

use std::time::Duration;

use steward_store::jobs::JobClaim;

use crate::App;
use crate::bulk;
use crate::clocks::REFRESH_JOB;
use crate::error::Error;
use crate::knowledge::CARE_JOB;
use crate::schedules;

/// The jobs that runners know.
const KINDS: [&str; 4] = [bulk::JOB, CARE_JOB, REFRESH_JOB, schedules::JOB];
/// Between two looks for what is due, when nothing wakes the runner: what another node was asked for, or left.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Before the second attempt, in seconds; doubled with each further one.
const RETRY_AFTER: i64 = 2;

/// How a job ended.
pub(crate) enum Run {
    /// It is done.
    Done,
    /// The process stops; another runner goes on.
    Interrupted,
    /// Another runner has it.
    Lost,
}

impl App {
    /// Runs jobs until the process is told to stop. `worker` names the runner, differently from every other one of all
    /// nodes.
    pub async fn run_jobs(&self, worker: &str) {
        if let Err(error) = self.schedule_care().await {
            tracing::warn!(%error, "what is due on articles was not asked for; the next start asks again");
        }
        if let Err(error) = self.schedule_turns().await {
            tracing::warn!(%error, "recurring work was not asked for; the next start asks again");
        }
        let mut stopping = self.stopping();
        while !*stopping.borrow() {
            // Made before the look, so that what is asked for meanwhile wakes it.
            let woken = self.0.jobs.notified();
            match self.run_due_job(worker).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "jobs could not be looked for; it is tried again"),
            }
            tokio::select! {
                _ = tokio::time::timeout(LOOK_AGAIN, woken) => {}
                _ = stopping.wait_for(|stop| *stop) => {}
            }
        }
        if let Err(error) = self.store().release(worker).await {
            tracing::warn!(%error, "jobs could not be given back; others take them when the lease has run out");
        }
    }

    /// Runs the job that is due longest; `false` when none is due.
    ///
    /// # Errors
    /// When the database is away. A job that fails is tried again later, which is no error here.
    pub async fn run_due_job(&self, worker: &str) -> Result<bool, Error> {
        let Some(claim) = self.store().claim(worker, &KINDS, 1, self.now()).await?.into_iter().next() else {
            return Ok(false);
        };
        let run = match claim.kind.as_str() {
            CARE_JOB => self.run_care(&claim).await,
            REFRESH_JOB => self.run_clock_refresh(&claim).await,
            schedules::JOB => self.run_turns(&claim).await,
            _ => self.run_bulk_edit(&claim).await,
        };
        match run {
            Ok(Run::Done) => drop(self.store().complete(&claim).await?),
            Ok(Run::Interrupted) => self.store().release(worker).await?,
            Ok(Run::Lost) => {}
            Err(error) => self.failed(&claim, &error).await?,
        }
        Ok(true)
    }

    async fn failed(&self, claim: &JobClaim, error: &Error) -> Result<(), Error> {
        tracing::error!(%error, job = claim.id, kind = claim.kind, attempt = claim.attempt, "a job failed");
        let wait = RETRY_AFTER << claim.attempt.min(10);
        let kept = self.store().fail(claim, &error.to_string(), self.now().plus_seconds(wait)).await?;
        if kept && claim.attempt >= claim.max_attempts && claim.kind == bulk::JOB {
            self.give_up_bulk_edit(claim).await?;
        }
        Ok(())
    }
}
