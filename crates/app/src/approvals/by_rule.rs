//! What automation rules do to approvals: they answer as whoever keeps the rule, where that person is asked, and have
//! further people be asked. They decide nothing that the keeper could not, and nothing of what the keeper asked for.

use serde_json::Value as Json;
use steward_model::access::{Action, Actor, rights};
use steward_model::command::{Input, Transition};
use steward_model::kind::ApprovalPoint;
use steward_model::record::Record;
use steward_practices::approval::{APPROVAL, APPROVE, ASK_ALSO, POLICY, Policy, REFUSE, Round};
use steward_store::change::RecordChange;
use steward_store::rows::Loaded;

use super::Going;
use super::answering::{illegal, refusal};
use crate::App;
use crate::error::Error;
use crate::records::Origin;

impl App {
    /// Answers the open round about a record as somebody who is asked. `midway` are changes of records that are not
    /// written yet. What happens to the round; the record goes on in `about`.
    ///
    /// # Errors
    /// Why it is not theirs to answer now, or not a rule's.
    pub(crate) async fn answer_by_rule(
        &self,
        keeper: &Actor,
        about: &mut Going,
        midway: &[&[RecordChange]],
        (agrees, reason): (bool, &str),
        origin: &Origin,
    ) -> Result<RecordChange, Error> {
        let point = waiting(about)?;
        let stored = self.store().get_record(about.after.id).await?.map(|loaded| loaded.record);
        let is_as_asked = stored.is_some_and(|stored| is_same(&point, &stored, &about.after));
        if !is_as_asked {
            return Err(illegal("A rule does not decide what changes in the same act"));
        }
        let Some(mut going) = self.round_on_its_way(&about.after, midway).await? else {
            return Err(illegal("Nobody is asked to approve it now"));
        };
        let approval = going.after.clone();
        let person = keeper.person;
        let is_own = approval.references("excluded").contains(&person) || about.after.created_by == person;
        if is_own || Self::excluded(&point, &about.after).contains(&person) {
            return Err(illegal("A rule does not decide what its keeper asked for, will get or carries out"));
        }
        let mut round = Round::of(&approval);
        // Whom somebody else stands in for is asked in person; a rule has its keeper's own voice and no other.
        if !round.pending().contains(&person) {
            return Err(illegal("Only those who are asked now decide this"));
        }
        if round.wants_signature(&[person], person) {
            return Err(illegal("The answer is to be signed with a password, which a rule cannot give"));
        }
        round.answer(&[person], person, agrees, reason, self.now()).map_err(|refused| refusal(refused, "reason"))?;
        let mut fields = Input::new();
        if !reason.is_empty() {
            fields.insert("reason".to_owned(), reason.into());
        }
        let key = if agrees { APPROVE } else { REFUSE };
        self.go_on_by_rule(keeper, &mut going, about, round, (key, fields), origin).await?;
        Ok(going.change())
    }

    /// Has those whom a policy names be asked about a record that waits, whether or not its condition holds. What happens
    /// to the round; `None` where they are asked already.
    ///
    /// # Errors
    /// What is wrong with the policy, that it finds nobody, or that the keeper may not.
    pub(crate) async fn ask_by_rule(
        &self,
        keeper: &Actor,
        about: &mut Going,
        midway: &[&[RecordChange]],
        policy: &str,
        origin: &Origin,
    ) -> Result<Option<RecordChange>, Error> {
        let point = waiting(about)?;
        let policy = self.policy_for(keeper, about, policy).await?;
        let going = self.round_on_its_way(&about.after, midway).await?;
        let excluded = match &going {
            Some(going) => going.after.references("excluded"),
            None => Self::excluded(&point, &about.after),
        };
        let people = self.asked_by(&policy, &about.after, &excluded).await?;
        if people.is_empty() {
            return Err(illegal("The policy finds nobody who may decide this"));
        }
        let is_asked = |round: &Round| round.asks.iter().any(|ask| ask.policy == Some(policy.id));
        let Some(mut going) = going else {
            if !rights(keeper, &about.kind, &about.after, self.now()).may(Action::Update) {
                return Err(Error::Forbidden { action: Action::Update });
            }
            let mut round = self.round_for(&point, &about.kind, &about.after, &excluded).await?;
            if !is_asked(&round) {
                round.add(policy.ask, &people);
            }
            let mut change =
                RecordChange { kind: about.kind.clone(), before: None, after: about.after.clone(), events: Vec::new() };
            let made = self.open_round(&mut change, &point, round, &excluded).await?;
            about.take(change.events)?;
            return Ok(Some(made));
        };
        let mut round = Round::of(&going.after);
        if is_asked(&round) {
            return Ok(None);
        }
        let mut ask = policy.ask;
        // What was answered before is not taken up again.
        ask.stage = round.stage().map_or(ask.stage, |stage| stage.max(ask.stage));
        round.add(ask, &people);
        let people: Vec<Json> = people.iter().map(|person| person.to_string().into()).collect();
        let fields = Input::from_iter([("also_ask".to_owned(), people.into())]);
        self.go_on_by_rule(keeper, &mut going, about, round, (ASK_ALSO, fields), origin).await?;
        Ok(Some(going.change()))
    }

    /// What a step in a round makes of the round and of the record.
    async fn go_on_by_rule(
        &self,
        keeper: &Actor,
        going: &mut Going,
        about: &mut Going,
        mut round: Round,
        (key, fields): (&str, Input),
        origin: &Origin,
    ) -> Result<(), Error> {
        let excluded = going.after.references("excluded");
        let verdict = round.settle(self.now());
        let (given, pending) = self.fields_of(&round, &excluded).await?;
        let move_ = Transition { key: key.to_owned(), fields, ..Transition::default() };
        let mut events = self.answered(keeper, going, move_, given, origin).await?;
        events.iter_mut().for_each(|event| event.cause.clone_from(&origin.cause));
        going.take(events)?;
        self.follow_up(going, about, &round, verdict, &pending).await
    }

    /// The open round about a record, as it is by now.
    async fn round_on_its_way(&self, subject: &Record, midway: &[&[RecordChange]]) -> Result<Option<Going>, Error> {
        let is_theirs = |change: &&RecordChange| {
            change.kind.key == APPROVAL
                && change.after.reference("subject") == Some(subject.id)
                && change.after.reference("plan").is_none()
        };
        if let Some(change) = midway.iter().flat_map(|changes| changes.iter()).find(is_theirs) {
            // One that is made in this act is answered when it is there.
            let Some((revision, head)) = change.before.filter(|_| change.after.state == "open") else {
                return Err(illegal("A rule does not decide what changes in the same act"));
            };
            let before = Record { revision, ..change.after.clone() };
            let mut going = Going::new(change.kind.clone(), Loaded { record: before, head });
            (going.after, going.events) = (change.after.clone(), change.events.clone());
            return Ok(Some(going));
        }
        let Some(open) = self.open_approval(subject.id).await? else { return Ok(None) };
        let kind = self.kind(APPROVAL)?.clone();
        Ok(self.store().get_record(open.id).await?.map(|loaded| Going::new(kind, loaded)))
    }

    /// A policy that reaches a record, by its number.
    async fn policy_for(&self, keeper: &Actor, about: &Going, number: &str) -> Result<Policy, Error> {
        let kind = self.kind(POLICY)?.clone();
        let found = self.find(keeper, &kind, number).await.map_err(|error| match error {
            Error::NotFound => Error::invalid("policy", format!("`{number}` was not found")),
            other => other,
        })?;
        let above = self.organisations_above(about.after.organisation).await?;
        let reaches = found.record.text("for_kind") == about.kind.key && above.contains(&found.record.organisation);
        if found.record.state != "active" || !reaches {
            return Err(Error::invalid("policy", format!("`{number}` is not in force for this record")));
        }
        Policy::of(&found.record, self.registry()).map_err(Error::Invalid)
    }
}

/// How the approval of a record bears on it, where it waits for one.
fn waiting(about: &Going) -> Result<ApprovalPoint, Error> {
    let point = about.kind.approval.clone().filter(|point| about.after.state == point.state);
    point.ok_or_else(|| illegal("It does not wait for approval now"))
}

/// Whether a record waits, and what is decided about it is what those who are asked see.
fn is_same(point: &ApprovalPoint, stored: &Record, record: &Record) -> bool {
    stored.state == point.state && point.plan.iter().all(|key| stored.field(key) == record.field(key))
}
