//! What people correct by hand, gathered for a period: priorities that were overridden, work that went on to another
//! team, what came back.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use steward_clock::definition::Sort;
use steward_model::access::{Actor, rights};
use steward_model::event::Event;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_practices::calibration::{Calibration, Case, calibrate};

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::list::ListRequest;
use crate::view::{Labels, visible};

/// Longest period, in days.
pub const DAYS_MAX: i64 = 366;
/// Records looked at, the first of the period first.
const RECORDS_MAX: usize = 20_000;
/// Records whose journals are read, those that went from hand to hand first.
const JOURNALS_MAX: usize = 5_000;
/// Journals asked for in one question, and entries of them.
const AT_ONCE: usize = 200;
const ENTRIES_MAX: usize = 20_000;

/// What a period tells, with names.
#[derive(Debug, Clone, Default)]
pub struct CalibrationReport {
    /// What was found.
    pub found: Calibration,
    /// Names of teams and services in it, as far as the reader may know them.
    pub labels: Labels,
    /// Whether there were more records than are looked at.
    pub is_cut: bool,
}

impl App {
    /// Kinds whose priority follows from impact and urgency, and that a reader may look at.
    pub fn calibrated_kinds(&self, actor: &Actor) -> Vec<Arc<Kind>> {
        let is_one = |kind: &&Arc<Kind>| {
            kind.field("priority_override").is_some()
                && kind.field("impact").is_some()
                && self.readable_level(actor, kind).is_some()
        };
        self.registry().kinds().iter().filter(is_one).cloned().collect()
    }

    /// What the records of the last days tell, those on which the actor works.
    ///
    /// # Errors
    /// [`Error::Denied`] for who is no staff, [`Error::BadRequest`] for a kind without such a priority.
    #[boxed]
    pub async fn calibration(&self, actor: &Actor, kind: &Arc<Kind>, days: i64) -> Result<CalibrationReport, Error> {
        if !actor.is_staff() {
            return Err(Error::Denied("see what is corrected by hand"));
        }
        if !self.calibrated_kinds(actor).iter().any(|one| one.key == kind.key) {
            return Err(Error::BadRequest(format!("{} have no priority from impact and urgency", kind.label_plural)));
        }
        let days = days.clamp(1, DAYS_MAX);
        let now = self.now();
        let filter = Some(format!("created_at >= now - duration(\"{days}d\")"));
        let request = ListRequest { filter, ..ListRequest::default() };
        let records = self.all_worked_on(actor, kind, &request, RECORDS_MAX).await?;
        let mut is_cut = records.len() == RECORDS_MAX;
        let see = |record: Record| {
            let own = rights(actor, kind, &record, now);
            visible(kind, record, &own)
        };
        let records: Vec<Record> = records.into_iter().map(see).collect();
        let journals = self.handed_on(&records).await?;
        let is_unread = |record: &Record| was_moved(record) && !journals.contains_key(&record.id);
        is_cut |= records.iter().any(is_unread);
        let query = self.list_query(actor, kind, &request).await?;
        let since = now.plus_seconds(-days * 86_400);
        // Of what teams and suppliers promise each other the customer knows nothing.
        let broken = self.store().breached_records(&query, Some(Sort::Sla.key()), since, now).await?;
        let broken: HashSet<RecordId> = broken.into_iter().collect();
        let mut found = calibrate(records.iter().map(|record| Case {
            record,
            journal: match was_moved(record) {
                true => journals.get(&record.id).map(Vec::as_slice),
                false => Some(&[]),
            },
            is_broken: broken.contains(&record.id),
        }));
        let place = |field: &str, key: &str| {
            let choices = kind.field(field).and_then(|field| field.field_type.value_type().choices());
            choices.and_then(|choices| choices.0.iter().position(|choice| choice.key == key)).unwrap_or(usize::MAX)
        };
        found.cells.sort_by_key(|cell| (place("impact", &cell.impact), place("urgency", &cell.urgency)));
        let mut ids: BTreeSet<RecordId> = found.routes.iter().flat_map(|route| [route.first, route.last]).collect();
        ids.extend(found.routes.iter().filter_map(|route| route.value.as_i64()).map(RecordId));
        ids.extend(found.returned.iter().filter_map(|one| one.team));
        let labels = self.names(actor, ids).await?;
        Ok(CalibrationReport { found, labels, is_cut })
    }

    /// The journals of records that were given to others, as far as there are not too many.
    async fn handed_on(&self, records: &[Record]) -> Result<HashMap<RecordId, Vec<Event>>, Error> {
        let moved = records.iter().filter(|record| was_moved(record));
        let mut ids: Vec<RecordId> = moved.map(|record| record.id).take(JOURNALS_MAX).collect();
        ids.sort_unstable();
        let mut journals = HashMap::new();
        let mut rest = ids.as_slice();
        while !rest.is_empty() {
            let asked = &rest[..rest.len().min(AT_ONCE)];
            let found = self.store().journals_of(asked, ENTRIES_MAX).await?;
            let read = whole(asked, &found, ENTRIES_MAX);
            journals.extend(found.into_iter().filter(|(id, _)| asked[..read].contains(id)));
            // One that is too long by itself is left out.
            rest = &rest[read.max(1)..];
        }
        Ok(journals)
    }
}

/// Whether a record went from one team to another.
fn was_moved(record: &Record) -> bool {
    record.field("reassignment_count").and_then(serde_json::Value::as_i64).is_some_and(|count| count > 0)
}

/// How many of the records that were asked for, ascending, were read to their end: where as many entries came as were
/// asked for at most, the last record of which there are some may have more.
fn whole(asked: &[RecordId], found: &HashMap<RecordId, Vec<Event>>, most: usize) -> usize {
    if found.values().map(Vec::len).sum::<usize>() < most {
        return asked.len();
    }
    let last = found.keys().max();
    last.map_or(asked.len(), |last| asked.partition_point(|id| id < last))
}

#[cfg(test)]
mod tests {
    use steward_model::event::{Act, Door};
    use steward_model::moment::Moment;

    use super::*;

    #[test]
    fn a_journal_that_was_cut_is_not_taken_for_whole() {
        let event = |record: i64, seq: i64| Event {
            record: RecordId(record),
            seq,
            at: Moment(0),
            actor: RecordId(9),
            door: Door::Page,
            cause: None,
            act: Act::Updated,
            changes: Vec::new(),
        };
        let asked = [RecordId(1), RecordId(2), RecordId(3)];
        let found = HashMap::from([(RecordId(1), vec![event(1, 1), event(1, 2)]), (RecordId(2), vec![event(2, 1)])]);
        assert_eq!(whole(&asked, &found, 4), 3);
        assert_eq!(whole(&asked, &found, 3), 1, "the second may go on, and the third was not reached");
        let long = HashMap::from([(RecordId(1), vec![event(1, 1), event(1, 2)])]);
        assert_eq!(whole(&asked, &long, 2), 0);
    }
}
