//! What a rule would have done: the journals of real records, read again entry by entry. Nothing is written.
//!
//! Each entry is asked about on the record as that entry left it. What the rule would have changed is not carried on, so
//! a record may be named more often than it would have been in truth.

use std::collections::BTreeSet;
use std::sync::Arc;

use steward_model::access::{Action, Actor, rights};
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

use super::around::Seen;
use super::turns::within;
use crate::App;
use crate::error::Error;

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
#[derive(Debug, Clone, Default)]
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
    /// Its acts by day, as days since 1970.
    pub by_day: std::collections::BTreeMap<i64, usize>,
}

/// A record on which the rule would have acted.
#[derive(Debug, Clone)]
pub struct ReplayedRecord {
    /// Its number.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// When it would have acted first, and the entry it would have answered.
    pub at: Moment,
    /// Place of that entry in the journal of the record; none for a rule that goes by time.
    pub seq: Option<i64>,
    /// How often.
    pub times: usize,
}

impl App {
    /// Reads the journals of the last days again and tells where a rule, as it is written now, would have acted, among the
    /// records that the actor may see.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the actor may not see the rule; what is wrong with it.
    pub async fn replay_rule(&self, actor: &Actor, name: &str, days: i64) -> Result<Replayed, Error> {
        let rules = self.kind(RULE)?.clone();
        let record = self.find(actor, &rules, name).await?.record;
        if !rights(actor, &rules, &record, self.now()).may(Action::Update) {
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
        for some in found.chunks(BATCH) {
            self.replay_batch(actor, &rule, &kind, some, since, &mut replayed).await?;
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
        replayed: &mut Replayed,
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
            let times = self.replay_record(actor, rule, kind, events, since, &around, &fields, replayed)?;
            let Some((at, seq)) = times.first().copied() else { continue };
            replayed.acted_on += 1;
            replayed.acts += times.len();
            for (at, _) in &times {
                *replayed.by_day.entry(at.0.div_euclid(DAY * 1_000_000)).or_default() += 1;
            }
            if replayed.told.len() < TOLD {
                let seen = crate::view::visible(kind, record.clone(), &own);
                let title = seen.text(&kind.label_field).to_owned();
                let number = record.number.clone();
                replayed.told.push(ReplayedRecord { number, title, at, seq, times: times.len() });
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
        replayed: &mut Replayed,
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
