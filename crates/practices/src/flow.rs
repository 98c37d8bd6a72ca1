//! Flows and plans: who answers for a flow, which can be, and what somebody may change in a plan on its way.

use serde_json::Value as Json;
use steward_flow::definition::{Checks, Flow};
use steward_flow::progress::{self, State};
use steward_flow::step::Step;
use steward_model::decide::{Context, FieldError};
use steward_model::event::Why;
use steward_model::record::Record;
use steward_rule::definition::AnyName;

use crate::keeper;

/// Fields that say nothing of what a flow does.
const WORDS_ONLY: [&str; 3] = ["title", "description", "runs_as"];

/// Whether anything of what a flow does differs, or it was put in force.
fn is_changed(before: Option<&Record>, after: &Record) -> bool {
    let Some(before) = before else { return true };
    let mut keys = before.fields.keys().chain(after.fields.keys()).filter(|key| !WORDS_ONLY.contains(&key.as_str()));
    let is_activated = before.state != after.state && after.state == "active";
    is_activated || before.organisation != after.organisation || keys.any(|key| before.field(key) != after.field(key))
}

/// Who changes what a flow does, or puts it in force, answers for it from then on.
pub(crate) fn follow(
    before: Option<&Record>,
    after: &Record,
    ctx: &Context<'_>,
) -> Vec<(&'static str, Option<Json>, Why)> {
    if !is_changed(before, after) || ctx.actor.is_system() {
        return Vec::new();
    }
    vec![keeper::answers("flow", "whoever changed last what it does, or put it in force", ctx)]
}

/// Who changes the steps of a plan on its way answers for them from then on: they must not lend the rights of another.
pub(crate) fn follow_plan(
    before: Option<&Record>,
    after: &Record,
    ctx: &Context<'_>,
) -> Vec<(&'static str, Option<Json>, Why)> {
    if ctx.actor.is_system() || before.is_none_or(|before| before.field("steps") == after.field("steps")) {
        return Vec::new();
    }
    vec![keeper::answers("plan", "whoever changed last what is left of it", ctx)]
}

/// Refuses flows that cannot be.
pub(crate) fn check(before: Option<&Record>, after: &Record, ctx: &Context<'_>) -> Vec<FieldError> {
    if !is_changed(before, after) {
        return Vec::new();
    }
    if let Some(fault) = keeper::limited("flow", ctx) {
        return vec![fault];
    }
    Flow::read(after, ctx.registry, &|_, name| Some(AnyName::id(name))).err().unwrap_or_default()
}

/// Refuses changes of a plan that cannot be: what has begun stays as it was begun.
pub(crate) fn check_plan(before: Option<&Record>, after: &Record, ctx: &Context<'_>) -> Vec<FieldError> {
    let Some(before) = before.filter(|before| before.field("steps") != after.field("steps")) else {
        return Vec::new();
    };
    if let Some(fault) = keeper::limited("flow", ctx) {
        return vec![fault];
    }
    let Some(kind) = ctx.registry.kind(after.text("subject_kind")) else { return Vec::new() };
    let checks = Checks {
        kind,
        registry: ctx.registry,
        resolver: &|_, name| Some(AnyName::id(name)),
        has_goal: !after.text("goal").is_empty(),
        itself: after.reference("flow"),
    };
    let steps = match checks.steps(after.field("steps")) {
        Ok(steps) => steps,
        Err(faults) => return faults,
    };
    let were = Step::read_all(before.field("steps"));
    let mut faults = Vec::new();
    for (step, one) in were.iter().zip(progress::read(&were, before.field("progress"))) {
        if one.state != State::Waiting && !steps.contains(step) {
            let message = format!(
                "change “{}”, which has begun; leave it as it is, and skip it or try it again instead",
                step.title
            );
            faults.push(FieldError::new("steps", message));
        }
    }
    faults
}
