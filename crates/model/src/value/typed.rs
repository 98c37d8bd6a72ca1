//! Values as people type them into tables of fields and values.

use serde_json::{Value as Json, json};

use crate::access::Actor;
use crate::kind::{Field, FieldType};

/// A value as one would type it, in the form that a door reads. `me` stands for whoever asks, `my_team` for their first
/// team, nothing for no value.
pub fn typed_value(field: &Field, text: &str, actor: &Actor) -> Json {
    let text = text.trim();
    if text.is_empty() {
        return Json::Null;
    }
    let person = |name: &str| match name {
        "me" => actor.person.to_string(),
        "my_team" => actor.teams.first().map(ToString::to_string).unwrap_or_default(),
        name => name.to_owned(),
    };
    match field.field_type.value_type() {
        FieldType::Reference { .. } => json!(person(text)),
        FieldType::References { .. } => {
            text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(|name| json!(person(name))).collect()
        }
        FieldType::Boolean => match text.to_lowercase().as_str() {
            "true" | "yes" => Json::Bool(true),
            "false" | "no" => Json::Bool(false),
            other => json!(other),
        },
        FieldType::Integer { .. } => text.parse::<i64>().map_or_else(|_| json!(text), Json::from),
        _ => json!(text),
    }
}
