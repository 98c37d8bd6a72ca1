//! The shape of an attribute's values: what may be compared with it, and how.

use std::borrow::Cow;

use super::Attribute;
use crate::kind::{Choice, Choices, FieldType, Kind, Lifecycle};

/// Key of the kind of people.
pub(super) const PERSON: &str = "person";
/// Key of the kind of teams.
pub(super) const TEAM: &str = "team";
/// Key of the kind of organisations.
pub(super) const ORGANISATION: &str = "organisation";

/// Key of the kind of locations.
pub(super) const LOCATION: &str = "location";

/// What the values of an attribute are.
#[derive(Debug, Clone)]
pub enum Shape<'k> {
    /// The record's own id.
    Id,
    /// Text of any sort.
    Text,
    /// Yes or no.
    Boolean,
    /// Whole number.
    Integer,
    /// Millionths.
    Decimal,
    /// Day, as `YYYY-MM-DD`.
    Date,
    /// Microseconds since 1970 UTC.
    Moment,
    /// Seconds.
    Duration,
    /// Key of a choice, or of a class.
    Choice(Cow<'k, Choices>),
    /// Key of a state.
    State(&'k Lifecycle),
    /// Key of a reporting category.
    Category,
    /// Id of one record of these kinds; any kind when empty.
    Reference(Cow<'k, [String]>),
    /// Ids of records of these kinds; any kind when empty.
    References(Cow<'k, [String]>),
    /// Amounts, tables and secrets: only whether something is there.
    Opaque,
}

impl<'k> Shape<'k> {
    /// The shape of an attribute of a kind; `None` when the kind has no such field.
    pub fn of(kind: &'k Kind, attribute: &Attribute) -> Option<Self> {
        Some(match attribute {
            Attribute::Field(key) => Self::of_field(kind, key)?,
            Attribute::Id => Self::Id,
            Attribute::Number => Self::Text,
            Attribute::State => Self::State(&kind.lifecycle),
            Attribute::Category => Self::Category,
            Attribute::Organisation => Self::Reference(Cow::Owned(vec![ORGANISATION.to_owned()])),
            Attribute::CreatedAt | Attribute::UpdatedAt | Attribute::NextDue | Attribute::BreachAt => Self::Moment,
            Attribute::CreatedBy => Self::Reference(Cow::Owned(vec![PERSON.to_owned()])),
            Attribute::Watchers => Self::References(Cow::Owned(vec![PERSON.to_owned()])),
        })
    }

    fn of_field(kind: &'k Kind, key: &str) -> Option<Self> {
        let field = kind.field(key)?;
        if key == "class" && !kind.classes.is_empty() {
            let choices = kind.classes.iter().map(|class| Choice {
                key: class.key.clone(),
                label: class.label.clone(),
                parent: class.parent.clone(),
                inactive: false,
                was: Vec::new(),
            });
            return Some(Self::Choice(Cow::Owned(Choices(choices.collect()))));
        }
        Some(match field.field_type.value_type() {
            FieldType::Text { .. } | FieldType::Markdown | FieldType::Url | FieldType::Mail | FieldType::Phone => {
                Self::Text
            }
            FieldType::Integer { .. } => Self::Integer,
            FieldType::Decimal => Self::Decimal,
            FieldType::Boolean => Self::Boolean,
            FieldType::Date => Self::Date,
            FieldType::Moment => Self::Moment,
            FieldType::Duration => Self::Duration,
            FieldType::Choice(choices) => Self::Choice(Cow::Borrowed(choices)),
            FieldType::Reference { kinds } => Self::Reference(Cow::Borrowed(kinds)),
            FieldType::References { kinds } => Self::References(Cow::Borrowed(kinds)),
            FieldType::Money | FieldType::Table { .. } | FieldType::Secret | FieldType::Computed { .. } => Self::Opaque,
        })
    }

    /// The word for it in messages.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Id => "an id",
            Self::Text => "text",
            Self::Boolean => "true or false",
            Self::Integer => "a whole number",
            Self::Decimal => "a decimal number",
            Self::Date => "a date",
            Self::Moment => "a moment",
            Self::Duration => "a duration",
            Self::Choice(_) => "a choice",
            Self::State(_) => "a state",
            Self::Category => "a state category",
            Self::Reference(_) => "a reference",
            Self::References(_) => "a list of references",
            Self::Opaque => "not comparable",
        }
    }

    /// Whether its values have parts that can be searched as text.
    pub(super) fn is_textual(&self) -> bool {
        matches!(self, Self::Text | Self::Choice(_) | Self::State(_) | Self::Category)
    }

    /// Whether its values have an order that tests may ask for. Choices are ordered by rank, at parse time.
    pub(super) fn is_ordered(&self) -> bool {
        matches!(self, Self::Text | Self::Integer | Self::Decimal | Self::Date | Self::Moment | Self::Duration)
    }

    /// Kinds behind a reference.
    pub(super) fn kinds(&self) -> Option<&[String]> {
        match self {
            Self::Reference(kinds) | Self::References(kinds) => Some(kinds),
            _ => None,
        }
    }

    /// Whether a record of this kind may be named.
    pub(super) fn may_name(&self, kind: &str) -> bool {
        self.kinds().is_some_and(|kinds| kinds.is_empty() || kinds.iter().any(|key| key == kind))
    }
}
