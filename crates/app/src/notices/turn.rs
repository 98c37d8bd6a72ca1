//! The turn of the outbox: what is due is written, with the rights of that moment, and handed over.
//!
//! A message is claimed before it is written, so that no two nodes send it, and what happens from then on makes a message
//! of its own. One whose node ended in between is taken up again when the lease has run out, with the same number.

use std::time::Duration;

use steward_model::moment::Moment;
use steward_store::outbox::{MailClaim, MailEnd, MailState};

use super::compose::{Composed, Why, is_old};
use super::transport::{Outgoing, TransportError};
use super::write::settings;
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::jobs::Round;

/// The job that looks for what is due.
pub(crate) const ROUND: Round = Round { job: "outbox.send", kind: "person", every: 10 };
/// Messages taken together.
const BATCH: usize = 20;
/// How long a node may take for what it took, in seconds.
const LEASE: i64 = 600;
/// How long handing over one message may take.
const SEND_WITHIN: Duration = Duration::from_secs(20);
/// Times that a message is tried.
const TRIES: i64 = 6;
/// Before the second try, in seconds; four times as long before each further one.
const RETRY_AFTER: i64 = 60;
/// What was due longer ago is not sent by itself any more, in seconds: nobody wants yesterday's news when mail works again.
const OLDEST: i64 = 24 * 3600;
/// Letters kept of what went wrong.
const ERROR: usize = 500;

impl App {
    /// Sends what is due.
    ///
    /// # Errors
    /// When the database is away. A message that cannot be sent keeps no other one from it.
    #[boxed]
    pub async fn send_due_mail(&self) -> Result<(), Error> {
        let stopping = self.stopping();
        loop {
            let claims = self.store().claim_mail(self.now(), LEASE, BATCH, None).await?;
            let is_last = claims.len() < BATCH;
            self.deliver(claims).await?;
            if is_last || *stopping.borrow() {
                return Ok(());
            }
        }
    }

    /// Sends one message that is due.
    pub(super) async fn send_one_mail(&self, id: i64) -> Result<(), Error> {
        let claims = self.store().claim_mail(self.now(), LEASE, 1, Some(id)).await?;
        self.deliver(claims).await
    }

    async fn deliver(&self, claims: Vec<MailClaim>) -> Result<(), Error> {
        if claims.is_empty() {
            return Ok(());
        }
        let mails: Vec<_> = claims.iter().map(|claim| &claim.mail).collect();
        let material = self.material(&mails).await?;
        for claim in &claims {
            let now = self.now();
            let end = match self.compose(&claim.mail, &material, None).await? {
                Err(why) => withheld(why, MailState::Withheld, now),
                Ok(_) if is_old(&claim.mail, now, OLDEST) && claim.mail.tries == 1 => {
                    withheld(Why::Old, MailState::Held, now)
                }
                Ok(composed) => self.hand_over(claim, composed).await,
            };
            if !self.store().end_mail(claim, &end).await? {
                tracing::warn!(message = claim.mail.id, "another node took over a message of the outbox");
            }
        }
        Ok(())
    }

    async fn hand_over(&self, claim: &MailClaim, composed: Composed) -> MailEnd {
        let post = self.post();
        let now = self.now();
        let ended = |state| MailEnd { state, why: None, error: None, retry_at: None, at: now };
        let Some(transport) = &post.transport else { return ended(MailState::Held) };
        let outgoing = Outgoing {
            id: claim.mail.id,
            name: composed.name,
            address: composed.address,
            subject: composed.subject,
            text: composed.text,
            thread: composed.thread,
            because: composed.because,
            settings: settings(&post.address),
            language: composed.language.code(),
            at: claim.mail.created_at,
        };
        let sent = tokio::time::timeout(SEND_WITHIN, transport.send(&outgoing)).await;
        let (is_for_good, error) = match sent {
            Ok(Ok(())) => return ended(MailState::Sent),
            Ok(Err(TransportError::Refused(error))) => (true, error),
            Ok(Err(TransportError::Passing(error))) => (claim.mail.tries >= TRIES, error),
            Err(_) => (claim.mail.tries >= TRIES, format!("no answer within {} seconds", SEND_WITHIN.as_secs())),
        };
        tracing::warn!(message = claim.mail.id, attempt = claim.mail.tries, %error, "a message could not be handed over");
        let error = Some(error.chars().take(ERROR).collect());
        if is_for_good {
            return MailEnd { error, ..ended(MailState::Dead) };
        }
        let wait = RETRY_AFTER << (2 * (claim.mail.tries - 1).clamp(0, 10));
        MailEnd { error, retry_at: Some(now.plus_seconds(wait)), ..ended(MailState::Failed) }
    }
}

fn withheld(why: Why, state: MailState, at: Moment) -> MailEnd {
    MailEnd { state, why: Some(why.key().to_owned()), error: None, retry_at: None, at }
}
