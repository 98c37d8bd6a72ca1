//! People: who may give roles to whom.

use serde_json::Value as Json;
use steward_model::access::may_assign;
use steward_model::decide::{Context, FieldError};
use steward_model::id::RecordId;
use steward_model::record::Record;

/// Faults of a change to a person made by somebody whose own roles do not reach that far: giving or taking away a role
/// above one's own, or changing anything about a person who holds one (SEC-024).
pub(crate) fn check_roles(before: Option<&Record>, after: &Record, ctx: &Context<'_>) -> Vec<FieldError> {
    let own = after.id == ctx.actor.person;
    let held = before.map(roles_of).unwrap_or_default();
    let wanted = roles_of(after);
    let mut errors = Vec::new();
    for (index, (role, organisation)) in wanted.iter().enumerate() {
        if held.contains(&(role, *organisation)) {
            continue;
        }
        match ctx.policy.role(role) {
            None => {
                let known: Vec<&str> = ctx.policy.roles().iter().map(|role| role.key.as_str()).collect();
                let message = format!("`{role}` is no role; there are {}", known.join(", "));
                errors.push(FieldError::new(&format!("roles[{index}].role"), message));
            }
            Some(definition) if !may_assign(ctx.actor, definition, *organisation) => errors.push(FieldError::new(
                &format!("roles[{index}].role"),
                format!("you may not give the role {}: your own roles do not reach that far", definition.label),
            )),
            Some(_) => {}
        }
    }
    let stronger = |(role, organisation): &(&str, Option<RecordId>)| {
        ctx.policy.role(role).is_some_and(|definition| !may_assign(ctx.actor, definition, *organisation))
    };
    if !own && held.iter().any(stronger) {
        errors.push(FieldError::new(
            "roles",
            "this person holds roles beyond yours, so you may not change them".to_owned(),
        ));
    }
    if own && held.iter().any(|role| stronger(role) && !wanted.contains(role)) {
        errors.push(FieldError::new("roles", "you may not take this role away".to_owned()));
    }
    errors
}

/// The kind of absences.
pub const ABSENCE: &str = "absence";

/// Faults of an absence: it ends before it begins, or who is away stands in.
pub(crate) fn check_absence(after: &Record) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (from, until) = (after.text("from_on"), after.text("until_on"));
    if !from.is_empty() && !until.is_empty() && until < from {
        errors.push(FieldError::new("until_on", "must not be before the first day".to_owned()));
    }
    if after.reference("substitute").is_some_and(|by| after.reference("person") == Some(by)) {
        errors.push(FieldError::new("substitute", "is who is away".to_owned()));
    }
    errors
}

/// Roles in a person record: key, and the organisation they hold for (everywhere when `None`).
pub fn roles_of(person: &Record) -> Vec<(&str, Option<RecordId>)> {
    let rows = person.field("roles").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    rows.iter()
        .filter_map(|row| {
            let role = row.get("role")?.as_str()?;
            Some((role, row.get("organisation").and_then(Json::as_i64).map(RecordId)))
        })
        .collect()
}
