//! What keeps a record from being finished: mandatory tasks that are open, and steps of its plan that are still to come.

use std::collections::HashSet;

use serde_json::Value as Json;
use steward_flow::progress::{self, State};
use steward_flow::step::Step;
use steward_flow::{graph, subject};
use steward_model::event::{Cause, Event};
use steward_model::filter::{Filter, Operand, Test};
use steward_model::id::RecordId;
use steward_model::kind::{Category, Kind};
use steward_model::record::Record;

use crate::App;
use crate::deciding::folded;
use crate::error::Error;
use crate::records::Origin;

/// Tasks named in a refusal.
const NAMED: usize = 3;
/// Tasks of a record looked at.
const LOOKED_AT: usize = 500;

impl App {
    /// Refuses to finish a record while mandatory tasks of it are open, or mandatory steps of its plan are to come. What
    /// the plan itself does at its end is not held up by it.
    pub(crate) async fn check_unfinished(
        &self,
        kind: &Kind,
        record: &Record,
        events: &[Event],
        origin: &Origin,
    ) -> Result<(), Error> {
        let Some(of_kind) = subject(&kind.key) else { return Ok(()) };
        let Some(last) = events.last() else { return Ok(()) };
        let is_done = |state: &str| kind.lifecycle.category(state) == Category::Done;
        if is_done(&record.state) || !matches!(last.act, steward_model::event::Act::Moved { .. }) {
            return Ok(());
        }
        if !is_done(&folded(record.clone(), events)?.state) {
            return Ok(());
        }
        let same = |field: &str, value: Json| Filter::field_test(field, Test::Equal(Operand::Value(value)));
        let Some(task) = self.registry().kind(of_kind.task).cloned() else { return Ok(()) };
        let about = Filter::all([same(of_kind.field, record.id.0.into()), same("mandatory", true.into())]);
        let tasks = self.all_records(of_kind.task, &about, LOOKED_AT).await?;
        let is_open = |one: &&Record| task.lifecycle.category(&one.state).is_open();
        let mut open: Vec<&Record> = tasks.iter().filter(is_open).collect();
        let plans: HashSet<RecordId> = open.iter().filter_map(|one| one.reference("plan")).collect();
        if !plans.is_empty() {
            let plans: Vec<RecordId> = plans.into_iter().collect();
            let plans = self.store().get_records(&plans).await?;
            open.retain(|task| !plans.iter().any(|plan| is_passed(&plan.record, task)));
        }
        if !open.is_empty() {
            let named: Vec<&str> = open.iter().take(NAMED).map(|one| one.number.as_str()).collect();
            let more = if open.len() > NAMED { format!(" and {} more", open.len() - NAMED) } else { String::new() };
            let named = named.join(", ");
            return refuse(&format!(
                "Mandatory tasks are still open: {named}{more}. Complete them, or skip them with a reason"
            ));
        }
        let acting = match &origin.cause {
            Some(Cause::Automation(automation)) => Some(automation.rule),
            _ => None,
        };
        for plan in self.open_plans(&[record.id]).await? {
            if acting.is_some() && plan.reference("flow") == acting {
                continue;
            }
            if let Some(step) = to_come(&plan) {
                let number = &plan.number;
                return refuse(&format!(
                    "The plan {number} is not done: “{step}” is still to come. Skip it with a reason, or give up the plan"
                ));
            }
        }
        Ok(())
    }
}

/// Whether a task is of a step that is over in the plan: it ends with what follows from that.
fn is_passed(plan: &Record, task: &Record) -> bool {
    if task.reference("plan") != Some(plan.id) {
        return false;
    }
    let steps = Step::read_all(plan.field("steps"));
    let of_task = |one: &&progress::Progress| one.record == Some(task.id);
    let stands = progress::read(&steps, plan.field("progress")).iter().find(of_task).map(|one| one.state);
    matches!(stands, Some(State::Skipped | State::Cancelled))
}

fn refuse(message: &str) -> Result<(), Error> {
    Err(Error::Illegal { message: message.to_owned(), allowed: Vec::new() })
}

/// A mandatory step of a plan that people are waited for.
fn to_come(plan: &Record) -> Option<String> {
    let steps = Step::read_all(plan.field("steps"));
    let progress = progress::read(&steps, plan.field("progress"));
    let undoing = graph::undoing(&steps);
    let is_open = |(place, step): &(usize, &Step)| {
        let counts = step.sort.counts() && step.mandatory && !undoing.contains(place);
        counts && matches!(progress[*place].state, State::Waiting | State::Active | State::Failed)
    };
    plan.state.eq("running").then(|| steps.iter().enumerate().find(is_open).map(|(_, step)| step.title.clone()))?
}
