//! Building the types of fields: what each word takes and what it gives.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;

use super::document::{ChoiceItem, ChoicesOrName, Compute, FieldItem, OneOrMany, Word};
use super::faults::{Faults, hint, is_key, label_of};
use super::fields::{Scope, build_columns, target_kinds};
use super::{is_in_circle, words};
use crate::kind::{Choice, Choices, Computation, Field, FieldType};

/// Longest text when a definition names none, in characters.
const DEFAULT_LENGTH: usize = 200;
/// Longest text that a definition may ask for; beyond that it is Markdown.
const LONGEST: usize = 4000;

/// Each type with the attributes that it takes beyond those of every field.
const TYPES: [(&str, &[&str]); 18] = [
    ("text", &["max_length"]),
    ("markdown", &[]),
    ("integer", &["min", "max"]),
    ("decimal", &[]),
    ("money", &[]),
    ("boolean", &[]),
    ("date", &[]),
    ("moment", &[]),
    ("duration", &[]),
    ("choice", &["choices"]),
    ("reference", &["target"]),
    ("references", &["target"]),
    ("url", &[]),
    ("mail", &[]),
    ("phone", &[]),
    ("table", &["fields"]),
    ("secret", &[]),
    ("computed", &["compute", "value"]),
];

/// The type that a field's attributes tell; `None` when they do not, with faults noted.
pub(super) fn build_type(
    scope: &Scope<'_, '_>,
    file: usize,
    item: &FieldItem,
    faults: &mut Faults<'_>,
) -> Option<FieldType> {
    if item.r#type.get_ref().is_empty() {
        faults.add(file, item.key.span(), format!("field `{}` has no `type`", item.key.get_ref()));
        return None;
    }
    let mut taken: Vec<&str> = takes(file, &item.r#type, faults)?.to_vec();
    if let Some(value) = &item.value {
        taken.extend(takes(file, value, faults)?);
    }
    for (name, at) in attributes(item) {
        if !taken.contains(&name) {
            let message = format!("`{name}` does not go with a field of type {}", item.r#type.get_ref());
            faults.add(file, at, message);
        }
    }
    if item.r#type.get_ref() == "computed" {
        return build_computed(scope, file, item, faults);
    }
    build_plain(scope, file, item, &item.r#type, faults)
}

fn takes(file: usize, word: &Word, faults: &mut Faults<'_>) -> Option<&'static [&'static str]> {
    let found = TYPES.iter().find(|(name, _)| name == word.get_ref());
    if found.is_none() {
        let near = hint(word.get_ref(), TYPES.iter().map(|(name, _)| *name));
        faults.add(file, word.span(), format!("unknown type `{}`{near}", word.get_ref()));
    }
    found.map(|(_, taken)| *taken)
}

fn attributes(item: &FieldItem) -> Vec<(&'static str, Range<usize>)> {
    let key = item.key.span();
    let attributes = [
        ("max_length", item.max_length.as_ref().map(Spanned::span)),
        ("min", item.min.as_ref().map(Spanned::span)),
        ("max", item.max.as_ref().map(Spanned::span)),
        ("choices", item.choices.as_ref().map(|_| key.clone())),
        ("target", item.target.as_ref().map(|target| target.0.first().map_or(key.clone(), Spanned::span))),
        ("fields", item.fields.as_ref().map(Spanned::span)),
        ("compute", item.compute.as_ref().map(Spanned::span)),
        ("value", item.value.as_ref().map(Spanned::span)),
    ];
    attributes.into_iter().filter_map(|(name, at)| Some((name, at?))).collect()
}

fn build_plain(
    scope: &Scope<'_, '_>,
    file: usize,
    item: &FieldItem,
    word: &Word,
    faults: &mut Faults<'_>,
) -> Option<FieldType> {
    let key = item.key.get_ref();
    let mut lacks = |what: &str| {
        faults.add(file, item.key.span(), format!("field `{key}` has no `{what}`"));
        None
    };
    Some(match word.get_ref().as_str() {
        "text" => {
            let max_length = item.max_length.as_ref().map_or(DEFAULT_LENGTH, |length| *length.get_ref());
            if let Some(at) = item.max_length.as_ref().filter(|_| !(1..=LONGEST).contains(&max_length)) {
                faults.add(file, at.span(), format!("max_length must be from 1 to {LONGEST}; longer text is markdown"));
            }
            FieldType::Text { max_length }
        }
        "integer" => {
            let (min, max) = (item.min.as_ref().map(|min| *min.get_ref()), item.max.as_ref().map(|max| *max.get_ref()));
            if min.zip(max).is_some_and(|(min, max)| min > max) {
                faults.add(file, item.key.span(), format!("field `{key}` has a `min` above its `max`"));
            }
            FieldType::Integer { min, max }
        }
        "choice" => match &item.choices {
            Some(choices) => FieldType::Choice(choose(scope, file, choices, faults)?),
            None => return lacks("choices"),
        },
        "reference" | "references" => {
            if item.target.as_ref().is_none_or(|target| target.0.is_empty()) {
                return lacks("target");
            }
            let kinds = target_kinds(scope, file, item, faults);
            if word.get_ref() == "reference" { FieldType::Reference { kinds } } else { FieldType::References { kinds } }
        }
        "table" => match item.fields.as_ref().filter(|fields| !fields.get_ref().is_empty()) {
            Some(fields) => FieldType::Table { fields: build_columns(scope, file, fields.get_ref(), faults) },
            None => return lacks("fields"),
        },
        "markdown" => FieldType::Markdown,
        "decimal" => FieldType::Decimal,
        "money" => FieldType::Money,
        "boolean" => FieldType::Boolean,
        "date" => FieldType::Date,
        "moment" => FieldType::Moment,
        "duration" => FieldType::Duration,
        "url" => FieldType::Url,
        "mail" => FieldType::Mail,
        "phone" => FieldType::Phone,
        "secret" => FieldType::Secret,
        other => {
            faults.add(file, word.span(), format!("a computed value cannot be of type {other}"));
            return None;
        }
    })
}

fn choose(scope: &Scope<'_, '_>, file: usize, choices: &ChoicesOrName, faults: &mut Faults<'_>) -> Option<Choices> {
    match choices {
        ChoicesOrName::List(list) => Some(build_choices(file, list, faults)),
        ChoicesOrName::Name(name) if name.get_ref() == "classes" => Some(class_choices(scope)),
        ChoicesOrName::Name(name) => match scope.draft.choices.get(name.get_ref().as_str()) {
            Some(list) => Some(build_choices(list.file, list.item, faults)),
            None => {
                let near = hint(name.get_ref(), scope.draft.choices.keys().copied());
                faults.add(file, name.span(), format!("unknown list of choices `{}`{near}", name.get_ref()));
                None
            }
        },
    }
}

fn class_choices(scope: &Scope<'_, '_>) -> Choices {
    let classes = scope.draft.classes.iter().map(|class| class.item);
    Choices(
        classes
            .map(|class| Choice {
                key: class.key.get_ref().clone(),
                label: class.label.clone().unwrap_or_else(|| label_of(class.key.get_ref())),
                parent: class.parent.as_ref().map(|parent| parent.get_ref().clone()),
                inactive: false,
                was: Vec::new(),
            })
            .collect(),
    )
}

fn build_choices(file: usize, list: &[ChoiceItem], faults: &mut Faults<'_>) -> Choices {
    let keys: BTreeSet<&str> = list.iter().map(|choice| choice.key.get_ref().as_str()).collect();
    let parents: BTreeMap<&str, &str> = list
        .iter()
        .filter_map(|choice| Some((choice.key.get_ref().as_str(), choice.parent.as_ref()?.get_ref().as_str())))
        .collect();
    let mut seen = BTreeSet::new();
    for choice in list {
        let key = choice.key.get_ref().as_str();
        if !is_key(key) {
            faults.add(file, choice.key.span(), format!("choice `{key}` must be lower-case words with underscores"));
        }
        if !seen.insert(key) {
            faults.add(file, choice.key.span(), format!("choice `{key}` is there already"));
        }
        if let Some(parent) = choice.parent.as_ref().filter(|parent| !keys.contains(parent.get_ref().as_str())) {
            let near = hint(parent.get_ref(), keys.iter().copied());
            let message = format!("choice `{key}` lies below unknown choice `{}`{near}", parent.get_ref());
            faults.add(file, parent.span(), message);
        }
        if is_in_circle(key, &parents) {
            faults.add(file, choice.key.span(), format!("choice `{key}` lies below itself"));
        }
    }
    check_was(file, list.iter().map(|choice| (&choice.key, &choice.was)), "choice", faults);
    let choices = list.iter().map(|choice| Choice {
        key: choice.key.get_ref().clone(),
        label: choice.label.clone().unwrap_or_else(|| label_of(choice.key.get_ref())),
        parent: choice.parent.as_ref().map(|parent| parent.get_ref().clone()),
        inactive: choice.inactive,
        was: words(&choice.was.0),
    });
    Choices(choices.collect())
}

/// Refuses earlier keys that are in use, and those that two claim.
pub(super) fn check_was<'a>(
    file: usize,
    items: impl Iterator<Item = (&'a Word, &'a OneOrMany)> + Clone,
    what: &str,
    faults: &mut Faults<'_>,
) {
    let mut claimed: BTreeMap<&str, &str> = BTreeMap::new();
    for (key, was) in items.clone() {
        for earlier in &was.0 {
            let name = earlier.get_ref().as_str();
            if items.clone().any(|(key, _)| key.get_ref() == name) {
                let message = format!(
                    "{what} `{}` says that it was `{name}`, which is there; take one of the two out",
                    key.get_ref()
                );
                faults.add(file, earlier.span(), message);
            } else if let Some(other) = claimed.insert(name, key.get_ref()) {
                let message = format!("{what} `{other}` says that it was `{name}` already");
                faults.add(file, earlier.span(), message);
            }
        }
    }
}

fn build_computed(scope: &Scope<'_, '_>, file: usize, item: &FieldItem, faults: &mut Faults<'_>) -> Option<FieldType> {
    let key = item.key.get_ref();
    let Some(compute) = &item.compute else {
        faults.add(file, item.key.span(), format!("field `{key}` has no `compute`"));
        return None;
    };
    let Some(by) = computation(compute.get_ref()) else {
        let ways = "compute takes one of template, elapsed = [from, to], product, sum = \"table.column\", changes = [..], rule";
        faults.add(file, compute.span(), ways);
        return None;
    };
    let given = |otherwise: &str| item.value.as_ref().map_or(otherwise.to_owned(), |value| value.get_ref().clone());
    let fits = match &by {
        Computation::Template(_) => given("text") == "text",
        Computation::Elapsed { .. } => given("duration") == "duration",
        Computation::Product(_) | Computation::Changes(_) => given("integer") == "integer",
        Computation::Sum { .. } => matches!(given("").as_str(), "integer" | "decimal" | "duration"),
        Computation::Rule(_) => item.value.is_some(),
    };
    if !fits {
        let rule = "value must be text for a template, duration for elapsed, integer for a product, the column's type \
                    for a sum, and be told for a rule";
        faults.add(file, item.value.as_ref().map_or(compute.span(), Spanned::span), rule);
        return None;
    }
    let value = match (&item.value, &by) {
        (Some(word), _) => build_plain(scope, file, item, word, faults)?,
        (None, Computation::Elapsed { .. }) => FieldType::Duration,
        (None, Computation::Product(_) | Computation::Changes(_)) => FieldType::Integer { min: None, max: None },
        (None, _) => FieldType::Text { max_length: LONGEST },
    };
    Some(FieldType::Computed { value: Box::new(value), by })
}

fn computation(compute: &Compute) -> Option<Computation> {
    let owned = |word: &Word| word.get_ref().clone();
    let Compute { template, elapsed, product, sum, changes, rule } = compute;
    let ways = [
        template.as_ref().map(|template| Some(Computation::Template(owned(template)))),
        elapsed.as_ref().map(|ends| match ends.as_slice() {
            [from, to] => Some(Computation::Elapsed { from: owned(from), to: owned(to) }),
            _ => None,
        }),
        product.as_ref().map(|factors| Some(Computation::Product(super::words(factors)))),
        sum.as_ref().map(|sum| {
            let (table, column) = sum.get_ref().split_once('.')?;
            Some(Computation::Sum { table: table.to_owned(), column: column.to_owned() })
        }),
        changes.as_ref().map(|fields| Some(Computation::Changes(super::words(fields)))),
        rule.as_ref().map(|rule| Some(Computation::Rule(owned(rule)))),
    ];
    let mut given = ways.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(only), None) => only,
        _ => None,
    }
}

/// Notes a fault for each field that a computation names and cannot go by.
pub(super) fn check_computation(file: usize, item: &FieldItem, fields: &[Field], faults: &mut Faults<'_>) {
    let key = item.key.get_ref();
    let (Some(compute), Some(field)) = (&item.compute, fields.iter().find(|field| field.key == *key)) else { return };
    let FieldType::Computed { value, by } = &field.field_type else { return };
    let mut check = |name: &str, wanted: &str, fits: &dyn Fn(&FieldType) -> bool| {
        let message = match fields.iter().find(|field| field.key == name) {
            None => {
                let near = hint(name, fields.iter().map(|field| field.key.as_str()));
                format!("field `{key}` is computed from unknown field `{name}`{near}")
            }
            // Computed fields are worked out in one pass, so none may wait for another.
            Some(Field { field_type: FieldType::Computed { .. }, .. }) => {
                format!("field `{key}` is computed from `{name}`, which is computed itself")
            }
            Some(field) if !fits(&field.field_type) => {
                format!("field `{key}` is computed from `{name}`, which must be {wanted}")
            }
            Some(_) => return,
        };
        faults.add(file, compute.span(), message);
    };
    match by {
        Computation::Template(template) => {
            for name in template.split('{').skip(1).map(|part| part.split('}').next().unwrap_or_default()) {
                check(name, "a field", &|field_type| !matches!(field_type, FieldType::Secret));
            }
        }
        Computation::Elapsed { from, to } => {
            for name in [from, to] {
                check(name, "a moment", &|field_type| *field_type == FieldType::Moment);
            }
        }
        Computation::Changes(watched) => {
            for name in watched {
                check(name, "a field", &|_| true);
            }
        }
        Computation::Product(factors) => {
            for name in factors {
                check(name, "a whole number", &|field_type| matches!(field_type, FieldType::Integer { .. }));
            }
        }
        Computation::Sum { table, column } => {
            let wanted = format!("a table with a column `{column}` of type {}", value.key());
            check(table, &wanted, &|field_type| match field_type {
                FieldType::Table { fields } => {
                    fields.iter().any(|field| field.key == *column && field.field_type.key() == value.key())
                }
                _ => false,
            });
        }
        Computation::Rule(_) => {}
    }
}
