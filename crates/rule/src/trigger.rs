//! What a rule answers: something that happened to a record, or the time.

use serde_json::Value as Json;
use steward_model::event::{Act, Audience, Event};
use steward_model::id::RecordId;
use steward_model::record::Record;

use crate::turns::Turns;

/// What a rule answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// A record was made.
    Created,
    /// Values changed: one of these fields, any when empty; a move that changes them too. With `or_created` also
    /// when a record is made.
    Changed {
        /// Keys of fields.
        fields: Vec<String>,
        /// Whether a new record counts as well.
        or_created: bool,
    },
    /// It moved along its lifecycle: by this transition, to this state, where these are named.
    Moved {
        /// Key of the transition.
        transition: Option<String>,
        /// Key of the state after it.
        to: Option<String>,
    },
    /// Somebody wrote something.
    Commented {
        /// For whom; for anybody when `None`.
        audience: Option<Audience>,
        /// Who wrote it.
        by: Writer,
    },
    /// A step of escalation of one of its clocks was taken: one whose clock or step contains this text; any when empty.
    Escalated {
        /// Part of `slot:step`, such as `resolution` or `75%`.
        step: String,
    },
    /// So many records on which the condition holds came within some minutes, where they have the same value of a field.
    Threshold {
        /// How many, the one that makes it so many included.
        count: i64,
        /// Within how many minutes they were made.
        minutes: i64,
        /// Key of the field; all count together when `None`.
        field: Option<String>,
    },
    /// The time has come, for all records that the condition holds on.
    Timed(Turns),
}

/// Who wrote something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// Anybody.
    Anyone,
    /// Who asked for help.
    Requester,
    /// Anybody else.
    Staff,
}

/// The acts that rules can answer; each rule stands in the lists of those that it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occasion {
    /// A record was made.
    Created,
    /// Values changed.
    Changed,
    /// A move.
    Moved,
    /// Words.
    Commented,
    /// A step of escalation.
    Escalated,
}

impl Occasion {
    /// What an entry is to rules; `None` for one that no rule answers.
    pub fn of(act: &Act) -> Option<Self> {
        match act {
            Act::Created { .. } => Some(Self::Created),
            Act::Updated | Act::Transferred { .. } => Some(Self::Changed),
            Act::Moved { .. } => Some(Self::Moved),
            Act::Commented { .. } => Some(Self::Commented),
            Act::Escalated { .. } => Some(Self::Escalated),
            Act::Worked { .. }
            | Act::WorkCorrected { .. }
            | Act::WorkWithdrawn { .. }
            | Act::Attached(_)
            | Act::Detached { .. }
            | Act::FileChecked(_)
            | Act::Linked(_)
            | Act::Unlinked(_)
            | Act::Watched { .. }
            | Act::Unwatched { .. }
            | Act::Carried { .. }
            | Act::ViewedAs { .. } => None,
        }
    }
}

impl Trigger {
    /// The group in which a record is counted, in the stored form of the field's value; `None` for one that is counted
    /// nowhere, and for rules that count nothing.
    pub fn group(&self, record: &Record) -> Option<Json> {
        let Self::Threshold { field, .. } = self else { return None };
        match field.as_deref() {
            None => Some(Json::Null),
            Some("organisation") => Some(record.organisation.0.into()),
            Some(key) => record.field(key).filter(|value| !value.is_null()).cloned(),
        }
    }

    /// The acts that it may answer.
    pub fn occasions(&self) -> &'static [Occasion] {
        match self {
            Self::Created => &[Occasion::Created],
            Self::Changed { or_created: false, .. } => &[Occasion::Changed, Occasion::Moved],
            Self::Changed { or_created: true, .. } | Self::Threshold { .. } => {
                &[Occasion::Created, Occasion::Changed, Occasion::Moved]
            }
            Self::Moved { .. } => &[Occasion::Moved],
            Self::Commented { .. } => &[Occasion::Commented],
            Self::Escalated { .. } => &[Occasion::Escalated],
            Self::Timed(_) => &[],
        }
    }

    /// Whether it answers an entry. `record` is the record as the entry found or left it, which says who asked for help.
    pub fn answers(&self, event: &Event, record: &Record) -> bool {
        match (self, &event.act) {
            (Self::Created | Self::Changed { or_created: true, .. }, Act::Created { .. }) => true,
            (
                Self::Threshold { .. },
                Act::Created { .. } | Act::Updated | Act::Transferred { .. } | Act::Moved { .. },
            ) => true,
            (Self::Changed { fields, .. }, Act::Updated | Act::Transferred { .. } | Act::Moved { .. }) => {
                let names = |field: &str| fields.iter().any(|wanted| wanted == field);
                match &event.act {
                    // A move is not a change of values unless it changes some.
                    Act::Moved { .. } if fields.is_empty() => false,
                    Act::Moved { .. } if names("state") => true,
                    Act::Transferred { .. } if names("organisation") => true,
                    _ => fields.is_empty() || event.changes.iter().any(|change| names(&change.field)),
                }
            }
            (Self::Moved { transition, to }, Act::Moved { transition: taken, to: reached, .. }) => {
                transition.as_ref().is_none_or(|wanted| Some(wanted) == taken.as_ref())
                    && to.as_ref().is_none_or(|wanted| wanted == reached)
            }
            (Self::Commented { audience, by }, Act::Commented { audience: readers, .. }) => {
                let is_requester = record.reference("requester") == Some(event.actor);
                audience.is_none_or(|wanted| wanted == *readers)
                    && match by {
                        Writer::Anyone => true,
                        Writer::Requester => is_requester,
                        Writer::Staff => !is_requester && event.actor != RecordId::SYSTEM,
                    }
            }
            (Self::Escalated { step }, Act::Escalated { slot, step: taken, .. }) => {
                step.is_empty() || format!("{slot}:{taken}").contains(step.as_str())
            }
            _ => false,
        }
    }
}
