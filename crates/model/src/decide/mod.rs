//! Deciding: from a command to the events that it makes, or to the reasons why not. Pure.

mod compute;
mod draft;
mod hindrance;
mod history;
mod lifecycle;
mod rejection;
mod revert;
mod sketch;
mod work;

use std::collections::{BTreeMap, BTreeSet};

pub use compute::{Derived, Rules, World, derive_field, derived_from};
pub use hindrance::{Hindrance, hindrances, is_likely};
pub use history::{History, Irregularity, recall};
pub use lifecycle::{allowed_transitions, barred_transitions, transition_fields};
pub use rejection::{FieldConflict, FieldError, Rejection};
pub use revert::kept_from_revert;
pub use sketch::sketch;
pub use work::{WORK_MAX, may_rework};

use crate::access::{Action, Actor, Policy, Rights, may, rights};
use crate::command::{Command, Create, NewComment, Update};
use crate::event::{Act, Audience, Cause, Change, Door, Event, LinkTo, Why};
use crate::id::{RecordId, Revision};
use crate::kind::{Kind, Level, Registry};
use crate::moment::Moment;
use crate::record::{Fields, Record};
use crate::value::References;

use draft::Draft;

/// Longest comment, in characters.
pub const COMMENT_MAX: usize = 100_000;

/// All that a decision may look at besides the record and the command.
pub struct Context<'a> {
    /// The present moment.
    pub now: Moment,
    /// Who asks.
    pub actor: &'a Actor,
    /// The way it came in.
    pub door: Door,
    /// What led to it.
    pub cause: Option<Cause>,
    /// All kinds.
    pub registry: &'a Registry,
    /// References that were looked up before: only records that the actor may name.
    pub references: &'a dyn Lookup,
    /// All roles.
    pub policy: &'a Policy,
    /// Behaviour of the practices.
    pub rules: &'a dyn Rules,
    /// Other records that the rules asked for.
    pub world: &'a World,
    /// For a command that names the revision it saw: the fields changed since then, and by whom.
    pub changed_since: BTreeMap<String, RecordId>,
    /// For a creation: identity, number and organisation of the new record.
    pub birth: Option<Birth>,
    /// Values that follow from something else than the command, such as the catalogue item that is ordered or the
    /// answer to a question for approval: checked by whoever gives them, whatever the actor may write.
    pub given: Option<Given>,
}

/// References looked up before a decision.
pub trait Lookup: References {
    /// Key of the kind of a record that was looked up; `None` when it is not there or the actor may not see it.
    fn kind_of(&self, id: RecordId) -> Option<String>;
}

/// What a new record gets from outside the decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Birth {
    /// Its identity.
    pub id: RecordId,
    /// Its number.
    pub number: String,
    /// Its organisation, as follows from requester and actor when the command names none.
    pub organisation: RecordId,
}

/// Values that a record gets beside its command.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// In stored form; null empties a field.
    pub fields: Fields,
    /// What they follow from.
    pub why: Why,
}

/// The events that a command makes, in order. An update that changes nothing makes none.
///
/// # Errors
/// [`Rejection`]: every fault of the input at once, each with its field.
pub fn decide(
    kind: &Kind,
    record: Option<&Record>,
    command: &Command,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Rejection> {
    // Whoever looks as somebody else changes nothing, whatever that person may do.
    if ctx.actor.is_viewed() {
        return Err(Rejection::Forbidden { action: command.action() });
    }
    match (record, command) {
        (None, Command::Create(create)) => decide_create(kind, create, ctx),
        (None, _) | (Some(_), Command::Create(_)) => Err(Rejection::NotFound),
        (Some(record), command) => {
            let rights = rights(ctx.actor, kind, record, ctx.now);
            if !rights.may(Action::Read) {
                return Err(Rejection::NotFound);
            }
            if !rights.may(command.action()) {
                return Err(Rejection::Forbidden { action: command.action() });
            }
            decide_change(kind, record, command, &rights, ctx)
        }
    }
}

fn decide_create(kind: &Kind, create: &Create, ctx: &Context<'_>) -> Result<Vec<Event>, Rejection> {
    let Some(birth) = &ctx.birth else { return Err(Rejection::NotFound) };
    let organisation =
        if kind.key == "organisation" { birth.id } else { create.organisation.unwrap_or(birth.organisation) };
    let blank = Record {
        id: birth.id,
        kind: kind.key.clone(),
        number: birth.number.clone(),
        revision: 0,
        state: kind.lifecycle.initial.clone(),
        organisation,
        created_at: ctx.now,
        updated_at: ctx.now,
        created_by: ctx.actor.person,
        fields: BTreeMap::new(),
        watchers: Vec::new(),
        dues: crate::record::Dues::default(),
    };
    let write = highest_write_level(ctx, kind);
    if write.is_none() {
        return Err(Rejection::Forbidden { action: Action::Create });
    }
    let mut draft = Draft::new(kind, blank.clone(), None);
    draft.apply_defaults(ctx);
    draft.give(ctx);
    draft.set_fields(&create.fields, write, &BTreeSet::new(), ctx);
    if create.organisation.is_some_and(|named| named != birth.organisation) && write < Some(Level::Agent) {
        draft.fault("organisation", "follows from who you are and cannot be chosen");
    }
    draft.derive(ctx);
    let (after, whys) = draft.finish(ctx)?;
    check_links(kind, &create.links, ctx)?;
    let rights = rights(ctx.actor, kind, &after, ctx.now);
    if !rights.may(Action::Create) {
        return Err(Rejection::Forbidden { action: Action::Create });
    }
    check_reach(kind, create, &rights)?;
    let mut links = create.links.clone();
    links.sort();
    links.dedup();
    let act = Act::Created {
        kind: kind.key.clone(),
        number: after.number,
        organisation: after.organisation,
        state: after.state,
        fields: after.fields,
        why: whys,
        links,
    };
    Ok(vec![event(&blank, 1, act, Vec::new(), ctx, ctx.cause.clone())])
}

/// Refuses values and links that the actor may not set on the record that came of them: a role that reaches another
/// organisation or team must not lend its levels to a record here.
fn check_reach(kind: &Kind, create: &Create, rights: &Rights) -> Result<(), Rejection> {
    let fields = create.fields.keys().filter_map(|key| kind.field(key));
    let mut errors: Vec<FieldError> = fields
        .filter(|field| !rights.may_write(field))
        .map(|field| FieldError::new(&field.key, "is not yours to set".to_owned()))
        .collect();
    if !create.links.is_empty() && !rights.may(Action::Link) {
        errors.push(FieldError::new("links", "are not yours to make".to_owned()));
    }
    if errors.is_empty() { Ok(()) } else { Err(Rejection::Invalid(errors)) }
}

/// The highest level at which a role of the actor lets it create records of the kind somewhere. Whether it may create
/// this one is decided on the finished record.
fn highest_write_level(ctx: &Context<'_>, kind: &Kind) -> Option<Level> {
    if ctx.actor.is_system() {
        return Some(Level::Owner);
    }
    if kind.automatic {
        return None;
    }
    let grants = ctx.actor.assignments.iter().flat_map(|assignment| &assignment.role.grants);
    grants
        .filter(|grant| grant.scopes.contains_key(&kind.key) && grant.actions.contains(&Action::Create))
        .map(|grant| grant.write)
        .max()
}

fn decide_change(
    kind: &Kind,
    record: &Record,
    command: &Command,
    rights: &Rights,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Rejection> {
    match command {
        Command::Create(_) => Err(Rejection::NotFound),
        Command::Update(update) => decide_update(kind, record, update, rights, ctx),
        Command::Transition(transition) => lifecycle::decide_transition(kind, record, transition, rights, ctx),
        Command::Comment(comment) => lifecycle::decide_comment(kind, record, comment, ctx),
        Command::Work(new) => work::decide_work(kind, record, new, ctx),
        Command::Rework(rework) => work::decide_rework(kind, record, rework, rights, ctx),
        Command::Attach(attachment) => {
            if attachment.audience == Audience::Internal && !rights.may_read_internal() {
                return Err(Rejection::Forbidden { action: Action::Note });
            }
            Ok(vec![next(record, Act::Attached(attachment.clone()), ctx)])
        }
        Command::Detach { attachment, by } => {
            if *by != ctx.actor.person && !rights.may(Action::Update) {
                return Err(Rejection::Forbidden { action: Action::Attach });
            }
            Ok(vec![next(record, Act::Detached { attachment: *attachment }, ctx)])
        }
        Command::Link(link) => {
            check_links(kind, std::slice::from_ref(link), ctx)?;
            if link.target == record.id {
                return Err(Rejection::invalid("target", "a record cannot be linked to itself"));
            }
            Ok(vec![next(record, Act::Linked(link.clone()), ctx)])
        }
        Command::Unlink(link) => Ok(vec![next(record, Act::Unlinked(link.clone()), ctx)]),
        Command::Watch { person } => {
            let watching = record.watchers.contains(person);
            Ok(if watching { Vec::new() } else { vec![next(record, Act::Watched { person: *person }, ctx)] })
        }
        Command::Unwatch { person } => {
            let watching = record.watchers.contains(person);
            Ok(if watching { vec![next(record, Act::Unwatched { person: *person }, ctx)] } else { Vec::new() })
        }
        Command::ViewAs { reason, until } => decide_view(record, reason, *until, ctx),
        Command::Revert(event) => revert::decide_revert(kind, record, event, rights, ctx),
    }
}

fn decide_update(
    kind: &Kind,
    record: &Record,
    update: &Update,
    rights: &Rights,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Rejection> {
    let organisation = update.organisation.filter(|to| *to != record.organisation);
    if organisation.is_some() && !rights.may(Action::Transfer) {
        return Err(Rejection::invalid("organisation", "you may not move this record to another organisation"));
    }
    let mut draft = Draft::new(kind, record.clone(), Some(record));
    if let Some(to) = organisation {
        draft.transfer(to);
    }
    draft.set_fields(&update.fields, rights.write, &BTreeSet::new(), ctx);
    draft.give(ctx);
    draft.derive(ctx);
    draft.check_conflicts(&update.fields, update.base, ctx)?;
    let (after, _) = draft.finish(ctx)?;
    let changes = draft::changes(record, &after, &draft.whys);
    let act = match organisation {
        Some(to) if rights_at(ctx, kind, &after) => Act::Transferred { from: record.organisation, to },
        Some(_) => return Err(Rejection::invalid("organisation", "was not found")),
        None if changes.is_empty() => return Ok(Vec::new()),
        None => Act::Updated,
    };
    Ok(vec![event(record, record.revision + 1, act, changes, ctx, ctx.cause.clone())])
}

/// Whether the actor could have created the record where it is moved to.
fn rights_at(ctx: &Context<'_>, kind: &Kind, after: &Record) -> bool {
    may(ctx.actor, Action::Create, kind, after, ctx.now)
}

/// Longest reason for looking as somebody else, in characters.
pub const VIEW_REASON_MAX: usize = 500;

fn decide_view(record: &Record, reason: &str, until: Moment, ctx: &Context<'_>) -> Result<Vec<Event>, Rejection> {
    if record.id == ctx.actor.person {
        return Err(Rejection::invalid("person", "is yourself"));
    }
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Rejection::invalid("reason", "is required"));
    }
    let reason =
        crate::value::one_line(reason, VIEW_REASON_MAX).map_err(|message| Rejection::invalid("reason", &message))?;
    Ok(vec![next(record, Act::ViewedAs { reason, until }, ctx)])
}

/// Whether the link types exist and fit the kinds at both ends. That the target may be seen is the caller's look-up.
fn check_links(kind: &Kind, links: &[LinkTo], ctx: &Context<'_>) -> Result<(), Rejection> {
    let mut errors = Vec::new();
    for link in links {
        let Some(link_type) = ctx.registry.link(&link.link) else {
            let known: Vec<&str> = ctx.registry.links().iter().map(|link| link.key.as_str()).collect();
            errors.push(FieldError::new(
                "links",
                format!("`{}` is no link type; there are {}", link.link, known.join(", ")),
            ));
            continue;
        };
        let Some(target_kind) = ctx.references.kind_of(link.target) else {
            errors.push(FieldError::new("links", "a linked record was not found".to_owned()));
            continue;
        };
        if !link_type.from.is_empty() && !link_type.from.contains(&kind.key) {
            errors.push(FieldError::new("links", format!("`{}` cannot start from a {}", link.link, kind.label)));
        }
        if !link_type.to.is_empty() && !link_type.to.contains(&target_kind) {
            errors.push(FieldError::new("links", format!("`{}` cannot lead to a {target_kind}", link.link)));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Rejection::Invalid(errors)) }
}

fn check_comment(comment: &NewComment) -> Result<(), Rejection> {
    let length = comment.body.chars().count();
    if comment.body.trim().is_empty() {
        return Err(Rejection::invalid("body", "must not be empty"));
    }
    if length > COMMENT_MAX {
        return Err(Rejection::invalid(
            "body",
            &format!("may have at most {COMMENT_MAX} characters, this has {length}"),
        ));
    }
    if comment.body.contains('\0') {
        return Err(Rejection::invalid("body", "must not contain NUL characters"));
    }
    Ok(())
}

/// The event that follows a record's last, with the cause of the context.
fn next(record: &Record, act: Act, ctx: &Context<'_>) -> Event {
    event(record, record.revision + 1, act, Vec::new(), ctx, ctx.cause.clone())
}

fn event(
    record: &Record,
    seq: Revision,
    act: Act,
    changes: Vec<Change>,
    ctx: &Context<'_>,
    cause: Option<Cause>,
) -> Event {
    // Who keeps a rule lends it rights; what it does is done by Steward, and the cause names the rule.
    let actor = if ctx.door == Door::Rule { RecordId::SYSTEM } else { ctx.actor.person };
    Event { record: record.id, seq, at: ctx.now, actor, door: ctx.door, cause, act, changes }
}
