//! Lists and counts over compiled conditions.

use serde_json::Value as Json;
use steward_model::filter::Attribute;
use steward_model::kind::Kind;

use crate::boxed;
use crate::columns::{ValueType, attribute_column};
use crate::connection::Row;
use crate::error::StoreError;
use crate::rows::{Loaded, loaded, record_columns};
use crate::sql::{Bind, Dialect, literal};
use crate::store::Store;

/// What to list: pieces of SQL made by the filter compiler, with their values. The record table's alias is `r`.
#[derive(Debug, Clone, PartialEq)]
pub struct ListQuery {
    /// Key of the kind; all kinds when `None`.
    pub kind: Option<String>,
    /// Condition, its placeholders from `$1`.
    pub condition: String,
    /// Values of the condition.
    pub binds: Vec<Bind>,
    /// What follows `order by`, ending in `r.id`; unordered when empty.
    pub order: String,
    /// Records at most.
    pub limit: usize,
}

impl ListQuery {
    /// Every record of a kind, in no order.
    pub fn of_kind(kind: &str, limit: usize) -> Self {
        Self { kind: Some(kind.to_owned()), condition: "1 = 1".into(), binds: Vec::new(), order: String::new(), limit }
    }

    /// The rows that meet the condition, from `from` on.
    pub(crate) fn rows_from(&self) -> String {
        match &self.kind {
            // A literal, since neither database would otherwise use an index made for one kind only.
            Some(kind) => format!("from record r where r.kind = {} and ({})", literal(kind), self.condition),
            None => format!("from record r where {}", self.condition),
        }
    }

    fn sql(&self, dialect: Dialect) -> String {
        let columns = record_columns(dialect, "r");
        let (rows, limit) = (self.rows_from(), self.limit);
        if self.order.is_empty() {
            return format!("select {columns} {rows} limit {limit}");
        }
        let order = format!("order by {}", self.order);
        match dialect {
            Dialect::Sqlite => format!("select {columns} {rows} {order} limit {limit}"),
            // PostgreSQL reads a record before it asks the condition, unless everything asked for stands in the index:
            // so it is asked for ids first, and passes over records out of reach within the index.
            Dialect::Postgres => {
                format!(
                    "select {columns} from record r where r.id in (select r.id {rows} {order} limit {limit}) {order}"
                )
            }
        }
    }
}

impl Store {
    /// Records that meet a condition, in order.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn list(&self, query: &ListQuery) -> Result<Vec<Loaded>, StoreError> {
        let sql = query.sql(self.dialect());
        self.read().await?.fetch_all(&sql, &query.binds).await?.iter().map(loaded).collect()
    }

    /// How many records meet the condition, counted no further than `cap`; order and limit do not matter.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn count(&self, query: &ListQuery, cap: usize) -> Result<usize, StoreError> {
        let sql = format!("select count(*) from (select 1 {} limit {cap}) counted", query.rows_from());
        let count = self.read().await?.fetch_integer(&sql, &query.binds).await?;
        Ok(usize::try_from(count.unwrap_or(0)).unwrap_or(0))
    }

    /// How many records meet at least one of these conditions; else as [`Self::count`]. The placeholders of all are
    /// numbered in one row, and `binds` holds their values.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn count_any(
        &self,
        kind: &str,
        conditions: &[String],
        binds: &[Bind],
        cap: usize,
    ) -> Result<usize, StoreError> {
        let kind = literal(kind);
        // Each stops at the cap by itself: one that reaches it has counted enough for all.
        let part = |condition: &String| {
            format!(
                "select id from (select r.id from record r where r.kind = {kind} and ({condition}) limit {cap}) part"
            )
        };
        let parts: Vec<String> = conditions.iter().map(part).collect();
        let sql = format!("select count(*) from (select * from ({}) parts limit {cap}) counted", parts.join(" union "));
        let count = self.read().await?.fetch_integer(&sql, binds).await?;
        Ok(usize::try_from(count.unwrap_or(0)).unwrap_or(0))
    }

    /// How many records meet a condition for each value of an attribute, in no order; those without a value under `null`.
    /// Of more records than `cap` only so many are looked at. `None` for attributes that cannot be grouped by.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn count_by(
        &self,
        query: &ListQuery,
        attribute: &Attribute,
        kind: &Kind,
        cap: usize,
    ) -> Result<Option<Vec<(Json, usize)>>, StoreError> {
        let Some(column) = attribute_column(attribute, kind, "r", self.dialect()) else { return Ok(None) };
        let sql = format!(
            "select cast(value as text), count(*) from (select {} as value {} limit {cap}) counted group by value",
            column.sql,
            query.rows_from()
        );
        let rows = self.read().await?.fetch_all(&sql, &query.binds).await?;
        let counted = |row: &Row| {
            let value = match (row.optional_text(0)?, column.value) {
                (None, _) => Json::Null,
                (Some(text), ValueType::Integer) => text.parse::<i64>().map_or(Json::Null, Json::from),
                (Some(text), _) => Json::from(text),
            };
            Ok((value, usize::try_from(row.integer(1)?).unwrap_or_default()))
        };
        rows.iter().map(counted).collect::<Result<_, StoreError>>().map(Some)
    }

    /// How the database would run a list, in its own words: for tests that hold lists to their indexes.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn explain(&self, query: &ListQuery) -> Result<String, StoreError> {
        let (explain, column) = match self.dialect() {
            Dialect::Sqlite => ("explain query plan", 3),
            Dialect::Postgres => ("explain", 0),
        };
        let sql = format!("{explain} {}", query.sql(self.dialect()));
        let rows = self.read().await?.fetch_all(&sql, &query.binds).await?;
        let lines: Result<Vec<String>, _> = rows.iter().map(|row: &Row| row.text(column)).collect();
        Ok(lines?.join("\n"))
    }
}
