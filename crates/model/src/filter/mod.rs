//! Conditions on records: one checked tree, whatever the notation it came from.
//!
//! Two-valued: a comparison with an empty field is false, and `not` of it is true. Ordering of text is by Unicode code
//! point; matching of text ignores the case of ASCII letters, since both databases agree on no more than that.

mod bind;
mod cel;
mod check;
mod error;
mod implies;
mod json;
mod literal;
mod local;
mod matches;
mod print;
mod scan;
mod search_box;
mod shape;
mod sort;

use serde_json::Value as Json;

pub use check::Resolver;
pub use error::FilterError;
pub use literal::{parse_decimal, parse_seconds, print_decimal};
pub use matches::World;
pub use shape::Shape;
pub use sort::SortKey;

use crate::access::Belonging;
use crate::id::RecordId;
use crate::moment::Moment;

/// Tests and listed values in one filter at most.
pub const MAX_TESTS: usize = 1000;
/// References followed, lists of references searched and links looked for in one filter at most. Each is an inner query,
/// and PostgreSQL's time to plan them grows faster than their number: a thousand took many seconds.
pub const MAX_JOINS: usize = 64;
/// Levels of `and`, `or` and `not` at most.
pub const MAX_DEPTH: usize = 32;
/// Bytes of a filter's text at most.
pub const MAX_TEXT_BYTES: usize = 16 * 1024;

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
    /// The number, or a text or Markdown field that every reader of the record may read (audience `requester`),
    /// contains this text, ignoring the case of ASCII letters. Other fields stay out, so that nobody can probe them.
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
    /// Key of the kind it leads to, by which the next step was checked: the first of the reference's kinds that has the
    /// next attribute. Records of other kinds count as absent.
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
    /// When the next promise of its clocks is to be kept.
    NextDue,
    /// When a promise of its clocks is broken, or will be.
    BreachAt,
}

/// What an attribute must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// Nothing is there: no value, an empty list, or no record to look into behind a reference.
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
    /// The organisation of the person who asks and those above it; only within `In`.
    MyOrganisationsAbove,
    /// The location of the person who asks and those that it lies in; only within `In`.
    MyLocations,
    /// What the person who asks counts as, such as `vip`; only within `In`.
    MyStanding,
    /// The present moment moved by so many seconds.
    Now(i64),
    /// The present day (UTC) moved by so many days, as a date.
    Today(i64),
    /// The first moment of the present day (UTC) moved by so many days.
    Midnight(i64),
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
    /// What else follows from who asks.
    pub belongs: Belonging,
}

impl Filter {
    /// All of them hold: flat, without members that always hold.
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Self {
        let mut members = Vec::new();
        for filter in filters {
            match filter {
                Self::Everything => {}
                Self::Nothing => return Self::Nothing,
                Self::And(inner) => members.extend(inner),
                other => members.push(other),
            }
        }
        match members.len() {
            0 => Self::Everything,
            1 => members.remove(0),
            _ => Self::And(members),
        }
    }

    /// One of them holds: flat, without members that never hold.
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Self {
        let mut members = Vec::new();
        for filter in filters {
            match filter {
                Self::Nothing => {}
                Self::Everything => return Self::Everything,
                Self::Or(inner) => members.extend(inner),
                other => members.push(other),
            }
        }
        match members.len() {
            0 => Self::Nothing,
            1 => members.remove(0),
            _ => Self::Or(members),
        }
    }

    /// It does not hold; a double negation falls away.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::Everything => Self::Nothing,
            Self::Nothing => Self::Everything,
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// Every path that the filter looks at, once each, the references followed on the way included. Whoever may not
    /// read one of them may not use the filter: its answer would tell the value.
    pub fn fields_used(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        self.collect_paths(&mut paths);
        paths
    }

    fn collect_paths(&self, paths: &mut Vec<Path>) {
        match self {
            Self::Everything | Self::Nothing | Self::Linked { .. } | Self::Text(_) => {}
            Self::And(members) | Self::Or(members) => members.iter().for_each(|member| member.collect_paths(paths)),
            Self::Not(inner) => inner.collect_paths(paths),
            Self::Test { path, .. } => {
                let prefixes = path.hops.iter().enumerate().map(|(index, hop)| Path {
                    hops: path.hops[..index].to_vec(),
                    attribute: Attribute::named(&hop.field),
                });
                for path in prefixes.chain([path.clone()]) {
                    if !paths.contains(&path) {
                        paths.push(path);
                    }
                }
            }
        }
    }

    fn depth(&self) -> usize {
        match self {
            Self::Everything | Self::Nothing | Self::Linked { .. } | Self::Text(_) | Self::Test { .. } => 1,
            Self::And(members) | Self::Or(members) => 1 + members.iter().map(Self::depth).max().unwrap_or_default(),
            Self::Not(inner) => 1 + inner.depth(),
        }
    }
}

impl Attribute {
    /// The attribute with this name; a name that is not built in is a field's.
    pub fn named(name: &str) -> Self {
        match name {
            "id" => Self::Id,
            "number" => Self::Number,
            "state" => Self::State,
            "state_category" => Self::Category,
            "organisation" => Self::Organisation,
            "created_at" => Self::CreatedAt,
            "updated_at" => Self::UpdatedAt,
            "created_by" => Self::CreatedBy,
            "watchers" => Self::Watchers,
            "next_due" => Self::NextDue,
            "breach_at" => Self::BreachAt,
            field => Self::Field(field.to_owned()),
        }
    }

    /// Its name in every notation.
    pub fn name(&self) -> &str {
        match self {
            Self::Field(key) => key,
            Self::Id => "id",
            Self::Number => "number",
            Self::State => "state",
            Self::Category => "state_category",
            Self::Organisation => "organisation",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::CreatedBy => "created_by",
            Self::Watchers => "watchers",
            Self::NextDue => "next_due",
            Self::BreachAt => "breach_at",
        }
    }

    /// The names of all attributes that are not fields.
    pub const BUILT_IN: [&'static str; 11] = [
        "id",
        "number",
        "state",
        "state_category",
        "organisation",
        "created_at",
        "updated_at",
        "created_by",
        "watchers",
        "next_due",
        "breach_at",
    ];
}

impl Path {
    /// The path as written: `service.owner`.
    pub fn name(&self) -> String {
        let hops = self.hops.iter().map(|hop| hop.field.as_str());
        hops.chain([self.attribute.name()]).collect::<Vec<_>>().join(".")
    }
}
