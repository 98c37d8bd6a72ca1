//! Filters that look at nothing but the record itself: scopes, guards, requirements.

use super::{Attribute, Filter, Operand, Path, Test, World};
use crate::id::RecordId;
use crate::kind::Kind;
use crate::record::Record;

/// A world without other records.
struct Alone;

impl World for Alone {
    fn record(&self, _id: RecordId) -> Option<&Record> {
        None
    }

    fn kind(&self, _key: &str) -> Option<&Kind> {
        None
    }

    fn linked(&self, _record: &Record, _link: Option<&str>, _inverse: bool, _other: Option<RecordId>) -> bool {
        false
    }

    fn readable(&self, _record: &Record) -> bool {
        false
    }
}

impl Filter {
    /// A test of a field of the record.
    pub fn field_test(key: &str, test: Test) -> Self {
        Self::Test { path: Path { hops: Vec::new(), attribute: Attribute::named(key) }, test }
    }

    /// Whether it looks at the record only, not at what the record refers to or is linked with.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Everything | Self::Nothing | Self::Text(_) => true,
            Self::And(members) | Self::Or(members) => members.iter().all(Self::is_local),
            Self::Not(inner) => inner.is_local(),
            Self::Test { path, .. } => path.hops.is_empty(),
            Self::Linked { .. } => false,
        }
    }

    /// Whether it depends on who asks or when.
    pub fn is_relative(&self) -> bool {
        let relative = |operand: &Operand| operand.value().is_none();
        match self {
            Self::Everything | Self::Nothing | Self::Text(_) => false,
            Self::And(members) | Self::Or(members) => members.iter().any(Self::is_relative),
            Self::Not(inner) => inner.is_relative(),
            Self::Linked { other, .. } => other.as_ref().is_some_and(relative),
            Self::Test { test, .. } => match test {
                Test::Empty | Test::Contains(_) | Test::StartsWith(_) | Test::Under(_) => false,
                Test::Equal(operand)
                | Test::Less(operand)
                | Test::LessOrEqual(operand)
                | Test::Greater(operand)
                | Test::GreaterOrEqual(operand) => relative(operand),
                Test::In(operands) => operands.iter().any(relative),
            },
        }
    }

    /// Whether a record meets this bound condition, other records being out of sight.
    pub fn matches_local(&self, record: &Record, kind: &Kind) -> bool {
        self.matches(record, kind, &Alone)
    }

    /// The same condition without members that always or never hold.
    #[must_use]
    pub fn simplified(self) -> Self {
        match self {
            Self::And(members) => Self::all(members.into_iter().map(Self::simplified)),
            Self::Or(members) => Self::any(members.into_iter().map(Self::simplified)),
            Self::Not(inner) => inner.simplified().negate(),
            Self::Test { test: Test::In(operands), .. } if operands.is_empty() => Self::Nothing,
            other => other,
        }
    }
}
