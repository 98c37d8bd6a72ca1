//! Who is asked: from a policy and a record to people who may decide it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use steward_model::access::Actor;
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::ApprovalPoint;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_practices::approval::{AskWhom, Policy};
use steward_practices::people::{ABSENCE, roles_of};

use crate::App;
use crate::error::Error;

/// States in which somebody answers, or has somebody who stands in.
const ACTING: [&str; 2] = ["active", "on_leave"];
/// People loaded at once.
const AT_ONCE: usize = 1_000;
/// Absences of one day looked at.
const ABSENCES_MAX: usize = 20_000;
/// Holders of a role that are asked at most.
const HOLDERS_MAX: usize = 200;
/// Managers above one another that are looked at.
const STEPS: usize = 5;

/// Who stands in, each with those for whom.
pub(super) type StandIns = BTreeMap<RecordId, Vec<RecordId>>;

/// People who were looked up.
pub(super) struct Acquainted {
    people: BTreeMap<RecordId, Record>,
    /// Who stands in by an absence of today, by who is away; nobody where none is named.
    away: BTreeMap<RecordId, Option<RecordId>>,
}

impl Acquainted {
    /// Whether somebody is there to answer, or has somebody who does.
    pub(super) fn acts(&self, person: RecordId) -> bool {
        self.people.get(&person).is_some_and(|record| ACTING.contains(&record.state.as_str()))
    }

    /// Those who stand in at a moment for such of these people as are away.
    pub(super) fn stand_ins(&self, people: &[RecordId], excluded: &[RecordId], now: Moment) -> StandIns {
        let mut stand_ins = StandIns::new();
        for person in people {
            let away = self.people.get(person).filter(|record| is_away(record, now));
            let entered = self.away.get(person).copied().flatten();
            let substitute = entered.or_else(|| away.and_then(|record| record.reference("substitute")));
            if let Some(substitute) = substitute.filter(|id| self.acts(*id) && !excluded.contains(id)) {
                stand_ins.entry(substitute).or_default().push(*person);
            }
        }
        stand_ins
    }
}

impl App {
    /// Who never decides a record: who asks for it, gets it or carries it out.
    pub(crate) fn excluded(point: &ApprovalPoint, subject: &Record) -> Vec<RecordId> {
        let named =
            point.never.iter().flat_map(|key| subject.reference(key).into_iter().chain(subject.references(key)));
        named.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whom a policy asks about a record; those who stand in where it finds nobody.
    pub(super) async fn asked_by(
        &self,
        policy: &Policy,
        subject: &Record,
        excluded: &[RecordId],
    ) -> Result<Vec<RecordId>, Error> {
        let found = match &policy.whom {
            AskWhom::People(people) => people.clone(),
            AskWhom::Team(team) => self.references_of(&[*team], "members").await?,
            AskWhom::Role(key) => self.holders_for(key, subject.organisation).await?,
            AskWhom::TeamLead => {
                self.references_of(&subject.reference("team").into_iter().collect::<Vec<_>>(), "lead").await?
            }
            AskWhom::ServiceOwner => {
                self.references_of(&subject.reference("service").into_iter().collect::<Vec<_>>(), "owner").await?
            }
            AskWhom::ItemOwner => self.references_of(&subject.references("configuration_items"), "owner").await?,
            AskWhom::Field(key) => subject.reference(key).into_iter().chain(subject.references(key)).collect(),
            AskWhom::Manager => {
                let whose = subject.reference("requested_for").or_else(|| subject.reference("requester"));
                self.managers_of(&whose.into_iter().collect::<Vec<_>>(), excluded).await?
            }
        };
        let able = self.able(&found, excluded).await?;
        if able.is_empty() { self.able(&policy.stand_in, excluded).await } else { Ok(able) }
    }

    /// Those who hold a role everywhere, or for an organisation or one above it.
    async fn holders_for(&self, role: &str, organisation: RecordId) -> Result<Vec<RecordId>, Error> {
        let kind = self.kind("person")?.clone();
        let above = self.organisations_above(organisation).await?;
        let acting = Filter::parse_cel("state in ['active', 'on_leave']", &kind, self.registry())?;
        let (mut holders, mut after) = (Vec::new(), None);
        loop {
            let page = self.page_of(&Actor::system(), &kind, &acting, after, AT_ONCE).await?;
            let is_last = page.len() < AT_ONCE;
            after = page.last().map(|person| person.id);
            let reaches = |within: Option<RecordId>| within.is_none_or(|within| above.contains(&within));
            let holds = |person: &Record| roles_of(person).iter().any(|(key, within)| *key == role && reaches(*within));
            holders.extend(page.iter().filter(|person| holds(person)).map(|person| person.id));
            if is_last || holders.len() >= HOLDERS_MAX {
                holders.truncate(HOLDERS_MAX);
                return Ok(holders);
            }
        }
    }

    /// Those who may answer: they are there, and it is not their own.
    pub(super) async fn able(&self, people: &[RecordId], excluded: &[RecordId]) -> Result<Vec<RecordId>, Error> {
        let people: Vec<RecordId> = people.iter().copied().filter(|person| !excluded.contains(person)).collect();
        let known = self.people(&people).await?;
        let mut able = Vec::new();
        for person in people {
            let acts = known.get(&person).is_some_and(|record| ACTING.contains(&record.state.as_str()));
            if acts && !able.contains(&person) {
                able.push(person);
            }
        }
        Ok(able)
    }

    /// For each of these people the nearest manager above who may decide.
    pub(crate) async fn managers_of(&self, people: &[RecordId], excluded: &[RecordId]) -> Result<Vec<RecordId>, Error> {
        let mut found = Vec::new();
        let mut open: Vec<RecordId> = self.references_of(people, "manager").await?;
        for _ in 0..STEPS {
            if open.is_empty() {
                break;
            }
            let able = self.able(&open, excluded).await?;
            let above: Vec<RecordId> = open.into_iter().filter(|person| !able.contains(person)).collect();
            found.extend(able);
            open = self.references_of(&above, "manager").await?;
        }
        Ok(found)
    }

    /// Those who stand in today for people who are away, each with those for whom.
    pub(super) async fn stand_ins(&self, people: &[RecordId], excluded: &[RecordId]) -> Result<StandIns, Error> {
        Ok(self.with_substitutes(people).await?.stand_ins(people, excluded, self.now()))
    }

    /// People with those who stand in for them.
    pub(super) async fn with_substitutes(&self, people: &[RecordId]) -> Result<Acquainted, Error> {
        let mut known = self.people(people).await?;
        let away = self.away_today(&known).await?;
        let others = known.values().filter_map(|person| person.reference("substitute"));
        let others = others.chain(away.values().flatten().copied());
        let others: Vec<RecordId> = others.filter(|id| !known.contains_key(id)).collect();
        known.extend(self.people(&others).await?);
        Ok(Acquainted { people: known, away })
    }

    /// Which of these people are away on the day that it is where they are, by the absences that were entered.
    async fn away_today(
        &self,
        people: &BTreeMap<RecordId, Record>,
    ) -> Result<BTreeMap<RecordId, Option<RecordId>>, Error> {
        if people.is_empty() || self.registry().kind(ABSENCE).is_none() {
            return Ok(BTreeMap::new());
        }
        let kind = self.kind(ABSENCE)?.clone();
        // A day more at both ends: it is not the same day everywhere.
        let near = "state == 'planned' && from_on <= today + duration('24h') && until_on >= today - duration('24h')";
        let near = Filter::parse_cel(near, &kind, self.registry())?;
        let mut away = BTreeMap::new();
        for absence in
            self.all_records(ABSENCE, &near.bind(&Actor::system().environment(self.now())), ABSENCES_MAX).await?
        {
            let Some(person) = absence.reference("person").and_then(|id| people.get(&id)) else { continue };
            let today = today_of(person, self.now()).to_string();
            if absence.text("from_on") <= today.as_str() && today.as_str() <= absence.text("until_on") {
                let known: &mut Option<RecordId> = away.entry(person.id).or_default();
                *known = known.or_else(|| absence.reference("substitute"));
            }
        }
        Ok(away)
    }

    async fn people(&self, ids: &[RecordId]) -> Result<BTreeMap<RecordId, Record>, Error> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut people = BTreeMap::new();
        for chunk in ids.chunks(AT_ONCE) {
            let loaded = self.store().get_records(chunk).await?.into_iter().map(|loaded| loaded.record);
            people.extend(loaded.filter(|record| record.kind == "person").map(|record| (record.id, record)));
        }
        Ok(people)
    }

    pub(crate) async fn references_of(&self, ids: &[RecordId], field: &str) -> Result<Vec<RecordId>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let loaded = self.store().get_records(ids).await?;
        let of =
            |record: &Record| record.reference(field).into_iter().chain(record.references(field)).collect::<Vec<_>>();
        Ok(loaded.iter().flat_map(|loaded| of(&loaded.record)).collect())
    }
}

/// The day that it is where somebody is.
fn today_of(person: &Record, now: Moment) -> Date {
    let zone = TimeZone::get(person.text("time_zone")).unwrap_or(TimeZone::UTC);
    now.timestamp().to_zoned(zone).date()
}

/// Whether somebody is away on the day that it is where they are.
fn is_away(person: &Record, now: Moment) -> bool {
    let today = today_of(person, now);
    let day = |key: &str| person.text(key).parse::<Date>().ok();
    let is_within = |from: Date| from <= today && day("absent_until").is_none_or(|until| today <= until);
    person.state == "on_leave" || day("absent_from").is_some_and(is_within)
}
