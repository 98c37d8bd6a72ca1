//! Derived values: computed fields and the rules of the practices.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::{Context, FieldError};
use crate::event::Why;
use crate::id::RecordId;
use crate::kind::{Computation, Field, FieldType, Kind};
use crate::record::Record;
use crate::value::display_value;

/// A derived value and what it follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// The value in stored form; `None` when there is none.
    pub value: Option<Json>,
    /// What it follows from.
    pub why: Why,
}

/// Other records that rules go by, loaded beforehand.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// Active records of the kinds that rules ask for, by kind.
    pub related: BTreeMap<String, Arc<Vec<Record>>>,
    /// The record's organisation and those above it, nearest first.
    pub organisations_above: Vec<RecordId>,
}

/// Behaviour that practices add where data cannot say it.
pub trait Rules: Send + Sync {
    /// Kinds of which a rule wants all active records in [`World::related`]. Small configuration kinds only.
    fn related_kinds(&self) -> &[&'static str];
    /// Fields (or `organisation`, `state`) from which the rule works out its value.
    fn inputs(&self, rule: &str) -> &[&'static str];
    /// The value that a rule gives.
    fn derive(&self, rule: &str, kind: &Kind, record: &Record, world: &World) -> Derived;
    /// Values of fields that follow from who does what: key, value, and what it follows from.
    fn follow(
        &self,
        _kind: &Kind,
        _before: Option<&Record>,
        _after: &Record,
        _ctx: &Context<'_>,
    ) -> Vec<(&'static str, Option<Json>, Why)> {
        Vec::new()
    }
    /// Faults of a record as it would be, beyond what its kind says.
    fn check(&self, kind: &Kind, before: Option<&Record>, after: &Record, ctx: &Context<'_>) -> Vec<FieldError>;
}

/// The value of a computed field on a record as it would be, for events that are not made by [`super::decide`]; `None`
/// for a field that is not computed.
pub fn derive_field(
    field: &Field,
    kind: &Kind,
    before: Option<&Record>,
    record: &Record,
    rules: &dyn Rules,
    world: &World,
) -> Option<Derived> {
    match &field.field_type {
        FieldType::Computed { value, by } => Some(compute_with(by, value, kind, before, record, rules, world)),
        _ => None,
    }
}

/// The fields that a computed field goes by; empty for one that is not computed.
pub fn derived_from<'a>(field: &'a Field, rules: &'a dyn Rules) -> Vec<&'a str> {
    match &field.field_type {
        FieldType::Computed { by, .. } => inputs(by, rules),
        _ => Vec::new(),
    }
}

/// What a computation goes by.
pub(super) fn inputs<'a>(computation: &'a Computation, rules: &'a dyn Rules) -> Vec<&'a str> {
    match computation {
        Computation::Template(template) => placeholders(template),
        Computation::Elapsed { from, to } => vec![from, to],
        Computation::Product(fields) | Computation::Changes(fields) => fields.iter().map(String::as_str).collect(),
        Computation::Sum { table, .. } => vec![table],
        Computation::Rule(rule) => rules.inputs(rule).to_vec(),
    }
}

pub(super) fn compute(
    computation: &Computation,
    value_type: &FieldType,
    kind: &Kind,
    before: Option<&Record>,
    record: &Record,
    ctx: &Context<'_>,
) -> Derived {
    compute_with(computation, value_type, kind, before, record, ctx.rules, ctx.world)
}

fn compute_with(
    computation: &Computation,
    value_type: &FieldType,
    kind: &Kind,
    before: Option<&Record>,
    record: &Record,
    rules: &dyn Rules,
    world: &World,
) -> Derived {
    let (value, rule, detail) = match computation {
        Computation::Rule(rule) => return rules.derive(rule, kind, record, world),
        Computation::Template(template) => {
            let text = fill(template, kind, record);
            ((!text.is_empty()).then(|| Json::from(text)), "template", template.clone())
        }
        Computation::Elapsed { from, to } => {
            (elapsed(record, from, to).map(Json::from), "elapsed", format!("from {from} to {to}"))
        }
        Computation::Product(fields) => (product(record, fields).map(Json::from), "product", fields.join(" × ")),
        Computation::Sum { table, column } => {
            (sum(record, table, column, value_type), "sum", format!("of {column} over {table}"))
        }
        Computation::Changes(fields) => {
            let key = kind
                .fields
                .iter()
                .find(|field| matches!(&field.field_type, FieldType::Computed { by, .. } if by == computation));
            let so_far = key.and_then(|field| record.field(&field.key)).and_then(Json::as_i64).unwrap_or(0);
            (
                Some(Json::from(so_far + i64::from(moved(before, record, fields)))),
                "changes",
                format!("of {}", fields.join(" or ")),
            )
        }
    };
    Derived { value, why: Why { rule: rule.to_owned(), detail } }
}

/// Whether one of the fields went from one value to another; the first value that a field gets is no change.
fn moved(before: Option<&Record>, record: &Record, fields: &[String]) -> bool {
    let Some(before) = before else { return false };
    fields.iter().any(|field| before.field(field).is_some() && before.field(field) != record.field(field))
}

fn placeholders(template: &str) -> Vec<&str> {
    template.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
}

fn fill(template: &str, kind: &Kind, record: &Record) -> String {
    let mut text = String::new();
    for part in template.split_inclusive('}') {
        let (literal, name) = match part.strip_suffix('}').and_then(|part| part.split_once('{')) {
            Some((literal, name)) => (literal, Some(name)),
            None => (part, None),
        };
        text.push_str(literal);
        let field = name.and_then(|name| kind.field(name));
        if let Some((field, value)) = field.and_then(|field| Some((field, record.field(&field.key)?))) {
            text.push_str(&display_value(field, value));
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn elapsed(record: &Record, from: &str, to: &str) -> Option<i64> {
    let from = record.field(from)?.as_i64()?;
    let to = record.field(to)?.as_i64()?;
    Some((to - from) / 1_000_000)
}

fn product(record: &Record, fields: &[String]) -> Option<i64> {
    fields.iter().try_fold(1_i64, |product, field| product.checked_mul(record.field(field)?.as_i64()?))
}

/// Sums whole numbers, decimals, durations, or money of one currency; `None` when currencies differ or it overflows.
fn sum(record: &Record, table: &str, column: &str, value_type: &FieldType) -> Option<Json> {
    let rows = record.field(table)?.as_array()?;
    let values: Vec<&Json> = rows.iter().filter_map(|row| row.get(column)).collect();
    if !matches!(value_type, FieldType::Money) {
        return values.iter().try_fold(0_i64, |sum, value| sum.checked_add(value.as_i64()?)).map(Json::from);
    }
    let currency = values.first()?.get("currency")?.clone();
    let mut amount = 0_i64;
    for value in values {
        if value.get("currency") != Some(&currency) {
            return None;
        }
        amount = amount.checked_add(value.get("amount")?.as_i64()?)?;
    }
    Some(serde_json::json!({ "amount": amount, "currency": currency }))
}
