//! Counting while journals go by.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::event::Event;
use steward_model::kind::{FieldType, Kind};
use steward_model::moment::Moment;
use steward_model::record::Record;

use super::{Breakdown, CounterFacts, Facts, MomentFacts, ValueFacts};

/// Values told of a field that may have any number of them.
const MOST: usize = 10;

/// Counts of one kind.
pub(crate) struct Tally {
    kind: Arc<Kind>,
    facts: Facts,
    first: Option<Moment>,
    last: Option<Moment>,
    state: Values,
    fields: Vec<(String, Values)>,
    imported: BTreeMap<String, Values>,
    counters: Vec<Counted>,
    moments: Vec<(String, u64, Option<Moment>, Option<Moment>)>,
    reopenings: u64,
}

/// Counts of one field's values.
#[derive(Default)]
struct Values {
    /// Events and records by value.
    counts: HashMap<String, (u64, u64)>,
    events: u64,
    records: u64,
    records_ever: u64,
    records_changed: u64,
    changes: u64,
    /// Of the record that is going by: its first value, and whether it had another one.
    current: Option<(String, bool)>,
    previous: Option<String>,
    /// Number of the event that last had a value, for names that are known only while they occur.
    seen: u64,
}

struct Counted {
    facts: CounterFacts,
    /// Highest value of the record that is going by.
    current: i64,
}

impl Tally {
    pub(crate) fn new(kind: &Arc<Kind>) -> Self {
        let of_type = |wanted: fn(&FieldType) -> bool| {
            kind.fields.iter().filter(move |field| wanted(field.field_type.value_type())).map(|field| field.key.clone())
        };
        let counted = |field_type: &FieldType| {
            matches!(
                field_type,
                FieldType::Choice(_) | FieldType::Boolean | FieldType::Reference { .. } | FieldType::References { .. }
            )
        };
        let counter = |field| Counted { facts: CounterFacts { field, ..CounterFacts::default() }, current: 0 };
        Self {
            facts: Facts { kind: kind.key.clone(), ..Facts::default() },
            first: None,
            last: None,
            state: Values::default(),
            fields: of_type(counted).map(|key| (key, Values::default())).collect(),
            imported: BTreeMap::new(),
            counters: of_type(|field_type| matches!(field_type, FieldType::Integer { .. })).map(counter).collect(),
            moments: of_type(|field_type| matches!(field_type, FieldType::Moment))
                .map(|key| (key, 0, None, None))
                .collect(),
            reopenings: 0,
            kind: kind.clone(),
        }
    }

    /// Counts an event, given the state before it and the record after it.
    pub(crate) fn add(&mut self, before: Option<&str>, record: &Record, event: &Event) {
        self.facts.events += 1;
        self.first = earlier(self.first, Some(event.at));
        self.last = later(self.last, Some(event.at));
        if before.is_some_and(|before| self.is_finished(before)) && !self.is_finished(&record.state) {
            self.reopenings += 1;
        }
        self.state.add(Some(&record.state));
        for (key, values) in &mut self.fields {
            values.add(record.field(key).map(text).as_deref());
        }
        for (name, value) in imported(record) {
            if !self.imported.contains_key(name) {
                self.imported.insert(name.to_owned(), Values::default());
            }
            if let Some(values) = self.imported.get_mut(name) {
                values.add(Some(value));
                values.seen = self.facts.events;
            }
        }
        let events = self.facts.events;
        self.imported.values_mut().for_each(|values| values.forget_before(events));
        for counter in &mut self.counters {
            let value = record.field(&counter.facts.field).and_then(Json::as_i64).unwrap_or(0);
            counter.facts.sum_over_events += value;
            counter.current = counter.current.max(value);
        }
    }

    /// Counts a record after its last event.
    pub(crate) fn end(&mut self, record: &Record) {
        let facts = &mut self.facts;
        let events = u64::try_from(record.revision).unwrap_or(0);
        facts.records += 1;
        facts.most_events = facts.most_events.max(events);
        facts.records_with_one_event += u64::from(events == 1);
        facts.seconds_first_to_last_event += record.updated_at.seconds_since(record.created_at);
        facts.reopenings += self.reopenings;
        facts.reopened_records += u64::from(self.reopenings > 0);
        self.reopenings = 0;
        if let (Some(opened), Some(closed)) = (moment(record, "opened_at"), moment(record, "closed_at")) {
            facts.closed_records += 1;
            facts.minutes_opened_to_closed += closed.seconds_since(opened) / 60;
        }
        facts.priority_overrides += u64::from(record.field("priority_override").is_some());
        let with_reason =
            record.field("priority_override").is_some() && record.field("priority_override_reason").is_some();
        facts.priority_overrides_with_reason += u64::from(with_reason);
        self.state.end(Some(&record.state));
        for (key, values) in &mut self.fields {
            values.end(record.field(key).map(text).as_deref());
        }
        let now: HashMap<&str, &str> = imported(record).collect();
        for (name, values) in &mut self.imported {
            values.end(now.get(name.as_str()).copied());
        }
        for counter in &mut self.counters {
            let highest = std::mem::take(&mut counter.current);
            counter.facts.sum_of_highest += highest;
            counter.facts.highest = counter.facts.highest.max(highest);
            counter.facts.records_above_zero += u64::from(highest > 0);
        }
        for (key, records, first, last) in &mut self.moments {
            let value = moment(record, key);
            *records += u64::from(value.is_some());
            (*first, *last) = (earlier(*first, value), later(*last, value));
        }
    }

    pub(crate) fn facts(self) -> Facts {
        let (kind, mut facts) = (self.kind, self.facts);
        let (events, records) = (facts.events, facts.records);
        facts.first_event_at = self.first.map(|at| at.to_string());
        facts.last_event_at = self.last.map(|at| at.to_string());
        facts.state = self.state.breakdown("state".to_owned(), events, records, usize::MAX, |state| {
            kind.lifecycle.state(state).map(|state| state.label.clone())
        });
        let fields = self.fields.into_iter().map(|(key, values)| {
            let field_type = kind.field(&key).map(|field| field.field_type.value_type());
            let choices = field_type.and_then(FieldType::choices);
            let named = field_type.and_then(FieldType::target_kinds).is_some();
            let label =
                |value: &str| choices.and_then(|choices| choices.find(value)).map(|choice| choice.label.clone());
            values.breakdown(key.clone(), events, records, if named { MOST } else { usize::MAX }, label)
        });
        facts.fields = fields.filter(|breakdown| breakdown.records_ever > 0).collect();
        let imported = self.imported.into_iter();
        facts.imported =
            imported.map(|(name, values)| values.breakdown(name, events, records, MOST, |_| None)).collect();
        facts.counters = self.counters.into_iter().map(|counter| counter.facts).collect();
        let moments = self.moments.into_iter().filter(|(_, records, _, _)| *records > 0);
        let shown = |at: Option<Moment>| at.map(|at| at.to_string());
        facts.moments = moments
            .map(|(field, records, first, last)| MomentFacts { field, records, first: shown(first), last: shown(last) })
            .collect();
        facts
    }

    /// An unknown state of imported history is not finished.
    fn is_finished(&self, state: &str) -> bool {
        !self.kind.lifecycle.category(state).is_open()
    }
}

impl Values {
    fn add(&mut self, value: Option<&str>) {
        let Some(value) = value else {
            self.previous = None;
            return;
        };
        self.events += 1;
        match self.counts.get_mut(value) {
            Some(counts) => counts.0 += 1,
            None => _ = self.counts.insert(value.to_owned(), (1, 0)),
        }
        match &mut self.current {
            None => self.current = Some((value.to_owned(), false)),
            Some((first, other)) => *other |= first != value,
        }
        if self.previous.as_deref() != Some(value) {
            self.changes += u64::from(self.previous.is_some());
            self.previous = Some(value.to_owned());
        }
    }

    /// Forgets the value before when this event had none.
    fn forget_before(&mut self, event: u64) {
        if self.seen != event {
            self.previous = None;
        }
    }

    fn end(&mut self, value: Option<&str>) {
        if let Some(counts) = value.and_then(|value| self.counts.get_mut(value)) {
            counts.1 += 1;
            self.records += 1;
        }
        if let Some((_, other)) = self.current.take() {
            self.records_ever += 1;
            self.records_changed += u64::from(other);
        }
        self.previous = None;
    }

    fn breakdown(
        self,
        field: String,
        events: u64,
        records: u64,
        most: usize,
        label: impl Fn(&str) -> Option<String>,
    ) -> Breakdown {
        let distinct = u64::try_from(self.counts.len()).unwrap_or(u64::MAX);
        let mut values: Vec<ValueFacts> = self
            .counts
            .into_iter()
            .map(|(value, (events, records))| ValueFacts {
                label: label(&value).unwrap_or_else(|| value.clone()),
                value,
                events,
                records,
            })
            .collect();
        values.sort_by(|a, b| (b.events, &a.value).cmp(&(a.events, &b.value)));
        values.truncate(most);
        Breakdown {
            field,
            values,
            distinct,
            empty_events: events - self.events,
            empty_records: records - self.records,
            records_ever: self.records_ever,
            records_changed: self.records_changed,
            changes: self.changes,
        }
    }
}

/// A stored value as text; several references count as one value.
fn text(value: &Json) -> Cow<'_, str> {
    match value {
        Json::String(text) => Cow::Borrowed(text),
        Json::Array(items) if items.len() == 1 => Cow::Owned(items[0].to_string()),
        other => Cow::Owned(other.to_string()),
    }
}

/// Names and values of the field `imported`.
fn imported(record: &Record) -> impl Iterator<Item = (&str, &str)> {
    let rows = record.field("imported").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    rows.iter().filter_map(|row| Some((row.get("name")?.as_str()?, row.get("value")?.as_str()?)))
}

fn moment(record: &Record, key: &str) -> Option<Moment> {
    record.field(key).and_then(Json::as_i64).map(Moment)
}

fn earlier(a: Option<Moment>, b: Option<Moment>) -> Option<Moment> {
    a.into_iter().chain(b).min()
}

fn later(a: Option<Moment>, b: Option<Moment>) -> Option<Moment> {
    a.into_iter().chain(b).max()
}
