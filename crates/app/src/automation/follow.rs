//! Following the journal to answer it: the place moves in the transaction of what rules do, so each entry is answered
//! once, whichever nodes follow and whenever one dies.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use steward_model::event::{Door, Event, Fired};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_rule::book::{Entry, Loop};
use steward_rule::trace::{Because, Outcome, PassedRule, Trace};
use steward_store::change::{ChangeSet, CursorMove, RecordChange};
use steward_store::error::CommitError;
use steward_store::journal::JournalEntry;
use steward_store::notifications::NewNotification;
use steward_store::rules::{NewRun, RuleEffects};

use super::act::{Around, is_told, put};
use super::around::Seen;
use super::book::Compiled;
use super::threshold::Counted;
use super::webhook::jobs_for;
use super::{is_passing, told};
use crate::App;
use crate::boxed;
use crate::error::Error;

/// Name of the subscriber.
const SUBSCRIBER: &str = "rules";
/// Entries read at once.
const BATCH: usize = 1_000;
/// Until older transactions are over.
const WAIT: Duration = Duration::from_millis(5);
/// How often an entry is answered anew when others keep changing the record.
const TRIES: usize = 16;
/// Seconds of the hour that a rule's limit is about.
const HOUR: i64 = 3600;
/// A rule at its limit says so this often, in seconds.
const SAYS_AGAIN: i64 = 60;
/// Lines of the log in an hour about acts of one rule that came to nothing.
const NOTED_MOST: i64 = 500;
/// Rules noted as passed over beside one that acted.
const PASSED_MOST: usize = 20;

/// What is written for one entry, or one record on a turn.
#[derive(Default)]
pub(super) struct Effects {
    pub(super) records: Vec<RecordChange>,
    pub(super) news: Vec<NewNotification>,
    pub(super) rules: RuleEffects,
    /// The rules that acted, in order.
    pub(super) acted: Vec<Fired>,
    /// How often rules acted within the hour before, and how many of their runs are noted, where that was asked at once.
    pub(super) ran: HashMap<RecordId, (i64, i64)>,
}

impl Effects {
    /// Notes for how many records a rule acted, and that it did.
    fn note_count(&mut self, counted: Option<Counted>, event: &Event) {
        let Some(Counted { count, acts: Some(group), .. }) = counted else { return };
        let is_its = |run: &&mut NewRun| run.rule == group.rule && run.record == event.record;
        if let Some(detail) = self.rules.runs.iter_mut().find(is_its).and_then(|run| run.detail.as_object_mut()) {
            detail.insert("counted".to_owned(), count.into());
        }
        self.rules.groups.push(group);
    }
}

/// What came of a rule that was to act on a record.
pub(super) enum Considered {
    /// It did something or found all as it should be: the record and its events.
    Acted(Box<Record>, Vec<Event>),
    /// What it wanted was refused, or it went in a circle.
    Refused,
    /// It acted as often as it may in an hour.
    Limited,
    /// It is done with the record for good.
    Passed,
}

/// Whether rules had their say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answered {
    /// They did.
    Yes,
    /// Another node was faster.
    Elsewhere,
}

impl App {
    /// Has rules answer the journal until the process is told to stop. Failures are logged and tried again.
    #[boxed]
    pub async fn follow_rules(&self) {
        self.follow_as(SUBSCRIBER, || self.answer_next()).await;
    }

    /// Answers the next entries of the journal; whether there may be more at once.
    ///
    /// # Errors
    /// When the database is away. What a rule may not do is noted in its log and holds nothing up.
    #[boxed]
    pub async fn answer_next(&self) -> Result<bool, Error> {
        let Some(mut position) = self.store().cursor(SUBSCRIBER).await? else {
            // What happened before there were rules is not answered.
            let end = self.store().journal_end().await?;
            return self.move_on(SUBSCRIBER, None, end, Vec::new()).await.map(|_| true);
        };
        let entries = self.store().read_journal(position, BATCH).await?;
        let Some(last) = entries.last().map(|entry| entry.position) else { return Ok(false) };
        let rules = self.rules().await?;
        let concerned: Vec<&JournalEntry> = entries
            .iter()
            .filter(|entry| entry.event.door != Door::Import && rules.book.concerns(&entry.kind, &entry.event))
            .collect();
        let ids: Vec<RecordId> = concerned.iter().map(|entry| entry.event.record).collect();
        let mut records: HashMap<RecordId, Record> = match ids.is_empty() {
            true => HashMap::new(),
            false => self.store().get_records(&ids).await?.into_iter().map(|one| (one.record.id, one.record)).collect(),
        };
        for entry in concerned {
            let Some(record) = records.get(&entry.event.record) else { continue };
            let Some(kind) = self.registry().kind(&record.kind).cloned() else { continue };
            if !self.is_answered(&rules, &kind, record, &entry.event).await? {
                continue;
            }
            let step = CursorMove { subscriber: SUBSCRIBER.to_owned(), from: Some(position), to: entry.position };
            match self.answer(&rules, &kind, &entry.event, step).await? {
                Some(after) => drop(records.insert(after.id, after)),
                None => return Ok(true),
            }
            position = entry.position;
        }
        if position != last {
            self.move_on(SUBSCRIBER, Some(position), last, Vec::new()).await?;
        }
        Ok(true)
    }

    /// Has rules answer everything that stands in the journal, also what readers do not see yet because older
    /// transactions are open. For acts at moments of the past, where each has its own.
    ///
    /// # Errors
    /// As [`Self::answer_next`].
    #[boxed]
    pub async fn answer_all(&self) -> Result<(), Error> {
        loop {
            while self.answer_next().await? {}
            let place = self.store().cursor(SUBSCRIBER).await?.unwrap_or_default();
            if !self.store().is_journal_ahead(place).await? {
                return Ok(());
            }
            tokio::time::sleep(WAIT).await;
        }
    }

    /// Whether some rule answers an entry and its condition holds on the record.
    async fn is_answered(
        &self,
        rules: &Compiled,
        kind: &Arc<Kind>,
        record: &Record,
        event: &Event,
    ) -> Result<bool, Error> {
        for entry in rules.book.answering(&kind.key, event, record) {
            let holds = match entry.rule.is_plain() {
                true => entry.rule.condition.matches_local(record, kind),
                false => self.failing(entry, kind, record).await?.is_none(),
            };
            let is_waiting = match holds {
                true => self.counted(entry, kind, record, event).await?.is_some_and(|counted| counted.acts.is_none()),
                false => true,
            };
            if !is_waiting {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The part of a rule's condition that does not hold on a record, in the eyes of whoever keeps it.
    pub(super) async fn failing(&self, entry: &Entry, kind: &Kind, record: &Record) -> Result<Option<String>, Error> {
        let rule = &entry.rule;
        let keeper = match rule.keeper {
            Some(person) => match self.actor(person, None).await {
                Ok(actor) => actor,
                // Whether it holds is asked all the same, so that the log tells why nothing was done.
                Err(Error::Unauthenticated) => steward_model::access::Actor::system(),
                Err(error) => return Err(error),
            },
            None => steward_model::access::Actor::system(),
        };
        let around = match rule.is_local {
            true => HashMap::new(),
            false => self.around(&[&rule.condition], &[record]).await?,
        };
        let now = self.now();
        let world = Seen { around: &around, registry: self.registry(), keeper: &keeper, now };
        let asking = keeper.environment(now);
        if rule.holds(record, kind, &world, &asking) {
            return Ok(None);
        }
        let failing = rule.failing(record, kind, self.registry(), &world, &asking);
        Ok(Some(failing.unwrap_or_default()))
    }

    /// Has rules answer one entry and writes what follows with the place reached. The record as it is then; `None` when
    /// another node was faster.
    async fn answer(
        &self,
        rules: &Compiled,
        kind: &Arc<Kind>,
        event: &Event,
        step: CursorMove,
    ) -> Result<Option<Record>, Error> {
        for _ in 0..TRIES {
            let Some(loaded) = self.store().get_record(event.record).await? else {
                return Err(Error::internal("a record of the journal is not there"));
            };
            let before = Some((loaded.record.revision, loaded.head));
            let mut record = loaded.record.clone();
            let (mut events, mut effects, mut passed) = (Vec::new(), Effects::default(), Vec::new());
            let answering: Vec<&Entry> = rules.book.answering(&kind.key, event, &loaded.record).collect();
            effects.ran = self.ran_before(&answering).await?;
            let mut stopped: Option<&Entry> = None;
            for entry in answering {
                let left_out = |because: Because, why: String| {
                    let by = stopped.map(|entry| entry.rule.id);
                    PassedRule { rule: entry.rule.id, named: entry.rule.named(), because, why, by }
                };
                if let Some(by) = stopped {
                    passed.push(left_out(Because::LastRule, by.rule.number.clone()));
                    continue;
                }
                if let Some(why) = self.failing(entry, kind, &record).await? {
                    passed.push(left_out(Because::Condition, why));
                    continue;
                }
                let counted = self.counted(entry, kind, &record, event).await?;
                if let Some(few) = counted.as_ref().filter(|counted| counted.acts.is_none()) {
                    passed.push(left_out(Because::Threshold, few.told()));
                    continue;
                }
                let made = self.consider(entry, kind, &record, Some(event), None, &mut effects).await?;
                if let Considered::Acted(after, own) = made {
                    effects.note_count(counted, event);
                    record = *after;
                    events.extend(own);
                    stopped = entry.rule.stops.then_some(entry);
                }
            }
            passed.truncate(PASSED_MOST);
            if let (Some(run), false) = (effects.rules.runs.first_mut(), passed.is_empty()) {
                let passed = serde_json::to_value(&passed).map_err(Error::internal)?;
                if let Some(detail) = run.detail.as_object_mut() {
                    detail.insert("passed".to_owned(), passed);
                }
            }
            let after = record.clone();
            if !events.is_empty() {
                effects.records.insert(0, RecordChange { kind: kind.clone(), before, after: record, events });
            }
            match self.write_effects(effects, Some(step.clone())).await {
                Ok(Answered::Yes) => return Ok(Some(after)),
                Ok(Answered::Elsewhere) => return Ok(None),
                Err(Again::Other) => {}
                Err(Again::Not(error)) => return Err(error),
                Err(Again::Refused(error, runs)) => {
                    // What each may do alone may not go together; it is noted, and would come again for ever otherwise.
                    let rules = RuleEffects { runs: refused(runs, &told(&error))?, ..RuleEffects::default() };
                    return match self.write_effects(Effects { rules, ..Effects::default() }, Some(step.clone())).await {
                        Ok(Answered::Yes) => Ok(Some(loaded.record)),
                        Ok(Answered::Elsewhere) => Ok(None),
                        Err(Again::Not(error) | Again::Refused(error, _)) => Err(error),
                        Err(Again::Other) => Err(Error::Unavailable),
                    };
                }
            }
        }
        Err(Error::Unavailable)
    }

    /// How often each of some rules acted within the hour, and how many of its runs are noted.
    async fn ran_before(&self, rules: &[&Entry]) -> Result<HashMap<RecordId, (i64, i64)>, Error> {
        let ids: Vec<RecordId> = rules.iter().map(|entry| entry.rule.id).collect();
        let mut ran: HashMap<_, _> = ids.iter().map(|id| (*id, (0, 0))).collect();
        ran.extend(self.store().count_runs(&ids, self.now().plus_seconds(-HOUR)).await?);
        Ok(ran)
    }

    /// What one rule does to a record: adds what follows to `effects`.
    pub(super) async fn consider(
        &self,
        entry: &Entry,
        kind: &Arc<Kind>,
        record: &Record,
        event: Option<&Event>,
        turn: Option<i64>,
        effects: &mut Effects,
    ) -> Result<Considered, Error> {
        let rule = &entry.rule;
        let now = self.now();
        let run = |outcome: Outcome, made: Option<i64>, trace: &Trace| -> Result<NewRun, Error> {
            Ok(NewRun {
                rule: rule.id,
                version: rule.version,
                record: record.id,
                seq: event.map(|event| event.seq),
                made,
                at: now,
                outcome: outcome.key().to_owned(),
                detail: serde_json::to_value(trace).map_err(Error::internal)?,
            })
        };
        let because = |reason: &str| Trace { reason: reason.to_owned(), ..Trace::default() };
        if rule.once && !self.store().done_with(rule.id, &[record.id], 0).await?.is_empty() {
            return Ok(Considered::Passed);
        }
        if !effects.ran.contains_key(&rule.id) {
            let counted = self.store().count_runs(&[rule.id], now.plus_seconds(-HOUR)).await?;
            effects.ran.extend(counted);
        }
        let (done, noted) = effects.ran.get(&rule.id).copied().unwrap_or_default();
        if done >= rule.most_per_hour {
            let said = self.store().last_run(rule.id, Outcome::Limited.key()).await?;
            if said.is_none_or(|at| now.seconds_since(at) >= SAYS_AGAIN) {
                let reason = format!("it acted {} times within an hour, which is its limit", rule.most_per_hour);
                effects.rules.runs.push(run(Outcome::Limited, None, &because(&reason))?);
            }
            return Ok(Considered::Limited);
        }
        // What comes to nothing is noted so often and no more.
        let is_noted = noted - done < NOTED_MOST;
        let chain = match rule.link(event, record.id, &effects.acted) {
            Ok(chain) => chain,
            Err(way) => {
                let reason = match way {
                    Loop::Again => "it acted on this record in the same chain of rules already",
                    Loop::TooLong => "too many rules followed from each other",
                };
                if is_noted {
                    effects.rules.runs.push(run(Outcome::Looped, None, &because(reason))?);
                }
                return Ok(Considered::Refused);
            }
        };
        // The record itself counts as one.
        let room = usize::try_from(rule.most_per_hour - done - 1).unwrap_or_default();
        let around = Around { chain, midway: &effects.records, room };
        let acted = match self.act(rule, kind, record, event, around).await {
            Ok(acted) => acted,
            Err(error) if is_passing(&error) => return Err(error),
            Err(error) => {
                if let Error::Internal(source) = &error {
                    tracing::error!(%source, rule = rule.number, record = record.number, "a rule could not act");
                }
                if is_noted {
                    effects.rules.runs.push(run(Outcome::Refused, None, &because(&told(&error)))?);
                }
                return Ok(Considered::Refused);
            }
        };
        let outcome = if acted.is_nothing() { Outcome::Nothing } else { Outcome::Done };
        // A rule that goes by time finds the same records on every turn; that there is nothing to do is no news.
        if outcome == Outcome::Done || turn.is_none() && is_noted {
            let first = acted.events.first().map(|event| event.seq);
            effects.rules.runs.push(run(outcome, first, &acted.trace)?);
        }
        for other in &acted.each {
            if other.outcome == Outcome::Done || turn.is_none() && is_noted {
                let line = run(other.outcome, other.made, &other.trace)?;
                effects.rules.runs.push(NewRun { record: other.record, seq: None, ..line });
            }
        }
        if outcome == Outcome::Done {
            effects.acted.push(Fired { rule: rule.id, record: record.id });
        }
        // That there was nothing to do does not use up the one time.
        if rule.once && outcome == Outcome::Done {
            effects.rules.done.push((rule.id, record.id, 0));
        }
        if let Some(turn) = turn {
            effects.rules.done.push((rule.id, record.id, turn));
        }
        effects.rules.last.extend(acted.last.map(|person| (rule.id, person)));
        effects.rules.webhooks.extend(acted.webhooks);
        effects.records.extend(acted.made);
        put(&mut effects.records, acted.others);
        let news: Vec<_> = acted.news.into_iter().filter(|one| !is_told(&effects.news, one)).collect();
        effects.news.extend(news);
        Ok(Considered::Acted(Box::new(acted.record), acted.events))
    }

    /// Writes what rules did, all or nothing.
    pub(super) async fn write_effects(&self, effects: Effects, cursor: Option<CursorMove>) -> Result<Answered, Again> {
        let people = effects.news.iter().map(|one| one.person).collect::<std::collections::BTreeSet<_>>();
        let runs = effects.rules.runs.clone();
        let set = ChangeSet {
            records: effects.records,
            notifications: effects.news,
            jobs: jobs_for(&effects.rules.webhooks),
            rules: effects.rules,
            cursor,
            ..ChangeSet::default()
        };
        match self.commit(set).await {
            Ok(()) => {
                if !people.is_empty() {
                    self.tell_inboxes(people);
                }
                Ok(Answered::Yes)
            }
            Err(CommitError::Fenced) => Ok(Answered::Elsewhere),
            Err(CommitError::Stale { .. } | CommitError::NumberTaken) => Err(Again::Other),
            Err(error) => {
                let error = Error::from(error);
                if is_passing(&error) { Err(Again::Not(error)) } else { Err(Again::Refused(error, runs)) }
            }
        }
    }
}

/// Why effects were not written.
pub(super) enum Again {
    /// Somebody changed the record meanwhile: it is decided anew.
    Other,
    /// The database is away.
    Not(Error),
    /// They cannot be, with the lines of the log that go with them.
    Refused(Error, Vec<NewRun>),
}

/// The lines of a log with nothing done.
pub(super) fn refused(runs: Vec<NewRun>, reason: &str) -> Result<Vec<NewRun>, Error> {
    let trace = Trace { reason: reason.to_owned(), ..Trace::default() };
    let detail = serde_json::to_value(trace).map_err(Error::internal)?;
    let refused =
        |run: NewRun| NewRun { outcome: Outcome::Refused.key().to_owned(), made: None, detail: detail.clone(), ..run };
    Ok(runs.into_iter().map(refused).collect())
}
