//! From what a form sends to values as the use cases take them. Types are checked there; here only the notation changes.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};
use steward_model::command::Input;
use steward_model::kind::{Field, FieldType, Kind};
use steward_model::moment::Moment;

use crate::form::Form;

/// Rows that a form may send of a table field.
const ROWS: usize = 500;

/// The values of a kind's fields that a form sent; fields that the form did not have are absent.
pub(crate) fn read(kind: &Kind, form: &Form, zone: &TimeZone) -> Input {
    let fields = kind.fields.iter().filter(|field| field.write.is_some());
    fields.filter_map(|field| Some((field.key.clone(), read_field(field, &field.key, form, zone)?))).collect()
}

/// The value of one field under a name; `None` when the form did not have it.
pub(crate) fn read_field(field: &Field, name: &str, form: &Form, zone: &TimeZone) -> Option<Json> {
    match &field.field_type {
        FieldType::Money => {
            let amount = form.get(name)?.trim();
            let currency = form.text(&format!("{name}.currency")).unwrap_or("EUR").to_uppercase();
            Some(if amount.is_empty() {
                Json::Null
            } else {
                json!({ "amount": decimal(amount), "currency": currency })
            })
        }
        FieldType::Table { fields } => read_rows(fields, name, form, zone),
        FieldType::References { .. } => {
            let named =
                || form.all(name).flat_map(|text| text.split(',')).map(str::trim).filter(|text| !text.is_empty());
            form.has(name).then(|| named().map(Json::from).collect())
        }
        // An unticked box sends nothing, so a hidden value goes before it.
        FieldType::Boolean => form.all(name).last().map(|text| match text {
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            "" => Json::Null,
            other => other.into(),
        }),
        // A secret that is left alone stays as it is.
        FieldType::Secret => form.get(name).filter(|text| !text.is_empty()).map(Json::from),
        other => form.get(name).map(|text| scalar(other, text, zone)),
    }
}

fn scalar(field_type: &FieldType, text: &str, zone: &TimeZone) -> Json {
    match field_type {
        FieldType::Markdown => text.replace("\r\n", "\n").into(),
        FieldType::Integer { .. } => {
            let text = text.trim();
            text.parse::<i64>().map_or_else(|_| if text.is_empty() { Json::Null } else { text.into() }, Json::from)
        }
        FieldType::Decimal => decimal(text.trim()).into(),
        FieldType::Moment => moment(text.trim(), zone).into(),
        _ => text.into(),
    }
}

/// A decimal comma is as good as a point where nothing else could be meant.
fn decimal(text: &str) -> String {
    if text.contains('.') || text.matches(',').count() != 1 { text.to_owned() } else { text.replace(',', ".") }
}

/// A wall-clock time in the reader's zone as an instant; anything else as it came, for the one who checks it.
pub(crate) fn moment(text: &str, zone: &TimeZone) -> String {
    let local = text.parse::<DateTime>().ok().filter(|_| !text.ends_with('Z'));
    let instant = local.and_then(|local| zone.to_ambiguous_zoned(local).compatible().ok());
    instant.map_or_else(|| text.to_owned(), |instant| Moment::from(instant.timestamp()).to_string())
}

fn read_rows(columns: &[Field], name: &str, form: &Form, zone: &TimeZone) -> Option<Json> {
    let prefix = format!("{name}.");
    let mut places: Vec<usize> =
        form.names().filter_map(|given| given.strip_prefix(&prefix)?.split('.').next()?.parse().ok()).collect();
    places.sort_unstable();
    places.dedup();
    if places.is_empty() {
        return form.has(name).then_some(Json::Array(Vec::new()));
    }
    let rows = places.into_iter().take(ROWS).filter_map(|place| {
        let cells: Map<String, Json> = columns
            .iter()
            .filter_map(|column| {
                let value = read_field(column, &format!("{name}.{place}.{}", column.key), form, zone)?;
                (!is_blank(&value)).then(|| (column.key.clone(), value))
            })
            .collect();
        // An unticked box alone is no row.
        let filled = cells.values().any(|value| *value != Json::Bool(false));
        filled.then_some(Json::Object(cells))
    });
    Some(rows.collect())
}

fn is_blank(value: &Json) -> bool {
    value.is_null()
        || value.as_str().is_some_and(|text| text.trim().is_empty())
        || value.as_array().is_some_and(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_clocks_become_instants() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(moment("2026-03-01T09:30", &berlin), "2026-03-01T08:30:00Z");
        assert_eq!(moment("2026-07-01T09:30", &berlin), "2026-07-01T07:30:00Z");
        // The hour that is skipped in spring, and the one that comes twice in autumn.
        assert_eq!(moment("2026-03-29T02:30", &berlin), "2026-03-29T01:30:00Z");
        assert_eq!(moment("2026-10-25T02:30", &berlin), "2026-10-25T00:30:00Z");
        assert_eq!(moment("2026-03-01T09:30:00Z", &berlin), "2026-03-01T09:30:00Z");
        assert_eq!(moment("soon", &berlin), "soon");
    }

    #[test]
    fn decimals_may_have_a_comma() {
        for (given, read) in [("12,5", "12.5"), ("1,234.5", "1,234.5"), ("1,2,3", "1,2,3"), ("7", "7")] {
            assert_eq!(decimal(given), read);
        }
    }
}
