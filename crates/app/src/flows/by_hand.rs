//! Plans that somebody begins by hand, or a rule does: which flows there are for a record, and what keeps one from it.

use std::collections::BTreeSet;
use std::sync::Arc;

use steward_flow::definition::Flow;
use steward_flow::{FLOW, PLAN, subject};
use steward_model::access::{Action, Actor, may};
use steward_model::apply::apply;
use steward_model::chain::Hash;
use steward_model::event::{Cause, Door};
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::{Fields, Record};
use steward_store::change::{ChangeSet, KeptAnswer, RecordChange};
use steward_store::error::CommitError;

use super::OPEN;
use crate::App;
use crate::automation::{is_passing, told};
use crate::boxed;
use crate::error::Error;
use crate::view::{Labels, RecordView};

/// Why none begins, whichever it is.
const GOES_ON: &str = "cannot begin here: a plan goes on, the record is over, or its plans are not yours to change";

/// A flow that could begin on a record.
#[derive(Debug, Clone)]
pub struct FlowOffer {
    /// The flow.
    pub flow: Flow,
    /// Names of the teams and people of its steps.
    pub labels: Labels,
    /// Why it cannot begin as the record stands.
    pub hindrance: Option<Hindrance>,
}

/// What keeps a flow from beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hindrance {
    /// It begins in other states than the record's; by key.
    State(Vec<String>),
    /// Its condition does not hold.
    Condition,
    /// It is for records of another organisation.
    Organisation,
    /// It could not be asked, or is broken.
    Broken(String),
}

/// Why the flow that something names does not begin on a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowTrouble {
    /// The flow.
    pub flow: RecordId,
    /// Its number and title.
    pub named: String,
    /// The state that it is in, where it is not in force.
    pub state: Option<String>,
    /// What is wrong with it, where it is in force.
    pub fault: Option<String>,
}

impl App {
    /// The flows in force for a record on which somebody may begin a plan; none where one goes on, the record is over, or
    /// they may not.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn flows_offered(&self, actor: &Actor, view: &RecordView) -> Result<Vec<FlowOffer>, Error> {
        let (kind, Some((record, _))) = (&view.kind, self.subject_for(actor, view).await?) else {
            return Ok(Vec::new());
        };
        let mut offers = Vec::new();
        for found in self.flows_in_force(&record).await? {
            if !self.may_see_flow(actor, &found) {
                continue;
            }
            let Ok(flow) = self.flow_of(&found).await else { continue };
            let hindrance = self.hindrance(&flow, kind, &record).await?;
            let named = flow.steps.iter().flat_map(|step| [step.team, step.person]).flatten().collect();
            let labels = self.labels(actor, named, &BTreeSet::new()).await?;
            offers.push(FlowOffer { flow, labels, hindrance });
        }
        offers.sort_by(|a, b| (a.hindrance.is_some(), &a.flow.title).cmp(&(b.hindrance.is_some(), &b.flow.title)));
        Ok(offers)
    }

    /// Whether there is anything to offer: asked by pages before they show the way there.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn may_begin_flow(&self, actor: &Actor, view: &RecordView) -> Result<bool, Error> {
        // Flows are at hand, plans are not; most records have none of either.
        let flows = self.flows_in_force(&view.record).await?;
        let is_any = flows.iter().any(|flow| self.may_see_flow(actor, flow));
        Ok(is_any && self.subject_for(actor, view).await?.is_some())
    }

    /// Begins the plan of a flow on a record.
    ///
    /// # Errors
    /// [`Error::NotFound`] for flows that are not in force for it; what keeps the flow from beginning.
    #[boxed]
    pub async fn begin_flow(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        flow: &str,
        door: Door,
    ) -> Result<Record, Error> {
        let view = self.get(actor, kind, name, None).await?;
        let may =
            if view.rights.may(Action::Update) { Ok(()) } else { Err(Error::Forbidden { action: Action::Update }) };
        self.noted(actor, kind, name, may).await?;
        let Some((record, before)) = self.subject_for(actor, &view).await? else {
            return Err(Error::invalid("flow", GOES_ON));
        };
        let found = self.flow_in_force(actor, &record, flow).await?;
        let found = found.ok_or_else(|| Error::invalid("flow", "is none that is in force for this record"))?;
        let flow = self.flow_of(&found).await?;
        match self.hindrance(&flow, kind, &record).await? {
            None => {}
            Some(Hindrance::State(states)) => {
                return Err(Error::invalid("flow", format!("begins in the states {}", states.join(", "))));
            }
            Some(Hindrance::Condition) => {
                return Err(Error::invalid("flow", "is not for this record: its condition does not hold"));
            }
            // Such a flow is in force elsewhere, and so was not found.
            Some(Hindrance::Organisation) => return Err(Error::NotFound),
            Some(Hindrance::Broken(why)) => return Err(Error::invalid("flow", why)),
        }
        let change = self.plan_begun_by(&flow, &record, actor, door).await?;
        let plan = change.after.clone();
        let set = ChangeSet { records: vec![change], ..ChangeSet::default() };
        match self.commit(ChangeSet { idempotency: Some(self.turn_of(&record, before, &plan)), ..set }).await {
            Ok(()) => Ok(plan),
            Err(CommitError::KeyUsed) => Err(Error::invalid("flow", GOES_ON)),
            Err(error) => Err(error.into()),
        }
    }

    /// The plan of a flow that a rule begins on a record; `None` where the flow has begun on it before.
    pub(crate) async fn plan_by_rule(
        &self,
        keeper: &Actor,
        flow: &str,
        kind: &Arc<Kind>,
        record: &Record,
        cause: Cause,
    ) -> Result<Option<RecordChange>, Error> {
        let found = self.flow_in_force(keeper, record, flow).await?;
        let found = found.ok_or_else(|| Error::invalid("value", format!("`{flow}` is no flow in force for it")))?;
        let known = self.plans_about(&[record.id], Filter::Everything).await?;
        if known.iter().any(|plan| plan.reference("flow") == Some(found.id)) {
            return Ok(None);
        }
        let origins = self.origins_of(record).await?;
        if origins.is_none_or(|origins| origins.iter().any(|fired| fired.rule == found.id)) {
            return Err(Error::BadRequest(format!(
                "{} made this record itself and does not begin on it",
                found.number
            )));
        }
        let flow = self.flow_of(&found).await?;
        if !self.holds_for(flow.keeper, kind, record, &flow.condition).await? {
            return Err(Error::BadRequest(format!("{} is not for it: its condition does not hold", found.number)));
        }
        let mut change = self.plan_for(&flow, record, None).await?;
        change.events.iter_mut().for_each(|event| event.cause = Some(cause.clone()));
        Ok(Some(change))
    }

    /// Why the flow that a record's catalogue item or offering names does not begin on it; `None` where nothing is amiss.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn flow_trouble(&self, view: &RecordView) -> Result<Option<FlowTrouble>, Error> {
        let is_open = view.kind.lifecycle.category(&view.record.state).is_open();
        if subject(&view.kind.key).is_none() || !is_open || self.registry().kind(FLOW).is_none() {
            return Ok(None);
        }
        let Some(chosen) = self.chosen_flow(&view.record).await? else { return Ok(None) };
        let plans = self.plans_about(&[view.record.id], Filter::Everything).await?;
        if plans.iter().any(|plan| plan.reference("flow") == Some(chosen)) {
            return Ok(None);
        }
        let Some(found) = self.store().get_record(chosen).await? else { return Ok(None) };
        let found = found.record;
        let named = format!("{} {}", found.number, found.text("title"));
        if found.state != "active" {
            let kind = self.kind(FLOW)?;
            let label = kind.lifecycle.state(&found.state).map_or(found.state.as_str(), |state| state.label.as_str());
            return Ok(Some(FlowTrouble { flow: chosen, named, state: Some(label.to_owned()), fault: None }));
        }
        match self.flow_of(&found).await {
            Ok(_) => Ok(None),
            Err(error) if is_passing(&error) => Err(error),
            Err(error) => Ok(Some(FlowTrouble { flow: chosen, named, state: None, fault: Some(told(&error)) })),
        }
    }

    /// The whole record and how many plans it had so far, where somebody may begin one on it now.
    async fn subject_for(&self, actor: &Actor, view: &RecordView) -> Result<Option<(Record, usize)>, Error> {
        let is_open = view.kind.lifecycle.category(&view.record.state).is_open();
        if subject(&view.kind.key).is_none() || !is_open || !view.rights.may(Action::Update) {
            return Ok(None);
        }
        let Some(loaded) = self.store().get_record(view.record.id).await? else { return Ok(None) };
        let plans = self.kind(PLAN)?;
        // What the plan would be to them.
        let mut plan = Record { kind: PLAN.to_owned(), fields: Fields::new(), ..loaded.record.clone() };
        plan.state.clone_from(&plans.lifecycle.initial);
        plan.fields.insert("subject".to_owned(), loaded.record.id.0.into());
        plan.fields.insert("subject_kind".to_owned(), loaded.record.kind.clone().into());
        plan.fields.extend(loaded.record.field("team").map(|team| ("team".to_owned(), team.clone())));
        if !may(actor, Action::Transition, plans, &plan, self.now()) {
            return Ok(None);
        }
        let known = self.plans_about(&[loaded.record.id], Filter::Everything).await?;
        let goes_on = known.iter().any(|plan| OPEN.contains(&plan.state.as_str()));
        Ok((!goes_on).then_some((loaded.record, known.len())))
    }

    /// Lets one of two that begin a plan on a record at the same moment go first, on any node.
    fn turn_of(&self, record: &Record, before: usize, plan: &Record) -> KeptAnswer {
        let key = format!("plan of {}, after {before}", record.id);
        KeptAnswer {
            actor: RecordId::SYSTEM,
            request_hash: Hash::of(key.as_bytes()),
            key,
            status: 201,
            response: plan.id.to_string(),
            created_at: self.now(),
        }
    }

    /// The flow of a number or an id, where it is in force for a record and somebody may see it.
    pub(super) async fn flow_in_force(
        &self,
        actor: &Actor,
        record: &Record,
        name: &str,
    ) -> Result<Option<Record>, Error> {
        let named = |one: &Record| one.number == name || one.id.to_string() == name;
        let flows = self.flows_in_force(record).await?;
        Ok(flows.into_iter().find(|one| named(one) && self.may_see_flow(actor, one)))
    }

    /// The flows in force for records like this one.
    async fn flows_in_force(&self, record: &Record) -> Result<Vec<Record>, Error> {
        if self.registry().kind(FLOW).is_none() {
            return Ok(Vec::new());
        }
        let above = self.organisations_above(record.organisation).await?;
        let flows = self.reference_records(FLOW).await?;
        let fits = |flow: &&Record| flow.state == "active" && flow.text("for_kind") == record.kind;
        Ok(flows.iter().filter(fits).filter(|flow| above.contains(&flow.organisation)).cloned().collect())
    }

    /// What is in force works on records of those who see them, so they may know what it is called and what its steps are.
    fn may_see_flow(&self, actor: &Actor, flow: &Record) -> bool {
        let Ok(kind) = self.kind(FLOW) else { return false };
        actor.is_staff() || may(actor, Action::Read, kind, flow, self.now())
    }

    pub(super) async fn hindrance(
        &self,
        flow: &Flow,
        kind: &Arc<Kind>,
        record: &Record,
    ) -> Result<Option<Hindrance>, Error> {
        if !flow.states.contains(&record.state) {
            return Ok(Some(Hindrance::State(flow.states.clone())));
        }
        match self.holds_for(flow.keeper, kind, record, &flow.condition).await {
            Ok(true) => Ok(None),
            Ok(false) => Ok(Some(Hindrance::Condition)),
            Err(error) if is_passing(&error) => Err(error),
            Err(error) => Ok(Some(Hindrance::Broken(told(&error)))),
        }
    }

    async fn plan_begun_by(
        &self,
        flow: &Flow,
        record: &Record,
        actor: &Actor,
        door: Door,
    ) -> Result<RecordChange, Error> {
        let mut change = self.plan_for(flow, record, None).await?;
        // Somebody did this, and the journal says who.
        for event in &mut change.events {
            event.actor = actor.person;
            event.door = door;
        }
        if let Some(first) = change.events.first() {
            change.after = apply(None, first).map_err(Error::internal)?;
        }
        Ok(change)
    }
}
