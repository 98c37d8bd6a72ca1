//! What stands in the way of changes: freezes, other changes, outages, and being outside of maintenance windows.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::tz::TimeZone;
use steward_model::access::Actor;
use steward_model::id::RecordId;
use steward_model::kind::{Kind, TimeKind};
use steward_practices::intervals::{Busy, Collision, Windows, collisions};
use steward_store::intervals::{FoundInterval, IntervalRow};

use super::expand::DAY;
use super::find::{IntervalRequest, IntervalView, LIMIT_MAX};
use crate::App;
use crate::boxed;
use crate::error::Error;

/// The sorts of time that may stand in the way of a change, or make way for it.
const CONCERNED: [TimeKind; 5] =
    [TimeKind::Freeze, TimeKind::Maintenance, TimeKind::Change, TimeKind::Outage, TimeKind::Exercise];

/// Something that stands in the way.
#[derive(Debug, Clone)]
pub struct Conflict {
    /// In which way.
    pub collision: Collision,
    /// What it collides with; nothing for a change outside of windows.
    pub other: Option<IntervalView>,
}

/// What stands in the way of the changes among some intervals, by record. Only what whoever asked may see is there.
#[derive(Debug, Clone, Default)]
pub struct Conflicts(HashMap<RecordId, Vec<Conflict>>);

impl Conflicts {
    /// What stands in the way of a record.
    pub fn of(&self, record: RecordId) -> &[Conflict] {
        self.0.get(&record).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many records have something in their way.
    pub fn records(&self) -> usize {
        self.0.len()
    }
}

impl App {
    /// What stands in the way of the changes among some intervals.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn conflicts_among(&self, actor: &Actor, intervals: &[IntervalView]) -> Result<Conflicts, Error> {
        let changes: Vec<&IntervalView> =
            intervals.iter().filter(|interval| interval.time == TimeKind::Change && is_open(interval)).collect();
        let begin = changes.iter().map(|change| change.span.begin).min();
        let (Some(begin), Some(end)) = (begin, changes.iter().map(|change| change.span.end).max()) else {
            return Ok(Conflicts::default());
        };
        let about: BTreeSet<RecordId> = changes.iter().flat_map(|change| change.concerns.iter().copied()).collect();
        let about: Vec<RecordId> = about.into_iter().collect();
        let mut request = IntervalRequest::between(begin, end, TimeZone::UTC);
        request.times = Some(CONCERNED.to_vec());
        request.about = Some(about.clone());
        let mut query = self.interval_query(actor, &request, true, LIMIT_MAX + 1).await?;
        let windowed = self.store().with_time(&query, TimeKind::Maintenance.key(), &about).await?;
        query.everywhere = Some(TimeKind::Freeze.key().to_owned());
        let mut others = self.store().intervals(&query).await?;
        let is_cut = others.len() > LIMIT_MAX;
        others.truncate(LIMIT_MAX);
        let others = self.interval_views(actor, others).await?;
        let others: Vec<IntervalView> = others.into_iter().filter(is_open).collect();
        let organisations: BTreeSet<RecordId> = changes.iter().map(|change| change.whole.organisation).collect();
        let mut above: HashMap<RecordId, Vec<RecordId>> = HashMap::new();
        for organisation in organisations {
            above.insert(organisation, self.organisations_above(organisation).await?);
        }
        // The job works windows out again some hours apart, so the last day may not be there yet, and the first no more.
        let (first, last) = self.horizon();
        let windows = Windows {
            of: windowed.into_iter().collect(),
            known: (first.plus_seconds(DAY), last.plus_seconds(-DAY)),
            is_cut,
        };
        let busy: Vec<Busy<'_>> = others.iter().map(as_busy).collect();
        let is_above = |one: RecordId, other: RecordId| above.get(&other).is_some_and(|line| line.contains(&one));
        let mut conflicts = Conflicts::default();
        for change in changes {
            let found = collisions(&as_busy(change), &busy, &windows, &is_above);
            let told = found.into_iter().map(|(collision, place)| Conflict {
                collision,
                other: place.and_then(|place| others.get(place).cloned()),
            });
            let told: Vec<Conflict> = told.collect();
            if !told.is_empty() {
                conflicts.0.insert(change.whole.id, told);
            }
        }
        Ok(conflicts)
    }

    /// What stands in the way of a change that somebody may see; nothing where it has no planned time.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when the actor may not see it.
    #[boxed]
    pub async fn conflicts_of(&self, actor: &Actor, kind: &Arc<Kind>, name: &str) -> Result<Vec<Conflict>, Error> {
        let loaded = self.find(actor, kind, name).await?;
        let Some(interval) = kind.intervals.iter().find(|interval| interval.time == TimeKind::Change) else {
            return Ok(Vec::new());
        };
        let Some(span) = interval.span_of(kind, &loaded.record) else { return Ok(Vec::new()) };
        let id = loaded.record.id;
        let row = IntervalRow { part: interval.key.clone(), time: interval.time.key().to_owned(), span };
        let own = self.interval_views(actor, vec![FoundInterval { loaded, place: 0, row }]).await?;
        Ok(self.conflicts_among(actor, &own).await?.of(id).to_vec())
    }

    /// Whether records of a kind can have something in their way.
    pub fn has_conflicts(kind: &Kind) -> bool {
        kind.intervals.iter().any(|interval| interval.time == TimeKind::Change)
    }
}

/// Whether it is still to come or going on: what is over stands in nobody's way, but freezes and windows count as long as
/// they are.
fn is_open(interval: &IntervalView) -> bool {
    interval.time != TimeKind::Change || interval.view.kind.lifecycle.category(&interval.whole.state).is_open()
}

fn as_busy(interval: &IntervalView) -> Busy<'_> {
    Busy { record: &interval.whole, time: interval.time, span: interval.span.clone(), concerns: &interval.concerns }
}
