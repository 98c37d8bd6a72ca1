//! How records and events become rows.

use steward_model::chain::Hash;
use steward_model::event::Event;
use steward_model::id::RecordId;
use steward_model::kind::{FieldType, Kind};
use steward_model::moment::Moment;
use steward_model::record::{Dues, Record};

use crate::bulk::Target;
use crate::change::stored_text;
use crate::connection::Row;
use crate::error::StoreError;
use crate::sql::{Bind, Dialect};

/// The table of records. The order of columns is that of [`record_row`].
pub(crate) const RECORD: Target = Target {
    table: "record",
    columns: &[
        "id",
        "kind",
        "number",
        "revision",
        "state",
        "category",
        "organisation",
        "requester",
        "assignee",
        "team",
        "service",
        "priority",
        "priority_rank",
        "title",
        "created_at",
        "created_by",
        "updated_at",
        "opened_at",
        "resolved_at",
        "closed_at",
        "due_at",
        "next_due_at",
        "breach_at",
        "fields",
        "watchers",
        "head",
    ],
    jsonb: &["fields", "watchers"],
    json: &[],
    suffix: "on conflict (kind, number) do nothing",
};

/// The journal. The order of columns is that of [`journal_row`].
pub(crate) const JOURNAL: Target = Target {
    table: "journal",
    columns: &["epoch", "record", "seq", "kind", "at", "actor", "door", "type", "data", "hash"],
    jsonb: &[],
    json: &["data"],
    suffix: "",
};

/// A record as it is stored, with the end of its journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The record.
    pub record: Record,
    /// Hash of its last event.
    pub head: Hash,
}

/// Columns from which [`loaded`] reads a record of the table with this alias.
pub(crate) fn record_columns(dialect: Dialect, alias: &str) -> String {
    let text = match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => "::text",
    };
    let plain = ["id", "kind", "number", "revision", "state", "organisation", "created_at", "updated_at", "created_by"];
    let plain: Vec<String> = plain.iter().map(|column| format!("{alias}.{column}")).collect();
    format!(
        "{}, {alias}.fields{text}, {alias}.watchers{text}, {alias}.head, {alias}.next_due_at, {alias}.breach_at",
        plain.join(", ")
    )
}

/// Reads a record selected by [`record_columns`].
pub(crate) fn loaded(row: &Row) -> Result<Loaded, StoreError> {
    loaded_from(row, 0)
}

/// As [`loaded`], where so many other columns come first.
pub(crate) fn loaded_from(row: &Row, first: usize) -> Result<Loaded, StoreError> {
    let id = RecordId(row.integer(first)?);
    let damaged = |error| StoreError::Damaged(format!("JSON of record {id}: {error}"));
    Ok(Loaded {
        record: Record {
            id,
            kind: row.text(first + 1)?,
            number: row.text(first + 2)?,
            revision: row.integer(first + 3)?,
            state: row.text(first + 4)?,
            organisation: RecordId(row.integer(first + 5)?),
            created_at: row.moment(first + 6)?,
            updated_at: row.moment(first + 7)?,
            created_by: RecordId(row.integer(first + 8)?),
            fields: serde_json::from_str(row.str(first + 9)?).map_err(damaged)?,
            watchers: serde_json::from_str(row.str(first + 10)?).map_err(damaged)?,
            dues: Dues {
                next_due: row.optional_integer(first + 12)?.map(Moment),
                breach_at: row.optional_integer(first + 13)?.map(Moment),
            },
        },
        head: row.hash(first + 11)?,
    })
}

/// The row of a record: what it is, and the columns that lists filter and sort by, derived from its fields.
pub(crate) fn record_row(kind: &Kind, record: &Record, head: &Hash) -> Result<Vec<Bind>, serde_json::Error> {
    let integer = |key: &str| record.field(key).and_then(serde_json::Value::as_i64);
    let priority = record.field("priority").and_then(serde_json::Value::as_str);
    let rank = priority
        .and_then(|priority| kind.field("priority")?.field_type.choices()?.rank(priority))
        .and_then(|rank| i64::try_from(rank).ok());
    let title = record.field(&kind.label_field).map(stored_text);
    Ok(vec![
        Bind::Integer(record.id.0),
        Bind::Text(record.kind.clone()),
        Bind::Text(record.number.clone()),
        Bind::Integer(record.revision),
        Bind::Text(record.state.clone()),
        Bind::Text(kind.lifecycle.category(&record.state).key().to_owned()),
        Bind::Integer(record.organisation.0),
        Bind::OptionalInteger(integer("requester")),
        Bind::OptionalInteger(integer("assignee")),
        Bind::OptionalInteger(integer("team")),
        Bind::OptionalInteger(integer("service")),
        Bind::OptionalText(priority.map(str::to_owned)),
        Bind::OptionalInteger(rank),
        Bind::OptionalText(title),
        Bind::Integer(record.created_at.0),
        Bind::Integer(record.created_by.0),
        Bind::Integer(record.updated_at.0),
        Bind::OptionalInteger(integer("opened_at")),
        Bind::OptionalInteger(integer("resolved_at")),
        Bind::OptionalInteger(integer("closed_at")),
        Bind::OptionalInteger(integer("due_at")),
        Bind::OptionalInteger(record.dues.next_due.map(|at| at.0)),
        Bind::OptionalInteger(record.dues.breach_at.map(|at| at.0)),
        Bind::Text(serde_json::to_string(&record.fields)?),
        Bind::Text(serde_json::to_string(&record.watchers)?),
        Bind::Bytes(head.0.to_vec()),
    ])
}

/// The row of an event, without its epoch, which the connection knows.
pub(crate) fn journal_row(kind: &Kind, event: &Event, text: String, hash: &Hash) -> Vec<Bind> {
    vec![
        Bind::Integer(event.record.0),
        Bind::Integer(event.seq),
        Bind::Text(kind.key.clone()),
        Bind::Integer(event.at.0),
        Bind::Integer(event.actor.0),
        Bind::Text(event.door.key().to_owned()),
        Bind::Text(event.act.key().to_owned()),
        Bind::Text(text),
        Bind::Bytes(hash.0.to_vec()),
    ]
}

/// Rows `(record, field, target)` of what a record refers to many of, watchers included.
pub(crate) fn reference_rows(kind: &Kind, record: &Record) -> Vec<Vec<Bind>> {
    let many = kind.fields.iter().filter(|field| is_references(&field.field_type));
    let fields = many.map(|field| (field.key.as_str(), record.references(&field.key)));
    fields
        .chain([("watchers", record.watchers.clone())])
        .flat_map(|(field, targets)| targets.into_iter().map(move |target| (field, target)))
        .map(|(field, target)| vec![Bind::Integer(record.id.0), Bind::Text(field.to_owned()), Bind::Integer(target.0)])
        .collect()
}

/// Whether values of this type fill rows of `reference`.
pub(crate) fn is_references(field_type: &FieldType) -> bool {
    matches!(field_type.value_type(), FieldType::References { .. })
}

/// Unique values of a record as `(field, value)`, compared without case.
pub(crate) fn unique_values<'a>(kind: &'a Kind, record: &'a Record) -> impl Iterator<Item = (&'a str, String)> {
    kind.fields
        .iter()
        .filter(|field| field.unique)
        .filter_map(|field| Some((field.key.as_str(), stored_text(record.field(&field.key)?).to_lowercase())))
}
