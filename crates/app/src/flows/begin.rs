//! Where a plan begins: flows that are in force, and which of them a record is for.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value as Json;
use steward_flow::definition::{Begins, Flow};
use steward_flow::{FLOW, MOST_NESTED, PLAN, subject};
use steward_model::event::{Act, Cause, Door, Event, Fired, Why};
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::{Fields, Record};
use steward_store::change::RecordChange;

use super::Doing;
use crate::App;
use crate::automation::{is_passing, told};
use crate::error::Error;

impl App {
    /// Whether a record of this kind could have a flow: there is one in force.
    pub(super) async fn kinds_with_flows(&self) -> Result<HashSet<String>, Error> {
        if self.registry().kind(FLOW).is_none() {
            return Ok(HashSet::new());
        }
        let flows = self.reference_records(FLOW).await?;
        let active = flows.iter().filter(|flow| flow.state == "active");
        Ok(active.map(|flow| flow.text("for_kind").to_owned()).collect())
    }

    /// Begins the plans that an entry calls for.
    pub(super) async fn begin_plans(&self, doing: &mut Doing, record: &Record, event: &Event) -> Result<(), Error> {
        if !matches!(event.act, Act::Created { .. } | Act::Moved { .. }) || event.door == Door::Import {
            return Ok(());
        }
        let Some(of_kind) = subject(&record.kind) else { return Ok(()) };
        let kind = self.kind(&record.kind)?.clone();
        let flows = self.reference_records(FLOW).await?;
        let above = self.organisations_above(record.organisation).await?;
        let mut candidates: Vec<&Record> = flows
            .iter()
            .filter(|flow| flow.state == "active" && flow.text("for_kind") == of_kind.kind)
            .filter(|flow| above.contains(&flow.organisation))
            .filter(|flow| flow.field("in_force_since").and_then(Json::as_i64).is_none_or(|since| event.at.0 >= since))
            .collect();
        if candidates.is_empty() {
            return Ok(());
        }
        let chosen = self.chosen_flow(record).await?;
        candidates.retain(|flow| flow.text("begins") == "always" || Some(flow.id) == chosen);
        if candidates.is_empty() {
            return Ok(());
        }
        // Each flow begins on a record once: what was cancelled or done does not come again by itself.
        // But what ended with the record, which was then submitted anew, does not count.
        let mut known = self.plans_about(&[record.id], Filter::Everything).await?;
        let gone = ended_with(record);
        known.retain(|plan| !matches!(plan.state.as_str(), "undoing" | "cancelled") || plan.text("outcome") != gone);
        candidates.retain(|flow| known.iter().all(|plan| plan.reference("flow") != Some(flow.id)));
        if candidates.is_empty() {
            return Ok(());
        }
        let Some(origins) = self.origins_of(record).await? else {
            tracing::warn!(record = record.number, "flows made records of records too often; none begins");
            return Ok(());
        };
        candidates.retain(|flow| !origins.iter().any(|fired| fired.rule == flow.id));
        for found in candidates {
            match self.flow_of(found).await {
                Ok(flow) if self.is_for(&flow, &kind, record).await? => {
                    doing.made.push(self.plan_for(&flow, record, None).await?);
                }
                Ok(_) => {}
                Err(error) if is_passing(&error) => return Err(error),
                Err(error) => tracing::warn!(flow = found.number, why = told(&error), "a flow cannot begin"),
            }
        }
        Ok(())
    }

    /// The flow that the record's catalogue item names, or its offering.
    pub(super) async fn chosen_flow(&self, record: &Record) -> Result<Option<RecordId>, Error> {
        for field in ["catalogue_item", "service_offering"] {
            let Some(named) = record.reference(field) else { continue };
            let loaded = self.store().get_record(named).await?;
            if let Some(flow) = loaded.and_then(|loaded| loaded.record.reference("flow")) {
                return Ok(Some(flow));
            }
        }
        Ok(None)
    }

    async fn is_for(&self, flow: &Flow, kind: &Arc<Kind>, record: &Record) -> Result<bool, Error> {
        if !flow.states.contains(&record.state) {
            return Ok(false);
        }
        debug_assert!(matches!(flow.begins, Begins::Always | Begins::Chosen));
        self.holds_for(flow.keeper, kind, record, &flow.condition).await
    }

    /// A flow from its record, with what its conditions name as far as whoever keeps it may see it.
    pub(super) async fn flow_of(&self, record: &Record) -> Result<Flow, Error> {
        let keeper = self.keeper(record.reference("runs_as")).await?;
        let texts = std::iter::once(record.text("condition").to_owned());
        let found = self.named_in(&keeper, record.text("for_kind"), texts).await?;
        // Conditions of steps are read when they are asked.
        Flow::read(record, self.registry(), &|kinds, name| found.lookup(kinds, name)).map_err(Error::Invalid)
    }

    /// The plan of a flow on a record, nothing of it begun; `within` is the plan that it is a step of.
    pub(super) async fn plan_for(
        &self,
        flow: &Flow,
        record: &Record,
        within: Option<&Record>,
    ) -> Result<RecordChange, Error> {
        let kind = self.kind(PLAN)?.clone();
        let found = self.store().get_record(flow.id).await?.ok_or(Error::NotFound)?.record;
        let fields = plan_fields(flow, &found, record, within);
        let why = Why { rule: FLOW.to_owned(), detail: format!("{} (revision {})", flow.named(), flow.version) };
        let cause = Cause::Flow(flow.named());
        self.consequent(&kind, record.organisation, (fields, why), cause).await
    }

    /// The plan of a flow that is a step of another one.
    pub(super) async fn plan_within(
        &self,
        flow: RecordId,
        plan: &Record,
        record: &Record,
    ) -> Result<RecordChange, Error> {
        let flow = self.flow_within(flow, plan, record).await?;
        self.plan_for(&flow, record, Some(plan)).await
    }

    /// A flow that is a step of another one, where it may begin on the record.
    pub(super) async fn flow_within(&self, flow: RecordId, plan: &Record, record: &Record) -> Result<Flow, Error> {
        if usize::try_from(nesting(plan)).is_ok_and(|nested| nested >= MOST_NESTED) {
            let message = format!("flows are within flows more than {MOST_NESTED} times; one may begin itself");
            return Err(Error::BadRequest(message));
        }
        let found = self.store().get_record(flow).await?.ok_or(Error::NotFound)?.record;
        if self.flows_around(plan).await?.contains(&flow) {
            return Err(Error::BadRequest(format!("{} would begin within itself and never end", found.number)));
        }
        if found.state != "active" {
            return Err(Error::BadRequest(format!("{} is not in force", found.number)));
        }
        let flow = self.flow_of(&found).await?;
        let kind = self.kind(&record.kind)?.clone();
        if flow.subject.kind != record.kind {
            return Err(Error::BadRequest(format!("{} works on another kind of records", found.number)));
        }
        if !self.organisations_above(record.organisation).await?.contains(&found.organisation) {
            return Err(Error::BadRequest(format!("{} is for records of another organisation", found.number)));
        }
        if !self.holds_for(flow.keeper, &kind, record, &flow.condition).await? {
            let message = format!("{} is not for {}: its condition does not hold", found.number, record.number);
            return Err(Error::BadRequest(message));
        }
        Ok(flow)
    }
}

impl App {
    /// The flow of a plan and of those that it is within.
    async fn flows_around(&self, plan: &Record) -> Result<Vec<RecordId>, Error> {
        let mut flows: Vec<RecordId> = plan.reference("flow").into_iter().collect();
        let mut whole = plan.reference("part_of");
        for _ in 0..MOST_NESTED {
            let Some(found) = whole else { break };
            let Some(loaded) = self.store().get_record(found).await? else { break };
            flows.extend(loaded.record.reference("flow"));
            whole = loaded.record.reference("part_of");
        }
        Ok(flows)
    }

    /// The flows and rules of which a record came, each with the record that it looked at; `None` where they made records
    /// of records more than [`MOST_NESTED`] times.
    pub(super) async fn origins_of(&self, record: &Record) -> Result<Option<Vec<Fired>>, Error> {
        let mut origins: Vec<Fired> = Vec::new();
        let mut at = record.clone();
        for _ in 0..=MOST_NESTED {
            let from = match at.reference("plan") {
                Some(plan) => {
                    let Some(plan) = self.store().get_record(plan).await? else { return Ok(Some(origins)) };
                    let Some(subject) = plan.record.reference("subject") else { return Ok(Some(origins)) };
                    let around = self.flows_around(&plan.record).await?;
                    origins.extend(around.into_iter().map(|rule| Fired { rule, record: subject }));
                    Some(subject)
                }
                None => {
                    let first = self.store().journal_of(at.id, 0, 1).await?.into_iter().next();
                    let Some(Cause::Automation(made)) = first.and_then(|entry| entry.event.cause) else {
                        return Ok(Some(origins));
                    };
                    let from = made.answered.map(|answered| answered.record);
                    origins.push(Fired { rule: made.rule, record: from.unwrap_or(at.id) });
                    origins.extend(made.chain);
                    from
                }
            };
            let Some(from) = from.filter(|from| *from != at.id) else { return Ok(Some(origins)) };
            let Some(loaded) = self.store().get_record(from).await? else { return Ok(Some(origins)) };
            at = loaded.record;
        }
        Ok(None)
    }
}

/// What stands at a plan that ended because its record did.
pub(super) fn ended_with(record: &Record) -> String {
    format!("{} was ended", record.number)
}

/// The values that the plan of a flow begins with; `found` is the flow's record.
pub(super) fn plan_fields(flow: &Flow, found: &Record, record: &Record, within: Option<&Record>) -> Fields {
    let mut fields = Fields::new();
    let mut put = |key: &str, value: Json| drop((!value.is_null()).then(|| fields.insert(key.to_owned(), value)));
    put("title", flow.title.clone().into());
    put("subject", record.id.0.into());
    put("subject_kind", record.kind.clone().into());
    put("flow", flow.id.0.into());
    put("flow_version", flow.version.into());
    put("team", record.field("team").cloned().unwrap_or_default());
    for key in ["steps", "goal", "calendar", "runs_as"] {
        put(key, found.field(key).cloned().unwrap_or_default());
    }
    match within {
        // Only the outermost plan moves the record.
        Some(plan) => {
            put("part_of", plan.id.0.into());
            put("nested", (nesting(plan) + 1).into());
        }
        None => {
            for key in ["first_move", "last_move", "last_words"] {
                put(key, found.field(key).cloned().unwrap_or_default());
            }
        }
    }
    fields
}

fn nesting(plan: &Record) -> i64 {
    plan.field("nested").and_then(Json::as_i64).unwrap_or_default()
}
