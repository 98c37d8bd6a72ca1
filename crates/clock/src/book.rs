//! The book: all agreements and targets in force, compiled, and which of them apply to a record, with the reasons.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;

use crate::definition::{Agreement, CalendarFrom, Sort, Target, ValueRow};
use crate::hours::{AroundTheClock, Hours};

/// Compiled agreements and targets with what they depend on.
pub struct Book {
    /// Identity of what it was compiled from; two books with the same id give the same clocks.
    pub id: i64,
    agreements: HashMap<RecordId, Agreement>,
    /// By kind of record, ids ascending.
    targets: HashMap<String, Vec<Target>>,
    /// Kind of each target, to find it by id.
    kind_of: HashMap<RecordId, String>,
    around: Around,
    always: Arc<dyn Hours>,
}

/// What the book knows of other records.
#[derive(Default)]
pub struct Around {
    /// Working time of calendars.
    pub calendars: HashMap<RecordId, Arc<dyn Hours>>,
    /// The organisation above each.
    pub parents: HashMap<RecordId, RecordId>,
    /// Calendars of organisations that have one of their own.
    pub organisation_calendars: HashMap<RecordId, RecordId>,
    /// Calendars of teams that have one.
    pub team_calendars: HashMap<RecordId, RecordId>,
    /// The organisation of teams of suppliers.
    pub team_suppliers: HashMap<RecordId, RecordId>,
    /// The provider of services that others provide.
    pub service_suppliers: HashMap<RecordId, RecordId>,
}

/// A target that fills a place on a record.
#[derive(Debug, Clone)]
pub struct Chosen<'b> {
    /// What it is the clock of.
    pub slot: String,
    /// Its agreement.
    pub agreement: &'b Agreement,
    /// The target.
    pub target: &'b Target,
    /// Seconds promised.
    pub value: i64,
    /// The calendar that counts.
    pub calendar: Option<RecordId>,
}

/// Whether a target applies to a record, and why or why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Verdict {
    /// It applies, and nothing more particular does.
    Applies {
        /// It names the record's service offering.
        by_offering: bool,
        /// It names the record's service.
        by_service: bool,
        /// It names the record's organisation or one above it.
        by_customer: bool,
    },
    /// It would apply, and another one is more particular.
    LessParticular {
        /// That other target.
        than: RecordId,
    },
    /// The target is not switched on.
    TargetInactive,
    /// The agreement is not in force by its state.
    AgreementNotInForce,
    /// The record was opened before the first day.
    NotYetValid,
    /// The record was opened after the last day.
    NoLongerValid,
    /// It is for other customers.
    OtherCustomer,
    /// It is for other services.
    OtherService,
    /// It is for other offerings.
    OtherOffering,
    /// It is another team's.
    OtherTeam,
    /// It is another supplier's.
    OtherSupplier,
    /// The record does not meet the target's condition.
    ConditionNotMet,
    /// No value is promised for such a record.
    NoValue,
}

/// How particular a target is for a record: offering, service, nearness of the customer, condition.
type Particularity = (bool, bool, usize, bool);

impl Book {
    /// Compiles a book.
    pub fn new(id: i64, agreements: Vec<Agreement>, mut targets: Vec<Target>, around: Around) -> Self {
        targets.sort_by_key(|target| target.id);
        let kind_of = targets.iter().map(|target| (target.id, target.kind.clone())).collect();
        let mut by_kind: HashMap<String, Vec<Target>> = HashMap::new();
        for target in targets {
            by_kind.entry(target.kind.clone()).or_default().push(target);
        }
        Self {
            id,
            agreements: agreements.into_iter().map(|agreement| (agreement.id, agreement)).collect(),
            targets: by_kind,
            kind_of,
            around,
            always: Arc::new(AroundTheClock),
        }
    }

    /// A book without any promise.
    pub fn empty() -> Self {
        Self::new(0, Vec::new(), Vec::new(), Around::default())
    }

    /// Whether records of a kind can have clocks at all.
    pub fn knows(&self, kind: &str) -> bool {
        self.targets.get(kind).is_some_and(|targets| !targets.is_empty())
    }

    /// Kinds of records that can have clocks, ascending.
    pub fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = self.targets.keys().map(String::as_str).collect();
        kinds.sort_unstable();
        kinds
    }

    /// A target of the book.
    pub fn target(&self, id: RecordId) -> Option<&Target> {
        self.targets.get(self.kind_of.get(&id)?)?.iter().find(|target| target.id == id)
    }

    /// An agreement of the book.
    pub fn agreement(&self, id: RecordId) -> Option<&Agreement> {
        self.agreements.get(&id)
    }

    /// All agreements, ids ascending.
    pub fn agreements(&self) -> Vec<&Agreement> {
        let mut all: Vec<&Agreement> = self.agreements.values().collect();
        all.sort_by_key(|agreement| agreement.id);
        all
    }

    /// Targets of one agreement, ids ascending.
    pub fn targets_of(&self, agreement: RecordId) -> Vec<&Target> {
        let mut all: Vec<&Target> =
            self.targets.values().flatten().filter(|target| target.agreement == agreement).collect();
        all.sort_by_key(|target| target.id);
        all
    }

    /// The working time of a calendar; every second without one.
    pub fn hours(&self, calendar: Option<RecordId>) -> &dyn Hours {
        calendar.and_then(|id| self.around.calendars.get(&id)).unwrap_or(&self.always).as_ref()
    }

    /// Whether a target counts from before it applied anywhere in this kind, so that earlier states of a record matter.
    pub(crate) fn looks_back(&self, kind: &str) -> bool {
        self.targets.get(kind).is_some_and(|targets| targets.iter().any(|target| target.retroactive))
    }

    /// The targets that fill a place on a record, by place.
    pub fn choose(&self, kind: &Kind, record: &Record) -> BTreeMap<String, Chosen<'_>> {
        let mut best: BTreeMap<String, (Particularity, Chosen<'_>)> = BTreeMap::new();
        for target in self.targets.get(&kind.key).into_iter().flatten() {
            let Ok((rank, chosen)) = self.consider(target, kind, record) else { continue };
            match best.get(&chosen.slot) {
                Some((other, _)) if *other >= rank => {}
                _ => drop(best.insert(chosen.slot.clone(), (rank, chosen))),
            }
        }
        best.into_iter().map(|(slot, (_, chosen))| (slot, chosen)).collect()
    }

    /// Every target for records of this kind with the reason why it applies or not.
    pub fn explain(&self, kind: &Kind, record: &Record) -> Vec<(&Target, Verdict)> {
        let winners = self.choose(kind, record);
        let explained = self.targets.get(&kind.key).into_iter().flatten().map(|target| {
            let verdict = match self.consider(target, kind, record) {
                Err(verdict) => verdict,
                Ok((rank, chosen)) => match winners.get(&chosen.slot) {
                    Some(winner) if winner.target.id != target.id => Verdict::LessParticular { than: winner.target.id },
                    _ => Verdict::Applies { by_offering: rank.0, by_service: rank.1, by_customer: rank.2 > 0 },
                },
            };
            (target, verdict)
        });
        explained.collect()
    }

    fn consider(&self, target: &Target, kind: &Kind, record: &Record) -> Result<(Particularity, Chosen<'_>), Verdict> {
        let Some(target) = self.target(target.id) else { return Err(Verdict::TargetInactive) };
        let Some(agreement) = self.agreements.get(&target.agreement) else { return Err(Verdict::AgreementNotInForce) };
        if !target.is_active {
            return Err(Verdict::TargetInactive);
        }
        if !agreement.is_in_force() {
            return Err(Verdict::AgreementNotInForce);
        }
        let opened = record.field("opened_at").and_then(Json::as_i64).unwrap_or(record.created_at.0);
        let day = day_of(opened);
        if !agreement.valid_from.is_empty() && day < agreement.valid_from {
            return Err(Verdict::NotYetValid);
        }
        if !agreement.valid_until.is_empty() && day > agreement.valid_until {
            return Err(Verdict::NoLongerValid);
        }
        let names = |list: &[RecordId], field: &str| match record.reference(field) {
            _ if list.is_empty() => Some(false),
            Some(id) if list.contains(&id) => Some(true),
            _ => None,
        };
        let by_offering = names(&agreement.offerings, "service_offering").ok_or(Verdict::OtherOffering)?;
        let by_service = names(&agreement.services, "service").ok_or(Verdict::OtherService)?;
        let nearness = match agreement.customers.is_empty() {
            true => 0,
            false => agreement
                .customers
                .iter()
                .filter_map(|customer| self.distance(record.organisation, *customer))
                .min()
                .map(|distance| 1_000_usize.saturating_sub(distance).max(1))
                .ok_or(Verdict::OtherCustomer)?,
        };
        let slot = match agreement.sort {
            Sort::Sla => self.slot("sla", target),
            Sort::Own => format!("own/{}", target.id),
            Sort::Ola => match agreement.team {
                Some(team) if record.reference("team") == Some(team) => self.slot(&format!("ola/{team}"), target),
                _ => return Err(Verdict::OtherTeam),
            },
            Sort::Uc => match agreement.supplier {
                Some(supplier) if self.is_with_supplier(record, supplier) => {
                    self.slot(&format!("uc/{supplier}"), target)
                }
                _ => return Err(Verdict::OtherSupplier),
            },
        };
        if !target.condition.matches_local(record, kind) {
            return Err(Verdict::ConditionNotMet);
        }
        let value = self.value_for(target, record).ok_or(Verdict::NoValue)?;
        let rank = (by_offering, by_service, nearness, target.condition != steward_model::filter::Filter::Everything);
        let calendar = self.calendar_for(target, agreement, record);
        Ok((rank, Chosen { slot, agreement, target, value, calendar }))
    }

    fn slot(&self, whose: &str, target: &Target) -> String {
        match target.metric {
            crate::definition::Metric::Own => format!("{whose}/own/{}", target.id),
            metric => format!("{whose}/{}", metric.key()),
        }
    }

    /// Steps from an organisation up to another; `None` when that is not above it.
    fn distance(&self, from: RecordId, to: RecordId) -> Option<usize> {
        let mut seen = HashSet::new();
        let mut here = from;
        for distance in 0.. {
            if here == to {
                return Some(distance);
            }
            // A cycle among organisations would be a fault of data; it must not hang a request.
            if !seen.insert(here) {
                return None;
            }
            here = *self.around.parents.get(&here)?;
        }
        None
    }

    fn is_with_supplier(&self, record: &Record, supplier: RecordId) -> bool {
        let team = record.reference("team").and_then(|team| self.around.team_suppliers.get(&team));
        let service = record.reference("service").and_then(|service| self.around.service_suppliers.get(&service));
        record.reference("supplier") == Some(supplier) || team == Some(&supplier) || service == Some(&supplier)
    }

    /// The value of the most particular row that fits: a service counts more than a customer, that more than a priority.
    fn value_for(&self, target: &Target, record: &Record) -> Option<i64> {
        let fits = |row: &ValueRow| -> Option<(bool, usize, bool)> {
            let priority = match &row.priority {
                None => false,
                Some(priority) if record.text("priority") == priority => true,
                Some(_) => return None,
            };
            let service = match row.service {
                None => false,
                Some(service) if record.reference("service") == Some(service) => true,
                Some(_) => return None,
            };
            let organisation = match row.organisation {
                None => 0,
                Some(above) => 1_000_usize.saturating_sub(self.distance(record.organisation, above)?).max(1),
            };
            Some((service, organisation, priority))
        };
        let rows = target.values.iter().enumerate();
        rows.filter_map(|(place, row)| Some(((fits(row)?, Reverse(place)), row.value)))
            .max_by_key(|(rank, _)| *rank)
            .map(|(_, value)| value)
            .or(target.value)
    }

    fn calendar_for(&self, target: &Target, agreement: &Agreement, record: &Record) -> Option<RecordId> {
        match target.calendar_from {
            CalendarFrom::Always => None,
            CalendarFrom::Agreement => agreement.calendar,
            CalendarFrom::Team => record
                .reference("team")
                .and_then(|team| self.around.team_calendars.get(&team).copied())
                .or(agreement.calendar),
            CalendarFrom::Customer => {
                let mut seen = HashSet::new();
                let mut here = Some(record.organisation);
                while let Some(organisation) = here.filter(|id| seen.insert(*id)) {
                    if let Some(calendar) = self.around.organisation_calendars.get(&organisation) {
                        return Some(*calendar);
                    }
                    here = self.around.parents.get(&organisation).copied();
                }
                agreement.calendar
            }
        }
    }
}

/// The day of a moment in microseconds, `YYYY-MM-DD` in UTC.
fn day_of(micros: i64) -> String {
    steward_model::moment::Moment(micros).timestamp().strftime("%Y-%m-%d").to_string()
}
