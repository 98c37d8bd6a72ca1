//! What keeps somebody from each move of a record: the reasons behind [`super::allowed_transitions`].

use crate::access::{Action, Rights};
use crate::filter::{Attribute, Environment, Path};
use crate::kind::{ApprovalPoint, Kind, Level, Transition};
use crate::record::Record;

use super::transition_fields;

/// What is in the way of a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hindrance<'k> {
    /// Records here are not theirs to move at all.
    NotMoving,
    /// It does not start from the state that the record is in.
    State,
    /// It starts only where something else is so on the record.
    Elsewhere,
    /// Only Steward makes it, as a consequence.
    Automatic,
    /// It takes a higher level.
    Level(Level),
    /// It takes one of these roles.
    Roles(&'k [String]),
    /// A limit for those on their level, in its own words.
    Limit(&'k str),
    /// What the move asks for is not so on the record as it stands. Values that come with the move may change that.
    Guard(&'k str),
    /// It waits for the answers of those who are asked to approve it.
    Answers,
}

impl Hindrance<'_> {
    /// Whether it only holds until the move itself brings what is missing: such a move is offered all the same.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Guard(_) | Self::Answers)
    }
}

/// Every move of a kind with all that keeps somebody with these rights from it, in the order of the lifecycle.
pub fn hindrances<'k>(
    kind: &'k Kind,
    record: &Record,
    rights: &Rights,
    asking: &Environment,
) -> Vec<(&'k Transition, Vec<Hindrance<'k>>)> {
    let of = |transition: &'k Transition| (transition, of_move(transition, kind, record, rights, asking));
    kind.lifecycle.transitions.iter().map(of).collect()
}

/// Whether a move is worth being offered first: its guard holds, or looks at a field that is asked for with the move.
pub fn is_likely(transition: &Transition, kind: &Kind, record: &Record, asking: &Environment) -> bool {
    let Some(guard) = &transition.guard else { return true };
    let asked = transition_fields(transition);
    let is_asked = |path: &Path| matches!(&path.attribute, Attribute::Field(key) if path.hops.is_empty() && asked.contains(&key.as_str()));
    guard.filter.fields_used().iter().any(is_asked) || guard.filter.bind(asking).matches_local(record, kind)
}

fn of_move<'k>(
    transition: &'k Transition,
    kind: &'k Kind,
    record: &Record,
    rights: &Rights,
    asking: &Environment,
) -> Vec<Hindrance<'k>> {
    let mut found = Vec::new();
    if !rights.may(Action::Transition) {
        found.push(Hindrance::NotMoving);
    }
    if !transition.from.contains(&record.state) {
        found.push(Hindrance::State);
    } else if !transition.starts(kind, record) {
        found.push(Hindrance::Elsewhere);
    }
    let is_steward = *rights == Rights::all();
    if transition.automatic && !is_steward {
        found.push(Hindrance::Automatic);
    }
    if rights.write.is_none_or(|level| level < transition.level) {
        found.push(Hindrance::Level(transition.level));
    }
    if !is_steward && !transition.roles.is_empty() && !transition.roles.iter().any(|role| rights.roles.contains(role)) {
        found.push(Hindrance::Roles(&transition.roles));
    }
    if let Some(message) = super::lifecycle::barred_by(transition, kind, record, rights, asking) {
        found.push(Hindrance::Limit(message));
    }
    if let Some(guard) = &transition.guard
        && !guard.filter.bind(asking).matches_local(record, kind)
    {
        found.push(Hindrance::Guard(&guard.message));
    }
    let point = kind.approval.as_ref().filter(|point| record.state == point.state);
    let decides = point.is_some_and(|point| transition.key == point.approve || transition.key == point.reject);
    let asked = record.references(ApprovalPoint::PENDING);
    if decides && !asked.is_empty() && !asked.contains(&asking.me) {
        found.push(Hindrance::Answers);
    }
    found
}
