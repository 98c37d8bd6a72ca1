//! Stored values as plain text, written as the reader writes.

use serde_json::Value as Json;
use steward_model::kind::{Field, FieldType};
use steward_model::value::{display_value, render_value};
use steward_words::{decimal, duration, formats, t};

use crate::values::time;

/// Whole numbers with fewer figures are not parted, since a year or a port is one as well.
const PARTED: i64 = 10_000;

/// A stored value; records by their ids.
pub(crate) fn text(field: &Field, stored: &Json) -> String {
    match (field.field_type.value_type(), stored) {
        (FieldType::Boolean, Json::Bool(value)) => t(if *value { "yes" } else { "no" }).to_owned(),
        (FieldType::Date, Json::String(day)) => time::day(day),
        (FieldType::Duration, Json::Number(seconds)) => duration(seconds.as_i64().unwrap_or_default()),
        (FieldType::Integer { .. }, Json::Number(number)) => match number.as_i64() {
            Some(number) if number.abs() >= PARTED => decimal(&number.to_string(), formats()),
            _ => number.to_string(),
        },
        (FieldType::Decimal, _) => decimal(&display_value(field, stored), formats()),
        (FieldType::Money, Json::Object(_)) => match render_value(field, stored) {
            Json::Object(money) => {
                let part = |name: &str| money.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
                format!("{}\u{a0}{}", decimal(&part("amount"), formats()), part("currency")).trim().to_owned()
            }
            _ => display_value(field, stored),
        },
        _ => display_value(field, stored),
    }
}
