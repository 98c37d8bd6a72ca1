//! What an actor may do with a kind at all, before there is a record: for navigation and empty forms.

use steward_model::access::{Action, Actor, scope};
use steward_model::filter::Filter;
use steward_model::kind::{Kind, Level};

use crate::App;

impl App {
    /// Whether an actor may make records of a kind somewhere, and up to which level it may set their fields. What the
    /// values allow is decided when the record is made.
    pub fn creatable_level(&self, actor: &Actor, kind: &Kind) -> Option<Level> {
        if kind.automatic && !actor.is_system() {
            return None;
        }
        self.writable_level(actor, Action::Create, kind)
    }

    /// Whether an actor may do something to some record of a kind, and up to which level it may set fields with it.
    /// What it may do to one record is decided on that record.
    pub fn writable_level(&self, actor: &Actor, action: Action, kind: &Kind) -> Option<Level> {
        if actor.is_system() {
            return Some(Level::Owner);
        }
        if scope(actor, action, kind, Level::Requester, self.now()) == Filter::Nothing {
            return None;
        }
        let grants = actor.assignments.iter().flat_map(|assignment| &assignment.role.grants);
        let doing = grants.filter(|grant| grant.actions.contains(&action) && grant.scopes.contains_key(&kind.key));
        doing.map(|grant| grant.write).max()
    }
}
