//! Who may see and do what, and why: asked of a record, of a person, of a role and of a kind.
//!
//! Everything here comes from the functions that decide ([`rights`](steward_model::access::rights()),
//! [`scope`]) and from the accounts of them beside it; nothing is worked out a second time.
//! Whoever asks needs [`Action::Inspect`] on what they ask about, and hears of people whom they may read only.

mod person;
mod record;
mod roles;
mod who;

use std::collections::BTreeSet;
use std::sync::Arc;

use steward_model::access::{Action, Actor, Clause, Role, may, scope};
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Level};
use steward_model::record::Record;
use steward_practices::people::roles_of;

pub use person::{HeldRole, KindReach, PersonReach};
pub use record::{FieldOn, MoveOn, PersonOn, level_key};
pub use roles::{Holder, KindAccount, RoleAccount, RoleGrant, RoleOnKind, RolesAndKinds};
pub use who::{WhoPage, WhoRequest, WhoSees};

use crate::App;
use crate::error::Error;

/// People of a page at most.
pub const PAGE_MAX: usize = 200;
/// People looked at for one page at most; the next page goes on from there.
const LOOKED_AT_MAX: usize = 20_000;
/// People read at once.
const BATCH: usize = 500;
/// States of a person in which they may act.
const ACTING: &str = "state in ['active', 'on_leave']";

/// A grant that somebody holds on the kind of a record, with how it stands there.
#[derive(Debug, Clone)]
pub struct Basis {
    /// The role that brings it.
    pub role: Arc<Role>,
    /// The organisation for which the role is held, with those below it; everywhere when `None`.
    pub within: Option<RecordId>,
    /// The place of the grant in the definition of the roles, such as `agent[2]`.
    pub grant: String,
    /// What it allows.
    pub actions: BTreeSet<Action>,
    /// Fields up to this level may be read by it.
    pub read: Level,
    /// Fields up to this level may be written by it.
    pub write: Level,
    /// Its condition as written in the role.
    pub scope: String,
    /// Its condition, part by part, as each stands on the record.
    pub condition: Clause,
}

impl App {
    /// A record of which somebody may ask who sees it.
    async fn inspected(&self, asker: &Actor, kind: &Arc<Kind>, name: &str) -> Result<Record, Error> {
        let record = self.find(asker, kind, name).await?.record;
        let may = match may(asker, Action::Inspect, kind, &record, self.now()) {
            true => Ok(()),
            false => Err(Error::Forbidden { action: Action::Inspect }),
        };
        self.noted(asker, kind, name, may).await?;
        Ok(record)
    }

    /// Whether somebody may look into the rights on some record of a kind.
    pub fn may_inspect(&self, asker: &Actor, kind: &Kind) -> bool {
        scope(asker, Action::Inspect, kind, Level::Requester, self.now()) != Filter::Nothing
    }

    /// Whether somebody may look into what people may do.
    pub fn may_inspect_people(&self, asker: &Actor) -> bool {
        self.registry().kind("person").is_some_and(|kind| self.may_inspect(asker, kind))
    }

    /// Whether somebody may look into rights at all.
    ///
    /// # Errors
    /// [`Error::Denied`].
    fn check_inspects(&self, asker: &Actor) -> Result<(), Error> {
        let any = self.registry().kinds().iter().any(|kind| self.may_inspect(asker, kind));
        if any { Ok(()) } else { Err(Error::Denied("look into who may do what")) }
    }
}

/// For each assignment of an actor, in order, the organisation that its role is held for, as the person's record says.
fn places_held(app: &App, person: &Record) -> Vec<Option<RecordId>> {
    let known = roles_of(person).into_iter().filter(|(role, _)| app.policy().role(role).is_some());
    known.map(|(_, within)| within).collect()
}
