//! Steps of escalation, taken when their moment comes: each once, whichever nodes look for them.
//!
//! A step leaves an entry in the record's journal, which the same commit notes on the clock; the clock's version keeps a
//! second one out. What was due while nobody looked is taken in order when somebody does; of several that only tell
//! people the latest is told.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use steward_clock::book::Book;
use steward_clock::clock::Clock;
use steward_clock::definition::{Step, StepAction, Target};
use steward_clock::hours::whole_second;
use steward_clock::steps;
use steward_model::access::{Action, Actor, rights};
use steward_model::apply::apply;
use steward_model::command::{Command, Input, Transition};
use steward_model::event::{Act, Called, Cause, Door, Event, Reached};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_store::change::{ChangeSet, RecordChange};
use steward_store::clocks::StoredClock;
use steward_store::error::CommitError;
use steward_store::notifications::NewNotification;

use super::follow::{Taken, fired_key, next_step, read, row};
use crate::App;
use crate::boxed;
use crate::clock::{Clock as _, SystemClock};
use crate::error::Error;
use crate::inbox::Reason;
use crate::notices::ways;
use crate::records::{Origin, Request};

/// Clocks looked at in one go.
const BATCH: usize = 100;
/// Between two looks when no step comes sooner.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// After a failure.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// How often a step is decided anew when others keep changing the record.
const TRIES: usize = 8;
/// Members of a team that are told at most.
const TOLD: usize = 200;
/// What is older when people are told of it counts as read, in seconds.
const NEWS: i64 = 24 * 3600;

impl App {
    /// Takes steps of escalation in time until the process is told to stop.
    #[boxed]
    pub async fn watch_clocks(&self) {
        let mut stopping = self.stopping();
        while !*stopping.borrow() {
            let pause = match self.take_due_steps().await {
                Ok(true) => continue,
                Ok(false) => self.until_next_step().await,
                Err(error) => {
                    tracing::error!(%error, "steps of escalation could not be taken; it is tried again");
                    TRY_AGAIN
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stopping.wait_for(|stop| *stop) => {}
            }
        }
    }

    async fn until_next_step(&self) -> Duration {
        let Ok(Some(next)) = self.store().next_clock_step().await else { return LOOK_AGAIN };
        let micros = u64::try_from(next.0 - self.now().0).unwrap_or_default();
        // A moment of rest also where it is overdue, since it was just looked at.
        Duration::from_micros(micros).clamp(Duration::from_millis(20), LOOK_AGAIN)
    }

    /// Takes the steps whose moment has come; whether there may be more at once.
    ///
    /// # Errors
    /// When the database is away. A step that cannot be taken is noted and does not hold others up.
    #[boxed]
    pub async fn take_due_steps(&self) -> Result<bool, Error> {
        let due = self.store().due_clocks(self.now(), BATCH).await?;
        let mut progressed = false;
        for stored in &due {
            match self.take_steps(stored).await {
                Ok(taken) => progressed |= taken,
                Err(error @ (Error::Unavailable | Error::Internal(_))) => return Err(error),
                Err(error) => {
                    tracing::warn!(%error, record = %stored.record, clock = stored.slot, "a step could not be taken");
                }
            }
        }
        Ok(progressed && due.len() == BATCH)
    }

    /// Takes the due steps of one clock; `false` when somebody else did.
    async fn take_steps(&self, seen: &StoredClock) -> Result<bool, Error> {
        for _ in 0..TRIES {
            let stored = self.store().clocks_of(&[seen.record]).await?;
            let Some(stored) = stored.into_iter().find(|stored| stored.slot == seen.slot) else { return Ok(false) };
            if stored.next_at.is_none_or(|at| at > self.now()) {
                return Ok(false);
            }
            let book = self.book().await?;
            if stored.book != book.id {
                // The agreements changed and this clock does not follow yet.
                self.refresh_clocks(&[seen.record]).await?;
                continue;
            }
            match self.take_steps_of(&book, &stored).await {
                Ok(false) => {}
                other => return other,
            }
        }
        Ok(false)
    }

    /// `false` when it must be looked at anew.
    async fn take_steps_of(&self, book: &Book, stored: &StoredClock) -> Result<bool, Error> {
        let now = self.now();
        let kept = read(stored)?;
        let mut clock = kept.clock.clone();
        book.settle(&mut clock, whole_second(now));
        let loaded = self.store().get_record(stored.record).await?;
        let (Some(loaded), Some(target)) = (loaded, book.target(clock.target)) else {
            return self.note_next(book, stored, &kept.clock, &kept.fired).await;
        };
        let hours = book.hours(clock.calendar);
        let mut fired = kept.fired.clone();
        let mut due: Vec<&Step> = Vec::new();
        while let Some((step, at)) =
            steps::next(&target.steps, &clock, hours, |key| fired.contains(&fired_key(clock.round, key)))
        {
            if at > now {
                break;
            }
            fired.push(fired_key(clock.round, &step.key));
            due.push(step);
        }
        if due.is_empty() {
            return self.note_next(book, stored, &kept.clock, &kept.fired).await;
        }
        let kind = self.kind(&loaded.record.kind)?.clone();
        let mut record = loaded.record.clone();
        let (mut events, mut told): (Vec<Event>, _) = (Vec::new(), None);
        for step in &due {
            let on_call = self.on_call_for(step, &record).await?;
            let entry = escalated(&record, target, &clock, (step, on_call.as_ref()), now);
            record = apply(Some(record), &entry).map_err(Error::internal)?;
            if is_telling(step) {
                told = Some((*step, events.len(), on_call));
            }
            events.push(entry);
            for event in self.effect_of(step, &kind, &record, &clock).await? {
                record = apply(Some(record), &event).map_err(Error::internal)?;
                events.push(event);
            }
        }
        let notifications = match told {
            Some((step, place, on_call)) => {
                let seq = events[place].seq;
                let (notifications, reached) = self.told_by_step(step, on_call, seq, (&kind, &record)).await?;
                if let Act::Escalated { called: Some(called), .. } = &mut events[place].act {
                    called.told = reached;
                }
                notifications
            }
            None => Vec::new(),
        };
        let people: BTreeSet<RecordId> = notifications.iter().map(|one| one.person).collect();
        let keys = due.iter().map(|step| step.key.clone()).collect();
        let taken = Taken { record: record.id, slot: stored.slot.clone(), keys };
        let before = Some((loaded.record.revision, loaded.head));
        let records = vec![RecordChange { kind, before, after: record, events }];
        let set = ChangeSet { records, notifications, ..ChangeSet::default() };
        match self.commit_steps(set, &taken, stored.version).await {
            Ok(()) => {
                if !people.is_empty() {
                    self.tell_inboxes(people);
                }
                Ok(true)
            }
            Err(CommitError::Stale { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Nothing is to be done just now: notes when it is.
    async fn note_next(
        &self,
        book: &Book,
        stored: &StoredClock,
        clock: &Clock,
        fired: &[String],
    ) -> Result<bool, Error> {
        let next_at = next_step(book, clock, fired).filter(|at| *at > self.now());
        let change = row(stored.book, &stored.kind, stored.record, clock, Some(stored.version), next_at, fired)?;
        match self.store().commit(ChangeSet { clocks: vec![change], ..ChangeSet::default() }).await {
            Ok(_) => Ok(true),
            Err(CommitError::Stale { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The events that a step brings about beside its own entry. What cannot be done is left, and the entry tells of it.
    async fn effect_of(
        &self,
        step: &Step,
        kind: &std::sync::Arc<Kind>,
        record: &Record,
        clock: &Clock,
    ) -> Result<Vec<Event>, Error> {
        let update = |fields: Input| Request::Update { fields, organisation: None, base: None };
        let request = match &step.action {
            StepAction::Notify | StepAction::NotifyTeam | StepAction::NotifyLead | StepAction::NotifyOnCall => {
                return Ok(Vec::new());
            }
            StepAction::RaisePriority => match raised(kind, record) {
                Some(priority) => update(Input::from_iter([
                    ("priority_override".to_owned(), priority.into()),
                    ("priority_override_reason".to_owned(), format!("Escalation: {}", step.key).into()),
                ])),
                None => return Ok(Vec::new()),
            },
            StepAction::Reassign(team) => update(Input::from_iter([
                ("team".to_owned(), team.to_string().into()),
                ("assignee".to_owned(), serde_json::Value::Null),
            ])),
            StepAction::Transition(key) => {
                Request::Command(Command::Transition(Transition { key: key.clone(), ..Transition::default() }))
            }
        };
        let actor = Actor::system();
        let cause = Some(Cause::Threshold(format!("{}:{}", clock.slot, step.key)));
        let origin = Origin { door: Door::Timer, cause, idempotency_key: None, signed: false };
        let (command, found) = self.command_of(&actor, kind, record, &request).await?;
        match self.decide_on(&actor, kind, record, &command, &origin, &found).await {
            Ok(events) => Ok(events),
            Err(Error::Unavailable) => Err(Error::Unavailable),
            Err(error) => {
                tracing::warn!(%error, record = record.number, step = step.key, "a step had no effect");
                Ok(Vec::new())
            }
        }
    }

    /// Who is told by a step, as far as each may read the record; with who was found to be on call when it was taken.
    async fn told_by_step(
        &self,
        step: &Step,
        on_call: Option<BTreeSet<RecordId>>,
        seq: i64,
        (kind, record): (&Kind, &Record),
    ) -> Result<(Vec<NewNotification>, Reached), Error> {
        let team = match record.reference("team") {
            Some(team) => self.store().get_record(team).await?.map(|loaded| loaded.record),
            None => None,
        };
        let members = || team.iter().flat_map(|team| team.references("members")).take(TOLD);
        let people: BTreeSet<RecordId> = match &step.action {
            StepAction::NotifyLead => team.iter().filter_map(|team| team.reference("lead")).collect(),
            StepAction::NotifyOnCall => {
                let on_duty = self.news_of_step(on_call.unwrap_or_default(), seq, (kind, record)).await?;
                if !on_duty.is_empty() {
                    return Ok((on_duty, Reached::OnCall));
                }
                // Nobody is on duty, or nobody of them works here any more, reads the record or wants to hear of it.
                let others = self.news_of_step(members().collect(), seq, (kind, record)).await?;
                let reached = if others.is_empty() { Reached::Nobody } else { Reached::Team };
                return Ok((others, reached));
            }
            StepAction::NotifyTeam => members().chain(record.reference("assignee")).collect(),
            _ => match record.reference("assignee") {
                Some(assignee) => [assignee].into(),
                None => members().collect(),
            },
        };
        Ok((self.news_of_step(people, seq, (kind, record)).await?, Reached::OnCall))
    }

    /// What a step tells some people, those of them who may read the record and hear of such.
    async fn news_of_step(
        &self,
        people: BTreeSet<RecordId>,
        seq: i64,
        (kind, record): (&Kind, &Record),
    ) -> Result<Vec<NewNotification>, Error> {
        let now = self.now();
        let settings = self.settings_of(&people.iter().copied().collect::<Vec<_>>()).await?;
        let actors = self.actors_of(people).await?;
        // Steps of the past, as an import or the demonstration takes them, are no news.
        let is_past = SystemClock.now().seconds_since(now) > NEWS;
        let news: BTreeMap<RecordId, NewNotification> = actors
            .iter()
            .filter(|(_, actor)| {
                let rights = rights(actor, kind, record, now);
                rights.may(Action::Read) && rights.may_read_internal()
            })
            .map(|(person, _)| (person, ways(settings.get(person), Reason::Due)))
            .filter(|(_, ways)| *ways != (false, false))
            .map(|(person, (inbox, mail))| {
                let one = NewNotification {
                    person: *person,
                    record: record.id,
                    seq,
                    reason: Reason::Due.key().to_owned(),
                    actor: RecordId::SYSTEM,
                    internal: true,
                    at: now,
                    read_at: is_past.then_some(now),
                    inbox,
                    mail,
                };
                (*person, one)
            })
            .collect();
        Ok(news.into_values().collect())
    }
}

/// The entry that a step leaves.
fn escalated(
    record: &Record,
    target: &Target,
    clock: &Clock,
    (step, on_call): (&Step, Option<&BTreeSet<RecordId>>),
    now: Moment,
) -> Event {
    let called =
        |people: &BTreeSet<RecordId>| Called { people: people.iter().copied().collect(), told: Reached::default() };
    Event {
        record: record.id,
        seq: record.revision + 1,
        at: now,
        actor: RecordId::SYSTEM,
        door: Door::Timer,
        cause: None,
        act: Act::Escalated {
            target: target.id,
            slot: clock.slot.clone(),
            step: step.key.clone(),
            due_at: clock.due_at,
            note: step.note.clone(),
            called: on_call.map(called),
        },
        changes: Vec::new(),
    }
}

fn is_telling(step: &Step) -> bool {
    matches!(
        step.action,
        StepAction::Notify | StepAction::NotifyTeam | StepAction::NotifyLead | StepAction::NotifyOnCall
    )
}

/// The priority above that of a record; `None` when there is none.
fn raised(kind: &Kind, record: &Record) -> Option<String> {
    let choices = kind.field("priority_override")?.field_type.choices()?;
    let place = choices.0.iter().position(|choice| choice.key == record.text("priority"))?;
    Some(choices.0.get(place.checked_sub(1)?)?.key.clone())
}
