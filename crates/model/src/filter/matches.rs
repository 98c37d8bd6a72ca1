//! Evaluates a filter in memory, with the same answer as its SQL.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value as Json;

use super::{Attribute, Filter, Hop, Operand, Path, Shape, Test};
use crate::id::RecordId;
use crate::kind::{FieldType, Kind, Level};
use crate::record::Record;

/// The records around the one that is looked at.
pub trait World {
    /// The record with this id.
    fn record(&self, id: RecordId) -> Option<&Record>;
    /// The kind with this key.
    fn kind(&self, key: &str) -> Option<&Kind>;
    /// Whether an active link of this type (any when `None`) leads from the record (to it when `inverse`) to `other`
    /// (any record when `None`). The record at the other end must be readable, or the link counts as absent.
    fn linked(&self, record: &Record, link: Option<&str>, inverse: bool, other: Option<RecordId>) -> bool;
    /// Whether whoever asks may read the record; one that they may not counts as absent behind a reference.
    fn readable(&self, record: &Record) -> bool;
}

impl Filter {
    /// Whether a record of `kind` meets this bound condition (see [`Filter::bind`]). A relative operand that was left in
    /// equals nothing.
    pub fn matches(&self, record: &Record, kind: &Kind, world: &dyn World) -> bool {
        match self {
            Self::Everything => true,
            Self::Nothing => false,
            Self::And(members) => members.iter().all(|member| member.matches(record, kind, world)),
            Self::Or(members) => members.iter().any(|member| member.matches(record, kind, world)),
            Self::Not(inner) => !inner.matches(record, kind, world),
            Self::Test { path, test } => matches_path(path, test, record, kind, world),
            Self::Linked { link, inverse, other } => {
                let other = match other {
                    None => None,
                    Some(operand) => match operand.value().and_then(Json::as_i64) {
                        Some(id) => Some(RecordId(id)),
                        None => return false,
                    },
                };
                world.linked(record, link.as_deref(), *inverse, other)
            }
            Self::Text(words) => {
                let fields = kind.text_search_fields().map(|key| record.text(key));
                fields.chain([record.number.as_str()]).any(|text| contains(text, words))
            }
        }
    }
}

impl Kind {
    /// Keys of the fields that [`Filter::Text`] looks through besides the number.
    pub fn text_search_fields(&self) -> impl Iterator<Item = &str> {
        let is_searched = |field: &&crate::kind::Field| {
            let is_text = matches!(field.field_type.value_type(), FieldType::Text { .. } | FieldType::Markdown);
            is_text && field.audience == Level::Requester
        };
        self.fields.iter().filter(is_searched).map(|field| field.key.as_str())
    }
}

impl Operand {
    /// The plain value; `None` while it is relative.
    pub fn value(&self) -> Option<&Json> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }
}

fn matches_path(path: &Path, test: &Test, record: &Record, kind: &Kind, world: &dyn World) -> bool {
    let mut here = record;
    let mut kind = kind;
    for hop in &path.hops {
        let Some((next, next_kind)) = follow(hop, here, world) else {
            return *test == Test::Empty;
        };
        (here, kind) = (next, next_kind);
    }
    matches_test(test, &path.attribute, here, kind)
}

fn follow<'w>(hop: &Hop, record: &Record, world: &'w dyn World) -> Option<(&'w Record, &'w Kind)> {
    let id = match Attribute::named(&hop.field) {
        Attribute::Organisation => record.organisation,
        Attribute::CreatedBy => record.created_by,
        _ => record.reference(&hop.field)?,
    };
    let next = world.record(id).filter(|next| next.kind == hop.kind && world.readable(next))?;
    Some((next, world.kind(&hop.kind)?))
}

fn matches_test(test: &Test, attribute: &Attribute, record: &Record, kind: &Kind) -> bool {
    let shape = Shape::of(kind, attribute);
    if let Some(Shape::References(_)) = shape {
        let ids = match attribute {
            Attribute::Watchers => record.watchers.clone(),
            other => record.references(other.name()),
        };
        let has =
            |operand: &Operand| operand.value().and_then(Json::as_i64).is_some_and(|id| ids.contains(&RecordId(id)));
        return match test {
            Test::Empty => ids.is_empty(),
            Test::Equal(operand) => has(operand),
            Test::In(operands) => operands.iter().any(has),
            _ => false,
        };
    }
    let Some(value) = attribute.value_of(record, kind) else {
        return *test == Test::Empty;
    };
    let order = |operand: &Operand| operand.value().and_then(|other| compare(&value, other));
    let text = value.as_str();
    match test {
        Test::Empty => false,
        Test::Equal(operand) => order(operand) == Some(Ordering::Equal),
        Test::Less(operand) => order(operand).is_some_and(Ordering::is_lt),
        Test::LessOrEqual(operand) => order(operand).is_some_and(Ordering::is_le),
        Test::Greater(operand) => order(operand).is_some_and(Ordering::is_gt),
        Test::GreaterOrEqual(operand) => order(operand).is_some_and(Ordering::is_ge),
        Test::In(operands) => operands.iter().any(|operand| order(operand) == Some(Ordering::Equal)),
        Test::Contains(part) => text.is_some_and(|text| contains(text, part)),
        Test::StartsWith(part) => text.is_some_and(|text| starts_with(text, part)),
        Test::Under(ancestor) => match shape {
            Some(Shape::Choice(choices)) => {
                text.is_some_and(|key| choices.find(key).is_some() && choices.is_under(key, ancestor))
            }
            _ => false,
        },
    }
}

impl Attribute {
    /// The attribute's value in stored form; `None` when empty. Watchers and other lists come as arrays of ids.
    pub fn value_of<'r>(&self, record: &'r Record, kind: &Kind) -> Option<Cow<'r, Json>> {
        let built_in = match self {
            Self::Field(key) => {
                let is_there =
                    |value: &&Json| !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty());
                return record.field(key).filter(is_there).map(Cow::Borrowed);
            }
            Self::Id => Json::from(record.id.0),
            Self::Number => Json::from(record.number.as_str()),
            Self::State => Json::from(record.state.as_str()),
            Self::Category => Json::from(kind.lifecycle.category(&record.state).key()),
            Self::Organisation => Json::from(record.organisation.0),
            Self::CreatedAt => Json::from(record.created_at.0),
            Self::UpdatedAt => Json::from(record.updated_at.0),
            Self::CreatedBy => Json::from(record.created_by.0),
            Self::NextDue => Json::from(record.dues.next_due?.0),
            Self::BreachAt => Json::from(record.dues.breach_at?.0),
            Self::Watchers if record.watchers.is_empty() => return None,
            Self::Watchers => Json::from(record.watchers.iter().map(|id| id.0).collect::<Vec<_>>()),
        };
        Some(Cow::Owned(built_in))
    }
}

/// `None` when the two are not of one type.
pub(super) fn compare(left: &Json, right: &Json) -> Option<Ordering> {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => Some(left.as_i64()?.cmp(&right.as_i64()?)),
        (Json::String(left), Json::String(right)) => Some(left.cmp(right)),
        (Json::Bool(left), Json::Bool(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn contains(text: &str, part: &str) -> bool {
    text.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
}

fn starts_with(text: &str, part: &str) -> bool {
    text.as_bytes().get(..part.len()).is_some_and(|start| start.eq_ignore_ascii_case(part.as_bytes()))
}
