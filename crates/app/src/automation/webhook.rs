//! Documents that rules hand over to other systems: put down in the commit of what the rule did, written and sent by a
//! job after it, with the rights of whoever keeps the rule at that moment; tried again for a day, and then given up.
//!
//! Heads and signature are those of Standard Webhooks (<https://www.standardwebhooks.com>), for which receivers have
//! libraries.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac as _};
use serde_json::{Value as Json, json};
use steward_model::access::rights;
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_rule::RULE;
use steward_rule::trace::{Did, Outcome, Trace};
use steward_store::change::ChangeSet;
use steward_store::error::CommitError;
use steward_store::jobs::{JobClaim, NewJob};
use steward_store::rules::{NewRun, RuleEffects};
use steward_store::webhooks::StoredWebhook;
use tokio::task::{JoinError, JoinSet};
use zeroize::Zeroizing;

use super::document::document;
use super::lanes::{Lanes, TOGETHER};
use super::{is_passing, told};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::outside::OutsideError;

/// Field of a rule with which its webhooks are signed.
const SECRET: &str = "webhook_secret";
/// Letters of it at least.
const SHORTEST_SECRET: usize = 16;
/// The job that hands one over.
const JOB: &str = "rules.webhook";
/// Between two looks for what is due.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Before the second try, in seconds; doubled with each further one.
const RETRY_AFTER: i64 = 10;
/// Longest wait, in seconds.
const LONGEST: i64 = 3600;
/// Seconds after which it is given up.
const DAY: i64 = 24 * 3600;
/// Failures of ours after which a job is set aside.
const ATTEMPTS: u32 = 1_000;

/// How handing one over ended.
enum End {
    Sent(u16),
    Again(String, Option<u16>),
    GivenUp(String, Option<u16>),
}

/// A job for each document that waits.
pub(super) fn jobs_for(webhooks: &[StoredWebhook]) -> Vec<NewJob> {
    webhooks.iter().map(|one| job(&one.id, one.created_at, one.created_at, one.created_at)).collect()
}

/// The job that hands a document over; it is given up a day after `since`.
pub(super) fn job(id: &str, since: Moment, run_at: Moment, created_at: Moment) -> NewJob {
    NewJob {
        kind: JOB.to_owned(),
        unique_key: Some(id.to_owned()),
        payload: json!({ "webhook": id, "since": since.0 }),
        run_at,
        max_attempts: ATTEMPTS,
        created_at,
    }
}

/// Where the documents of a rule go, and with which secret they are signed.
pub(super) struct Sender {
    address: String,
    secret: Zeroizing<String>,
}

impl Sender {
    /// `None` for a rule without an address or a secret.
    pub(super) fn of(app: &App, rule: &Record) -> Result<Option<Self>, Error> {
        let (address, secret) = (rule.text("webhook_address").trim(), rule.text(SECRET));
        if address.is_empty() || secret.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self { address: address.to_owned(), secret: app.unsealed(secret)? }))
    }

    /// Hands a document over under a name; the status of the answer, or what went wrong.
    pub(super) async fn send(&self, app: &App, id: &str, body: Vec<u8>) -> Result<Result<u16, OutsideError>, Error> {
        let seconds = app.now().timestamp().as_second();
        let heads = [
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signature(&self.secret, id, seconds, &body)?),
        ];
        let Some(outside) = app.outside() else { return Err(Error::Unavailable) };
        Ok(outside.deliver(&self.address, &heads, body).await)
    }
}

impl App {
    /// Refuses secrets that could be guessed.
    pub(crate) fn check_webhook_secret(&self, before: Option<&Record>, after: &Record) -> Result<(), Error> {
        let sealed = after.text(SECRET);
        if after.kind != RULE || sealed.is_empty() || before.is_some_and(|before| before.text(SECRET) == sealed) {
            return Ok(());
        }
        match self.unsealed(sealed)?.chars().count() < SHORTEST_SECRET {
            true => Err(Error::invalid(SECRET, format!("must have at least {SHORTEST_SECRET} letters"))),
            false => Ok(()),
        }
    }

    /// Hands documents over until the process is told to stop. Apart from other jobs, which slow receivers must not hold
    /// up, and each by itself, so that they hold up no other receiver.
    #[boxed]
    pub async fn run_webhooks(&self) {
        let worker = format!("{:016x}/webhooks", rand::random::<u64>());
        let (mut lanes, mut tasks) = (Lanes::default(), Tasks::new());
        let mut stopping = self.stopping();
        while !*stopping.borrow() {
            while let Some(ended) = tasks.try_join_next() {
                reap(&mut lanes, ended);
            }
            match self.begin_webhooks(&worker, &mut lanes, &mut tasks).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "webhooks could not be looked for; it is tried again"),
            }
            tokio::select! {
                Some(ended) = tasks.join_next() => reap(&mut lanes, ended),
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                _ = stopping.wait_for(|stop| *stop) => {}
            }
        }
        // Each ends by itself within some seconds.
        while tasks.join_next().await.is_some() {}
    }

    /// Hands over what is due, as far as there is room; `false` when nothing was.
    ///
    /// # Errors
    /// When the database is away. A receiver that does not answer is none.
    #[boxed]
    pub async fn deliver_due_webhooks(&self, worker: &str) -> Result<bool, Error> {
        let mut tasks = Tasks::new();
        let is_due = self.begin_webhooks(worker, &mut Lanes::default(), &mut tasks).await?;
        while let Some(ended) = tasks.join_next().await {
            ended.map_err(Error::internal)?.1?;
        }
        Ok(is_due)
    }

    /// Begins to hand over what is due and finds room; what does not is put back for a while. `false` when nothing was due.
    async fn begin_webhooks(&self, worker: &str, lanes: &mut Lanes, tasks: &mut Tasks) -> Result<bool, Error> {
        let room = TOGETHER.saturating_sub(tasks.len());
        if room == 0 {
            return Ok(false);
        }
        let now = self.now();
        let claims = self.store().claim(worker, &[JOB], room, now).await?;
        if claims.is_empty() {
            return Ok(false);
        }
        let named =
            |claim: &JobClaim| claim.payload.get("webhook").and_then(Json::as_str).unwrap_or_default().to_owned();
        let names: Vec<String> = claims.iter().map(named).collect();
        let webhooks = self.store().webhooks(&names).await?;
        let rules: Vec<RecordId> = webhooks.iter().map(|one| one.rule).collect::<BTreeSet<_>>().into_iter().collect();
        let rules = self.store().get_records(&rules).await?;
        for (claim, name) in claims.into_iter().zip(names) {
            let rule = webhooks.iter().find(|one| one.id == name).map(|one| one.rule);
            let rule = rules.iter().find(|loaded| Some(loaded.record.id) == rule);
            let to = rule.map_or("", |loaded| loaded.record.text("webhook_address").trim());
            // By host, as it is the host that is slow.
            let to = self.outside().and_then(|outside| outside.check(to).ok()).unwrap_or_default();
            if let Err(wait) = lanes.enter(&to) {
                self.store().postpone(&claim, Moment(now.0 + wait * 1_000)).await?;
                continue;
            }
            let app = self.clone();
            tasks.spawn(async move {
                let done = app.deliver_webhook(&claim).await;
                (to, done)
            });
        }
        Ok(true)
    }

    async fn deliver_webhook(&self, claim: &JobClaim) -> Result<(), Error> {
        let id = claim.payload.get("webhook").and_then(Json::as_str).unwrap_or_default().to_owned();
        let Some(mut webhook) = self.store().webhooks(&[id]).await?.into_iter().next() else {
            self.store().complete(claim).await?;
            return Ok(());
        };
        let end = match self.hand_over_webhook(&webhook).await {
            Ok(end) => end,
            Err(error) if is_passing(&error) => return Err(error),
            Err(error) => End::GivenUp(told(&error), None),
        };
        let now = self.now();
        webhook.tries += 1;
        let (mut jobs, mut runs) = (Vec::new(), Vec::new());
        let since = claim.payload.get("since").and_then(Json::as_i64).map_or(webhook.created_at, Moment);
        let given_up_at = since.plus_seconds(DAY);
        let (state, status, fault) = match end {
            End::Sent(status) => ("sent", Some(status), None),
            End::Again(fault, status) if now < given_up_at => {
                let at = now.plus_seconds(wait(&webhook)).min(given_up_at);
                jobs.push(job(&webhook.id, since, at, now));
                ("waiting", status, Some(fault))
            }
            End::Again(fault, status) | End::GivenUp(fault, status) => {
                runs.push(given_up(&webhook, &fault, now)?);
                ("given_up", status, Some(fault))
            }
        };
        state.clone_into(&mut webhook.state);
        (webhook.status, webhook.fault) = (status.map(i64::from), fault);
        let rules = RuleEffects { webhooks: vec![webhook], runs, ..RuleEffects::default() };
        let set = ChangeSet { finish: Some(claim.clone()), jobs, rules, ..ChangeSet::default() };
        match self.commit(set).await {
            // Another node took over; what was sent twice has the same name.
            Ok(()) | Err(CommitError::Fenced) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn hand_over_webhook(&self, webhook: &StoredWebhook) -> Result<End, Error> {
        let rule = self.store().get_record(webhook.rule).await?.ok_or(Error::NotFound)?.record;
        if rule.kind != RULE || rule.state != "active" {
            return Ok(End::GivenUp("the rule is not in force any more".to_owned(), None));
        }
        let Some(sender) = Sender::of(self, &rule)? else {
            return Ok(End::GivenUp("the rule has no webhook address or no secret any more".to_owned(), None));
        };
        let body = self.webhook_document(webhook, &rule).await?.to_string().into_bytes();
        Ok(match sender.send(self, &webhook.id, body).await? {
            Ok(status) => End::Sent(status),
            Err(OutsideError::Refused(fault)) => End::GivenUp(fault, None),
            // Whoever is gone for good says so (RFC 9110, section 15.5.11).
            Err(error @ OutsideError::Status(410)) => End::GivenUp(error.to_string(), Some(410)),
            Err(error @ OutsideError::Status(status)) => End::Again(error.to_string(), Some(status)),
            Err(OutsideError::Passing(fault)) => End::Again(fault, None),
        })
    }

    /// The document with the record as it was when the rule acted, as far as whoever keeps the rule may see it now.
    async fn webhook_document(&self, webhook: &StoredWebhook, rule: &Record) -> Result<Json, Error> {
        let keeper = self.actor(rule.reference("runs_as").ok_or(Error::Unauthenticated)?, None).await?;
        let record = self.store().get_record(webhook.record).await?.ok_or(Error::NotFound)?.record;
        let kind: Arc<_> = self.kind(&record.kind)?.clone();
        let then = self.record_at_revision(&keeper, &kind, &record.id.to_string(), webhook.revision).await?;
        let view = self.view_as_of(&keeper, &kind, &record, then, webhook.created_at).await?;
        let own = rights(&keeper, &kind, &record, self.now());
        let event = match webhook.seq {
            Some(seq) => self.store().journal_of(record.id, seq - 1, 1).await?.into_iter().next(),
            None => None,
        };
        let event = event.and_then(|entry| crate::journal::readable(&kind, entry.event, &own));
        let named = event.iter().map(|event| event.actor).collect();
        let labels = self.labels(&keeper, named, &std::collections::BTreeSet::new()).await?;
        Ok(document(webhook, rule, &view, event.as_ref(), &labels))
    }
}

/// Documents on their way, each with where it goes.
type Tasks = JoinSet<(String, Result<(), Error>)>;

/// Gives the room of a document back that has come to its end.
fn reap(lanes: &mut Lanes, ended: Result<(String, Result<(), Error>), JoinError>) {
    match ended {
        Ok((to, done)) => {
            lanes.leave(&to);
            if let Err(error) = done {
                tracing::warn!(%error, "a webhook could not be handed over; it is tried again");
            }
        }
        Err(error) => tracing::error!(%error, "handing a webhook over broke off"),
    }
}

/// Seconds until it is tried again: longer each time, and not at the same moment for all that failed together.
fn wait(webhook: &StoredWebhook) -> i64 {
    let wait = (RETRY_AFTER << (webhook.tries - 1).clamp(0, 20)).min(LONGEST);
    let spread = webhook.id.bytes().fold(0_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 1000);
    wait + wait * spread / 4000
}

fn given_up(webhook: &StoredWebhook, fault: &str, now: Moment) -> Result<NewRun, Error> {
    let did = Did { action: "webhook".to_owned(), delivery: Some(webhook.id.clone()), ..Did::default() };
    let trace = Trace { did: vec![did], reason: fault.to_owned(), ..Trace::default() };
    Ok(NewRun {
        rule: webhook.rule,
        version: webhook.version,
        record: webhook.record,
        seq: webhook.seq,
        made: None,
        at: now,
        outcome: Outcome::Undelivered.key().to_owned(),
        detail: serde_json::to_value(trace).map_err(Error::internal)?,
    })
}

/// HMAC-SHA256 over name, moment and body. A secret `whsec_…` is Base64, as receivers' libraries have it.
fn signature(secret: &str, id: &str, seconds: i64, body: &[u8]) -> Result<String, Error> {
    let key = match secret.strip_prefix("whsec_").and_then(|text| BASE64_STANDARD.decode(text).ok()) {
        Some(key) => key,
        None => secret.as_bytes().to_vec(),
    };
    let mut mac = <Hmac<sha2::Sha256> as hmac::Mac>::new_from_slice(&key).map_err(Error::internal)?;
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body);
    Ok(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::signature;

    #[test]
    fn a_signature_is_that_of_the_standard() {
        // The example of the specification.
        let made = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(made.ok().as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }
}
