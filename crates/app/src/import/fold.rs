//! From the rows of a case to its events.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::apply::apply;
use steward_model::decide::{History, Irregularity, World, derive_field, derived_from, recall};
use steward_model::event::Cause;
use steward_model::id::RecordId;
use steward_model::kind::{Computation, Field, FieldType};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_practices::rules::PracticeRules;
use steward_store::change::RecordChange;
use steward_store::rows::Loaded;

use super::plan::{ERROR_COLUMNS, Plan, PlannedField, Source};
use super::profile::Counter;
use super::references::{Directory, cause};
use super::report::{ImportReport, OtherPriority, TOLD, Unusable};
use super::rows::{BadRow, Batch, Case, Cell, Line, Name, is_finished};
use crate::error::Error;

/// Computed field that the log may contradict, what overrides it, and the reason for that.
const OVERRIDDEN: (&str, &str, &str) = ("priority", "priority_override", "priority_override_reason");

/// What is stored of a case already.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) loaded: Loaded,
    /// Cause and moment of each entry that an import made.
    pub(crate) imported: HashSet<(String, Moment)>,
}

/// A case that gets events, with the identity of its record when it is new.
#[derive(Debug)]
pub(crate) struct Due {
    pub(crate) case: Case,
    pub(crate) id: RecordId,
    pub(crate) stored: Option<Stored>,
}

/// Turns cases into events, counts, and writes rows that cannot be used to a file.
pub(crate) struct Folder {
    pub(crate) plan: Arc<Plan>,
    pub(crate) world: Arc<World>,
    pub(crate) rules: PracticeRules,
    pub(crate) organisation: RecordId,
    pub(crate) directory: Directory,
    pub(crate) report: ImportReport,
    pub(crate) irregular: BTreeMap<Irregularity, u64>,
    errors: Option<csv::Writer<File>>,
}

impl Folder {
    /// # Errors
    /// When the file for unusable rows cannot be made.
    pub(crate) fn new(
        plan: Arc<Plan>,
        world: Arc<World>,
        organisation: RecordId,
        errors: Option<&Path>,
    ) -> Result<Self, Error> {
        let errors = errors
            .map(|path| {
                let mut writer = csv::WriterBuilder::new().flexible(true).from_path(path)?;
                writer.write_record(own_columns(&plan).chain(ERROR_COLUMNS))?;
                Ok(writer)
            })
            .transpose()
            .map_err(|error: csv::Error| Error::BadRequest(format!("the error file cannot be written: {error}")))?;
        let report = ImportReport {
            profile: plan.profile.name.clone(),
            kind: plan.kind.key.clone(),
            left_out: plan.left_out.clone(),
            ..ImportReport::default()
        };
        let directory = Directory::new(&plan);
        Ok(Self {
            plan,
            world,
            rules: PracticeRules,
            organisation,
            directory,
            report,
            irregular: BTreeMap::new(),
            errors,
        })
    }

    /// Takes rows out of a batch that were imported before, and those that cannot follow what is stored.
    pub(crate) fn sift(&mut self, batch: &mut Batch, stored: &mut BTreeMap<String, Stored>) {
        let profile = self.plan.profile.name.clone();
        for case in &mut batch.cases {
            let Some(stored) = stored.get(&case.number) else { continue };
            let mut causes = stored.imported.iter();
            let prefix = cause(&profile, &case.key, 0);
            let prefix = prefix.strip_suffix('0').unwrap_or(&prefix);
            if !causes.any(|(cause, _)| cause.starts_with(prefix)) {
                let reason = format!("the number {} belongs to a record that did not come from this log", case.number);
                refuse(case, &mut batch.bad, &reason);
                continue;
            }
            let before = case.lines.len();
            case.lines.retain(|line| !stored.imported.contains(&(cause(&profile, &case.key, line.place), line.at)));
            self.report.known_rows += count(before - case.lines.len());
            if case.lines.first().is_some_and(|line| line.at < stored.loaded.record.updated_at) {
                refuse(case, &mut batch.bad, "it is older than what is stored of its case");
            }
        }
        batch.cases.retain(|case| !case.lines.is_empty());
    }

    /// Takes rows out of a batch that name something of which no record can be made.
    pub(crate) fn drop_refused(&self, batch: &mut Batch) {
        for case in &mut batch.cases {
            let lines = std::mem::take(&mut case.lines);
            for line in lines {
                match self.refusal(&line) {
                    None => case.lines.push(line),
                    Some(reason) => batch.bad.push(BadRow { line: line.line, reason, raw: line.raw }),
                }
            }
        }
        batch.cases.retain(|case| !case.lines.is_empty());
    }

    fn refusal(&self, line: &Line) -> Option<String> {
        let named = line.values.iter().filter_map(|cell| match cell {
            Cell::Reference(name) => Some(name),
            Cell::Silent | Cell::Empty | Cell::Value(_) => None,
        });
        named.chain(&line.actor).find_map(|name| self.directory.refusal(&self.plan, name)).cloned()
    }

    /// Events of cases, each record with all of its events.
    pub(crate) fn fold(&mut self, due: Vec<Due>) -> Result<Vec<RecordChange>, Error> {
        due.into_iter().map(|due| self.fold_case(due)).collect()
    }

    fn fold_case(&mut self, due: Due) -> Result<RecordChange, Error> {
        let plan = Arc::clone(&self.plan);
        let before = due.stored.as_ref().map(|stored| (stored.loaded.record.revision, stored.loaded.head));
        match before {
            None => self.report.created += 1,
            Some(_) => self.report.continued += 1,
        }
        let mut record = due.stored.map(|stored| stored.loaded.record);
        let mut events = Vec::with_capacity(due.case.lines.len());
        for line in due.case.lines {
            let fields = self.fields(record.as_ref(), due.id, &line);
            let history = History {
                record: due.id,
                number: due.case.number.clone(),
                organisation: self.organisation,
                at: line.at,
                actor: line.actor.as_ref().and_then(|name| self.id(name)).unwrap_or(RecordId::SYSTEM),
                state: line.state,
                fields,
                cause: Cause::Import(cause(&plan.profile.name, &due.case.key, line.place)),
            };
            let (event, odd) = recall(&plan.kind, record.as_ref(), history);
            for irregularity in odd {
                *self.irregular.entry(irregularity).or_default() += 1;
            }
            record = Some(apply(record.take(), &event).map_err(Error::internal)?);
            events.push(event);
        }
        self.report.events += count(events.len());
        let after = record.ok_or_else(|| Error::BadRequest("a case without rows".to_owned()))?;
        Ok(RecordChange { kind: plan.kind.clone(), before, after, events })
    }

    fn id(&self, name: &Name) -> Option<RecordId> {
        self.directory.get(&self.plan, name)
    }

    /// The fields that a line changes.
    fn fields(&mut self, record: Option<&Record>, id: RecordId, line: &Line) -> Vec<(String, Option<Json>)> {
        let plan = Arc::clone(&self.plan);
        let mut fields: Vec<(String, Option<Json>)> = Vec::new();
        for (planned, cell) in plan.fields.iter().zip(&line.values) {
            let value = match cell {
                Cell::Silent => continue,
                _ if planned.once && record.is_some() => continue,
                // Of a stay in these states the first moment counts.
                Cell::Value(_) if stays(planned, record) => continue,
                Cell::Empty => None,
                Cell::Value(value) => Some(value.clone()),
                Cell::Reference(name) => self.id(name).map(|id| match planned.many {
                    true => Json::from(vec![id.0]),
                    false => Json::from(id.0),
                }),
            };
            set(&mut fields, record, &planned.key, value);
        }
        for planned in &plan.fields {
            if let Source::Count(counter) = planned.source {
                let so_far = record.and_then(|record| record.field(&planned.key)).and_then(Json::as_i64).unwrap_or(0);
                let now = so_far + i64::from(self.counts(counter, record, &line.state));
                set(&mut fields, record, &planned.key, Some(Json::from(now)));
            }
        }
        self.derive(record, id, line, &mut fields);
        fields
    }

    fn counts(&self, counter: Counter, record: Option<&Record>, state: &str) -> bool {
        let kind = &self.plan.kind;
        match counter {
            Counter::Reopened => {
                record.is_some_and(|record| is_finished(kind, &record.state)) && !is_finished(kind, state)
            }
        }
    }

    /// Works out computed fields whose inputs changed.
    fn derive(&mut self, record: Option<&Record>, id: RecordId, line: &Line, fields: &mut Vec<(String, Option<Json>)>) {
        let plan = Arc::clone(&self.plan);
        let mut candidate: Option<Record> = None;
        for field in plan.kind.fields.iter().filter(|field| matches!(field.field_type, FieldType::Computed { .. })) {
            let from = derived_from(field, &self.rules);
            let touched =
                |key: &str| from.contains(&key) || key == field.key || (key == "state" && from.contains(&"state"));
            let moved = record.is_none_or(|record| record.state != line.state) && from.contains(&"state");
            if record.is_some() && !moved && !fields.iter().any(|(key, _)| touched(key)) {
                continue;
            }
            let would_be = candidate.get_or_insert_with(|| candidate_of(&plan, self.organisation, id, record, line));
            for (key, value) in fields.iter() {
                match value {
                    Some(value) => would_be.fields.insert(key.clone(), value.clone()),
                    None => would_be.fields.remove(key),
                };
            }
            if plan.profile.field.contains_key(&field.key) {
                override_derived(&plan, field, record, would_be, fields, self.rules, &self.world);
            } else if let Some(derived) = derive_field(field, &plan.kind, record, would_be, &self.rules, &self.world) {
                set(fields, record, &field.key, derived.value);
            }
        }
        self.tell_priority(record, line, fields);
    }

    fn tell_priority(&mut self, record: Option<&Record>, line: &Line, fields: &[(String, Option<Json>)]) {
        let now = |key: &str| match fields.iter().find(|(changed, _)| changed == key) {
            Some((_, value)) => value.as_ref().and_then(Json::as_str),
            None => record.and_then(|record| record.field(key)).and_then(Json::as_str),
        };
        let Some(said) = now(OVERRIDDEN.1) else { return };
        self.report.other_priorities += 1;
        if self.report.other_priority.len() < TOLD {
            let matrix =
                now(OVERRIDDEN.2).and_then(|reason| reason.rsplit_once(' ')).map(|(_, matrix)| matrix.to_owned());
            self.report.other_priority.push(OtherPriority { line: line.line, said: said.to_owned(), matrix });
        }
    }

    /// Counts and writes rows that cannot be used.
    pub(crate) fn tell_bad(&mut self, bad: Vec<BadRow>) -> Result<(), Error> {
        let plan = Arc::clone(&self.plan);
        let own = plan.columns.iter().map(|column| !ERROR_COLUMNS.contains(&column.as_str()));
        let own: Vec<bool> = own.collect();
        for row in bad {
            self.report.unusable_rows += 1;
            if let Some(errors) = &mut self.errors {
                // A row that is too short is filled up, so that line and reason stand below their names.
                let missing = std::iter::repeat_n("", own.len().saturating_sub(row.raw.len()));
                let cells = row.raw.iter().chain(missing).enumerate();
                let cells = cells.filter(|(index, _)| own.get(*index).copied().unwrap_or(true)).map(|(_, cell)| cell);
                let line = row.line.to_string();
                let cells = cells.chain([line.as_str(), row.reason.as_str()]);
                errors
                    .write_record(cells)
                    .map_err(|error| Error::BadRequest(format!("the error file cannot be written: {error}")))?;
            }
            if self.report.unusable.len() < TOLD {
                self.report.unusable.push(Unusable { line: row.line, reason: row.reason });
            }
        }
        Ok(())
    }

    /// Ends the error file.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        match &mut self.errors {
            Some(errors) => {
                errors.flush().map_err(|error| Error::BadRequest(format!("the error file cannot be written: {error}")))
            }
            None => Ok(()),
        }
    }
}

fn own_columns(plan: &Plan) -> impl Iterator<Item = &str> {
    plan.columns.iter().map(String::as_str).filter(|column| !ERROR_COLUMNS.contains(column))
}

fn refuse(case: &mut Case, bad: &mut Vec<BadRow>, reason: &str) {
    bad.extend(case.lines.drain(..).map(|line| BadRow { line: line.line, reason: reason.to_owned(), raw: line.raw }));
}

/// Whether a field that holds the moment of entering some states has it already, and the record is still there.
fn stays(planned: &PlannedField, record: Option<&Record>) -> bool {
    let (Source::Moment, Some(known), Some(record)) = (&planned.source, &planned.known, record) else { return false };
    record.field(&planned.key).is_some() && known.states.contains(&record.state)
}

/// Notes a change, unless there is none.
fn set(fields: &mut Vec<(String, Option<Json>)>, record: Option<&Record>, key: &str, value: Option<Json>) {
    if record.and_then(|record| record.field(key)) == value.as_ref() {
        return;
    }
    fields.push((key.to_owned(), value));
}

fn candidate_of(plan: &Plan, organisation: RecordId, id: RecordId, record: Option<&Record>, line: &Line) -> Record {
    let mut candidate = record.cloned().unwrap_or_else(|| Record {
        id,
        kind: plan.kind.key.clone(),
        number: String::new(),
        revision: 0,
        state: String::new(),
        organisation,
        created_at: line.at,
        updated_at: line.at,
        created_by: RecordId::SYSTEM,
        fields: BTreeMap::new(),
        watchers: Vec::new(),
        dues: steward_model::record::Dues::default(),
    });
    candidate.state.clone_from(&line.state);
    candidate
}

/// Keeps a value of the log that does not follow from the rule as an override, so that later changes do not undo it.
fn override_derived(
    plan: &Plan,
    field: &Field,
    record: Option<&Record>,
    would_be: &Record,
    fields: &mut Vec<(String, Option<Json>)>,
    rules: PracticeRules,
    world: &World,
) {
    let (key, other, reason) = OVERRIDDEN;
    let by_rule = matches!(&field.field_type, FieldType::Computed { by: Computation::Rule(_), .. });
    if field.key != key || !by_rule || plan.kind.field(other).is_none() {
        return;
    }
    let mut plain = would_be.clone();
    plain.fields.remove(other);
    let matrix = derive_field(field, &plan.kind, record, &plain, &rules, world).and_then(|derived| derived.value);
    let said = would_be.field(key);
    let differs = said.is_some() && said != matrix.as_ref();
    let word = matrix.as_ref().and_then(Json::as_str).unwrap_or("none");
    set(fields, record, other, said.filter(|_| differs).cloned());
    let words = format!("{} says so; the matrix gives {word}", plan.profile.name);
    set(fields, record, reason, differs.then(|| Json::from(words)));
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
