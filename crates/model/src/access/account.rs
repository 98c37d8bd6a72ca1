//! The whole account of a decision: every grant that somebody holds on a kind, and how each part of its condition stands
//! on one record. [`rights`](super::rights) decides; this says why, and a test holds that the two agree.

use super::rights::bound;
use super::{Actor, Assignment, Grant};
use crate::filter::Filter;
use crate::kind::Kind;
use crate::moment::Moment;
use crate::record::Record;

/// A grant that somebody holds on a kind, with how it stands on a record.
#[derive(Debug, Clone)]
pub struct Held<'a> {
    /// The role that brings it, and where that is held.
    pub assignment: &'a Assignment,
    /// Its place among the roles held.
    pub place: usize,
    /// The grant.
    pub grant: &'a Grant,
    /// Its condition.
    pub condition: Clause,
}

/// A condition, or a part of one, with whether it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// What it says.
    pub says: Says,
    /// Whether that is so on the record.
    pub holds: bool,
}

/// What a condition says.
#[derive(Debug, Clone, PartialEq)]
pub enum Says {
    /// Something about the record, as it stands in the role: words such as `me` are not replaced.
    Test(Filter),
    /// All of these; none is left out, so that a reader sees which one fails.
    All(Vec<Clause>),
    /// One of these.
    Any(Vec<Clause>),
    /// Not this.
    Not(Box<Clause>),
}

/// Every grant that an actor holds on a kind, in the order of their roles. What the token in use is limited to is not
/// looked at: the question is what the person may do.
pub fn account<'a>(actor: &'a Actor, kind: &'a Kind, record: &Record, now: Moment) -> Vec<Held<'a>> {
    let mut held = Vec::new();
    for (place, assignment) in actor.assignments.iter().enumerate() {
        for grant in &assignment.role.grants {
            let Some(filter) = grant.scopes.get(&kind.key) else { continue };
            let holds = |part: &Filter| bound(part, actor, assignment, now).matches_local(record, kind);
            held.push(Held { assignment, place, grant, condition: clause(filter, &holds) });
        }
    }
    held
}

fn clause(filter: &Filter, holds: &dyn Fn(&Filter) -> bool) -> Clause {
    let parts = |members: &[Filter]| members.iter().map(|member| clause(member, holds)).collect::<Vec<_>>();
    match filter {
        Filter::And(members) => {
            let parts = parts(members);
            Clause { holds: parts.iter().all(|part| part.holds), says: Says::All(parts) }
        }
        Filter::Or(members) => {
            let parts = parts(members);
            Clause { holds: parts.iter().any(|part| part.holds), says: Says::Any(parts) }
        }
        Filter::Not(inner) => {
            let inner = clause(inner, holds);
            Clause { holds: !inner.holds, says: Says::Not(Box::new(inner)) }
        }
        leaf @ (Filter::Everything
        | Filter::Nothing
        | Filter::Test { .. }
        | Filter::Linked { .. }
        | Filter::Text(_)) => Clause { holds: holds(leaf), says: Says::Test(leaf.clone()) },
    }
}
