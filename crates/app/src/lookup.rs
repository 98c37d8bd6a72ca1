//! References by name: from ids, numbers, logins and other unique values to records that the actor may see.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::access::{Action, Actor, may};
use steward_model::carry::Named;
use steward_model::command::Input;
use steward_model::decide::Lookup;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_model::value::{References, reference_texts};
use steward_store::rows::Loaded;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::label_of;

/// Records found by name, with those that the actor may not see left out.
#[derive(Debug, Default)]
pub struct Found {
    by_text: BTreeMap<String, Vec<RecordId>>,
    records: HashMap<RecordId, Record>,
}

impl Found {
    /// The record of any kind that a text names; `None` when it names none, or several.
    pub fn any(&self, text: &str) -> Option<RecordId> {
        match self.by_text.get(text)?.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// Every record that was found.
    pub(crate) fn all(&self) -> impl Iterator<Item = RecordId> {
        self.records.keys().copied()
    }

    /// Adds a record that is written in the same transaction, to be named by its id.
    pub(crate) fn add(&mut self, record: Record) {
        self.by_text.entry(record.id.to_string()).or_default().push(record.id);
        self.records.insert(record.id, record);
    }

    /// A record that was found.
    pub fn record(&self, id: RecordId) -> Option<&Record> {
        self.records.get(&id)
    }
}

impl References for Found {
    fn resolve(&self, kinds: &[String], text: &str) -> Option<RecordId> {
        let candidates = self.by_text.get(text)?;
        candidates.iter().copied().find(|id| self.records.get(id).is_some_and(|record| kinds.contains(&record.kind)))
    }
}

impl Named for Found {
    fn number(&self, id: RecordId) -> Option<String> {
        self.records.get(&id).map(|record| record.number.clone())
    }
}

impl Lookup for Found {
    fn kind_of(&self, id: RecordId) -> Option<String> {
        self.records.get(&id).map(|record| record.kind.clone())
    }
}

impl App {
    /// Looks up all records that the values of an input name.
    pub(crate) async fn look_up_input(
        &self,
        actor: &Actor,
        kind: &Kind,
        input: &Input,
        more: impl IntoIterator<Item = String>,
    ) -> Result<Found, Error> {
        let mut texts: BTreeSet<String> = more.into_iter().collect();
        for (key, value) in input {
            if let Some(field) = kind.field_named(key).filter(|_| !value.is_null()) {
                texts.extend(reference_texts(field, value));
            }
        }
        self.look_up(actor, texts).await
    }

    /// The record of a kind that a name leads to, when the actor may see it.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn find_reference(&self, actor: &Actor, kind: &str, name: &str) -> Result<Option<RecordId>, Error> {
        let found = self.look_up(actor, [name.to_owned()].into()).await?;
        Ok(found.resolve(&[kind.to_owned()], name))
    }

    /// Looks up the records that texts name: by id, number or unique value. What the actor may not read is not found;
    /// people and teams that share a record's work are named by those who may read them.
    pub(crate) async fn look_up(&self, actor: &Actor, texts: BTreeSet<String>) -> Result<Found, Error> {
        let mut found = Found::default();
        if texts.is_empty() {
            return Ok(found);
        }
        // No name holds a NUL, which PostgreSQL would not even compare.
        let texts: Vec<String> = texts.into_iter().filter(|text| !text.contains('\0')).collect();
        let asked: Vec<&str> = texts.iter().map(String::as_str).collect();
        let now = self.now();
        let before = self.0.labels.before(now);
        let (pairs, loaded) = self.store().resolve_records(&asked).await?;
        let mut named = Vec::new();
        for Loaded { record, .. } in loaded {
            let Some(kind) = self.registry().kind(&record.kind) else { continue };
            if kind.label_public {
                named.push((record.id, Arc::new(label_of(kind, &record))));
            }
            if may(actor, Action::Read, kind, &record, now) {
                found.records.insert(record.id, record);
            }
        }
        // Whatever is done with them, it is shown by their names.
        self.0.labels.keep(before, named);
        for resolved in pairs {
            if found.records.contains_key(&resolved.id) {
                found.by_text.entry(resolved.text).or_default().push(resolved.id);
            }
        }
        Ok(found)
    }
}

/// The texts that a JSON value may use to name records: itself, or the `id` of an object.
pub(crate) fn text_of(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Object(object) => object.get("id").and_then(text_of),
        _ => None,
    }
}
