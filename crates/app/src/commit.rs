//! Writing: a change set with what follows from it (approval, clocks, time that is taken up), and the copies in memory
//! that it makes old.

use std::sync::Arc;

use steward_flow::FLOW;
use steward_model::access::Actor;
use steward_model::apply::apply;
use steward_model::command::{Command, Create};
use steward_model::decide::{Birth, Context, Given, Rules as _, decide};
use steward_model::event::{Cause, Door, Event, Why};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::{Fields, Record};
use steward_practices::approval::POLICY;
use steward_practices::notice::TEMPLATE;
use steward_practices::rate::{ACTIVITY, RATE};
use steward_store::change::{ChangeSet, RecordChange};
use steward_store::clocks::ClockChange;
use steward_store::error::{CommitError, StoreError};

use crate::App;
use crate::clocks::{SOURCES, Taken};
use crate::definitions::OVERLAY;
use crate::error::Error;
use crate::lookup::Found;
use crate::records::Origin;

impl App {
    /// Writes a change set and forgets the copies that it makes old.
    pub(crate) async fn commit(&self, set: ChangeSet) -> Result<(), CommitError> {
        self.commit_with(set, None).await.map(drop)
    }

    /// As [`Self::commit`], for whoever shows the record afterwards: as it is with what followed from the commit.
    pub(crate) async fn commit_shown(&self, set: ChangeSet, shown: Record) -> Result<Record, CommitError> {
        let changed = self.commit_with(set, None).await?;
        Ok(changed.into_iter().find(|record| record.id == shown.id).unwrap_or(shown))
    }

    /// As [`Self::commit`], for steps of escalation that are taken: on the condition that the clock is as it was seen.
    pub(crate) async fn commit_steps(&self, set: ChangeSet, taken: &Taken, version: i64) -> Result<(), CommitError> {
        self.commit_with(set, Some((taken, version))).await.map(drop)
    }

    /// The records of which consequences made others than the set held.
    async fn commit_with(&self, mut set: ChangeSet, taken: Option<(&Taken, i64)>) -> Result<Vec<Record>, CommitError> {
        // Boxed: each is a large future, and a commit stands at the end of long chains of others.
        let changed = Box::pin(self.add_approvals(&mut set)).await?;
        Box::pin(self.add_clocks(&mut set, taken.map(|(taken, _)| taken))).await?;
        Box::pin(self.add_intervals(&mut set)).await.map_err(|error| match error {
            Error::Unavailable => CommitError::Busy,
            other => CommitError::Failed(StoreError::Damaged(format!("the times of a record: {other}"))),
        })?;
        Box::pin(self.add_scans(&mut set)).await.map_err(CommitError::Failed)?;
        set.mail = Box::pin(self.mail_for(&set.notifications)).await.map_err(|error| match error {
            Error::Unavailable => CommitError::Busy,
            other => CommitError::Failed(StoreError::Damaged(format!("what is mailed: {other}"))),
        })?;
        if let Some((taken, version)) = taken {
            let is_seen = |change: &ClockChange| change.clock.slot == taken.slot && change.before == Some(version);
            if !set.clocks.iter().any(is_seen) {
                return Err(CommitError::Stale { record: taken.record });
            }
        }
        let written: Vec<(RecordId, Arc<Kind>)> =
            set.records.iter().map(|change| (change.after.id, change.kind.clone())).collect();
        let over = Box::pin(self.carried_with(&mut set)).await?;
        let outcome = match over.is_empty() {
            true => self.store().commit(set).await,
            false => self.store().commit_carrying(set, over).await,
        };
        // Also when it failed: a link that broke in the midst of it leaves unknown what was written.
        self.forget_copies(&written);
        self.0.counts.forget_all();
        if written.iter().any(|(_, kind)| kind.key == OVERLAY)
            && let Err(error) = Box::pin(self.renew_definitions()).await
        {
            tracing::error!(%error, "changed definitions could not be taken over; it is tried again");
        }
        outcome.map(|_| changed)
    }

    fn forget_copies(&self, written: &[(RecordId, Arc<Kind>)]) {
        let is_of = |keys: &[&str]| written.iter().any(|(_, kind)| keys.contains(&kind.key.as_str()));
        let named: Vec<&RecordId> = written.iter().filter(|(_, kind)| kind.label_public).map(|(id, _)| id).collect();
        if !named.is_empty() {
            self.0.labels.forget(named);
        }
        let small = self
            .0
            .rules
            .related_kinds()
            .iter()
            .chain(&["organisation", "team", "service", POLICY, FLOW, TEMPLATE, ACTIVITY, RATE])
            .chain(&SOURCES);
        let kinds: Vec<&&'static str> = small.filter(|key| is_of(&[*key])).collect();
        if !kinds.is_empty() {
            self.0.reference_data.forget(kinds);
        }
        if is_of(&SOURCES) {
            self.0.books.forget();
        }
        if is_of(&["person", "team", "organisation"]) {
            self.0.actors.forget_all();
            self.0.automation.compile_anew();
        }
        if is_of(&[steward_rule::RULE]) {
            self.0.automation.forget();
        }
    }

    /// What Steward does to a record as a consequence of something: a command, with values that nobody could write.
    pub(crate) async fn consequence(
        &self,
        kind: &Arc<Kind>,
        record: &Record,
        command: &Command,
        fields: Fields,
        cause: Cause,
    ) -> Result<Vec<Event>, Error> {
        let steward = Actor::system();
        let why = Why { rule: kind.key.clone(), detail: told(&cause).to_owned() };
        let origin = Origin { door: Door::Timer, cause: Some(cause), idempotency_key: None, signed: false };
        let found = Found::default();
        let world = self.world_for(record.organisation).await?;
        let given = Some(Given { fields, why });
        let ctx = Context { given, ..self.context(&steward, &origin, &found, &world) };
        Ok(decide(kind, Some(record), command, &ctx)?)
    }
}

impl App {
    /// A record that Steward makes as a consequence of something, with values that nobody could write.
    pub(crate) async fn consequent(
        &self,
        kind: &Arc<Kind>,
        organisation: RecordId,
        (fields, why): (Fields, Why),
        cause: Cause,
    ) -> Result<RecordChange, Error> {
        let id = self.store().next_ids(1).await?.into_iter().next().ok_or(Error::Unavailable)?;
        let number = self.store().next_numbers(kind, 1).await?.into_iter().next().ok_or(Error::Unavailable)?;
        let birth = Some(Birth { id, number, organisation });
        let steward = Actor::system();
        let origin = Origin { door: Door::Timer, cause: Some(cause), idempotency_key: None, signed: false };
        let found = Found::default();
        let world = self.world_for(organisation).await?;
        let ctx =
            Context { birth, given: Some(Given { fields, why }), ..self.context(&steward, &origin, &found, &world) };
        let command = Command::Create(Create { organisation: Some(organisation), ..Create::default() });
        let events = decide(kind, None, &command, &ctx)?;
        let after =
            events.first().map(|event| apply(None, event)).ok_or(Error::Unavailable)?.map_err(Error::internal)?;
        Ok(RecordChange { kind: kind.clone(), before: None, after, events })
    }
}

/// A cause as the reason of a value.
fn told(cause: &Cause) -> &str {
    match cause {
        Cause::Approval(text) | Cause::Flow(text) | Cause::Rule(text) | Cause::Schedule(text) => text,
        _ => "",
    }
}
