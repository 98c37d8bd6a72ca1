//! Whether a promise to customers can be kept from the promises beneath it: of teams and suppliers, in their calendars.
//!
//! Every hour of some weeks is tried as the moment at which a record comes in: what lies beneath must be done by the time
//! that was promised, or the promise cannot be relied on. Each promise beneath is looked at alone.

use std::collections::BTreeSet;

use steward_model::id::RecordId;
use steward_model::moment::Moment;

use crate::book::Book;
use crate::definition::{Agreement, CalendarFrom, Sort, Target};

/// Hours tried as the beginning: eight weeks.
const HOURS: i64 = 8 * 7 * 24;

/// A promise with one beneath it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainLink {
    /// The promise to customers.
    pub target: RecordId,
    /// The priority that it is for; all others when `None`.
    pub priority: Option<String>,
    /// Seconds promised.
    pub value: i64,
    /// The promise beneath.
    pub beneath: RecordId,
    /// Its agreement.
    pub beneath_agreement: RecordId,
    /// Sort of that.
    pub sort: Sort,
    /// Seconds promised there; `None` when nothing is promised for this priority.
    pub beneath_value: Option<i64>,
    /// The beginning for which it is worst, with the moment promised and the one that the promise beneath allows; `None`
    /// when it can be kept.
    pub worst: Option<(Moment, Moment, Option<Moment>)>,
}

impl Book {
    /// Every promise of an agreement with customers, with those beneath it.
    pub fn chain(&self, agreement: RecordId, from: Moment) -> Vec<ChainLink> {
        let Some(agreement) = self.agreement(agreement).filter(|agreement| agreement.sort == Sort::Sla) else {
            return Vec::new();
        };
        let from = Moment(from.0.div_euclid(3_600_000_000) * 3_600_000_000);
        let mut links = Vec::new();
        for target in self.targets_of(agreement.id) {
            for below in self.beneath(agreement, target) {
                for priority in priorities(target) {
                    let Some(value) = value_of(target, priority.as_deref()) else { continue };
                    let beneath_value = value_of(below.1, priority.as_deref());
                    links.push(ChainLink {
                        target: target.id,
                        worst: beneath_value.and_then(|beneath| {
                            self.worst((agreement, target, value), (below.0, below.1, beneath), from)
                        }),
                        priority,
                        value,
                        beneath: below.1.id,
                        beneath_agreement: below.0.id,
                        sort: below.0.sort,
                        beneath_value,
                    });
                }
            }
        }
        links
    }

    /// Promises of teams and suppliers for the same records and the same measure.
    fn beneath(&self, agreement: &Agreement, target: &Target) -> Vec<(&Agreement, &Target)> {
        let meets = |one: &[RecordId], other: &[RecordId]| {
            one.is_empty() || other.is_empty() || one.iter().any(|id| other.contains(id))
        };
        self.agreements()
            .into_iter()
            .filter(|below| matches!(below.sort, Sort::Ola | Sort::Uc) && below.is_in_force())
            .filter(|below| {
                meets(&below.services, &agreement.services) && meets(&below.customers, &agreement.customers)
            })
            .flat_map(|below| self.targets_of(below.id).into_iter().map(move |target| (below, target)))
            .filter(|(_, below)| below.is_active && below.kind == target.kind && below.metric == target.metric)
            .collect()
    }

    fn worst(
        &self,
        (agreement, target, value): (&Agreement, &Target, i64),
        (below, beneath, beneath_value): (&Agreement, &Target, i64),
        from: Moment,
    ) -> Option<(Moment, Moment, Option<Moment>)> {
        let calendar = |agreement: &Agreement, target: &Target| match target.calendar_from {
            CalendarFrom::Always => None,
            _ => agreement.calendar,
        };
        let (hours, below_hours) = (self.hours(calendar(agreement, target)), self.hours(calendar(below, beneath)));
        let late = (0..HOURS).filter_map(|hour| {
            let start = from.plus_seconds(hour * 3600);
            let promised = hours.add(start, value)?;
            let allowed = below_hours.add(start, beneath_value);
            let over = allowed.map_or(i64::MAX, |allowed| allowed.seconds_since(promised));
            (over > 0).then_some((over, (start, promised, allowed)))
        });
        late.max_by_key(|(over, (start, ..))| (*over, std::cmp::Reverse(*start))).map(|(_, worst)| worst)
    }
}

/// The priorities that rows of a target name, and all others where it promises something for them.
fn priorities(target: &Target) -> Vec<Option<String>> {
    let named: BTreeSet<String> = target.values.iter().filter_map(|row| row.priority.clone()).collect();
    let rest = target.value.is_some() || target.values.iter().any(|row| row.priority.is_none());
    named.into_iter().map(Some).chain(rest.then_some(None)).collect()
}

/// What a target promises for a priority where no row for a service or customer says otherwise.
fn value_of(target: &Target, priority: Option<&str>) -> Option<i64> {
    let plain = |row: &&crate::definition::ValueRow| row.service.is_none() && row.organisation.is_none();
    let rows = || target.values.iter().filter(plain);
    rows()
        .find(|row| row.priority.is_some() && row.priority.as_deref() == priority)
        .or_else(|| rows().find(|row| row.priority.is_none()))
        .map(|row| row.value)
        .or(target.value)
}
