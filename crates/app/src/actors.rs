//! Actors: from a person record to who they are and which roles they hold where.

use steward_model::access::{Actor, Assignment, Reach, TokenLimits};
use steward_model::id::RecordId;
use steward_practices::people::roles_of;

use crate::App;
use crate::error::Error;

/// States of a person in which they may act.
const ACTING_STATES: [&str; 2] = ["active", "on_leave"];

impl App {
    /// The actor that a person is, with the limits of the token in use.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when there is no such person or they are not active.
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
        let loaded = self.store().get_record(person).await?.ok_or(Error::Unauthenticated)?;
        let record = loaded.record;
        if record.kind != "person" || !ACTING_STATES.contains(&record.state.as_str()) {
            return Err(Error::Unauthenticated);
        }
        let mut assignments = Vec::new();
        for (key, organisation) in roles_of(&record) {
            // A role that is defined no more grants nothing.
            let Some(role) = self.policy().role(key) else { continue };
            let reach = match organisation {
                None => Reach::Everywhere,
                Some(id) => Reach::Organisations(self.organisations_below(id).await?),
            };
            assignments.push(Assignment { role: role.clone(), reach });
        }
        let mut teams = self.store().teams_of(person).await?;
        teams.sort_unstable();
        Ok(Actor {
            person,
            label: record.text("name").to_owned(),
            organisation: record.organisation,
            teams,
            assignments,
            limits: None,
        })
    }
}
