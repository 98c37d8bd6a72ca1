//! What somebody may do with each field of a record, and what keeps them from writing it.

use super::{Action, Rights};
use crate::kind::{Field, Kind, Level};
use crate::record::Record;

/// What somebody may do with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldAnswer {
    /// Whether it may be read.
    pub reads: bool,
    /// What keeps them from writing it; `None` where they may.
    pub unwritable: Option<Unwritable>,
}

/// Why a field cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unwritable {
    /// Steward sets it.
    Derived,
    /// It takes a higher level.
    Level(Level),
    /// Fields of the record are not theirs to change.
    NoUpdate,
    /// It is fixed as the record stands.
    Locked,
    /// It does not apply as other fields stand.
    Absent,
}

/// What somebody with these rights may do with a field of a record. A move that asks for a field takes it besides.
pub fn field_answer(kind: &Kind, record: &Record, rights: &Rights, field: &Field) -> FieldAnswer {
    let holds = |filter: &crate::filter::Filter| filter.matches_local(record, kind);
    let unwritable = match field.write {
        None => Some(Unwritable::Derived),
        Some(level) if !rights.may_write(field) => Some(Unwritable::Level(level)),
        Some(_) if !rights.may(Action::Update) => Some(Unwritable::NoUpdate),
        Some(_) if field.locked_when.as_ref().is_some_and(holds) => Some(Unwritable::Locked),
        Some(_) if !kind.has_field(field, record.text("class")) => Some(Unwritable::Absent),
        Some(_) if !field.visible_when.as_ref().is_none_or(holds) => Some(Unwritable::Absent),
        Some(_) => None,
    };
    FieldAnswer { reads: rights.may_read(field), unwritable }
}
