//! Folding: a record is what its events make of it.

use crate::event::{Act, Event};
use crate::id::{RecordId, Revision};
use crate::record::{Dues, Fields, Record};

/// Why an event cannot follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// The first event is not a creation.
    #[error("record {0} does not begin with its creation")]
    NotCreated(RecordId),
    /// A creation came again.
    #[error("record {0} is created twice")]
    CreatedTwice(RecordId),
    /// An event of another record.
    #[error("an event of record {found} stands in the journal of record {expected}")]
    OtherRecord {
        /// The record folded.
        expected: RecordId,
        /// The record that the event names.
        found: RecordId,
    },
    /// An event is missing or out of order.
    #[error("event {found} of record {record} stands where {expected} belongs")]
    OutOfOrder {
        /// The record folded.
        record: RecordId,
        /// The place that comes next.
        expected: Revision,
        /// The place that the event names.
        found: Revision,
    },
}

/// The record after an event. Needs no kind: what an event says is what happened, whatever the kind says today.
///
/// # Errors
/// When the event cannot follow; a journal that was not tampered with never gives one.
pub fn apply(record: Option<Record>, event: &Event) -> Result<Record, FoldError> {
    match (record, &event.act) {
        (None, Act::Created { kind, number, organisation, state, fields, .. }) => {
            expect_seq(event, 1)?;
            Ok(Record {
                id: event.record,
                kind: kind.clone(),
                number: number.clone(),
                revision: 1,
                state: state.clone(),
                organisation: *organisation,
                created_at: event.at,
                updated_at: event.at,
                created_by: event.actor,
                fields: fields.clone(),
                watchers: Vec::new(),
                dues: Dues::default(),
            })
        }
        (None, _) => Err(FoldError::NotCreated(event.record)),
        (Some(record), Act::Created { .. }) => Err(FoldError::CreatedTwice(record.id)),
        (Some(mut record), _) => {
            if record.id != event.record {
                return Err(FoldError::OtherRecord { expected: record.id, found: event.record });
            }
            expect_seq(event, record.revision + 1)?;
            apply_act(&mut record, &event.act);
            apply_changes(&mut record.fields, event);
            record.revision = event.seq;
            if !matches!(event.act, Act::Carried { .. }) {
                record.updated_at = event.at;
            }
            Ok(record)
        }
    }
}

/// The record that a whole journal makes; `None` when there is no event.
///
/// # Errors
/// As [`apply`].
pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Option<Record>, FoldError> {
    let mut record = None;
    for event in events {
        record = Some(apply(record.take(), event)?);
    }
    Ok(record)
}

fn expect_seq(event: &Event, expected: Revision) -> Result<(), FoldError> {
    if event.seq == expected {
        Ok(())
    } else {
        Err(FoldError::OutOfOrder { record: event.record, expected, found: event.seq })
    }
}

fn apply_act(record: &mut Record, act: &Act) {
    match act {
        Act::Moved { to, .. } => record.state.clone_from(to),
        Act::Transferred { to, .. } => record.organisation = *to,
        Act::Watched { person } => {
            if let Err(place) = record.watchers.binary_search(person) {
                record.watchers.insert(place, *person);
            }
        }
        Act::Unwatched { person } => record.watchers.retain(|watcher| watcher != person),
        // A record's own creation is handled by the caller; the rest lives in tables of its own.
        Act::Created { .. }
        | Act::Updated
        | Act::Carried { .. }
        | Act::Commented { .. }
        | Act::Worked { .. }
        | Act::WorkCorrected { .. }
        | Act::WorkWithdrawn { .. }
        | Act::Attached(_)
        | Act::Detached { .. }
        | Act::FileChecked(_)
        | Act::Linked(_)
        | Act::Unlinked(_)
        | Act::Escalated { .. }
        | Act::ViewedAs { .. } => {}
    }
}

fn apply_changes(fields: &mut Fields, event: &Event) {
    for change in &event.changes {
        match &change.to {
            Some(value) => fields.insert(change.field.clone(), value.clone()),
            None => fields.remove(&change.field),
        };
    }
}
