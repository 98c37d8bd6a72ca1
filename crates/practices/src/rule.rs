//! Automation rules: who answers for one, and which can be.

use serde_json::Value as Json;
use steward_model::decide::{Context, FieldError};
use steward_model::event::Why;
use steward_model::record::Record;
use steward_rule::definition::{Action, AnyName, Rule};
use steward_rule::examples;

use crate::keeper;

/// Fields that say nothing of what a rule does.
const WORDS_ONLY: [&str; 3] = ["title", "description", "runs_as"];

/// Whether anything of what a rule does differs, or it was put in force.
fn is_changed(before: Option<&Record>, after: &Record) -> bool {
    let Some(before) = before else { return true };
    let keys = before.fields.keys().chain(after.fields.keys()).filter(|key| !WORDS_ONLY.contains(&key.as_str()));
    let is_activated = before.state != after.state && after.state == "active";
    is_activated
        || before.organisation != after.organisation
        || keys.into_iter().any(|key| before.field(key) != after.field(key))
}

/// Who changes what a rule does, or puts it in force, answers for it from then on.
pub(crate) fn follow(
    before: Option<&Record>,
    after: &Record,
    ctx: &Context<'_>,
) -> Vec<(&'static str, Option<Json>, Why)> {
    if !is_changed(before, after) || ctx.actor.is_system() {
        return Vec::new();
    }
    vec![keeper::answers("rule", "whoever changed last what it does, or put it in force", ctx)]
}

/// Refuses rules that cannot be, and those in force whose examples come out otherwise.
pub(crate) fn check(before: Option<&Record>, after: &Record, ctx: &Context<'_>) -> Vec<FieldError> {
    if !is_changed(before, after) {
        return Vec::new();
    }
    if let Some(fault) = keeper::limited("rule", ctx) {
        return vec![fault];
    }
    let rule = match Rule::read(after, ctx.registry, &|_, name| Some(AnyName::id(name))) {
        Ok(rule) => rule,
        Err(faults) => return faults,
    };
    if rule.all_actions().any(|action| *action == Action::Webhook) {
        if after.text("webhook_address").trim().is_empty() {
            let message = "is needed: the rule calls a webhook".to_owned();
            return vec![FieldError::new("webhook_address", message)];
        }
        if after.state == "active" && after.field("webhook_secret").is_none() {
            let message = "is needed before the rule is put in force: the webhook is signed with it".to_owned();
            return vec![FieldError::new("webhook_secret", message)];
        }
    }
    match examples::run(after, ctx.registry) {
        Err(fault) => vec![FieldError::new("examples", format!("cannot be read: {fault}"))],
        // A draft may be wrong; nothing follows from it.
        Ok(_) if after.state != "active" => Vec::new(),
        Ok(outcomes) => outcomes
            .into_iter()
            .filter_map(|outcome| {
                let fault = outcome.fault?;
                Some(FieldError::new("examples", format!("do not hold: “{}”: {fault}", outcome.name)))
            })
            .collect(),
    }
}
