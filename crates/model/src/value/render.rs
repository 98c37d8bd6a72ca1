//! Stored values for machines (the API form) and for people (plain text).

use serde_json::{Map, Value as Json, json};

use super::number::{display_duration, render_amount, render_decimal, render_duration};
use crate::kind::{Field, FieldType};
use crate::moment::Moment;

/// The API form of a stored value. References are ids as text; labels are added by who may read them. A secret shows
/// only that it is there, as `true`. A stored value that does not fit the type is given as it is.
pub fn render_value(field: &Field, stored: &Json) -> Json {
    render(&field.field_type, stored).unwrap_or_else(|| stored.clone())
}

/// A stored value as plain text, for templates, notices and exports: labels of choices, `12.5`, `1h 30m`. References
/// are ids; rows are one per line.
pub fn display_value(field: &Field, stored: &Json) -> String {
    display(&field.field_type, stored)
}

fn render(field_type: &FieldType, stored: &Json) -> Option<Json> {
    let rendered = match field_type {
        FieldType::Text { .. }
        | FieldType::Markdown
        | FieldType::Integer { .. }
        | FieldType::Boolean
        | FieldType::Date
        | FieldType::Choice(_)
        | FieldType::Url
        | FieldType::Mail
        | FieldType::Phone => stored.clone(),
        FieldType::Decimal => render_decimal(stored.as_i64()?).into(),
        FieldType::Money => {
            json!({"amount": render_amount(stored.get("amount")?.as_i64()?), "currency": stored.get("currency")?})
        }
        FieldType::Moment => Moment(stored.as_i64()?).to_string().into(),
        FieldType::Duration => render_duration(stored.as_i64()?).into(),
        FieldType::Reference { .. } => stored.as_i64()?.to_string().into(),
        FieldType::References { .. } => {
            let ids = stored.as_array()?.iter().filter_map(Json::as_i64);
            ids.map(|id| Json::String(id.to_string())).collect()
        }
        FieldType::Table { fields } => stored.as_array()?.iter().map(|row| render_row(fields, row)).collect(),
        FieldType::Secret => true.into(),
        FieldType::Computed { value, .. } => render(value, stored)?,
    };
    Some(rendered)
}

fn render_row(columns: &[Field], row: &Json) -> Json {
    let cells = columns.iter().filter_map(|column| Some((column, row.get(&column.key)?)));
    Json::Object(cells.map(|(column, cell)| (column.key.clone(), render_value(column, cell))).collect::<Map<_, _>>())
}

fn display(field_type: &FieldType, stored: &Json) -> String {
    let plain = || stored.as_str().map_or_else(|| stored.to_string(), str::to_owned);
    match field_type {
        FieldType::Boolean => if stored == &Json::Bool(true) { "Yes" } else { "No" }.into(),
        FieldType::Choice(choices) => {
            stored.as_str().and_then(|key| choices.find(key)).map_or_else(plain, |choice| choice.label.clone())
        }
        FieldType::Decimal => stored.as_i64().map_or_else(plain, render_decimal),
        FieldType::Duration => stored.as_i64().map_or_else(plain, display_duration),
        FieldType::Moment => stored.as_i64().map_or_else(plain, |micros| Moment(micros).to_string()),
        FieldType::Money => {
            let amount = stored.get("amount").and_then(Json::as_i64).map(render_amount).unwrap_or_default();
            let currency = stored.get("currency").and_then(Json::as_str).unwrap_or_default();
            format!("{amount} {currency}").trim().to_owned()
        }
        FieldType::References { .. } => {
            let ids = stored.as_array().map(Vec::as_slice).unwrap_or_default();
            ids.iter().map(Json::to_string).collect::<Vec<_>>().join(", ")
        }
        FieldType::Table { fields } => {
            let rows = stored.as_array().map(Vec::as_slice).unwrap_or_default();
            rows.iter().map(|row| display_row(fields, row)).collect::<Vec<_>>().join("\n")
        }
        FieldType::Secret => "•••".into(),
        FieldType::Computed { value, .. } => display(value, stored),
        FieldType::Text { .. }
        | FieldType::Markdown
        | FieldType::Integer { .. }
        | FieldType::Date
        | FieldType::Reference { .. }
        | FieldType::Url
        | FieldType::Mail
        | FieldType::Phone => plain(),
    }
}

fn display_row(columns: &[Field], row: &Json) -> String {
    let cells = columns.iter().filter_map(|column| Some((column, row.get(&column.key)?)));
    let cells: Vec<String> =
        cells.map(|(column, cell)| format!("{}: {}", column.label, display_value(column, cell))).collect();
    cells.join(", ")
}
