//! Jobs: each node takes what is due, one job per runner, until it is told to stop.

use std::time::Duration;

use serde_json::json;
use steward_store::change::ChangeSet;
use steward_store::error::CommitError;
use steward_store::jobs::{JobClaim, NewJob};

use crate::App;
use crate::boxed;
use crate::bulk;
use crate::clocks::REFRESH_JOB;
use crate::definitions::CARRY_JOB;
use crate::error::Error;
use crate::{approvals, automation, flows, holiday_feeds, intervals, knowledge, notices, schedules};

/// The jobs that runners know.
const KINDS: [&str; 12] = [
    approvals::ROUND.job,
    automation::REPLAY_JOB,
    automation::ROUND.job,
    bulk::JOB,
    CARRY_JOB,
    flows::ROUND.job,
    holiday_feeds::ROUND.job,
    intervals::ROUND.job,
    knowledge::CARE.job,
    notices::ROUND.job,
    REFRESH_JOB,
    schedules::ROUND.job,
];
/// Between two looks for what is due, when nothing wakes the runner: what another node was asked for, or left.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Before the second attempt, in seconds; doubled with each further one.
const RETRY_AFTER: i64 = 2;

/// Failures after which a run of a round is set aside. The next start of a node begins anew.
const ATTEMPTS: u32 = 1_000;

/// Work that comes again and again, one run at a time on all nodes together: each run asks for the next one in the commit
/// that ends it. What a run does must be guarded by the records' own state, since a run that broke off is done again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    /// The job.
    pub(crate) job: &'static str,
    /// The kind that it looks at; without it there is nothing to do.
    pub(crate) kind: &'static str,
    /// Between two runs, in seconds.
    pub(crate) every: i64,
}

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
    #[boxed]
    pub async fn run_jobs(&self, worker: &str) {
        for round in [
            approvals::ROUND,
            automation::ROUND,
            flows::ROUND,
            holiday_feeds::ROUND,
            intervals::ROUND,
            knowledge::CARE,
            notices::ROUND,
            schedules::ROUND,
        ] {
            if let Err(error) = self.begin_round(round).await {
                tracing::warn!(%error, job = round.job, "a round was not asked for; the next start asks again");
            }
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
    #[boxed]
    pub async fn run_due_job(&self, worker: &str) -> Result<bool, Error> {
        let Some(claim) = self.store().claim(worker, &KINDS, 1, self.now()).await?.into_iter().next() else {
            return Ok(false);
        };
        let run = match claim.kind.as_str() {
            job if job == knowledge::CARE.job => match self.care_for_articles().await {
                Ok(()) => self.next_round(knowledge::CARE, &claim).await,
                Err(error) => Err(error),
            },
            job if job == approvals::ROUND.job => match self.care_for_approvals().await {
                Ok(()) => self.next_round(approvals::ROUND, &claim).await,
                Err(error) => Err(error),
            },
            job if job == schedules::ROUND.job => match self.run_schedules().await {
                Ok(()) => self.next_round(schedules::ROUND, &claim).await,
                Err(error) => Err(error),
            },
            job if job == intervals::ROUND.job => match self.expand_intervals(Some(&claim)).await {
                Ok(true) => self.next_round(intervals::ROUND, &claim).await,
                Ok(false) => Ok(Run::Interrupted),
                Err(error) => Err(error),
            },
            job if job == automation::ROUND.job => match self.run_rule_turns().await {
                Ok(()) => self.next_round(automation::ROUND, &claim).await,
                Err(error) => Err(error),
            },
            job if job == flows::ROUND.job => match self.run_plan_turns().await {
                Ok(()) => self.next_round(flows::ROUND, &claim).await,
                Err(error) => Err(error),
            },
            job if job == notices::ROUND.job => match self.send_due_mail().await {
                Ok(()) => self.next_round(notices::ROUND, &claim).await,
                Err(error) => Err(error),
            },
            job if job == holiday_feeds::ROUND.job => Box::pin(self.fetch_due_holiday_feeds(&claim)).await,
            automation::REPLAY_JOB => self.run_replay(&claim).await,
            CARRY_JOB => Box::pin(self.run_late_carry(&claim)).await,
            REFRESH_JOB => self.run_clock_refresh(&claim).await,
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

    /// Sees to it that the job is there; one that waits stays as it is.
    pub(crate) async fn begin_round(&self, round: Round) -> Result<(), Error> {
        if self.registry().kind(round.kind).is_none() {
            return Ok(());
        }
        Ok(self.store().enqueue(vec![self.round_job(round, 0)]).await?)
    }

    pub(crate) async fn next_round(&self, round: Round, claim: &JobClaim) -> Result<Run, Error> {
        let jobs = vec![self.round_job(round, round.every)];
        let next = ChangeSet { finish: Some(claim.clone()), jobs, ..ChangeSet::default() };
        match self.commit(next).await {
            Ok(()) | Err(CommitError::Fenced) => Ok(Run::Lost),
            Err(error) => Err(error.into()),
        }
    }

    fn round_job(&self, round: Round, after: i64) -> NewJob {
        let now = self.now();
        NewJob {
            kind: round.job.to_owned(),
            unique_key: Some("all".to_owned()),
            payload: json!({}),
            run_at: now.plus_seconds(after),
            max_attempts: ATTEMPTS,
            created_at: now,
        }
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
