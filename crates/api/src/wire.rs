//! What goes over the wire, converted by hand from what the use cases give.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};
use steward_app::files::{FileView, ScanState};
use steward_app::journal::StreamEntry;
use steward_app::view::{Labels, LinkView, RecordView};
use steward_model::event::{Act, Event, LinkTo};
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind};
use steward_model::value::render_value;
use steward_model::work::Work;

/// A record, with only some of its fields when `fields` names them.
///
/// Written straight from the view, in the order that a JSON object of ours has: by key. Lists write fifty of them, so
/// no tree of values is built for them first.
pub(crate) struct Record<'v> {
    pub(crate) view: &'v RecordView,
    pub(crate) fields: Option<&'v [String]>,
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (view, record, labels) = (self.view, &self.view.record, &self.view.labels);
        let watchers: Vec<Reference<'_>> = record.watchers.iter().map(|id| Reference(*id, labels)).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("allowed_transitions", &view.allowed_transitions)?;
        map.serialize_entry("clocks", &view.clocks.iter().map(crate::clocks::clock).collect::<Vec<_>>())?;
        map.serialize_entry("created_at", &record.created_at.to_string())?;
        map.serialize_entry("created_by", &Reference(record.created_by, labels))?;
        map.serialize_entry("fields", &Fields { view, only: self.fields })?;
        map.serialize_entry("id", &record.id.to_string())?;
        map.serialize_entry("kind", &record.kind)?;
        map.serialize_entry("links", &view.links.iter().map(|link| linked(link, labels)).collect::<Vec<_>>())?;
        map.serialize_entry("number", &record.number)?;
        map.serialize_entry("organisation", &Reference(record.organisation, labels))?;
        map.serialize_entry("revision", &record.revision)?;
        map.serialize_entry("state", &record.state)?;
        map.serialize_entry("state_category", view.kind.lifecycle.category(&record.state).key())?;
        map.serialize_entry("updated_at", &record.updated_at.to_string())?;
        map.serialize_entry("watchers", &watchers)?;
        map.end()
    }
}

/// As [`Record`], as a part of something else.
pub(crate) fn record(view: &RecordView, fields: Option<&[String]>) -> Value {
    // It writes to memory, and all its keys are text, so it cannot fail.
    serde_json::to_value(Record { view, fields }).unwrap_or_default()
}

struct Fields<'v> {
    view: &'v RecordView,
    only: Option<&'v [String]>,
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, stored) in &self.view.record.fields {
            if self.only.is_some_and(|wanted| !wanted.contains(key)) {
                continue;
            }
            let Some(field) = self.view.kind.field(key) else { continue };
            map.serialize_entry(key, &Stored { field, stored, labels: &self.view.labels })?;
        }
        map.end()
    }
}

struct Stored<'v> {
    field: &'v Field,
    stored: &'v Value,
    labels: &'v Labels,
}

impl Serialize for Stored<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { field, stored, labels } = *self;
        match (field.field_type.value_type(), stored) {
            (FieldType::Reference { .. }, Value::Number(id)) => {
                Reference(RecordId(id.as_i64().unwrap_or_default()), labels).serialize(serializer)
            }
            (FieldType::Text { .. } | FieldType::Markdown | FieldType::Choice(_), Value::String(text)) => {
                serializer.serialize_str(text)
            }
            _ => value(field, stored, labels).serialize(serializer),
        }
    }
}

/// A reference to a record; `null` when the caller may not see its name.
struct Reference<'v>(RecordId, &'v Labels);

impl Serialize for Reference<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(id, labels) = *self;
        let (kind, label, number) = match labels.get(&id) {
            _ if id == RecordId::SYSTEM => ("system", "Steward", ""),
            Some(label) => (label.kind.as_str(), label.label.as_str(), label.number.as_str()),
            None => return serializer.serialize_none(),
        };
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("id", &id.to_string())?;
        map.serialize_entry("kind", kind)?;
        map.serialize_entry("label", label)?;
        map.serialize_entry("number", number)?;
        map.end()
    }
}

/// A link as one end sees it.
pub(crate) fn linked(link: &LinkView, labels: &Labels) -> Value {
    json!({
        "link": link.link,
        "direction": if link.inverse { "in" } else { "out" },
        "record": reference(link.other, labels),
        "since": link.since.to_string(),
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

/// As [`Reference`], as a part of something else.
pub(crate) fn reference(id: RecordId, labels: &Labels) -> Value {
    serde_json::to_value(Reference(id, labels)).unwrap_or_default()
}

/// An entry of a record's journal.
pub(crate) fn event(kind: &Kind, event: &Event, labels: &Labels) -> Value {
    let changes: Vec<Value> = event
        .changes
        .iter()
        .map(|change| {
            let shown = |stored: &Option<Value>| match (kind.field_named(&change.field), stored) {
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
        "scan": file.scan.map(ScanState::key),
        "finding": file.finding,
        "withheld": file.is_withheld,
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
                .filter_map(|(key, stored)| Some((key.clone(), plain(kind.field_named(key)?, stored))))
                .collect();
            let why: Map<String, Value> = why
                .iter()
                .map(|why| (why.field.clone(), json!({ "rule": why.why.rule, "detail": why.why.detail })))
                .collect();
            json!({ "number": number, "state": state, "fields": values, "why": why })
        }
        Act::Updated => json!({}),
        Act::Carried { fields } => json!({
            "fields": fields.iter().map(|one| json!({ "from": one.from, "to": one.to })).collect::<Vec<_>>(),
        }),
        Act::Transferred { .. } => json!({}),
        Act::Moved { transition, from, to } => json!({ "transition": transition, "from": from, "to": to }),
        Act::Commented { audience, body } => json!({ "audience": audience, "body": body }),
        Act::Worked { seconds, started_at, person, note, activity, billable, team } => json!({
            "seconds": seconds,
            "started_at": started_at.to_string(),
            "person": reference(*person, labels),
            "note": note,
            "activity": activity.map(|activity| reference(activity, labels)),
            "billable": billable,
            "team": team.map(|team| reference(team, labels)),
        }),
        Act::WorkCorrected { entry, person, from, to, reason } => json!({
            "entry": entry.to_string(),
            "person": reference(*person, labels),
            "before": work(from, labels),
            "after": work(to, labels),
            "reason": reason,
        }),
        Act::WorkWithdrawn { entry, person, from, reason } => json!({
            "entry": entry.to_string(),
            "person": reference(*person, labels),
            "before": work(from, labels),
            "reason": reason,
        }),
        Act::Attached(attachment) => json!({
            "name": attachment.name,
            "media_type": attachment.media_type,
            "size": attachment.size,
            "audience": attachment.audience,
        }),
        Act::Detached { attachment } => json!({ "attachment": attachment.to_string() }),
        Act::FileChecked(check) => json!({
            "attachment": check.attachment.to_string(),
            "name": check.name,
            "audience": check.audience,
            "by": reference(check.by, labels),
            "finding": check.finding,
        }),
        Act::Linked(to) | Act::Unlinked(to) => link(to),
        Act::Watched { person } | Act::Unwatched { person } => json!({ "person": reference(*person, labels) }),
        Act::ViewedAs { reason, until } => json!({ "reason": reason, "until": until.to_string() }),
        Act::Escalated { target, slot, step, due_at, note, called } => json!({
            "target": reference(*target, labels),
            "clock": slot,
            "step": step,
            "due_at": due_at.map(|at| at.to_string()),
            "note": note,
            "called": called.as_ref().map(|called| json!({
                "people": called.people.iter().map(|person| reference(*person, labels)).collect::<Vec<_>>(),
                "told": called.told.key(),
            })),
        }),
    }
}

fn work(work: &Work, labels: &Labels) -> Value {
    json!({
        "seconds": work.seconds,
        "started_at": work.started_at.to_string(),
        "activity": work.activity.map(|activity| reference(activity, labels)),
        "billable": work.billable,
        "note": work.note,
    })
}
