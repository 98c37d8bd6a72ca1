//! Conditions on records: one checked tree, whatever the notation it came from.
//!
//! Two-valued: a comparison with an empty field is false, and `not` of it is true. Ordering of text is by Unicode code
//! point; matching of text ignores the case of ASCII letters, since both databases agree on no more than that.

use serde_json::Value as Json;

use crate::id::RecordId;
use crate::moment::Moment;

/// A condition that was checked against a kind's fields. Only the parsers build one.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Every record.
    Everything,
    /// No record.
    Nothing,
    /// All of them hold.
    And(Vec<Filter>),
    /// One of them holds.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// A test of one attribute.
    Test {
        /// What is looked at.
        path: Path,
        /// What it must be.
        test: Test,
    },
    /// A link from (or, if `inverse`, to) the record exists.
    Linked {
        /// Link type key; any type when `None`.
        link: Option<String>,
        /// Looks at links that lead to the record.
        inverse: bool,
        /// The record at the other end; any when `None`.
        other: Option<Operand>,
    },
    /// Number, title, description or another text field contains these words' text.
    Text(String),
}

/// An attribute of the record, or of a record that it refers to: `service.owner`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Reference fields to follow first, each with the kind that it leads to.
    pub hops: Vec<Hop>,
    /// What is looked at in the end.
    pub attribute: Attribute,
}

/// One reference followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// Key of a single-reference field, or `organisation`, `created_by`.
    pub field: String,
    /// Key of the kind it leads to, by which the next step was checked.
    pub kind: String,
}

/// What can be looked at in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    /// A field of the kind.
    Field(String),
    /// Its id.
    Id,
    /// Its number.
    Number,
    /// Key of its state.
    State,
    /// Reporting category of its state, by key.
    Category,
    /// The organisation it belongs to.
    Organisation,
    /// When it came into being.
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
    /// Who created it.
    CreatedBy,
    /// Who watches it.
    Watchers,
}

/// What an attribute must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// Nothing is there: no value, or an empty list.
    Empty,
    /// Equal to the operand. For many references and watchers: the operand is among them.
    Equal(Operand),
    /// Ordered before the operand (numbers, dates, moments, durations, text).
    Less(Operand),
    /// Ordered before it or equal.
    LessOrEqual(Operand),
    /// Ordered after it.
    Greater(Operand),
    /// Ordered after it or equal.
    GreaterOrEqual(Operand),
    /// Equal to one of these. For many references and watchers: one of these is among them.
    In(Vec<Operand>),
    /// Text that contains this, ignoring the case of ASCII letters.
    Contains(String),
    /// Text that begins with this, ignoring the case of ASCII letters.
    StartsWith(String),
    /// A choice in a tree (or a class) that is this one or below it.
    Under(String),
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A value in the stored form of the attribute's type.
    Value(Json),
    /// The person who asks.
    Me,
    /// Every team of the person who asks; only within `In`.
    MyTeams,
    /// The organisation of the person who asks.
    MyOrganisation,
    /// Every organisation that the role in force reaches; only within `In`. Outside grants: those below my own.
    MyOrganisations,
    /// The present moment moved by so many seconds.
    Now(i64),
    /// The present day (UTC) moved by so many days.
    Today(i64),
}

/// Who asks, and when: what the relative operands stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// The present moment.
    pub now: Moment,
    /// The person who asks.
    pub me: RecordId,
    /// Their teams.
    pub my_teams: Vec<RecordId>,
    /// Their organisation.
    pub my_organisation: RecordId,
    /// The organisations in reach.
    pub my_organisations: Vec<RecordId>,
}
