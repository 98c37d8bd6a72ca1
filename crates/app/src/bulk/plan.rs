//! What a bulk edit would do: which records, and what would come of each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use steward_model::access::Actor;
use steward_model::command::{Command, Input};
use steward_model::decide::kept_from_revert;
use steward_model::event::{Cause, Door};
use steward_model::id::{RecordId, Revision};
use steward_model::kind::{Field, FieldType, Kind};
use steward_model::record::Record;

use super::{BulkAction, BulkEdit, Outcome, RECORDS_MAX};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::list::ListRequest;
use crate::lookup::Found;
use crate::records::{Origin, Request};

/// Which records a bulk edit is about.
#[derive(Debug, Clone)]
pub enum Selection {
    /// These, by id or number.
    Records(Vec<String>),
    /// All that a list holds; its limit, order and place do not matter.
    Matching(ListRequest),
}

/// A bulk edit that is not kept yet.
#[derive(Debug)]
pub struct Plan {
    /// The kind of its records.
    pub kind: Arc<Kind>,
    /// What is done to each.
    pub action: BulkAction,
    /// The records, and what would come of each.
    pub rows: Vec<PlannedRow>,
    /// Records asked for that are not there for whoever asks.
    pub missing: usize,
    /// When every record would be refused in the same way: how.
    pub refusal: Option<Error>,
}

/// A record of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRow {
    /// The record.
    pub record: RecordId,
    /// The entry of its journal to set back.
    pub reverts: Option<Revision>,
    /// What would come of it.
    pub expected: Outcome,
    /// Why it would be refused, or what would be left as it is; else empty.
    pub reason: String,
}

/// Whether a field can be set on many records at once: not one that must differ from record to record, nor a secret,
/// which would lie in the open until the job has run, nor a table, whose rows would be lost.
pub fn may_set(field: &Field) -> bool {
    field.write.is_some()
        && !field.unique
        && !matches!(field.field_type, FieldType::Secret | FieldType::Table { .. } | FieldType::Computed { .. })
}

impl App {
    /// What a bulk edit would do. Nothing is written.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for more than [`RECORDS_MAX`] records; those of [`App::list`] for a condition that cannot be
    /// used; [`Error::Invalid`] for fields that cannot be set on many records.
    #[boxed]
    pub async fn plan_bulk_edit(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        selection: &Selection,
        action: &BulkAction,
    ) -> Result<Plan, Error> {
        check_fields(kind, action)?;
        let (records, missing) = match selection {
            Selection::Records(names) => self.named(actor, kind, names).await?,
            Selection::Matching(request) => (self.all_matching(actor, kind, request, RECORDS_MAX + 1).await?, 0),
        };
        if records.len() > RECORDS_MAX {
            let message = "more than 10,000 records at once are too many; narrow the list first";
            return Err(Error::TooLarge(message.to_owned()));
        }
        let origin = Origin { cause: Some(Cause::BulkEdit(0)), ..Origin::door(Door::Page) };
        let mut plan = Plan { kind: kind.clone(), action: action.clone(), rows: Vec::new(), missing, refusal: None };
        let Some(first) = records.first() else { return Ok(plan) };
        // The command is the same for all: names in it are looked up once.
        let command = self.command_of(actor, kind, first, &action.request(None)).await;
        let (command, found) = match command {
            Ok(command) => command,
            Err(error) => {
                let reason = reason_of(&error, kind).ok_or(error)?;
                plan.rows.extend(records.iter().map(|record| refused(record.id, None, &reason)));
                return Ok(plan);
            }
        };
        let mut refusals = Refusals::default();
        for record in &records {
            let decided = self.decide_on(actor, kind, record, &command, &origin, &found).await;
            plan.rows.push(planned(kind, record, None, decided, String::new(), &mut refusals)?);
        }
        plan.refusal = refusals.common(plan.rows.len());
        Ok(plan)
    }

    /// What undoing a bulk edit would do.
    pub(super) async fn plan_undo(&self, actor: &Actor, edit: &BulkEdit) -> Result<Plan, Error> {
        let kind = &edit.kind;
        let action = BulkAction::Undo { of: edit.id };
        let origin = Origin { cause: Some(Cause::BulkEdit(0)), ..Origin::door(Door::Page) };
        let mut plan = Plan { kind: kind.clone(), action, rows: Vec::new(), missing: 0, refusal: None };
        let changed = self.store().bulk_rows(edit.id, Some(Outcome::Changed), 0, RECORDS_MAX).await?;
        for chunk in changed.chunks(500) {
            let ids: Vec<RecordId> = chunk.iter().map(|row| row.record).collect();
            let records = self.whole_records(actor, kind, &ids).await?;
            for row in chunk {
                let Some(seq) = row.seq else { continue };
                let Some(record) = records.get(&row.record) else {
                    plan.rows.push(refused(row.record, Some(seq), NOT_SEEN));
                    continue;
                };
                let command = self.command_of(actor, kind, record, &Request::Revert { seq }).await;
                let (decided, kept) = match command {
                    Ok((command, found)) => {
                        let kept = kept(kind, record, &command);
                        (self.decide_on(actor, kind, record, &command, &origin, &found).await, kept)
                    }
                    Err(error) => (Err(error), String::new()),
                };
                plan.rows.push(planned(kind, record, Some(seq), decided, kept, &mut Refusals::default())?);
            }
        }
        Ok(plan)
    }

    /// The records that names lead to, in the order given, and how many lead nowhere.
    async fn named(&self, actor: &Actor, kind: &Kind, names: &[String]) -> Result<(Vec<Record>, usize), Error> {
        let names: BTreeSet<&String> = names.iter().collect();
        if names.len() > RECORDS_MAX {
            return Err(Error::TooLarge("more than 10,000 records at once are too many".to_owned()));
        }
        let found: Found = self.look_up(actor, names.iter().map(|name| (*name).clone()).collect()).await?;
        let mut records = BTreeMap::new();
        let mut missing = 0;
        for name in names {
            match found.any(name).and_then(|id| found.record(id)).filter(|record| record.kind == kind.key) {
                Some(record) => drop(records.insert(record.id, record.clone())),
                None => missing += 1,
            }
        }
        Ok((records.into_values().collect(), missing))
    }

    /// The records with these ids that the actor may read, with all their values: what an undo compares.
    async fn whole_records(
        &self,
        actor: &Actor,
        kind: &Kind,
        ids: &[RecordId],
    ) -> Result<BTreeMap<RecordId, Record>, Error> {
        let rights = steward_model::access::Action::Read;
        let now = self.now();
        let loaded = self.store().get_records(ids).await?.into_iter().map(|loaded| loaded.record);
        let seen = loaded.filter(|record| steward_model::access::rights(actor, kind, record, now).may(rights));
        Ok(seen.map(|record| (record.id, record)).collect())
    }
}

/// Said of a record that is not there, or not for whoever asks.
pub(super) const NOT_SEEN: &str = "It is not there any more, or you may no longer see it";

/// What an undo leaves as it is on a record, as a sentence; else empty.
pub(super) fn kept(kind: &Kind, record: &Record, command: &Command) -> String {
    let Command::Revert(event) = command else { return String::new() };
    let labels: Vec<&str> = kept_from_revert(kind, record, event)
        .into_iter()
        .map(|key| kind.field(key).map_or(key, |field| field.label.as_str()))
        .collect();
    match labels.as_slice() {
        [] => String::new(),
        labels => format!("Changed since, so left as it is: {}", labels.join(", ")),
    }
}

fn planned(
    kind: &Kind,
    record: &Record,
    reverts: Option<Revision>,
    decided: Result<Vec<steward_model::event::Event>, Error>,
    kept: String,
    refusals: &mut Refusals,
) -> Result<PlannedRow, Error> {
    match decided {
        Ok(events) => {
            let expected = if events.is_empty() { Outcome::Unchanged } else { Outcome::Changed };
            Ok(PlannedRow { record: record.id, reverts, expected, reason: kept })
        }
        Err(error) => {
            let Some(reason) = reason_of(&error, kind) else { return Err(error) };
            let row = refused(record.id, reverts, &reason);
            refusals.add(reason, error);
            Ok(row)
        }
    }
}

fn refused(record: RecordId, reverts: Option<Revision>, reason: &str) -> PlannedRow {
    PlannedRow { record, reverts, expected: Outcome::Refused, reason: reason.to_owned() }
}

/// Refusals of a plan by reason, to find out whether there is only one.
#[derive(Default)]
struct Refusals(BTreeMap<String, (usize, Option<Error>)>);

impl Refusals {
    fn add(&mut self, reason: String, error: Error) {
        let entry = self.0.entry(reason).or_insert((0, Some(error)));
        entry.0 += 1;
    }

    fn common(mut self, rows: usize) -> Option<Error> {
        let (_, (count, error)) = self.0.pop_first()?;
        error.filter(|_| count == rows)
    }
}

/// Refuses fields that cannot be set on many records, naming each.
fn check_fields(kind: &Kind, action: &BulkAction) -> Result<(), Error> {
    let (BulkAction::Update { fields } | BulkAction::Transition { fields, .. }) = action else { return Ok(()) };
    let moves = matches!(action, BulkAction::Transition { .. });
    if fields.is_empty() && !moves {
        return Err(Error::invalid("fields", "name no field: say what to set"));
    }
    let wrong = |key: &&String| kind.field(key).is_some_and(|field| !may_set(field) && field.write.is_some());
    let errors: Vec<steward_model::decide::FieldError> = Input::keys(fields)
        .filter(wrong)
        .map(|key| steward_model::decide::FieldError::new(key, "cannot be set on many records at once".to_owned()))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// Why a record was refused, as a sentence; `None` for what does not lie in the record and may go away.
pub(super) fn reason_of(error: &Error, kind: &Kind) -> Option<String> {
    let named = |field: &str| kind.field(field).map_or(field.to_owned(), |field| field.label.clone());
    Some(match error {
        Error::NotFound => NOT_SEEN.to_owned(),
        Error::Forbidden { action } => format!("You may not {} it", action.verb()),
        Error::Illegal { message, .. } => sentence(message),
        Error::Invalid(faults) => {
            let each = faults.iter().map(|fault| match (fault.field.as_str(), named(&fault.field)) {
                ("", _) | ("comment", _) => sentence(&fault.message),
                (_, label) if fault.message.starts_with(&label) => fault.message.clone(),
                (_, label) => format!("{label} {}", fault.message),
            });
            each.collect::<Vec<_>>().join("; ")
        }
        Error::Conflict { .. } => "Somebody changed it at the same moment".to_owned(),
        Error::Denied(_)
        | Error::Filter(_)
        | Error::BadRequest(_)
        | Error::TooLarge(_)
        | Error::KeyReused
        | Error::Withheld { .. } => sentence(&error.to_string()),
        Error::Unauthenticated | Error::TooMany { .. } | Error::Unavailable | Error::Full | Error::Internal(_) => {
            return None;
        }
    })
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}
