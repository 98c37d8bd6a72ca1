//! Who may do what: roles as data, one decision for every door.
//!
//! A person holds roles, each everywhere or for an organisation and those below it. A role is a list of grants:
//! kinds × actions × scope (a filter) × field levels. What no grant allows is refused; a grant without a scope, or with
//! one that cannot be read, grants nothing.

mod account;
mod fields;
mod policy;
mod rights;
mod strangers;

use serde::{Deserialize, Serialize};

pub use account::{Clause, Held, Says, account};
pub use fields::{FieldAnswer, Unwritable, field_answer};
pub use policy::{Grant, Policy, PolicyError, Role};
pub use rights::{Explanation, KindRights, Rights, explain, may, may_assign, rights, scope};
pub use strangers::{may_concern_strangers, named_in};

use std::sync::Arc;

use crate::filter::Environment;
use crate::id::RecordId;
use crate::moment::Moment;

/// What can be done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// See it.
    Read,
    /// Make one.
    Create,
    /// Change its fields.
    Update,
    /// Move it along its lifecycle.
    Transition,
    /// Write what its requester can read.
    Comment,
    /// Write a work note, and read those of others.
    Note,
    /// Note time spent, and read it.
    Work,
    /// Add and take off files.
    Attach,
    /// Link it to others.
    Link,
    /// Have oneself or others hear of changes.
    Watch,
    /// Move it to another organisation.
    Transfer,
    /// Have it delivered, where it is something on offer.
    Order,
    /// Ask who may do what with it, and why.
    Inspect,
    /// Look at Steward as this person does, changing nothing.
    ViewAs,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 14] = [
        Self::Read,
        Self::Create,
        Self::Update,
        Self::Transition,
        Self::Comment,
        Self::Note,
        Self::Work,
        Self::Attach,
        Self::Link,
        Self::Watch,
        Self::Transfer,
        Self::Order,
        Self::Inspect,
        Self::ViewAs,
    ];

    /// The word in messages: "you may not … this record".
    pub fn verb(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Update => "change",
            Self::Transition => "move",
            Self::Comment => "comment on",
            Self::Note => "write work notes on",
            Self::Work => "book time on",
            Self::Attach => "attach files to",
            Self::Link => "link",
            Self::Watch => "watch",
            Self::Transfer => "transfer",
            Self::Order => "order",
            Self::Inspect => "look into the rights on",
            Self::ViewAs => "see Steward as",
        }
    }
}

/// Whoever asks: a person, an API client, or Steward itself.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Their person record; [`RecordId::SYSTEM`] for Steward itself.
    pub person: RecordId,
    /// Name for people.
    pub label: String,
    /// Organisation of the person.
    pub organisation: RecordId,
    /// Teams of the person, ascending.
    pub teams: Vec<RecordId>,
    /// Roles held.
    pub assignments: Vec<Assignment>,
    /// What else follows from the person.
    pub belongs: Belonging,
    /// What the token in use is limited to; `None` without a token.
    pub limits: Option<TokenLimits>,
    /// Who looks at Steward as this person; `None` where they act themselves. Nothing is written for such an actor.
    pub viewed_by: Option<RecordId>,
}

/// Where a person belongs and what they count as: what entitlements go by besides person, teams and organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Belonging {
    /// The person's organisation and those above it, nearest first.
    pub organisations_above: Vec<RecordId>,
    /// The person's location and those that it lies in, nearest first.
    pub locations: Vec<RecordId>,
    /// Words for what the person counts as: `everybody`, `vip`, `staff`, and the key of each role held.
    pub standing: Vec<String>,
}

impl Belonging {
    /// The words for somebody with these roles.
    pub fn standing_of<'a>(is_vip: bool, is_staff: bool, roles: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let mut words = vec!["everybody".to_owned()];
        words.extend(is_vip.then(|| "vip".to_owned()));
        words.extend(is_staff.then(|| "staff".to_owned()));
        for role in roles {
            if !words.iter().any(|word| word == role) {
                words.push(role.to_owned());
            }
        }
        words
    }
}

/// A role held.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The role.
    pub role: Arc<Role>,
    /// Where it holds.
    pub reach: Reach,
}

/// Where a role holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// In every organisation.
    Everywhere,
    /// In these: one organisation and all below it, ascending.
    Organisations(Vec<RecordId>),
}

impl Reach {
    /// Whether it covers an organisation.
    pub fn covers(&self, organisation: RecordId) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Organisations(ids) => ids.binary_search(&organisation).is_ok(),
        }
    }
}

/// What a token is good for at most; its owner's rights bound it too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenLimits {
    /// Reading only.
    #[serde(default)]
    pub read_only: bool,
    /// Only records of these kinds; all when empty.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Only records in the care of these teams; all when empty.
    #[serde(default)]
    pub teams: Vec<RecordId>,
}

impl Actor {
    /// Steward itself: may do everything, leaves its name in the journal.
    pub fn system() -> Self {
        Self {
            person: RecordId::SYSTEM,
            label: "Steward".to_owned(),
            organisation: RecordId::SYSTEM,
            teams: Vec::new(),
            assignments: Vec::new(),
            belongs: Belonging::default(),
            limits: None,
            viewed_by: None,
        }
    }

    /// What the relative words of conditions stand for, outside grants.
    pub fn environment(&self, now: Moment) -> Environment {
        Environment {
            now,
            me: self.person,
            my_teams: self.teams.clone(),
            my_organisation: self.organisation,
            my_organisations: vec![self.organisation],
            belongs: self.belongs.clone(),
        }
    }

    /// Whether somebody else looks as this person, who may change nothing and leave no trace in their name.
    pub fn is_viewed(&self) -> bool {
        self.viewed_by.is_some()
    }

    /// Whether this is Steward itself.
    pub fn is_system(&self) -> bool {
        self.person == RecordId::SYSTEM
    }

    /// Whether one of the roles is held by staff.
    pub fn is_staff(&self) -> bool {
        self.is_system() || self.assignments.iter().any(|assignment| assignment.role.staff)
    }

    /// Whether a role of this key is held in every organisation.
    pub fn has_role_everywhere(&self, key: &str) -> bool {
        let held = |assignment: &Assignment| assignment.role.key == key && assignment.reach == Reach::Everywhere;
        self.is_system() || self.assignments.iter().any(held)
    }
}
