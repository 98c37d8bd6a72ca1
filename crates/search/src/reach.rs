//! Who may read what, as far as the columns of the index can tell: never less than the truth, often exactly it.

use serde_json::Value as Json;
use steward_model::filter::{Attribute, Filter, Operand, Test};
use steward_model::kind::{Category, FieldType, Kind};
use tantivy::columnar::Column;
use tantivy::{DocId, SegmentReader};

use crate::document::{Catalogue, category_number, fact, is_single_reference, presence, word_hash};
use crate::schema::column;

/// The records of one kind that somebody may read, by level, lowest first: bound scopes.
#[derive(Debug, Clone)]
pub struct Access<'k> {
    /// The kind.
    pub kind: &'k Kind,
    /// The scope of each level, from requester to owner.
    pub scopes: [Filter; 3],
}

/// A condition on columns, and whether it is exactly the filter's instead of a wider one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    pub(crate) test: Node,
    pub(crate) exact: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    All,
    None,
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    /// One of a column's values is one of these, ascending.
    Signed(Place, Vec<i64>),
    /// As `Signed`, for columns of numbers without sign.
    Unsigned(Place, Vec<u64>),
    /// The column has no value.
    Empty(Place),
}

/// A column that conditions look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Id,
    State,
    Category,
    Organisation,
    CreatedBy,
    Requester,
    Assignee,
    Team,
    Watchers,
    Facts,
}

impl Condition {
    fn exact(test: Node) -> Self {
        Self { test, exact: true }
    }

    fn unknown() -> Self {
        Self { test: Node::All, exact: false }
    }

    /// The condition of a bound filter on records of a kind.
    pub(crate) fn of(filter: &Filter, kind: &Kind, catalogue: &Catalogue) -> Self {
        let members = |filters: &[Filter]| {
            let conditions = filters.iter().map(|filter| Self::of(filter, kind, catalogue));
            let (tests, exact): (Vec<Node>, Vec<bool>) =
                conditions.map(|condition| (condition.test, condition.exact)).unzip();
            (tests, exact.into_iter().all(|exact| exact))
        };
        match filter {
            Filter::Everything => Self::exact(Node::All),
            Filter::Nothing => Self::exact(Node::None),
            Filter::And(filters) => {
                let (tests, exact) = members(filters);
                Self { test: Node::And(tests), exact }
            }
            Filter::Or(filters) => {
                let (tests, exact) = members(filters);
                Self { test: Node::Or(tests), exact }
            }
            // The opposite of something wider would be narrower.
            Filter::Not(inner) => match Self::of(inner, kind, catalogue) {
                Self { test, exact: true } => Self::exact(Node::Not(Box::new(test))),
                Self { exact: false, .. } => Self::unknown(),
            },
            Filter::Test { path, test } if path.hops.is_empty() => {
                match test_of(&path.attribute, test, kind, catalogue) {
                    Some(test) => Self::exact(test),
                    None => Self::unknown(),
                }
            }
            Filter::Test { .. } | Filter::Linked { .. } | Filter::Text(_) => Self::unknown(),
        }
    }
}

fn test_of(attribute: &Attribute, test: &Test, kind: &Kind, catalogue: &Catalogue) -> Option<Node> {
    let values: Vec<&Json> = match test {
        Test::Equal(operand) => vec![value(operand)?],
        Test::In(operands) => operands.iter().map(value).collect::<Option<_>>()?,
        Test::Empty => Vec::new(),
        Test::Less(_)
        | Test::LessOrEqual(_)
        | Test::Greater(_)
        | Test::GreaterOrEqual(_)
        | Test::Contains(_)
        | Test::StartsWith(_)
        | Test::Under(_) => return None,
    };
    let is_empty = *test == Test::Empty;
    let ids = |place| {
        if is_empty {
            return Some(Node::Empty(place));
        }
        let mut ids = values.iter().map(|value| value.as_i64()).collect::<Option<Vec<i64>>>()?;
        ids.sort_unstable();
        Some(Node::Signed(place, ids))
    };
    let words = |place, number: fn(&str) -> Option<u64>| {
        let mut words = values.iter().map(|value| number(value.as_str()?)).collect::<Option<Vec<u64>>>()?;
        words.sort_unstable();
        (!is_empty).then_some(Node::Unsigned(place, words))
    };
    match attribute {
        Attribute::Id => ids(Place::Id),
        Attribute::Organisation => ids(Place::Organisation),
        Attribute::CreatedBy => ids(Place::CreatedBy),
        Attribute::Watchers => ids(Place::Watchers),
        Attribute::State => words(Place::State, |state| Some(word_hash(state))),
        Attribute::Category => words(Place::Category, category),
        Attribute::Field(key) => match key.as_str() {
            "requester" if is_single_reference(kind, key) => ids(Place::Requester),
            "assignee" if is_single_reference(kind, key) => ids(Place::Assignee),
            "team" if is_single_reference(kind, key) => ids(Place::Team),
            key => facts_of(key, &values, is_empty, kind, catalogue),
        },
        Attribute::Number | Attribute::CreatedAt | Attribute::UpdatedAt | Attribute::NextDue | Attribute::BreachAt => {
            None
        }
    }
}

fn facts_of(key: &str, values: &[&Json], is_empty: bool, kind: &Kind, catalogue: &Catalogue) -> Option<Node> {
    let field_type = kind.field(key)?.field_type.value_type();
    let is_simple = matches!(
        field_type,
        FieldType::Reference { .. } | FieldType::References { .. } | FieldType::Choice(_) | FieldType::Boolean
    );
    if !is_simple || !catalogue.looks_at(key) {
        return None;
    }
    if is_empty {
        return Some(Node::Not(Box::new(Node::Unsigned(Place::Facts, vec![presence(key)]))));
    }
    let mut facts: Vec<u64> = values.iter().map(|value| fact(key, value)).collect();
    facts.sort_unstable();
    Some(Node::Unsigned(Place::Facts, facts))
}

fn value(operand: &Operand) -> Option<&Json> {
    match operand {
        Operand::Value(value) => Some(value),
        // Nothing relative is left in a bound filter.
        _ => None,
    }
}

fn category(key: &str) -> Option<u64> {
    let all = [Category::New, Category::Active, Category::Waiting, Category::Done, Category::Cancelled];
    all.into_iter().find(|category| category.key() == key).map(category_number)
}

/// The columns of a part of the index.
pub(crate) struct Columns {
    pub(crate) id: Column<i64>,
    pub(crate) kind: Column<u64>,
    pub(crate) top: Column<u64>,
    pub(crate) category: Column<u64>,
    pub(crate) updated_at: Column<i64>,
    state: Column<u64>,
    organisation: Column<i64>,
    created_by: Column<i64>,
    requester: Column<i64>,
    assignee: Column<i64>,
    team: Column<i64>,
    watchers: Column<i64>,
    facts: Column<u64>,
}

impl Columns {
    pub(crate) fn open(reader: &SegmentReader) -> tantivy::Result<Self> {
        let fast = reader.fast_fields();
        Ok(Self {
            id: fast.i64(column::ID)?,
            kind: fast.u64(column::KIND)?,
            top: fast.u64(column::TOP)?,
            category: fast.u64(column::CATEGORY)?,
            updated_at: fast.i64(column::UPDATED_AT)?,
            state: fast.u64(column::STATE)?,
            organisation: fast.i64(column::ORGANISATION)?,
            created_by: fast.i64(column::CREATED_BY)?,
            requester: fast.i64(column::REQUESTER)?,
            assignee: fast.i64(column::ASSIGNEE)?,
            team: fast.i64(column::TEAM)?,
            watchers: fast.i64(column::WATCHERS)?,
            facts: fast.u64(column::FACTS)?,
        })
    }

    pub(crate) fn holds(&self, node: &Node, doc: DocId) -> bool {
        match node {
            Node::All => true,
            Node::None => false,
            Node::And(nodes) => nodes.iter().all(|node| self.holds(node, doc)),
            Node::Or(nodes) => nodes.iter().any(|node| self.holds(node, doc)),
            Node::Not(inner) => !self.holds(inner, doc),
            Node::Signed(place, values) => self
                .signed(*place)
                .is_some_and(|column| column.values_for_doc(doc).any(|value| values.binary_search(&value).is_ok())),
            Node::Unsigned(place, values) => self
                .unsigned(*place)
                .is_some_and(|column| column.values_for_doc(doc).any(|value| values.binary_search(&value).is_ok())),
            Node::Empty(place) => self.signed(*place).is_some_and(|column| column.first(doc).is_none()),
        }
    }

    fn signed(&self, place: Place) -> Option<&Column<i64>> {
        match place {
            Place::Id => Some(&self.id),
            Place::Organisation => Some(&self.organisation),
            Place::CreatedBy => Some(&self.created_by),
            Place::Requester => Some(&self.requester),
            Place::Assignee => Some(&self.assignee),
            Place::Team => Some(&self.team),
            Place::Watchers => Some(&self.watchers),
            Place::State | Place::Category | Place::Facts => None,
        }
    }

    fn unsigned(&self, place: Place) -> Option<&Column<u64>> {
        match place {
            Place::State => Some(&self.state),
            Place::Category => Some(&self.category),
            Place::Facts => Some(&self.facts),
            _ => None,
        }
    }
}
