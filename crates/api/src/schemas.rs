//! Schemas of the OpenAPI document: of the live kinds, and of what every answer is made of.

use serde_json::{Map, Value, json};
use steward_model::kind::{Field, FieldType, Kind, Level};

/// What an order says. Which answers an item takes is told by its form.
pub(crate) fn order_schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "answers": {
                "type": "object",
                "additionalProperties": true,
                "description": "Answers by key of the question, as GET …/form tells them. A problem names a question as answers.<key>",
            },
            "quantity": { "type": "integer", "minimum": 1, "default": 1 },
            "requested_for": { "type": "string", "description": "Who gets it, by id, number, login or mail; the caller when missing" },
            "needed_by": { "type": "string", "format": "date" },
            "cost_centre": { "type": "string" },
            "note": { "type": "string", "description": "What else there is to say" },
            "revision": { "type": "integer", "description": "Revision of the item whose form was answered; refused when form or price changed since" },
        },
    })
}

pub(crate) fn record_schema(kind: &Kind) -> Value {
    let states: Vec<&str> = kind.lifecycle.states.iter().map(|state| state.key.as_str()).collect();
    json!({
        "type": "object",
        "description": kind.description,
        "properties": {
            "id": { "type": "string" },
            "kind": { "const": kind.key },
            "number": { "type": "string" },
            "revision": { "type": "integer" },
            "state": { "type": "string", "examples": states },
            "state_category": { "enum": ["new", "active", "waiting", "done", "cancelled"] },
            "organisation": { "$ref": "#/components/schemas/reference" },
            "created_at": { "type": "string", "format": "date-time" },
            "updated_at": { "type": "string", "format": "date-time" },
            "created_by": { "$ref": "#/components/schemas/reference" },
            "fields": { "$ref": format!("#/components/schemas/{}_fields", kind.key) },
            "links": { "type": "array" },
            "watchers": { "type": "array" },
            "clocks": { "type": "array" },
            "allowed_transitions": { "type": "array", "items": { "type": "string" } },
        },
    })
}

pub(crate) fn fields_schema(kind: &Kind, level: Level) -> Value {
    let properties: Map<String, Value> = kind
        .fields
        .iter()
        .filter(|field| field.audience <= level)
        .map(|field| (field.key.clone(), field_schema(field)))
        .collect();
    json!({ "type": "object", "properties": properties })
}

fn field_schema(field: &Field) -> Value {
    let mut schema = type_schema(&field.field_type);
    if let Value::Object(schema) = &mut schema {
        schema.insert("title".to_owned(), json!(field.label));
        if !field.help.is_empty() {
            schema.insert("description".to_owned(), json!(field.help));
        }
        if field.write.is_none() {
            schema.insert("readOnly".to_owned(), json!(true));
        }
    }
    schema
}

fn type_schema(field_type: &FieldType) -> Value {
    match field_type {
        FieldType::Text { max_length } => json!({ "type": "string", "maxLength": max_length }),
        FieldType::Markdown | FieldType::Phone => json!({ "type": "string" }),
        FieldType::Integer { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        FieldType::Decimal => json!({ "type": ["string", "number"], "description": "exact, six places" }),
        FieldType::Money => json!({
            "type": "object",
            "properties": { "amount": { "type": "string" }, "currency": { "type": "string", "pattern": "^[A-Z]{3}$" } },
        }),
        FieldType::Boolean => json!({ "type": "boolean" }),
        FieldType::Date => json!({ "type": "string", "format": "date" }),
        FieldType::Moment => json!({ "type": "string", "format": "date-time" }),
        FieldType::Duration => json!({ "type": "string", "format": "duration" }),
        FieldType::Choice(choices) => {
            json!({ "type": "string", "enum": choices.0.iter().map(|choice| &choice.key).collect::<Vec<_>>() })
        }
        FieldType::Reference { .. } => json!({ "$ref": "#/components/schemas/reference" }),
        FieldType::References { .. } => {
            json!({ "type": "array", "items": { "$ref": "#/components/schemas/reference" } })
        }
        FieldType::Url => json!({ "type": "string", "format": "uri" }),
        FieldType::Mail => json!({ "type": "string", "format": "email" }),
        FieldType::Table { fields } => {
            let columns: Map<String, Value> =
                fields.iter().map(|field| (field.key.clone(), field_schema(field))).collect();
            json!({ "type": "array", "items": { "type": "object", "properties": columns } })
        }
        FieldType::Secret => json!({ "type": "string", "writeOnly": true }),
        FieldType::Computed { value, .. } => type_schema(value),
    }
}

pub(crate) fn reference_schema() -> Value {
    json!({
        "description": "A record; written as id, number, login or other unique value",
        "type": ["object", "string", "null"],
        "properties": {
            "id": { "type": "string" },
            "kind": { "type": "string" },
            "number": { "type": "string" },
            "label": { "type": "string" },
        },
    })
}

pub(crate) fn hits_schema() -> Value {
    let text = json!({ "type": "string" });
    let part = json!({ "type": "object", "properties": { "text": text, "marked": { "type": "boolean" } } });
    let parts = json!({ "type": "array", "items": part });
    let hit = json!({
        "type": "object",
        "properties": {
            "id": text,
            "kind": text,
            "number": text,
            "label": text,
            "label_parts": parts,
            "state": text,
            "state_category": { "enum": ["new", "active", "waiting", "done", "cancelled"] },
            "updated_at": { "type": "string", "format": "date-time" },
            "snippet": { "type": ["object", "null"], "properties": { "source": text, "parts": parts } },
        },
    });
    json!({
        "type": "object",
        "description": "Records found, best first",
        "properties": {
            "hits": { "type": "array", "items": hit },
            "more": { "type": "boolean", "description": "Whether there are more that the caller may read" },
            "complete": { "type": "boolean", "description": "Whether all records were searched" },
        },
    })
}

pub(crate) fn view_schema() -> Value {
    let text = json!({ "type": "string" });
    let read_only = json!({ "type": "string", "readOnly": true });
    json!({
        "type": "object",
        "description": "A list under a name",
        "properties": {
            "id": read_only,
            "kind": { "type": "string", "description": "Key of the kind; stays as it was made" },
            "name": { "type": "string", "maxLength": 80 },
            "owner": read_only,
            "audience": { "enum": ["owner", "team", "everybody"] },
            "team": { "type": ["string", "null"], "description": "One of the caller's teams" },
            "definition": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "q": { "type": "string", "description": "Condition in the notation of the search box" },
                    "sort": { "type": ["string", "null"] },
                    "columns": { "type": "array", "items": text },
                    "group": { "type": ["string", "null"] },
                    "limits": { "type": "object", "additionalProperties": { "type": "integer" } },
                },
            },
            "pinned": { "type": "boolean", "description": "Whether it stands in the caller's navigation" },
            "may_change": { "type": "boolean", "readOnly": true },
            "address": read_only,
        },
    })
}

pub(crate) fn bulk_edit_schema() -> Value {
    let (text, count) = (json!({ "type": "string" }), json!({ "type": "integer" }));
    let outcome = json!({ "type": ["string", "null"], "enum": ["changed", "unchanged", "refused", null] });
    let reason = json!({ "type": "object", "properties": { "outcome": outcome, "reason": text, "count": count } });
    let row = json!({
        "type": "object",
        "properties": {
            "place": count,
            "record": { "$ref": "#/components/schemas/reference" },
            "expected": outcome,
            "outcome": outcome,
            "reason": text,
            "revision": { "type": ["integer", "null"] },
        },
    });
    json!({
        "type": "object",
        "description": "One change to many records",
        "properties": {
            "id": text,
            "kind": text,
            "person": text,
            "action": { "type": "object" },
            "dry_run": { "type": "boolean" },
            "state": { "enum": ["preview", "waiting", "running", "finished", "failed"] },
            "total": count,
            "missing": count,
            "done": count,
            "counts": { "type": "object", "properties": { "changed": count, "unchanged": count, "refused": count } },
            "reasons": { "type": "array", "items": reason },
            "undo_of": { "type": ["string", "null"] },
            "undone_by": { "type": ["string", "null"] },
            "undo_until": { "type": ["string", "null"], "format": "date-time" },
            "created_at": { "type": "string", "format": "date-time" },
            "finished_at": { "type": ["string", "null"], "format": "date-time" },
            "rows": { "type": "array", "items": row },
            "next_after": { "type": ["integer", "null"] },
        },
    })
}

pub(crate) fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "RFC 9457",
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "errors": {
                "type": "array",
                "items": { "type": "object", "properties": { "field": { "type": "string" }, "message": { "type": "string" } } },
            },
        },
    })
}

pub(crate) fn problem_content() -> Value {
    json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/problem" } } })
}
