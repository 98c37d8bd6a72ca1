//! Approvals: who is asked when a record comes to wait for it, what they answer, and what follows.
//!
//! A round of questions is one record. The commit that has something wait makes it (`asking.rs`), so there is no moment in
//! which nobody is asked; each answer is written with what follows from it (`answering.rs`), on the condition that the
//! round is as it was read, so two who decide at the same moment make one valid outcome. Time is minded by a job
//! (`care.rs`).

mod answering;
mod asking;
mod by_rule;
mod care;
mod links;
mod people;
mod seen;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::chain::Hash;
use steward_model::command::{Command, Update};
use steward_model::event::{Cause, Event};
use steward_model::filter::{Filter, Operand, Test};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::{Fields, Record};
use steward_practices::approval::{APPROVAL, ASKED, PENDING};
use steward_store::rows::Loaded;

use crate::App;
use crate::deciding::folded;
use crate::error::Error;

pub(crate) use care::{REMINDER, ROUND};
pub use links::{LinkAnswer, Linked, Question};
pub use seen::{ApprovalSeen, AskSeen};

/// Rounds about one record looked at; far more than any has.
const ROUNDS: usize = 200;

/// A record on its way: as it was read, and what happens to it.
pub(crate) struct Going {
    pub(crate) kind: Arc<Kind>,
    pub(crate) before: Loaded,
    pub(crate) after: Record,
    pub(crate) events: Vec<Event>,
}

impl Going {
    /// A record in the midst of an act, of which the act knows how it was read.
    pub(crate) fn midway(kind: Arc<Kind>, record: Record) -> Self {
        Self::new(kind, Loaded { record, head: Hash::default() })
    }

    pub(crate) fn new(kind: Arc<Kind>, before: Loaded) -> Self {
        Self { kind, after: before.record.clone(), before, events: Vec::new() }
    }

    pub(crate) fn take(&mut self, events: Vec<Event>) -> Result<(), Error> {
        self.after = folded(self.after.clone(), &events)?;
        self.events.extend(events);
        Ok(())
    }

    pub(crate) fn change(self) -> steward_store::change::RecordChange {
        let before = Some((self.before.record.revision, self.before.head));
        steward_store::change::RecordChange { kind: self.kind, before, after: self.after, events: self.events }
    }
}

impl App {
    /// The round that is open about a record.
    pub(crate) async fn open_approval(&self, subject: RecordId) -> Result<Option<Record>, Error> {
        Ok(self.approvals_of(subject).await?.into_iter().find(|approval| approval.state == "open"))
    }

    /// The rounds that the lifecycle of a record waits for, the newest first: those of steps of plans move no record.
    async fn approvals_of(&self, subject: RecordId) -> Result<Vec<Record>, Error> {
        let mut all = self.approvals_about(subject).await?;
        all.retain(|approval| approval.reference("plan").is_none());
        Ok(all)
    }

    /// All rounds about a record, the newest first.
    async fn approvals_about(&self, subject: RecordId) -> Result<Vec<Record>, Error> {
        if self.registry().kind(APPROVAL).is_none() {
            return Ok(Vec::new());
        }
        let about = Filter::field_test("subject", Test::Equal(Operand::Value(Json::from(subject.0))));
        let mut found = self.all_records(APPROVAL, &about, ROUNDS).await?;
        found.sort_by_key(|approval| std::cmp::Reverse(approval.id));
        Ok(found)
    }

    /// Sets who is asked about a record, where that is not so already.
    async fn tell_subject(&self, going: &mut Going, pending: &[RecordId], cause: Cause) -> Result<(), Error> {
        let mut asked: BTreeSet<RecordId> = going.after.references(ASKED).into_iter().collect();
        asked.extend(pending);
        let fields = Fields::from([
            (ASKED.to_owned(), ids(asked.into_iter().collect::<Vec<_>>().as_slice())),
            (PENDING.to_owned(), ids(pending)),
        ]);
        let events = self.consequence(&going.kind.clone(), &going.after.clone(), &nothing(), fields, cause).await?;
        going.take(events)
    }
}

/// A command that asks for nothing, for values that follow.
pub(crate) fn nothing() -> Command {
    Command::Update(Update::default())
}

/// People as they are stored; null for nobody.
pub(crate) fn ids(people: &[RecordId]) -> Json {
    match people {
        [] => Json::Null,
        people => people.iter().map(|id| id.0).collect::<Vec<_>>().into(),
    }
}
