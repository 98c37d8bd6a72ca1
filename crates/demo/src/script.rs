//! What happens, when, and by whom: steps that are put in the order of time before any of them is played.

use std::collections::HashMap;

use serde_json::Value as Json;
use steward_app::knowledge::FlagReason;
use steward_model::event::{Audience, Door};
use steward_model::moment::Moment;

/// Who does something, and the way it comes in. Steward itself where the name is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct By {
    /// Login, empty for Steward itself.
    pub(crate) who: String,
    /// The door.
    pub(crate) door: Door,
}

/// Somebody at a page.
pub(crate) fn page(who: &str) -> By {
    By { who: who.to_owned(), door: Door::Page }
}

/// Somebody by mail.
pub(crate) fn mail(who: &str) -> By {
    By { who: who.to_owned(), door: Door::Mail }
}

/// Steward itself.
pub(crate) fn steward(door: Door) -> By {
    By { who: String::new(), door }
}

/// What is done to a record.
///
/// In fields, a text `@kind:key` stands for the record with this handle; in every text, `{{kind:key}}` stands for its
/// number.
#[derive(Debug, Clone)]
pub(crate) enum Deed {
    /// It comes into being.
    Create {
        /// Key of its kind.
        kind: &'static str,
        /// Key of its company; follows from the requester when empty.
        company: String,
        /// Its fields.
        fields: Json,
        /// Link types and handles of targets.
        links: Vec<(String, String)>,
    },
    /// It is ordered from the catalogue.
    Order {
        /// Handle of the item.
        item: String,
        /// Answers by question.
        answers: serde_json::Map<String, Json>,
        /// How many.
        quantity: Option<i64>,
        /// What else was said.
        note: Option<String>,
    },
    /// Fields change.
    Update(Json),
    /// It moves along its lifecycle.
    Move {
        /// The transition.
        key: &'static str,
        /// Fields set with it.
        fields: Json,
        /// Words that go with it.
        words: Option<(Audience, String)>,
    },
    /// Somebody writes.
    Say(Audience, String),
    /// Somebody notes time, in minutes.
    Work(i64, String),
    /// Somebody adds a file for everybody who reads the record.
    Attach(String, Vec<u8>),
    /// The task that a step of its plan became moves along its lifecycle: its title, the transition.
    Step(&'static str, &'static str),
    /// It is linked to another record.
    Link(&'static str, String),
    /// Who does it wants to hear of changes.
    Watch,
    /// Somebody says whether an article helped.
    Vote {
        /// Whether it did.
        helpful: bool,
        /// Words for its owner; may be empty.
        comment: String,
    },
    /// Somebody flags an article.
    Flag {
        /// Why.
        reason: FlagReason,
        /// What is wrong.
        comment: String,
    },
}

impl Deed {
    /// Whether a record comes into being by it.
    pub(crate) fn is_birth(&self) -> bool {
        matches!(self, Self::Create { .. } | Self::Order { .. })
    }
}

/// A deed at its moment.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// When.
    pub(crate) at: Moment,
    /// By whom.
    pub(crate) by: By,
    /// Handle of the record.
    pub(crate) record: String,
    /// What.
    pub(crate) deed: Deed,
}

/// All steps.
#[derive(Debug)]
pub(crate) struct Script {
    now: Moment,
    steps: Vec<Step>,
    born: HashMap<String, Moment>,
    last: HashMap<String, Moment>,
}

impl Script {
    /// An empty script that ends now.
    pub(crate) fn new(now: Moment) -> Self {
        Self { now, steps: Vec::new(), born: HashMap::new(), last: HashMap::new() }
    }

    /// Adds a step; one that lies after now has not happened, and neither has what follows it on the same record. What
    /// is written for a record comes in the order of time.
    pub(crate) fn add(&mut self, at: Moment, by: By, record: &str, deed: Deed) {
        let at = self.last.get(record).map_or(at, |last| at.max(last.plus_seconds(1)));
        let is_birth = deed.is_birth();
        if at > self.now || !is_birth && !self.born.contains_key(record) {
            // Nothing later on this record may happen either.
            self.last.insert(record.to_owned(), self.now.plus_seconds(1));
            return;
        }
        if is_birth {
            self.born.insert(record.to_owned(), at);
        }
        self.last.insert(record.to_owned(), at);
        self.steps.push(Step { at, by, record: record.to_owned(), deed });
    }

    /// A step for a record that is not in a conversation: many may stand at the same moment.
    pub(crate) fn add_at_once(&mut self, at: Moment, by: By, record: &str, deed: Deed) {
        if deed.is_birth() {
            self.born.insert(record.to_owned(), at);
        }
        self.last.insert(record.to_owned(), at);
        self.steps.push(Step { at, by, record: record.to_owned(), deed });
    }

    /// Whether a record is there at a moment.
    pub(crate) fn is_there(&self, record: &str, at: Moment) -> bool {
        self.born.get(record).is_some_and(|born| *born < at)
    }

    /// The steps in the order of time, at one moment in the order in which they were added.
    pub(crate) fn into_steps(mut self) -> Vec<Step> {
        self.steps.sort_by_key(|step| step.at);
        self.steps
    }
}

/// A record that comes into being, of the requester's company.
pub(crate) fn create(kind: &'static str, fields: Json) -> Deed {
    Deed::Create { kind, company: String::new(), fields, links: Vec::new() }
}

/// A move without words.
pub(crate) fn go(key: &'static str, fields: Json) -> Deed {
    Deed::Move { key, fields, words: None }
}

/// A move with words for the requester.
pub(crate) fn go_saying(key: &'static str, fields: Json, words: String) -> Deed {
    Deed::Move { key, fields, words: Some((Audience::Public, words)) }
}

/// Words that the requester reads.
pub(crate) fn say(words: impl Into<String>) -> Deed {
    Deed::Say(Audience::Public, words.into())
}

/// Words for staff.
pub(crate) fn note(words: impl Into<String>) -> Deed {
    Deed::Say(Audience::Internal, words.into())
}
