//! The malware scanner: each content that comes in is looked at once, by a job; until nothing was found in it, nobody gets
//! it. What is behind the scanner is for whoever starts the process to say.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use serde_json::{Value as Json, json};
use steward_model::event::{Act, Door, Event, FileCheck};
use steward_model::id::RecordId;
use steward_store::change::{ChangeSet, RecordChange, SecurityEvent};
use steward_store::error::{CommitError, StoreError};
use steward_store::file_scans::{Holder, NewScan, ScanState, StoredScan};
use steward_store::jobs::{JobClaim, NewJob};

use crate::App;
use crate::boxed;
use crate::deciding::folded;
use crate::error::Error;

/// The job that has a content looked at, and tells of it.
const JOB: &str = "files.scan";
/// Failures after which a job is set aside; with the longest wait between them, more than a year.
const ATTEMPTS: u32 = 200_000;
/// Before the second try, in seconds; doubled with each further one.
const RETRY_AFTER: i64 = 2;
/// The longest wait between two tries, in seconds: so long files are withheld at most once the scanner is back.
const RETRY_MOST: i64 = 300;
/// Between two looks for what is due, when nothing wakes the runner.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Times that an entry is made anew when others keep changing the record.
const TRIES: usize = 16;
/// Longest words of a scanner that are kept, in characters.
const WORDS_MAX: usize = 200;

/// What a scanner says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found.
    Clean,
    /// Something was, which has this name.
    Infected(String),
}

/// Why there is no verdict.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScanError(pub String);

/// A malware scanner.
pub trait Scanner: Send + Sync + std::fmt::Debug {
    /// Looks at a content; ends within its own limit of time.
    fn scan(&self, content: Bytes) -> BoxFuture<'_, Result<Verdict, ScanError>>;
}

impl App {
    /// Says which scanner looks at files; without one they are taken as they come.
    pub fn set_scanner(&self, scanner: Arc<dyn Scanner>) {
        if self.0.scanner.set(scanner).is_err() {
            tracing::warn!("the malware scanner was said twice; the first word counts");
        }
    }

    /// The scanner, if there is one.
    pub(crate) fn scanner(&self) -> Option<&Arc<dyn Scanner>> {
        self.0.scanner.get()
    }

    /// Has the contents that a change set brings looked at, but those that are known to be clean.
    pub(crate) async fn add_scans(&self, set: &mut ChangeSet) -> Result<(), StoreError> {
        if self.scanner().is_none() {
            return Ok(());
        }
        let attached: Vec<String> = set
            .records
            .iter()
            .flat_map(|change| &change.events)
            .filter_map(|event| match &event.act {
                Act::Attached(file) => Some(file.sha256.clone()),
                _ => None,
            })
            .collect();
        for sha256 in attached {
            let known = self.store().file_scan(&sha256).await?;
            if known.is_some_and(|known| known.state == ScanState::Clean) {
                continue;
            }
            set.jobs.push(self.scan_job(&sha256));
            set.scans.push(NewScan { sha256, asked_at: self.now() });
        }
        Ok(())
    }

    /// No unique key: a file that comes while another one with its content is looked at needs its own entry.
    pub(super) fn scan_job(&self, sha256: &str) -> NewJob {
        let now = self.now();
        NewJob {
            kind: JOB.to_owned(),
            unique_key: None,
            payload: json!({ "sha256": sha256 }),
            run_at: now,
            max_attempts: ATTEMPTS,
            created_at: now,
        }
    }

    /// Wakes those who have files looked at.
    pub(crate) fn wake_scans(&self) {
        self.0.scans.notify_waiters();
    }

    /// Has files looked at until the process is told to stop; apart from other jobs, which a slow scanner must not keep
    /// waiting. Ends at once where there is no scanner. `worker` names the runner, differently from every other one.
    #[boxed]
    pub async fn run_file_scans(&self, worker: &str) {
        if self.scanner().is_none() {
            return;
        }
        let mut stopping = self.stopping();
        while !*stopping.borrow() {
            // Made before the look, so that what comes meanwhile wakes it.
            let woken = self.0.scans.notified();
            match self.run_due_file_scan(worker).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "files could not be looked at; it is tried again"),
            }
            tokio::select! {
                _ = tokio::time::timeout(LOOK_AGAIN, woken) => {}
                _ = stopping.wait_for(|stop| *stop) => {}
            }
        }
        if let Err(error) = self.store().release(worker).await {
            tracing::warn!(%error, "files could not be given back; others look at them when the lease has run out");
        }
    }

    /// Has the file looked at that is due longest; `false` when none is due, or when there is no scanner.
    ///
    /// # Errors
    /// When the database is away. A scanner that gives no verdict is none: it is asked again later.
    #[boxed]
    pub async fn run_due_file_scan(&self, worker: &str) -> Result<bool, Error> {
        let Some(scanner) = self.scanner().cloned() else { return Ok(false) };
        let Some(claim) = self.store().claim(worker, &[JOB], 1, self.now()).await?.into_iter().next() else {
            return Ok(false);
        };
        match self.look_at(&claim, &*scanner).await {
            Ok(None) => drop(self.store().complete(&claim).await?),
            Ok(Some(fault)) => self.look_again(&claim, &fault).await?,
            Err(error) => {
                tracing::error!(%error, job = claim.id, "a file could not be looked at");
                self.look_again(&claim, &error.to_string()).await?;
            }
        }
        Ok(true)
    }

    async fn look_again(&self, claim: &JobClaim, fault: &str) -> Result<(), Error> {
        let wait = (RETRY_AFTER << (claim.attempt - 1).min(10)).min(RETRY_MOST);
        self.store().fail(claim, fault, self.now().plus_seconds(wait)).await?;
        Ok(())
    }

    /// Has a content looked at unless that was done, and tells the records that hold it. What went wrong, when there is no
    /// verdict.
    async fn look_at(&self, claim: &JobClaim, scanner: &dyn Scanner) -> Result<Option<String>, Error> {
        let sha256 = claim.payload.get("sha256").and_then(Json::as_str).unwrap_or_default();
        let Some(mut scan) = self.store().file_scan(sha256).await? else { return Ok(None) };
        if matches!(scan.state, ScanState::Pending | ScanState::Failed) {
            let asked = match self.blobs().get(sha256).await {
                Ok(content) => scanner.scan(content).await,
                Err(error) => Err(ScanError(error.to_string())),
            };
            scan.tried_at = Some(self.now());
            let fault = match asked {
                Ok(verdict) => {
                    (scan.fault, scan.failures) = (None, 0);
                    (scan.state, scan.finding) = match verdict {
                        Verdict::Clean => (ScanState::Clean, None),
                        Verdict::Infected(finding) => (ScanState::Infected, Some(shortened(&finding))),
                    };
                    None
                }
                Err(ScanError(fault)) => {
                    scan.state = ScanState::Failed;
                    scan.failures += 1;
                    scan.fault = Some(shortened(&fault));
                    tracing::warn!(sha256, fault, "the malware scanner gave no verdict; it is asked again");
                    scan.fault.clone()
                }
            };
            self.store().keep_scan(&scan).await?;
            if fault.is_some() {
                return Ok(fault);
            }
        }
        // Read again: another runner may have been faster, and the first verdict stands.
        let Some(scan) = self.store().file_scan(sha256).await? else { return Ok(None) };
        if matches!(scan.state, ScanState::Clean | ScanState::Infected) {
            self.tell_holders(&scan).await?;
        }
        Ok(None)
    }

    /// Leaves an entry on each record that holds a content and does not say yet what the verdict is.
    async fn tell_holders(&self, scan: &StoredScan) -> Result<(), Error> {
        let is_infected = scan.state == ScanState::Infected;
        let holders = self.store().holders(std::slice::from_ref(&scan.sha256)).await?;
        for holder in holders.iter().filter(|holder| holder.is_told != is_infected && !holder.is_detached) {
            self.tell_holder(scan, holder).await?;
        }
        Ok(())
    }

    async fn tell_holder(&self, scan: &StoredScan, holder: &Holder) -> Result<(), Error> {
        let attached = self.store().journal_of(holder.record, holder.seq - 1, 1).await?.into_iter().next();
        let by = attached.map_or(RecordId::SYSTEM, |entry| entry.event.actor);
        let check = FileCheck {
            attachment: holder.seq,
            name: holder.name.clone(),
            audience: holder.audience,
            by,
            finding: scan.finding.clone(),
        };
        for _ in 0..TRIES {
            let Some(loaded) = self.store().get_record(holder.record).await? else { return Ok(()) };
            let files = self.store().holders(std::slice::from_ref(&scan.sha256)).await?;
            let now = files.iter().find(|file| (file.record, file.seq) == (holder.record, holder.seq));
            if now.is_none_or(|now| now.is_told == scan.finding.is_some()) {
                return Ok(());
            }
            let record = loaded.record;
            let entry = Event {
                record: record.id,
                seq: record.revision + 1,
                at: self.now(),
                actor: RecordId::SYSTEM,
                door: Door::Timer,
                cause: None,
                act: Act::FileChecked(check.clone()),
                changes: Vec::new(),
            };
            let kind = self.kind(&record.kind)?.clone();
            let before = Some((record.revision, loaded.head));
            let after = folded(record, std::slice::from_ref(&entry))?;
            let security_events = vec![self.security_event(&kind.key, &after.number, &check)];
            let records = vec![RecordChange { kind, before, after, events: vec![entry] }];
            match self.commit(ChangeSet { records, security_events, ..ChangeSet::default() }).await {
                Ok(()) => return Ok(()),
                Err(CommitError::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Unavailable)
    }

    fn security_event(&self, kind: &str, number: &str, check: &FileCheck) -> SecurityEvent {
        let said = check.finding.as_deref().unwrap_or("nothing any more");
        SecurityEvent {
            at: self.now(),
            actor: check.by,
            address: String::new(),
            action: "file.scan".to_owned(),
            outcome: if check.finding.is_some() { "denied" } else { "success" }.to_owned(),
            detail: format!("{kind} {number}: `{}` holds {said}", check.name),
        }
    }
}

fn shortened(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(WORDS_MAX).collect()
}
