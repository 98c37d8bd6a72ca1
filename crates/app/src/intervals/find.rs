//! What overlaps with a span, as far as somebody may see the records behind it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::tz::TimeZone;
use steward_model::access::{Action, Actor, scope};
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::{Interval, Kind, Level, Span, TimeKind};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_store::filter_sql::{Unlimited, compile};
use steward_store::intervals::{FoundInterval, IntervalQuery, KindCondition};

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::RecordView;

/// Intervals in one answer at most.
pub const LIMIT_MAX: usize = 2000;
/// The alias of the record table in conditions.
const ALIAS: &str = "r";

/// What to look for.
#[derive(Debug, Clone)]
pub struct IntervalRequest {
    /// The first moment.
    pub from: Moment,
    /// The first moment after it.
    pub until: Moment,
    /// The zone in whose days whole days are looked for.
    pub zone: TimeZone,
    /// Only time taken up by these; by anything when `None`.
    pub times: Option<Vec<TimeKind>>,
    /// Only what is about one of these services and items.
    pub about: Option<Vec<RecordId>>,
    /// Only what belongs to this organisation, or one below it.
    pub organisation: Option<RecordId>,
    /// Only what this record takes up.
    pub record: Option<RecordId>,
    /// Intervals at most, 1 to [`LIMIT_MAX`].
    pub limit: usize,
    /// Where there are more, those that begin last instead of first.
    pub latest: bool,
}

impl IntervalRequest {
    /// Everything that overlaps with a span.
    pub fn between(from: Moment, until: Moment, zone: TimeZone) -> Self {
        let (times, about, organisation, record) = (None, None, None, None);
        Self { from, until, zone, times, about, organisation, record, limit: LIMIT_MAX, latest: false }
    }
}

/// What was found.
#[derive(Debug, Clone)]
pub struct IntervalPage {
    /// The intervals, those that begin first first.
    pub intervals: Vec<IntervalView>,
    /// Whether there are more.
    pub is_cut: bool,
}

/// A stretch of time with the record that takes it up.
#[derive(Debug, Clone)]
pub struct IntervalView {
    /// The record as whoever asked may see it.
    pub view: Arc<RecordView>,
    /// Which of the record's times it is.
    pub place: i64,
    /// Key of the interval in the kind.
    pub part: String,
    /// What it is taken up by.
    pub time: TimeKind,
    /// From when to when.
    pub span: Span,
    /// What it is about. Not all of it need be visible to whoever asked.
    pub(crate) concerns: Vec<RecordId>,
    /// The record with all values, to decide by.
    pub(crate) whole: Arc<Record>,
}

impl IntervalView {
    /// What it is called: the record's title, before it the name of its own that it has.
    pub fn title(&self) -> String {
        let (kind, record) = (&self.view.kind, &self.view.record);
        let label = match record.text(&kind.label_field) {
            "" => record.number.as_str(),
            label => label,
        };
        match &self.span.name {
            Some(name) => format!("{name} · {label}"),
            None => label.to_owned(),
        }
    }

    /// Whose beginning it is, where the kind has several times of one sort: `Valid until`.
    pub fn said_by(&self) -> Option<&str> {
        let kind = &self.view.kind;
        let of_sort = kind.intervals.iter().filter(|interval| interval.time == self.time);
        if of_sort.count() < 2 {
            return None;
        }
        let interval = kind.intervals.iter().find(|interval| interval.key == self.part)?;
        let steward_model::kind::SpanSource::Fields { from, .. } = &interval.span else { return None };
        kind.field(from).map(|field| field.label.as_str())
    }
}

impl App {
    /// What overlaps with a span, of what somebody may see.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn overlapping(&self, actor: &Actor, request: &IntervalRequest) -> Result<IntervalPage, Error> {
        let limit = request.limit.clamp(1, LIMIT_MAX);
        let query = self.interval_query(actor, request, request.about.is_some(), limit + 1).await?;
        let mut found = self.store().intervals(&query).await?;
        let is_cut = found.len() > limit;
        found.truncate(limit);
        if request.latest {
            found.reverse();
        }
        let mut intervals = self.interval_views(actor, found).await?;
        // Kept as open, and expected to end before this span.
        intervals.retain(|interval| interval.span.all_day || interval.span.end > request.from);
        Ok(IntervalPage { intervals, is_cut })
    }

    /// The question as the database takes it. With `concerned`, only what somebody may know the subject of.
    pub(crate) async fn interval_query(
        &self,
        actor: &Actor,
        request: &IntervalRequest,
        concerned: bool,
        limit: usize,
    ) -> Result<IntervalQuery, Error> {
        let organisations = match request.organisation {
            Some(organisation) => Some(self.organisations_below(organisation).await?),
            None => None,
        };
        let mut query = IntervalQuery {
            span: (request.from, request.until),
            days: days_of(request),
            kinds: Vec::new(),
            binds: Vec::new(),
            times: request.times.as_ref().map(|times| times.iter().map(|time| time.key().to_owned()).collect()),
            about: request.about.clone(),
            everywhere: None,
            organisations,
            record: request.record,
            limit,
            latest: request.latest,
        };
        let is_wanted =
            |interval: &&Interval| request.times.as_ref().is_none_or(|times| times.contains(&interval.time));
        for kind in self.registry().kinds() {
            let mut levels: BTreeMap<Level, Vec<String>> = BTreeMap::new();
            for interval in kind.intervals.iter().filter(is_wanted) {
                levels.entry(interval.level(kind, concerned)).or_default().push(interval.key.clone());
            }
            for (level, parts) in levels {
                let scope = match actor.is_system() {
                    true => Filter::Everything,
                    false => scope(actor, Action::Read, kind, level, self.now()),
                };
                if scope == Filter::Nothing {
                    continue;
                }
                // Scopes look at the record alone, so nothing has to be bounded behind references.
                let (registry, dialect) = (self.registry(), self.store().dialect());
                let condition = compile(&scope, kind, registry, dialect, ALIAS, &mut query.binds, &Unlimited);
                query.kinds.push(KindCondition { kind: kind.key.clone(), parts, condition });
            }
        }
        Ok(query)
    }

    /// What was found, with its records as somebody may see them.
    pub(crate) async fn interval_views(
        &self,
        actor: &Actor,
        found: Vec<FoundInterval>,
    ) -> Result<Vec<IntervalView>, Error> {
        let mut whole: BTreeMap<RecordId, Arc<Record>> = BTreeMap::new();
        let mut by_kind: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        for interval in &found {
            let record = &interval.loaded.record;
            if let Entry::Vacant(place) = whole.entry(record.id) {
                place.insert(Arc::new(record.clone()));
                by_kind.entry(record.kind.clone()).or_default().push(record.clone());
            }
        }
        let mut views: HashMap<RecordId, Arc<RecordView>> = HashMap::new();
        for (kind, records) in by_kind {
            let kind: Arc<Kind> = self.kind(&kind)?.clone();
            for view in self.views(actor, &kind, records).await? {
                views.insert(view.record.id, Arc::new(view));
            }
        }
        let ids: Vec<RecordId> = whole.keys().copied().collect();
        let mut concerns: HashMap<RecordId, Vec<RecordId>> = HashMap::new();
        for (record, target) in self.store().interval_concerns(&ids).await? {
            concerns.entry(record).or_default().push(target);
        }
        let now = self.now();
        let seen = found.into_iter().filter_map(|mut interval| {
            let id = interval.loaded.record.id;
            let view = views.get(&id)?.clone();
            if interval.row.span.is_open() {
                let part = view.kind.intervals.iter().find(|part| part.key == interval.row.part);
                let expected = part.and_then(|part| part.expected_end(&interval.loaded.record));
                // An end that is expected holds as long as it lies ahead.
                if let Some(expected) = expected.filter(|end| *end > now && *end > interval.row.span.begin) {
                    interval.row.span.end = expected;
                }
            }
            Some(IntervalView {
                view,
                place: interval.place,
                time: TimeKind::parse(&interval.row.time)?,
                part: interval.row.part,
                span: interval.row.span,
                concerns: concerns.get(&id).cloned().unwrap_or_default(),
                whole: whole.get(&id)?.clone(),
            })
        });
        Ok(seen.collect())
    }
}

/// The days that a span touches in a zone, as midnights of UTC.
fn days_of(request: &IntervalRequest) -> (Moment, Moment) {
    let day = |at: Moment| at.timestamp().to_zoned(request.zone.clone()).date();
    let last = Moment(request.until.0.saturating_sub(1));
    match Span::days(day(request.from), day(last)) {
        Some(days) => (days.begin, days.end),
        None => (request.from, request.until),
    }
}
