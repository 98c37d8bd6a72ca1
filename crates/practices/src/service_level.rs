//! Service levels: agreements and targets that could never be kept, or never end, are refused where they are written.

use serde_json::Value as Json;
use steward_clock::definition::Target;
use steward_model::decide::{Context, FieldError};
use steward_model::filter::Filter;
use steward_model::record::Record;

/// What a target's clock follows from.
const DEFINING: [&str; 14] = [
    "for_kind",
    "condition",
    "metric",
    "value",
    "values",
    "pauses",
    "pause_when",
    "pause_limit",
    "start_when",
    "stop_when",
    "reset_when",
    "cancel_when",
    "steps",
    "calendar_from",
];

/// Faults of a target: conditions that cannot be used, no end, impossible values, steps that lead nowhere.
pub(crate) fn check_target(before: Option<&Record>, after: &Record, ctx: &Context<'_>) -> Vec<FieldError> {
    let same = |key: &&str| before.is_some_and(|before| before.field(key) == after.field(key));
    if DEFINING.iter().all(same) {
        return Vec::new();
    }
    match Target::of(after, ctx.registry) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_iter().map(|fault| FieldError::new(&fault.field, fault.message)).collect(),
    }
}

/// Faults of an agreement: days in the wrong order, exclusions that cannot be used.
pub(crate) fn check_agreement(before: Option<&Record>, after: &Record, ctx: &Context<'_>) -> Vec<FieldError> {
    let same = |key: &str| before.is_some_and(|before| before.field(key) == after.field(key));
    let mut faults = Vec::new();
    let (from, until) = (after.text("valid_from"), after.text("valid_until"));
    let is_new = !same("valid_from") || !same("valid_until");
    if is_new && !until.is_empty() && until < from {
        faults.push(FieldError::new("valid_until", "lies before the first day".to_owned()));
    }
    if !same("exclusions") {
        let rows = after.field("exclusions").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        for (place, row) in rows.iter().enumerate() {
            let text = |key: &str| row.get(key).and_then(Json::as_str).unwrap_or_default();
            let Some(kind) = ctx.registry.kind(text("for_kind")) else {
                let message = "is no kind of records; write its key, such as incident".to_owned();
                faults.push(FieldError::new(&format!("exclusions[{place}].for_kind"), message));
                continue;
            };
            let field = format!("exclusions[{place}].condition");
            match Filter::parse_cel(text("condition"), kind, ctx.registry) {
                Ok(filter) if filter.is_local() => {}
                Ok(_) => {
                    faults.push(FieldError::new(&field, "may look at the record alone, not at others".to_owned()));
                }
                Err(error) => faults.push(FieldError::new(&field, format!("cannot be used: {error}"))),
            }
        }
    }
    faults
}
