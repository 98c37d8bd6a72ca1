//! Priority from impact and urgency (ITIL 4, incident management: classification and prioritisation).
//!
//! The matrix is a record, so that each organisation and service can have its own; the most particular one that is
//! active counts: for service and organisation, for the service, for the nearest organisation above, for everyone. Where
//! no record fits, the matrix of this file does.

use serde_json::Value as Json;
use steward_model::decide::{Derived, FieldError, World};
use steward_model::event::Why;
use steward_model::record::Record;

/// Name under which kinds ask for this rule.
pub(crate) const RULE: &str = "priority_matrix";

/// What the rule goes by.
pub(crate) const INPUTS: [&str; 6] =
    ["impact", "urgency", "priority_override", "priority_override_reason", "service", "organisation"];

/// Impact, urgency, priority where no matrix record says otherwise.
const DEFAULT: [(&str, &str, &str); 9] = [
    ("high", "high", "critical"),
    ("high", "medium", "high"),
    ("high", "low", "moderate"),
    ("medium", "high", "high"),
    ("medium", "medium", "moderate"),
    ("medium", "low", "low"),
    ("low", "high", "moderate"),
    ("low", "medium", "low"),
    ("low", "low", "low"),
];

/// The priority of a record, with the matrix row or the override that gave it.
pub(crate) fn derive(record: &Record, world: &World) -> Derived {
    let chosen = record.text("priority_override");
    if !chosen.is_empty() {
        let reason = record.text("priority_override_reason");
        return derived(Some(chosen), format!("overridden: {reason}"));
    }
    let (impact, urgency) = (record.text("impact"), record.text("urgency"));
    if impact.is_empty() || urgency.is_empty() {
        return derived(None, "impact or urgency is not known".to_owned());
    }
    let (name, priority) = match matrix_for(record, world) {
        Some(matrix) => (matrix.text("name"), row_of(matrix, impact, urgency)),
        None => ("Default matrix", None),
    };
    let priority = priority
        .or_else(|| DEFAULT.iter().find(|(i, u, _)| *i == impact && *u == urgency).map(|(_, _, priority)| *priority));
    derived(priority, format!("impact {impact} × urgency {urgency} in “{name}”"))
}

/// Faults of a matrix: a combination that stands twice.
pub(crate) fn check_matrix(matrix: &Record) -> Vec<FieldError> {
    let rows = rows(matrix);
    let mut seen = std::collections::BTreeSet::new();
    rows.iter()
        .enumerate()
        .filter(|(_, row)| !seen.insert((cell(row, "impact"), cell(row, "urgency"))))
        .map(|(index, row)| {
            let message = format!(
                "impact {} with urgency {} stands in an earlier row already",
                cell(row, "impact"),
                cell(row, "urgency")
            );
            FieldError::new(&format!("rows[{index}]"), message)
        })
        .collect()
}

/// The most particular active matrix for a record.
fn matrix_for<'w>(record: &Record, world: &'w World) -> Option<&'w Record> {
    let matrices = world.related.get("priority_matrix").map(|records| records.as_slice()).unwrap_or_default();
    matrices
        .iter()
        .filter(|matrix| matrix.state == "active")
        .filter_map(|matrix| Some((particularity(matrix, record, world)?, matrix)))
        .max_by_key(|(rank, matrix)| (*rank, std::cmp::Reverse(matrix.id)))
        .map(|(_, matrix)| matrix)
}

/// How particular a matrix is for a record; `None` when it is not for it. A service counts more than any organisation,
/// a near organisation more than a far one.
fn particularity(matrix: &Record, record: &Record, world: &World) -> Option<usize> {
    let kinds = matrix.field("kinds").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    if !kinds.is_empty() && !kinds.iter().any(|row| row.get("kind").and_then(Json::as_str) == Some(&record.kind)) {
        return None;
    }
    let service = match matrix.reference("for_service") {
        None => 0,
        Some(service) if record.reference("service") == Some(service) => 10_000,
        Some(_) => return None,
    };
    let organisation = match matrix.reference("for_organisation") {
        None => 0,
        Some(organisation) => {
            let distance = world.organisations_above.iter().position(|above| *above == organisation)?;
            1_000_usize.saturating_sub(distance).max(1)
        }
    };
    Some(service + organisation)
}

fn row_of<'m>(matrix: &'m Record, impact: &str, urgency: &str) -> Option<&'m str> {
    let row = rows(matrix).iter().find(|row| cell(row, "impact") == impact && cell(row, "urgency") == urgency)?;
    Some(cell(row, "priority")).filter(|priority| !priority.is_empty())
}

fn rows(matrix: &Record) -> &[Json] {
    matrix.field("rows").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn cell<'r>(row: &'r Json, column: &str) -> &'r str {
    row.get(column).and_then(Json::as_str).unwrap_or_default()
}

fn derived(priority: Option<&str>, detail: String) -> Derived {
    Derived { value: priority.map(Json::from), why: Why { rule: RULE.to_owned(), detail } }
}
