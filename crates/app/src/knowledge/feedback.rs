//! What readers say of articles: a vote each, and words that become work for the owner.

use serde_json::json;
use steward_model::access::{Action, Actor, rights};
use steward_model::command::Input;
use steward_model::decide::COMMENT_MAX;
use steward_model::event::{Cause, Door};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_practices::knowledge::{FEEDBACK, version};
use steward_store::knowledge::Vote;

use super::App;
use crate::boxed;
use crate::error::Error;
use crate::records::{NewRecord, Origin, RecordName};

/// Kinds of records that feedback may come from.
const ABOUT: [&str; 5] = ["incident", "service_request", "problem", "change", "task"];

/// Whether an article helped, and why.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Whether it helped.
    pub helpful: bool,
    /// Words for its owner; may be empty.
    pub comment: String,
}

/// Why an article is flagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagReason {
    /// It says something that is not so.
    Wrong,
    /// It was right once.
    Outdated,
    /// It is hard to follow.
    Unclear,
}

impl FlagReason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Wrong, Self::Outdated, Self::Unclear];

    /// The word for it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Outdated => "outdated",
            Self::Unclear => "unclear",
        }
    }
}

/// That something is wrong with an article.
#[derive(Debug, Clone)]
pub struct Flag {
    /// Why.
    pub reason: FlagReason,
    /// What is wrong, for its owner.
    pub comment: String,
    /// The record that the reader worked on, as kind and number.
    pub about: Option<(String, String)>,
}

impl App {
    /// Keeps whether an article helped somebody who may read it; they may change their mind. Words become feedback for
    /// its owner.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not read the article, [`Error::Invalid`] for words that are too long.
    #[boxed]
    pub async fn vote_on_article(&self, actor: &Actor, name: &str, said: &Said, door: Door) -> Result<(), Error> {
        let (kind, article) = self.article(actor, name).await?;
        check_words(&said.comment)?;
        if actor.limits.as_ref().is_some_and(|limits| limits.read_only) {
            return Err(Error::Forbidden { action: Action::Comment });
        }
        self.store()
            .vote(Vote {
                article: article.id,
                person: actor.person,
                version: version(&article),
                helpful: said.helpful,
                at: self.now(),
            })
            .await?;
        if !said.comment.trim().is_empty() {
            let reason = if said.helpful { "praise" } else { "not_helpful" };
            self.give_feedback(actor, &kind, &article, reason, &said.comment, None, door).await?;
        }
        Ok(())
    }

    /// What somebody thought of an article.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn own_vote(&self, actor: &Actor, article: RecordId) -> Result<Option<bool>, Error> {
        Ok(self.store().vote_of(article, actor.person).await?)
    }

    /// Flags an article: its owner gets it as work to do.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see the article, [`Error::Denied`] for who is not among its staff.
    #[boxed]
    pub async fn flag_article(&self, actor: &Actor, name: &str, flag: &Flag, door: Door) -> Result<RecordName, Error> {
        let (kind, article) = self.article(actor, name).await?;
        let own = rights(actor, &kind, &article, self.now());
        if !actor.is_staff() || !own.may_read_internal() || !own.may(Action::Comment) {
            return Err(Error::Denied("flag this article"));
        }
        if flag.comment.trim().is_empty() {
            return Err(Error::invalid("comment", "is needed: say what is wrong"));
        }
        check_words(&flag.comment)?;
        let about = match &flag.about {
            None => None,
            Some((about, number)) if ABOUT.contains(&about.as_str()) => {
                let about = self.kind(about)?.clone();
                Some(self.find(actor, &about, number).await?.record.id)
            }
            Some(_) => None,
        };
        self.give_feedback(actor, &kind, &article, flag.reason.key(), &flag.comment, about, door).await
    }

    /// Steward writes it down for whoever said it: readers need no right of their own on what the owner works on.
    #[expect(clippy::too_many_arguments, reason = "all of it is what was said")]
    async fn give_feedback(
        &self,
        actor: &Actor,
        kind: &Kind,
        article: &Record,
        reason: &str,
        comment: &str,
        about: Option<RecordId>,
        door: Door,
    ) -> Result<RecordName, Error> {
        let feedback = self.kind(FEEDBACK)?.clone();
        let title: String = article.text(&kind.label_field).chars().take(190).collect();
        let mut fields = Input::new();
        fields.insert("title".to_owned(), json!(title));
        fields.insert("article".to_owned(), json!(article.id.to_string()));
        fields.insert("article_version".to_owned(), json!(version(article)));
        fields.insert("reason".to_owned(), json!(reason));
        fields.insert("comment".to_owned(), json!(comment.trim()));
        fields.insert("reporter".to_owned(), json!(actor.person.to_string()));
        let owner = article.reference("owner").or_else(|| article.reference("author"));
        let team = article.reference("team");
        for (key, value) in [("about", about), ("assignee", owner), ("team", team)] {
            if let Some(id) = value {
                fields.insert(key.to_owned(), json!(id.to_string()));
            }
        }
        let new = NewRecord { organisation: Some(article.organisation.to_string()), fields, links: Vec::new() };
        let cause = Some(Cause::Rule("knowledge.feedback".to_owned()));
        let origin = Origin { door, cause, idempotency_key: None, signed: false };
        let made = self.create(&Actor::system(), &feedback, &new, &origin).await?.record;
        Ok(RecordName { id: made.id, number: made.number })
    }
}

fn check_words(text: &str) -> Result<(), Error> {
    if text.chars().count() > COMMENT_MAX || text.contains('\0') {
        return Err(Error::invalid("comment", format!("may have at most {COMMENT_MAX} characters, none of them NUL")));
    }
    Ok(())
}
