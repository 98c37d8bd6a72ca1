//! The filter language proper: a part of the Common Expression Language (<https://cel.dev>), checked against the fields.

use std::cell::RefCell;
use std::ops::Range;

use cel::Env;
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators};

use super::check::{Checker, Comparison, Found, Literal};
use super::literal::parse_seconds;
use super::scan::check_text;
use super::{Filter, FilterError, Resolver, Shape};
use crate::kind::{Kind, Registry};
use crate::moment::Moment;

impl Filter {
    /// Parses a condition on records of `kind`, such as `state == "new" && assignee == me`. References are named by id.
    ///
    /// # Errors
    /// What is wrong, with its place in the text.
    pub fn parse_cel(text: &str, kind: &Kind, registry: &Registry) -> Result<Self, FilterError> {
        parse(text, &Checker::new(kind, registry, None))
    }

    /// As [`Filter::parse_cel`], with references named by number, login or unique key too, which `resolver` looks up.
    ///
    /// # Errors
    /// What is wrong, with its place in the text.
    pub fn parse_cel_with(
        text: &str,
        kind: &Kind,
        registry: &Registry,
        resolver: &Resolver<'_>,
    ) -> Result<Self, FilterError> {
        parse(text, &Checker::new(kind, registry, Some(resolver)))
    }

    /// The names that [`Filter::parse_cel_with`] will ask its resolver for, with the kinds that each may be of (any when
    /// empty), so that they can be looked up in one query before.
    ///
    /// # Errors
    /// What is wrong with the condition, with its place in the text.
    pub fn reference_texts_cel(
        text: &str,
        kind: &Kind,
        registry: &Registry,
    ) -> Result<Vec<(Vec<String>, String)>, FilterError> {
        let names = RefCell::new(Vec::new());
        Self::parse_cel_with(text, kind, registry, &|kinds, name| {
            let asked = (kinds.to_vec(), name.to_owned());
            if !names.borrow().contains(&asked) {
                names.borrow_mut().push(asked);
            }
            None
        })?;
        Ok(names.into_inner())
    }
}

fn parse(text: &str, checker: &Checker<'_>) -> Result<Filter, FilterError> {
    check_text(text)?;
    if text.trim().is_empty() {
        return Ok(Filter::Everything);
    }
    // An environment without macros: `has(title)` stays a call instead of being refused for lack of a dot.
    let parsed = Env::default().parser().enable_optional_syntax(false).parse_with_source_info(text);
    let (expression, source) = parsed.map_err(|errors| syntax_error(text, &errors))?;
    let reader = Reader { checker, source: &source };
    checker.finish(reader.filter(&expression)?)
}

fn syntax_error(text: &str, errors: &cel::ParseErrors) -> FilterError {
    let Some(first) = errors.errors.first() else {
        return FilterError::new("the condition cannot be read");
    };
    let at = byte_at(text, first.pos);
    let end = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
    let rest = &text[at..];
    let error = if first.msg.contains("invalid int literal") || first.msg.contains("invalid double literal") {
        FilterError::new("this number is too large")
    } else if rest.starts_with('=') && !rest.starts_with("==") {
        FilterError::new("`=` compares nothing here: write `==`").suggest("==", ["=="])
    } else if let Some(name) = first.msg.strip_prefix("reserved identifier: ") {
        FilterError::new(format!("`{name}` is a reserved word"))
    } else if rest.trim().is_empty() {
        FilterError::new("the condition ends too early")
    } else {
        FilterError::new("the condition cannot be read from here on")
    };
    error.at(at..end)
}

/// The byte at a line and column, both from 1 and the column in characters.
fn byte_at(text: &str, (line, column): (isize, isize)) -> usize {
    let line = usize::try_from(line).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(column).unwrap_or(1).saturating_sub(1);
    let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let within = text[before..].char_indices().nth(column).map_or(text.len() - before, |(index, _)| index);
    before + within
}

struct Reader<'r, 'a> {
    checker: &'r Checker<'a>,
    source: &'r SourceInfo,
}

/// One side of a comparison.
enum Side<'a> {
    Attribute(Found<'a>),
    Value(Literal),
    Null,
}

impl<'a> Reader<'_, 'a> {
    fn filter(&self, node: &IdedExpr) -> Result<Filter, FilterError> {
        let here = |error: FilterError| if error.position.is_empty() { error.at(self.range(node)) } else { error };
        match &node.expr {
            Expr::Call(call) => self.call(node, call).map_err(here),
            Expr::Literal(LiteralValue::Boolean(truth)) => {
                Ok(if **truth { Filter::Everything } else { Filter::Nothing })
            }
            Expr::Ident(_) | Expr::Select(_) => match self.side(node)? {
                Side::Attribute(found) if matches!(found.shape, Shape::Boolean) => {
                    self.checker.compare(&found, Comparison::Equal, &Literal::Boolean(true)).map_err(here)
                }
                Side::Attribute(found) => {
                    let message = format!("`{}` is {}: compare it with a value", found.path.name(), found.shape.noun());
                    Err(here(FilterError::new(message)))
                }
                Side::Value(_) | Side::Null => Err(here(FilterError::new("a condition is expected here, not a value"))),
            },
            Expr::Unspecified
            | Expr::Comprehension(_)
            | Expr::List(_)
            | Expr::Literal(_)
            | Expr::Map(_)
            | Expr::Struct(_) => Err(here(FilterError::new("a condition is expected here, not a value"))),
        }
    }

    fn call(&self, node: &IdedExpr, call: &CallExpr) -> Result<Filter, FilterError> {
        let comparison = match call.func_name.as_str() {
            operators::EQUALS => Some(Comparison::Equal),
            operators::NOT_EQUALS => Some(Comparison::NotEqual),
            operators::LESS => Some(Comparison::Less),
            operators::LESS_EQUALS => Some(Comparison::LessOrEqual),
            operators::GREATER => Some(Comparison::Greater),
            operators::GREATER_EQUALS => Some(Comparison::GreaterOrEqual),
            _ => None,
        };
        match (call.func_name.as_str(), call.target.as_deref(), call.args.as_slice()) {
            (operators::LOGICAL_AND, None, [left, right]) => Ok(Filter::all([self.filter(left)?, self.filter(right)?])),
            (operators::LOGICAL_OR, None, [left, right]) => Ok(Filter::any([self.filter(left)?, self.filter(right)?])),
            (operators::LOGICAL_NOT, None, [inner]) => Ok(self.filter(inner)?.negate()),
            (operators::IN, None, [left, right]) => self.membership(left, right),
            (_, None, [left, right]) if let Some(by) = comparison => self.comparison(left, by, right),
            ("has", None, [field]) => Ok(self.checker.empty(&self.attribute(field)?)?.negate()),
            ("text", None, [words]) => self.checker.text(self.string(words)?),
            ("contains", Some(field), [part]) => self.checker.contains(&self.attribute(field)?, self.string(part)?),
            ("startsWith" | "starts_with", Some(field), [part]) => {
                self.checker.starts_with(&self.attribute(field)?, self.string(part)?)
            }
            ("under", Some(field), [key]) | ("under", None, [field, key]) => {
                let (found, key_text) = (self.attribute(field)?, self.string(key)?);
                self.checker.under(&found, &key_text).map_err(|error| error.at(self.range(key)))
            }
            ("linked" | "linked_from", None, arguments) if arguments.len() <= 2 => self.linked(call, arguments),
            (name, _, _) => {
                let functions = ["has", "text", "contains", "startsWith", "under", "linked", "linked_from"];
                let word = name.trim_matches('_');
                let message = match name {
                    "linked" | "linked_from" => format!("`{name}` takes a link type and a record at most"),
                    _ if functions.contains(&name) => format!("`{name}` has the wrong number of arguments here"),
                    _ => format!("`{word}` has no meaning in a filter"),
                };
                Err(FilterError::new(message)
                    .suggest(name, functions.into_iter().filter(|known| *known != name))
                    .at(self.range(node)))
            }
        }
    }

    fn comparison(&self, left: &IdedExpr, by: Comparison, right: &IdedExpr) -> Result<Filter, FilterError> {
        let (found, value, by, value_node) = match (self.side(left)?, self.side(right)?) {
            (Side::Attribute(found), Side::Attribute(_)) => {
                let message = format!("compare `{}` with a value, not with another field", found.path.name());
                return Err(FilterError::new(message).at(self.range(right)));
            }
            (Side::Attribute(found), value) => (found, value, by, right),
            (value, Side::Attribute(found)) => (found, value, by.mirrored(), left),
            _ => return Err(FilterError::new("one side of a comparison must be a field").at(self.range(left))),
        };
        match (value, by) {
            (Side::Value(value), by) => {
                self.checker.compare(&found, by, &value).map_err(|error| error.at(self.range(value_node)))
            }
            (_, Comparison::Equal) => self.checker.empty(&found),
            (_, Comparison::NotEqual) => Ok(self.checker.empty(&found)?.negate()),
            _ => Err(FilterError::new("nothing is ordered before or after `null`").at(self.range(value_node))),
        }
    }

    fn membership(&self, left: &IdedExpr, right: &IdedExpr) -> Result<Filter, FilterError> {
        if let Expr::List(list) = &right.expr {
            let found = self.attribute(left)?;
            let mut values = Vec::new();
            for element in &list.elements {
                let Side::Value(value) = self.side(element)? else {
                    return Err(FilterError::new("a list holds values only").at(self.range(element)));
                };
                // Checked one by one first, so that an error points at the value.
                self.checker.operand(&found, &value).map_err(|error| error.at(self.range(element)))?;
                values.push(value);
            }
            return self.checker.any_of(&found, &values);
        }
        match (self.side(left)?, self.side(right)?) {
            (Side::Attribute(found), Side::Value(value)) if value.is_many() => {
                self.checker.any_of(&found, &[value]).map_err(|error| error.at(self.range(right)))
            }
            (Side::Value(value), Side::Attribute(found)) if matches!(found.shape, Shape::References(_)) => {
                self.checker.compare(&found, Comparison::Equal, &value).map_err(|error| error.at(self.range(left)))
            }
            _ => {
                Err(FilterError::new("`in` needs a list on its right, such as `[\"a\", \"b\"]`").at(self.range(right)))
            }
        }
    }

    fn linked(&self, call: &CallExpr, arguments: &[IdedExpr]) -> Result<Filter, FilterError> {
        let link = match arguments.first().map(|node| &node.expr) {
            None | Some(Expr::Literal(LiteralValue::Null)) => None,
            Some(_) => Some(self.string(&arguments[0])?),
        };
        let other = match arguments.get(1).map(|node| self.side(node)).transpose()? {
            None => None,
            Some(Side::Value(value)) if !value.is_many() => Some(value),
            Some(_) => return Err(FilterError::new("name the linked record by its id").at(self.range(&arguments[1]))),
        };
        self.checker.linked(link.as_deref(), call.func_name == "linked_from", other.as_ref())
    }

    fn attribute(&self, node: &IdedExpr) -> Result<Found<'a>, FilterError> {
        match self.side(node)? {
            Side::Attribute(found) => Ok(found),
            Side::Value(_) | Side::Null => Err(FilterError::new("a field is expected here").at(self.range(node))),
        }
    }

    fn string(&self, node: &IdedExpr) -> Result<String, FilterError> {
        match &node.expr {
            Expr::Literal(LiteralValue::String(text)) => Ok(text.inner().to_owned()),
            _ => Err(FilterError::new("a text in quotation marks is expected here").at(self.range(node))),
        }
    }

    fn side(&self, node: &IdedExpr) -> Result<Side<'a>, FilterError> {
        let fail = |message: &str| Err(FilterError::new(message).at(self.range(node)));
        let value = match &node.expr {
            Expr::Ident(name) => match name.as_str() {
                "me" => Literal::Me,
                "my_teams" => Literal::MyTeams,
                "my_organisation" => Literal::MyOrganisation,
                "my_organisations" => Literal::MyOrganisations,
                "my_organisations_above" => Literal::MyOrganisationsAbove,
                "my_locations" => Literal::MyLocations,
                "my_standing" => Literal::MyStanding,
                "now" => Literal::Now(0),
                "today" => Literal::Today(0),
                name => return self.find(name, node),
            },
            Expr::Select(_) => match dotted_name(node) {
                Some(name) => return self.find(&name, node),
                None => return fail("only a field can stand before a dot"),
            },
            Expr::Literal(literal) => match literal {
                LiteralValue::Null => return Ok(Side::Null),
                LiteralValue::Boolean(truth) => Literal::Boolean(**truth),
                LiteralValue::Int(number) => Literal::Integer(**number),
                LiteralValue::UInt(number) => match i64::try_from(**number) {
                    Ok(number) => Literal::Integer(number),
                    Err(_) => return fail("this number is too large"),
                },
                LiteralValue::Double(number) if number.is_finite() => Literal::Decimal(**number),
                LiteralValue::Double(_) => return fail("this number is too large"),
                LiteralValue::String(text) => Literal::Text(text.inner().to_owned()),
                LiteralValue::Bytes(_) => return fail("bytes cannot be compared"),
            },
            Expr::Call(call) => return self.computed(node, call).map(Side::Value),
            Expr::Unspecified | Expr::Comprehension(_) | Expr::List(_) | Expr::Map(_) | Expr::Struct(_) => {
                return fail("a field or a single value is expected here");
            }
        };
        Ok(Side::Value(value))
    }

    fn find(&self, name: &str, node: &IdedExpr) -> Result<Side<'a>, FilterError> {
        self.checker.find(name).map(Side::Attribute).map_err(|error| error.at(self.range(node)))
    }

    /// A value that is worked out when read: `now - duration("24h")`, `timestamp("…")`.
    fn computed(&self, node: &IdedExpr, call: &CallExpr) -> Result<Literal, FilterError> {
        let fail = |message: &str| Err(FilterError::new(message).at(self.range(node)));
        match (call.func_name.as_str(), call.target.as_deref(), call.args.as_slice()) {
            ("timestamp", None, [text]) => match Moment::parse(&self.string(text)?) {
                Some(moment) => Ok(Literal::Moment(moment.0)),
                None => fail("this is not a moment like 2026-03-01T09:30:00Z"),
            },
            ("duration", None, [text]) => match parse_seconds(&self.string(text)?) {
                Some(seconds) => Ok(Literal::Duration(seconds)),
                None => fail("this is not a duration like 30m, 24h or 7d"),
            },
            (operators::ADD | operators::SUBSTRACT, None, [base, offset]) => {
                let sign = if call.func_name == operators::ADD { 1 } else { -1 };
                let (Side::Value(base), Side::Value(Literal::Duration(offset))) =
                    (self.side(base)?, self.side(offset)?)
                else {
                    return fail("only `now` and `today` can be moved, by a `duration(\"…\")`");
                };
                let moved = |from: i64| offset.checked_mul(sign).and_then(|offset| from.checked_add(offset));
                match base {
                    Literal::Now(from) if let Some(to) = moved(from) => Ok(Literal::Now(to)),
                    Literal::Today(from) if let Some(to) = moved(from) => Ok(Literal::Today(to)),
                    Literal::Now(_) | Literal::Today(_) => fail("this duration is too long"),
                    _ => fail("only `now` and `today` can be moved, by a `duration(\"…\")`"),
                }
            }
            _ => fail("a field or a single value is expected here"),
        }
    }

    /// The bytes that a node was read from. The parser keeps one token for each node; its children widen it.
    fn range(&self, node: &IdedExpr) -> Range<usize> {
        let offsets = self.source.offset_for(node.id);
        let token = offsets.map_or(0..0, |(start, last)| start as usize..last as usize + 1);
        let length = self.source.source.len();
        let children: Vec<&IdedExpr> = match &node.expr {
            Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
            Expr::Select(select) => vec![&select.operand],
            Expr::List(list) => list.elements.iter().collect(),
            _ => Vec::new(),
        };
        let own = match &node.expr {
            Expr::Select(select) => token.start..token.end + select.field.len(),
            Expr::Call(call) if call.func_name.starts_with(char::is_alphabetic) => {
                token.start.saturating_sub(call.func_name.len())..token.end
            }
            _ => token,
        };
        let whole = children
            .into_iter()
            .map(|child| self.range(child))
            .fold(own, |whole, part| whole.start.min(part.start)..whole.end.max(part.end));
        let is_function = matches!(&node.expr, Expr::Call(call) if call.func_name.starts_with(char::is_alphabetic));
        let rest = self.source.source.get(whole.end..).unwrap_or_default();
        let closing = rest.len() - rest.trim_start().len() + 1;
        let end = if is_function && rest.trim_start().starts_with(')') { whole.end + closing } else { whole.end };
        whole.start.min(length)..end.min(length)
    }
}

impl Comparison {
    /// The same comparison with its sides exchanged.
    fn mirrored(self) -> Self {
        match self {
            Self::Equal => Self::Equal,
            Self::NotEqual => Self::NotEqual,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }
}

fn dotted_name(node: &IdedExpr) -> Option<String> {
    match &node.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) if !select.test => Some(format!("{}.{}", dotted_name(&select.operand)?, select.field)),
        _ => None,
    }
}
