//! A filter as text again, for chips and saved views.

use serde_json::Value as Json;

use super::literal::print_seconds;
use super::{Filter, Operand, Path, Shape, Test, print_decimal};
use crate::kind::{Kind, Registry};
use crate::moment::Moment;

impl Filter {
    /// The condition in the filter language; parsing it for the same kind gives the same filter.
    pub fn to_cel(&self, kind: &Kind, registry: &Registry) -> String {
        Printer { kind, registry }.print(self)
    }
}

/// The shape of what a path leads to; `None` when kinds have changed since the filter was checked.
pub(super) fn shape_of<'k>(path: &Path, kind: &'k Kind, registry: &'k Registry) -> Option<Shape<'k>> {
    let target = path.hops.last().map_or(Some(kind), |hop| registry.kind(&hop.kind).map(AsRef::as_ref));
    Shape::of(target?, &path.attribute)
}

struct Printer<'k> {
    kind: &'k Kind,
    registry: &'k Registry,
}

impl Printer<'_> {
    fn print(&self, filter: &Filter) -> String {
        match filter {
            Filter::Everything => "true".to_owned(),
            Filter::Nothing => "false".to_owned(),
            Filter::And(members) => self.join(members, " && "),
            Filter::Or(members) => self.join(members, " || "),
            Filter::Not(inner) => match inner.as_ref() {
                Filter::Test { path, test: Test::Empty } => format!("{} != null", path.name()),
                Filter::Test { path, test: Test::Equal(operand) } if !self.is_list(path) => {
                    format!("{} != {}", path.name(), self.operand(path, operand))
                }
                Filter::Linked { .. } | Filter::Text(_) => format!("!{}", self.print(inner)),
                other => format!("!({})", self.print(other)),
            },
            Filter::Test { path, test } => self.test(path, test),
            Filter::Linked { link, inverse, other } => {
                let link = link.as_deref().map(print_string);
                let other = other.as_ref().map(print_record);
                let arguments = match (link, other) {
                    (None, None) => String::new(),
                    (Some(link), None) => link,
                    (link, Some(other)) => format!("{}, {other}", link.unwrap_or_else(|| "null".to_owned())),
                };
                format!("{}({arguments})", if *inverse { "linked_from" } else { "linked" })
            }
            Filter::Text(words) => format!("text({})", print_string(words)),
        }
    }

    fn join(&self, members: &[Filter], sign: &str) -> String {
        let part = |member: &Filter| match member {
            Filter::And(_) | Filter::Or(_) => format!("({})", self.print(member)),
            other => self.print(other),
        };
        members.iter().map(part).collect::<Vec<_>>().join(sign)
    }

    fn is_list(&self, path: &Path) -> bool {
        matches!(shape_of(path, self.kind, self.registry), Some(Shape::References(_)))
    }

    fn test(&self, path: &Path, test: &Test) -> String {
        let name = path.name();
        let operand = |operand: &Operand| self.operand(path, operand);
        match test {
            Test::Empty => format!("{name} == null"),
            Test::Equal(value) if self.is_list(path) => format!("{} in {name}", operand(value)),
            Test::Equal(value) => format!("{name} == {}", operand(value)),
            Test::Less(value) => format!("{name} < {}", operand(value)),
            Test::LessOrEqual(value) => format!("{name} <= {}", operand(value)),
            Test::Greater(value) => format!("{name} > {}", operand(value)),
            Test::GreaterOrEqual(value) => format!("{name} >= {}", operand(value)),
            Test::In(values) => match values.as_slice() {
                [
                    value @ (Operand::MyTeams
                    | Operand::MyOrganisations
                    | Operand::MyOrganisationsAbove
                    | Operand::MyLocations
                    | Operand::MyStanding),
                ] => format!("{name} in {}", operand(value)),
                values => format!("{name} in [{}]", values.iter().map(operand).collect::<Vec<_>>().join(", ")),
            },
            Test::Contains(part) => format!("{name}.contains({})", print_string(part)),
            Test::StartsWith(part) => format!("{name}.startsWith({})", print_string(part)),
            Test::Under(key) => format!("{name}.under({})", print_string(key)),
        }
    }

    fn operand(&self, path: &Path, operand: &Operand) -> String {
        let value = match operand {
            Operand::Value(value) => value,
            other => return print_record(other),
        };
        let shape = shape_of(path, self.kind, self.registry);
        match (value, value.as_i64(), shape) {
            (_, Some(micros), Some(Shape::Moment)) => format!("timestamp(\"{}\")", Moment(micros)),
            (_, Some(seconds), Some(Shape::Duration)) => format!("duration(\"{}\")", print_seconds(seconds)),
            (_, Some(millionths), Some(Shape::Decimal)) => {
                let text = print_decimal(millionths);
                // A number literal is a 64-bit float; one that would lose digits is written as text.
                let is_exact = text.parse::<f64>().is_ok_and(|number| number.to_string() == text);
                if is_exact { text } else { print_string(&text) }
            }
            (Json::String(text), ..) => print_string(text),
            (other, ..) => other.to_string(),
        }
    }
}

fn print_record(operand: &Operand) -> String {
    match operand {
        Operand::Value(value) => value.to_string(),
        Operand::Me => "me".to_owned(),
        Operand::MyTeams => "my_teams".to_owned(),
        Operand::MyOrganisation => "my_organisation".to_owned(),
        Operand::MyOrganisations => "my_organisations".to_owned(),
        Operand::MyOrganisationsAbove => "my_organisations_above".to_owned(),
        Operand::MyLocations => "my_locations".to_owned(),
        Operand::MyStanding => "my_standing".to_owned(),
        Operand::Now(seconds) => print_moved("now", *seconds),
        Operand::Today(days) | Operand::Midnight(days) => print_moved("today", days.saturating_mul(86_400)),
    }
}

fn print_moved(base: &str, seconds: i64) -> String {
    match seconds {
        0 => base.to_owned(),
        1.. => format!("{base} + duration(\"{}\")", print_seconds(seconds)),
        _ => format!("{base} - duration(\"{}\")", print_seconds(seconds.saturating_neg())),
    }
}

/// A string literal of the filter language.
fn print_string(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            c if c.is_control() => literal.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}
