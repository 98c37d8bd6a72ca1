//! The filter tree as JSON, for programs that build conditions.
//!
//! | object | meaning |
//! | --- | --- |
//! | `true`, `false` | every record, no record |
//! | `{"and": […]}`, `{"or": […]}`, `{"not": …}` | combinations |
//! | `{"field": "service.owner", "is": "me"}` | equal; also `less`, `at_most`, `more`, `at_least` |
//! | `{"field": "priority", "in": ["critical", "high"]}` | one of |
//! | `{"field": "assignee", "empty": true}` | nothing is there (`false`: something is) |
//! | `{"field": "title", "contains": "mail"}` | also `starts_with`, and `under` for trees of choices |
//! | `{"linked": "caused_by", "inverse": false, "other": "42"}` | a link; `null` for any type, the rest optional |
//! | `{"text": "words"}` | text anywhere |
//!
//! Moments are RFC 3339 or `now-24h`, `today+7d`; durations `2h` or seconds; decimals numbers or exact text; references
//! ids (as text or number), names, `me`, `my_teams`, `my_organisation`, `my_organisations`, …

use serde_json::{Map, Value as Json, json};

use super::check::{Checker, Comparison, Found, Literal};
use super::literal::print_seconds;
use super::print::shape_of;
use super::{Filter, FilterError, MAX_DEPTH, Operand, Path, Resolver, Shape, Test, print_decimal};
use crate::kind::{Kind, Registry};
use crate::moment::Moment;

impl Filter {
    /// Reads a condition from its JSON notation.
    ///
    /// # Errors
    /// What is wrong; the message begins with the JSON pointer of the place.
    pub fn from_json(
        json: &Json,
        kind: &Kind,
        registry: &Registry,
        resolver: &Resolver<'_>,
    ) -> Result<Self, FilterError> {
        let checker = Checker::new(kind, registry, Some(resolver));
        checker.finish(read(json, &checker, "", 0)?)
    }

    /// The condition in its JSON notation; reading it for the same kind gives the same filter.
    pub fn to_json(&self, kind: &Kind, registry: &Registry) -> Json {
        let all = |members: &[Self]| members.iter().map(|member| member.to_json(kind, registry)).collect::<Vec<_>>();
        match self {
            Self::Everything => json!(true),
            Self::Nothing => json!(false),
            Self::And(members) => json!({ "and": all(members) }),
            Self::Or(members) => json!({ "or": all(members) }),
            Self::Not(inner) => match inner.as_ref() {
                Self::Test { path, test: Test::Empty } => json!({ "field": path.name(), "empty": false }),
                other => json!({ "not": other.to_json(kind, registry) }),
            },
            Self::Test { path, test } => write_test(path, test, kind, registry),
            Self::Linked { link, inverse, other } => {
                let mut object = Map::from_iter([("linked".to_owned(), json!(link))]);
                if *inverse {
                    object.insert("inverse".to_owned(), json!(true));
                }
                if let Some(other) = other {
                    let kinds = Shape::Reference(Vec::new().into());
                    object.insert("other".to_owned(), write_operand(other, Some(&kinds)));
                }
                Json::Object(object)
            }
            Self::Text(words) => json!({ "text": words }),
        }
    }
}

fn fault(place: &str, error: FilterError) -> FilterError {
    let place = if place.is_empty() { "/" } else { place };
    FilterError { message: format!("at {place}: {}", error.message), ..error }
}

fn read(json: &Json, checker: &Checker<'_>, place: &str, depth: usize) -> Result<Filter, FilterError> {
    let fail = |message: &str| fault(place, FilterError::new(message));
    if depth > MAX_DEPTH {
        return Err(fail(&format!("a filter nests at most {MAX_DEPTH} levels")));
    }
    let object = match json {
        Json::Bool(true) => return Ok(Filter::Everything),
        Json::Bool(false) => return Ok(Filter::Nothing),
        Json::Object(object) => object,
        _ => return Err(fail("a condition is an object")),
    };
    let only = |keys: &[&str]| match object.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(extra) => Err(fault(
            place,
            FilterError::new(format!("`{extra}` has no meaning here")).suggest(extra, keys.iter().copied()),
        )),
        None => Ok(()),
    };
    let members = |key: &str, list: &Json| {
        let list = list.as_array().ok_or_else(|| fail(&format!("`{key}` holds a list of conditions")))?;
        let read_one = |(index, member)| read(member, checker, &format!("{place}/{key}/{index}"), depth + 1);
        list.iter().enumerate().map(read_one).collect::<Result<Vec<_>, _>>()
    };
    if let Some(list) = object.get("and") {
        only(&["and"])?;
        return Ok(Filter::all(members("and", list)?));
    }
    if let Some(list) = object.get("or") {
        only(&["or"])?;
        return Ok(Filter::any(members("or", list)?));
    }
    if let Some(inner) = object.get("not") {
        only(&["not"])?;
        return Ok(read(inner, checker, &format!("{place}/not"), depth + 1)?.negate());
    }
    if let Some(words) = object.get("text") {
        only(&["text"])?;
        let words = words.as_str().ok_or_else(|| fail("`text` holds text"))?;
        return checker.text(words.to_owned()).map_err(|error| fault(place, error));
    }
    if let Some(link) = object.get("linked") {
        only(&["linked", "inverse", "other"])?;
        let link = match link {
            Json::Null => None,
            Json::String(key) => Some(key.as_str()),
            _ => return Err(fail("`linked` holds a link type or null")),
        };
        let inverse = match object.get("inverse") {
            None => false,
            Some(truth) => truth.as_bool().ok_or_else(|| fail("`inverse` is true or false"))?,
        };
        let other = match object.get("other") {
            None => None,
            Some(Json::String(text)) if text == "me" => Some(Literal::Me),
            Some(Json::String(text)) if text == "my_organisation" => Some(Literal::MyOrganisation),
            Some(Json::String(text)) => Some(Literal::Text(text.clone())),
            Some(other) => Some(Literal::Integer(other.as_i64().ok_or_else(|| fail("`other` is the id of a record"))?)),
        };
        return checker.linked(link, inverse, other.as_ref()).map_err(|error| fault(place, error));
    }
    let Some(Json::String(field)) = object.get("field") else {
        return Err(fail("a condition has one of `and`, `or`, `not`, `field`, `linked`, `text`"));
    };
    let mut tests = object.iter().filter(|(key, _)| *key != "field");
    let (Some((test, value)), None) = (tests.next(), tests.next()) else {
        return Err(fail("beside `field` stands exactly one test"));
    };
    let found = checker.find(field).map_err(|error| fault(&format!("{place}/field"), error))?;
    read_test(&found, test, value, checker).map_err(|error| fault(&format!("{place}/{test}"), error))
}

fn read_test(found: &Found<'_>, test: &str, value: &Json, checker: &Checker<'_>) -> Result<Filter, FilterError> {
    let comparison = match test {
        "is" => Some(Comparison::Equal),
        "less" => Some(Comparison::Less),
        "at_most" => Some(Comparison::LessOrEqual),
        "more" => Some(Comparison::Greater),
        "at_least" => Some(Comparison::GreaterOrEqual),
        _ => None,
    };
    if let Some(by) = comparison {
        return checker.compare(found, by, &read_literal(found, value, checker)?);
    }
    let text = || value.as_str().map(str::to_owned).ok_or_else(|| FilterError::new("text is expected here"));
    match test {
        "in" => {
            let list = value.as_array().ok_or_else(|| FilterError::new("a list is expected here"))?;
            let values = list.iter().map(|value| read_literal(found, value, checker)).collect::<Result<Vec<_>, _>>()?;
            checker.any_of(found, &values)
        }
        "empty" => match value {
            Json::Bool(true) => checker.empty(found),
            Json::Bool(false) => Ok(checker.empty(found)?.negate()),
            _ => Err(FilterError::new("true or false is expected here")),
        },
        "contains" => checker.contains(found, text()?),
        "starts_with" => checker.starts_with(found, text()?),
        "under" => checker.under(found, &text()?),
        other => {
            let known =
                ["is", "less", "at_most", "more", "at_least", "in", "empty", "contains", "starts_with", "under"];
            Err(FilterError::new(format!("there is no test `{other}`")).suggest(other, known))
        }
    }
}

fn read_literal(found: &Found<'_>, value: &Json, checker: &Checker<'_>) -> Result<Literal, FilterError> {
    match value {
        Json::String(text) => Ok(checker.relative(&found.shape, text).unwrap_or_else(|| Literal::Text(text.clone()))),
        Json::Bool(truth) => Ok(Literal::Boolean(*truth)),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Ok(Literal::Integer(number)),
            (None, Some(number)) if number.is_finite() && !number_is_whole(value) => Ok(Literal::Decimal(number)),
            _ => Err(FilterError::new(format!("{number} is too large"))),
        },
        _ => Err(FilterError::new("a single value is expected here")),
    }
}

/// Whether it was written without a fraction, beyond what 64 bits hold.
fn number_is_whole(value: &Json) -> bool {
    value.is_u64() || value.is_i64()
}

fn write_test(path: &Path, test: &Test, kind: &Kind, registry: &Registry) -> Json {
    let shape = shape_of(path, kind, registry);
    let operand = |operand: &Operand| write_operand(operand, shape.as_ref());
    let (key, value) = match test {
        Test::Empty => ("empty", json!(true)),
        Test::Equal(value) => ("is", operand(value)),
        Test::Less(value) => ("less", operand(value)),
        Test::LessOrEqual(value) => ("at_most", operand(value)),
        Test::Greater(value) => ("more", operand(value)),
        Test::GreaterOrEqual(value) => ("at_least", operand(value)),
        Test::In(values) => ("in", Json::Array(values.iter().map(operand).collect())),
        Test::Contains(part) => ("contains", json!(part)),
        Test::StartsWith(part) => ("starts_with", json!(part)),
        Test::Under(key) => ("under", json!(key)),
    };
    json!({ "field": path.name(), key: value })
}

fn write_operand(operand: &Operand, shape: Option<&Shape<'_>>) -> Json {
    let moved = |base: &str, seconds: i64| match seconds {
        0 => json!(base),
        1.. => json!(format!("{base}+{}", print_seconds(seconds))),
        _ => json!(format!("{base}{}", print_seconds(seconds))),
    };
    match operand {
        Operand::Value(value) => match (value.as_i64(), shape) {
            (Some(id), Some(Shape::Id | Shape::Reference(_) | Shape::References(_))) => json!(id.to_string()),
            (Some(micros), Some(Shape::Moment)) => json!(Moment(micros).to_string()),
            (Some(seconds), Some(Shape::Duration)) => json!(print_seconds(seconds)),
            (Some(millionths), Some(Shape::Decimal)) => json!(print_decimal(millionths)),
            _ => value.clone(),
        },
        Operand::Me => json!("me"),
        Operand::MyTeams => json!("my_teams"),
        Operand::MyOrganisation => json!("my_organisation"),
        Operand::MyOrganisations => json!("my_organisations"),
        Operand::MyOrganisationsAbove => json!("my_organisations_above"),
        Operand::MyLocations => json!("my_locations"),
        Operand::MyStanding => json!("my_standing"),
        Operand::Now(seconds) => moved("now", *seconds),
        Operand::Today(days) | Operand::Midnight(days) => moved("today", days.saturating_mul(86_400)),
    }
}
