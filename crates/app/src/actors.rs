//! Actors: from a person record to who they are and which roles they hold where.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use serde_json::Value as Json;
use steward_model::access::{Actor, Assignment, Belonging, Reach, TokenLimits};
use steward_model::id::RecordId;
use steward_model::record::Record;
use steward_practices::people::roles_of;

use crate::App;
use crate::boxed;
use crate::error::Error;

/// Places that one lies in, at most: room, floor, building, site, region and some to spare.
const LOCATIONS_MAX: usize = 10;

/// States of a person in which they may act.
const ACTING_STATES: [&str; 2] = ["active", "on_leave"];

impl App {
    /// The actor that a person is, with the limits of the token in use.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when there is no such person or they are not active.
    #[boxed]
    pub async fn actor(&self, person: RecordId, limits: Option<TokenLimits>) -> Result<Actor, Error> {
        let now = self.now();
        if let Some(actor) = self.0.actors.get(&person, now) {
            return Ok(Actor { limits, ..actor });
        }
        let before = self.0.actors.before(now);
        let actor = self.load_actor(person).await?;
        self.0.actors.keep(before, [(person, actor.clone())]);
        Ok(Actor { limits, ..actor })
    }

    async fn load_actor(&self, person: RecordId) -> Result<Actor, Error> {
        self.load_actors(&[person]).await?.into_iter().next().ok_or(Error::Unauthenticated)
    }

    /// The actors that people are, those who may not act left out.
    pub(crate) async fn load_actors(&self, people: &[RecordId]) -> Result<Vec<Actor>, Error> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let (loaded, teams) = tokio::try_join!(self.store().get_records(people), self.store().teams_of(people))?;
        // Many hold their role for the same organisation.
        let mut below: HashMap<RecordId, Vec<RecordId>> = HashMap::new();
        let mut actors = Vec::with_capacity(people.len());
        let people: Vec<Record> = loaded.into_iter().map(|loaded| loaded.record).collect();
        let around = self.places_around(&people).await?;
        for record in people {
            if record.kind != "person" || !ACTING_STATES.contains(&record.state.as_str()) {
                continue;
            }
            let mut assignments = Vec::new();
            for (key, organisation) in roles_of(&record) {
                // A role that is defined no more grants nothing.
                let Some(role) = self.policy().role(key) else { continue };
                let reach = match organisation {
                    None => Reach::Everywhere,
                    Some(id) => {
                        if let Entry::Vacant(unknown) = below.entry(id) {
                            unknown.insert(self.organisations_below(id).await?);
                        }
                        Reach::Organisations(below.get(&id).cloned().unwrap_or_default())
                    }
                };
                assignments.push(Assignment { role: role.clone(), reach });
            }
            let mut own: Vec<RecordId> =
                teams.iter().filter(|(person, _)| *person == record.id).map(|(_, team)| *team).collect();
            own.sort_unstable();
            let belongs = self.belonging(&record, &assignments, &around).await?;
            actors.push(Actor {
                person: record.id,
                label: record.text("name").to_owned(),
                organisation: record.organisation,
                teams: own,
                assignments,
                belongs,
                limits: None,
                viewed_by: None,
            });
        }
        Ok(actors)
    }

    /// The larger place of each location that somebody is at, and of those in turn: one question for each step outwards,
    /// however many people there are.
    async fn places_around(&self, people: &[Record]) -> Result<HashMap<RecordId, RecordId>, Error> {
        let mut around = HashMap::new();
        let mut next: BTreeSet<RecordId> = people.iter().filter_map(|person| person.reference("location")).collect();
        for _ in 0..LOCATIONS_MAX {
            if next.is_empty() {
                break;
            }
            let asked: Vec<RecordId> = std::mem::take(&mut next).into_iter().collect();
            for loaded in self.store().get_records(&asked).await? {
                if let Some(parent) = loaded.record.reference("parent") {
                    around.insert(loaded.record.id, parent);
                    if !around.contains_key(&parent) {
                        next.insert(parent);
                    }
                }
            }
        }
        Ok(around)
    }

    async fn belonging(
        &self,
        person: &Record,
        assignments: &[Assignment],
        around: &HashMap<RecordId, RecordId>,
    ) -> Result<Belonging, Error> {
        let is_vip = person.field("vip") == Some(&Json::Bool(true));
        let is_staff = assignments.iter().any(|held| held.role.staff);
        let roles = assignments.iter().map(|held| held.role.key.as_str());
        let mut locations = Vec::new();
        let mut next = person.reference("location");
        while let Some(here) = next.filter(|here| locations.len() < LOCATIONS_MAX && !locations.contains(here)) {
            locations.push(here);
            next = around.get(&here).copied();
        }
        Ok(Belonging {
            organisations_above: self.organisations_above(person.organisation).await?,
            locations,
            standing: Belonging::standing_of(is_vip, is_staff, roles),
        })
    }
}
