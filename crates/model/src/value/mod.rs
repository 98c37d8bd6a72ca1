//! Values at the edge: from outside JSON to the stored form of a field and back.
//!
//! Types are strict: a number for a text field is refused, never turned into text. Messages name the rule and the way
//! out; they are shown beside the field. What [`render_value`] gives, [`parse_value`] takes back (secrets excepted).

mod number;
mod render;
mod text;
mod typed;

use serde_json::{Map, Value as Json};

use crate::id::RecordId;
use crate::kind::{Choices, Field, FieldType, Requirement};
use crate::moment::Moment;

pub use render::{display_value, render_value};
pub use typed::typed_value;

/// One line of text as people type it: trimmed, and without what would make it read as something else.
///
/// # Errors
/// What is wrong with it, to follow a name.
pub fn one_line(text: &str, max_length: usize) -> Result<String, String> {
    text::parse_line(text, max_length)
}

/// Most rows that a table field may hold.
pub const MAX_ROWS: usize = 500;
/// Most records that a field of many references may name.
pub const MAX_REFERENCES: usize = 1000;

/// Looks up the records that references name.
pub trait References {
    /// The record of one of these kinds that `text` names by id, number, login or other unique value. `None` also when
    /// the actor may not know that it exists.
    fn resolve(&self, kinds: &[String], text: &str) -> Option<RecordId>;
}

/// Knows no record: for places where a reference cannot be written, such as definitions.
#[derive(Debug, Clone, Copy)]
pub struct NoReferences;

impl References for NoReferences {
    fn resolve(&self, _kinds: &[String], _text: &str) -> Option<RecordId> {
        None
    }
}

/// The stored form of a value that came from outside; `None` when it is empty: null, blank text or an empty list.
///
/// Inactive choices are taken, since a record that holds one must be savable as it was read.
///
/// # Errors
/// What is wrong with it and what would be right, in words that follow the field's name. For a table the message
/// begins with the place, such as `lines[2].amount: `, rows counted from 0.
pub fn parse_value(field: &Field, input: &Json, references: &dyn References) -> Result<Option<Json>, String> {
    parse(&field.key, &field.field_type, input, references)
}

/// The texts in `input` that name records, to be looked up before [`parse_value`] is called.
pub fn reference_texts(field: &Field, input: &Json) -> Vec<String> {
    match (field.field_type.value_type(), input) {
        (FieldType::Reference { .. }, input) => reference_text(input).into_iter().collect(),
        (FieldType::References { .. }, Json::Array(items)) => items.iter().filter_map(reference_text).collect(),
        (FieldType::Table { fields }, Json::Array(rows)) => rows
            .iter()
            .filter_map(Json::as_object)
            .flat_map(|row| fields.iter().filter_map(|column| Some((column, row.get(&column.key)?))))
            .flat_map(|(column, cell)| reference_texts(column, cell))
            .collect(),
        _ => Vec::new(),
    }
}

fn parse(key: &str, field_type: &FieldType, input: &Json, references: &dyn References) -> Result<Option<Json>, String> {
    if input.is_null() {
        return Ok(None);
    }
    let parsed = match field_type {
        FieldType::Text { max_length } => return filled(text::parse_line(string(input)?, *max_length)?),
        FieldType::Markdown => return filled(text::parse_markdown(string(input)?)?),
        FieldType::Secret => return filled(text::parse_secret(string(input)?)?),
        FieldType::Url => return filled(text::parse_url(string(input)?)?),
        FieldType::Mail => return filled(text::parse_mail(string(input)?)?),
        FieldType::Phone => return filled(text::parse_phone(string(input)?)?),
        FieldType::Computed { value, .. } => return parse(key, value, input, references),
        FieldType::Table { fields } => return parse_rows(key, fields, input, references),
        FieldType::References { kinds } => return parse_references(kinds, input, references),
        // A form sends blank text for every control that was left alone.
        _ if input.as_str().is_some_and(|text| text.trim().is_empty()) => return Ok(None),
        FieldType::Integer { min, max } => number::parse_integer(input, *min, *max)?.into(),
        FieldType::Decimal => number::parse_decimal(input)?.into(),
        FieldType::Money => number::parse_money(input)?,
        FieldType::Duration => number::parse_duration(input)?.into(),
        FieldType::Boolean => input.as_bool().ok_or("must be true or false")?.into(),
        FieldType::Date => parse_date(input)?.into(),
        FieldType::Moment => parse_moment(input)?.0.into(),
        FieldType::Choice(choices) => parse_choice(choices, string(input)?)?.into(),
        FieldType::Reference { kinds } => parse_reference(kinds, input, references)?.0.into(),
    };
    Ok(Some(parsed))
}

/// A length of time as people write it, such as `1h 30m`, `PT90M` or `5400s`, in seconds.
///
/// # Errors
/// What would be right.
pub fn parse_duration_text(text: &str) -> Result<i64, String> {
    number::parse_duration(&Json::String(text.to_owned()))
}

/// Seconds as people write them: `1h 30m`.
pub fn display_duration_text(seconds: i64) -> String {
    number::display_duration(seconds)
}

fn string(input: &Json) -> Result<&str, String> {
    input.as_str().ok_or_else(|| format!("must be text, this is {}", word(input)))
}

fn filled(text: String) -> Result<Option<Json>, String> {
    Ok(Some(text).filter(|text| !text.is_empty()).map(Json::String))
}

/// The word for a JSON value's type in messages.
fn word(input: &Json) -> &'static str {
    match input {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

fn parse_date(input: &Json) -> Result<String, String> {
    let text = input.as_str().unwrap_or_default().trim();
    // The parser of dates takes other ISO 8601 forms too; the stored form must compare as text.
    let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    match text.parse::<jiff::civil::Date>() {
        Ok(date) if shaped => Ok(date.to_string()),
        _ => Err("must be a day of the calendar such as 2026-03-31".into()),
    }
}

fn parse_moment(input: &Json) -> Result<Moment, String> {
    input
        .as_str()
        .and_then(|text| Moment::parse(text.trim()))
        .ok_or_else(|| "must be a moment with its offset from UTC such as 2026-03-31T09:30:00Z".into())
}

fn parse_choice(choices: &Choices, text: &str) -> Result<String, String> {
    /// Longer lists are not told in full; the nearest choice is.
    const TOLD: usize = 12;
    let text = text.trim();
    if let Some(choice) = choices.find_named(text) {
        return Ok(choice.key.clone());
    }
    let offered: Vec<&str> =
        choices.0.iter().filter(|choice| !choice.inactive).map(|choice| choice.key.as_str()).collect();
    if offered.len() <= TOLD {
        return Err(format!("must be one of {}", offered.join(", ")));
    }
    let nearest = offered
        .iter()
        .max_by(|a, b| strsim::jaro_winkler(a, text).total_cmp(&strsim::jaro_winkler(b, text)))
        .copied()
        .unwrap_or_default();
    Err(format!("must be one of its {} choices; did you mean {nearest}?", offered.len()))
}

/// What a reference says: the text to look up, from text, a number or an object with `id`.
fn reference_text(input: &Json) -> Option<String> {
    match input {
        Json::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Json::Number(number) => number.as_i64().map(|id| id.to_string()),
        Json::Object(object) => object.get("id").filter(|id| !id.is_object()).and_then(reference_text),
        _ => None,
    }
}

fn parse_reference(kinds: &[String], input: &Json, references: &dyn References) -> Result<RecordId, String> {
    let text = reference_text(input)
        .ok_or_else(|| format!("must name one record by id, number or unique name, this is {}", word(input)))?;
    references.resolve(kinds, &text).ok_or_else(|| {
        let kinds: Vec<String> = kinds.iter().map(|kind| kind.replace('_', " ")).collect();
        format!("names no {} that you can see: \"{text}\"", kinds.join(" or "))
    })
}

fn parse_references(kinds: &[String], input: &Json, references: &dyn References) -> Result<Option<Json>, String> {
    let items = input.as_array().ok_or_else(|| format!("must be a list of records, this is {}", word(input)))?;
    if items.len() > MAX_REFERENCES {
        return Err(format!("names at most {MAX_REFERENCES} records, this has {}", items.len()));
    }
    let mut ids: Vec<i64> = Vec::with_capacity(items.len());
    for item in items {
        let id = parse_reference(kinds, item, references)?.0;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(Some(ids).filter(|ids| !ids.is_empty()).map(Json::from))
}

fn parse_rows(key: &str, columns: &[Field], input: &Json, references: &dyn References) -> Result<Option<Json>, String> {
    let rows = input.as_array().ok_or_else(|| format!("must be a list of rows, this is {}", word(input)))?;
    if rows.len() > MAX_ROWS {
        return Err(format!("has at most {MAX_ROWS} rows, this has {}", rows.len()));
    }
    let mut parsed = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let row = row
            .as_object()
            .ok_or_else(|| format!("{key}[{index}]: must be an object of columns, this is {}", word(row)))?;
        let row = parse_row(columns, row, references).map_err(|(column, message)| {
            let dot = if column.is_empty() { "" } else { "." };
            format!("{key}[{index}]{dot}{column}: {message}")
        })?;
        parsed.push(Json::Object(row));
    }
    Ok(Some(parsed).filter(|rows| !rows.is_empty()).map(Json::Array))
}

fn parse_row(
    columns: &[Field],
    row: &Map<String, Json>,
    references: &dyn References,
) -> Result<Map<String, Json>, (String, String)> {
    if let Some(key) = row.keys().find(|key| columns.iter().all(|column| column.key != **key)) {
        let known: Vec<&str> = columns.iter().map(|column| column.key.as_str()).collect();
        return Err((key.clone(), format!("is not a column; the columns are {}", known.join(", "))));
    }
    let mut parsed = Map::new();
    for column in columns {
        let cell = row.get(&column.key).unwrap_or(&Json::Null);
        let value = parse_value(column, cell, references).map_err(|message| (column.key.clone(), message))?;
        match value {
            Some(value) => {
                parsed.insert(column.key.clone(), value);
            }
            None if column.required == Requirement::Always => {
                return Err((column.key.clone(), "must not be empty".into()));
            }
            None => {}
        }
    }
    if parsed.is_empty() { Err((String::new(), "has nothing in it; leave the row out".into())) } else { Ok(parsed) }
}

#[cfg(test)]
mod tests;
