//! Times that records take up, as their kinds say: a change from its planned start to its planned end, an agreement's
//! last day. What a record says is worked out from the record alone, so it can be kept with every write.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{Category, Field, FieldType, Kind, Level};
use crate::filter::Filter;
use crate::id::RecordId;
use crate::moment::Moment;
use crate::record::Record;

/// What a stretch of time is taken up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeKind {
    /// Nothing may be changed.
    Freeze,
    /// Work on services and items is allowed.
    Maintenance,
    /// A change is carried out.
    Change,
    /// A release is rolled out.
    Release,
    /// Something is away or worse than it should be.
    Outage,
    /// Other work is planned.
    PlannedWork,
    /// Somebody is on call.
    Rota,
    /// Something is lent or booked.
    Reservation,
    /// A day of a contract or agreement.
    Contract,
    /// Something is tested or rehearsed.
    Exercise,
    /// Nobody works.
    Holiday,
}

impl TimeKind {
    /// All of them, those first that people plan around.
    pub const ALL: [Self; 11] = [
        Self::Freeze,
        Self::Maintenance,
        Self::Change,
        Self::Release,
        Self::Outage,
        Self::PlannedWork,
        Self::Rota,
        Self::Reservation,
        Self::Contract,
        Self::Exercise,
        Self::Holiday,
    ];

    /// The word in definitions, in the database and on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Freeze => "freeze",
            Self::Maintenance => "maintenance",
            Self::Change => "change",
            Self::Release => "release",
            Self::Outage => "outage",
            Self::PlannedWork => "planned_work",
            Self::Rota => "rota",
            Self::Reservation => "reservation",
            Self::Contract => "contract",
            Self::Exercise => "exercise",
            Self::Holiday => "holiday",
        }
    }

    /// The kind of time with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|time| time.key() == word)
    }
}

/// Where the records of a kind have times.
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    /// Key, unique in the kind.
    pub key: String,
    /// What it is taken up by.
    pub time: TimeKind,
    /// From when to when.
    pub span: SpanSource,
    /// Records without it have no such time; all have it when `None`. Looks at the record alone.
    pub when: Option<Filter>,
    /// Fields that refer to what it is about: services, configuration items.
    pub concerns: Vec<String>,
}

/// What says from when to when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpanSource {
    /// Fields of the record.
    Fields {
        /// Where it begins: a date or a moment.
        from: String,
        /// Where it ends, the first of these that is not empty; dates are last days.
        to: Vec<String>,
        /// Whether it goes on for ever when it has no end. A moment otherwise.
        open: bool,
        /// A moment at which it is expected to end. What has begun goes on past it, until it really ends.
        expected: Option<String>,
    },
    /// A rule of the practice, for what a record says in other ways: recurrence, rows of a table.
    Rule(String),
}

/// One stretch of time that a record takes up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Its first moment; for whole days midnight of the first day in UTC, whatever the zone of who reads.
    pub begin: Moment,
    /// The first moment after it; for whole days midnight after the last day in UTC. Later than the begin.
    pub end: Moment,
    /// Whether it is whole days, which are the same dates in every zone.
    pub all_day: bool,
    /// What it is called where it has a name besides that of its record: the holiday in a calendar.
    pub name: Option<String>,
}

impl Span {
    /// The end of what has none: 9999-12-30, the last midnight that the clocks of every zone can show.
    pub const OPEN_END: Moment = Moment(253_402_128_000_000_000);

    /// Whole days, the last one included.
    pub fn days(first: Date, last: Date) -> Option<Self> {
        let midnight = |day: Date| day.to_zoned(TimeZone::UTC).ok().map(|at| Moment::from(at.timestamp()));
        let end = last.max(first).tomorrow().ok()?;
        Some(Self { begin: midnight(first)?, end: midnight(end)?, all_day: true, name: None })
    }

    /// From one moment to another; a minute when they are the same or turned around.
    pub fn moments(begin: Moment, end: Moment) -> Self {
        Self { begin, end: if end > begin { end } else { begin.plus_seconds(60) }, all_day: false, name: None }
    }

    /// Whether it has no end.
    pub fn is_open(&self) -> bool {
        self.end >= Self::OPEN_END
    }
}

impl Interval {
    /// Whether an event that changed these fields, or moved the record, may change what times it has.
    pub fn is_touched(&self, changed: &[&str], moved: bool) -> bool {
        let SpanSource::Fields { from, to, expected, .. } = &self.span else { return moved || !changed.is_empty() };
        let in_condition =
            |key: &str| self.when.iter().flat_map(Filter::fields_used).any(|path| path.attribute.name() == key);
        moved && (self.when.is_some() || expected.is_some())
            || changed.iter().any(|key| {
                from == key
                    || to.iter().chain(expected).chain(&self.concerns).any(|field| field == key)
                    || in_condition(key)
            })
    }

    /// The level from which somebody may know when it is; with `concerned`, also what it is about.
    pub fn level(&self, kind: &Kind, concerned: bool) -> Level {
        let audience = |key: &str| kind.field(key).map_or(Level::Requester, |field| field.audience);
        let own = match &self.span {
            SpanSource::Rule(_) => Level::Agent,
            SpanSource::Fields { from, to, expected, .. } => {
                to.iter().chain(expected).fold(audience(from), |level, key| level.max(audience(key)))
            }
        };
        let asked = self.when.iter().flat_map(Filter::fields_used).map(|path| audience(path.attribute.name()));
        let about = self.concerns.iter().filter(|_| concerned).map(|key| audience(key));
        asked.chain(about).fold(own, Level::max)
    }

    /// The time that the fields of a record say; `None` for a rule, and for a record without.
    pub fn span_of(&self, kind: &Kind, record: &Record) -> Option<Span> {
        let SpanSource::Fields { from, to, open, .. } = &self.span else { return None };
        if !self.holds(kind, record) {
            return None;
        }
        let field = kind.field(from)?;
        let begin = record.field(from)?;
        let end = to.iter().find_map(|key| record.field(key));
        if is_date(field) {
            let first: Date = begin.as_str()?.parse().ok()?;
            let last = end.and_then(Json::as_str).and_then(|text| text.parse().ok());
            let days = Span::days(first, last.unwrap_or(first))?;
            return Some(if *open && last.is_none() { Span { end: Span::OPEN_END, ..days } } else { days });
        }
        let begin = Moment(begin.as_i64()?);
        let end = end.and_then(Json::as_i64).map(Moment);
        // Of what goes on, that an end is expected does not end it.
        let end = end.or_else(|| match self.expected_end(record) {
            Some(_) if goes_on(kind, record) => Some(Span::OPEN_END),
            expected => expected,
        });
        Some(Span::moments(begin, end.unwrap_or(if *open { Span::OPEN_END } else { begin })))
    }

    /// When a record's time is expected to end.
    pub fn expected_end(&self, record: &Record) -> Option<Moment> {
        let SpanSource::Fields { expected: Some(expected), .. } = &self.span else { return None };
        record.field(expected).and_then(Json::as_i64).map(Moment)
    }

    /// Whether a record has such a time at all.
    pub fn holds(&self, kind: &Kind, record: &Record) -> bool {
        self.when.as_ref().is_none_or(|when| when.matches_local(record, kind))
    }

    /// What a record's time is about, each once.
    pub fn concerned(&self, kind: &Kind, record: &Record) -> Vec<RecordId> {
        let mut concerned: Vec<RecordId> = Vec::new();
        for key in &self.concerns {
            match kind.field(key).map(|field| &field.field_type) {
                Some(FieldType::References { .. }) => concerned.extend(record.references(key)),
                _ => concerned.extend(record.reference(key)),
            }
        }
        concerned.sort_unstable();
        concerned.dedup();
        concerned
    }
}

/// Whether what a record is about has begun and is not over.
fn goes_on(kind: &Kind, record: &Record) -> bool {
    matches!(kind.lifecycle.category(&record.state), Category::Active | Category::Waiting)
}

/// Whether a field holds whole days.
pub(crate) fn is_date(field: &Field) -> bool {
    matches!(field.field_type, FieldType::Date)
}
