//! Moves along the lifecycle, and the moves that comments bring about.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Context, Rejection, check_comment, draft, draft::Draft, event};
use crate::access::{Action, Rights};
use crate::command::{Input, NewComment, Transition as Move};
use crate::event::{Act, Cause, Door, Event, Why};
use crate::filter::Environment;
use crate::kind::{ApprovalPoint, Commenter, Kind, Limit, OnComment, Transition};
use crate::record::Record;

/// The transitions that an actor with these rights could make from the record's state, guards aside.
///
/// A guard may depend on fields that come with the move, so it is not asked here.
pub fn allowed_transitions<'k>(
    kind: &'k Kind,
    record: &Record,
    rights: &Rights,
    asking: &Environment,
) -> Vec<&'k Transition> {
    let open = |transition: &&Transition| barred_by(transition, kind, record, rights, asking).is_none();
    ways(kind, record, rights).filter(open).collect()
}

/// The transitions that would be possible but for a limit, each with what it says.
pub fn barred_transitions<'k>(
    kind: &'k Kind,
    record: &Record,
    rights: &Rights,
    asking: &Environment,
) -> Vec<(&'k Transition, &'k str)> {
    ways(kind, record, rights)
        .filter_map(|transition| Some((transition, barred_by(transition, kind, record, rights, asking)?)))
        .collect()
}

/// The transitions that start from the record's state and that the level and the roles allow.
fn ways<'k>(kind: &'k Kind, record: &Record, rights: &Rights) -> impl Iterator<Item = &'k Transition> {
    let may = rights.may(Action::Transition);
    let open =
        move |transition: &&Transition| may && transition.starts(kind, record) && role_allows(transition, rights);
    kind.lifecycle.transitions.iter().filter(open)
}

/// What the limit says that keeps an actor with these rights from a move.
pub(super) fn barred_by<'k>(
    transition: &'k Transition,
    kind: &Kind,
    record: &Record,
    rights: &Rights,
    asking: &Environment,
) -> Option<&'k str> {
    // Steward itself is bound by none.
    if transition.limits.is_empty() || *rights == Rights::all() {
        return None;
    }
    let holds = |limit: &&Limit| rights.write.is_none_or(|level| level <= limit.level);
    let failed =
        transition.limits.iter().filter(holds).find(|limit| !limit.when.bind(asking).matches_local(record, kind));
    failed.map(|limit| limit.message.as_str())
}

/// The fields asked for with a transition: those it requires first.
pub fn transition_fields(transition: &Transition) -> Vec<&str> {
    let mut fields: Vec<&str> = transition.requires.iter().map(String::as_str).collect();
    fields.extend(
        transition.fields.iter().map(String::as_str).filter(|field| !transition.requires.iter().any(|r| r == field)),
    );
    fields
}

pub(super) fn decide_transition(
    kind: &Kind,
    record: &Record,
    command: &Move,
    rights: &Rights,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Rejection> {
    check_approval(kind, record, &command.key, ctx)?;
    let transition = find_transition(kind, record, &command.key, rights, ctx)?;
    let mut events = Vec::new();
    if let Some(comment) = &command.comment {
        check_comment(comment)?;
        let needed = match comment.audience {
            crate::event::Audience::Public => Action::Comment,
            crate::event::Audience::Internal => Action::Note,
        };
        if !rights.may(needed) {
            return Err(Rejection::Forbidden { action: needed });
        }
    }
    let mut draft = moved_draft(kind, record, transition, &command.fields, rights, ctx);
    draft.check_conflicts(&command.fields, command.base, ctx)?;
    // What follows from another record's move was said there.
    if let Some(rule) = transition.comment.as_ref().filter(|_| !follows_another(record, ctx)) {
        let asked = rule.when.as_ref().is_none_or(|when| when.matches_local(draft.record(), kind));
        if asked && command.comment.as_ref().is_none_or(|comment| comment.audience != rule.audience) {
            let message = match rule.audience {
                crate::event::Audience::Public => "a public comment is needed: tell the requester what you need or did",
                crate::event::Audience::Internal => "a work note is needed",
            };
            draft.fault("comment", message);
        }
    }
    let moved = finish_move(kind, record, transition, &mut draft, ctx)?;
    let mut seq = record.revision;
    if let Some(comment) = &command.comment {
        seq += 1;
        let act = Act::Commented { audience: comment.audience, body: comment.body.clone() };
        events.push(event(record, seq, act, Vec::new(), ctx, ctx.cause.clone()));
    }
    events.push(Event { seq: seq + 1, ..moved });
    Ok(events)
}

/// While people are asked, their answers move the record and nothing else does: whoever is asked gives an answer, which
/// is looked after before a move is decided; macros and rules must not go around it.
fn check_approval(kind: &Kind, record: &Record, key: &str, ctx: &Context<'_>) -> Result<(), Rejection> {
    let Some(point) = kind.approval.as_ref().filter(|point| record.state == point.state) else { return Ok(()) };
    let decides = key == point.approve || key == point.reject;
    if decides && !ctx.actor.is_system() && record.field(ApprovalPoint::PENDING).is_some() {
        let message = "It waits for the answers of those who are asked to approve it".to_owned();
        return Err(Rejection::Illegal { message, allowed: Vec::new() });
    }
    Ok(())
}

pub(super) fn decide_comment(
    kind: &Kind,
    record: &Record,
    comment: &NewComment,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Rejection> {
    check_comment(comment)?;
    if kind.merging.as_ref().is_some_and(|merging| merging.target(record).is_some()) {
        let message = "This was merged into another record; write there".to_owned();
        return Err(Rejection::Illegal { message, allowed: Vec::new() });
    }
    let act = Act::Commented { audience: comment.audience, body: comment.body.clone() };
    let mut events = vec![event(record, record.revision + 1, act, Vec::new(), ctx, ctx.cause.clone())];
    let rule =
        kind.on_comment.iter().find(|rule| rule.audience == comment.audience && triggers(rule, kind, record, ctx));
    let transition = rule.and_then(|rule| Some((rule, kind.lifecycle.transition(&rule.transition)?)));
    if let Some((rule, transition)) = transition.filter(|(_, transition)| transition.starts(kind, record)) {
        // Steward makes the move, whatever the commenter may do by hand. A move that its own guard refuses is left out.
        let mut draft = moved_draft(kind, record, transition, &Input::new(), &Rights::all(), ctx);
        if let Ok(moved) = finish_move(kind, record, transition, &mut draft, ctx) {
            let cause = Some(Cause::Rule(format!("{}.{}", kind.key, rule.key)));
            events.push(Event { seq: record.revision + 2, cause, ..moved });
        }
    }
    Ok(events)
}

/// Whether Steward makes a record follow what happened to another one.
fn follows_another(record: &Record, ctx: &Context<'_>) -> bool {
    ctx.actor.is_system() && matches!(&ctx.cause, Some(Cause::Event { record: other, .. }) if *other != record.id)
}

fn triggers(rule: &OnComment, kind: &Kind, record: &Record, ctx: &Context<'_>) -> bool {
    let requester = record.reference("requester");
    let by = match rule.by {
        Commenter::Anyone => true,
        Commenter::Requester => requester == Some(ctx.actor.person),
        Commenter::Staff => requester != Some(ctx.actor.person),
    };
    by && rule.when.as_ref().is_none_or(|when| when.matches_local(record, kind))
}

fn find_transition<'k>(
    kind: &'k Kind,
    record: &Record,
    key: &str,
    rights: &Rights,
    ctx: &Context<'_>,
) -> Result<&'k Transition, Rejection> {
    let asking = ctx.actor.environment(ctx.now);
    let illegal = |message: String| {
        let allowed = allowed_transitions(kind, record, rights, &asking);
        Rejection::Illegal { message, allowed: allowed.into_iter().map(|transition| transition.key.clone()).collect() }
    };
    let Some(transition) = kind.lifecycle.transition(key) else {
        return Err(illegal(format!("`{key}` is no transition of {}", kind.label_plural.to_lowercase())));
    };
    if !transition.from.contains(&record.state) {
        let state = kind.lifecycle.state(&record.state).map_or(record.state.as_str(), |state| state.label.as_str());
        return Err(illegal(format!("`{key}` does not start from the state {state}")));
    }
    if !transition.starts(kind, record) {
        return Err(illegal(format!("`{key}` does not start from this record as it stands")));
    }
    if !role_allows(transition, rights) {
        return Err(Rejection::Forbidden { action: Action::Transition });
    }
    if let Some(message) = barred_by(transition, kind, record, rights, &asking) {
        return Err(illegal(message.to_owned()));
    }
    Ok(transition)
}

pub(super) fn role_allows(transition: &Transition, rights: &Rights) -> bool {
    let level = rights.write.is_some_and(|level| transition.level <= level);
    // Steward itself holds no role and is bound by none.
    let is_steward = *rights == Rights::all();
    let role =
        transition.roles.is_empty() || is_steward || transition.roles.iter().any(|role| rights.roles.contains(role));
    level && role && (is_steward || !transition.automatic)
}

fn moved_draft<'a>(
    kind: &'a Kind,
    record: &'a Record,
    transition: &Transition,
    fields: &Input,
    rights: &Rights,
    ctx: &Context<'_>,
) -> Draft<'a> {
    let mut draft = Draft::new(kind, record.clone(), Some(record));
    draft.move_to(&transition.to);
    let also: BTreeSet<String> = transition.requires.iter().chain(&transition.fields).cloned().collect();
    for field in &transition.clear {
        draft.put(field, None, Some(by_transition(transition)));
    }
    draft.set_fields(fields, rights.write, &also, ctx);
    copy_values(&mut draft, kind, record, transition);
    for field in &transition.stamp {
        draft.put(field, Some(Json::from(ctx.now.0)), Some(by_transition(transition)));
    }
    if !ctx.actor.is_system() && ctx.door != Door::Rule {
        for field in &transition.stamp_person {
            draft.put(field, Some(Json::from(ctx.actor.person.0)), Some(by_transition(transition)));
        }
    }
    // What follows from another record's move is counted there.
    for field in transition.increment.iter().filter(|_| !follows_another(record, ctx)) {
        let count = record.field(field).and_then(Json::as_i64).unwrap_or(0);
        draft.put(field, Some(Json::from(count + 1)), Some(by_transition(transition)));
    }
    for (field, value) in &transition.set {
        draft.put(field, Some(value.clone()), Some(by_transition(transition)));
    }
    draft.derive(ctx);
    // What came with the move may be kept elsewhere by what is given, and what is given may be what is needed.
    let is_missing = |key: &&String| draft.record().field(key).is_none();
    let missing: Vec<String> = transition.requires.iter().filter(is_missing).cloned().collect();
    if ctx.given.is_some() {
        draft.give(ctx);
        draft.derive(ctx);
    }
    draft.require(&missing);
    draft
}

/// Copies values from the record as it was, or from what was given with the move. What was given for the target itself
/// stays; a source that the move empties is empty afterwards.
fn copy_values(draft: &mut Draft<'_>, kind: &Kind, record: &Record, transition: &Transition) {
    if transition.copy_when.as_ref().is_some_and(|when| !when.matches_local(record, kind)) {
        return;
    }
    for (to, from) in &transition.copy {
        if draft.is_touched(to) {
            continue;
        }
        let value = if draft.is_touched(from) { draft.record().field(from) } else { record.field(from) };
        draft.put(to, value.cloned(), Some(by_transition(transition)));
    }
    for from in transition.copy.values().filter(|from| transition.clear.contains(*from)) {
        draft.put(from, None, Some(by_transition(transition)));
    }
}

fn finish_move(
    kind: &Kind,
    record: &Record,
    transition: &Transition,
    draft: &mut Draft<'_>,
    ctx: &Context<'_>,
) -> Result<Event, Rejection> {
    let (after, _) = draft.finish(ctx)?;
    if let Some(guard) = &transition.guard
        && !guard.filter.bind(&ctx.actor.environment(ctx.now)).matches_local(&after, kind)
    {
        return Err(Rejection::Illegal { message: guard.message.clone(), allowed: Vec::new() });
    }
    let act =
        Act::Moved { transition: Some(transition.key.clone()), from: record.state.clone(), to: transition.to.clone() };
    let changes = draft::changes(record, &after, &draft.whys);
    Ok(event(record, record.revision + 1, act, changes, ctx, ctx.cause.clone()))
}

fn by_transition(transition: &Transition) -> Why {
    Why { rule: format!("transition:{}", transition.key), detail: transition.recorded_as.clone() }
}
