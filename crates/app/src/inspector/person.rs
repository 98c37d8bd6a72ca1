//! What one person can see and do: their roles, and for each kind how far they reach.

use std::collections::BTreeSet;
use std::sync::Arc;

use steward_model::access::{Action, Actor, Role, scope};
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Level};
use steward_practices::people::roles_of;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::list::COUNT_MAX;
use crate::view::{Labels, RecordView};

/// What somebody can see and do.
#[derive(Debug, Clone)]
pub struct PersonReach {
    /// The person, as whoever asks sees them.
    pub view: RecordView,
    /// Whether they may act at all.
    pub acts: bool,
    /// Their roles, as their record names them.
    pub roles: Vec<HeldRole>,
    /// Their teams.
    pub teams: Vec<RecordId>,
    /// What they count as, such as `vip`.
    pub standing: Vec<String>,
    /// The kinds of which they may read, make or order anything.
    pub kinds: Vec<KindReach>,
    /// Whether their roles reach further than those of whoever asks, who then hears no counts.
    pub reaches_beyond: bool,
    /// Why whoever asks may not look as them; `None` where they may.
    pub no_view: Option<String>,
    /// Names of teams and of where roles are held.
    pub labels: Labels,
}

/// A role that a person holds.
#[derive(Debug, Clone)]
pub struct HeldRole {
    /// Its key.
    pub key: String,
    /// The role; `None` when it is defined no more and grants nothing.
    pub role: Option<Arc<Role>>,
    /// The organisation for which it is held, with those below it; everywhere when `None`.
    pub within: Option<RecordId>,
}

/// How far somebody reaches in a kind.
#[derive(Debug, Clone)]
pub struct KindReach {
    /// The kind.
    pub kind: Arc<Kind>,
    /// What they may do with some of its records.
    pub actions: BTreeSet<Action>,
    /// The highest level of fields that they may read on some of them; `None` when they read none.
    pub read: Option<Level>,
    /// Each condition under which a role lets them read it or do something, with the role and what it allows.
    pub grants: Vec<(String, BTreeSet<Action>, String)>,
    /// How many records they see now, one more than [`COUNT_MAX`] for more than that; `None` where it is not told.
    pub count: Option<usize>,
}

impl App {
    /// What a person can see and do.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a person whom the asker may not see, [`Error::Forbidden`] for one of whom they may not
    /// ask.
    #[boxed]
    pub async fn reach_of(&self, asker: &Actor, name: &str) -> Result<PersonReach, Error> {
        let people = self.kind("person")?.clone();
        let person = self.inspected(asker, &people, name).await?;
        let actor = self.load_actors(&[person.id]).await?.into_iter().next();
        let reaches_beyond = !asker.is_system() && asker.person != person.id && self.reaches_beyond(asker, &person);
        let mut kinds = Vec::new();
        if let Some(actor) = &actor {
            for kind in self.registry().kinds() {
                let Some(mut reach) = self.reach_in(actor, kind) else { continue };
                if !reaches_beyond && reach.read.is_some() {
                    reach.count = Some(self.count(actor, kind, &Filter::Everything, &[], COUNT_MAX + 1).await?);
                }
                kinds.push(reach);
            }
        }
        let roles: Vec<HeldRole> = roles_of(&person)
            .into_iter()
            .map(|(key, within)| HeldRole { key: key.to_owned(), role: self.policy().role(key).cloned(), within })
            .collect();
        let teams = actor.as_ref().map(|actor| actor.teams.clone()).unwrap_or_default();
        let ids = roles.iter().filter_map(|role| role.within).chain(teams.iter().copied()).collect();
        let labels = self.labels(asker, ids, &BTreeSet::new()).await?;
        let no_view = self.check_viewing(asker, &person).err().map(|error| error.to_string());
        let view = self.view(asker, &people, person, None).await?;
        let standing = actor.as_ref().map(|actor| actor.belongs.standing.clone()).unwrap_or_default();
        let acts = actor.is_some();
        Ok(PersonReach { view, acts, roles, teams, standing, kinds, reaches_beyond, no_view, labels })
    }

    /// How far somebody reaches in a kind; `None` when not at all.
    fn reach_in(&self, actor: &Actor, kind: &Arc<Kind>) -> Option<KindReach> {
        let now = self.now();
        let actions: BTreeSet<Action> = Action::ALL
            .into_iter()
            .filter(|action| scope(actor, *action, kind, Level::Requester, now) != Filter::Nothing)
            .collect();
        if actions.is_empty() {
            return None;
        }
        let mut grants: Vec<(String, BTreeSet<Action>, String)> = Vec::new();
        for assignment in &actor.assignments {
            for grant in assignment.role.grants.iter().filter(|grant| grant.scopes.contains_key(&kind.key)) {
                let one = (assignment.role.key.clone(), grant.actions.clone(), grant.scope_text.clone());
                if !grants.contains(&one) {
                    grants.push(one);
                }
            }
        }
        let read = self.readable_level(actor, kind);
        Some(KindReach { kind: kind.clone(), actions, read, grants, count: None })
    }
}
