//! Compiles bound filters to SQL. Column names come from here or from the schema, values go to binds.
//!
//! The logic is two-valued although SQL's is not: negation is pushed down to the tests, and a negated test says what an
//! empty value gives. Positive tests stay bare, so that an index serves them.

use serde_json::Value as Json;
use steward_model::filter::{Attribute, Filter, Hop, Operand, Path, Shape, Test};
use steward_model::kind::{Kind, LinkType, Registry};

use crate::columns::{Column, attribute_column, field_column};
use crate::sql::{Bind, Dialect, OPEN, OPEN_KEYS, integer_list};

/// How far whoever asks can see: the bound access condition of each kind.
pub trait Reach {
    /// Condition that records of this kind meet which may be looked into behind a reference or a link. Its own
    /// references are followed freely.
    fn scope(&self, kind: &str) -> Filter;
}

/// Sees everything: for Steward's own rules.
#[derive(Debug, Clone, Copy)]
pub struct Unlimited;

impl Reach for Unlimited {
    fn scope(&self, _kind: &str) -> Filter {
        Filter::Everything
    }
}

/// From so many listed integers on, a list is bound as one value: databases limit the number of binds.
const LONG_LIST: usize = 16;

/// The SQL condition on `record as {alias}` that holds for the records of `kind` which meet a bound filter. Placeholders
/// are numbered from `binds.len() + 1`; their values are appended. It says nothing about the record's own kind.
///
/// A test of a field that the kind does not have (any more) never holds.
pub fn compile(
    filter: &Filter,
    kind: &Kind,
    registry: &Registry,
    dialect: Dialect,
    alias: &str,
    binds: &mut Vec<Bind>,
    reach: &dyn Reach,
) -> String {
    Compiler { registry, dialect, reach, binds, inner: 0 }.condition(filter, kind, alias, true)
}

struct Compiler<'a> {
    registry: &'a Registry,
    dialect: Dialect,
    reach: &'a dyn Reach,
    binds: &'a mut Vec<Bind>,
    /// Inner queries so far, for aliases that differ.
    inner: usize,
}

impl Compiler<'_> {
    /// `holds` is false where the condition's negation is wanted.
    fn condition(&mut self, filter: &Filter, kind: &Kind, alias: &str, holds: bool) -> String {
        match filter {
            Filter::Everything => truth(holds).to_owned(),
            Filter::Nothing => truth(!holds).to_owned(),
            Filter::And(members) | Filter::Or(members) => {
                let is_and = matches!(filter, Filter::And(_));
                let parts = members.iter().map(|member| self.condition(member, kind, alias, holds)).collect();
                join(parts, if is_and == holds { "and" } else { "or" })
            }
            Filter::Not(inner) => self.condition(inner, kind, alias, !holds),
            Filter::Test { path, test } => self.path(&path.hops, path, test, kind, alias, holds),
            Filter::Linked { link, inverse, other } => {
                let exists = self.linked(link.as_deref(), *inverse, other.as_ref(), alias);
                match exists {
                    Some(exists) if holds => exists,
                    Some(exists) => format!("not {exists}"),
                    None => truth(!holds).to_owned(),
                }
            }
            Filter::Text(words) => self.text(words, kind, alias, holds),
        }
    }

    fn bind(&mut self, value: Bind) -> String {
        self.binds.push(value);
        format!("${}", self.binds.len())
    }

    fn text(&mut self, words: &str, kind: &Kind, alias: &str, holds: bool) -> String {
        let number = Some(Column::text(format!("{alias}.number"), false));
        let fields = kind.text_search_fields().map(|key| field_column(kind, key, alias, self.dialect));
        let columns: Vec<Column> = [number].into_iter().chain(fields).flatten().collect();
        let pattern = self.bind(Bind::Text(format!("%{}%", escape_like(words))));
        let parts = columns.iter().map(|column| like(column, &pattern, self.dialect, holds)).collect();
        join(parts, if holds { "or" } else { "and" })
    }

    fn linked(&mut self, link: Option<&str>, inverse: bool, other: Option<&Operand>, alias: &str) -> Option<String> {
        let (here, there) = if inverse { ("target", "source") } else { ("source", "target") };
        let name = self.alias("l");
        let mut conditions = vec![format!("{name}.{here} = {alias}.id"), format!("{name}.until_at is null")];
        if let Some(key) = link {
            let key = self.bind(Bind::Text(key.to_owned()));
            conditions.push(format!("{name}.link = {key}"));
        }
        if let Some(other) = other {
            let id = self.bind(Bind::Integer(other.value()?.as_i64()?));
            conditions.push(format!("{name}.{there} = {id}"));
        }
        let mut join_record = String::new();
        if let Some(scope) = self.other_end(link, inverse, &format!("{name}r")) {
            join_record = format!(" join record {name}r on {name}r.id = {name}.{there}");
            conditions.push(scope);
        }
        let conditions = conditions.join(" and ");
        Some(format!("exists (select 1 from record_link {name}{join_record} where {conditions})"))
    }

    /// The condition that a linked record may be seen; `None` when all may.
    fn other_end(&mut self, link: Option<&str>, inverse: bool, alias: &str) -> Option<String> {
        let ends = link
            .and_then(|key| self.registry.link(key))
            .map(|link: &LinkType| if inverse { &link.from } else { &link.to });
        let is_end = |kind: &Kind| ends.is_none_or(|kinds| kinds.is_empty() || kinds.contains(&kind.key));
        let kinds: Vec<_> = self.registry.kinds().iter().filter(|kind| is_end(kind)).cloned().collect();
        let scopes: Vec<_> = kinds.into_iter().map(|kind| (self.reach.scope(&kind.key), kind)).collect();
        if scopes.iter().all(|(scope, _)| *scope == Filter::Everything) {
            return None;
        }
        let parts = scopes.iter().filter(|(scope, _)| *scope != Filter::Nothing).map(|(scope, kind)| {
            let key = self.bind(Bind::Text(kind.key.clone()));
            let scope = self.scope(scope, kind, alias);
            format!("({alias}.kind = {key} and {scope})")
        });
        let parts: Vec<String> = parts.collect();
        Some(join(parts, "or"))
    }

    /// A scope's own references are followed freely, or two scopes that look into each other would never end.
    fn scope(&mut self, scope: &Filter, kind: &Kind, alias: &str) -> String {
        let mut free = Compiler {
            registry: self.registry,
            dialect: self.dialect,
            reach: &Unlimited,
            binds: self.binds,
            inner: self.inner,
        };
        let condition = free.condition(scope, kind, alias, true);
        self.inner = free.inner;
        condition
    }

    fn alias(&mut self, letter: &str) -> String {
        self.inner += 1;
        format!("{letter}{}", self.inner)
    }

    fn path(&mut self, hops: &[Hop], path: &Path, test: &Test, kind: &Kind, alias: &str, holds: bool) -> String {
        let Some((hop, rest)) = hops.split_first() else {
            return self.test(&path.attribute, test, kind, alias, holds);
        };
        // With no record behind the reference nothing is there: `Empty` holds, every other test fails. So `Empty` asks
        // whether no record is there that has a value.
        let is_empty_test = *test == Test::Empty;
        let wants_record = holds != is_empty_test;
        let column = attribute_column(&Attribute::named(&hop.field), kind, alias, self.dialect);
        let (Some(column), Some(next)) = (column, self.registry.kind(&hop.kind).cloned()) else {
            return truth(!wants_record).to_owned();
        };
        let name = self.alias("r");
        let key = self.bind(Bind::Text(hop.kind.clone()));
        let inner = self.path(rest, path, test, &next, &name, !is_empty_test);
        let mut condition = format!("{name}.kind = {key} and {inner}");
        let scope = self.reach.scope(&hop.kind);
        if scope != Filter::Everything {
            condition.push_str(" and ");
            condition.push_str(&self.scope(&scope, &next, &name));
        }
        if wants_record {
            format!("{} in (select {name}.id from record {name} where {condition})", column.sql)
        } else {
            format!("not exists (select 1 from record {name} where {name}.id = {} and {condition})", column.sql)
        }
    }

    fn test(&mut self, attribute: &Attribute, test: &Test, kind: &Kind, alias: &str, holds: bool) -> String {
        let Some(shape) = Shape::of(kind, attribute) else {
            return truth((*test == Test::Empty) == holds).to_owned();
        };
        if matches!(shape, Shape::References(_)) {
            return self.many(attribute, test, alias, holds);
        }
        let Some(column) = attribute_column(attribute, kind, alias, self.dialect) else {
            return truth((*test == Test::Empty) == holds).to_owned();
        };
        let never = truth(!holds).to_owned();
        let signs = |holds: bool, yes: &'static str, no: &'static str| if holds { yes } else { no };
        let (operand, sign) = match test {
            Test::Empty => return column.empty(holds),
            Test::Equal(operand) => (operand, signs(holds, "=", "<>")),
            Test::Less(operand) => (operand, signs(holds, "<", ">=")),
            Test::LessOrEqual(operand) => (operand, signs(holds, "<=", ">")),
            Test::Greater(operand) => (operand, signs(holds, ">", "<=")),
            Test::GreaterOrEqual(operand) => (operand, signs(holds, ">=", "<")),
            Test::In(operands) => return self.any_of(&column, operands, alias, holds),
            Test::Contains(part) => {
                let pattern = self.bind(Bind::Text(format!("%{}%", escape_like(part))));
                return like(&column, &pattern, self.dialect, holds);
            }
            Test::StartsWith(part) => {
                let pattern = self.bind(Bind::Text(format!("{}%", escape_like(part))));
                return like(&column, &pattern, self.dialect, holds);
            }
            Test::Under(ancestor) => {
                let Shape::Choice(choices) = &shape else {
                    return never;
                };
                let keys: Vec<Operand> =
                    choices.under(ancestor).into_iter().map(|key| Operand::Value(Json::from(key))).collect();
                return self.any_of(&column, &keys, alias, holds);
            }
        };
        match operand.value().and_then(|value| column.bind(value)) {
            Some(value) => {
                let value = self.bind(value);
                column.or_null(format!("{} {sign} {value}", column.sql), holds)
            }
            None => never,
        }
    }

    fn any_of(&mut self, column: &Column, operands: &[Operand], alias: &str, holds: bool) -> String {
        let values: Vec<Bind> = operands.iter().filter_map(|operand| column.bind(operand.value()?)).collect();
        if values.is_empty() {
            return truth(!holds).to_owned();
        }
        if holds && is_open(column, &values, alias) {
            return format!("{alias}.{OPEN}");
        }
        let list = self.list(values);
        let sign = if holds { "in" } else { "not in" };
        column.or_null(format!("{} {sign} {list}", column.sql), holds)
    }

    /// What stands after `in`.
    fn list(&mut self, values: Vec<Bind>) -> String {
        let integers: Option<Vec<i64>> = values.iter().map(Bind::as_integer).collect();
        if let Some(integers) = integers.filter(|integers| integers.len() >= LONG_LIST) {
            let (list, bind) = integer_list(&integers, self.binds.len() + 1, self.dialect);
            self.binds.push(bind);
            return list;
        }
        let places: Vec<String> = values.into_iter().map(|value| self.bind(value)).collect();
        format!("({})", places.join(", "))
    }

    /// Fields of many references and watchers, which have a table of their own.
    fn many(&mut self, attribute: &Attribute, test: &Test, alias: &str, holds: bool) -> String {
        let name = self.alias("m");
        let mut condition = String::new();
        let is_empty_test = *test == Test::Empty;
        let operands = match test {
            Test::Empty => &[][..],
            Test::Equal(operand) => std::slice::from_ref(operand),
            Test::In(operands) => operands,
            _ => return truth(!holds).to_owned(),
        };
        if !is_empty_test {
            let ids =
                operands.iter().filter_map(|operand| operand.value()?.as_i64()).map(Bind::Integer).collect::<Vec<_>>();
            if ids.is_empty() {
                return truth(!holds).to_owned();
            }
            let list = self.list(ids);
            condition = format!(" and {name}.target in {list}");
        }
        let field = self.bind(Bind::Text(attribute.name().to_owned()));
        if holds != is_empty_test && !is_empty_test {
            // Both databases find these records first and then look at no others.
            return format!(
                "{alias}.id in (select {name}.record from reference {name} where {name}.field = {field}{condition})"
            );
        }
        let not = if holds == is_empty_test { "not " } else { "" };
        format!(
            "{not}exists (select 1 from reference {name} where {name}.record = {alias}.id and {name}.field = {field}{condition})"
        )
    }
}

/// Whether a list of values asks for open records, which have indexes of their own.
fn is_open(column: &Column, values: &[Bind], alias: &str) -> bool {
    let asks_for = |key: &&str| values.iter().any(|value| matches!(value, Bind::Text(text) if text == key));
    column.sql == format!("{alias}.category") && values.len() == OPEN_KEYS.len() && OPEN_KEYS.iter().all(asks_for)
}

fn truth(holds: bool) -> &'static str {
    // Both databases read this, while `true` was not a word in SQLite for long.
    if holds { "(1 = 1)" } else { "(1 = 0)" }
}

/// A balanced tree: SQLite bounds the depth of an expression, and a flat chain is as deep as it is long.
fn join(mut parts: Vec<String>, sign: &str) -> String {
    match parts.len() {
        0 => truth(sign == "and").to_owned(),
        1 => parts.remove(0),
        2..=8 => format!("({})", parts.join(&format!(" {sign} "))),
        length => {
            let right = parts.split_off(length / 2);
            format!("({} {sign} {})", join(parts, sign), join(right, sign))
        }
    }
}

/// Text to search for as a pattern of `like … escape '\'`, in lower case.
fn escape_like(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.to_ascii_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// Case is ignored for ASCII letters only: SQLite knows no others, and PostgreSQL's "C" collation neither.
fn like(column: &Column, pattern: &str, dialect: Dialect, holds: bool) -> String {
    let sql = &column.sql;
    let not = if holds { "" } else { "not " };
    let test = match dialect {
        Dialect::Sqlite => format!("lower({sql}) {not}like {pattern} escape '\\'"),
        Dialect::Postgres => format!("lower({sql} collate \"C\") {not}like {pattern} escape '\\'"),
    };
    column.or_null(test, holds)
}
