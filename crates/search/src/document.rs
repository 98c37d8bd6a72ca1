//! What the index holds of a record.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use steward_model::access::Policy;
use steward_model::event::Audience;
use steward_model::filter::Attribute;
use steward_model::id::RecordId;
use steward_model::kind::{Category, Field, FieldType, Kind, Level, Registry};
use steward_model::record::Record;
use tantivy::TantivyDocument;

use crate::schema::{Fields, LEVELS, VERSION, place};
use crate::words::number_terms;

/// What was said on a record: a comment, a work note, the name of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Who may read it.
    pub audience: Audience,
    /// The text.
    pub text: String,
}

/// What decides which records have which documents. An index made under another catalogue is of no use.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// Fields beyond those of every record that scopes of roles look at, by key.
    looked_at: BTreeSet<String>,
    /// Digest of everything that a document depends on.
    fingerprint: String,
}

impl Catalogue {
    /// Of these kinds and roles.
    pub fn new(registry: &Registry, policy: &Policy) -> Self {
        let scopes = policy.roles().iter().flat_map(|role| &role.grants).flat_map(|grant| grant.scopes.values());
        let looked_at: BTreeSet<String> = scopes
            .flat_map(steward_model::filter::Filter::fields_used)
            .filter_map(|path| match path.attribute {
                Attribute::Field(key) if path.hops.is_empty() => Some(key),
                _ => None,
            })
            .collect();
        let mut digest = Sha256::new();
        digest.update(format!("{VERSION}|{looked_at:?}"));
        for kind in registry.kinds() {
            digest.update(format!("|{}={}", kind.key, kind.label_field));
            let mut add = |field: &Field, above: &str| {
                let (key, unique, audience) = (&field.key, field.unique, field.audience);
                digest.update(format!("|{above}{key}:{}:{unique}:{audience:?}", field.field_type.value_type().key()));
            };
            for field in &kind.fields {
                add(field, "");
                if let FieldType::Table { fields } = field.field_type.value_type() {
                    fields.iter().for_each(|column| add(column, &format!("{}.", field.key)));
                }
            }
            for state in &kind.lifecycle.states {
                digest.update(format!("|{}:{}", state.key, state.category.key()));
            }
        }
        let fingerprint = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { looked_at, fingerprint }
    }

    /// Whether documents hold the values of a field for conditions.
    pub(crate) fn looks_at(&self, field: &str) -> bool {
        self.looked_at.contains(field)
    }

    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// The part of a record that the index holds.
#[derive(Debug, Clone)]
pub struct Document {
    pub(crate) id: RecordId,
    kind: u64,
    number: Vec<String>,
    state: u64,
    category: Category,
    organisation: RecordId,
    created_by: RecordId,
    requester: Option<RecordId>,
    assignee: Option<RecordId>,
    team: Option<RecordId>,
    watchers: Vec<RecordId>,
    facts: Vec<u64>,
    updated_at: i64,
    /// Each level's own part.
    names: [Vec<String>; 3],
    texts: [Vec<String>; 3],
}

impl Document {
    /// Of a record and what was said on it.
    pub fn new(kind: &Kind, record: &Record, remarks: Vec<Remark>, catalogue: &Catalogue) -> Self {
        let mut document = Self {
            id: record.id,
            kind: word_hash(&record.kind),
            number: number_terms(&record.number),
            state: word_hash(&record.state),
            category: kind.lifecycle.category(&record.state),
            organisation: record.organisation,
            created_by: record.created_by,
            requester: single(kind, record, "requester"),
            assignee: single(kind, record, "assignee"),
            team: single(kind, record, "team"),
            watchers: record.watchers.clone(),
            facts: Vec::new(),
            updated_at: record.updated_at.0,
            names: Default::default(),
            texts: Default::default(),
        };
        for field in &kind.fields {
            let Some(value) = record.field(&field.key) else { continue };
            if catalogue.looks_at(&field.key) {
                document.facts.extend(facts(field, value));
            }
            let is_name =
                field.key == kind.label_field || field.unique || *field.field_type.value_type() == FieldType::Mail;
            document.add(field, value, field.audience, is_name);
        }
        for remark in remarks {
            let level = match remark.audience {
                Audience::Public => Level::Requester,
                Audience::Internal => Level::Agent,
            };
            document.texts[place(level)].push(remark.text);
        }
        document
    }

    /// Adds the text of a value. Secrets have none; choices, numbers and moments are found by filters.
    fn add(&mut self, field: &Field, value: &Json, audience: Level, is_name: bool) {
        match (field.field_type.value_type(), value) {
            (
                FieldType::Text { .. } | FieldType::Markdown | FieldType::Url | FieldType::Mail | FieldType::Phone,
                Json::String(text),
            ) => {
                if is_name {
                    self.names[place(audience)].push(text.clone());
                }
                self.texts[place(audience)].push(text.clone());
            }
            (FieldType::Table { fields }, Json::Array(rows)) => {
                for (row, column) in rows.iter().flat_map(|row| fields.iter().map(move |column| (row, column))) {
                    if let Some(value) = row.get(&column.key) {
                        self.add(column, value, audience.max(column.audience), false);
                    }
                }
            }
            _ => {}
        }
    }

    /// The highest level with text of its own.
    fn top(&self) -> usize {
        (1..LEVELS.len()).rev().find(|level| !self.texts[*level].is_empty()).unwrap_or(0)
    }

    /// The form that the index takes.
    pub(crate) fn into_index(self, fields: &Fields) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        let top = self.top();
        document.add_i64(fields.id, self.id.0);
        document.add_u64(fields.kind, self.kind);
        document.add_u64(fields.state, self.state);
        document.add_u64(fields.category, category_number(self.category));
        document.add_i64(fields.organisation, self.organisation.0);
        document.add_i64(fields.created_by, self.created_by.0);
        let optional = [(fields.requester, self.requester), (fields.assignee, self.assignee), (fields.team, self.team)];
        for (field, value) in optional {
            if let Some(value) = value {
                document.add_i64(field, value.0);
            }
        }
        self.watchers.iter().for_each(|watcher| document.add_i64(fields.watchers, watcher.0));
        self.facts.iter().for_each(|fact| document.add_u64(fields.facts, *fact));
        document.add_u64(fields.top, top as u64);
        document.add_i64(fields.updated_at, self.updated_at);
        for number in &self.number {
            document.add_text(fields.number, number);
        }
        for level in 0..=top {
            for number in &self.number {
                document.add_text(fields.names[level], number);
                document.add_text(fields.texts[level], number);
            }
            for below in 0..=level {
                self.names[below].iter().for_each(|text| document.add_text(fields.names[level], text));
                self.texts[below].iter().for_each(|text| document.add_text(fields.texts[level], text));
            }
        }
        document
    }
}

/// The record that a field of one reference names; `None` also when the kind has another sort of field there.
fn single(kind: &Kind, record: &Record, key: &str) -> Option<RecordId> {
    record.reference(key).filter(|_| is_single_reference(kind, key))
}

/// Whether a field names one record.
pub(crate) fn is_single_reference(kind: &Kind, key: &str) -> bool {
    kind.field(key).is_some_and(|field| matches!(field.field_type.value_type(), FieldType::Reference { .. }))
}

/// The values of a field that conditions may ask for, and that there is one.
fn facts(field: &Field, value: &Json) -> Vec<u64> {
    let values: Vec<&Json> = match value {
        Json::Array(items) => items.iter().collect(),
        one => vec![one],
    };
    let there = values.first().map(|_| presence(&field.key));
    values.iter().map(|value| fact(&field.key, value)).chain(there).collect()
}

/// That a field has a value among its values.
pub(crate) fn fact(key: &str, value: &Json) -> u64 {
    hash(&format!("{key}={value}"))
}

/// That a field has any value.
pub(crate) fn presence(key: &str) -> u64 {
    hash(&format!("{key}?"))
}

/// A kind's or state's key as number, short enough to be cheap in a column.
pub(crate) fn word_hash(word: &str) -> u64 {
    hash(word) >> 32
}

pub(crate) fn category_number(category: Category) -> u64 {
    match category {
        Category::New => 0,
        Category::Active => 1,
        Category::Waiting => 2,
        Category::Done => 3,
        Category::Cancelled => 4,
    }
}

fn hash(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}
