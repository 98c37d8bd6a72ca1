//! What one person may do with one record: each action, each move, each field, with the reasons.

use std::collections::BTreeSet;
use std::sync::Arc;

use steward_model::access::{Action, Actor, FieldAnswer, Rights, Unwritable, account, field_answer, rights};
use steward_model::decide::{Hindrance, hindrances};
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Level};
use steward_model::record::Record;

use super::{Basis, places_held};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::{Label, Labels, RecordView, label_of};

/// What somebody may do with a record.
#[derive(Debug, Clone)]
pub struct PersonOn {
    /// The record, as whoever asks sees it.
    pub view: RecordView,
    /// Of whom it is told.
    pub person: RecordId,
    /// Their name.
    pub label: Label,
    /// Whether they may act at all; those who left do not.
    pub acts: bool,
    /// What they may do.
    pub rights: Rights,
    /// The actions that can be asked about, each with whether it is allowed. Why, the grants say.
    pub actions: Vec<(Action, bool)>,
    /// Every grant that they hold on the kind.
    pub grants: Vec<Basis>,
    /// Every move of the kind.
    pub moves: Vec<MoveOn>,
    /// Every field that whoever asks may read.
    pub fields: Vec<FieldOn>,
    /// Names of where roles are held.
    pub labels: Labels,
}

/// A move, and what is in its way.
#[derive(Debug, Clone)]
pub struct MoveOn {
    /// Key of the transition.
    pub key: String,
    /// Whether it is offered.
    pub is_offered: bool,
    /// All that is in the way, by key with words of its own: a level, roles, what a limit or guard says.
    pub hindrances: Vec<(&'static str, Vec<String>)>,
}

/// A field, and what may be done with it.
#[derive(Debug, Clone)]
pub struct FieldOn {
    /// Its key.
    pub key: String,
    /// Whether it may be read.
    pub reads: bool,
    /// What keeps the person from writing it, by key, with the level that it takes.
    pub unwritable: Option<(&'static str, Option<Level>)>,
}

impl App {
    /// What a person may do with a record, and why.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a record or a person that the asker may not see, [`Error::Forbidden`] for a record of
    /// which they may not ask.
    #[boxed]
    pub async fn person_on(
        &self,
        asker: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        person: &str,
    ) -> Result<PersonOn, Error> {
        let record = self.inspected(asker, kind, name).await?;
        let people = self.kind("person")?.clone();
        let person = self.find(asker, &people, person).await?.record;
        let actor = self.load_actors(&[person.id]).await?.into_iter().next();
        let now = self.now();
        let held = actor.as_ref().map(|actor| rights(actor, kind, &record, now)).unwrap_or_default();
        let asked = self.policy().actions_on(&kind.key).into_iter();
        let actions =
            asked.filter(|action| *action != Action::Create).map(|action| (action, held.may(action))).collect();
        let grants: Vec<Basis> =
            actor.as_ref().map(|actor| self.bases(actor, &person, kind, &record)).unwrap_or_default();
        let moves = match &actor {
            Some(actor) => hindrances(kind, &record, &held, &actor.environment(now))
                .into_iter()
                .map(|(transition, found)| MoveOn {
                    key: transition.key.clone(),
                    is_offered: found.iter().all(Hindrance::is_passing),
                    hindrances: found.iter().map(told).collect(),
                })
                .collect(),
            None => Vec::new(),
        };
        let within: BTreeSet<RecordId> = grants.iter().filter_map(|basis| basis.within).collect();
        let labels = self.labels(asker, within, &BTreeSet::new()).await?;
        let view = self.view(asker, kind, record.clone(), None).await?;
        let fields = kind.fields.iter().filter(|field| view.rights.may_read(field)).map(|field| {
            let FieldAnswer { reads, unwritable } = field_answer(kind, &record, &held, field);
            FieldOn { key: field.key.clone(), reads, unwritable: unwritable.map(reason) }
        });
        Ok(PersonOn {
            fields: fields.collect(),
            view,
            person: person.id,
            label: label_of(&people, &person),
            acts: actor.is_some(),
            rights: held,
            actions,
            grants,
            moves,
            labels,
        })
    }

    /// The grants of somebody on a record.
    pub(super) fn bases(&self, actor: &Actor, person: &Record, kind: &Kind, record: &Record) -> Vec<Basis> {
        let places = places_held(self, person);
        let held = account(actor, kind, record, self.now()).into_iter();
        held.map(|held| Basis {
            role: held.assignment.role.clone(),
            within: places.get(held.place).copied().flatten(),
            grant: held.grant.name.clone(),
            actions: held.grant.actions.clone(),
            read: held.grant.read,
            write: held.grant.write,
            scope: held.grant.scope_text.clone(),
            condition: held.condition,
        })
        .collect()
    }
}

fn told(hindrance: &Hindrance<'_>) -> (&'static str, Vec<String>) {
    match hindrance {
        Hindrance::NotMoving => ("action", Vec::new()),
        Hindrance::State => ("state", Vec::new()),
        Hindrance::Elsewhere => ("start", Vec::new()),
        Hindrance::Automatic => ("automatic", Vec::new()),
        Hindrance::Level(level) => ("level", vec![level_key(*level).to_owned()]),
        Hindrance::Roles(roles) => ("roles", roles.to_vec()),
        Hindrance::Limit(message) => ("limit", vec![(*message).to_owned()]),
        Hindrance::Guard(message) => ("guard", vec![(*message).to_owned()]),
        Hindrance::Answers => ("approval", Vec::new()),
    }
}

fn reason(unwritable: Unwritable) -> (&'static str, Option<Level>) {
    match unwritable {
        Unwritable::Derived => ("derived", None),
        Unwritable::Level(level) => ("level", Some(level)),
        Unwritable::NoUpdate => ("action", None),
        Unwritable::Locked => ("locked", None),
        Unwritable::Absent => ("absent", None),
    }
}

/// The word for a level in roles and interface.
pub fn level_key(level: Level) -> &'static str {
    match level {
        Level::Requester => "requester",
        Level::Agent => "agent",
        Level::Owner => "owner",
    }
}
