//! What a rule would have done: the journals of real records, read again entry by entry. Nothing is written.
//!
//! Each entry is asked about on the record as that entry left it. What the rule would have changed is not carried on, so
//! a record may be named more often than it would have been in truth.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use steward_model::access::{Action, Actor, may, rights};
use steward_model::apply::apply;
use steward_model::event::{Door, Event};
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_rule::RULE;
use steward_rule::definition::Rule;
use steward_rule::trigger::Trigger;
use steward_store::jobs::{JobClaim, NewJob};
use steward_store::rules::StoredReplay;

use super::around::Seen;
use super::threshold::{self, Beat};
use super::turns::within;
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::jobs::Run;
use crate::view::Labels;

/// The job that replays a rule.
pub(crate) const JOB: &str = "rule.replay";
/// Days looked back at most.
pub const REPLAY_DAYS: i64 = 366;
/// Seconds of a day.
const DAY: i64 = 24 * 3600;
/// Records looked at, the first ones.
const MOST: usize = 100_000;
/// Records read together.
const BATCH: usize = 500;
/// Entries read for one batch at most.
const ENTRIES: usize = 1_000_000;
/// Records told.
const TOLD: usize = 200;

/// What a replay found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Replayed {
    /// Days looked back.
    pub days: i64,
    /// Records looked at.
    pub records: usize,
    /// Entries of these days that the rule was asked about.
    pub entries: usize,
    /// Whether there were more records than are looked at.
    pub is_cut: bool,
    /// How often the rule would have acted.
    pub acts: usize,
    /// On how many records.
    pub acted_on: usize,
    /// The first of these.
    pub told: Vec<ReplayedRecord>,
}

/// A record on which the rule would have acted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplayedRecord {
    /// The record.
    pub record: RecordId,
    /// When it would have acted first, and the entry it would have answered.
    pub at: Moment,
    /// Place of that entry in the journal of the record; none for a rule that goes by time.
    pub seq: Option<i64>,
    /// How often.
    pub times: usize,
}

/// A replay as the one who asked for it sees it.
#[derive(Debug, Clone)]
pub struct Replay {
    /// The rule's revision that was replayed.
    pub version: i64,
    /// Days looked back.
    pub days: i64,
    /// When it was asked for.
    pub asked_at: Moment,
    /// What was found; `None` while it runs.
    pub found: Option<Result<Replayed, String>>,
    /// Names of the records in it that the reader may still see.
    pub labels: Labels,
}

impl App {
    /// Has a job replay a rule for somebody; the one that they asked for before is forgotten.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the actor may not see the rule, [`Error::Forbidden`] when they may not change it.
    #[boxed]
    pub async fn ask_replay(&self, actor: &Actor, name: &str, days: i64) -> Result<(), Error> {
        let rules = self.kind(RULE)?.clone();
        let record = self.find(actor, &rules, name).await?.record;
        if !may(actor, Action::Update, &rules, &record, self.now()) {
            return self.noted(actor, &rules, name, Err(Error::Forbidden { action: Action::Update })).await;
        }
        let now = self.now();
        let asked = StoredReplay {
            rule: record.id,
            person: actor.person,
            version: record.revision,
            days: days.clamp(1, REPLAY_DAYS),
            asked_at: now,
            state: "waiting".to_owned(),
            detail: None,
        };
        let job = NewJob {
            kind: JOB.to_owned(),
            unique_key: Some(format!("{}:{}:{}", record.id, actor.person, now.0)),
            payload: json!({ "rule": record.id.0, "person": actor.person.0 }),
            run_at: now,
            max_attempts: 5,
            created_at: now,
        };
        self.store().ask_replay(&asked, job).await?;
        self.0.jobs.notify_one();
        Ok(())
    }

    /// The replay of a rule that somebody asked for last.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the actor may not see the rule.
    #[boxed]
    pub async fn last_replay(&self, actor: &Actor, name: &str) -> Result<Option<Replay>, Error> {
        let rules = self.kind(RULE)?.clone();
        let record = self.find(actor, &rules, name).await?.record;
        let Some(stored) = self.store().replay_of(record.id, actor.person).await? else { return Ok(None) };
        let found = match (stored.state.as_str(), stored.detail) {
            ("waiting", _) | (_, None) => None,
            ("done", Some(detail)) => Some(Ok(serde_json::from_value(detail).unwrap_or_default())),
            (_, Some(detail)) => Some(Err(detail.as_str().unwrap_or_default().to_owned())),
        };
        let named: BTreeSet<RecordId> = match &found {
            Some(Ok(Replayed { told, .. })) => told.iter().map(|one| one.record).collect(),
            _ => BTreeSet::new(),
        };
        let labels = self.labels(actor, named, &BTreeSet::new()).await?;
        let (version, days, asked_at) = (stored.version, stored.days, stored.asked_at);
        Ok(Some(Replay { version, days, asked_at, found, labels }))
    }

    /// Does a replay that was asked for, with the rights of whoever asked.
    pub(crate) async fn run_replay(&self, claim: &JobClaim) -> Result<Run, Error> {
        let id = |key: &str| RecordId(claim.payload.get(key).and_then(serde_json::Value::as_i64).unwrap_or_default());
        let (rule, person) = (id("rule"), id("person"));
        let Some(asked) = self.store().replay_of(rule, person).await?.filter(|one| one.state == "waiting") else {
            return Ok(Run::Done);
        };
        let found = match self.actor(person, None).await {
            Ok(actor) => self.replay_rule(&actor, &rule.to_string(), asked.days).await,
            Err(error) => Err(error),
        };
        let (state, detail) = match found {
            Ok(found) => ("done", serde_json::to_value(found).map_err(Error::internal)?),
            Err(error) if super::is_passing(&error) => return Err(error),
            Err(error) => ("failed", super::told(&error).into()),
        };
        let found = StoredReplay { state: state.to_owned(), detail: Some(detail), ..asked };
        self.store().keep_replay(&found).await?;
        Ok(Run::Done)
    }

    /// Reads the journals of the last days again and tells where a rule, as it is written now, would have acted, among the
    /// records that the actor may see.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the actor may not see the rule; what is wrong with it.
    #[boxed]
    pub async fn replay_rule(&self, actor: &Actor, name: &str, days: i64) -> Result<Replayed, Error> {
        let rules = self.kind(RULE)?.clone();
        let record = self.find(actor, &rules, name).await?.record;
        if !may(actor, Action::Update, &rules, &record, self.now()) {
            return Err(Error::Forbidden { action: Action::Update });
        }
        let rule = self.compile_rule_for(actor, &record).await?;
        let kind = self.kind(&rule.kind)?.clone();
        let days = days.clamp(1, REPLAY_DAYS);
        let since = self.now().plus_seconds(-days * DAY);
        let reach = self.organisations_below(rule.organisation).await?;
        let changed = Filter::parse_cel(&format!("updated_at >= '{since}'"), &kind, self.registry())?;
        let mut found = self.all_of(actor, &kind, &Filter::all([changed, within(&reach)]), MOST + 1).await?;
        let mut replayed = Replayed { days, is_cut: found.len() > MOST, ..Replayed::default() };
        found.truncate(MOST);
        replayed.records = found.len();
        let mut beats = Vec::new();
        for some in found.chunks(BATCH) {
            self.replay_batch(actor, &rule, &kind, some, since, (&mut replayed, &mut beats)).await?;
        }
        // Rules that count look at all records together.
        for (record, at, seq) in threshold::replayed(&rule.trigger, beats) {
            replayed.acts += 1;
            match replayed.told.iter_mut().find(|one| one.record == record) {
                Some(one) => one.times += 1,
                None => {
                    replayed.acted_on += 1;
                    if replayed.told.len() < TOLD {
                        replayed.told.push(ReplayedRecord { record, at, seq: Some(seq), times: 1 });
                    }
                }
            }
        }
        Ok(replayed)
    }

    async fn replay_batch(
        &self,
        actor: &Actor,
        rule: &Rule,
        kind: &Arc<Kind>,
        records: &[Record],
        since: Moment,
        (replayed, beats): (&mut Replayed, &mut Vec<Beat>),
    ) -> Result<(), Error> {
        let ids: Vec<RecordId> = records.iter().map(|record| record.id).collect();
        let mut journals = self.store().journals_of(&ids, ENTRIES).await?;
        // What stands behind references is taken as it is today.
        let around = match rule.condition.is_local() {
            true => super::around::Around::new(),
            false => self.around(&[&rule.condition], &records.iter().collect::<Vec<_>>()).await?,
        };
        for record in records {
            let Some(events) = journals.remove(&record.id) else { continue };
            let own = rights(actor, kind, record, self.now());
            let fields: BTreeSet<&str> =
                kind.fields.iter().filter(|field| own.may_read(field)).map(|field| field.key.as_str()).collect();
            let into = (&mut *replayed, &mut *beats);
            let times = self.replay_record(actor, rule, kind, events, since, &around, &fields, into)?;
            let Some((at, seq)) = times.first().copied() else { continue };
            replayed.acted_on += 1;
            replayed.acts += times.len();
            if replayed.told.len() < TOLD {
                replayed.told.push(ReplayedRecord { record: record.id, at, seq, times: times.len() });
            }
        }
        Ok(())
    }

    /// When a rule would have acted on one record, and because of which entries.
    #[expect(clippy::too_many_arguments, reason = "what one record is replayed with")]
    fn replay_record(
        &self,
        actor: &Actor,
        rule: &Rule,
        kind: &Kind,
        events: Vec<Event>,
        since: Moment,
        around: &super::around::Around,
        fields: &BTreeSet<&str>,
        (replayed, beats): (&mut Replayed, &mut Vec<Beat>),
    ) -> Result<Vec<(Moment, Option<i64>)>, Error> {
        let mut record: Option<Record> = None;
        let mut times = Vec::new();
        for event in events {
            record = Some(apply(record.take(), &event).map_err(Error::internal)?);
            let Some(now) = record.as_ref().filter(|_| event.at >= since && event.door != Door::Import) else {
                continue;
            };
            if rule.once && !times.is_empty() {
                break;
            }
            let is_timed = matches!(rule.trigger, Trigger::Timed(_));
            if !is_timed && !rule.trigger.answers(&event, now) {
                continue;
            }
            replayed.entries += 1;
            let world = Seen { around, registry: self.registry(), keeper: actor, now: event.at };
            // Values that the reader may not see count as absent.
            let mut seen = now.clone();
            seen.fields.retain(|key, _| fields.contains(key.as_str()));
            let holds = rule.holds(&seen, kind, &world, &actor.environment(event.at));
            if matches!(rule.trigger, Trigger::Threshold { .. }) {
                let group = rule.trigger.group(&seen).filter(|_| holds);
                let (record, created_at) = (now.id, now.created_at);
                beats.push(Beat { at: event.at, seq: event.seq, record, created_at, group });
                continue;
            }
            match (is_timed, holds) {
                (_, false) => {}
                (false, true) => times.push((event.at, Some(event.seq))),
                // A rule that goes by time comes to a record when the condition begins to hold; later turns find it done.
                (true, true) if times.is_empty() => times.push((event.at, None)),
                (true, true) => {}
            }
        }
        Ok(times)
    }
}
