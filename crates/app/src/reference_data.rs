//! Small kinds that nearly every decision looks at, kept in memory: organisations and what practice rules ask for.
//!
//! A commit of this node that touches the kind drops its copy at once; see [`crate::fresh`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use steward_model::decide::{Rules, World};
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::record::Record;

use crate::App;
use crate::error::Error;

/// More records than this of a configuration kind are not kept: rules must not depend on large sets.
const MOST: usize = 20_000;

impl App {
    /// What rules may look at besides a record of this organisation.
    pub(crate) async fn world_for(&self, organisation: RecordId) -> Result<World, Error> {
        let mut world =
            World { organisations_above: self.organisations_above(organisation).await?, ..World::default() };
        for kind in self.0.rules.related_kinds() {
            if self.registry().kind(kind).is_some() {
                let records = self.reference_records(kind).await?;
                world.related.insert((*kind).to_owned(), records);
            }
        }
        Ok(world)
    }

    /// An organisation and those above it, nearest first.
    pub(crate) async fn organisations_above(&self, organisation: RecordId) -> Result<Vec<RecordId>, Error> {
        let organisations = self.reference_records("organisation").await?;
        // They were read in the order of their ids.
        let parent_of = |id: RecordId| {
            let place = organisations.binary_search_by_key(&id, |record| record.id).ok()?;
            organisations[place].reference("parent")
        };
        let mut above = vec![organisation];
        let mut current = organisation;
        while let Some(parent) = parent_of(current) {
            // A cycle among organisations would be a fault of data; it must not hang a request.
            if above.contains(&parent) {
                break;
            }
            above.push(parent);
            current = parent;
        }
        Ok(above)
    }

    /// An organisation and all below it, ascending.
    pub(crate) async fn organisations_below(&self, organisation: RecordId) -> Result<Vec<RecordId>, Error> {
        let organisations = self.reference_records("organisation").await?;
        let mut children: HashMap<RecordId, Vec<RecordId>> = HashMap::new();
        for record in organisations.iter() {
            if let Some(parent) = record.reference("parent") {
                children.entry(parent).or_default().push(record.id);
            }
        }
        let mut found = HashSet::from([organisation]);
        let mut open = vec![organisation];
        while let Some(current) = open.pop() {
            for child in children.get(&current).into_iter().flatten() {
                if found.insert(*child) {
                    open.push(*child);
                }
            }
        }
        let mut below: Vec<RecordId> = found.into_iter().collect();
        below.sort_unstable();
        Ok(below)
    }

    /// All records of a small kind, by id ascending.
    pub(crate) async fn reference_records(&self, kind: &'static str) -> Result<Arc<Vec<Record>>, Error> {
        let now = self.now();
        if let Some(records) = self.0.reference_data.get(&kind, now) {
            return Ok(records);
        }
        let before = self.0.reference_data.before(now);
        let records = Arc::new(self.all_records(kind, &Filter::Everything, MOST).await?);
        self.0.reference_data.keep(before, [(kind, records.clone())]);
        Ok(records)
    }
}
