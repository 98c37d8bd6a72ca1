//! Kinds: what sorts of record there are, as checked data.
//!
//! Definitions are written in TOML (see `docs/reference/kinds.md`); only [`Registry::load`] builds a [`Kind`], so one that exists is
//! consistent: every field that a transition, form or condition names is there.

mod field;
mod interval;
mod load;
mod registry;
mod translation;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use field::{Choice, Choices, Computation, Default, Field, FieldType, Level, Requirement, Unfit};
pub use interval::{Interval, Span, SpanSource, TimeKind};
pub(crate) use load::{ATTRIBUTES, FILTER_WORDS};
pub use load::{DefinitionError, Source};
pub use registry::{LinkType, OwnGrant, Registry};
pub use translation::Untranslated;

use crate::event::Audience;
use crate::filter::Filter;
use crate::id::RecordId;
use crate::record::Record;

/// A sort of record.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// Key, such as `service_request`.
    pub key: String,
    /// Word in addresses, such as `service-requests`.
    pub plural: String,
    /// Name for people.
    pub label: String,
    /// Name of many for people.
    pub label_plural: String,
    /// One sentence for people who choose among kinds.
    pub description: String,
    /// Practice that it belongs to, such as `incident`.
    pub practice: String,
    /// Tabler icon name.
    pub icon: String,
    /// How its records are numbered.
    pub numbering: Numbering,
    /// Field that names a record in references, such as `title` or `name`.
    pub label_field: String,
    /// Whether everyone who sees a reference may read the label behind it (people, teams, services, …). Other kinds
    /// show a label only to those who may read the record itself.
    pub label_public: bool,
    /// Whether its list has a place in the navigation; parts of other work are reached through that work.
    pub navigation: bool,
    /// Whether its records say how Steward works here: they are kept as text as well, and carried to other
    /// installations.
    pub configuration: bool,
    /// Whether only Steward makes its records, as a consequence of something else.
    pub automatic: bool,
    /// Fields in form order, those of all classes included.
    pub fields: Vec<Field>,
    /// Class tree, for kinds whose records have classes with fields of their own.
    pub classes: Vec<Class>,
    /// States and moves between them.
    pub lifecycle: Lifecycle,
    /// Moves made when somebody comments, such as a requester's reply ending a hold.
    pub on_comment: Vec<OnComment>,
    /// Where its records wait until those who are asked agree; `None` for kinds that nobody approves.
    pub approval: Option<ApprovalPoint>,
    /// How what happens to a whole goes on to its parts; `None` for kinds without parts of their own kind.
    pub family: Option<Family>,
    /// How records that tell of the same thing become one; `None` for kinds that are not merged.
    pub merging: Option<Merging>,
    /// What follows a record that cannot be reopened any more; `None` for kinds without.
    pub follow_up: Option<FollowUp>,
    /// Sections of the form, in order. Fields in none of them follow in an unnamed last one.
    pub form: Vec<FormSection>,
    /// Columns of its lists.
    pub list_columns: Vec<String>,
    /// Field whose values make the columns of a board; the state when `None`.
    pub board_column: Option<String>,
    /// Times that its records take up.
    pub intervals: Vec<Interval>,
}

impl Kind {
    /// Whether no field may have this key: every record has it, or conditions mean something else by it.
    pub fn is_reserved(key: &str) -> bool {
        ATTRIBUTES.contains(&key) || FILTER_WORDS.contains(&key)
    }
}

/// Prefix and width of record numbers: `INC0000042`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbering {
    /// Upper-case letters, unique among kinds.
    pub prefix: String,
    /// Digits at least.
    #[serde(default = "seven")]
    pub digits: usize,
}

fn seven() -> usize {
    7
}

impl Numbering {
    /// The number with this place in the series.
    pub fn format(&self, place: i64) -> String {
        format!("{}{:0width$}", self.prefix, place, width = self.digits)
    }

    /// The place in the series that a number stands for, when it has our prefix.
    pub fn place(&self, number: &str) -> Option<i64> {
        number.strip_prefix(&self.prefix).and_then(|digits| digits.parse().ok())
    }
}

/// A class of records within a kind, such as `server` among configuration items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// Key, the value of the kind's `class` field.
    pub key: String,
    /// Name for people.
    pub label: String,
    /// The class that it refines.
    pub parent: Option<String>,
}

/// States and the moves between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Lifecycle {
    /// State of a new record.
    pub initial: String,
    /// States in the order shown.
    pub states: Vec<State>,
    /// Moves.
    pub transitions: Vec<Transition>,
}

/// A state of a lifecycle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Key.
    pub key: String,
    /// Name for people.
    pub label: String,
    /// What it counts as in reports.
    pub category: Category,
}

/// The five reporting categories that every state belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Nobody has begun.
    New,
    /// Being worked on.
    Active,
    /// Held up by something outside.
    Waiting,
    /// Finished.
    Done,
    /// Given up.
    Cancelled,
}

impl Category {
    /// The word on the wire and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Active => "active",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether work remains: new, active or waiting.
    pub fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Active | Self::Waiting)
    }
}

/// A move from one state to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// Key, unique in the lifecycle.
    pub key: String,
    /// Name of the action for people: "Resolve".
    pub label: String,
    /// The same as the journal keeps it: as it was defined, in whatever language somebody made the move.
    pub recorded_as: String,
    /// States it starts from.
    pub from: Vec<String>,
    /// State it leads to.
    pub to: String,
    /// It starts only where this holds on the record before the move, and is offered nowhere else; everywhere when `None`.
    pub when: Option<Filter>,
    /// Condition on the record as it would be after the move.
    pub guard: Option<Guard>,
    /// Fields that must not be empty after the move.
    pub requires: Vec<String>,
    /// Fields asked for with the move; those required are among them.
    pub fields: Vec<String>,
    /// Roles that may make it; anyone who may move the record when empty.
    pub roles: Vec<String>,
    /// The lowest level that may make it.
    pub level: Level,
    /// Whether only Steward makes it, as a consequence of something else; nobody is offered it.
    pub automatic: bool,
    /// Whether who makes it signs with their password, given for this very act.
    pub signature: bool,
    /// Conditions on the record as it is, each for those who act on no higher level than it names.
    pub limits: Vec<Limit>,
    /// A comment that must come with it.
    pub comment: Option<CommentRule>,
    /// Moment fields set to now.
    pub stamp: Vec<String>,
    /// Person fields set to the actor.
    pub stamp_person: Vec<String>,
    /// Fields emptied.
    pub clear: Vec<String>,
    /// Whole-number fields raised by one.
    pub increment: Vec<String>,
    /// Fields set to a fixed stored value.
    pub set: BTreeMap<String, Json>,
    /// Fields that take the value of another one of the same type, from where that was not given with the move itself.
    pub copy: BTreeMap<String, String>,
    /// Values are copied only where this holds on the record before the move; always when `None`.
    pub copy_when: Option<Filter>,
}

impl Transition {
    /// Whether it starts from a record as it is.
    pub fn starts(&self, kind: &Kind, record: &Record) -> bool {
        self.from.contains(&record.state) && self.when.as_ref().is_none_or(|when| when.matches_local(record, kind))
    }
}

/// A condition under which those up to a level may make a move: a window of time, somebody's being asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// It holds for those who act on this level or below.
    pub level: Level,
    /// The condition on the record before the move.
    pub when: Filter,
    /// Why it is not possible otherwise, for people.
    pub message: String,
}

/// A condition with the message for whom it stops.
#[derive(Debug, Clone, PartialEq)]
pub struct Guard {
    /// The condition.
    pub filter: Filter,
    /// What to do about it, for people.
    pub message: String,
}

/// A comment that a transition asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct CommentRule {
    /// For whom it must be.
    pub audience: Audience,
    /// When it is asked for; always when `None`.
    pub when: Option<Filter>,
}

/// What follows a record that is over: a new one, linked to it, with some of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// The transition that it stands in for, where somebody may not make that any more.
    pub instead_of: String,
    /// Key of the kind of the new record; the same kind when `None`.
    pub kind: Option<String>,
    /// Fields whose values the new record begins with, as far as its kind has them and its maker may write them.
    pub copy: Vec<String>,
}

/// How the approval of a record bears on its lifecycle: it waits in a state, and what was decided moves it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalPoint {
    /// The state in which it waits.
    pub state: String,
    /// The transition that is made once it is approved.
    pub approve: String,
    /// The transition that is made when it is refused.
    pub reject: String,
    /// The field that takes the reason of a refusal.
    pub reason: Option<String>,
    /// The transition by which it waits again when what was approved is changed.
    pub again: Option<String>,
    /// The fields that are approved: who changes one of them asks anew.
    pub plan: Vec<String>,
    /// Fields with the people who never decide it: who asks, who gets it.
    pub never: Vec<String>,
    /// The field with the sum of money that it is about.
    pub amount: Option<String>,
}

impl ApprovalPoint {
    /// The field in which Steward keeps everybody who was asked; roles let them read the record by it.
    pub const ASKED: &str = "asked_to_approve";
    /// The field in which Steward keeps who can decide now.
    pub const PENDING: &str = "pending_approvers";
}

/// How what happens to a record goes on to those that are part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// The field of a part that names its whole.
    pub parent: String,
    /// The field by which a whole says that its public comments go on.
    pub updates: String,
    /// The field by which a whole says that its end and its resumption go on.
    pub moves: String,
    /// The transition that ends it, and its open parts with it.
    pub finish: String,
    /// The transition that takes it up again, and those parts that ended with it.
    pub resume: String,
    /// The field in which Steward keeps with which whole a part ended.
    pub with: String,
    /// The fields that a part takes over when it ends.
    pub fields: Vec<String>,
}

/// How records that tell of the same thing become one: the one that gives way leads to the other from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merging {
    /// The state of a record that gave way.
    pub state: String,
    /// The field that names the one that it gave way to.
    pub into: String,
}

impl Merging {
    /// The record that a merged one gave way to.
    pub fn target(&self, record: &Record) -> Option<RecordId> {
        record.reference(&self.into).filter(|_| record.state == self.state)
    }
}

/// A move made because somebody commented.
#[derive(Debug, Clone, PartialEq)]
pub struct OnComment {
    /// Key, named as the cause of the move.
    pub key: String,
    /// The audience of the comment.
    pub audience: Audience,
    /// Who must have written it.
    pub by: Commenter,
    /// Condition on the record.
    pub when: Option<Filter>,
    /// The transition to take; nothing happens when it does not start from the record's state.
    pub transition: String,
}

/// Who wrote a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Commenter {
    /// Anyone.
    Anyone,
    /// The record's requester.
    Requester,
    /// Anyone but the requester.
    Staff,
}

/// A part of a form.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormSection {
    /// Heading; may be empty.
    #[serde(default)]
    pub label: String,
    /// Field keys.
    pub fields: Vec<String>,
}

impl Kind {
    /// The field with this key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// As [`Self::field`], also by a key that it had before: for what names fields from outside, and for what the journal
    /// says of earlier days.
    pub fn field_named(&self, key: &str) -> Option<&Field> {
        self.field(key).or_else(|| self.fields.iter().find(|field| field.was.iter().any(|was| was == key)))
    }

    /// Whether a record of class `class` has this field.
    pub fn has_field(&self, field: &Field, class: &str) -> bool {
        field.class.as_deref().is_none_or(|owner| self.class_is_under(class, owner))
    }

    /// Whether `class` is `ancestor` or refines it. The loader refuses cycles, so the walk ends.
    pub fn class_is_under(&self, class: &str, ancestor: &str) -> bool {
        let mut current = Some(class);
        while let Some(here) = current {
            if here == ancestor {
                return true;
            }
            current = self.classes.iter().find(|class| class.key == here).and_then(|class| class.parent.as_deref());
        }
        false
    }
}

impl Lifecycle {
    /// The state with this key.
    pub fn state(&self, key: &str) -> Option<&State> {
        self.states.iter().find(|state| state.key == key)
    }

    /// Reporting category of a state; one that is not in the lifecycle (imported history) counts as active.
    pub fn category(&self, key: &str) -> Category {
        self.state(key).map_or(Category::Active, |state| state.category)
    }

    /// The transition with this key.
    pub fn transition(&self, key: &str) -> Option<&Transition> {
        self.transitions.iter().find(|transition| transition.key == key)
    }

    /// Transitions that start from a state.
    pub fn transitions_from<'a>(&'a self, state: &'a str) -> impl Iterator<Item = &'a Transition> {
        self.transitions.iter().filter(move |transition| transition.from.iter().any(|from| from == state))
    }
}
