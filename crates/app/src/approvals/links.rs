//! Deciding by a link, without signing in: one person, one round, once.
//!
//! Whoever holds the link decides in the name of its owner, so it is as good as their password for this one answer: 256
//! random bits of which a hash is kept, for seven days at most, made only by whoever is asked. Looking at it changes
//! nothing, since programs that look through mail follow links.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use steward_model::access::{Action, Actor, may};
use steward_model::chain::Hash;
use steward_model::command::{Command, Input, Transition};
use steward_model::event::Door;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_practices::approval::{APPROVAL, APPROVE, REFUSE};
use steward_store::approval_links::{NewApprovalLink, StoredApprovalLink};

use super::ApprovalSeen;
use crate::App;
use crate::authenticate::{ADDRESS_FAILURES, address_subject};
use crate::boxed;
use crate::error::Error;
use crate::records::{Origin, Request};
use crate::view::RecordView;
use crate::viewing::refuse_viewed;

/// How long a link lasts at most, in seconds.
const LASTS: i64 = 7 * 24 * 3600;
/// Links of one person to one round at a time.
const MOST: i64 = 5;
/// How long a link that ended is told apart from one that never was, in seconds.
const REMEMBERED: i64 = 30 * 24 * 3600;

/// What a link leads to.
#[derive(Debug)]
pub enum Linked {
    /// A question that its owner can answer now.
    Open(Box<Question>),
    /// It was used.
    Used,
    /// Its time is over.
    Expired,
    /// The round is over or withdrawn, in the words of its outcome.
    Over(String),
    /// Its owner is not asked any more, or may not act.
    NotTheirs,
}

/// What is asked by a link.
#[derive(Debug)]
pub struct Question {
    /// The owner of the link.
    pub actor: Actor,
    /// The round, as they see it.
    pub view: RecordView,
    /// The round with its questions.
    pub seen: ApprovalSeen,
    /// Whether an answer is signed with the password.
    pub wants_signature: bool,
    /// When the link ends.
    pub expires_at: Moment,
}

/// An answer that came by a link.
#[derive(Debug, Clone, Copy)]
pub struct LinkAnswer<'a> {
    /// Whether they agree.
    pub agrees: bool,
    /// Why.
    pub reason: &'a str,
    /// The password, where the answer is signed.
    pub password: &'a str,
}

impl App {
    /// Makes a link by which whoever asks decides a round once, and gives its secret part and when it ends.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a round that they may not see, [`Error::Illegal`] where they are not asked now,
    /// [`Error::Invalid`] for too many links, [`Error::Denied`] with a token that only reads.
    #[boxed]
    pub async fn make_approval_link(&self, actor: &Actor, name: &str) -> Result<(String, Moment), Error> {
        refuse_viewed(actor)?;
        let kind = self.kind(APPROVAL)?.clone();
        let approval = self.find(actor, &kind, name).await?.record;
        if actor.limits.as_ref().is_some_and(|limits| limits.read_only) {
            return Err(Error::Forbidden { action: Action::Transition });
        }
        if !is_asked(&approval, actor) {
            let message = "Only those who are asked now decide this".to_owned();
            return Err(Error::Illegal { message, allowed: Vec::new() });
        }
        let now = self.now();
        if self.store().open_approval_links(approval.id, actor.person, now).await? >= MOST {
            return Err(Error::invalid("link", format!("there are {MOST} already; use one of them")));
        }
        let bytes: [u8; 32] = rand::random();
        let token = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let expires_at = now.plus_seconds(LASTS);
        let (hash, person) = (Hash::of(token.as_bytes()), actor.person);
        let link = NewApprovalLink { hash, approval: approval.id, person, created_at: now, expires_at };
        self.store().add_approval_link(link, now.plus_seconds(-REMEMBERED)).await?;
        self.note_security(person, "", "approval_link_made", "done").await?;
        Ok((token, expires_at))
    }

    /// What a link leads to, for whoever holds it. Changes nothing but the count of guesses.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that never was; [`Error::TooMany`] after too many of them from an address.
    #[boxed]
    pub async fn approval_link(&self, token: &str, address: &str) -> Result<Linked, Error> {
        let link = self.link_of(token, address).await?;
        self.linked(&link).await
    }

    /// Takes the answer that came by a link; `None` when it was taken, else what is in the way.
    ///
    /// # Errors
    /// As [`Self::approval_link`]; [`Error::Invalid`] for a reason or password that is missing, after which the link can
    /// be used again.
    pub async fn decide_by_link(
        &self,
        token: &str,
        address: &str,
        answer: LinkAnswer<'_>,
    ) -> Result<Option<Linked>, Error> {
        let link = self.link_of(token, address).await?;
        let question = match self.linked(&link).await? {
            Linked::Open(question) => question,
            closed => return Ok(Some(closed)),
        };
        let hash = Hash::of(token.as_bytes());
        if question.wants_signature {
            self.give_password(question.actor.person, answer.password, address).await?;
        }
        // Used up before the answer is decided, so that of two at once one is refused.
        if !self.store().use_approval_link(hash, self.now()).await? {
            return Ok(Some(Linked::Used));
        }
        let taken = self.answer_by(&question, answer).await;
        match taken {
            Ok(()) => {
                self.note_security(question.actor.person, address, "approval_link_used", "done").await?;
                Ok(None)
            }
            Err(error) => {
                self.store().give_back_approval_link(hash).await?;
                Err(error)
            }
        }
    }

    async fn answer_by(&self, question: &Question, answer: LinkAnswer<'_>) -> Result<(), Error> {
        let mut fields = Input::new();
        if !answer.reason.trim().is_empty() {
            fields.insert("reason".to_owned(), answer.reason.trim().into());
        }
        let key = if answer.agrees { APPROVE } else { REFUSE };
        let step = Transition { key: key.to_owned(), fields, ..Transition::default() };
        let request = Request::Command(Command::Transition(step));
        let origin = Origin { signed: question.wants_signature, ..Origin::door(Door::Page) };
        let name = question.view.record.number.as_str();
        self.execute(&question.actor, &question.view.kind, name, &request, &origin).await.map(drop)
    }

    async fn link_of(&self, token: &str, address: &str) -> Result<StoredApprovalLink, Error> {
        let now = self.now();
        // Apart from failures to sign in: guesses of links lock nobody out of their account.
        let subject = format!("decide:{}", address_subject(address));
        self.refuse_after_failures(&subject, ADDRESS_FAILURES, now).await?;
        match self.store().find_approval_link(&Hash::of(token.as_bytes())).await? {
            Some(link) => Ok(link),
            None => {
                self.note_failure(&[subject], now).await?;
                Err(Error::NotFound)
            }
        }
    }

    async fn linked(&self, link: &StoredApprovalLink) -> Result<Linked, Error> {
        if link.used_at.is_some() {
            return Ok(Linked::Used);
        }
        if link.expires_at <= self.now() {
            return Ok(Linked::Expired);
        }
        let actor = match self.actor(link.person, None).await {
            Ok(actor) => actor,
            Err(Error::Unauthenticated) => return Ok(Linked::NotTheirs),
            Err(error) => return Err(error),
        };
        let kind = self.kind(APPROVAL)?.clone();
        let Some(loaded) = self.store().get_record(link.approval).await? else { return Ok(Linked::NotTheirs) };
        let record = loaded.record;
        if !may(&actor, Action::Read, &kind, &record, self.now()) {
            return Ok(Linked::NotTheirs);
        }
        if record.state != "open" {
            return Ok(Linked::Over(record.text("outcome").to_owned()));
        }
        if !is_asked(&record, &actor) {
            return Ok(Linked::NotTheirs);
        }
        let seen = self.approval_seen(&actor, record.clone()).await?;
        let view = self.view(&actor, &kind, record, None).await?;
        let wants_signature = self.wants_signature(&actor, &view, APPROVE).await?;
        let expires_at = link.expires_at;
        Ok(Linked::Open(Box::new(Question { actor, view, seen, wants_signature, expires_at })))
    }
}

/// Whether somebody can decide a round now.
fn is_asked(approval: &Record, actor: &Actor) -> bool {
    approval.state == "open" && approval.references("pending").contains(&actor.person)
}
