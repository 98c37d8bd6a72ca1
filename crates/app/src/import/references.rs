//! Records that a log names: found once, made when they are not there, and kept in memory for the rest of the import.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use csv::StringRecord;
use serde_json::{Map, Value as Json};
use steward_model::access::Actor;
use steward_model::apply::apply;
use steward_model::command::{Command, Create};
use steward_model::decide::{Birth, Context, Lookup, Rejection, World, decide};
use steward_model::event::{Act, Cause, Door};
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind};
use steward_model::moment::Moment;
use steward_model::value::References;
use steward_store::change::RecordChange;
use steward_store::imports::Naming;

use super::plan::{InnerField, Plan};
use super::rows::{Batch, Cell, Cells, Name};
use crate::App;
use crate::error::Error;

/// Names within names at most: a profile whose references go round in a circle must not hang.
const DEPTH: usize = 8;

/// What the log's names stand for.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    /// By reference of the plan; those that look at the same kind in the same way share one.
    spaces: Vec<usize>,
    ids: Vec<HashMap<String, RecordId>>,
    /// Names of which no record can be made, with the reason.
    refused: HashMap<(usize, String), String>,
}

/// A record to be made.
struct Wanted {
    name: Name,
    raw: StringRecord,
    at: Moment,
    cause: String,
}

impl Directory {
    pub(crate) fn new(plan: &Plan) -> Self {
        let first_alike = |index: usize| {
            let wanted = (&plan.references[index].kind.key, &plan.references[index].matching);
            plan.references.iter().position(|other| (&other.kind.key, &other.matching) == wanted).unwrap_or(index)
        };
        let spaces: Vec<usize> = (0..plan.references.len()).map(first_alike).collect();
        Self { ids: vec![HashMap::new(); spaces.len()], spaces, refused: HashMap::new() }
    }

    /// The record that a name stands for.
    pub(crate) fn get(&self, plan: &Plan, name: &Name) -> Option<RecordId> {
        self.ids[self.spaces[name.reference]].get(key(plan, name).as_ref()).copied()
    }

    /// Why no record could be made for a name.
    pub(crate) fn refusal(&self, plan: &Plan, name: &Name) -> Option<&String> {
        if self.refused.is_empty() {
            return None;
        }
        self.refused.get(&self.address(plan, name))
    }

    fn address(&self, plan: &Plan, name: &Name) -> (usize, String) {
        (self.spaces[name.reference], key(plan, name).into_owned())
    }

    fn put(&mut self, plan: &Plan, name: &Name, id: RecordId) {
        let (space, key) = self.address(plan, name);
        self.ids[space].insert(key, id);
    }

    fn is_settled(&self, plan: &Plan, name: &Name) -> bool {
        self.get(plan, name).is_some() || self.refusal(plan, name).is_some()
    }

    /// Finds what a batch names. What is not there yet comes back in layers: each needs those after it.
    async fn find(&mut self, app: &App, plan: &Plan, batch: &Batch) -> Result<Vec<Vec<Wanted>>, Error> {
        let mut layers = Vec::new();
        let mut open = self.unknown_of(plan, batch);
        while !open.is_empty() {
            if layers.len() == DEPTH {
                return Err(Error::BadRequest("the profile's references go round in a circle".to_owned()));
            }
            for reference in 0..plan.references.len() {
                let texts: Vec<&Name> =
                    open.iter().map(|wanted| &wanted.name).filter(|name| name.reference == reference).collect();
                for (text, id) in app.find_named(plan, reference, &texts).await? {
                    self.put(plan, &Name { reference, text, value: String::new() }, id);
                }
            }
            open.retain(|wanted| !self.is_settled(plan, &wanted.name));
            let inner = self.inner_of(plan, &open);
            layers.push(std::mem::replace(&mut open, inner));
        }
        Ok(layers)
    }

    fn unknown_of(&self, plan: &Plan, batch: &Batch) -> Vec<Wanted> {
        let mut seen: HashSet<&Name> = HashSet::new();
        let mut unknown = Vec::new();
        for case in &batch.cases {
            for line in &case.lines {
                let named = line.values.iter().filter_map(|cell| match cell {
                    Cell::Reference(name) => Some(name),
                    Cell::Silent | Cell::Empty | Cell::Value(_) => None,
                });
                for name in named.chain(&line.actor) {
                    if !self.is_settled(plan, name) && seen.insert(name) {
                        let cause = cause(&plan.profile.name, &case.key, line.place);
                        unknown.push(Wanted { name: name.clone(), raw: line.raw.clone(), at: line.at, cause });
                    }
                }
            }
        }
        unknown
    }

    fn inner_of(&self, plan: &Plan, outer: &[Wanted]) -> Vec<Wanted> {
        let mut inner: Vec<Wanted> = Vec::new();
        for wanted in outer {
            let names = inner_names(plan, wanted).into_iter().filter_map(|(_, name)| name.ok());
            for name in names.filter(|name| !self.is_settled(plan, name)) {
                if inner.iter().all(|other| other.name != name) {
                    inner.push(Wanted { name, raw: wanted.raw.clone(), at: wanted.at, cause: wanted.cause.clone() });
                }
            }
        }
        inner
    }
}

/// Unique values are compared without case, numbers and labels with it.
fn key<'n>(plan: &Plan, name: &'n Name) -> std::borrow::Cow<'n, str> {
    match plan.references[name.reference].matching.as_str() {
        "number" | "label" => name.text.as_str().into(),
        _ => name.text.to_lowercase().into(),
    }
}

/// The import's own name for a row.
pub(crate) fn cause(profile: &str, case: &str, place: usize) -> String {
    format!("{profile}:{case}:{place}")
}

fn inner_names<'p>(plan: &'p Plan, wanted: &Wanted) -> Vec<(&'p str, Result<Name, String>)> {
    let cells = Cells { record: &wanted.raw, plan };
    plan.references[wanted.name.reference]
        .fields
        .iter()
        .filter_map(|(key, field)| match field {
            InnerField::Reference(reference, column) => {
                Some((key.as_str(), cells.name(*reference, cells.at(*column)?)))
            }
            InnerField::Text(_) => None,
        })
        .collect()
}

/// Makes what a batch names and is not there.
pub(crate) struct Maker<'a> {
    pub(crate) app: &'a App,
    pub(crate) plan: &'a Plan,
    pub(crate) organisation: RecordId,
    pub(crate) world: &'a World,
}

/// Records made, and the highest place of each number series among numbers that the log gave.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) changes: Vec<RecordChange>,
}

/// Where new ids and numbers come from.
pub(crate) trait Supply {
    /// Ids for new records.
    async fn ids(&mut self, count: usize) -> Result<Vec<RecordId>, Error>;
    /// Numbers for new records of a kind. `kept` is the highest place that the log itself gave to others.
    async fn numbers(&mut self, kind: &Arc<Kind>, count: usize, kept: Option<i64>) -> Result<Vec<String>, Error>;
}

impl Maker<'_> {
    /// Settles every name in a batch.
    pub(crate) async fn settle(
        &self,
        directory: &mut Directory,
        batch: &Batch,
        supply: &mut impl Supply,
    ) -> Result<Made, Error> {
        let mut made = Made::default();
        for layer in directory.find(self.app, self.plan, batch).await?.into_iter().rev() {
            let mut taken = HashSet::new();
            let layer: Vec<Wanted> = layer
                .into_iter()
                .filter(|wanted| !directory.is_settled(self.plan, &wanted.name))
                .filter(|wanted| taken.insert(directory.address(self.plan, &wanted.name)))
                .collect();
            let ids = supply.ids(layer.len()).await?;
            let numbers = self.numbers(&layer, supply).await?;
            for ((wanted, id), number) in layer.iter().zip(ids).zip(numbers) {
                match self.make(directory, wanted, id, number)? {
                    Ok(change) => {
                        directory.put(self.plan, &wanted.name, id);
                        made.changes.push(change);
                    }
                    Err(reason) => {
                        let address = directory.address(self.plan, &wanted.name);
                        directory.refused.insert(address, reason);
                    }
                }
            }
        }
        Ok(made)
    }

    /// The number of each record: the log's own when it looks like one of ours, else the next.
    async fn numbers(&self, layer: &[Wanted], supply: &mut impl Supply) -> Result<Vec<String>, Error> {
        let mut numbers: Vec<Option<String>> = Vec::with_capacity(layer.len());
        let mut kept: BTreeMap<&str, i64> = BTreeMap::new();
        let mut needed: BTreeMap<&str, (Arc<Kind>, usize)> = BTreeMap::new();
        for wanted in layer {
            let reference = &self.plan.references[wanted.name.reference];
            let place = reference.kind.numbering.place(&wanted.name.text).filter(|_| reference.matching == "number");
            numbers.push(place.map(|_| wanted.name.text.clone()));
            match place {
                Some(place) => {
                    let highest = kept.entry(&reference.kind.key).or_default();
                    *highest = (*highest).max(place);
                }
                None => needed.entry(&reference.kind.key).or_insert_with(|| (reference.kind.clone(), 0)).1 += 1,
            }
        }
        let mut next = BTreeMap::new();
        for (key, (kind, count)) in needed {
            next.insert(key, supply.numbers(&kind, count, kept.get(key).copied()).await?.into_iter());
        }
        let filled = numbers.into_iter().zip(layer).map(|(number, wanted)| {
            let kind = self.plan.references[wanted.name.reference].kind.key.as_str();
            number.or_else(|| next.get_mut(kind)?.next()).ok_or(Error::Unavailable)
        });
        filled.collect()
    }

    /// Makes one record by the rules that hold for everybody. The inner error is the reason why they forbid it.
    fn make(
        &self,
        directory: &Directory,
        wanted: &Wanted,
        id: RecordId,
        number: String,
    ) -> Result<Result<RecordChange, String>, Error> {
        let reference = &self.plan.references[wanted.name.reference];
        let (fields, inner) = match self.fields(directory, wanted) {
            Ok(fields) => fields,
            Err(reason) => return Ok(Err(reason)),
        };
        let actor = Actor::system();
        let command = Command::Create(Create { organisation: None, fields, links: Vec::new() });
        let ctx = Context {
            now: wanted.at,
            actor: &actor,
            door: Door::Import,
            cause: Some(Cause::Import(wanted.cause.clone())),
            registry: self.app.registry(),
            references: &inner,
            policy: self.app.policy(),
            rules: &self.app.0.rules,
            world: self.world,
            changed_since: BTreeMap::new(),
            birth: Some(Birth { id, number, organisation: self.organisation }),
            given: None,
        };
        let mut event = match decide(&reference.kind, None, &command, &ctx) {
            Ok(mut events) => events.remove(0),
            Err(rejection) => {
                return Ok(Err(format!(
                    "`{}` cannot become a {}: {}",
                    wanted.name.value,
                    reference.kind.key,
                    told(&rejection)
                )));
            }
        };
        if let (Some(wanted), Act::Created { state, .. }) = (&reference.state, &mut event.act) {
            // What the log names was in use then; the moves that led there are not known.
            state.clone_from(wanted);
        }
        let after = apply(None, &event).map_err(Error::internal)?;
        Ok(Ok(RecordChange { kind: reference.kind.clone(), before: None, after, events: vec![event] }))
    }

    fn fields(&self, directory: &Directory, wanted: &Wanted) -> Result<(Map<String, Json>, Inner), String> {
        let cells = Cells { record: &wanted.raw, plan: self.plan };
        let mut fields = Map::new();
        for (key, field) in &self.plan.references[wanted.name.reference].fields {
            if let InnerField::Text(template) = field {
                let value = |column: &str| {
                    if column == "value" { Some(wanted.name.value.as_str()) } else { cells.named(column) }
                };
                if let Some(text) = template.fill_some(value) {
                    fields.insert(key.clone(), Json::from(text));
                }
            }
        }
        // What it is found by next time.
        let reference = &self.plan.references[wanted.name.reference];
        let found_by = match reference.matching.as_str() {
            "number" | "label" => &reference.kind.label_field,
            unique => unique,
        };
        let given = |field: &&Field| !matches!(field.field_type, FieldType::Computed { .. });
        if let Some(field) = reference.kind.field(found_by).filter(given) {
            fields.entry(field.key.as_str()).or_insert_with(|| Json::from(wanted.name.text.as_str()));
        }
        let mut inner = Inner::default();
        for (key, name) in inner_names(self.plan, wanted) {
            let name = name?;
            match directory.get(self.plan, &name) {
                Some(id) => {
                    inner.0.insert(id, self.plan.references[name.reference].kind.key.clone());
                    fields.insert(key.to_owned(), Json::from(id.to_string()));
                }
                None => return Err(directory.refusal(self.plan, &name).cloned().unwrap_or_default()),
            }
        }
        Ok((fields, inner))
    }
}

impl App {
    /// Records of a reference of the plan by their names.
    async fn find_named(
        &self,
        plan: &Plan,
        reference: usize,
        names: &[&Name],
    ) -> Result<HashMap<String, RecordId>, Error> {
        let planned = &plan.references[reference];
        let texts = |own: bool| -> Vec<&str> {
            let of_ours = |name: &&&Name| planned.kind.numbering.place(&name.text).is_some() == own;
            names.iter().filter(of_ours).map(|name| name.text.as_str()).collect()
        };
        let kind = planned.kind.key.as_str();
        let store = self.store();
        let found = match planned.matching.as_str() {
            "number" => {
                let mut found = store.find_ids(kind, Naming::Number, &texts(true)).await?;
                found.extend(store.find_ids(kind, Naming::Label, &texts(false)).await?);
                found
            }
            other => {
                let all: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
                let naming = if other == "label" { Naming::Label } else { Naming::Unique(other) };
                store.find_ids(kind, naming, &all).await?
            }
        };
        Ok(found)
    }
}

/// Records that a new record refers to, given by id.
#[derive(Debug, Default)]
struct Inner(HashMap<RecordId, String>);

impl References for Inner {
    fn resolve(&self, kinds: &[String], text: &str) -> Option<RecordId> {
        let id = text.parse().ok()?;
        self.0.get(&id).filter(|kind| kinds.contains(kind)).map(|_| id)
    }
}

impl Lookup for Inner {
    fn kind_of(&self, id: RecordId) -> Option<String> {
        self.0.get(&id).cloned()
    }
}

fn told(rejection: &Rejection) -> String {
    match rejection {
        Rejection::Invalid(errors) => {
            errors.iter().map(|error| format!("{} {}", error.field, error.message)).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}
