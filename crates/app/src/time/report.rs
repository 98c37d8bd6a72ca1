//! Time over many records: the entries of a period, grouped, with what they come to for those who may see rates.
//!
//! Whoever may read the work notes of a record sees the time on it, whoever's it is. What it comes to is worked out when it
//! is asked for ([`steward_practices::rate`]); only a rate whose amount the reader may read gives one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::tz::TimeZone;
use steward_model::access::{Actor, rights};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::work::Booking;
use steward_practices::rate::{Case, PER_HOUR, RATE, Rate, applying};
use steward_store::worklog::{BookedOn, WorkQuery};

use super::{Sum, named_in};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::{Label, Labels, label_of};

/// Entries that one report looks at.
pub const ENTRIES_MAX: usize = 10_000;

/// What a report goes by.
#[derive(Debug, Clone)]
pub struct TimeFilter {
    /// The first moment at which the work may have begun.
    pub from: Moment,
    /// The first moment after that.
    pub until: Moment,
    /// Only of this person.
    pub person: Option<RecordId>,
    /// Only for this team.
    pub team: Option<RecordId>,
    /// Only of this activity.
    pub activity: Option<RecordId>,
    /// Only on records of this organisation, or one below it.
    pub organisation: Option<RecordId>,
}

/// What sums are made by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Who worked.
    Person,
    /// The team that they worked for.
    Team,
    /// What sort of work it was.
    Activity,
    /// The organisation of the record.
    Organisation,
    /// The record.
    Record,
}

impl Group {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Person, Self::Team, Self::Activity, Self::Organisation, Self::Record];

    /// The word for it in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Team => "team",
            Self::Activity => "activity",
            Self::Organisation => "organisation",
            Self::Record => "record",
        }
    }

    /// The group of a word.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.key() == key)
    }
}

/// An entry of a report.
#[derive(Debug, Clone)]
pub struct TimeEntry {
    /// The kind of its record.
    pub kind: Arc<Kind>,
    /// Its record.
    pub record: RecordId,
    /// How the record is called.
    pub label: Label,
    /// The organisation of the record.
    pub organisation: RecordId,
    /// What was booked.
    pub booking: Booking,
    /// What it comes to, in millionths, and the currency: where it is billable, a rate applies, and the reader may see it.
    pub amount: Option<(i64, String)>,
}

/// The entries of a period.
#[derive(Debug, Clone)]
pub struct TimeReport {
    /// Those whose work began first first.
    pub entries: Vec<TimeEntry>,
    /// Names of people, teams, activities and organisations in them.
    pub labels: Labels,
    /// Whether the reader may see what time comes to at all.
    pub has_amounts: bool,
}

/// Sums of what belongs together.
#[derive(Debug, Clone, Default)]
pub struct TimeRow {
    /// What it is the sum of; `None` for what has none of it.
    pub of: Option<RecordId>,
    /// The time.
    pub sum: Sum,
    /// Entries in it.
    pub entries: usize,
    /// What it comes to, in millionths, by currency.
    pub amounts: BTreeMap<String, i64>,
}

impl TimeRow {
    fn add(&mut self, entry: &TimeEntry) {
        let work = &entry.booking.work;
        self.sum.add(work.seconds, if work.billable { work.seconds } else { 0 });
        self.entries += 1;
        if let Some((amount, currency)) = &entry.amount {
            *self.amounts.entry(currency.clone()).or_default() += amount;
        }
    }
}

impl TimeReport {
    /// Everything together.
    pub fn total(&self) -> TimeRow {
        let mut total = TimeRow::default();
        self.entries.iter().for_each(|entry| total.add(entry));
        total
    }

    /// The sums of a grouping, most time first.
    pub fn grouped(&self, group: Group) -> Vec<TimeRow> {
        let mut rows: BTreeMap<Option<RecordId>, TimeRow> = BTreeMap::new();
        for entry in &self.entries {
            let of = match group {
                Group::Person => Some(entry.booking.person),
                Group::Team => entry.booking.team,
                Group::Activity => entry.booking.work.activity,
                Group::Organisation => Some(entry.organisation),
                Group::Record => Some(entry.record),
            };
            rows.entry(of).or_insert_with(|| TimeRow { of, ..TimeRow::default() }).add(entry);
        }
        let mut rows: Vec<TimeRow> = rows.into_values().collect();
        rows.sort_by_key(|row| (std::cmp::Reverse(row.sum.seconds), row.of));
        rows
    }
}

/// The moment at which a day begins in a zone.
pub fn start_of(day: jiff::civil::Date, zone: &TimeZone) -> Moment {
    let midnight = day.to_datetime(jiff::civil::Time::midnight());
    zone.to_ambiguous_zoned(midnight).compatible().map_or(Moment(0), |start| start.timestamp().into())
}

impl App {
    /// Whether somebody may see what time comes to anywhere.
    pub fn may_see_amounts(&self, actor: &Actor) -> bool {
        let Some(kind) = self.registry().kind(RATE) else { return false };
        let field = kind.field(PER_HOUR);
        field.is_some_and(|field| self.readable_level(actor, kind) >= Some(field.audience))
    }

    /// The time of a period, as far as somebody may read the work notes of its records.
    ///
    /// # Errors
    /// [`Error::TooLarge`] where there are more than [`ENTRIES_MAX`] entries, [`Error::Denied`] for who is no staff.
    #[boxed]
    pub async fn time_report(&self, actor: &Actor, filter: &TimeFilter) -> Result<TimeReport, Error> {
        if !actor.is_staff() {
            return Err(Error::Denied("see the time that people spend"));
        }
        let (from, until, person, team) = (filter.from, filter.until, filter.person, filter.team);
        let query = WorkQuery { from, until, person, team, record: None, limit: ENTRIES_MAX + 1 };
        let mut found = self.store().worklogs(&query).await?;
        if found.len() > ENTRIES_MAX {
            return Err(Error::TooLarge(format!(
                "there are more than {ENTRIES_MAX} entries in this time; ask for a shorter one"
            )));
        }
        found.retain(|one| filter.activity.is_none() || one.booking.work.activity == filter.activity);
        self.reported(actor, found, filter.organisation).await
    }

    async fn reported(
        &self,
        actor: &Actor,
        found: Vec<BookedOn>,
        organisation: Option<RecordId>,
    ) -> Result<TimeReport, Error> {
        let ids: BTreeSet<RecordId> = found.iter().map(|one| one.record).collect();
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let seen = self.internally_readable(actor, &ids).await?;
        let within = match organisation {
            Some(organisation) => Some(self.organisations_below(organisation).await?),
            None => None,
        };
        let has_amounts = self.may_see_amounts(actor);
        let priced = if has_amounts { Some(self.prices(actor).await?) } else { None };
        let mut above: HashMap<RecordId, Vec<RecordId>> = HashMap::new();
        let mut entries = Vec::with_capacity(found.len());
        for BookedOn { record, booking } in found {
            let Some((kind, whole)) = seen.get(&record) else { continue };
            let organisation = whole.organisation;
            if within.as_ref().is_some_and(|within| within.binary_search(&organisation).is_err()) {
                continue;
            }
            if priced.is_some() && !above.contains_key(&organisation) {
                above.insert(organisation, self.organisations_above(organisation).await?);
            }
            let customers = above.get(&organisation).map(Vec::as_slice).unwrap_or_default();
            let amount = priced.as_ref().and_then(|priced| priced.of(&booking, customers));
            let label = label_of(kind, whole);
            entries.push(TimeEntry { kind: kind.clone(), record, label, organisation, booking, amount });
        }
        let named: BTreeSet<RecordId> =
            entries.iter().flat_map(|entry| named_in(&entry.booking).chain([entry.organisation])).collect();
        let labels = self.labels(actor, named.clone(), &named).await?;
        Ok(TimeReport { entries, labels, has_amounts })
    }

    async fn prices(&self, actor: &Actor) -> Result<Prices, Error> {
        let Some(kind) = self.registry().kind(RATE) else { return Ok(Prices::default()) };
        let now = self.now();
        let mut prices = Prices::default();
        for record in self.reference_records(RATE).await?.iter() {
            let Some(rate) = Rate::of(record) else { continue };
            let rights = rights(actor, kind, record, now);
            if kind.field(PER_HOUR).is_some_and(|field| rights.may_read(field)) {
                prices.readable.insert(rate.id);
            }
            prices.rates.push(rate);
        }
        Ok(prices)
    }
}

/// All rates in force, and which of them the reader may see: which one applies does not hang on who asks.
#[derive(Debug, Default)]
struct Prices {
    rates: Vec<Rate>,
    readable: BTreeSet<RecordId>,
}

impl Prices {
    fn of(&self, booking: &Booking, customers: &[RecordId]) -> Option<(i64, String)> {
        let work = &booking.work;
        if !work.billable {
            return None;
        }
        let (person, team, activity) = (booking.person, booking.team, work.activity);
        let case = Case { started_at: work.started_at, person, team, activity, customers };
        let rate = applying(&self.rates, &case).filter(|rate| self.readable.contains(&rate.id))?;
        Some((rate.amount(work.seconds), rate.currency.clone()))
    }
}
