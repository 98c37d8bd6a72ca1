//! The stored form of a record: the fold of its journal, nothing more.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::id::{RecordId, Revision};
use crate::moment::Moment;

/// Field values in stored form, by field key; an empty field is absent. See [`crate::kind::FieldType`] for the forms.
pub type Fields = BTreeMap<String, Json>;

/// One managed thing: an incident, a person, a configuration item, …
///
/// Equal to the fold of its events (see [`crate::apply`]), bit for bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Identity for ever.
    pub id: RecordId,
    /// Key of its kind, such as `incident`.
    pub kind: String,
    /// Number that people use, unique within the kind, such as `INC0000042`.
    pub number: String,
    /// Number of events so far.
    pub revision: Revision,
    /// Key of its state; one that the lifecycle does not know is possible after an import of real history.
    pub state: String,
    /// The organisation it belongs to; an organisation belongs to itself.
    pub organisation: RecordId,
    /// Moment of the first event.
    pub created_at: Moment,
    /// Moment of the last event; that values went over to another field is none of those.
    pub updated_at: Moment,
    /// Actor of the first event.
    pub created_by: RecordId,
    /// Field values.
    pub fields: Fields,
    /// People who want to hear of changes, ascending.
    pub watchers: Vec<RecordId>,
    /// What its clocks say, for lists. Not part of the fold: it depends on agreements as well.
    #[serde(skip)]
    pub dues: Dues,
}

/// What lists ask of a record's clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dues {
    /// The earliest moment at which a promise that still runs is or was to be kept.
    pub next_due: Option<Moment>,
    /// The earliest moment at which a promise is or will be broken if nothing changes; of one that was kept none.
    pub breach_at: Option<Moment>,
}

impl Record {
    /// The value of a field as stored, `None` when empty.
    pub fn field(&self, key: &str) -> Option<&Json> {
        self.fields.get(key)
    }

    /// The record that a single reference field names.
    pub fn reference(&self, key: &str) -> Option<RecordId> {
        self.field(key).and_then(Json::as_i64).map(RecordId)
    }

    /// The records that a field of many references names; empty when the field is.
    pub fn references(&self, key: &str) -> Vec<RecordId> {
        let items = self.field(key).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(Json::as_i64).map(RecordId).collect()
    }

    /// Text of a text, choice or date field; empty when there is none.
    pub fn text(&self, key: &str) -> &str {
        self.field(key).and_then(Json::as_str).unwrap_or_default()
    }
}
