//! A record of configuration as TOML, and back. Pure.

use serde_json::{Map, Value as Json};
use steward_model::kind::{FieldType, Kind, Registry};
use toml::de::{DeTable, DeValue};

use super::Item;

/// Words of a file that are no fields; no field may have their names.
const HEAD: [&str; 3] = ["kind", "organisation", "state"];

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct FileError {
    /// The file.
    pub file: String,
    /// Where in it, as far as that is known.
    pub place: Place,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// Where something stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Place {
    /// Nobody can say.
    #[default]
    Unknown,
    /// On a line, from 1.
    Line(usize),
    /// At a value: `name`, or `values.0.value` within a table; and on a line of it, from 1, where it is a text of lines.
    Value(String, Option<usize>),
}

impl FileError {
    pub(super) fn new(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), place: Place::Unknown, message: message.into() }
    }

    pub(super) fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// The line of it in the text of its file, from 1; `None` when it is about no line of it.
    pub fn line(&self, text: &str) -> Option<usize> {
        match &self.place {
            Place::Unknown => None,
            Place::Line(line) => Some(*line),
            Place::Value(path, within) => line_of(text, path, *within),
        }
    }
}

/// The line on which a value stands, or the nearest that holds it; with a line of its own where it is a text of several.
fn line_of(text: &str, path: &str, within: Option<usize>) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let path = path.replace('[', ".").replace(']', "");
    let mut parts = path.split('.');
    let first = parts.next()?;
    let (key, mut value) = table.get_ref().iter().find(|(key, _)| key.get_ref() == first)?;
    let mut start = key.span().start;
    for part in parts {
        let next = match value.get_ref() {
            DeValue::Table(cells) => cells.iter().find(|(key, _)| key.get_ref() == part).map(|(_, value)| value),
            DeValue::Array(items) => part.parse::<usize>().ok().and_then(|place| items.get(place)),
            _ => None,
        };
        let Some(next) = next else { break };
        (start, value) = (next.span().start, next);
    }
    let line = text.get(..start)?.matches('\n').count() + 1;
    let begins_below = text.get(value.span())?.starts_with("\"\"\"\n");
    Some(line + within.filter(|_| begins_below).unwrap_or_default())
}

/// The text of a file: the head, then values in the order of the form with what each means, tables last.
pub fn write(item: &Item, kind: &Kind) -> String {
    let mut text = format!("# {}: {}\n", kind.label, kind.description);
    for (key, value) in HEAD.iter().zip([&item.kind, &item.organisation, &item.state]) {
        text.push_str(&line(key, &Json::from(value.as_str())));
    }
    let is_table = |value: &Json| matches!(value, Json::Array(rows) if rows.iter().any(Json::is_object));
    let fields = || kind.fields.iter().filter_map(|field| Some((field, item.fields.get(&field.key)?)));
    for (field, value) in fields().filter(|(_, value)| !is_table(value)) {
        text.push('\n');
        text.push_str(&comment(&field.label, &field.help));
        text.push_str(&line(&field.key, value));
    }
    for (field, value) in fields().filter(|(_, value)| is_table(value)) {
        text.push('\n');
        text.push_str(&comment(&field.label, &field.help));
        text.push_str(&line(&field.key, value));
    }
    text
}

fn comment(label: &str, help: &str) -> String {
    match help {
        "" => format!("# {label}\n"),
        help => format!("# {label}: {help}\n"),
    }
}

fn line(key: &str, value: &Json) -> String {
    // A table of its own would take in all that follows it.
    if value.is_object() {
        return format!("{key} = {}\n", toml_value(value));
    }
    let table = std::iter::once((key.to_owned(), toml_value(value))).collect::<toml::Table>();
    // What a record holds has a form in TOML: nulls are left out, numbers are whole or text.
    toml::to_string_pretty(&table).unwrap_or_default()
}

fn toml_value(value: &Json) -> toml::Value {
    match value {
        Json::Null => toml::Value::String(String::new()),
        Json::Bool(truth) => (*truth).into(),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64().unwrap_or_default().into(),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => items.iter().map(toml_value).collect::<Vec<_>>().into(),
        Json::Object(object) => {
            let cells = object.iter().filter(|(_, value)| !value.is_null());
            toml::Value::Table(cells.map(|(key, value)| (key.clone(), toml_value(value))).collect())
        }
    }
}

/// Reads a file.
///
/// # Errors
/// What is wrong with it: its form, its kind, a field that the kind has not or that nobody may write.
pub fn read(file: &str, text: &str, registry: &Registry) -> Result<Item, FileError> {
    let wrong = |message: String| FileError::new(file, message);
    let wrong_at = |key: &str, message: String| wrong(message).at(Place::Value(key.to_owned(), None));
    let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        wrong(error.to_string()).at(before.map_or(Place::Unknown, |text| Place::Line(text.matches('\n').count() + 1)))
    })?;
    let mut head = HEAD.iter().map(|key| match table.remove(*key) {
        Some(toml::Value::String(text)) => Ok(text),
        Some(_) => Err(wrong_at(key, format!("`{key}` must be a text"))),
        None => Err(wrong(format!("`{key}` is missing"))),
    });
    let mut next = || head.next().unwrap_or_else(|| Err(wrong("it is empty".to_owned())));
    let (kind_key, organisation, state) = (next()?, next()?, next()?);
    drop(head);
    let kind = registry.kind(&kind_key).filter(|kind| kind.configuration);
    let kind = kind.ok_or_else(|| {
        let known: Vec<&str> =
            registry.kinds().iter().filter(|kind| kind.configuration).map(|kind| kind.key.as_str()).collect();
        wrong_at("kind", format!("`{kind_key}` is no kind of configuration; there are {}", known.join(", ")))
    })?;
    if kind.lifecycle.state(&state).is_none() {
        let known: Vec<&str> = kind.lifecycle.states.iter().map(|state| state.key.as_str()).collect();
        return Err(wrong_at("state", format!("`state` cannot be `{state}`; there are {}", known.join(", "))));
    }
    let mut fields = Map::new();
    for (key, value) in table {
        let field = kind.field(&key).filter(|field| is_kept(&field.field_type) && field.write.is_some());
        if field.is_none() {
            let kinds = kind.label_plural.to_lowercase();
            return Err(wrong_at(&key, format!("`{key}` is no field of {kinds} that can be written")));
        }
        let value = json_value(value).map_err(|message| wrong_at(&key, message))?;
        fields.insert(key, value);
    }
    if fields.get(&kind.label_field).and_then(Json::as_str).is_none() {
        return Err(wrong(format!("`{}`, by which it is known, is missing", kind.label_field)));
    }
    Ok(Item { file: file.to_owned(), kind: kind_key, organisation, state, fields })
}

fn json_value(value: toml::Value) -> Result<Json, String> {
    Ok(match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::Datetime(moment) => moment.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json_value).collect::<Result<Vec<_>, _>>()?.into(),
        toml::Value::Table(table) => {
            let cells = table.into_iter().map(|(key, value)| Ok((key, json_value(value)?)));
            Json::Object(cells.collect::<Result<Map<_, _>, String>>()?)
        }
    })
}

/// Whether values of a type are kept in files: what is computed follows, and secrets stay where they are.
pub(super) fn is_kept(field_type: &FieldType) -> bool {
    !matches!(field_type, FieldType::Computed { .. } | FieldType::Secret)
}
