//! What files say, made so: decided record by record with the rights of whoever applies it, written in one transaction.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use steward_model::access::Actor;
use steward_model::command::{Command, Input, Transition};
use steward_model::decide::FieldError;
use steward_model::event::{Cause, Door};
use steward_model::filter::{Filter, Operand, Test};
use steward_model::id::{RecordId, Revision};
use steward_model::kind::{Field, FieldType, Kind};
use steward_model::record::Record;
use steward_store::change::{ChangeSet, RecordChange};

use super::gather::owners;
use super::text::{FileError, Place};
use super::{Item, Present};
use crate::App;
use crate::boxed;
use crate::deciding::folded;
use crate::definitions::{Definitions, Fault, IN_FORCE, Laid, OVERLAY};
use crate::error::Error;
use crate::lookup::Found;
use crate::records::{NewRecord, Origin, Request};

/// The cause of what files brought about.
pub(super) const APPLIED: &str = "config.apply";

/// A value that differs: key of the field, and the values before and after, in the form of files.
pub type Difference = (String, Option<Json>, Option<Json>);

/// What becomes of one record.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// It is made.
    Created,
    /// It changes: fields with their values before and after, in the form of files.
    Changed(Vec<Difference>),
    /// It is so already.
    Same,
    /// It is here, and no file says it; it stays.
    Unmentioned,
}

/// One line of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The file.
    pub file: String,
    /// Key of the kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What becomes of it.
    pub what: What,
}

/// Records by the kind and name that files give them; more than one where a name does not tell which.
type Known = BTreeMap<(String, String), Vec<RecordId>>;

/// Who applies files, how they came, and to what.
#[derive(Clone, Copy)]
pub(super) struct Applying<'a> {
    pub(super) actor: &'a Actor,
    pub(super) origin: &'a Origin,
    /// The record that the only file is about, whatever name it gives it, with the revision at which it must stand.
    pub(super) only: Option<(RecordId, Revision)>,
}

/// What each file does, and what is to be written.
pub(super) type Decided = (Vec<Planned>, Vec<RecordChange>);

impl App {
    /// What an application of files would do; nothing of it is written.
    ///
    /// # Errors
    /// Every fault of every file: names that lead nowhere, values that cannot be, what the actor may not.
    #[boxed]
    pub async fn plan_configuration(&self, actor: &Actor, items: &[Item]) -> Result<Vec<Planned>, Vec<FileError>> {
        let applying = Applying { actor, origin: &origin(Door::Command), only: None };
        Box::pin(self.decide_all(applying, items)).await.map(|(planned, _)| planned)
    }

    /// Makes everything as files say, in one transaction.
    ///
    /// # Errors
    /// As [`Self::plan_configuration`]; nothing is written then.
    #[boxed]
    pub async fn apply_configuration(&self, actor: &Actor, items: &[Item]) -> Result<Vec<Planned>, Vec<FileError>> {
        self.apply_configuration_by(actor, items, Door::Command).await
    }

    /// As [`Self::apply_configuration`], by another way in than the command line.
    ///
    /// # Errors
    /// As [`Self::plan_configuration`]; nothing is written then.
    pub(super) async fn apply_configuration_by(
        &self,
        actor: &Actor,
        items: &[Item],
        door: Door,
    ) -> Result<Vec<Planned>, Vec<FileError>> {
        let applying = Applying { actor, origin: &origin(door), only: None };
        let (planned, records) = Box::pin(self.decide_all(applying, items)).await?;
        self.write_all(records).await?;
        Ok(planned)
    }

    /// Writes what was decided, in one transaction.
    pub(super) async fn write_all(&self, records: Vec<RecordChange>) -> Result<(), Vec<FileError>> {
        if records.is_empty() {
            return Ok(());
        }
        let written = self.commit(ChangeSet { records, ..ChangeSet::default() }).await;
        written.map_err(|error| vec![FileError::new("all files", format!("nothing was written: {error}"))])
    }

    /// Decides everything under the definitions that the files themselves put in force.
    pub(super) async fn decide_all(&self, applying: Applying<'_>, items: &[Item]) -> Result<Decided, Vec<FileError>> {
        match self.defined_by(applying, items).await? {
            None => self.decide_configuration(applying, items).await,
            Some(definitions) => {
                let staged = self.staged(definitions);
                let actor = staged.actor(applying.actor.person, None).await.map_err(|error| away(&error))?;
                staged.decide_configuration(Applying { actor: &actor, ..applying }, items).await
            }
        }
    }

    /// The definitions that files put in force; `None` when they are those of now.
    async fn defined_by(&self, applying: Applying<'_>, items: &[Item]) -> Result<Option<Definitions>, Vec<FileError>> {
        let overlays: Vec<&Item> = items.iter().filter(|item| item.kind == OVERLAY).collect();
        let Some(first) = overlays.first() else { return Ok(None) };
        let now = self.laid_in_force().await.map_err(|error| away(&error))?;
        let renamed = match applying.only {
            Some((id, _)) => self.store().get_record(id).await.map_err(|error| away(&error.into()))?,
            None => None,
        };
        let mut laid = now.clone();
        laid.retain(|one| overlays.iter().all(|item| text_of(item, "title") != one.title));
        laid.retain(|one| renamed.as_ref().is_none_or(|loaded| loaded.record.text("title") != one.title));
        laid.extend(overlays.iter().filter(|item| item.state == IN_FORCE).map(|item| Laid {
            order: item.fields.get("order").and_then(Json::as_i64).unwrap_or_default(),
            title: text_of(item, "title").to_owned(),
            text: text_of(item, "definition").replace("\r\n", "\n"),
        }));
        laid.sort();
        if laid == now {
            return Ok(None);
        }
        let file_of = |fault: &Fault| {
            let item = overlays.iter().find(|item| text_of(item, "title") == fault.overlay);
            item.map_or(first.file.as_str(), |item| item.file.as_str())
        };
        self.check_definer(applying.actor).await.map_err(|error| in_words(&first.file, error))?;
        let (prospect, definitions) = self.prospect_of(laid).await.map_err(|error| away(&error))?;
        let in_definition = |fault: &Fault| {
            let place = Place::Value("definition".to_owned(), (fault.line > 0).then_some(fault.line));
            FileError::new(file_of(fault), fault.to_string()).at(place)
        };
        let mut faults: Vec<FileError> = prospect.faults.iter().map(in_definition).collect();
        let refused = prospect.effects.iter().filter(|effect| effect.is_refused());
        faults.extend(refused.map(|effect| FileError::new(&first.file, effect.to_string())));
        if faults.is_empty() { Ok(definitions) } else { Err(faults) }
    }

    async fn decide_configuration(&self, applying: Applying<'_>, items: &[Item]) -> Result<Decided, Vec<FileError>> {
        let present = self.configuration(None).await.map_err(|error| away(&error))?;
        let mut known = Known::new();
        let mut faults = twice(self, items);
        for (place, one) in present.iter().enumerate() {
            known.entry((one.item.kind.clone(), name(self, &one.item))).or_default().push(one.id);
            let own = identity(self, &one.item);
            if applying.only.is_some() {
                // It is known by its id.
                if let Some(item) = items.iter().find(|item| identity(self, item) == own)
                    && applying.only.is_some_and(|(id, _)| id != one.id)
                {
                    let message = "gives it the name of another record of its kind";
                    faults.push(FileError::new(&item.file, message).at(named_at(self, item)));
                }
                continue;
            }
            if present[..place].iter().any(|other| identity(self, &other.item) == own)
                && let Some(item) = items.iter().find(|item| identity(self, item) == own)
            {
                let message =
                    "says a record of which there are two that are known by the same; rename one of them first";
                faults.push(FileError::new(&item.file, message));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut work = Work { planned: Vec::new(), changes: Vec::new(), known, made: Found::default() };
        let mut waiting: VecDeque<&Item> = items.iter().collect();
        let mut put_off = 0;
        while let Some(item) = waiting.pop_front() {
            // What another file makes comes first.
            if put_off <= waiting.len() && self.names_one_of(item, &waiting) {
                waiting.push_back(item);
                put_off += 1;
                continue;
            }
            put_off = 0;
            if let Err(error) = self.decide_item(applying, item, &present, &mut work).await {
                faults.extend(in_words(&item.file, error));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mentioned: BTreeSet<String> = items.iter().map(|item| identity(self, item)).collect();
        for one in present.iter().filter(|one| !mentioned.contains(&identity(self, &one.item))) {
            work.planned.push(planned(self, &one.item, What::Unmentioned));
        }
        Ok((work.planned, work.changes))
    }

    /// Whether an item refers to a record that another file makes, by name.
    fn names_one_of(&self, item: &Item, others: &VecDeque<&Item>) -> bool {
        let mut texts = Vec::new();
        item.fields.values().for_each(|value| collect_texts(value, &mut texts));
        others.iter().any(|other| {
            let other = format!("{}:{}", other.kind, name(self, other));
            texts.contains(&other.as_str())
        })
    }

    async fn decide_item(
        &self,
        applying: Applying<'_>,
        item: &Item,
        present: &[Present],
        work: &mut Work,
    ) -> Result<(), Error> {
        let Applying { actor, origin, only } = applying;
        let kind = self.kind(&item.kind)?.clone();
        let own = identity(self, item);
        let here = present.iter().find(|one| match only {
            Some((id, _)) => one.id == id,
            None => identity(self, &one.item) == own,
        });
        let organisation = self.named_record(actor, work, &format!("organisation:{}", item.organisation)).await?;
        let organisation = organisation
            .ok_or_else(|| Error::invalid("organisation", "was not found; make it first, or write another name"))?;
        let (mut record, mut events, before) = match here {
            None => {
                let mut fields = self.with_ids(actor, work, &kind, &item.fields).await?;
                // What the file leaves out is empty, whatever is usual.
                let usual = kind.fields.iter().filter(|field| field.default.is_some() && field.write.is_some());
                for field in usual {
                    fields.entry(field.key.clone()).or_insert(Json::Null);
                }
                let new = NewRecord { organisation: Some(organisation.to_string()), fields, links: Vec::new() };
                let mut found = self.look_up_input(actor, &kind, &new.fields, new.organisation.clone()).await?;
                work.made.all().filter_map(|id| work.made.record(id).cloned()).for_each(|record| found.add(record));
                let (event, record) = self.decide_creation(actor, &kind, &new, origin, &found).await?;
                (record, vec![event], None)
            }
            Some(one) => {
                let loaded = self.store().get_record(one.id).await?.ok_or(Error::NotFound)?;
                let current = loaded.record.revision;
                if only.is_some_and(|(_, revision)| revision != current) {
                    return Err(Error::Conflict { current, fields: Vec::new() });
                }
                (loaded.record.clone(), Vec::new(), Some((loaded.record.revision, loaded.head)))
            }
        };
        let mut differs = Vec::new();
        if let Some(one) = here {
            differs = differences(&one.item, item);
            let changed: Map<String, Json> = differs
                .iter()
                .filter(|(key, ..)| !["state", "organisation"].contains(&key.as_str()))
                .map(|(key, _, to)| (key.clone(), to.clone().unwrap_or_default()))
                .collect();
            let elsewhere = (one.item.organisation != item.organisation).then(|| organisation.to_string());
            if !changed.is_empty() || elsewhere.is_some() {
                let fields = self.with_ids(actor, work, &kind, &changed).await?;
                let request = Request::Update { fields, organisation: elsewhere, base: None };
                let (command, mut found) = self.command_of(actor, &kind, &record, &request).await?;
                work.made.all().filter_map(|id| work.made.record(id).cloned()).for_each(|record| found.add(record));
                let made = self.decide_on(actor, &kind, &record, &command, origin, &found).await?;
                record = folded(record, &made)?;
                events.extend(made);
            }
        }
        for key in way(&kind, &record.state, &item.state)? {
            let step = Command::Transition(Transition { key, ..Transition::default() });
            let made = self.decide_on(actor, &kind, &record, &step, origin, &Found::default()).await?;
            record = folded(record, &made)?;
            events.extend(made);
        }
        let known = work.known.entry((item.kind.clone(), name(self, item))).or_default();
        if !known.contains(&record.id) {
            known.push(record.id);
        }
        let what = match (here.is_some(), events.is_empty()) {
            (false, _) => What::Created,
            (true, true) => What::Same,
            (true, false) => What::Changed(differs),
        };
        work.planned.push(planned(self, item, what));
        if !events.is_empty() {
            if before.is_none() {
                work.made.add(record.clone());
            }
            work.changes.push(RecordChange { kind, before, after: record, events });
        }
        Ok(())
    }

    /// Values with ids in place of names.
    async fn with_ids(
        &self,
        actor: &Actor,
        work: &Work,
        kind: &Kind,
        fields: &Map<String, Json>,
    ) -> Result<Input, Error> {
        let mut input = Input::new();
        for (key, value) in fields {
            let Some(field) = kind.field(key) else { continue };
            input.insert(key.clone(), self.value_with_ids(actor, work, field, value).await?);
        }
        Ok(input)
    }

    async fn value_with_ids(&self, actor: &Actor, work: &Work, field: &Field, value: &Json) -> Result<Json, Error> {
        Ok(match (&field.field_type, value) {
            (FieldType::Reference { .. }, Json::String(text)) => self.id_of(actor, work, &field.key, text).await?,
            (FieldType::References { .. }, Json::Array(all)) => {
                let mut ids = Vec::with_capacity(all.len());
                for text in all.iter().filter_map(Json::as_str) {
                    ids.push(self.id_of(actor, work, &field.key, text).await?);
                }
                ids.into()
            }
            (FieldType::Table { fields }, Json::Array(rows)) => {
                let mut written = Vec::with_capacity(rows.len());
                for row in rows {
                    let mut cells = Map::new();
                    for (key, cell) in row.as_object().into_iter().flatten() {
                        let cell = match fields.iter().find(|column| column.key == *key) {
                            Some(column) => Box::pin(self.value_with_ids(actor, work, column, cell)).await?,
                            None => cell.clone(),
                        };
                        cells.insert(key.clone(), cell);
                    }
                    written.push(Json::Object(cells));
                }
                written.into()
            }
            _ => value.clone(),
        })
    }

    async fn id_of(&self, actor: &Actor, work: &Work, field: &str, text: &str) -> Result<Json, Error> {
        let found = self.named_record(actor, work, text).await?;
        let message = || format!("names no record, or several: `{text}`; make it first, or write another name");
        found.map(|id| id.to_string().into()).ok_or_else(|| Error::invalid(field, message()))
    }

    /// The record with a name such as `team:Network`; `None` where there is none that the actor may see, or several.
    async fn named_record(&self, actor: &Actor, work: &Work, text: &str) -> Result<Option<RecordId>, Error> {
        let Some(id) = self.named_by_anybody(work, text).await? else { return Ok(None) };
        let id_text = id.to_string();
        let is_seen = work.made.record(id).is_some()
            || self.look_up(actor, BTreeSet::from([id_text.clone()])).await?.any(&id_text).is_some();
        Ok(Some(id).filter(|_| is_seen))
    }

    async fn named_by_anybody(&self, work: &Work, text: &str) -> Result<Option<RecordId>, Error> {
        let Some((kind, name)) = text.split_once(':').filter(|_| !text.contains('\0')) else { return Ok(None) };
        if let Some(ids) = work.known.get(&(kind.to_owned(), name.to_owned())) {
            return Ok(Some(ids[0]).filter(|_| ids.len() == 1));
        }
        let Some(kind) = self.registry().kind(kind).cloned() else { return Ok(None) };
        if let Some(loaded) = self.store().find_by_number(&kind.key, name).await? {
            return Ok(Some(loaded.record.id));
        }
        if kind.key == "person" {
            let found = self.store().find_by_unique(&["person"], name).await?;
            return Ok(one(found.into_iter().map(|loaded| loaded.record)));
        }
        let named = Filter::field_test(&kind.label_field, Test::Equal(Operand::Value(Json::from(name))));
        Ok(one(self.all_records(&kind.key, &named, 2).await?.into_iter()))
    }
}

/// What was decided so far.
struct Work {
    planned: Vec<Planned>,
    changes: Vec<RecordChange>,
    known: Known,
    /// Records that come with this application.
    made: Found,
}

fn origin(door: Door) -> Origin {
    Origin { door, cause: Some(Cause::Rule(APPLIED.to_owned())), idempotency_key: None, signed: false }
}

fn name(app: &App, item: &Item) -> String {
    let kind = app.registry().kind(&item.kind);
    let label = kind.and_then(|kind| item.fields.get(&kind.label_field)).and_then(Json::as_str);
    label.unwrap_or_default().to_owned()
}

/// Where an item says the name by which it is known.
fn named_at(app: &App, item: &Item) -> Place {
    let kind = app.registry().kind(&item.kind);
    kind.map_or(Place::Unknown, |kind| Place::Value(kind.label_field.clone(), None))
}

fn text_of<'a>(item: &'a Item, field: &str) -> &'a str {
    item.fields.get(field).and_then(Json::as_str).unwrap_or_default()
}

fn planned(app: &App, item: &Item, what: What) -> Planned {
    Planned { file: item.file.clone(), kind: item.kind.clone(), name: name(app, item), what }
}

/// What tells a record from all others: kind, organisation, name, and the records that it must refer to.
fn identity(app: &App, item: &Item) -> String {
    let kind = app.registry().kind(&item.kind);
    let must = kind.into_iter().flat_map(|kind| owners(kind));
    let context: Vec<&str> = must.filter_map(|field| item.fields.get(&field.key)).filter_map(Json::as_str).collect();
    format!("{}\n{}\n{}\n{}", item.kind, item.organisation, name(app, item), context.join("\n"))
}

fn one(mut records: impl Iterator<Item = Record>) -> Option<RecordId> {
    let first = records.next()?;
    records.next().is_none().then_some(first.id)
}

/// Files that say the same record.
fn twice(app: &App, items: &[Item]) -> Vec<FileError> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut faults = Vec::new();
    for item in items {
        if let Some(earlier) = seen.insert(identity(app, item), &item.file) {
            faults.push(FileError::new(&item.file, format!("says the same record as {earlier}")));
        }
    }
    faults
}

/// The values that differ, with what stands here and what the file says.
pub(super) fn differences(here: &Item, wanted: &Item) -> Vec<Difference> {
    let mut keys: Vec<&String> = here.fields.keys().chain(wanted.fields.keys()).collect();
    keys.sort();
    keys.dedup();
    let mut found: Vec<Difference> = keys
        .into_iter()
        .map(|key| (key.clone(), here.fields.get(key).cloned(), wanted.fields.get(key).cloned()))
        .filter(|(_, from, to)| from != to)
        .collect();
    let heads = [("organisation", &here.organisation, &wanted.organisation), ("state", &here.state, &wanted.state)];
    for (key, from, to) in heads.into_iter().filter(|(_, from, to)| from != to) {
        found.push((key.to_owned(), Some(from.as_str().into()), Some(to.as_str().into())));
    }
    found
}

/// The transitions that lead from one state to another, the fewest that do.
fn way(kind: &Arc<Kind>, from: &str, to: &str) -> Result<Vec<String>, Error> {
    let mut ways: VecDeque<(String, Vec<String>)> = VecDeque::from([(from.to_owned(), Vec::new())]);
    let mut seen = vec![from.to_owned()];
    while let Some((state, way)) = ways.pop_front() {
        if state == to {
            return Ok(way);
        }
        for transition in kind.lifecycle.transitions_from(&state).filter(|transition| !transition.automatic) {
            if !seen.contains(&transition.to) {
                seen.push(transition.to.clone());
                let way = way.iter().cloned().chain([transition.key.clone()]).collect();
                ways.push_back((transition.to.clone(), way));
            }
        }
    }
    Err(Error::invalid("state", format!("cannot become `{to}` from `{from}`, where it is")))
}

fn collect_texts<'a>(value: &'a Json, texts: &mut Vec<&'a str>) {
    match value {
        Json::String(text) => texts.push(text),
        Json::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Json::Object(cells) => cells.values().for_each(|cell| collect_texts(cell, texts)),
        _ => {}
    }
}

fn in_words(file: &str, error: Error) -> Vec<FileError> {
    match error {
        Error::Invalid(faults) => {
            let place = |field: &str| Place::Value(field.to_owned(), None);
            let of = |fault: &FieldError| FileError::new(file, format!("`{}` {}", fault.field, fault.message));
            faults.iter().map(|fault| of(fault).at(place(&fault.field))).collect()
        }
        other => vec![FileError::new(file, other.to_string())],
    }
}

fn away(error: &Error) -> Vec<FileError> {
    vec![FileError::new("all files", error.to_string())]
}
