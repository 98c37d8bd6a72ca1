//! What would have been: records of the last days under a target that is not in force yet.
//!
//! The journals of real records are folded twice, by the book in force and by the one with the change. Nothing is
//! written. Only records that the asker works on take part: conditions look at fields that
//! requesters do not see.

use std::collections::BTreeMap;
use std::sync::Arc;

use steward_clock::book::Book;
use steward_clock::clock::Clock;
use steward_clock::definition::{AGREEMENT, TARGET};
use steward_model::access::{Action, Actor, may};
use steward_model::command::Input;
use steward_model::event::{Door, Event};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;

use super::definitions::essence;
use crate::App;
use crate::boxed;
use crate::deciding::folded;
use crate::error::Error;
use crate::list::ListRequest;
use crate::records::{Origin, Request};

/// Days looked back at most.
pub const MOST_DAYS: i64 = 3660;
/// Records looked at, the first ones of the time.
const MOST: usize = 100_000;
/// Records folded together.
const BATCH: usize = 500;
/// Entries read for one batch at most.
const ENTRIES: usize = 1_000_000;
/// Differences told.
const TOLD: usize = 200;

/// How one clock came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Seconds promised.
    pub value: i64,
    /// Seconds of working time used.
    pub elapsed: i64,
    /// Whether the promise is broken.
    pub is_broken: bool,
}

/// A record whose clock comes out otherwise.
#[derive(Debug, Clone)]
pub struct Difference {
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// What it is the clock of.
    pub slot: String,
    /// As it is; `None` where there is no clock.
    pub before: Option<Outcome>,
    /// As it would be.
    pub after: Option<Outcome>,
}

/// What a simulation found.
#[derive(Debug, Clone, Default)]
pub struct Simulated {
    /// Records looked at.
    pub records: usize,
    /// Whether there were more than are looked at.
    pub is_cut: bool,
    /// Clocks kept and broken as it is.
    pub before: (usize, usize),
    /// Clocks kept and broken as it would be.
    pub after: (usize, usize),
    /// How many clocks come out otherwise: kept instead of broken, broken instead of kept, there or not there.
    pub differing: usize,
    /// The first of these.
    pub differences: Vec<Difference>,
}

impl App {
    /// Replays the records of the last days under a target with other values.
    ///
    /// # Errors
    /// What is wrong with the values, as the change itself would say; that the actor may not change the target.
    #[boxed]
    pub async fn simulate_target(
        &self,
        actor: &Actor,
        name: &str,
        fields: &Input,
        days: i64,
    ) -> Result<Simulated, Error> {
        let kind = self.kind(TARGET)?.clone();
        let target = self.find(actor, &kind, name).await?.record;
        if !may(actor, Action::Update, &kind, &target, self.now()) {
            return Err(Error::Forbidden { action: Action::Update });
        }
        let mut changed = self.tried(actor, &kind, &target, fields).await?;
        changed.state = "active".to_owned();
        let agreement = changed.reference("agreement").ok_or_else(|| Error::invalid("agreement", "is missing"))?;
        let present = self.clock_definitions().await?;
        let mut targets: Vec<Record> = present.targets.iter().filter(|one| one.id != target.id).cloned().collect();
        targets.push(essence(&changed));
        targets.sort_by_key(|target| target.id);
        let mut agreements = present.agreements.clone();
        if !agreements.iter().any(|one| one.id == agreement) {
            // A target is tried out as though its agreement were in force, which it is for as well.
            let all = self.reference_records(AGREEMENT).await?;
            let own = all.iter().find(|one| one.id == agreement).ok_or(Error::NotFound)?;
            agreements.push(Record { state: "active".to_owned(), ..essence(own) });
            agreements.sort_by_key(|agreement| agreement.id);
        }
        let would = self.with_surroundings(agreements, targets).await?;
        let would = Arc::new(would.compile(0, self.registry()));
        let days = days.clamp(1, MOST_DAYS);
        self.replay(actor, changed.text("for_kind"), self.now().plus_seconds(-days * 86_400), would).await
    }

    /// The target as it would be after a change that nobody makes.
    pub(super) async fn tried(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        target: &Record,
        fields: &Input,
    ) -> Result<Record, Error> {
        let request = Request::Update { fields: fields.clone(), organisation: None, base: None };
        let (command, found) = self.command_of(actor, kind, target, &request).await?;
        let events = self.decide_on(actor, kind, target, &command, &Origin::door(Door::Api), &found).await?;
        folded(target.clone(), &events)
    }

    async fn replay(&self, actor: &Actor, kind: &str, since: Moment, would: Arc<Book>) -> Result<Simulated, Error> {
        let kind = self.kind(kind)?.clone();
        let present = self.book().await?;
        let filter = format!("created_at >= timestamp(\"{since}\")");
        let request = ListRequest { filter: Some(filter), ..ListRequest::default() };
        let records = self.all_worked_on(actor, &kind, &request, MOST).await?;
        let mut found = Simulated { is_cut: records.len() >= MOST, ..Simulated::default() };
        let now = self.now();
        for batch in records.chunks(BATCH) {
            let ids: Vec<RecordId> = batch.iter().map(|record| record.id).collect();
            let mut journals = self.store().journals_of(&ids, ENTRIES).await?;
            let cases: Vec<(Record, Vec<Event>)> =
                batch.iter().filter_map(|record| Some((record.clone(), journals.remove(&record.id)?))).collect();
            let (present, would, kind) = (present.clone(), would.clone(), kind.clone());
            let folding = tokio::task::spawn_blocking(move || {
                let mut part = Simulated::default();
                for (record, events) in &cases {
                    compare(&mut part, (&present, &would), &kind, record, events, now);
                }
                part
            });
            found.add(folding.await.map_err(Error::internal)?);
        }
        Ok(found)
    }
}

impl Simulated {
    fn add(&mut self, part: Self) {
        self.records += part.records;
        self.before = (self.before.0 + part.before.0, self.before.1 + part.before.1);
        self.after = (self.after.0 + part.after.0, self.after.1 + part.after.1);
        self.differing += part.differing;
        let room = TOLD.saturating_sub(self.differences.len());
        self.differences.extend(part.differences.into_iter().take(room));
    }
}

fn compare(
    found: &mut Simulated,
    (present, would): (&Book, &Book),
    kind: &Kind,
    record: &Record,
    events: &[Event],
    now: Moment,
) {
    found.records += 1;
    let outcomes = |book: &Book| -> BTreeMap<String, Outcome> {
        let clocks = book.fold(kind, events).unwrap_or_default();
        clocks.into_iter().filter_map(|clock| Some((clock.slot.clone(), outcome(book, &clock, now)?))).collect()
    };
    let (before, after) = (outcomes(present), outcomes(would));
    let count = |outcomes: &BTreeMap<String, Outcome>| {
        let broken = outcomes.values().filter(|outcome| outcome.is_broken).count();
        (outcomes.len() - broken, broken)
    };
    let ((kept, broken), (would_keep, would_break)) = (count(&before), count(&after));
    found.before = (found.before.0 + kept, found.before.1 + broken);
    found.after = (found.after.0 + would_keep, found.after.1 + would_break);
    let slots: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for slot in slots {
        let (one, other) = (before.get(slot).copied(), after.get(slot).copied());
        if one.map(|outcome| outcome.is_broken) == other.map(|outcome| outcome.is_broken) {
            continue;
        }
        found.differing += 1;
        if found.differences.len() < TOLD {
            let title = record.text(&kind.label_field).to_owned();
            let difference =
                Difference { number: record.number.clone(), title, slot: slot.clone(), before: one, after: other };
            found.differences.push(difference);
        }
    }
}

/// How a clock came out; `None` for one that promises nothing to anybody.
pub(super) fn outcome(book: &Book, clock: &Clock, now: Moment) -> Option<Outcome> {
    use steward_clock::clock::State;
    use steward_clock::definition::Sort;
    if clock.sort == Sort::Own || clock.state == State::Cancelled {
        return None;
    }
    let hours = book.hours(clock.calendar);
    let standing = clock.standing(now, |from, to| hours.between(from, to));
    Some(Outcome { value: clock.value, elapsed: standing.elapsed, is_broken: standing.is_breached || clock.missed > 0 })
}
