//! Rules that wait for so many records within some time: counting them, and telling where there were so many.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::access::Actor;
use steward_model::event::Event;
use steward_model::filter::{Filter, Operand, Test};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_rule::book::Entry;
use steward_rule::definition::Rule;
use steward_rule::trigger::Trigger;
use steward_store::rules::GroupActed;

use super::turns::within;
use crate::App;
use crate::error::Error;

/// Seconds of a day.
const DAY: i64 = 24 * 3600;
/// Seconds of a minute.
const MINUTE: i64 = 60;
/// Records of a day looked at.
const LOOKED_AT: usize = 5_000;

/// How many records a rule counted when one more came.
pub(super) struct Counted {
    /// How many there are.
    pub(super) count: i64,
    /// How many it waits for.
    wanted: i64,
    /// That it acts for them, if there are so many and it has not acted for them in this time.
    pub(super) acts: Option<GroupActed>,
}

impl Counted {
    /// How many of how many.
    pub(super) fn told(&self) -> String {
        format!("{}/{}", self.count, self.wanted)
    }
}

/// Records with the same value that were so many within a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The value in its stored form; null where all count together.
    pub value: Json,
    /// What it is called, for those who may know; empty where all count together.
    pub label: String,
    /// How many came at most within the time of the rule.
    pub most: usize,
}

/// The minutes of a rule that counts, and how many records it waits for.
fn waits_for(trigger: &Trigger) -> Option<(i64, i64, Option<&str>)> {
    match trigger {
        Trigger::Threshold { count, minutes, field } => Some((*count, minutes * MINUTE, field.as_deref())),
        _ => None,
    }
}

/// What keeps the groups of a rule apart.
fn key(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl App {
    /// Counts the records that a rule waits for, as whoever keeps it sees them; `None` for rules that count nothing.
    pub(super) async fn counted(
        &self,
        entry: &Entry,
        kind: &Arc<Kind>,
        record: &Record,
        event: &Event,
    ) -> Result<Option<Counted>, Error> {
        let rule = &entry.rule;
        let Some((wanted, seconds, field)) = waits_for(&rule.trigger) else { return Ok(None) };
        let begin = event.at.plus_seconds(-seconds);
        let none = Counted { count: 0, wanted, acts: None };
        let Some(value) = rule.trigger.group(record).filter(|_| record.created_at > begin) else {
            return Ok(Some(none));
        };
        let keeper = match rule.keeper {
            Some(person) => match self.actor(person, None).await {
                Err(Error::Unauthenticated) => Actor::system(),
                found => found?,
            },
            None => Actor::system(),
        };
        let mut parts = vec![
            // First, as an index begins with it.
            Filter::field_test("created_at", Test::Greater(Operand::Value(begin.0.into()))),
            Filter::field_test("created_at", Test::LessOrEqual(Operand::Value(event.at.0.into()))),
            rule.condition.clone(),
            within(&entry.reach),
        ];
        parts.extend(field.map(|field| Filter::field_test(field, Test::Equal(Operand::Value(value.clone())))));
        let cap = usize::try_from(wanted).unwrap_or(usize::MAX);
        let count = self.count(&keeper, kind, &Filter::all(parts), &[], cap).await?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        if count < wanted {
            return Ok(Some(Counted { count, ..none }));
        }
        let group = GroupActed { rule: rule.id, value: key(&value), at: event.at, not_since: begin };
        let last = self.store().group_acted(rule.id, &group.value).await?;
        Ok(Some(Counted { count, wanted, acts: last.is_none_or(|last| last <= begin).then_some(group) }))
    }

    /// The groups of which there were so many within the last day, as somebody sees their records.
    pub(super) async fn groups_of_the_day(
        &self,
        actor: &Actor,
        rule: &Rule,
        kind: &Arc<Kind>,
    ) -> Result<Vec<Group>, Error> {
        let Some((wanted, seconds, field)) = waits_for(&rule.trigger) else { return Ok(Vec::new()) };
        let since = self.now().plus_seconds(-DAY);
        let made = Filter::field_test("created_at", Test::GreaterOrEqual(Operand::Value(since.0.into())));
        let reach = within(&self.organisations_below(rule.organisation).await?);
        let filter = Filter::all([made, rule.condition.clone(), reach]);
        let records = self.all_of(actor, kind, &filter, LOOKED_AT).await?;
        let mut groups: BTreeMap<String, (Json, Vec<Moment>)> = BTreeMap::new();
        for record in &records {
            let own = steward_model::access::rights(actor, kind, record, self.now());
            let may_know = field.and_then(|field| kind.field(field)).is_none_or(|field| own.may_read(field));
            if let Some(value) = rule.trigger.group(record).filter(|_| may_know) {
                groups.entry(key(&value)).or_insert_with(|| (value, Vec::new())).1.push(record.created_at);
            }
        }
        let mut found: Vec<Group> = groups
            .into_values()
            .filter_map(|(value, times)| {
                let most = most_within(times, seconds);
                let is_over = i64::try_from(most).unwrap_or(i64::MAX) >= wanted;
                is_over.then(|| Group { value, label: String::new(), most })
            })
            .collect();
        found.sort_by_key(|group| std::cmp::Reverse(group.most));
        let field = field.filter(|field| *field != "organisation").and_then(|field| kind.field(field));
        let ids: BTreeSet<RecordId> = found.iter().filter_map(|one| one.value.as_i64()).map(RecordId).collect();
        let labels = self.labels(actor, ids, &BTreeSet::new()).await?;
        for group in &mut found {
            let choice = field.and_then(|field| field.field_type.choices()).zip(group.value.as_str());
            let choice = choice.and_then(|(choices, value)| choices.find(value)).map(|choice| choice.label.clone());
            let named = group.value.as_i64().and_then(|id| labels.get(&RecordId(id))).map(|label| label.label.clone());
            group.label = choice.or(named).unwrap_or_else(|| match &group.value {
                Json::Null => String::new(),
                value => key(value),
            });
        }
        Ok(found)
    }
}

/// How many of some moments lie within so many seconds at most.
fn most_within(mut times: Vec<Moment>, seconds: i64) -> usize {
    times.sort_unstable();
    let mut first = 0;
    let mut most = 0;
    for last in 0..times.len() {
        while times[first] <= times[last].plus_seconds(-seconds) {
            first += 1;
        }
        most = most.max(last - first + 1);
    }
    most
}

/// An entry of the past after which a record counts in a group, or in none.
pub(super) struct Beat {
    pub(super) at: Moment,
    pub(super) seq: i64,
    pub(super) record: RecordId,
    pub(super) created_at: Moment,
    /// The group in which it counts from then on.
    pub(super) group: Option<Json>,
}

/// The entries at which a rule would have acted.
pub(super) fn replayed(trigger: &Trigger, mut beats: Vec<Beat>) -> Vec<(RecordId, Moment, i64)> {
    let Some((wanted, seconds, _)) = waits_for(trigger) else { return Vec::new() };
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    beats.sort_by_key(|beat| (beat.at, beat.record, beat.seq));
    let mut groups: HashMap<String, BTreeSet<(Moment, RecordId)>> = HashMap::new();
    let mut places: HashMap<RecordId, String> = HashMap::new();
    let mut acted: HashMap<String, Moment> = HashMap::new();
    let mut found = Vec::new();
    for beat in beats {
        let made = (beat.created_at, beat.record);
        if let Some(old) = places.remove(&beat.record)
            && let Some(group) = groups.get_mut(&old)
        {
            group.remove(&made);
        }
        let Some(group) = beat.group.as_ref().map(key) else { continue };
        places.insert(beat.record, group.clone());
        let members = groups.entry(group.clone()).or_default();
        members.insert(made);
        let begin = beat.at.plus_seconds(-seconds);
        let is_idle = acted.get(&group).is_none_or(|last| *last <= begin);
        if beat.created_at > begin && is_idle && members.iter().filter(|(at, _)| *at > begin).count() >= wanted {
            acted.insert(group, beat.at);
            found.push((beat.record, beat.at, beat.seq));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn trigger() -> Trigger {
        Trigger::Threshold { count: 3, minutes: 10, field: Some("service".to_owned()) }
    }

    fn at(minute: i64) -> Moment {
        Moment(minute * 60_000_000)
    }

    fn beat(minute: i64, record: i64, group: &str) -> Beat {
        let group = (!group.is_empty()).then(|| json!(group));
        let created_at = at(minute);
        Beat { at: created_at, seq: 1, record: RecordId(record), created_at, group }
    }

    #[test]
    fn the_past_is_counted_as_the_present_is() {
        let beats = vec![
            beat(0, 1, "mail"),
            beat(1, 2, "web"),
            beat(9, 3, "mail"),
            // The first is too old, and the third makes it three with the fourth.
            beat(11, 4, "mail"),
            beat(12, 5, "mail"),
            // Within the time after it acted it does not act again; after that it does.
            beat(13, 6, "mail"),
            beat(22, 7, "mail"),
        ];
        let found: Vec<(i64, i64)> =
            replayed(&trigger(), beats).into_iter().map(|(id, at, _)| (id.0, at.0 / 60_000_000)).collect();
        assert_eq!(found, [(5, 12)]);
        let mut gone = vec![beat(0, 1, "mail"), beat(1, 2, "mail"), beat(3, 3, "mail")];
        gone.push(Beat { at: at(2), seq: 2, record: RecordId(1), created_at: at(0), group: None });
        assert!(replayed(&trigger(), gone).is_empty(), "one of them counts no more");
    }

    #[test]
    fn the_most_within_some_time_is_found() {
        let times = |minutes: &[i64]| minutes.iter().map(|minute| at(*minute)).collect::<Vec<_>>();
        assert_eq!(most_within(times(&[30, 0, 5, 9, 10]), 600), 3);
        assert_eq!(most_within(times(&[]), 600), 0);
    }
}
