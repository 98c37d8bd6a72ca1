//! Inserting many rows with few statements.

use crate::connection::Connection;
use crate::sql::{Bind, Dialect};

/// Rows of one statement at most.
const ROWS: usize = 512;

/// Values of one statement at most: SQLite takes 32,766, PostgreSQL 65,535.
const VALUES: usize = 32_766;

/// A table with the columns that are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    /// Name of the table.
    pub(crate) table: &'static str,
    /// Names of the columns.
    pub(crate) columns: &'static [&'static str],
    /// Columns of type `jsonb` on PostgreSQL.
    pub(crate) jsonb: &'static [&'static str],
    /// Columns of type `json` on PostgreSQL.
    pub(crate) json: &'static [&'static str],
    /// What follows the values, such as `on conflict do nothing`.
    pub(crate) suffix: &'static str,
}

impl Target {
    /// Inserts rows and returns how many were new.
    ///
    /// Statements take powers of two of rows, so that their texts are few and stay prepared.
    pub(crate) async fn insert(self, connection: &mut Connection, rows: &[Vec<Bind>]) -> Result<u64, sqlx::Error> {
        let mut inserted = 0;
        let mut rest = rows;
        let mut binds = Vec::new();
        while !rest.is_empty() {
            let most = ROWS.min(VALUES / self.columns.len());
            let size = 1 << rest.len().min(most).ilog2();
            let (now, later) = rest.split_at(size);
            binds.clear();
            binds.extend(now.iter().flatten().cloned());
            inserted += connection.execute(&self.sql(connection.dialect(), size), &binds).await?;
            rest = later;
        }
        Ok(inserted)
    }

    /// The statement that inserts so many rows.
    pub(crate) fn sql(self, dialect: Dialect, rows: usize) -> String {
        use std::fmt::Write as _;
        let mut sql = format!("insert into {} ({}) values ", self.table, self.columns.join(", "));
        let casts: Vec<&str> = self.columns.iter().map(|column| self.cast(dialect, column)).collect();
        let mut place = 0;
        for row in 0..rows {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            for (index, cast) in casts.iter().enumerate() {
                place += 1;
                let comma = if index == 0 { "" } else { ", " };
                // Writing to a string cannot fail. SQLite looks up the name of each `$1` among all others when it is
                // bound, in time quadratic in their number; a plain `?` has no name.
                let _ = match dialect {
                    Dialect::Sqlite => write!(sql, "{comma}?"),
                    Dialect::Postgres => write!(sql, "{comma}${place}{cast}"),
                };
            }
            sql.push(')');
        }
        sql.push(' ');
        sql.push_str(self.suffix);
        sql
    }

    fn cast(self, dialect: Dialect, column: &str) -> &'static str {
        match dialect {
            Dialect::Sqlite => "",
            Dialect::Postgres if self.jsonb.contains(&column) => "::jsonb",
            Dialect::Postgres if self.json.contains(&column) => "::json",
            Dialect::Postgres => "",
        }
    }
}
