//! A record of configuration as TOML, and back. Pure.

use serde_json::{Map, Value as Json};
use steward_model::kind::{FieldType, Kind, Registry};

use super::Item;

/// Words of a file that are no fields; no field may have their names.
const HEAD: [&str; 3] = ["kind", "organisation", "state"];

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct FileError {
    /// The file.
    pub file: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl FileError {
    pub(super) fn new(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), message: message.into() }
    }
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
    let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(error.to_string()))?;
    let mut head = HEAD.iter().map(|key| match table.remove(*key) {
        Some(toml::Value::String(text)) => Ok(text),
        Some(_) => Err(wrong(format!("`{key}` must be a text"))),
        None => Err(wrong(format!("`{key}` is missing"))),
    });
    let mut next = || head.next().unwrap_or_else(|| Err(wrong("it is empty".to_owned())));
    let (kind_key, organisation, state) = (next()?, next()?, next()?);
    drop(head);
    let kind = registry.kind(&kind_key).filter(|kind| kind.configuration);
    let kind = kind.ok_or_else(|| {
        let known: Vec<&str> =
            registry.kinds().iter().filter(|kind| kind.configuration).map(|kind| kind.key.as_str()).collect();
        wrong(format!("`{kind_key}` is no kind of configuration; there are {}", known.join(", ")))
    })?;
    if kind.lifecycle.state(&state).is_none() {
        let known: Vec<&str> = kind.lifecycle.states.iter().map(|state| state.key.as_str()).collect();
        return Err(wrong(format!("`state` cannot be `{state}`; there are {}", known.join(", "))));
    }
    let mut fields = Map::new();
    for (key, value) in table {
        let field = kind.field(&key).filter(|field| is_kept(&field.field_type) && field.write.is_some());
        if field.is_none() {
            return Err(wrong(format!(
                "`{key}` is no field of {} that can be written",
                kind.label_plural.to_lowercase()
            )));
        }
        fields.insert(key, json_value(value).map_err(wrong)?);
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
