//! Records as an actor may see them: hidden values gone before anything is rendered.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::access::{Action, Actor, KindRights, Rights, rights};
use steward_model::decide::allowed_transitions;
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_store::graph::Link;

use crate::App;
use crate::error::Error;

/// A record with what belongs on its page.
#[derive(Debug, Clone)]
pub struct RecordView {
    /// Its kind.
    pub kind: Arc<Kind>,
    /// The record, without values that the actor may not read.
    pub record: Record,
    /// What the actor may do.
    pub rights: Rights,
    /// Names of the records that it refers to.
    pub labels: Labels,
    /// Links from and to it, to records that the actor may see.
    pub links: Vec<LinkView>,
    /// Keys of the transitions that the actor could make; guards are asked when it tries.
    pub allowed_transitions: Vec<String>,
}

/// Names of records that the actor may see, by id.
pub type Labels = HashMap<RecordId, Label>;

/// How a reference to a record is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Key of its kind.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Its name or title.
    pub label: String,
}

/// A link as seen from one end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkView {
    /// Key of the link type.
    pub link: String,
    /// Whether it leads to this record instead of from it.
    pub inverse: bool,
    /// The record at the other end.
    pub other: RecordId,
    /// Since when.
    pub since: Moment,
}

impl App {
    /// A record as an actor may see it now, or, with a moment, with the links of then.
    pub(crate) async fn view(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        record: Record,
        at: Option<Moment>,
    ) -> Result<RecordView, Error> {
        let rights = rights(actor, kind, &record, self.now());
        let links = self.store().links_of(record.id, at).await?;
        self.view_with(actor, kind, record, rights, links).await
    }

    /// A record just made, to which nothing else can be linked yet.
    pub(crate) async fn view_of_new(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        record: Record,
        has_links: bool,
    ) -> Result<RecordView, Error> {
        let rights = rights(actor, kind, &record, self.now());
        let links = if has_links { self.store().links_of(record.id, None).await? } else { Vec::new() };
        self.view_with(actor, kind, record, rights, links).await
    }

    /// A record as it was, seen with the rights of now: who lost a right does not keep it for the past.
    pub(crate) async fn view_as_of(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        now: &Record,
        then: Record,
        at: Moment,
    ) -> Result<RecordView, Error> {
        let rights = rights(actor, kind, now, self.now());
        let links = self.store().links_of(then.id, Some(at)).await?;
        let mut view = self.view_with(actor, kind, then, rights, links).await?;
        view.allowed_transitions.clear();
        Ok(view)
    }

    pub(crate) async fn view_with(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        record: Record,
        rights: Rights,
        links: Vec<Link>,
    ) -> Result<RecordView, Error> {
        let record = visible(kind, record, &rights);
        let mut named = references_in(kind, &record);
        named.extend(links.iter().map(|link| if link.source == record.id { link.target } else { link.source }));
        let labels = self.labels(actor, named, &linked_only(kind, &record)).await?;
        let links = links
            .into_iter()
            .map(|link| {
                let inverse = link.source != record.id;
                let other = if inverse { link.source } else { link.target };
                LinkView { link: link.link, inverse, other, since: link.since_at }
            })
            .filter(|link| labels.contains_key(&link.other))
            .collect();
        let allowed_transitions =
            allowed_transitions(kind, &record, &rights).into_iter().map(|transition| transition.key.clone()).collect();
        Ok(RecordView { kind: kind.clone(), record, rights, labels, links, allowed_transitions })
    }

    /// Many records of one kind as an actor may see them, without their links. The names take one question for all.
    pub(crate) async fn views(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        records: Vec<Record>,
    ) -> Result<Vec<RecordView>, Error> {
        let on_kind = KindRights::new(actor, kind, self.now());
        let seen: Vec<(Record, Rights)> = records
            .into_iter()
            .map(|record| {
                let rights = on_kind.on(&record);
                (visible(kind, record, &rights), rights)
            })
            .collect();
        let named = seen.iter().flat_map(|(record, _)| references_in(kind, record)).collect();
        let public: BTreeSet<RecordId> = seen.iter().flat_map(|(record, _)| linked_only(kind, record)).collect();
        let labels = self.labels(actor, named, &public).await?;
        Ok(seen
            .into_iter()
            .map(|(record, rights)| {
                let own = references_in(kind, &record);
                let labels = own.iter().filter_map(|id| Some((*id, labels.get(id)?.clone()))).collect();
                let transitions = allowed_transitions(kind, &record, &rights);
                let allowed_transitions = transitions.into_iter().map(|transition| transition.key.clone()).collect();
                RecordView { kind: kind.clone(), record, rights, labels, links: Vec::new(), allowed_transitions }
            })
            .collect())
    }

    /// Names of records. The name of a record of a kind with public labels is part of the field that refers to it
    /// (`through_fields`); all others show only to those who may read the record.
    pub(crate) async fn labels(
        &self,
        actor: &Actor,
        ids: BTreeSet<RecordId>,
        through_fields: &BTreeSet<RecordId>,
    ) -> Result<Labels, Error> {
        let ids: Vec<RecordId> = ids.into_iter().filter(|id| *id != RecordId::SYSTEM).collect();
        let mut labels = Labels::new();
        if ids.is_empty() {
            return Ok(labels);
        }
        let mut others = Vec::new();
        for name in self.store().names(&ids).await? {
            let public = self.registry().kind(&name.kind).is_some_and(|kind| kind.label_public);
            if public && through_fields.contains(&name.id) {
                let label = name.title.filter(|title| !title.is_empty()).unwrap_or_else(|| name.number.clone());
                labels.insert(name.id, Label { kind: name.kind, number: name.number, label });
            } else {
                others.push(name.id);
            }
        }
        // Whether these may be read depends on their fields.
        let now = self.now();
        for loaded in self.store().get_records(&others).await? {
            let record = loaded.record;
            let Some(kind) = self.registry().kind(&record.kind) else { continue };
            if rights(actor, kind, &record, now).may(Action::Read) {
                labels.insert(record.id, label_of(kind, &record));
            }
        }
        Ok(labels)
    }
}

/// How a record is named.
pub fn label_of(kind: &Kind, record: &Record) -> Label {
    let label = match record.text(&kind.label_field) {
        "" => record.number.clone(),
        text => text.to_owned(),
    };
    Label { kind: record.kind.clone(), number: record.number.clone(), label }
}

/// The record without the values that may not be read; secrets keep only that they are there.
pub(crate) fn visible(kind: &Kind, mut record: Record, rights: &Rights) -> Record {
    record.fields.retain(|key, _| kind.field(key).is_some_and(|field| rights.may_read(field)));
    for field in &kind.fields {
        hide_secrets(field, record.fields.get_mut(&field.key));
        hide_columns(field, record.fields.get_mut(&field.key), rights);
    }
    if !rights.may_read_internal() {
        record.watchers.clear();
    }
    record
}

fn hide_secrets(field: &Field, value: Option<&mut Json>) {
    if let (FieldType::Secret, Some(value)) = (&field.field_type, value) {
        *value = Json::Bool(true);
    }
}

fn hide_columns(field: &Field, value: Option<&mut Json>, rights: &Rights) {
    let (FieldType::Table { fields }, Some(Json::Array(rows))) = (&field.field_type, value) else { return };
    for row in rows {
        let Some(row) = row.as_object_mut() else { continue };
        row.retain(|key, _| fields.iter().any(|column| column.key == *key && rights.may_read(column)));
        for column in fields {
            hide_secrets(column, row.get_mut(&column.key));
        }
    }
}

/// Every record that a record names, itself included.
fn references_in(kind: &Kind, record: &Record) -> BTreeSet<RecordId> {
    let mut ids = linked_only(kind, record);
    ids.extend(record.watchers.iter().copied());
    ids
}

/// The records named by fields, which show public labels.
fn linked_only(kind: &Kind, record: &Record) -> BTreeSet<RecordId> {
    let mut ids = BTreeSet::from([record.organisation, record.created_by]);
    for field in &kind.fields {
        if let Some(value) = record.field(&field.key) {
            collect_references(field, value, &mut ids);
        }
    }
    ids
}

/// Adds the records that a stored value of a field names.
pub fn collect_references(field: &Field, value: &Json, ids: &mut BTreeSet<RecordId>) {
    match (field.field_type.value_type(), value) {
        (FieldType::Reference { .. }, value) => ids.extend(value.as_i64().map(RecordId)),
        (FieldType::References { .. }, Json::Array(items)) => {
            ids.extend(items.iter().filter_map(Json::as_i64).map(RecordId))
        }
        (FieldType::Table { fields }, Json::Array(rows)) => {
            for row in rows {
                for column in fields {
                    if let Some(value) = row.get(&column.key) {
                        collect_references(column, value, ids);
                    }
                }
            }
        }
        _ => {}
    }
}
