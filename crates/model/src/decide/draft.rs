//! A record in the making: values set, derived, required, compared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{Context, FieldConflict, FieldError, Rejection, compute};
use crate::command::Input;
use crate::event::{Change, FieldWhy, Why};
use crate::id::{RecordId, Revision};
use crate::kind::{Default, Field, FieldType, Kind, Level, Requirement};
use crate::record::Record;
use crate::value::parse_value;

/// Field values on their way from a command to events.
pub(super) struct Draft<'a> {
    kind: &'a Kind,
    before: Option<&'a Record>,
    record: Record,
    errors: Vec<FieldError>,
    touched: BTreeSet<String>,
    /// Reasons of derived values, by field.
    pub(super) whys: BTreeMap<String, Why>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(kind: &'a Kind, record: Record, before: Option<&'a Record>) -> Self {
        Self { kind, before, record, errors: Vec::new(), touched: BTreeSet::new(), whys: BTreeMap::new() }
    }

    pub(super) fn fault(&mut self, field: &str, message: &str) {
        self.errors.push(FieldError::new(field, message.to_owned()));
    }

    pub(super) fn transfer(&mut self, to: RecordId) {
        self.record.organisation = to;
    }

    pub(super) fn move_to(&mut self, state: &str) {
        state.clone_into(&mut self.record.state);
    }

    /// Whether a value for the field came with the command.
    pub(super) fn is_touched(&self, field: &str) -> bool {
        self.touched.contains(field)
    }

    /// Whether the field is fixed while the record is as it was before the command.
    pub(super) fn is_locked(&self, field: &Field) -> bool {
        let Some((before, when)) = self.before.zip(field.locked_when.as_ref()) else { return false };
        when.matches_local(before, self.kind)
    }

    pub(super) fn record(&self) -> &Record {
        &self.record
    }

    /// Sets a stored value that needs no check, such as a stamp.
    pub(super) fn put(&mut self, field: &str, value: Option<Json>, why: Option<Why>) {
        match value {
            Some(value) => self.record.fields.insert(field.to_owned(), value),
            None => self.record.fields.remove(field),
        };
        if let Some(why) = why {
            self.whys.insert(field.to_owned(), why);
        }
    }

    /// Sets what the context gives beside the command.
    pub(super) fn give(&mut self, ctx: &Context<'_>) {
        let Some(given) = &ctx.given else { return };
        for (field, value) in &given.fields {
            self.put(field, Some(value.clone()).filter(|value| !value.is_null()), Some(given.why.clone()));
        }
    }

    pub(super) fn apply_defaults(&mut self, ctx: &Context<'_>) {
        for field in &self.kind.fields {
            let value = match (&field.default, field.field_type.value_type()) {
                (None, _) => continue,
                (Some(Default::Value(value)), _) => value.clone(),
                (Some(Default::Me), _) if ctx.actor.is_system() => continue,
                (Some(Default::Me), FieldType::References { .. }) => Json::from(vec![ctx.actor.person.0]),
                (Some(Default::Me), _) => Json::from(ctx.actor.person.0),
                (Some(Default::Now), FieldType::Date) => {
                    Json::from(ctx.now.to_string().chars().take(10).collect::<String>())
                }
                (Some(Default::Now), _) => Json::from(ctx.now.0),
            };
            self.record.fields.insert(field.key.clone(), value);
        }
    }

    /// Sets values from outside. `also` names fields that may be written whatever their level, as a transition allows.
    pub(super) fn set_fields(
        &mut self,
        input: &Input,
        write: Option<Level>,
        also: &BTreeSet<String>,
        ctx: &Context<'_>,
    ) {
        for (key, value) in input {
            let Some(field) = self.kind.field(key) else {
                let message = unknown_field(self.kind, key, write);
                self.fault(key, &message);
                continue;
            };
            let level_allows = matches!((write, field.write), (Some(level), Some(needed)) if needed <= level);
            if !level_allows && !also.contains(key) {
                let message = match field.write {
                    None => "is set by Steward and cannot be written",
                    Some(_) => "is not yours to set",
                };
                self.fault(key, message);
                continue;
            }
            match parse_value(field, value, ctx.references) {
                // The same value once more is no change.
                Ok(stored)
                    if self.is_locked(field) && !also.contains(key) && stored.as_ref() != self.record.field(key) =>
                {
                    self.fault(key, "is fixed as the record stands, and changes with a step of its lifecycle only");
                }
                Ok(stored) => {
                    self.touched.insert(key.clone());
                    self.put(key, stored, None);
                }
                Err(message) => self.fault(key, &message),
            }
        }
    }

    /// Recomputes the derived fields whose inputs changed, in the order of the kind.
    pub(super) fn derive(&mut self, ctx: &Context<'_>) {
        let kind = self.kind;
        for field in &kind.fields {
            let FieldType::Computed { by, value } = &field.field_type else { continue };
            let inputs = compute::inputs(by, ctx.rules);
            if !self.inputs_changed(&inputs) {
                continue;
            }
            let derived = compute::compute(by, value, kind, self.before, &self.record, ctx);
            if self.record.field(&field.key) != derived.value.as_ref() || self.before.is_none() {
                let why = derived.value.is_some().then_some(derived.why);
                self.put(&field.key, derived.value, why);
            }
        }
        for (field, value, why) in ctx.rules.follow(kind, self.before, &self.record, ctx) {
            if self.record.field(field) != value.as_ref() {
                self.put(field, value, Some(why));
            }
        }
    }

    /// The finished record, with the reasons of a new record's derived values.
    ///
    /// # Errors
    /// Every fault found so far and every requirement not met.
    pub(super) fn finish(&mut self, ctx: &Context<'_>) -> Result<(Record, Vec<FieldWhy>), Rejection> {
        self.check_applicable();
        self.check_required();
        let checks = ctx.rules.check(self.kind, self.before, &self.record, ctx);
        self.errors.extend(checks);
        if !self.errors.is_empty() {
            return Err(Rejection::Invalid(std::mem::take(&mut self.errors)));
        }
        let whys = self.whys.iter().map(|(field, why)| FieldWhy { field: field.clone(), why: why.clone() }).collect();
        Ok((self.record.clone(), whys))
    }

    /// Refuses values for fields that somebody else changed since the revision the actor saw. The same value from both
    /// is no conflict.
    pub(super) fn check_conflicts(
        &self,
        input: &Input,
        base: Option<Revision>,
        ctx: &Context<'_>,
    ) -> Result<(), Rejection> {
        let (Some(before), Some(_)) = (self.before, base) else { return Ok(()) };
        let conflicts: Vec<FieldConflict> = input
            .keys()
            .filter_map(|key| Some((key, *ctx.changed_since.get(key)?)))
            .map(|(key, by)| FieldConflict {
                field: key.clone(),
                yours: self.record.field(key).cloned(),
                theirs: before.field(key).cloned(),
                by,
            })
            .filter(|conflict| conflict.yours != conflict.theirs)
            .collect();
        if conflicts.is_empty() {
            Ok(())
        } else {
            Err(Rejection::Conflict { current: before.revision, fields: conflicts })
        }
    }

    /// Demands a value whatever the field's own requirement says.
    pub(super) fn require(&mut self, keys: &[String]) {
        for key in keys {
            let faulty = self.errors.iter().any(|error| &error.field == key);
            if !faulty && self.record.field(key).is_none() {
                let label = self.kind.field(key).map_or(key.as_str(), |field| field.label.as_str());
                self.errors.push(FieldError::new(key, format!("{label} is needed for this step")));
            }
        }
    }

    fn inputs_changed(&self, inputs: &[&str]) -> bool {
        let Some(before) = self.before else { return true };
        inputs.iter().any(|input| match *input {
            "organisation" => before.organisation != self.record.organisation,
            "state" => before.state != self.record.state,
            field => before.field(field) != self.record.field(field),
        })
    }

    fn check_applicable(&mut self) {
        let class = self.record.text("class").to_owned();
        for key in std::mem::take(&mut self.touched) {
            let Some(field) = self.kind.field(&key) else { continue };
            if self.record.field(&key).is_none() {
                continue;
            }
            if !self.kind.has_field(field, &class) {
                let message = if class.is_empty() {
                    "needs a class first".to_owned()
                } else {
                    format!("does not belong to the class {class}")
                };
                self.fault(&key, &message);
            } else if field.visible_when.as_ref().is_some_and(|when| !when.matches_local(&self.record, self.kind)) {
                self.fault(&key, "does not apply here, as other fields stand");
            }
        }
    }

    /// A command must not leave a required field empty that was filled or not required before; a gap that was there
    /// already (imported history) does not stop other work.
    fn check_required(&mut self) {
        let class = self.record.text("class").to_owned();
        let kind = self.kind;
        for field in &kind.fields {
            let gap = is_gap(kind, field, &self.record, &class);
            let gap_before = self.before.is_some_and(|before| is_gap(kind, field, before, before.text("class")));
            if gap && !gap_before && !self.errors.iter().any(|error| error.field == field.key) {
                self.errors.push(FieldError::new(&field.key, "is required".to_owned()));
            }
        }
    }
}

fn is_gap(kind: &Kind, field: &Field, record: &Record, class: &str) -> bool {
    if record.field(&field.key).is_some() || !kind.has_field(field, class) {
        return false;
    }
    let required = match &field.required {
        Requirement::Never => false,
        Requirement::Always => true,
        Requirement::When(filter) => filter.matches_local(record, kind),
    };
    required && field.visible_when.as_ref().is_none_or(|when| when.matches_local(record, kind))
}

/// The differences of field values, by key ascending.
pub(super) fn changes(before: &Record, after: &Record, whys: &BTreeMap<String, Why>) -> Vec<Change> {
    let keys: BTreeSet<&String> = before.fields.keys().chain(after.fields.keys()).collect();
    keys.into_iter()
        .filter(|key| before.field(key) != after.field(key))
        .map(|key| Change {
            field: key.clone(),
            from: before.field(key).cloned(),
            to: after.field(key).cloned(),
            why: whys.get(key).cloned(),
        })
        .collect()
}

fn unknown_field(kind: &Kind, key: &str, write: Option<Level>) -> String {
    let near = kind
        .fields
        .iter()
        .filter(|field| matches!((write, field.write), (Some(level), Some(needed)) if needed <= level))
        .map(|field| (strsim::jaro_winkler(&field.key, key), &field.key))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((_, name)) => format!("is no field of {}; did you mean `{name}`?", kind.label_plural.to_lowercase()),
        None => format!("is no field of {}", kind.label_plural.to_lowercase()),
    }
}
