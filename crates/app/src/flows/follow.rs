//! Following the journal: which entries concern flows and plans, each of them answered once.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use steward_flow::{PLAN, SUBJECTS, subject};
use steward_model::event::{Act, Cause, Event};
use steward_model::id::RecordId;
use steward_model::kind::Category;
use steward_model::record::{Fields, Record};
use steward_practices::approval::APPROVAL;
use steward_store::change::CursorMove;
use steward_store::error::CommitError;
use steward_store::journal::JournalEntry;

use super::go::OUTCOME_MAX;
use super::{Doing, OPEN};
use crate::App;
use crate::approvals::nothing;
use crate::automation::{is_passing, told};
use crate::boxed;
use crate::error::Error;

/// Name of the subscriber.
const SUBSCRIBER: &str = "flows";
/// Entries read at once.
const BATCH: usize = 1_000;
/// Until older transactions are over.
const WAIT: Duration = Duration::from_millis(5);
/// How often an entry is answered anew when others keep changing the records.
const TRIES: usize = 16;

/// What entries of a batch are looked at with.
struct Known {
    /// Kinds with flows in force.
    kinds: HashSet<String>,
    /// Records with plans that go on.
    running: HashSet<RecordId>,
}

impl App {
    /// Has plans follow the journal until the process is told to stop. Failures are logged and tried again.
    #[boxed]
    pub async fn follow_flows(&self) {
        self.follow_as(SUBSCRIBER, || self.flow_on()).await;
    }

    /// Takes plans further by the next entries of the journal; whether there may be more at once.
    ///
    /// # Errors
    /// When the database is away. A plan that cannot go on says so and holds no other one up.
    #[boxed]
    pub async fn flow_on(&self) -> Result<bool, Error> {
        let Some(mut position) = self.store().cursor(SUBSCRIBER).await? else {
            // What happened before there were flows begins none.
            let end = self.store().journal_end().await?;
            return self.move_on(SUBSCRIBER, None, end, Vec::new()).await.map(|_| true);
        };
        let entries = self.store().read_journal(position, BATCH).await?;
        let Some(last) = entries.last().map(|entry| entry.position) else { return Ok(false) };
        let mut known = self.known_to(&entries).await?;
        for entry in entries.iter().filter(|entry| concerns(entry)) {
            if subject(&entry.kind).is_some()
                && !is_task(&entry.kind)
                && !known.kinds.contains(&entry.kind)
                && !known.running.contains(&entry.event.record)
            {
                continue;
            }
            let step = CursorMove { subscriber: SUBSCRIBER.to_owned(), from: Some(position), to: entry.position };
            match self.flow_by(&mut known, entry, step).await? {
                Followed::Written => position = entry.position,
                Followed::Nothing => {}
                Followed::Elsewhere => return Ok(true),
            }
        }
        if position != last {
            self.move_on(SUBSCRIBER, Some(position), last, Vec::new()).await?;
        }
        Ok(true)
    }

    /// Takes plans further by everything that stands in the journal, also what readers do not see yet because older
    /// transactions are open. For acts at moments of the past, where each has its own.
    ///
    /// # Errors
    /// As [`Self::flow_on`].
    #[boxed]
    pub async fn flow_all(&self) -> Result<(), Error> {
        loop {
            while self.flow_on().await? {}
            let place = self.store().cursor(SUBSCRIBER).await?.unwrap_or_default();
            if !self.store().is_journal_ahead(place).await? {
                return Ok(());
            }
            tokio::time::sleep(WAIT).await;
        }
    }

    async fn known_to(&self, entries: &[JournalEntry]) -> Result<Known, Error> {
        let subjects: HashSet<RecordId> =
            entries.iter().filter(|entry| subject(&entry.kind).is_some()).map(|entry| entry.event.record).collect();
        if subjects.is_empty() {
            return Ok(Known { kinds: HashSet::new(), running: HashSet::new() });
        }
        let subjects: Vec<RecordId> = subjects.into_iter().collect();
        let running = self.open_plans(&subjects).await?;
        let running = running.iter().filter_map(|plan| plan.reference("subject")).collect();
        Ok(Known { kinds: self.kinds_with_flows().await?, running })
    }

    /// Answers one entry, and writes what follows with the place reached.
    async fn flow_by(&self, known: &mut Known, entry: &JournalEntry, step: CursorMove) -> Result<Followed, Error> {
        for _ in 0..TRIES {
            let mut doing = Doing::default();
            match self.flow_from(known, entry, &mut doing).await {
                Ok(()) => {}
                Err(error) if is_passing(&error) => return Err(error),
                Err(error) => {
                    tracing::error!(%error, record = %entry.event.record, why = told(&error), "a plan could not go on");
                    return self.tell_failure(doing.plans(), &error, step).await;
                }
            }
            if doing.is_nothing() {
                return Ok(Followed::Nothing);
            }
            let plans = doing.plans();
            let begun = doing.made.iter().filter(|change| change.kind.key == PLAN);
            let begun: Vec<RecordId> = begun.filter_map(|change| change.after.reference("subject")).collect();
            match self.write_doing(doing, Some(step.clone())).await {
                Ok(()) => {
                    known.running.extend(begun);
                    return Ok(Followed::Written);
                }
                Err(CommitError::Fenced) => return Ok(Followed::Elsewhere),
                Err(CommitError::Stale { .. } | CommitError::NumberTaken) => {}
                Err(error) => {
                    let error = Error::from(error);
                    if is_passing(&error) {
                        return Err(error);
                    }
                    tracing::error!(%error, record = %entry.event.record, "what follows for a plan cannot be written");
                    return self.tell_failure(plans, &error, step).await;
                }
            }
        }
        Err(Error::Unavailable)
    }

    /// Has plans that could not go on say why, in a commit of its own with the place reached.
    async fn tell_failure(&self, plans: Vec<RecordId>, error: &Error, step: CursorMove) -> Result<Followed, Error> {
        match self.write_failure(plans, error, Some(step)).await? {
            None => Ok(Followed::Nothing),
            Some(Ok(())) => Ok(Followed::Written),
            Some(Err(CommitError::Fenced)) => Ok(Followed::Elsewhere),
            Some(Err(failed)) => {
                let failed = Error::from(failed);
                if is_passing(&failed) {
                    return Err(failed);
                }
                tracing::error!(error = %failed, "a plan cannot even say why it does not go on");
                Ok(Followed::Nothing)
            }
        }
    }

    /// Writes at plans that go on why they could not; `None` where they all say so already.
    pub(super) async fn write_failure(
        &self,
        plans: Vec<RecordId>,
        error: &Error,
        cursor: Option<CursorMove>,
    ) -> Result<Option<Result<(), CommitError>>, Error> {
        let mut doing = Doing::default();
        for plan in plans {
            let Some(going) = self.going(&mut doing, plan).await? else { continue };
            let outcome: String = format!("It could not go on: {}", told(error)).chars().take(OUTCOME_MAX).collect();
            if !OPEN.contains(&going.after.state.as_str()) || going.after.text("outcome") == outcome {
                continue;
            }
            let cause = Cause::Flow(format!("{} {}", going.after.number, going.after.text("title")));
            let fields = Fields::from([("outcome".to_owned(), outcome.into())]);
            let events = self.consequence(&going.kind.clone(), &going.after.clone(), &nothing(), fields, cause).await?;
            going.take(events)?;
        }
        if doing.is_nothing() {
            return Ok(None);
        }
        Ok(Some(self.write_doing(doing, cursor).await))
    }

    /// What follows from one entry.
    async fn flow_from(&self, known: &Known, entry: &JournalEntry, doing: &mut Doing) -> Result<(), Error> {
        let event = &entry.event;
        let Some(loaded) = self.store().get_record(event.record).await? else { return Ok(()) };
        let record = loaded.record;
        if entry.kind == PLAN {
            return self.flow_from_plan(&record, event, doing).await;
        }
        if let (Some(plan), true) =
            (record.reference("plan"), self.has_ended(&record) || self.comes_back(&record, event))
        {
            self.go_on(doing, plan).await?;
        }
        // The end of a task may be what the last move of another plan was waiting for.
        let parent = SUBJECTS.iter().find(|of_kind| of_kind.task == entry.kind);
        if let Some(parent) = parent.and_then(|of_kind| record.reference(of_kind.field))
            && matches!(event.act, Act::Moved { .. })
            && self.has_ended(&record)
        {
            for plan in self.open_plans(&[parent]).await? {
                if Some(plan.id) != record.reference("plan") {
                    self.go_on(doing, plan.id).await?;
                }
            }
        }
        if subject(&entry.kind).is_some() {
            if known.kinds.contains(&entry.kind) {
                self.begin_plans(doing, &record, event).await?;
            }
            if known.running.contains(&record.id) {
                for plan in self.open_plans(&[record.id]).await? {
                    self.go_on(doing, plan.id).await?;
                }
            }
        }
        Ok(())
    }

    async fn flow_from_plan(&self, plan: &Record, event: &Event, doing: &mut Doing) -> Result<(), Error> {
        if !OPEN.contains(&plan.state.as_str()) {
            if let (Some(whole), Act::Moved { .. }) = (plan.reference("part_of"), &event.act) {
                self.go_on(doing, whole).await?;
            }
            return Ok(());
        }
        // What a plan wrote to itself was followed to its end; not so that it begins, or that the plan around it was given up.
        let is_new = match &event.act {
            Act::Created { .. } => true,
            Act::Moved { to, .. } => to == "undoing",
            _ => false,
        };
        let is_ours = event.actor == RecordId::SYSTEM && !is_new;
        if is_ours { Ok(()) } else { self.go_on(doing, plan.id).await }
    }

    /// Whether an entry takes up again what was over.
    fn comes_back(&self, record: &Record, event: &Event) -> bool {
        let is_open = |state: &str| {
            self.registry().kind(&record.kind).is_some_and(|kind| kind.lifecycle.category(state).is_open())
        };
        matches!(&event.act, Act::Moved { from, to, .. } if !is_open(from) && is_open(to))
    }

    fn has_ended(&self, record: &Record) -> bool {
        let kind = self.registry().kind(&record.kind);
        let category = kind.map(|kind| kind.lifecycle.category(&record.state));
        matches!(category, Some(Category::Done | Category::Cancelled))
    }

    pub(super) async fn write_doing(&self, doing: Doing, cursor: Option<CursorMove>) -> Result<(), CommitError> {
        let people: BTreeSet<RecordId> = doing.news.iter().map(|one| one.person).collect();
        let mut set = doing.set();
        set.cursor = cursor;
        self.commit(set).await?;
        if !people.is_empty() {
            self.tell_inboxes(people);
        }
        Ok(())
    }
}

/// What came of an entry.
enum Followed {
    /// It was written, with the place.
    Written,
    /// Nothing follows from it.
    Nothing,
    /// Another node was faster.
    Elsewhere,
}

fn is_task(kind: &str) -> bool {
    SUBJECTS.iter().any(|subject| subject.task == kind)
}

/// Whether entries of its kind and sort can concern a flow.
fn concerns(entry: &JournalEntry) -> bool {
    let is_of_kind =
        entry.kind == PLAN || entry.kind == APPROVAL || is_task(&entry.kind) || subject(&entry.kind).is_some();
    is_of_kind
        && matches!(
            entry.event.act,
            Act::Created { .. } | Act::Updated | Act::Moved { .. } | Act::Transferred { .. } | Act::Commented { .. }
        )
}
