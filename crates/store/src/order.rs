//! The order of lists, and where the next page of one begins.

use serde_json::Value as Json;
use steward_model::filter::{Attribute, SortKey};
use steward_model::id::RecordId;
use steward_model::kind::Kind;

use crate::columns::{Column, ValueType, attribute_column, collated};
use crate::sql::{Bind, Dialect};

/// The last record of a page: where the next one goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// What it is sorted by under each key ([`SortKey::value_of`]), `null` when empty.
    pub values: Vec<Json>,
    /// Its id.
    pub id: RecordId,
}

/// A cursor that does not fit the order it is used with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this place in the list belongs to another order; begin at the first page")]
pub struct CursorMismatch;

/// What stands after `order by`: the keys, then the id. Empty values come last in both directions. The id runs in the
/// direction of the last key, so that one index serves the order both ways.
///
/// On PostgreSQL an index serves a descending key that may be empty only if made with `desc nulls last`.
pub fn order_by(sort: &[SortKey], kind: &Kind, dialect: Dialect, alias: &str) -> String {
    let mut steps = Vec::new();
    for (key, column) in columns(sort, kind, dialect, alias) {
        let nulls = match (column.is_nullable, dialect, key.descending) {
            (false, ..) | (true, Dialect::Postgres, false) | (true, Dialect::Sqlite, true) => "",
            (true, Dialect::Postgres, true) | (true, Dialect::Sqlite, false) => " nulls last",
        };
        steps.push(format!("{}{}{nulls}", column.sql, if key.descending { " desc" } else { "" }));
    }
    steps.push(format!("{alias}.id{}", if is_id_descending(sort) { " desc" } else { "" }));
    steps.join(", ")
}

/// The condition that holds for the records after a cursor in the order of [`order_by`].
///
/// # Errors
/// When the cursor's values do not fit the keys.
pub fn after_predicate(
    sort: &[SortKey],
    cursor: &Cursor,
    kind: &Kind,
    dialect: Dialect,
    alias: &str,
    binds: &mut Vec<Bind>,
) -> Result<String, CursorMismatch> {
    let columns = columns(sort, kind, dialect, alias);
    if cursor.values.len() != columns.len() {
        return Err(CursorMismatch);
    }
    let mut steps = Vec::new();
    for ((key, column), value) in columns.into_iter().zip(&cursor.values) {
        let place = match value {
            Json::Null if column.is_nullable => None,
            value => {
                binds.push(column.bind(value).ok_or(CursorMismatch)?);
                Some(format!("${}", binds.len()))
            }
        };
        steps.push(Step { column, descending: key.descending, place });
    }
    binds.push(Bind::Integer(cursor.id.0));
    let id = attribute_column(&Attribute::Id, kind, alias, dialect).ok_or(CursorMismatch)?;
    steps.push(Step { column: id, descending: is_id_descending(sort), place: Some(format!("${}", binds.len())) });
    Ok(predicate(&steps))
}

struct Step {
    column: Column,
    descending: bool,
    /// Placeholder of the cursor's value; `None` when that is empty.
    place: Option<String>,
}

impl Step {
    fn sign(&self) -> &'static str {
        if self.descending { "<" } else { ">" }
    }

    /// Strictly after the cursor's value; `None` when nothing is.
    fn after(&self) -> Option<String> {
        let place = self.place.as_ref()?;
        let (sql, sign) = (&self.column.sql, self.sign());
        Some(if self.column.is_nullable {
            format!("({sql} {sign} {place} or {sql} is null)")
        } else {
            format!("{sql} {sign} {place}")
        })
    }

    fn same(&self) -> String {
        match &self.place {
            Some(place) => format!("{} = {place}", self.column.sql),
            None => format!("{} is null", self.column.sql),
        }
    }
}

fn predicate(steps: &[Step]) -> String {
    // A comparison of rows is the one form that both databases turn into a single range of an index; it needs values
    // that are there, in one direction.
    let one_way = steps.iter().all(|step| step.descending == steps[0].descending && !step.column.is_nullable);
    if one_way && steps.len() > 1 {
        let columns: Vec<&str> = steps.iter().map(|step| step.column.sql.as_str()).collect();
        let places: Vec<&str> = steps.iter().filter_map(|step| step.place.as_deref()).collect();
        return format!("({}) {} ({})", columns.join(", "), steps[0].sign(), places.join(", "));
    }
    let mut alternatives = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        if let Some(after) = step.after() {
            let same = steps[..index].iter().map(Step::same);
            alternatives.push(same.chain([after]).collect::<Vec<_>>().join(" and "));
        }
    }
    let alternatives = alternatives.iter().map(|part| format!("({part})")).collect::<Vec<_>>().join(" or ");
    // What all alternatives have in common, said once more alone: a range of the index on the first key.
    let bound = steps.first().map(|first| match (&first.place, first.column.is_nullable) {
        (None, _) => first.same(),
        (Some(place), false) => format!("{} {}= {place}", first.column.sql, first.sign()),
        (Some(place), true) => {
            let sql = &first.column.sql;
            format!("({sql} {}= {place} or {sql} is null)", first.sign())
        }
    });
    format!("({} and ({alternatives}))", bound.unwrap_or_default())
}

fn is_id_descending(sort: &[SortKey]) -> bool {
    sort.last().is_some_and(|key| key.descending)
}

fn columns<'s>(sort: &'s [SortKey], kind: &Kind, dialect: Dialect, alias: &str) -> Vec<(&'s SortKey, Column)> {
    let column = |key: &'s SortKey| {
        let mut column = attribute_column(&key.attribute, kind, alias, dialect)?;
        if key.is_priority_rank(kind) {
            column.sql = format!("{alias}.priority_rank");
            column.value = ValueType::Integer;
        } else if matches!(key.attribute, Attribute::State | Attribute::Category) {
            column.sql = collated(column.sql, dialect);
        }
        Some((key, column))
    };
    sort.iter().filter_map(column).collect()
}
