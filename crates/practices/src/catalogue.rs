//! The catalogue: what an item must be beyond what its kind says.

use steward_model::decide::{Context, FieldError};
use steward_model::form::Form;
use steward_model::record::Record;

/// Faults told at once; the first ones lead to the others.
const TOLD: usize = 20;

/// Faults of an item's form, each with line and question.
pub(crate) fn check_item(before: Option<&Record>, after: &Record, ctx: &Context<'_>) -> Vec<FieldError> {
    let text = after.text("form");
    if before.is_some_and(|before| before.text("form") == text) {
        return Vec::new();
    }
    match Form::parse(text, ctx.registry) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.into_iter().take(TOLD).map(|error| FieldError::new("form", error.to_string())).collect(),
    }
}
