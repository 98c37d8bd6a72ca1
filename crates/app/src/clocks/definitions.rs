//! What a book is made of, as text that is kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use steward_calendar::{Definition, WorkingTime};
use steward_clock::book::{Around, Book};
use steward_clock::definition::{AGREEMENT, Agreement, Sort, TARGET, Target};
use steward_clock::hours::Hours;
use steward_model::id::RecordId;
use steward_model::kind::Registry;
use steward_model::moment::Moment;
use steward_model::record::{Dues, Record};
use steward_practices::calendar::{CALENDAR, definition};

use crate::App;
use crate::error::Error;

/// Fields of agreements and targets from which nothing follows.
const WORDS: [&str; 12] = [
    "description",
    "reporting",
    "penalties",
    "signatures",
    "owner",
    "review_on",
    "supersedes",
    "exclusions",
    "credits",
    "monthly_charge",
    "compliance_target",
    "note",
];

/// The content of a book. Maps are ordered, so the same content gives the same text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Definitions {
    pub(crate) agreements: Vec<Record>,
    pub(crate) targets: Vec<Record>,
    pub(crate) parents: BTreeMap<RecordId, RecordId>,
    pub(crate) organisation_calendars: BTreeMap<RecordId, RecordId>,
    pub(crate) team_calendars: BTreeMap<RecordId, RecordId>,
    pub(crate) team_suppliers: BTreeMap<RecordId, RecordId>,
    pub(crate) service_suppliers: BTreeMap<RecordId, RecordId>,
    pub(crate) calendars: BTreeMap<RecordId, Json>,
}

impl Definitions {
    pub(crate) fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// Compiles the book. A target that cannot be read any more, since its kind changed, promises nothing.
    pub(crate) fn compile(&self, id: i64, registry: &Registry) -> Book {
        let agreements = self.agreements.iter().filter_map(Agreement::of).collect();
        let targets = self.targets.iter().filter_map(|record| match Target::of(record, registry) {
            Ok(target) => Some(target),
            Err(faults) => {
                tracing::warn!(target = record.number, ?faults, "a service level target cannot be used any more");
                None
            }
        });
        let around = Around {
            calendars: self.compiled_calendars(),
            parents: self.parents.clone().into_iter().collect(),
            organisation_calendars: self.organisation_calendars.clone().into_iter().collect(),
            team_calendars: self.team_calendars.clone().into_iter().collect(),
            team_suppliers: self.team_suppliers.clone().into_iter().collect(),
            service_suppliers: self.service_suppliers.clone().into_iter().collect(),
        };
        Book::new(id, agreements, targets.collect(), around)
    }

    fn compiled_calendars(&self) -> HashMap<RecordId, Arc<dyn Hours>> {
        let compiled = self.calendars.iter().filter_map(|(id, definition)| {
            let definition: Definition = serde_json::from_value(definition.clone()).ok()?;
            match WorkingTime::compile(&definition) {
                Ok(working) => Some((*id, Arc::new(working) as Arc<dyn Hours>)),
                Err(error) => {
                    tracing::warn!(%error, calendar = %id, "a calendar cannot be used; every hour counts instead");
                    None
                }
            }
        });
        compiled.collect()
    }

    /// Every calendar that is named.
    fn named_calendars(&self) -> BTreeSet<RecordId> {
        let of_agreements = self.agreements.iter().filter_map(|agreement| agreement.reference("calendar"));
        let others = self.organisation_calendars.values().chain(self.team_calendars.values()).copied();
        of_agreements.chain(others).collect()
    }
}

impl App {
    /// Agreements and targets in force with what they depend on.
    pub(crate) async fn clock_definitions(&self) -> Result<Definitions, Error> {
        if self.registry().kind(TARGET).is_none() {
            return Ok(Definitions::default());
        }
        let targets = self.reference_records(TARGET).await?;
        let agreements = self.reference_records(AGREEMENT).await?;
        let in_force = |record: &&Record| Agreement::of(record).is_some_and(|agreement| agreement.is_in_force());
        let agreements: Vec<Record> = agreements.iter().filter(in_force).map(essence).collect();
        let known: BTreeSet<RecordId> = agreements.iter().map(|agreement| agreement.id).collect();
        let is_used = |record: &&Record| {
            record.state == "active" && record.reference("agreement").is_some_and(|id| known.contains(&id))
        };
        let targets: Vec<Record> = targets.iter().filter(is_used).map(essence).collect();
        self.with_surroundings(agreements, targets).await
    }

    /// The same with other agreements or targets than those in force: for trying out.
    pub(crate) async fn with_surroundings(
        &self,
        agreements: Vec<Record>,
        targets: Vec<Record>,
    ) -> Result<Definitions, Error> {
        let mut found = Definitions { agreements, targets, ..Definitions::default() };
        if found.targets.is_empty() {
            return Ok(Definitions::default());
        }
        let counts_in = |whose: &str| found.targets.iter().any(|target| target.text("calendar_from") == whose);
        let (of_customers, of_teams) = (counts_in("customer"), counts_in("team"));
        let suppliers: BTreeSet<RecordId> = found
            .agreements
            .iter()
            .filter_map(Agreement::of)
            .filter(|agreement| agreement.sort == Sort::Uc)
            .filter_map(|agreement| agreement.supplier)
            .collect();
        let organisations = self.reference_records("organisation").await?;
        if of_customers {
            found.organisation_calendars = organisations.iter().filter_map(calendar_of).collect();
        }
        let mut named: BTreeSet<RecordId> = found.organisation_calendars.keys().copied().collect();
        named.extend(found.agreements.iter().flat_map(|agreement| agreement.references("customers")));
        for target in &found.targets {
            let rows = target.field("values").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            named.extend(rows.iter().filter_map(|row| row.get("organisation")?.as_i64()).map(RecordId));
        }
        found.parents = ways_up(&organisations, &named);
        if of_teams || !suppliers.is_empty() {
            let teams = self.reference_records("team").await?;
            if of_teams {
                found.team_calendars = teams.iter().filter_map(calendar_of).collect();
            }
            let supplied = teams.iter().filter(|team| suppliers.contains(&team.organisation));
            found.team_suppliers = supplied.map(|team| (team.id, team.organisation)).collect();
        }
        if !suppliers.is_empty() {
            let services = self.reference_records("service").await?;
            let supplied = services.iter().filter_map(|service| Some((service.id, service.reference("provider")?)));
            found.service_suppliers = supplied.filter(|(_, provider)| suppliers.contains(provider)).collect();
        }
        found.calendars = self.calendar_definitions(found.named_calendars()).await?;
        Ok(found)
    }

    /// What calendars say with all that they are based on. One that cannot be used counts every hour, and is told of.
    async fn calendar_definitions(&self, ids: BTreeSet<RecordId>) -> Result<BTreeMap<RecordId, Json>, Error> {
        let mut found = BTreeMap::new();
        if ids.is_empty() {
            return Ok(found);
        }
        let all = self.reference_records(CALENDAR).await?;
        for record in all.iter().filter(|record| ids.contains(&record.id)) {
            match definition(record, &all) {
                Ok(definition) => {
                    found.insert(record.id, serde_json::to_value(definition).map_err(Error::internal)?);
                }
                Err(faults) => {
                    tracing::warn!(calendar = record.number, ?faults, "a calendar cannot be used by service levels");
                }
            }
        }
        Ok(found)
    }
}

fn calendar_of(record: &Record) -> Option<(RecordId, RecordId)> {
    Some((record.id, record.reference("calendar")?))
}

/// Steps up to organisations that are named, from those below them.
fn ways_up(organisations: &[Record], named: &BTreeSet<RecordId>) -> BTreeMap<RecordId, RecordId> {
    if named.is_empty() {
        return BTreeMap::new();
    }
    let above: HashMap<RecordId, RecordId> =
        organisations.iter().filter_map(|record| Some((record.id, record.reference("parent")?))).collect();
    let leads_there = |from: RecordId| {
        let (mut here, mut steps) = (from, 0);
        while let Some(parent) = above.get(&here) {
            if named.contains(parent) {
                return true;
            }
            (here, steps) = (*parent, steps + 1);
            // A cycle among organisations would be a fault of data.
            if steps > above.len() {
                return false;
            }
        }
        false
    };
    above.iter().filter(|(from, _)| leads_there(**from)).map(|(from, to)| (*from, *to)).collect()
}

/// The record without what no clock follows from, so that other words do not make another book.
pub(crate) fn essence(record: &Record) -> Record {
    let mut essence = Record {
        revision: 0,
        created_at: Moment(0),
        updated_at: Moment(0),
        created_by: RecordId::SYSTEM,
        watchers: Vec::new(),
        dues: Dues::default(),
        ..record.clone()
    };
    essence.fields.retain(|key, _| !WORDS.contains(&key.as_str()));
    essence
}
