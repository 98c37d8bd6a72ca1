//! Which grants can hold for somebody whom a record does not name, told without knowing who they are: what spares
//! looking at everybody where a record is for a few.

use std::collections::BTreeSet;

use super::Belonging;
use crate::filter::{Environment, Filter, Operand, Test};
use crate::id::RecordId;
use crate::kind::Kind;
use crate::moment::Moment;
use crate::record::Record;

/// Everybody and everything that a record names: whoever is not among these is `me` in no test of it.
pub fn named_in(kind: &Kind, record: &Record) -> BTreeSet<RecordId> {
    let through = kind.fields.iter().filter(|field| field.field_type.target_kinds().is_some());
    let through = through.flat_map(|field| {
        record.reference(&field.key).into_iter().chain(record.references(&field.key)).collect::<Vec<_>>()
    });
    through.chain(record.watchers.iter().copied()).chain([record.id, record.created_by]).collect()
}

/// Whether a condition may hold on a record for somebody whom it does not name. `false` is certain; `true` is not.
pub fn may_concern_strangers(filter: &Filter, kind: &Kind, record: &Record, now: Moment) -> bool {
    judged(filter, kind, record, now) != Judged::No
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judged {
    Yes,
    No,
    /// It hangs on who it is.
    Open,
}

fn judged(filter: &Filter, kind: &Kind, record: &Record, now: Moment) -> Judged {
    let parts = |members: &[Filter]| members.iter().map(|part| judged(part, kind, record, now)).collect::<Vec<_>>();
    match filter {
        Filter::And(members) => {
            let parts = parts(members);
            match () {
                () if parts.contains(&Judged::No) => Judged::No,
                () if parts.contains(&Judged::Open) => Judged::Open,
                () => Judged::Yes,
            }
        }
        Filter::Or(members) => {
            let parts = parts(members);
            match () {
                () if parts.contains(&Judged::Yes) => Judged::Yes,
                () if parts.contains(&Judged::Open) => Judged::Open,
                () => Judged::No,
            }
        }
        Filter::Not(inner) => match judged(inner, kind, record, now) {
            Judged::Yes => Judged::No,
            Judged::No => Judged::Yes,
            Judged::Open => Judged::Open,
        },
        Filter::Test { path, test } => {
            let is_there = path.attribute.value_of(record, kind).is_some();
            if operands(test).iter().any(|operand| hangs_on_person(operand)) {
                // A list or a comparison holds for no empty attribute, whatever stands in it.
                return if is_there { Judged::Open } else { Judged::No };
            }
            certain(filter.bind(&nobody(now)).matches_local(record, kind))
        }
        Filter::Everything | Filter::Nothing | Filter::Text(_) => certain(filter.matches_local(record, kind)),
        Filter::Linked { .. } => Judged::Open,
    }
}

fn certain(holds: bool) -> Judged {
    if holds { Judged::Yes } else { Judged::No }
}

fn operands(test: &Test) -> Vec<&Operand> {
    match test {
        Test::Empty | Test::Contains(_) | Test::StartsWith(_) | Test::Under(_) => Vec::new(),
        Test::Equal(operand)
        | Test::Less(operand)
        | Test::LessOrEqual(operand)
        | Test::Greater(operand)
        | Test::GreaterOrEqual(operand) => vec![operand],
        Test::In(operands) => operands.iter().collect(),
    }
}

fn hangs_on_person(operand: &Operand) -> bool {
    match operand {
        Operand::MyTeams
        | Operand::MyOrganisation
        | Operand::MyOrganisations
        | Operand::MyOrganisationsAbove
        | Operand::MyLocations
        | Operand::MyStanding => true,
        Operand::Value(_) | Operand::Me | Operand::Now(_) | Operand::Today(_) | Operand::Midnight(_) => false,
    }
}

/// Somebody whom no record names.
fn nobody(now: Moment) -> Environment {
    let nobody = RecordId(i64::MIN);
    Environment {
        now,
        me: nobody,
        my_teams: Vec::new(),
        my_organisation: nobody,
        my_organisations: Vec::new(),
        belongs: Belonging::default(),
    }
}
