//! What the desk keeps ready: templates and macros must name what is there.

use serde_json::Value as Json;
use steward_model::decide::{Context, FieldError};
use steward_model::filter::Filter;
use steward_model::kind::{FieldType, Kind};
use steward_model::record::Record;

/// The kind of templates.
pub const TEMPLATE: &str = "record_template";
/// The kind of macros.
pub const MACRO: &str = "macro";

/// The rows of values of a template or macro: key of the field, and what is to stand in it.
pub fn values(record: &Record) -> Vec<(&str, &str)> {
    let rows = record.field("values").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    rows.iter()
        .filter_map(|row| {
            Some((row.get("field")?.as_str()?, row.get("value").and_then(Json::as_str).unwrap_or_default()))
        })
        .collect()
}

/// Faults of a template or macro: a kind, field, step or condition that is not there.
pub(crate) fn check(before: Option<&Record>, after: &Record, ctx: &Context<'_>) -> Vec<FieldError> {
    let same = |key: &str| before.is_some_and(|before| before.field(key) == after.field(key));
    if ["for_kind", "values", "transition", "offered_when"].iter().all(|key| same(key)) {
        return Vec::new();
    }
    let Some(kind) = ctx.registry.kind(after.text("for_kind")) else {
        return vec![FieldError::new("for_kind", "is no kind of records; write its key, such as incident".to_owned())];
    };
    let mut faults = Vec::new();
    for (place, (key, _)) in values(after).into_iter().enumerate() {
        if let Some(message) = fault_of(kind, key) {
            faults.push(FieldError::new(&format!("values[{place}].field"), message));
        }
    }
    let step = after.text("transition");
    if !step.is_empty() && kind.lifecycle.transition(step).is_none() {
        let steps: Vec<&str> = kind.lifecycle.transitions.iter().map(|step| step.key.as_str()).collect();
        faults.push(FieldError::new(
            "transition",
            format!("is no step of {}; there are {}", kind.label_plural.to_lowercase(), steps.join(", ")),
        ));
    }
    let condition = after.text("offered_when");
    if !condition.is_empty() {
        match Filter::parse_cel(condition, kind, ctx.registry) {
            Ok(filter) if filter.is_local() => {}
            Ok(_) => {
                faults.push(FieldError::new("offered_when", "may look at the record alone, not at others".to_owned()))
            }
            Err(error) => faults.push(FieldError::new("offered_when", format!("cannot be used: {error}"))),
        }
    }
    faults
}

fn fault_of(kind: &Kind, key: &str) -> Option<String> {
    let Some(field) = kind.field_named(key) else {
        return Some(format!("`{key}` is no field of {}", kind.label_plural.to_lowercase()));
    };
    let plain = !matches!(
        field.field_type,
        FieldType::Table { .. } | FieldType::Secret | FieldType::Computed { .. } | FieldType::Money
    );
    (field.write.is_none() || !plain).then(|| format!("`{key}` cannot be set in this way"))
}
