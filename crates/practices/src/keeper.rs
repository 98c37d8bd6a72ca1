//! What works by itself acts with somebody's rights: whoever changed last what it does answers for it.

use serde_json::Value as Json;
use steward_model::decide::{Context, FieldError};
use steward_model::event::Why;

/// That the actor answers for it from now on, as a derived value of the field `runs_as`; `kind` keeps the field.
pub(crate) fn answers(kind: &str, detail: &str, ctx: &Context<'_>) -> (&'static str, Option<Json>, Why) {
    let why = Why { rule: format!("{kind}.runs_as"), detail: detail.to_owned() };
    ("runs_as", Some(Json::from(ctx.actor.person.0)), why)
}

/// The fault of a token that does not have all rights of its person, where `thing` would have them.
pub(crate) fn limited(thing: &str, ctx: &Context<'_>) -> Option<FieldError> {
    let limits = ctx.actor.limits.as_ref()?;
    let message = format!("cannot be changed with a limited token, since a {thing} acts with all of your rights");
    (!limits.kinds.is_empty() || !limits.teams.is_empty()).then(|| FieldError::new("", message))
}
