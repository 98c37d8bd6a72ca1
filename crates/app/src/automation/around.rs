//! The records that conditions of rules look at beyond the record itself, loaded step by step for all of them at once.

use std::collections::{BTreeSet, HashMap};

use steward_model::access::{Action, Actor, may};
use steward_model::filter::{Attribute, Filter, World};
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Registry};
use steward_model::moment::Moment;
use steward_model::record::Record;

use crate::App;
use crate::error::Error;

/// Records around those that are looked at.
pub(crate) type Around = HashMap<RecordId, Record>;

/// The world as whoever keeps a rule may see it.
pub(crate) struct Seen<'a> {
    pub(crate) around: &'a Around,
    pub(crate) registry: &'a Registry,
    pub(crate) keeper: &'a Actor,
    pub(crate) now: Moment,
}

impl World for Seen<'_> {
    fn record(&self, id: RecordId) -> Option<&Record> {
        self.around.get(&id)
    }

    fn kind(&self, key: &str) -> Option<&Kind> {
        self.registry.kind(key).map(AsRef::as_ref)
    }

    fn linked(&self, _record: &Record, _link: Option<&str>, _inverse: bool, _other: Option<RecordId>) -> bool {
        false
    }

    fn readable(&self, record: &Record) -> bool {
        let kind = self.registry.kind(&record.kind);
        kind.is_some_and(|kind| may(self.keeper, Action::Read, kind, record, self.now))
    }
}

impl App {
    /// Loads what conditions look at behind references of some records: one question for each step outwards.
    pub(crate) async fn around(&self, conditions: &[&Filter], records: &[&Record]) -> Result<Around, Error> {
        let mut ways: BTreeSet<Vec<String>> = BTreeSet::new();
        for path in conditions.iter().flat_map(|condition| condition.fields_used()) {
            if !path.hops.is_empty() {
                ways.insert(path.hops.into_iter().map(|hop| hop.field).collect());
            }
        }
        let mut around = Around::new();
        let longest = ways.iter().map(Vec::len).max().unwrap_or_default();
        for step in 0..longest {
            let fields: BTreeSet<&String> = ways.iter().filter_map(|way| way.get(step)).collect();
            let from: Vec<&Record> = records.iter().copied().chain(around.values()).collect();
            let ids = from.iter().flat_map(|record| fields.iter().filter_map(|field| target(record, field)));
            let wanted: BTreeSet<RecordId> = ids.filter(|id| !around.contains_key(id)).collect();
            if wanted.is_empty() {
                continue;
            }
            let wanted: Vec<RecordId> = wanted.into_iter().collect();
            for loaded in self.store().get_records(&wanted).await? {
                around.insert(loaded.record.id, loaded.record);
            }
        }
        Ok(around)
    }
}

pub(crate) fn target(record: &Record, field: &str) -> Option<RecordId> {
    match Attribute::named(field) {
        Attribute::Organisation => Some(record.organisation),
        Attribute::CreatedBy => Some(record.created_by),
        _ => record.reference(field),
    }
}
