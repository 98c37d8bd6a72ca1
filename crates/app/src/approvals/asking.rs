//! What a commit asks for: a round where a record begins to wait, a new one where what is decided changes, and the end of
//! one that nobody waits for any more.

use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::access::Actor;
use steward_model::command::{Command, Transition};
use steward_model::event::{Act, Cause, Door, Event, Why};
use steward_model::id::RecordId;
use steward_model::kind::{ApprovalPoint, Category, Kind};
use steward_model::record::{Fields, Record};
use steward_practices::approval::{APPROVAL, ASKED, Ask, NAMED, PENDING, POLICY, Policy, Round};
use steward_store::change::{ChangeSet, RecordChange};
use steward_store::error::{CommitError, StoreError};

use super::{Going, ids, nothing};
use crate::App;
use crate::deciding::folded;
use crate::error::Error;

/// The longest title of a round, in characters.
const TITLE_MAX: usize = 300;

/// What a change of a record means for its approval.
#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    /// It begins to wait.
    Asks,
    /// It waits no more.
    Leaves,
    /// What is decided changed while it waits, or after it was approved.
    Differs(Vec<String>),
}

impl App {
    /// Adds what the records of a change set ask for; the records that it makes others of.
    pub(crate) async fn add_approvals(&self, set: &mut ChangeSet) -> Result<Vec<Record>, CommitError> {
        let mut changed = Vec::new();
        for place in 0..set.records.len() {
            let change = &set.records[place];
            let Some(point) = change.kind.approval.clone() else { continue };
            let Some(meaning) = meaning(&point, change) else { continue };
            let events = change.events.len();
            let others = self.asked_for(set, place, &point, meaning).await.map_err(failed)?;
            if set.records[place].events.len() > events {
                changed.push(set.records[place].after.clone());
            }
            set.records.extend(others);
        }
        Ok(changed)
    }

    async fn asked_for(
        &self,
        set: &mut ChangeSet,
        place: usize,
        point: &ApprovalPoint,
        meaning: Meaning,
    ) -> Result<Vec<RecordChange>, Error> {
        if self.registry().kind(APPROVAL).is_none() {
            return Ok(Vec::new());
        }
        let subject = set.records[place].after.clone();
        // A question of a step of a plan moves no record and settles nothing of its own approval.
        let is_settled = |change: &RecordChange| {
            change.kind.key == APPROVAL
                && change.after.reference("subject") == Some(subject.id)
                && change.after.reference("plan").is_none()
        };
        if set.records.iter().any(is_settled) {
            return Ok(Vec::new());
        }
        match meaning {
            Meaning::Asks => self.ask(&mut set.records[place], point).await.map(|made| made.into_iter().collect()),
            Meaning::Leaves => {
                let ended = self.end_round(&subject, "is not asked any more").await?;
                if ended.is_some() {
                    let nobody = Fields::from([(PENDING.to_owned(), Json::Null)]);
                    self.give(&mut set.records[place], nobody, "approval.withdrawn").await?;
                }
                Ok(ended.into_iter().collect())
            }
            Meaning::Differs(fields) => {
                let kind = set.records[place].kind.clone();
                let labels: Vec<&str> =
                    fields.iter().filter_map(|key| kind.field(key)).map(|field| field.label.as_str()).collect();
                let reason = format!("is asked anew: {} changed", labels.join(", "));
                let mut changes = Vec::new();
                if subject.state == point.state {
                    changes.extend(self.end_round(&subject, &reason).await?);
                } else if !self.was_approved(&subject).await? || !self.goes_back(&mut set.records[place], point).await?
                {
                    return Ok(changes);
                }
                changes.extend(self.ask(&mut set.records[place], point).await?);
                Ok(changes)
            }
        }
    }

    /// Makes the round of a record that waits; none where nobody is to be asked.
    async fn ask(&self, change: &mut RecordChange, point: &ApprovalPoint) -> Result<Option<RecordChange>, Error> {
        let excluded = Self::excluded(point, &change.after);
        let round = self.round_for(point, &change.kind, &change.after, &excluded).await?;
        match round.asks.is_empty() {
            true => Ok(None),
            false => self.open_round(change, point, round, &excluded).await.map(Some),
        }
    }

    /// Makes a round of these questions about a record that waits.
    pub(super) async fn open_round(
        &self,
        change: &mut RecordChange,
        point: &ApprovalPoint,
        mut round: Round,
        excluded: &[RecordId],
    ) -> Result<RecordChange, Error> {
        let subject = change.after.clone();
        round.settle(self.now());
        let kind = self.kind(APPROVAL)?.clone();
        let (mut fields, pending) = self.fields_of(&round, excluded).await?;
        let title: String = subject.text(&change.kind.label_field).chars().take(TITLE_MAX).collect();
        let mut put = |key: &str, value: Json| drop(fields.insert(key.to_owned(), value));
        put("title", if title.is_empty() { subject.number.clone().into() } else { title.into() });
        put("subject", subject.id.0.into());
        put("subject_kind", subject.kind.clone().into());
        put("requester", subject.field("requester").cloned().unwrap_or_else(|| subject.created_by.0.into()));
        put("team", subject.field("team").cloned().unwrap_or_default());
        put("amount", point.amount.as_ref().and_then(|key| subject.field(key)).cloned().unwrap_or_default());
        put("excluded", ids(excluded));
        let made = self.make_round(&kind, &subject, fields).await?;
        let mut asked: Vec<_> = subject.references(ASKED);
        asked.extend(round.people().into_iter().chain(pending.iter().copied()));
        asked.sort_unstable();
        asked.dedup();
        let told = Fields::from([(ASKED.to_owned(), ids(&asked)), (PENDING.to_owned(), ids(&pending))]);
        self.give(change, told, "approval.asked").await?;
        Ok(made)
    }

    /// The questions about a record: to those who are named in it, and of each policy that applies.
    pub(super) async fn round_for(
        &self,
        point: &ApprovalPoint,
        kind: &Kind,
        subject: &Record,
        excluded: &[RecordId],
    ) -> Result<Round, Error> {
        let mut round = Round::default();
        let named = self.able(&subject.references(NAMED), excluded).await?;
        if !named.is_empty() && kind.field(NAMED).is_some_and(|field| field.write.is_some()) {
            let name = kind.field(NAMED).map(|field| field.label.clone()).unwrap_or_default();
            round.add(Ask { stage: 1, name, ends_at_once: true, ..Ask::default() }, &named);
        }
        let above = self.organisations_above(subject.organisation).await?;
        let environment = Actor::system().environment(self.now());
        let mut policies: Vec<Policy> = Vec::new();
        for record in self.reference_records(POLICY).await?.iter() {
            if record.state != "active" || record.text("for_kind") != kind.key || !above.contains(&record.organisation)
            {
                continue;
            }
            match Policy::of(record, self.registry()) {
                Ok(policy) if !policy.reaches(point.amount.as_ref().and_then(|key| subject.field(key))) => {}
                Ok(policy) if policy.condition.bind(&environment).matches_local(subject, kind) => policies.push(policy),
                Ok(_) => {}
                // It was checked when it was written; a kind that changed since must not let anything pass unasked.
                Err(faults) => {
                    tracing::error!(
                        policy = record.number,
                        ?faults,
                        "a policy of approval cannot be read; it asks those who stand in"
                    );
                    let ask = Ask { stage: 1, name: record.text("name").to_owned(), ..Ask::default() };
                    round.add(ask, &self.able(&record.references("stand_in"), excluded).await?);
                }
            }
        }
        policies.sort_by_key(|policy| (policy.ask.stage, policy.id));
        for policy in policies {
            let people = self.asked_by(&policy, subject, excluded).await?;
            round.add(policy.ask, &people);
        }
        Ok(round)
    }

    async fn make_round(&self, kind: &Arc<Kind>, subject: &Record, fields: Fields) -> Result<RecordChange, Error> {
        let cause = Cause::Rule("approval.asked".to_owned());
        let why = Why { rule: "approval".to_owned(), detail: subject.number.clone() };
        self.consequent(kind, subject.organisation, (fields, why), cause).await
    }

    /// Those of some people who may decide about a record, of which a step of a plan asks them.
    pub(crate) async fn able_for_step(
        &self,
        kind: &Kind,
        subject: &Record,
        people: &[RecordId],
    ) -> Result<Vec<RecordId>, Error> {
        match &kind.approval {
            Some(point) => self.able(people, &Self::excluded(point, subject)).await,
            None => Ok(Vec::new()),
        }
    }

    /// A round about a step of a plan: these people are asked, and nothing moves the record itself. `None` when nobody
    /// of them may decide it.
    pub(crate) async fn ask_for_step(
        &self,
        (kind, subject): (&Kind, &Record),
        (plan, step): (RecordId, &steward_flow::step::Step),
        people: &[RecordId],
    ) -> Result<Option<RecordChange>, Error> {
        let Some(point) = &kind.approval else { return Ok(None) };
        let excluded = Self::excluded(point, subject);
        let people = self.able(people, &excluded).await?;
        if people.is_empty() {
            return Ok(None);
        }
        let mut round = Round::default();
        let ask = Ask { stage: 1, name: step.title.clone(), ends_at_once: true, within: step.lead, ..Ask::default() };
        round.add(ask, &people);
        round.settle(self.now());
        let approval = self.kind(APPROVAL)?.clone();
        let (mut fields, _) = self.fields_of(&round, &excluded).await?;
        let mut put = |key: &str, value: Json| drop(fields.insert(key.to_owned(), value));
        put("title", step.title.clone().into());
        put("subject", subject.id.0.into());
        put("subject_kind", subject.kind.clone().into());
        put("requester", subject.field("requester").cloned().unwrap_or_else(|| subject.created_by.0.into()));
        put("team", subject.field("team").cloned().unwrap_or_default());
        put("amount", point.amount.as_ref().and_then(|key| subject.field(key)).cloned().unwrap_or_default());
        put("excluded", ids(&excluded));
        put("approvers", ids(&people));
        put("plan", plan.0.into());
        put("plan_step", step.key.clone().into());
        self.make_round(&approval, subject, fields).await.map(Some)
    }

    /// Ends the open round about a record.
    async fn end_round(&self, subject: &Record, outcome: &str) -> Result<Option<RecordChange>, Error> {
        let Some(open) = self.open_approval(subject.id).await? else { return Ok(None) };
        let Some(loaded) = self.store().get_record(open.id).await? else { return Ok(None) };
        let mut going = Going::new(self.kind(APPROVAL)?.clone(), loaded);
        let withdraw = Command::Transition(Transition { key: "withdraw".to_owned(), ..Transition::default() });
        let fields = Fields::from([
            ("outcome".to_owned(), outcome.into()),
            ("pending".to_owned(), Json::Null),
            ("look_at".to_owned(), Json::Null),
        ]);
        let cause = Cause::Rule("approval.withdrawn".to_owned());
        let events = self.consequence(&going.kind.clone(), &going.after.clone(), &withdraw, fields, cause).await?;
        going.take(events)?;
        Ok(Some(going.change()))
    }

    async fn was_approved(&self, subject: &Record) -> Result<bool, Error> {
        let latest = self.approvals_of(subject.id).await?.into_iter().find(|approval| approval.state != "withdrawn");
        Ok(latest.is_some_and(|approval| approval.state == "approved"))
    }

    /// Has a record wait again; `false` where its lifecycle knows no way back from where it is.
    async fn goes_back(&self, change: &mut RecordChange, point: &ApprovalPoint) -> Result<bool, Error> {
        let again = point.again.as_ref().and_then(|key| change.kind.lifecycle.transition(key));
        let Some(again) = again.filter(|again| again.from.contains(&change.after.state)) else { return Ok(false) };
        let step = Command::Transition(Transition { key: again.key.clone(), ..Transition::default() });
        let cause = Cause::Rule("approval.changed".to_owned());
        let events = self.consequence(&change.kind, &change.after, &step, Fields::new(), cause).await?;
        add(change, events)?;
        Ok(true)
    }

    async fn give(&self, change: &mut RecordChange, fields: Fields, rule: &str) -> Result<(), Error> {
        let cause = Cause::Rule(rule.to_owned());
        let events = self.consequence(&change.kind, &change.after, &nothing(), fields, cause).await?;
        add(change, events)
    }
}

fn add(change: &mut RecordChange, events: Vec<Event>) -> Result<(), Error> {
    change.after = folded(change.after.clone(), &events)?;
    change.events.extend(events);
    Ok(())
}

impl App {
    /// Refuses what would go around those who are asked: a decision in the same change in which the record begins to
    /// wait, and work on a plan that is not the approved one. `record` may have come some steps from what is stored.
    pub(crate) async fn check_asked(
        &self,
        kind: &Kind,
        record: &Record,
        command: &Command,
        events: &[Event],
    ) -> Result<(), Error> {
        let (Some(point), Command::Transition(move_)) = (&kind.approval, command) else { return Ok(()) };
        let Some(stored) = self.store().get_record(record.id).await?.map(|loaded| loaded.record) else { return Ok(()) };
        let refuse = |message: &str| Err(Error::Illegal { message: message.to_owned(), allowed: Vec::new() });
        let decides = move_.key == point.approve || move_.key == point.reject;
        if decides && record.state == point.state && stored.state != point.state {
            return refuse("It waits for the answers of those who are asked to approve it");
        }
        let again = point.again.as_ref().and_then(|key| kind.lifecycle.transition(key));
        if again.is_none_or(|again| !again.from.contains(&stored.state)) || stored.references(ASKED).is_empty() {
            return Ok(());
        }
        let after = folded(record.clone(), events)?;
        let goes_on = after.state != stored.state
            && after.state != point.state
            && matches!(kind.lifecycle.category(&after.state), Category::Active | Category::Waiting);
        if goes_on && point.plan.iter().any(|key| stored.field(key) != after.field(key)) {
            return refuse("This changes what was approved; change it first, which asks anew");
        }
        Ok(())
    }
}

/// What the events of a record mean for its approval; nothing where they only tell of the past.
fn meaning(point: &ApprovalPoint, change: &RecordChange) -> Option<Meaning> {
    if change.events.iter().all(|event| event.door == Door::Import) {
        return None;
    }
    let waits = change.after.state == point.state;
    let enters = |event: &Event| match &event.act {
        Act::Created { state, .. } => *state == point.state,
        Act::Moved { from, to, .. } => *to == point.state && *from != point.state,
        _ => false,
    };
    let leaves =
        |event: &Event| matches!(&event.act, Act::Moved { from, to, .. } if *from == point.state && *to != point.state);
    if waits && change.events.iter().any(enters) {
        return Some(Meaning::Asks);
    }
    if !waits && change.events.iter().any(leaves) {
        return Some(Meaning::Leaves);
    }
    let changed = change.events.iter().flat_map(|event| &event.changes).map(|change| &change.field);
    let differs: Vec<String> =
        point.plan.iter().filter(|key| changed.clone().any(|field| field == *key)).cloned().collect();
    // A draft is not decided yet.
    let is_begun = waits || point.again.is_some();
    (is_begun && !differs.is_empty() && change.before.is_some()).then_some(Meaning::Differs(differs))
}

fn failed(error: Error) -> CommitError {
    match error {
        Error::Unavailable => CommitError::Busy,
        other => CommitError::Failed(StoreError::Damaged(format!("approval: {other}"))),
    }
}
