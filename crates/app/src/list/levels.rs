//! How private what a list looks at is, and who may ask for it.

use std::collections::HashMap;

use steward_model::access::{Action, Actor, scope};
use steward_model::filter::{Attribute, Filter, FilterError, Path, SortKey};
use steward_model::kind::{Kind, Level, Registry};
use steward_model::moment::Moment;

use crate::error::Error;

/// The level of the most private field that a filter or an order looks at, by kind. Only records on which the actor may
/// read fields of that level take part: otherwise the answer would tell the value.
pub(super) struct Levels(HashMap<String, (Level, String)>);

impl Levels {
    pub(super) fn of(filter: &Filter, sort: &[SortKey], kind: &Kind, registry: &Registry) -> Self {
        let mut levels = Self(HashMap::new());
        for path in filter.fields_used() {
            levels.add(&path, kind, registry);
        }
        for key in sort {
            levels.add(&Path { hops: Vec::new(), attribute: key.attribute.clone() }, kind, registry);
        }
        levels
    }

    fn add(&mut self, path: &Path, kind: &Kind, registry: &Registry) {
        let owner = match path.hops.last() {
            Some(hop) => registry.kind(&hop.kind).map(AsRef::as_ref),
            None => Some(kind),
        };
        let Some(owner) = owner else { return };
        let level = match &path.attribute {
            Attribute::Field(key) => owner.field(key).map_or(Level::Owner, |field| field.audience),
            // Promises among teams and by suppliers are none of the requester's business.
            Attribute::Watchers | Attribute::NextDue | Attribute::BreachAt => Level::Agent,
            _ => Level::Requester,
        };
        let entry = self.0.entry(owner.key.clone()).or_insert((level, path.name()));
        if level > entry.0 {
            *entry = (level, path.name());
        }
    }

    pub(super) fn level(&self, kind: &str) -> Level {
        self.0.get(kind).map_or(Level::Requester, |(level, _)| *level)
    }

    /// Refuses a field that the actor may read on no record at all, in the same words as one that does not exist.
    pub(super) fn check(&self, actor: &Actor, registry: &Registry, now: Moment) -> Result<(), Error> {
        for (key, (level, name)) in &self.0 {
            let Some(kind) = registry.kind(key) else { continue };
            let highest = highest_level(actor, kind, now);
            if !actor.is_system() && *level > Level::Requester && highest < Some(*level) {
                let message = format!("{} has no field `{name}`", kind.key);
                return Err(Error::Filter(FilterError { message, position: 0..0, suggestion: None }));
            }
        }
        Ok(())
    }
}

/// The highest level of fields that an actor may read on some record of a kind; `None` when it reads no record.
pub(super) fn highest_level(actor: &Actor, kind: &Kind, now: Moment) -> Option<Level> {
    [Level::Owner, Level::Agent, Level::Requester]
        .into_iter()
        .find(|level| scope(actor, Action::Read, kind, *level, now) != Filter::Nothing)
}
