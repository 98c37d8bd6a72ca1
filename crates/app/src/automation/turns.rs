//! Rules that go by time: on each turn, all records on which the condition holds, each once.
//!
//! A turn is known by its moment. What is done with a record is written together with the note that the turn is done with
//! it, so a run that broke off, or another node, goes on where the first one stopped.

use steward_model::filter::{Filter, Operand, Test};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_rule::RULE;
use steward_rule::book::Entry;
use steward_rule::trigger::Trigger;
use steward_store::change::RecordChange;
use steward_store::rules::RuleEffects;

use super::follow::{Again, Answered, Considered, Effects, refused};
use super::{is_passing, told};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::jobs::Round;

/// The job that looks for turns.
pub(crate) const ROUND: Round = Round { job: "rule.turns", kind: RULE, every: 20 };
/// Records that a rule sees to in one go at most; the rest of the turn follow in the next.
const MOST: usize = 10_000;
/// Records read together.
const BATCH: usize = 1_000;
/// How often a record is seen to anew when others keep changing it.
const TRIES: usize = 8;

impl App {
    /// Takes the turns of rules that go by time.
    ///
    /// # Errors
    /// When the database is away. A rule that cannot be carried out keeps no other one from its turn.
    #[boxed]
    pub async fn run_rule_turns(&self) -> Result<(), Error> {
        self.run_some_rule_turns(MOST).await
    }

    /// Takes the turns of rules that go by time, each on at most so many records; called again, a rule goes on with the
    /// rest of its turn.
    ///
    /// # Errors
    /// As [`Self::run_rule_turns`].
    #[boxed]
    pub async fn run_some_rule_turns(&self, most: usize) -> Result<(), Error> {
        let rules = self.rules().await?;
        for entry in rules.book.timed() {
            match self.take_rule_turn(entry, most).await {
                Ok(()) => {}
                Err(error) if is_passing(&error) => return Err(error),
                Err(error) => tracing::warn!(%error, rule = entry.rule.number, "a turn of a rule could not be taken"),
            }
        }
        Ok(())
    }

    async fn take_rule_turn(&self, entry: &Entry, most: usize) -> Result<(), Error> {
        let rule = &entry.rule;
        let Trigger::Timed(turns) = &rule.trigger else { return Ok(()) };
        let Some(turn) = turns.last_at(self.now()).map(|at| at.0) else { return Ok(()) };
        match self.store().rule_place(rule.id).await? {
            // A rule begins with the first turn after it was put in force.
            (None, _) => return Ok(self.store().note_turn(rule.id, turn).await?),
            (Some(last), _) if last >= turn => return Ok(()),
            // And so does one that was put in force again.
            _ if rule.in_force_since.is_some_and(|since| turn <= since.0) => {
                return Ok(self.store().note_turn(rule.id, turn).await?);
            }
            _ => {}
        }
        let kind = self.kind(&rule.kind)?.clone();
        let keeper = self.actor(rule.keeper.ok_or(Error::Unauthenticated)?, None).await;
        let keeper = match keeper {
            Ok(keeper) => keeper,
            // Nobody answers for it; its page says so.
            Err(Error::Unauthenticated) => return Ok(self.store().note_turn(rule.id, turn).await?),
            Err(error) => return Err(error),
        };
        let filter = Filter::all([rule.condition.clone(), within(&entry.reach)]);
        let stopping = self.stopping();
        let (mut after, mut seen_to) = (None, 0);
        loop {
            let found = self.page_of(&keeper, &kind, &filter, after, BATCH).await?;
            after = found.last().map(|record| record.id);
            let ids: Vec<RecordId> = found.iter().map(|record| record.id).collect();
            let mut done = self.store().done_with(rule.id, &ids, turn).await?;
            if rule.once {
                done.extend(self.store().done_with(rule.id, &ids, 0).await?);
            }
            done.sort_unstable();
            for record in found.iter().filter(|record| done.binary_search(&record.id).is_err()) {
                // The turn is not over: it goes on here when it is next looked at.
                if *stopping.borrow() || seen_to >= most {
                    return Ok(());
                }
                match self.take_on_turn(entry, &kind, record, turn).await? {
                    Considered::Limited => return Ok(()),
                    Considered::Acted(..) | Considered::Refused => seen_to += 1,
                    Considered::Passed => {}
                }
            }
            if found.len() < BATCH {
                return Ok(self.store().note_turn(rule.id, turn).await?);
            }
        }
    }

    /// Has a rule act on one record.
    async fn take_on_turn(
        &self,
        entry: &Entry,
        kind: &std::sync::Arc<Kind>,
        record: &Record,
        turn: i64,
    ) -> Result<Considered, Error> {
        for _ in 0..TRIES {
            let Some(loaded) = self.store().get_record(record.id).await? else { return Ok(Considered::Passed) };
            if self.failing(entry, kind, &loaded.record).await?.is_some() {
                return Ok(Considered::Passed);
            }
            let mut effects = Effects::default();
            let made = self.consider(entry, kind, &loaded.record, None, Some(turn), &mut effects).await?;
            match &made {
                Considered::Acted(after, events) if !events.is_empty() => {
                    let before = Some((loaded.record.revision, loaded.head));
                    let (after, events) = ((**after).clone(), events.clone());
                    effects.records.insert(0, RecordChange { kind: kind.clone(), before, after, events });
                }
                // Once in a turn is enough, whether or not there is room for another line of the log.
                Considered::Refused => effects.rules.done.push((entry.rule.id, record.id, turn)),
                Considered::Acted(..) | Considered::Limited | Considered::Passed => {}
            }
            match self.write_effects(effects, None).await {
                Ok(Answered::Yes | Answered::Elsewhere) => return Ok(made),
                Err(Again::Other) => {}
                Err(Again::Not(error)) => return Err(error),
                Err(Again::Refused(error, runs)) => {
                    let done = vec![(entry.rule.id, record.id, turn)];
                    let rules = RuleEffects { runs: refused(runs, &told(&error))?, done, ..RuleEffects::default() };
                    drop(self.write_effects(Effects { rules, ..Effects::default() }, None).await);
                    return Ok(Considered::Refused);
                }
            }
        }
        Ok(Considered::Passed)
    }
}

/// The records of some organisations.
pub(crate) fn within(organisations: &[RecordId]) -> Filter {
    let ids = organisations.iter().map(|id| Operand::Value(serde_json::Value::from(id.0))).collect();
    Filter::field_test("organisation", Test::In(ids))
}
