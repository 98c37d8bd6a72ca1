//! The search box: `state:open assignee:me -priority:low "mail server"`.

use std::ops::Range;

use super::check::{CATEGORIES, Checker, Comparison, Found, Literal};
use super::literal::{next_day, parse_date, parse_seconds};
use super::{Filter, FilterError, MAX_TEXT_BYTES, Resolver, Shape};
use crate::kind::{Kind, Registry};

/// Short names of fields that most kinds have.
const ALIASES: [(&str, &str); 9] = [
    ("created", "created_at"),
    ("updated", "updated_at"),
    ("opened", "opened_at"),
    ("resolved", "resolved_at"),
    ("closed", "closed_at"),
    ("due", "due_at"),
    ("breach", "breach_at"),
    ("org", "organisation"),
    ("is", "state_category"),
];

impl Filter {
    /// Parses what people type into the search box. All terms must hold:
    ///
    /// | term | meaning |
    /// | --- | --- |
    /// | `state:open`, `is:closed`, `is:waiting` | by state or its category |
    /// | `priority:high,critical` | one of |
    /// | `-team:mine`, `not team:mine` | does not hold |
    /// | `due:<now+2d`, `count:>=3` | ordered |
    /// | `updated:<7d`, `updated:>7d` | within the last seven days, longer ago |
    /// | `created:2026-03-01`, `created:>2026-03-01` | on that day, after it |
    /// | `assignee:none`, `assignee:any` | empty, not empty |
    /// | `title:"mail server"`, `title:=Exact` | contains, is |
    /// | `words`, `"a phrase"` | text anywhere |
    ///
    /// # Errors
    /// What is wrong, with its place in the text.
    pub fn parse_search_box(
        text: &str,
        kind: &Kind,
        registry: &Registry,
        resolver: &Resolver<'_>,
    ) -> Result<Self, FilterError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(FilterError::new(format!("a search is at most {MAX_TEXT_BYTES} bytes long")));
        }
        let checker = Checker::new(kind, registry, Some(resolver));
        let terms = split(text)?;
        let mut filters = Vec::new();
        let mut index = 0;
        while let Some(term) = terms.get(index) {
            index += 1;
            let mut is_negated = term.is_negated;
            let mut term = term;
            if term.is_plain_word("not")
                && let Some(next) = terms.get(index)
            {
                is_negated = !next.is_negated;
                term = next;
                index += 1;
            }
            let filter = read(term, &checker)
                .map_err(|error| if error.position.is_empty() { error.at(term.position.clone()) } else { error })?;
            filters.push(if is_negated { filter.negate() } else { filter });
        }
        checker.finish(Self::all(filters))
    }
}

/// A term: an optional name, and what is asked of it.
#[derive(Debug)]
struct Term {
    position: Range<usize>,
    is_negated: bool,
    name: Option<String>,
    sign: &'static str,
    values: Vec<Value>,
}

#[derive(Debug)]
struct Value {
    text: String,
    is_quoted: bool,
    position: Range<usize>,
}

impl Term {
    fn is_plain_word(&self, word: &str) -> bool {
        let is_word = |value: &Value| !value.is_quoted && value.text.eq_ignore_ascii_case(word);
        self.name.is_none() && !self.is_negated && self.values.iter().all(is_word)
    }
}

fn split(text: &str) -> Result<Vec<Term>, FilterError> {
    let mut terms = Vec::new();
    let mut at = 0;
    while let Some(skipped) = text[at..].find(|c: char| !c.is_whitespace()) {
        let start = at + skipped;
        at = start;
        let is_negated = text[at..].starts_with('-') && text[at + 1..].starts_with(|c: char| !c.is_whitespace());
        at += usize::from(is_negated);
        let name_length =
            text[at..].find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.'));
        let name = match name_length {
            Some(length)
                if length > 0 && text[at + length..].starts_with(':') && !text[at + length..].starts_with("://") =>
            {
                let name = text[at..at + length].to_owned();
                at += length + 1;
                // Digits before a colon are a time of day or a port, not a field.
                if name.starts_with(|c: char| c.is_ascii_lowercase()) {
                    Some(name)
                } else {
                    at -= length + 1;
                    None
                }
            }
            _ => None,
        };
        let mut sign = "";
        if name.is_some() {
            sign =
                ["<=", ">=", "<", ">", "="].into_iter().find(|sign| text[at..].starts_with(sign)).unwrap_or_default();
            at += sign.len();
        }
        let mut values = Vec::new();
        loop {
            let (value, end) = read_value(text, at, name.is_some())?;
            values.push(value);
            at = end;
            if name.is_none() || !text[at..].starts_with(',') {
                break;
            }
            at += 1;
        }
        terms.push(Term { position: start..at, is_negated, name, sign, values });
    }
    Ok(terms)
}

/// A quoted phrase or a run without blanks; a run in a named term ends at a comma.
fn read_value(text: &str, start: usize, is_named: bool) -> Result<(Value, usize), FilterError> {
    if text[start..].starts_with('"') {
        let mut phrase = String::new();
        let mut is_escaped = false;
        for (offset, c) in text[start + 1..].char_indices() {
            match c {
                c if is_escaped => {
                    phrase.push(c);
                    is_escaped = false;
                }
                '\\' => is_escaped = true,
                '"' => {
                    let end = start + 1 + offset + 1;
                    return Ok((Value { text: phrase, is_quoted: true, position: start..end }, end));
                }
                c => phrase.push(c),
            }
        }
        return Err(FilterError::new("a phrase is not closed: add `\"`").at(start..text.len()));
    }
    let ends = |c: char| c.is_whitespace() || (is_named && c == ',');
    let end = text[start..].find(ends).map_or(text.len(), |length| start + length);
    Ok((Value { text: text[start..end].to_owned(), is_quoted: false, position: start..end }, end))
}

fn read(term: &Term, checker: &Checker<'_>) -> Result<Filter, FilterError> {
    let Some(name) = &term.name else {
        return Filter::all_of(term.values.iter().map(|value| checker.text(value.text.clone())));
    };
    let found = find(name, checker)?;
    if let Some(value) = term.values.iter().find(|value| value.text.is_empty()) {
        return Err(
            FilterError::new(format!("a value is missing after `{name}:`")).at(term.position.start..value.position.end)
        );
    }
    let one =
        |value: &Value| read_one(&found, term.sign, value, checker).map_err(|error| error.at(value.position.clone()));
    // Plain equality of several values is one list; anything else is a choice between tests.
    let is_list = term.values.len() > 1
        && term.sign.is_empty()
        && matches!(found.shape, Shape::Choice(_) | Shape::Reference(_) | Shape::References(_) | Shape::Integer)
        && !term.values.iter().any(is_presence);
    if is_list {
        let mut literals = Vec::new();
        for value in &term.values {
            let literal = literal(&found, value, checker).map_err(|error| error.at(value.position.clone()))?;
            checker.operand(&found, &literal).map_err(|error| error.at(value.position.clone()))?;
            literals.push(literal);
        }
        return checker.any_of(&found, &literals);
    }
    Ok(Filter::any(term.values.iter().map(one).collect::<Result<Vec<_>, _>>()?))
}

impl Filter {
    fn all_of(filters: impl Iterator<Item = Result<Self, FilterError>>) -> Result<Self, FilterError> {
        Ok(Self::all(filters.collect::<Result<Vec<_>, _>>()?))
    }
}

fn find<'a>(name: &str, checker: &Checker<'a>) -> Result<Found<'a>, FilterError> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name && checker.kind().field(name).is_none());
    checker.find(alias.map_or(name, |(_, name)| name)).map_err(|mut error| {
        if error.suggestion.is_none() {
            error = error.suggest(name, ALIASES.iter().map(|(alias, _)| *alias));
        }
        error
    })
}

fn is_presence(value: &Value) -> bool {
    !value.is_quoted && matches!(value.text.as_str(), "none" | "any")
}

fn read_one(found: &Found<'_>, sign: &str, value: &Value, checker: &Checker<'_>) -> Result<Filter, FilterError> {
    if sign.is_empty() && is_presence(value) {
        let empty = checker.empty(found)?;
        return Ok(if value.text == "none" { empty } else { empty.negate() });
    }
    let by = match sign {
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        _ => Comparison::Equal,
    };
    match &found.shape {
        Shape::Text if found.path.attribute == super::Attribute::Number && by == Comparison::Equal => {
            checker.compare(found, by, &Literal::Text(value.text.to_ascii_uppercase()))
        }
        Shape::Text if sign.is_empty() => checker.contains(found, value.text.clone()),
        Shape::State(lifecycle) if by == Comparison::Equal && lifecycle.state(&value.text).is_none() => {
            category(found, &value.text, checker)
        }
        Shape::Category if by == Comparison::Equal => category(found, &value.text, checker),
        Shape::Moment | Shape::Date => read_time(found, by, value, checker),
        _ => {
            let literal = literal(found, value, checker)?;
            if literal.is_many() && by == Comparison::Equal {
                return checker.any_of(found, &[literal]);
            }
            checker.compare(found, by, &literal)
        }
    }
}

/// `open`, `closed` and the five categories, said of a state or a category.
fn category(found: &Found<'_>, word: &str, checker: &Checker<'_>) -> Result<Filter, FilterError> {
    let keys: &[&str] = match word {
        "open" => &["new", "active", "waiting"],
        "closed" => &["done", "cancelled"],
        word if CATEGORIES.contains(&word) => return by_category(found, &[word], checker),
        word => {
            // The check of the value itself makes the message; `open` and `closed` are near words too.
            let error = match checker.compare(found, Comparison::Equal, &Literal::Text(word.to_owned())) {
                Ok(filter) => return Ok(filter),
                Err(error) => error,
            };
            return Err(if error.suggestion.is_some() { error } else { error.suggest(word, ["open", "closed"]) });
        }
    };
    by_category(found, keys, checker)
}

fn by_category(found: &Found<'_>, keys: &[&str], checker: &Checker<'_>) -> Result<Filter, FilterError> {
    let mut found = found.clone();
    found.path.attribute = super::Attribute::Category;
    found.shape = Shape::Category;
    let literals: Vec<Literal> = keys.iter().map(|key| Literal::Text((*key).to_owned())).collect();
    match literals.as_slice() {
        [one] => checker.compare(&found, Comparison::Equal, one),
        several => checker.any_of(&found, several),
    }
}

fn literal(found: &Found<'_>, value: &Value, checker: &Checker<'_>) -> Result<Literal, FilterError> {
    if !value.is_quoted
        && let Some(relative) = checker.relative(&found.shape, &value.text)
    {
        return Ok(relative);
    }
    let text = value.text.as_str();
    Ok(match &found.shape {
        Shape::Boolean => match text {
            "true" | "yes" => Literal::Boolean(true),
            "false" | "no" => Literal::Boolean(false),
            _ => {
                return Err(FilterError::new(format!("`{text}` is neither `true` nor `false`"))
                    .suggest(text, ["true", "false"]));
            }
        },
        Shape::Integer => {
            let number = text.parse().map_err(|_| FilterError::new(format!("`{text}` is not a whole number")))?;
            Literal::Integer(number)
        }
        _ => Literal::Text(text.to_owned()),
    })
}

/// Times: a day stands for all of it, a bare length of time for its distance back from now.
fn read_time(found: &Found<'_>, by: Comparison, value: &Value, checker: &Checker<'_>) -> Result<Filter, FilterError> {
    let is_moment = matches!(found.shape, Shape::Moment);
    if let (Some(seconds), false) = (parse_seconds(&value.text), by == Comparison::Equal) {
        // `<7d` is less than seven days old, so after the moment seven days back.
        let by = match by {
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
            other => other,
        };
        let back = seconds.checked_neg().ok_or_else(|| FilterError::new("this duration is too long"))?;
        let literal = if is_moment { Literal::Now(back) } else { Literal::Today(back) };
        return checker.compare(found, by, &literal);
    }
    let relative = checker.relative(&found.shape, &value.text);
    let whole_day = match (&relative, parse_date(&value.text)) {
        (Some(Literal::Today(offset)), _) => {
            offset.checked_add(86_400).map(|next| (Literal::Today(*offset), Literal::Today(next)))
        }
        (None, Some(date)) => {
            let text = |date: jiff::civil::Date| Literal::Text(date.to_string());
            Some((text(date), text(next_day(date))))
        }
        _ => None,
    };
    match (whole_day, by) {
        (Some((begin, end)), Comparison::Equal) if is_moment => Filter::all_of(
            [
                checker.compare(found, Comparison::GreaterOrEqual, &begin),
                checker.compare(found, Comparison::Less, &end),
            ]
            .into_iter(),
        ),
        (Some((_, end)), Comparison::Greater) if is_moment => checker.compare(found, Comparison::GreaterOrEqual, &end),
        (Some((_, end)), Comparison::LessOrEqual) if is_moment => checker.compare(found, Comparison::Less, &end),
        (Some((begin, _)), by) => checker.compare(found, by, &begin),
        (None, by) => checker.compare(found, by, &relative.unwrap_or_else(|| Literal::Text(value.text.clone()))),
    }
}
