//! Setting back: the inverse of an earlier event, where nobody changed since what it changed.

use super::{Context, Rejection, draft, draft::Draft, event, lifecycle, next};
use crate::access::{Action, Rights};
use crate::event::{Act, Change, Event, Why};
use crate::kind::{FieldType, Kind};
use crate::record::Record;

/// The fields that setting an event back leaves as they are, since somebody gave them another value after it. By key,
/// ascending.
pub fn kept_from_revert<'e>(kind: &Kind, record: &Record, event: &'e Event) -> Vec<&'e str> {
    let is_move = matches!(event.act, Act::Moved { .. });
    let changed = event.changes.iter().filter(|change| is_own(kind, change, is_move) && !stands(record, change));
    // What has the value of before again has nothing to be set back.
    changed
        .filter(|change| record.field(&change.field) != change.from.as_ref())
        .map(|change| change.field.as_str())
        .collect()
}

pub(super) fn decide_revert(
    kind: &Kind,
    record: &Record,
    earlier: &Event,
    rights: &Rights,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Rejection> {
    match &earlier.act {
        Act::Watched { person } if record.watchers.contains(person) => {
            Ok(vec![next(record, Act::Unwatched { person: *person }, ctx)])
        }
        Act::Unwatched { person } if !record.watchers.contains(person) => {
            Ok(vec![next(record, Act::Watched { person: *person }, ctx)])
        }
        Act::Watched { .. } | Act::Unwatched { .. } => Ok(Vec::new()),
        Act::Updated => {
            let (after, changes) = set_back(kind, record, earlier, None, rights, ctx)?;
            if changes.is_empty() {
                return Ok(Vec::new());
            }
            Ok(vec![event(record, after.revision + 1, Act::Updated, changes, ctx, ctx.cause.clone())])
        }
        Act::Moved { transition, from, to } => {
            if record.state != *to {
                return Err(refused("it was moved on since"));
            }
            let named = transition.as_deref().and_then(|key| kind.lifecycle.transition(key));
            if named.is_some_and(|transition| !lifecycle::role_allows(transition, rights)) {
                return Err(Rejection::Forbidden { action: Action::Transition });
            }
            // Nor does it lead back to where one comes by a signature alone.
            let signs = |to: &str| kind.lifecycle.transitions.iter().any(|one| one.signature && one.to == to);
            if named.is_some_and(|transition| transition.signature) || signs(from) {
                return Err(refused("a move that is signed cannot be undone, nor made by undoing another"));
            }
            if kind.lifecycle.state(from).is_none() {
                return Err(refused("the state that it had is no more"));
            }
            let (after, changes) = set_back(kind, record, earlier, Some(from), rights, ctx)?;
            let act = Act::Moved { transition: None, from: to.clone(), to: from.clone() };
            Ok(vec![event(record, after.revision + 1, act, changes, ctx, ctx.cause.clone())])
        }
        Act::Created { .. }
        | Act::Carried { .. }
        | Act::Transferred { .. }
        | Act::Commented { .. }
        | Act::Escalated { .. }
        | Act::ViewedAs { .. }
        | Act::Worked { .. }
        | Act::WorkCorrected { .. }
        | Act::WorkWithdrawn { .. }
        | Act::Attached(_)
        | Act::Detached { .. }
        | Act::FileChecked(_)
        | Act::Linked(_)
        | Act::Unlinked(_) => Err(refused("this cannot be undone")),
    }
}

fn set_back(
    kind: &Kind,
    record: &Record,
    earlier: &Event,
    state: Option<&str>,
    rights: &Rights,
    ctx: &Context<'_>,
) -> Result<(Record, Vec<Change>), Rejection> {
    let mut draft = Draft::new(kind, record.clone(), Some(record));
    if let Some(state) = state {
        draft.move_to(state);
    }
    let is_move = state.is_some();
    for change in earlier.changes.iter().filter(|change| is_own(kind, change, is_move) && stands(record, change)) {
        // What a move brought with it goes with it; a field alone takes the right to write it.
        let needed = kind.field(&change.field).and_then(|field| field.write);
        if state.is_none() && needed.is_some_and(|needed| rights.write < Some(needed)) {
            draft.fault(&change.field, "is not yours to set");
            continue;
        }
        if kind.field(&change.field).is_some_and(|field| draft.is_locked(field)) {
            draft.fault(&change.field, "is fixed as the record stands");
            continue;
        }
        let why =
            Why { rule: "undo".to_owned(), detail: format!("set back to what it was before entry {}", earlier.seq) };
        draft.put(&change.field, change.from.clone(), change.from.is_some().then_some(why));
    }
    draft.derive(ctx);
    let (after, _) = draft.finish(ctx)?;
    let changes = draft::changes(record, &after, &draft.whys);
    Ok((Record { revision: record.revision, ..after }, changes))
}

/// Whether a change was somebody's own and not worked out from others. What nobody may write follows from something
/// else, such as whose rights count; only with a move does it go back as it came.
fn is_own(kind: &Kind, change: &Change, is_move: bool) -> bool {
    kind.field(&change.field).is_some_and(|field| {
        !matches!(field.field_type, FieldType::Computed { .. }) && (is_move || field.write.is_some())
    })
}

/// Whether the value is still what the change made it.
fn stands(record: &Record, change: &Change) -> bool {
    record.field(&change.field) == change.to.as_ref()
}

fn refused(message: &str) -> Rejection {
    Rejection::Illegal { message: message.to_owned(), allowed: Vec::new() }
}
