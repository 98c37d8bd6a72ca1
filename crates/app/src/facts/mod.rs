//! What the records of a kind and their journals add up to: for comparing an import with what is known of its source.

mod display;
mod tally;

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use steward_model::apply::apply;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::facts::tally::Tally;

/// Entries of the journal that are read at once.
const PAGE: usize = 5_000;

/// What the records of a kind add up to. Events are counted by what was true after them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Facts {
    /// Key of the kind.
    pub kind: String,
    /// Records.
    pub records: u64,
    /// Events of all of them.
    pub events: u64,
    /// Most events of one record.
    pub most_events: u64,
    /// Records with one event only.
    pub records_with_one_event: u64,
    /// Moment of the earliest event, RFC 3339.
    pub first_event_at: Option<String>,
    /// Moment of the latest event.
    pub last_event_at: Option<String>,
    /// Sum over the records of the seconds from the first to the last event.
    pub seconds_first_to_last_event: i64,
    /// Records that left a finished state for an open one.
    pub reopened_records: u64,
    /// How often that happened.
    pub reopenings: u64,
    /// Records with both `opened_at` and `closed_at`.
    pub closed_records: u64,
    /// Sum over these of the minutes between.
    pub minutes_opened_to_closed: i64,
    /// Records whose priority was overridden.
    pub priority_overrides: u64,
    /// Those of them that say why.
    pub priority_overrides_with_reason: u64,
    /// By state.
    pub state: Breakdown,
    /// By the value of each choice, boolean and reference field.
    pub fields: Vec<Breakdown>,
    /// By the value of each name in the field `imported`.
    pub imported: Vec<Breakdown>,
    /// Whole-number fields.
    pub counters: Vec<CounterFacts>,
    /// Moment fields.
    pub moments: Vec<MomentFacts>,
}

/// How often each value of a field occurs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Breakdown {
    /// Key of the field.
    pub field: String,
    /// Values, most events first; of references and of `imported`, the ten with the most events.
    pub values: Vec<ValueFacts>,
    /// Different values.
    pub distinct: u64,
    /// Events after which it was empty.
    pub empty_events: u64,
    /// Records in which it is empty.
    pub empty_records: u64,
    /// Records in which it ever had a value.
    pub records_ever: u64,
    /// Records in which it ever had two values or more.
    pub records_changed: u64,
    /// Changes straight from one value to another.
    pub changes: u64,
}

/// How often a value occurs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ValueFacts {
    /// The stored value as text: a state, the key of a choice, the id of a record.
    pub value: String,
    /// Its name for people.
    pub label: String,
    /// Events after which it was so.
    pub events: u64,
    /// Records in which it is so now.
    pub records: u64,
}

/// What a whole-number field adds up to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CounterFacts {
    /// Key of the field.
    pub field: String,
    /// Sum over all events.
    pub sum_over_events: i64,
    /// Sum over the records of the highest value each ever had.
    pub sum_of_highest: i64,
    /// Highest value of all.
    pub highest: i64,
    /// Records in which it was ever above zero.
    pub records_above_zero: u64,
}

/// The range of a moment field over the records.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct MomentFacts {
    /// Key of the field.
    pub field: String,
    /// Records that have it.
    pub records: u64,
    /// The earliest, RFC 3339.
    pub first: Option<String>,
    /// The latest.
    pub last: Option<String>,
}

impl Facts {
    /// The breakdown of a field.
    pub fn field(&self, key: &str) -> Option<&Breakdown> {
        self.fields.iter().find(|breakdown| breakdown.field == key)
    }

    /// The breakdown of a name in `imported`.
    pub fn imported(&self, name: &str) -> Option<&Breakdown> {
        self.imported.iter().find(|breakdown| breakdown.field == name)
    }

    /// What a whole-number field adds up to.
    pub fn counter(&self, key: &str) -> Option<&CounterFacts> {
        self.counters.iter().find(|counter| counter.field == key)
    }

    /// The range of a moment field.
    pub fn moment(&self, key: &str) -> Option<&MomentFacts> {
        self.moments.iter().find(|moment| moment.field == key)
    }
}

impl Breakdown {
    /// Events after which the field had this value, given as stored or as shown.
    pub fn events(&self, value: &str) -> u64 {
        self.find(value).map_or(0, |found| found.events)
    }

    /// Records in which the field has this value now.
    pub fn records(&self, value: &str) -> u64 {
        self.find(value).map_or(0, |found| found.records)
    }

    fn find(&self, value: &str) -> Option<&ValueFacts> {
        self.values.iter().find(|found| found.value == value || found.label == value)
    }
}

impl App {
    /// What the records of a kind add up to, read from their journals in one pass. For whoever operates the server: it
    /// asks for no rights.
    ///
    /// # Errors
    /// When the database is away, or a journal was tampered with.
    #[boxed]
    pub async fn facts(&self, kind: &Arc<Kind>) -> Result<Facts, Error> {
        let mut tally = Tally::new(kind);
        let mut current: Option<Record> = None;
        let mut last = (RecordId(i64::MIN), i64::MIN);
        loop {
            let page = self.store().journals_of_kind(&kind.key, last, PAGE).await?;
            for entry in &page {
                let event = &entry.event;
                last = (event.record, event.seq);
                if let Some(done) = current.take_if(|record| record.id != event.record) {
                    tally.end(&done);
                }
                let before = current.as_ref().map(|record| record.state.clone());
                let record = apply(current.take(), event).map_err(Error::internal)?;
                tally.add(before.as_deref(), &record, event);
                current = Some(record);
            }
            if page.len() < PAGE {
                break;
            }
        }
        if let Some(done) = &current {
            tally.end(done);
        }
        let mut facts = tally.facts();
        self.label_references(kind, &mut facts).await?;
        Ok(facts)
    }

    /// Names records by their labels.
    async fn label_references(&self, kind: &Kind, facts: &mut Facts) -> Result<(), Error> {
        let is_reference = |breakdown: &&mut Breakdown| {
            kind.field(&breakdown.field).is_some_and(|field| field.field_type.target_kinds().is_some())
        };
        let mut references: Vec<&mut Breakdown> = facts.fields.iter_mut().filter(is_reference).collect();
        let ids: Vec<RecordId> = references
            .iter()
            .flat_map(|breakdown| &breakdown.values)
            .filter_map(|value| value.value.parse().ok())
            .collect();
        let mut labels = HashMap::new();
        for loaded in self.store().get_records(&ids).await? {
            let record = loaded.record;
            let label = self.registry().kind(&record.kind).map(|kind| record.text(&kind.label_field));
            let label = label.filter(|label| !label.is_empty()).unwrap_or(&record.number).to_owned();
            labels.insert(record.id.to_string(), label);
        }
        for value in references.iter_mut().flat_map(|breakdown| &mut breakdown.values) {
            if let Some(label) = labels.remove(&value.value) {
                value.label.clone_from(&label);
                labels.insert(value.value.clone(), label);
            }
        }
        Ok(())
    }
}
