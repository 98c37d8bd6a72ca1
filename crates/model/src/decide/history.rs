//! Real history from other systems: recorded as it happened, with a word on what today's rules would have refused.

use serde_json::Value as Json;

use crate::apply::apply;
use crate::event::{Act, Cause, Change, Door, Event};
use crate::id::RecordId;
use crate::kind::Kind;
use crate::moment::Moment;
use crate::record::{Fields, Record};

/// What an outside log says of a record at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// Identity of the record.
    pub record: RecordId,
    /// Its number.
    pub number: String,
    /// Its organisation.
    pub organisation: RecordId,
    /// When.
    pub at: Moment,
    /// Who did it.
    pub actor: RecordId,
    /// State after it; kept even when the lifecycle does not know it.
    pub state: String,
    /// Stored values of the fields that the log speaks of; `None` where it says that there is none.
    pub fields: Vec<(String, Option<Json>)>,
    /// Where it stood in the log.
    pub cause: Cause,
}

/// What is unusual about imported history. It is recorded all the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Irregularity {
    /// The lifecycle does not know the state.
    UnknownState(String),
    /// No transition leads from one to the other.
    NoTransition {
        /// State before.
        from: String,
        /// State after.
        to: String,
    },
    /// The first state is not the lifecycle's.
    OtherFirstState(String),
    /// The moment lies before that of the entry before.
    TimeGoesBack,
}

/// The event that a line of history makes of a record, and what is unusual about it.
///
/// Every line makes an event, also one that changes nothing: it happened.
pub fn recall(kind: &Kind, record: Option<&Record>, history: History) -> (Event, Vec<Irregularity>) {
    let mut odd = Vec::new();
    if kind.lifecycle.state(&history.state).is_none() {
        odd.push(Irregularity::UnknownState(history.state.clone()));
    }
    let (seq, act, changes) = match record {
        None => {
            if history.state != kind.lifecycle.initial {
                odd.push(Irregularity::OtherFirstState(history.state.clone()));
            }
            (1, created(kind, &history), Vec::new())
        }
        Some(record) => {
            if history.at < record.updated_at {
                odd.push(Irregularity::TimeGoesBack);
            }
            (record.revision + 1, moved(kind, record, &history, &mut odd), changes(record, &history))
        }
    };
    let event = Event {
        record: history.record,
        seq,
        at: history.at,
        actor: history.actor,
        door: Door::Import,
        cause: Some(history.cause),
        act,
        changes,
    };
    debug_assert!(apply(record.cloned(), &event).is_ok());
    (event, odd)
}

fn created(kind: &Kind, history: &History) -> Act {
    let fields: Fields = history.fields.iter().filter_map(|(key, value)| Some((key.clone(), value.clone()?))).collect();
    Act::Created {
        kind: kind.key.clone(),
        number: history.number.clone(),
        organisation: history.organisation,
        state: history.state.clone(),
        fields,
        why: Vec::new(),
        links: Vec::new(),
    }
}

fn moved(kind: &Kind, record: &Record, history: &History, odd: &mut Vec<Irregularity>) -> Act {
    if history.state == record.state {
        return Act::Updated;
    }
    let transition = kind
        .lifecycle
        .transitions
        .iter()
        .find(|transition| transition.to == history.state && transition.from.contains(&record.state));
    if transition.is_none() {
        odd.push(Irregularity::NoTransition { from: record.state.clone(), to: history.state.clone() });
    }
    Act::Moved {
        transition: transition.map(|transition| transition.key.clone()),
        from: record.state.clone(),
        to: history.state.clone(),
    }
}

fn changes(record: &Record, history: &History) -> Vec<Change> {
    let mut changes: Vec<Change> = history
        .fields
        .iter()
        .filter(|(key, value)| record.field(key) != value.as_ref())
        .map(|(key, value)| Change {
            field: key.clone(),
            from: record.field(key).cloned(),
            to: value.clone(),
            why: None,
        })
        .collect();
    changes.sort_by(|a, b| a.field.cmp(&b.field));
    changes
}
