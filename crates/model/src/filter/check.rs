//! The type check that every notation goes through: names against the kind's fields, values against their types.

use std::cell::Cell;

use serde_json::Value as Json;

use super::literal::{parse_date, parse_decimal, parse_moment, parse_seconds};
use super::shape::{LOCATION, ORGANISATION, PERSON, TEAM};
use super::{Attribute, Filter, FilterError, Hop, MAX_DEPTH, MAX_JOINS, MAX_TESTS, Operand, Path, Shape, Test};
use crate::id::RecordId;
use crate::kind::{Kind, Registry};

/// Looks up a record of one of these kinds (any kind when empty) by number, login or unique key. `None` when there is
/// none: the test is then never true, so that its answer does not tell whether the record exists.
pub type Resolver<'a> = dyn Fn(&[String], &str) -> Option<RecordId> + 'a;

/// Longest way through references.
const MAX_HOPS: usize = 4;
/// Farthest from now, in seconds: a thousand years.
const MAX_OFFSET: i64 = 31_600_000_000;

/// A value as written, before the type it is compared with is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Text(String),
    Integer(i64),
    Decimal(f64),
    Boolean(bool),
    Moment(i64),
    Duration(i64),
    /// `now`, moved by seconds.
    Now(i64),
    /// `today`, moved by seconds that must be whole days.
    Today(i64),
    Me,
    MyTeams,
    MyOrganisation,
    MyOrganisations,
    MyOrganisationsAbove,
    MyLocations,
    MyStanding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// An attribute that was found, with what its values are.
#[derive(Debug, Clone)]
pub(super) struct Found<'a> {
    pub(super) path: Path,
    pub(super) shape: Shape<'a>,
}

pub(super) struct Checker<'a> {
    kind: &'a Kind,
    registry: &'a Registry,
    resolver: Option<&'a Resolver<'a>>,
    tests: Cell<usize>,
    joins: Cell<usize>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(kind: &'a Kind, registry: &'a Registry, resolver: Option<&'a Resolver<'a>>) -> Self {
        Self { kind, registry, resolver, tests: Cell::new(0), joins: Cell::new(0) }
    }

    pub(super) fn kind(&self) -> &'a Kind {
        self.kind
    }

    /// Finds a dotted name, following single references.
    pub(super) fn find(&self, name: &str) -> Result<Found<'a>, FilterError> {
        let mut kind = self.kind;
        let mut hops: Vec<Hop> = Vec::new();
        let mut steps = name.split('.').peekable();
        while let Some(step) = steps.next() {
            let attribute = named(kind, step);
            let shape = Shape::of(kind, &attribute).ok_or_else(|| unknown_field(step, kind))?;
            let Some(next) = steps.peek() else {
                return Ok(Found { path: Path { hops, attribute }, shape });
            };
            let Shape::Reference(kinds) = &shape else {
                return Err(FilterError::new(format!(
                    "`{step}` is not a reference to one record, so `.{next}` cannot follow"
                )));
            };
            if hops.len() == MAX_HOPS {
                return Err(FilterError::new(format!("`{name}` follows more than {MAX_HOPS} references")));
            }
            kind = self.hop_kind(step, kinds, next)?;
            hops.push(Hop { field: attribute.name().to_owned(), kind: kind.key.clone() });
        }
        Err(FilterError::new("a field is missing"))
    }

    fn hop_kind(&self, step: &str, kinds: &[String], next: &str) -> Result<&'a Kind, FilterError> {
        let all = self.registry.kinds().iter().map(AsRef::as_ref);
        let targets: Vec<&Kind> = all.filter(|kind| kinds.is_empty() || kinds.contains(&kind.key)).collect();
        let has_next = |kind: &&&Kind| Shape::of(kind, &named(kind, next)).is_some();
        match (targets.iter().find(has_next), targets.first()) {
            (Some(kind), _) => Ok(kind),
            (None, Some(first)) => Err(unknown_field(next, first)),
            (None, None) => Err(FilterError::new(format!("`{step}` leads to no kind of record known here"))),
        }
    }

    /// Counts a test or a listed value.
    pub(super) fn count(&self) -> Result<(), FilterError> {
        self.tests.set(self.tests.get() + 1);
        if self.tests.get() > MAX_TESTS {
            return Err(FilterError::new(format!("a filter holds at most {MAX_TESTS} tests and listed values")));
        }
        Ok(())
    }

    /// Counts looks into other rows than the record's own.
    fn count_joins(&self, joins: usize) -> Result<(), FilterError> {
        self.joins.set(self.joins.get() + joins);
        if self.joins.get() > MAX_JOINS {
            let message =
                format!("a filter follows references, lists of references and links at most {MAX_JOINS} times");
            return Err(FilterError::new(message));
        }
        Ok(())
    }

    /// Refuses a tree that is nested too deeply.
    pub(super) fn finish(&self, filter: Filter) -> Result<Filter, FilterError> {
        if filter.depth() > MAX_DEPTH {
            return Err(FilterError::new(format!("a filter nests at most {MAX_DEPTH} levels")));
        }
        Ok(filter)
    }

    pub(super) fn empty(&self, found: &Found<'_>) -> Result<Filter, FilterError> {
        self.test(found, Test::Empty)
    }

    fn test(&self, found: &Found<'_>, test: Test) -> Result<Filter, FilterError> {
        self.count()?;
        self.count_joins(found.path.hops.len() + usize::from(matches!(found.shape, Shape::References(_))))?;
        Ok(Filter::Test { path: found.path.clone(), test })
    }

    pub(super) fn compare(&self, found: &Found<'_>, by: Comparison, value: &Literal) -> Result<Filter, FilterError> {
        if let Shape::Choice(choices) = &found.shape
            && !matches!(by, Comparison::Equal | Comparison::NotEqual)
        {
            let key = match self.operand(found, value)? {
                Some(Operand::Value(Json::String(key))) => key,
                _ => return Ok(Filter::Nothing),
            };
            let bound = choices.rank(&key);
            let fits = |rank: Option<usize>| match by {
                Comparison::Equal | Comparison::NotEqual => false,
                Comparison::Less => rank < bound,
                Comparison::LessOrEqual => rank <= bound,
                Comparison::Greater => rank > bound,
                Comparison::GreaterOrEqual => rank >= bound,
            };
            let keys = choices.0.iter().map(|choice| &choice.key).filter(|key| fits(choices.rank(key)));
            return self.test(found, Test::In(keys.map(|key| Operand::Value(Json::from(key.as_str()))).collect()));
        }
        let name = found.path.name();
        if !matches!(by, Comparison::Equal | Comparison::NotEqual) && !found.shape.is_ordered() {
            return Err(FilterError::new(format!("`{name}` is {}, which has no order", found.shape.noun())));
        }
        if value.is_many() {
            return Err(
                FilterError::new(format!("that is a list: ask whether `{name}` is in it")).suggest("in", ["in"])
            );
        }
        let Some(operand) = self.operand(found, value)? else {
            return Ok(if by == Comparison::NotEqual { Filter::Everything } else { Filter::Nothing });
        };
        match by {
            Comparison::Equal => self.test(found, Test::Equal(operand)),
            Comparison::NotEqual => Ok(self.test(found, Test::Equal(operand))?.negate()),
            Comparison::Less => self.test(found, Test::Less(operand)),
            Comparison::LessOrEqual => self.test(found, Test::LessOrEqual(operand)),
            Comparison::Greater => self.test(found, Test::Greater(operand)),
            Comparison::GreaterOrEqual => self.test(found, Test::GreaterOrEqual(operand)),
        }
    }

    pub(super) fn any_of(&self, found: &Found<'_>, values: &[Literal]) -> Result<Filter, FilterError> {
        let mut operands = Vec::new();
        for value in values {
            self.count()?;
            operands.extend(self.operand(found, value)?);
        }
        self.test(found, Test::In(operands))
    }

    pub(super) fn contains(&self, found: &Found<'_>, part: String) -> Result<Filter, FilterError> {
        self.textual(found, &part)?;
        self.test(found, Test::Contains(part))
    }

    pub(super) fn starts_with(&self, found: &Found<'_>, part: String) -> Result<Filter, FilterError> {
        self.textual(found, &part)?;
        self.test(found, Test::StartsWith(part))
    }

    fn textual(&self, found: &Found<'_>, part: &str) -> Result<(), FilterError> {
        refuse_nul(part)?;
        if found.shape.is_textual() {
            return Ok(());
        }
        Err(FilterError::new(format!("`{}` is {}, not text", found.path.name(), found.shape.noun())))
    }

    pub(super) fn under(&self, found: &Found<'_>, key: &str) -> Result<Filter, FilterError> {
        match &found.shape {
            Shape::Choice(choices) => match choices.find_named(key) {
                Some(choice) => self.test(found, Test::Under(choice.key.clone())),
                None => Err(unknown_value(found, key)),
            },
            other => {
                Err(FilterError::new(format!("`{}` is {}, not a tree of choices", found.path.name(), other.noun())))
            }
        }
    }

    pub(super) fn text(&self, words: String) -> Result<Filter, FilterError> {
        refuse_nul(&words)?;
        self.count()?;
        Ok(Filter::Text(words))
    }

    /// `inverse` looks at links that lead to the record.
    pub(super) fn linked(
        &self,
        link: Option<&str>,
        inverse: bool,
        other: Option<&Literal>,
    ) -> Result<Filter, FilterError> {
        self.count()?;
        self.count_joins(1)?;
        let known = match link {
            None => None,
            Some(key) => Some(self.registry.link(key).ok_or_else(|| {
                let keys = self.registry.links().iter().map(|link| link.key.as_str());
                FilterError::new(format!("there is no link type `{key}`")).suggest(key, keys)
            })?),
        };
        let kinds = known.map_or(&[][..], |link| if inverse { &link.from } else { &link.to });
        let other = match other {
            None => None,
            Some(value) => match self.record(kinds, value)? {
                Some(operand) => Some(operand),
                None => return Ok(Filter::Nothing),
            },
        };
        Ok(Filter::Linked { link: link.map(str::to_owned), inverse, other })
    }

    /// A record as operand; `None` when nothing has that name.
    fn record(&self, kinds: &[String], value: &Literal) -> Result<Option<Operand>, FilterError> {
        let allows = |kind: &str| kinds.is_empty() || kinds.iter().any(|key| key == kind);
        match value {
            Literal::Integer(id) => Ok(Some(Operand::Value(Json::from(*id)))),
            Literal::Text(text) => {
                refuse_nul(text)?;
                if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
                    let id = text
                        .parse::<i64>()
                        .map_err(|_| FilterError::new(format!("`{text}` is too large for an id")))?;
                    return Ok(Some(Operand::Value(Json::from(id))));
                }
                let Some(resolver) = self.resolver else {
                    return Err(FilterError::new(format!(
                        "`{text}` cannot be looked up here: name the record by its id"
                    )));
                };
                Ok(resolver(kinds, text).map(|id| Operand::Value(Json::from(id.0))))
            }
            Literal::Me if allows(PERSON) => Ok(Some(Operand::Me)),
            Literal::MyOrganisation if allows(ORGANISATION) => Ok(Some(Operand::MyOrganisation)),
            Literal::MyTeams if allows(TEAM) => Ok(Some(Operand::MyTeams)),
            Literal::MyOrganisations if allows(ORGANISATION) => Ok(Some(Operand::MyOrganisations)),
            Literal::MyOrganisationsAbove if allows(ORGANISATION) => Ok(Some(Operand::MyOrganisationsAbove)),
            Literal::MyLocations if allows(LOCATION) => Ok(Some(Operand::MyLocations)),
            _ => {
                let kinds = if kinds.is_empty() { "a record".to_owned() } else { kinds.join(" or ") };
                Err(FilterError::new(format!("this refers to {kinds}: compare it with an id or name of one")))
            }
        }
    }

    /// The value in the stored form of the attribute's type; `None` for a reference that nothing has the name of.
    pub(super) fn operand(&self, found: &Found<'_>, value: &Literal) -> Result<Option<Operand>, FilterError> {
        let wrong = || {
            let name = found.path.name();
            FilterError::new(format!("`{name}` is {} and cannot be compared with {}", found.shape.noun(), value.noun()))
        };
        if let Literal::Text(text) = value {
            refuse_nul(text)?;
        }
        let stored = match (&found.shape, value) {
            (Shape::Reference(kinds) | Shape::References(kinds), value) => {
                return self.record(kinds, value).map_err(|error| match value {
                    Literal::Text(_) => error,
                    _ => FilterError { message: format!("`{}`: {}", found.path.name(), error.message), ..error },
                });
            }
            (Shape::Choice(_) | Shape::Text, Literal::MyStanding) => return Ok(Some(Operand::MyStanding)),
            (Shape::Id, value) if value.is_own() => {
                // The id of a person, team or organisation is compared with those of whoever asks.
                let own = found.path.hops.last().map_or(&self.kind.key, |hop| &hop.kind);
                return self.record(std::slice::from_ref(own), value).map_err(|_| wrong());
            }
            (Shape::Id, Literal::Integer(id)) => Json::from(*id),
            (Shape::Id, Literal::Text(text)) => Json::from(text.parse::<i64>().map_err(|_| wrong())?),
            (Shape::Text, Literal::Text(text)) => Json::from(text.as_str()),
            (Shape::Boolean, Literal::Boolean(truth)) => Json::from(*truth),
            (Shape::Integer, Literal::Integer(number)) => Json::from(*number),
            (Shape::Decimal, Literal::Integer(number)) => {
                let millionths = number.checked_mul(1_000_000);
                Json::from(millionths.ok_or_else(|| FilterError::new(format!("{number} is too large for a decimal")))?)
            }
            (Shape::Decimal, Literal::Decimal(number)) => {
                let millionths = parse_decimal(&number.to_string());
                let refuse =
                    || FilterError::new(format!("{number} is too large for a decimal, or has more than six places"));
                Json::from(millionths.ok_or_else(refuse)?)
            }
            (Shape::Decimal, Literal::Text(text)) => Json::from(parse_decimal(text).ok_or_else(wrong)?),
            (Shape::Date, Literal::Text(text)) => {
                let date = parse_date(text)
                    .ok_or_else(|| FilterError::new(format!("`{text}` is not a date like 2026-03-01")))?;
                Json::from(date.to_string())
            }
            (Shape::Date, Literal::Today(offset)) => return Ok(Some(Operand::Today(whole_days(*offset)?))),
            (Shape::Date, Literal::Now(_)) => return Err(wrong().suggest("today", ["today"])),
            (Shape::Moment, Literal::Moment(micros)) => Json::from(*micros),
            (Shape::Moment, Literal::Text(text)) => {
                let refuse = || FilterError::new(format!("`{text}` is not a moment like 2026-03-01T09:30:00Z"));
                Json::from(parse_moment(text).ok_or_else(refuse)?.0)
            }
            (Shape::Moment, Literal::Now(offset)) => return Ok(Some(Operand::Now(in_reach(*offset)?))),
            (Shape::Moment, Literal::Today(offset)) => return Ok(Some(Operand::Midnight(whole_days(*offset)?))),
            (Shape::Duration, Literal::Duration(seconds) | Literal::Integer(seconds)) => Json::from(*seconds),
            (Shape::Duration, Literal::Text(text)) => {
                let refuse = || FilterError::new(format!("`{text}` is not a duration like 30m, 24h or 7d"));
                Json::from(parse_seconds(text).ok_or_else(refuse)?)
            }
            (Shape::Choice(choices), Literal::Text(key)) if choices.find_named(key).is_some() => {
                Json::from(choices.find_named(key).map_or(key.as_str(), |choice| choice.key.as_str()))
            }
            (Shape::State(lifecycle), Literal::Text(key)) if lifecycle.state(key).is_some() => Json::from(key.as_str()),
            (Shape::Category, Literal::Text(key)) if CATEGORIES.contains(&key.as_str()) => Json::from(key.as_str()),
            (Shape::Choice(_) | Shape::State(_) | Shape::Category, Literal::Text(key)) => {
                return Err(unknown_value(found, key));
            }
            _ => return Err(wrong()),
        };
        Ok(Some(Operand::Value(stored)))
    }

    /// A relative value written as text, where no plain value of the type could be meant: `me`, `my_teams`, `now-24h`.
    pub(super) fn relative(&self, shape: &Shape<'_>, text: &str) -> Option<Literal> {
        match shape {
            Shape::Reference(_) | Shape::References(_) => match text {
                "me" => Some(Literal::Me),
                "my_teams" => Some(Literal::MyTeams),
                "my_organisation" => Some(Literal::MyOrganisation),
                "my_organisations" => Some(Literal::MyOrganisations),
                "my_organisations_above" => Some(Literal::MyOrganisationsAbove),
                "my_locations" => Some(Literal::MyLocations),
                "mine" if shape.may_name(PERSON) => Some(Literal::Me),
                "mine" if shape.may_name(TEAM) => Some(Literal::MyTeams),
                "mine" if shape.may_name(ORGANISATION) => Some(Literal::MyOrganisations),
                _ => None,
            },
            Shape::Moment | Shape::Date => {
                let (is_now, offset) = match (text.strip_prefix("now"), text.strip_prefix("today")) {
                    (Some(offset), _) => (true, offset),
                    (None, Some(offset)) => (false, offset),
                    (None, None) => return None,
                };
                let seconds = match offset.strip_prefix('+') {
                    None if offset.is_empty() => 0,
                    None if offset.starts_with('-') => parse_seconds(offset)?,
                    None => return None,
                    Some(forward) => parse_seconds(forward)?,
                };
                Some(if is_now { Literal::Now(seconds) } else { Literal::Today(seconds) })
            }
            _ => None,
        }
    }
}

impl Literal {
    /// Whether it stands for several values, one of which may be asked for by `in`.
    pub(super) fn is_many(&self) -> bool {
        matches!(
            self,
            Self::MyTeams | Self::MyOrganisations | Self::MyOrganisationsAbove | Self::MyLocations | Self::MyStanding
        )
    }

    /// Whether it stands for records of whoever asks.
    fn is_own(&self) -> bool {
        matches!(self, Self::Me | Self::MyOrganisation) || self.is_many() && *self != Self::MyStanding
    }

    fn noun(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Integer(_) => "a whole number",
            Self::Decimal(_) => "a decimal number",
            Self::Boolean(_) => "true or false",
            Self::Moment(_) | Self::Now(_) => "a moment",
            Self::Duration(_) => "a duration",
            Self::Today(_) => "a day",
            Self::Me => "a person",
            Self::MyTeams => "teams",
            Self::MyOrganisation => "an organisation",
            Self::MyOrganisations | Self::MyOrganisationsAbove => "organisations",
            Self::MyLocations => "locations",
            Self::MyStanding => "what somebody counts as",
        }
    }
}

/// The attribute that a name means: a field also by a key that it had before.
pub(super) fn named(kind: &Kind, name: &str) -> Attribute {
    match Attribute::named(name) {
        Attribute::Field(key) => Attribute::Field(kind.field_named(&key).map(|field| field.key.clone()).unwrap_or(key)),
        other => other,
    }
}

/// Keys of the reporting categories.
pub(super) const CATEGORIES: [&str; 5] = ["new", "active", "waiting", "done", "cancelled"];

fn in_reach(offset: i64) -> Result<i64, FilterError> {
    if offset.abs() > MAX_OFFSET {
        return Err(FilterError::new("that is more than a thousand years from now"));
    }
    Ok(offset)
}

fn whole_days(offset: i64) -> Result<i64, FilterError> {
    if in_reach(offset)? % 86_400 != 0 {
        return Err(FilterError::new("`today` moves by whole days only; use `now` for hours"));
    }
    Ok(offset / 86_400)
}

fn refuse_nul(text: &str) -> Result<(), FilterError> {
    if text.contains('\0') {
        return Err(FilterError::new("text must not hold the NUL character"));
    }
    Ok(())
}

fn unknown_field(name: &str, kind: &Kind) -> FilterError {
    let fields = kind.fields.iter().map(|field| field.key.as_str());
    let known = fields.chain(Attribute::BUILT_IN);
    FilterError::new(format!("{} has no field `{name}`", kind.key)).suggest(name, known)
}

fn unknown_value(found: &Found<'_>, key: &str) -> FilterError {
    let error = FilterError::new(format!("`{}` has no value `{key}`", found.path.name()));
    match &found.shape {
        Shape::Choice(choices) => error.suggest(key, choices.0.iter().map(|choice| choice.key.as_str())),
        Shape::State(lifecycle) => error.suggest(key, lifecycle.states.iter().map(|state| state.key.as_str())),
        _ => error.suggest(key, CATEGORIES),
    }
}
