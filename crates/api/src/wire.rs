//! What goes over the wire, converted by hand from what the use cases give.

use serde_json::{Map, Value, json};
use steward_app::files::FileView;
use steward_app::journal::StreamEntry;
use steward_app::view::{Labels, RecordView};
use steward_model::event::{Act, Event, LinkTo};
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind};
use steward_model::value::render_value;

/// A record, with only some of its fields when `fields` names them.
pub(crate) fn record(view: &RecordView, fields: Option<&[String]>) -> Value {
    let record = &view.record;
    let mut values = Map::new();
    for field in &view.kind.fields {
        if fields.is_some_and(|wanted| !wanted.contains(&field.key)) {
            continue;
        }
        if let Some(stored) = record.field(&field.key) {
            values.insert(field.key.clone(), value(field, stored, &view.labels));
        }
    }
    let links: Vec<Value> = view
        .links
        .iter()
        .map(|link| {
            json!({
                "link": link.link,
                "direction": if link.inverse { "in" } else { "out" },
                "record": reference(link.other, &view.labels),
                "since": link.since.to_string(),
            })
        })
        .collect();
    let watchers: Vec<Value> = record.watchers.iter().map(|id| reference(*id, &view.labels)).collect();
    json!({
        "id": record.id.to_string(),
        "kind": record.kind,
        "number": record.number,
        "revision": record.revision,
        "state": record.state,
        "state_category": view.kind.lifecycle.category(&record.state).key(),
        "organisation": reference(record.organisation, &view.labels),
        "created_at": record.created_at.to_string(),
        "updated_at": record.updated_at.to_string(),
        "created_by": reference(record.created_by, &view.labels),
        "fields": values,
        "links": links,
        "watchers": watchers,
        "clocks": [],
        "allowed_transitions": view.allowed_transitions,
    })
}

/// A stored value in API form; a reference that the caller may not see is `null`.
pub(crate) fn value(field: &Field, stored: &Value, labels: &Labels) -> Value {
    match (field.field_type.value_type(), stored) {
        (FieldType::Reference { .. }, Value::Number(id)) => {
            reference(RecordId(id.as_i64().unwrap_or_default()), labels)
        }
        (FieldType::References { .. }, Value::Array(ids)) => {
            ids.iter().filter_map(Value::as_i64).map(|id| reference(RecordId(id), labels)).collect()
        }
        (FieldType::Table { fields }, Value::Array(rows)) => rows
            .iter()
            .map(|row| {
                let cells = fields
                    .iter()
                    .filter_map(|column| Some((column.key.clone(), value(column, row.get(&column.key)?, labels))));
                Value::Object(cells.collect())
            })
            .collect(),
        _ => render_value(field, stored),
    }
}

/// A reference to a record; `null` when the caller may not see its name.
pub(crate) fn reference(id: RecordId, labels: &Labels) -> Value {
    if id == RecordId::SYSTEM {
        return json!({ "id": "0", "kind": "system", "number": "", "label": "Steward" });
    }
    match labels.get(&id) {
        Some(label) => json!({
            "id": id.to_string(),
            "kind": label.kind,
            "number": label.number,
            "label": label.label,
        }),
        None => Value::Null,
    }
}

/// An entry of a record's journal.
pub(crate) fn event(kind: &Kind, event: &Event, labels: &Labels) -> Value {
    let changes: Vec<Value> = event
        .changes
        .iter()
        .map(|change| {
            let shown = |stored: &Option<Value>| match (kind.field(&change.field), stored) {
                (Some(field), Some(stored)) => plain(field, stored),
                (_, other) => other.clone().unwrap_or(Value::Null),
            };
            let mut wire = json!({ "field": change.field, "from": shown(&change.from), "to": shown(&change.to) });
            if let (Some(why), Value::Object(wire)) = (&change.why, &mut wire) {
                wire.insert("why".to_owned(), json!({ "rule": why.rule, "detail": why.detail }));
            }
            wire
        })
        .collect();
    json!({
        "seq": event.seq,
        "at": event.at.to_string(),
        "actor": reference(event.actor, labels),
        "door": event.door.key(),
        "cause": event.cause,
        "type": event.act.key(),
        "data": act(kind, &event.act, labels),
        "changes": changes,
    })
}

/// An entry of the whole journal.
pub(crate) fn stream_entry(entry: &StreamEntry) -> Value {
    let mut wire = event(&entry.kind, &entry.event, &Labels::new());
    if let Value::Object(wire) = &mut wire {
        wire.insert("actor".to_owned(), json!({ "id": entry.event.actor.to_string() }));
        wire.insert(
            "record".to_owned(),
            json!({
                "id": entry.event.record.to_string(),
                "kind": entry.kind.key,
                "number": entry.number,
            }),
        );
    }
    wire
}

/// A file on a record.
pub(crate) fn file(file: &FileView) -> Value {
    json!({
        "id": file.seq.to_string(),
        "name": file.attachment.name,
        "media_type": file.attachment.media_type,
        "size": file.attachment.size,
        "sha256": file.attachment.sha256,
        "audience": file.attachment.audience,
    })
}

/// Values in a journal keep references as ids: their names may have changed since.
fn plain(field: &Field, stored: &Value) -> Value {
    match stored {
        Value::Bool(true) if matches!(field.field_type, FieldType::Secret) => Value::Bool(true),
        _ => render_value(field, stored),
    }
}

fn act(kind: &Kind, act: &Act, labels: &Labels) -> Value {
    let link = |link: &LinkTo| json!({ "link": link.link, "record": reference(link.target, labels) });
    match act {
        Act::Created { number, state, fields, why, .. } => {
            let values: Map<String, Value> = fields
                .iter()
                .filter_map(|(key, stored)| Some((key.clone(), plain(kind.field(key)?, stored))))
                .collect();
            let why: Map<String, Value> = why
                .iter()
                .map(|why| (why.field.clone(), json!({ "rule": why.why.rule, "detail": why.why.detail })))
                .collect();
            json!({ "number": number, "state": state, "fields": values, "why": why })
        }
        Act::Updated => json!({}),
        Act::Transferred { .. } => json!({}),
        Act::Moved { transition, from, to } => json!({ "transition": transition, "from": from, "to": to }),
        Act::Commented { audience, body } => json!({ "audience": audience, "body": body }),
        Act::Worked { seconds, started_at, person, note } => json!({
            "seconds": seconds,
            "started_at": started_at.to_string(),
            "person": reference(*person, labels),
            "note": note,
        }),
        Act::Attached(attachment) => json!({
            "name": attachment.name,
            "media_type": attachment.media_type,
            "size": attachment.size,
            "audience": attachment.audience,
        }),
        Act::Detached { attachment } => json!({ "attachment": attachment.to_string() }),
        Act::Linked(to) | Act::Unlinked(to) => link(to),
        Act::Watched { person } | Act::Unwatched { person } => json!({ "person": reference(*person, labels) }),
    }
}
