//! Records as an actor may see them: hidden values gone before anything is rendered.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::access::{Action, Actor, KindRights, Rights, may, rights};
use steward_model::decide::{FieldConflict, allowed_transitions, barred_transitions};
use steward_model::filter::Environment;
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind};
use steward_model::moment::Moment;
use steward_model::record::{Dues, Record};
use steward_store::graph::Link;

use crate::App;
use crate::boxed;
use crate::clocks::ClockView;
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
    /// Keys of those that only a limit keeps the actor from, each with what it says.
    pub barred_transitions: Vec<(String, String)>,
    /// Its service-level clocks, where they were asked for.
    pub clocks: Vec<ClockView>,
}

/// Names of records that the actor may see, by id. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Labels(Arc<HashMap<RecordId, Arc<Label>>>);

impl Labels {
    /// None at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// The name of a record; `None` when the actor may not see it.
    pub fn get(&self, id: &RecordId) -> Option<&Label> {
        self.0.get(id).map(AsRef::as_ref)
    }

    /// The name of the record with this number, when it is among them.
    pub fn numbered(&self, number: &str) -> Option<&Label> {
        self.0.values().map(AsRef::as_ref).find(|label| label.number == number)
    }

    /// These names and those.
    pub fn and(mut self, others: &Self) -> Self {
        let own = Arc::make_mut(&mut self.0);
        own.extend(others.0.iter().map(|(id, label)| (*id, label.clone())));
        self
    }

    /// Whether the actor may see the name of a record.
    pub fn contains_key(&self, id: &RecordId) -> bool {
        self.0.contains_key(id)
    }
}

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
        view.clocks.clear();
        view.allowed_transitions.clear();
        view.barred_transitions.clear();
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
        let shape = Shape::of(kind);
        let record = shape.visible(record, &rights);
        let mut through_fields = BTreeSet::new();
        shape.collect_named(&record, &mut through_fields);
        let others = links.iter().map(|link| if link.source == record.id { link.target } else { link.source });
        let named = through_fields.iter().chain(&record.watchers).copied().chain(others).collect();
        let labels = self.labels(actor, named, &through_fields).await?;
        let links = links
            .into_iter()
            .map(|link| {
                let inverse = link.source != record.id;
                let other = if inverse { link.source } else { link.target };
                LinkView { link: link.link, inverse, other, since: link.since_at }
            })
            .filter(|link| labels.contains_key(&link.other))
            .collect();
        let asking = actor.environment(self.now());
        let barred_transitions = barred(kind, &record, &rights, &asking);
        let allowed_transitions = allowed_transitions(kind, &record, &rights, &asking)
            .into_iter()
            .map(|transition| transition.key.clone())
            .collect();
        let clocks = Vec::new();
        let mut view = RecordView {
            kind: kind.clone(),
            record,
            rights,
            labels,
            links,
            allowed_transitions,
            barred_transitions,
            clocks,
        };
        self.with_clocks(std::slice::from_mut(&mut view)).await?;
        Ok(view)
    }

    /// Many records of one kind as an actor may see them, without their links. The names take one question for all.
    pub(crate) async fn views(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        records: Vec<Record>,
    ) -> Result<Vec<RecordView>, Error> {
        let seen: Vec<(Record, Rights)> = {
            let (on_kind, shape) = (KindRights::new(actor, kind, self.now()), Shape::of(kind));
            let seen = records.into_iter().map(|record| {
                let rights = on_kind.on(&record);
                (shape.visible(record, &rights), rights)
            });
            seen.collect()
        };
        let mut through_fields = BTreeSet::new();
        let shape = Shape::of(kind);
        seen.iter().for_each(|(record, _)| shape.collect_named(record, &mut through_fields));
        let watchers = seen.iter().flat_map(|(record, _)| &record.watchers);
        let named = through_fields.iter().chain(watchers).copied().collect();
        // One map for all: a record names only those that it refers to.
        let labels = self.labels(actor, named, &through_fields).await?;
        let asking = actor.environment(self.now());
        Ok(seen
            .into_iter()
            .map(|(record, rights)| {
                let transitions = allowed_transitions(kind, &record, &rights, &asking);
                let allowed_transitions = transitions.into_iter().map(|transition| transition.key.clone()).collect();
                let barred_transitions = barred(kind, &record, &rights, &asking);
                RecordView {
                    kind: kind.clone(),
                    record,
                    rights,
                    labels: labels.clone(),
                    links: Vec::new(),
                    allowed_transitions,
                    barred_transitions,
                    clocks: Vec::new(),
                }
            })
            .collect())
    }

    /// Names of records that an actor may see, people and others with public names among them.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn names(&self, actor: &Actor, ids: BTreeSet<RecordId>) -> Result<Labels, Error> {
        self.labels(actor, ids.clone(), &ids).await
    }

    /// Names of who and what a conflict speaks of: who was first, and the records that both values refer to.
    ///
    /// # Errors
    /// Those of the database.
    #[boxed]
    pub async fn conflict_labels(
        &self,
        actor: &Actor,
        kind: &Kind,
        conflicts: &[FieldConflict],
    ) -> Result<Labels, Error> {
        let mut public: BTreeSet<RecordId> = conflicts.iter().map(|conflict| conflict.by).collect();
        let mut yours = BTreeSet::new();
        for conflict in conflicts {
            let Some(field) = kind.field(&conflict.field) else { continue };
            conflict.theirs.iter().for_each(|value| collect_references(field, value, &mut public));
            conflict.yours.iter().for_each(|value| collect_references(field, value, &mut yours));
        }
        let all = public.union(&yours).copied().collect();
        self.labels(actor, all, &public).await
    }

    /// Names of records. The name of a record of a kind with public labels is part of the field that refers to it
    /// (`through_fields`); all others show only to those who may read the record.
    pub(crate) async fn labels(
        &self,
        actor: &Actor,
        ids: BTreeSet<RecordId>,
        through_fields: &BTreeSet<RecordId>,
    ) -> Result<Labels, Error> {
        let now = self.now();
        let mut labels = HashMap::with_capacity(ids.len());
        let ids = ids.into_iter().filter(|id| *id != RecordId::SYSTEM);
        let (mut unknown, others): (Vec<RecordId>, Vec<RecordId>) = ids.partition(|id| through_fields.contains(id));
        unknown = self.0.labels.get_many(unknown, now, |id, label| drop(labels.insert(*id, label.clone())));
        unknown.extend(others);
        if unknown.is_empty() {
            return Ok(Labels(Arc::new(labels)));
        }
        let before = self.0.labels.before(now);
        let (mut public, mut others) = (Vec::new(), Vec::new());
        for name in self.store().names(&unknown).await? {
            if through_fields.contains(&name.id) && self.has_public_label(&name.kind) {
                let label = name.title.filter(|title| !title.is_empty()).unwrap_or_else(|| name.number.clone());
                public.push((name.id, Arc::new(Label { kind: name.kind, number: name.number, label })));
            } else {
                others.push(name.id);
            }
        }
        labels.extend(public.iter().cloned());
        self.0.labels.keep(before, public);
        // Whether these may be read depends on their fields.
        for loaded in self.store().get_records(&others).await? {
            let record = loaded.record;
            let Some(kind) = self.registry().kind(&record.kind) else { continue };
            if may(actor, Action::Read, kind, &record, now) {
                labels.insert(record.id, Arc::new(label_of(kind, &record)));
            }
        }
        Ok(Labels(Arc::new(labels)))
    }

    /// Records that an actor may read, without values that they may not.
    pub(crate) async fn readable_records(
        &self,
        actor: &Actor,
        ids: Vec<RecordId>,
    ) -> Result<HashMap<RecordId, (Arc<Kind>, Record)>, Error> {
        let now = self.now();
        let loaded = self.store().get_records(&ids).await?;
        let seen = loaded.into_iter().filter_map(|loaded| {
            let kind = self.registry().kind(&loaded.record.kind)?.clone();
            let rights = rights(actor, &kind, &loaded.record, now);
            let record = rights.may(Action::Read).then(|| visible(&kind, loaded.record, &rights))?;
            Some((record.id, (kind, record)))
        });
        Ok(seen.collect())
    }

    pub(crate) fn has_public_label(&self, kind: &str) -> bool {
        self.registry().kind(kind).is_some_and(|kind| kind.label_public)
    }
}

/// What limits keep somebody from, and what they say.
fn barred(kind: &Kind, record: &Record, rights: &Rights, asking: &Environment) -> Vec<(String, String)> {
    let barred = barred_transitions(kind, record, rights, asking).into_iter();
    barred.map(|(transition, message)| (transition.key.clone(), message.to_owned())).collect()
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
pub(crate) fn visible(kind: &Kind, record: Record, rights: &Rights) -> Record {
    Shape::of(kind).visible(record, rights)
}

/// What views of records of a kind look at, found once for many records.
struct Shape<'k> {
    /// Ascending by key, as the values of a record are.
    fields: Vec<&'k Field>,
    /// Those that hold secrets, or rows with columns of their own.
    guarded: Vec<&'k Field>,
    /// Those that refer to records.
    naming: Vec<&'k Field>,
}

impl<'k> Shape<'k> {
    fn of(kind: &'k Kind) -> Self {
        let mut fields: Vec<&Field> = kind.fields.iter().collect();
        fields.sort_by(|a, b| a.key.cmp(&b.key));
        let is_guarded = |field: &&&Field| matches!(field.field_type, FieldType::Secret | FieldType::Table { .. });
        let names = |field: &&&Field| {
            matches!(
                field.field_type.value_type(),
                FieldType::Reference { .. } | FieldType::References { .. } | FieldType::Table { .. }
            )
        };
        let guarded = fields.iter().filter(is_guarded).copied().collect();
        let naming = fields.iter().filter(names).copied().collect();
        Self { fields, guarded, naming }
    }

    /// The record without the values that may not be read; secrets keep only that they are there.
    fn visible(&self, mut record: Record, rights: &Rights) -> Record {
        let mut fields = self.fields.iter().peekable();
        record.fields.retain(|key, _| {
            while fields.next_if(|field| field.key < *key).is_some() {}
            fields.peek().is_some_and(|field| field.key == *key && rights.may_read(field))
        });
        for field in &self.guarded {
            hide_secrets(field, record.fields.get_mut(&field.key));
            hide_columns(field, record.fields.get_mut(&field.key), rights);
        }
        if !rights.may_read_internal() {
            // Set again from the clocks that may be known of, where these are asked for.
            record.dues = Dues::default();
            record.watchers.clear();
        }
        record
    }

    /// Adds the records that a record's fields name, which show public labels.
    fn collect_named(&self, record: &Record, ids: &mut BTreeSet<RecordId>) {
        ids.extend([record.organisation, record.created_by]);
        for field in &self.naming {
            if let Some(value) = record.field(&field.key) {
                collect_references(field, value, ids);
            }
        }
    }
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
