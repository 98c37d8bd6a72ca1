//! What is handed over to other systems: the record, what happened to it, and the rule, as JSON.

use serde_json::{Map, Value as Json, json};
use steward_model::event::{Act, Event};
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind};
use steward_model::record::Record;
use steward_model::value::render_value;
use steward_store::webhooks::StoredWebhook;

use crate::view::{Labels, RecordView};

/// The document for a record as it is seen by whoever keeps the rule.
pub(super) fn document(
    webhook: &StoredWebhook,
    rule: &Record,
    view: &RecordView,
    event: Option<&Event>,
    labels: &Labels,
) -> Json {
    let (record, kind) = (&view.record, &*view.kind);
    let fields: Map<String, Json> = record
        .fields
        .iter()
        .filter_map(|(key, stored)| Some((key.clone(), value(kind.field(key)?, stored, &view.labels))))
        .collect();
    json!({
        "id": webhook.id,
        "at": webhook.created_at.to_string(),
        "rule": { "number": rule.number, "title": rule.text("title"), "version": webhook.version },
        "event": event.map(|event| happened(kind, event, labels)),
        "record": {
            "id": record.id.to_string(),
            "kind": record.kind,
            "number": record.number,
            "revision": record.revision,
            "state": record.state,
            "organisation": reference(record.organisation, &view.labels),
            "created_at": record.created_at.to_string(),
            "updated_at": record.updated_at.to_string(),
            "fields": fields,
        },
    })
}

fn happened(kind: &Kind, event: &Event, labels: &Labels) -> Json {
    let changes: Vec<Json> = event
        .changes
        .iter()
        .map(|change| {
            let shown = |stored: &Option<Json>| match (kind.field(&change.field), stored) {
                (Some(field), Some(stored)) if !matches!(field.field_type, FieldType::Secret) => {
                    render_value(field, stored)
                }
                (Some(_), Some(_)) => Json::Bool(true),
                (_, other) => other.clone().unwrap_or(Json::Null),
            };
            json!({ "field": change.field, "from": shown(&change.from), "to": shown(&change.to) })
        })
        .collect();
    let mut told = json!({
        "type": event.act.key(),
        "seq": event.seq,
        "at": event.at.to_string(),
        "actor": reference(event.actor, labels),
        "changes": changes,
    });
    match &event.act {
        Act::Moved { transition, from, to } => {
            told["transition"] = json!(transition);
            (told["from"], told["to"]) = (json!(from), json!(to));
        }
        Act::Commented { audience, body } => {
            (told["audience"], told["body"]) = (json!(audience), json!(body));
        }
        _ => {}
    }
    told
}

fn value(field: &Field, stored: &Json, labels: &Labels) -> Json {
    match (field.field_type.value_type(), stored) {
        (FieldType::Reference { .. }, Json::Number(id)) => reference(RecordId(id.as_i64().unwrap_or_default()), labels),
        (FieldType::References { .. }, Json::Array(ids)) => {
            ids.iter().filter_map(Json::as_i64).map(|id| reference(RecordId(id), labels)).collect()
        }
        (FieldType::Table { fields }, Json::Array(rows)) => rows
            .iter()
            .map(|row| {
                let cells = fields
                    .iter()
                    .filter_map(|column| Some((column.key.clone(), value(column, row.get(&column.key)?, labels))));
                Json::Object(cells.collect())
            })
            .collect(),
        _ => render_value(field, stored),
    }
}

/// A record by name; `null` where whoever keeps the rule may not know it.
fn reference(id: RecordId, labels: &Labels) -> Json {
    if id == RecordId::SYSTEM {
        return json!({ "id": id.to_string(), "kind": "system", "label": "Steward", "number": "" });
    }
    labels.get(&id).map_or(
        Json::Null,
        |label| json!({ "id": id.to_string(), "kind": label.kind, "label": label.label, "number": label.number }),
    )
}
