//! The order of a list.

use serde_json::Value as Json;

use super::check::named;
use super::{Attribute, FilterError, Shape};
use crate::kind::Kind;
use crate::record::Record;

/// Fields with a column of their own, and so with an index.
const PROMOTED: [&str; 9] =
    ["requester", "assignee", "team", "service", "priority", "opened_at", "resolved_at", "closed_at", "due_at"];

/// Keys in one order at most; each is another comparison per row.
const MAX_KEYS: usize = 4;

/// One step of an order. Records without a value come last in both directions; the id settles what is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// What is looked at.
    pub attribute: Attribute,
    /// Greatest first.
    pub descending: bool,
}

impl SortKey {
    /// Parses an order such as `-priority,updated_at`. Nothing gives no keys: the order by id. A field must be indexed,
    /// have a column of its own, or be the kind's label.
    ///
    /// # Errors
    /// The name that cannot be sorted by, with its place in the text.
    pub fn parse(text: &str, kind: &Kind) -> Result<Vec<Self>, FilterError> {
        let mut keys: Vec<Self> = Vec::new();
        let mut start = 0;
        for part in text.split(',').filter(|_| !text.trim().is_empty()) {
            let position = start..start + part.len();
            start += part.len() + 1;
            let name = part.trim();
            let (descending, name) = name.strip_prefix('-').map_or((false, name), |rest| (true, rest));
            let attribute = named(kind, name);
            let refuse = |message: String| Err(FilterError::new(message).at(position.clone()));
            let Some(shape) = Shape::of(kind, &attribute) else {
                let fields = kind.fields.iter().map(|field| field.key.as_str()).chain(Attribute::BUILT_IN);
                let error = FilterError::new(format!("{} has no field `{name}`", kind.key));
                return Err(error.suggest(name, fields).at(position));
            };
            if matches!(shape, Shape::References(_) | Shape::Opaque) {
                return refuse(format!("`{name}` has no order"));
            }
            if let Attribute::Field(key) = &attribute
                && !PROMOTED.contains(&key.as_str())
                && *key != kind.label_field
                && !kind.field(key).is_some_and(|field| field.indexed)
            {
                return refuse(format!("lists do not sort by `{name}`: it is not indexed"));
            }
            if keys.iter().any(|key| key.attribute == attribute) {
                return refuse(format!("`{name}` stands twice"));
            }
            if keys.len() == MAX_KEYS {
                return refuse(format!("a list sorts by at most {MAX_KEYS} fields"));
            }
            keys.push(Self { attribute, descending });
        }
        Ok(keys)
    }

    /// What a record is sorted by under this key, `null` when empty: the part of a cursor. A ranked `priority` counts by
    /// its rank.
    pub fn value_of(&self, record: &Record, kind: &Kind) -> Json {
        let Some(value) = self.attribute.value_of(record, kind) else {
            return Json::Null;
        };
        match (self.is_priority_rank(kind), value.as_str()) {
            (true, Some(key)) => Json::from(self.rank(key, kind)),
            _ => value.into_owned(),
        }
    }

    /// Whether it sorts by the rank of the priority rather than its key.
    pub fn is_priority_rank(&self, kind: &Kind) -> bool {
        let is_priority = self.attribute == Attribute::Field("priority".to_owned());
        is_priority && matches!(Shape::of(kind, &self.attribute), Some(Shape::Choice(_)))
    }

    fn rank(&self, key: &str, kind: &Kind) -> Option<i64> {
        match Shape::of(kind, &self.attribute) {
            Some(Shape::Choice(choices)) => choices.rank(key).and_then(|rank| i64::try_from(rank).ok()),
            _ => None,
        }
    }
}
