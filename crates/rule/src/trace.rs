//! What a rule did and why, as it is kept: words for programs, names by identity, so that it can be shown in any language
//! and to nobody who may not know.

use serde::{Deserialize, Serialize};
use steward_model::id::RecordId;

use crate::route::{Passed, Strategy};

/// What came of a rule that was to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It did something.
    Done,
    /// All was as it wanted it.
    Nothing,
    /// What it wanted to do was refused; nothing of it was done.
    Refused,
    /// It had acted as often as it may in an hour.
    Limited,
    /// It would have chased itself or others.
    Looped,
    /// What it handed over to another system was not taken within a day.
    Undelivered,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Done, Self::Nothing, Self::Refused, Self::Limited, Self::Looped, Self::Undelivered];

    /// The word for it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Nothing => "nothing",
            Self::Refused => "refused",
            Self::Limited => "limited",
            Self::Looped => "looped",
            Self::Undelivered => "undelivered",
        }
    }

    /// The outcome of a word.
    pub fn named(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.key() == key)
    }
}

/// More about what a rule did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// What it did, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub did: Vec<Did>,
    /// Who got the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routed: Option<Routed>,
    /// Why it did nothing, in English as decisions say it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The record that the rule answered, where it acted on another one that is related to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<RecordId>,
    /// How many records there were, where it counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<i64>,
    /// Rules that would have answered the same entry, and why they did not act.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<PassedRule>,
}

/// One thing that was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Did {
    /// The action, such as `set`.
    pub action: String,
    /// Key of the field, step or link, or the number of the record that was made.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub what: String,
    /// How many people were told, or on how many records it acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// Further related records, on which it did not act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond: Option<usize>,
    /// The name of what was handed over to another system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<String>,
    /// How far that has come; looked up when it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Sent>,
}

/// How far something has come that was handed over to another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// `waiting`, `sent` or `given_up`.
    pub state: String,
    /// How often it was tried.
    pub tries: i64,
    /// Status of the last answer; `None` when there was none.
    pub status: Option<i64>,
    /// What went wrong last.
    pub fault: Option<String>,
}

/// Who got the record and who did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routed {
    /// How they were chosen.
    pub strategy: Strategy,
    /// The team; none was found when `None`.
    pub team: Option<RecordId>,
    /// The person; nobody when `None`.
    pub person: Option<RecordId>,
    /// The others, and why they did not get it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<(RecordId, Passed)>,
}

/// A rule that did not act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedRule {
    /// The rule.
    pub rule: RecordId,
    /// Its number and title.
    pub named: String,
    /// Why it did not act.
    #[serde(default)]
    pub because: Because,
    /// The part of its condition that did not hold, or the number of the rule that was the last; empty for those who may
    /// not know it.
    #[serde(default)]
    pub why: String,
    /// The rule that was the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<RecordId>,
}

/// Why a rule did not act.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// Its condition did not hold.
    #[default]
    Condition,
    /// A rule before it acted and was the last one.
    LastRule,
    /// There were not as many records as it waits for, or it acted within this time already.
    Threshold,
}
