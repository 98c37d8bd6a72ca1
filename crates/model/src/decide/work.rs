//! Time spent: booked, corrected by further entries, and summed up on the record.

use serde_json::Value as Json;

use super::{Context, Rejection, event};
use crate::access::{Action, Rights};
use crate::command::{NewWork, Rework};
use crate::event::{Act, Change, Event};
use crate::id::RecordId;
use crate::kind::{Kind, Level};
use crate::record::Record;
use crate::value::one_line;
use crate::work::{SPENT, Work};

/// Longest span of work in one entry, in seconds: 31 days.
pub const WORK_MAX: i64 = 31 * 24 * 3600;
/// Longest note on an entry, in characters.
const NOTE_MAX: usize = 2000;
/// Longest reason of a correction, in characters.
const REASON_MAX: usize = 500;

/// Whether somebody may put an entry of a person's time right: their own where they may book, and anybody's where they
/// answer for the record.
pub fn may_rework(rights: &Rights, me: RecordId, person: RecordId) -> bool {
    rights.may(Action::Work) && (me == person || rights.write >= Some(Level::Owner))
}

pub(super) fn decide_work(
    kind: &Kind,
    record: &Record,
    new: &NewWork,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Rejection> {
    let started_at = new.started_at.unwrap_or_else(|| ctx.now.plus_seconds(-new.seconds));
    let (activity, billable) = (new.activity, new.billable);
    let work = Work { seconds: new.seconds, started_at, activity, billable, note: new.note.clone() };
    check(&work, ctx)?;
    let act = Act::Worked {
        seconds: work.seconds,
        started_at,
        person: ctx.actor.person,
        note: work.note,
        activity,
        billable,
        team: team_of(record, &ctx.actor.teams),
    };
    Ok(vec![summed(kind, record, act, new.before + work.seconds, ctx)])
}

pub(super) fn decide_rework(
    kind: &Kind,
    record: &Record,
    rework: &Rework,
    rights: &Rights,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Rejection> {
    let booking = &rework.booking;
    if !may_rework(rights, ctx.actor.person, booking.person) {
        return Err(Rejection::Forbidden { action: Action::Work });
    }
    let (entry, person, from) = (booking.seq, booking.person, booking.work.clone());
    let rest = rework.before - from.seconds;
    let reason =
        one_line(rework.reason.trim(), REASON_MAX).map_err(|message| Rejection::invalid("reason", &message))?;
    let Some(to) = &rework.to else {
        let act = Act::WorkWithdrawn { entry, person, from, reason };
        return Ok(vec![summed(kind, record, act, rest, ctx)]);
    };
    if *to == from {
        return Ok(Vec::new());
    }
    check(to, ctx)?;
    let act = Act::WorkCorrected { entry, person, from, to: to.clone(), reason };
    Ok(vec![summed(kind, record, act, rest + to.seconds, ctx)])
}

fn check(work: &Work, ctx: &Context<'_>) -> Result<(), Rejection> {
    if !(1..=WORK_MAX).contains(&work.seconds) {
        return Err(Rejection::invalid("duration", "must lie between 1 second and 31 days"));
    }
    if work.note.chars().count() > NOTE_MAX {
        return Err(Rejection::invalid("note", "may have at most 2000 characters"));
    }
    if work.note.contains('\0') {
        return Err(Rejection::invalid("note", "must not contain NUL characters"));
    }
    if work.started_at > ctx.now {
        return Err(Rejection::invalid("started_at", "must not lie in the future"));
    }
    Ok(())
}

/// For which of somebody's teams they work on a record: the record's, where they are in it, else their first.
fn team_of(record: &Record, teams: &[RecordId]) -> Option<RecordId> {
    record.reference("team").filter(|team| teams.contains(team)).or_else(|| teams.first().copied())
}

/// The event, with the time spent on the record as it is afterwards where its kind keeps that.
fn summed(kind: &Kind, record: &Record, act: Act, seconds: i64, ctx: &Context<'_>) -> Event {
    let from = record.field(SPENT).cloned();
    let to = (seconds > 0).then(|| Json::from(seconds));
    let changes = match kind.field(SPENT) {
        Some(field) if from != to => vec![Change { field: field.key.clone(), from, to, why: None }],
        _ => Vec::new(),
    };
    event(record, record.revision + 1, act, changes, ctx, ctx.cause.clone())
}
