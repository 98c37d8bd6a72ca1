//! What imports and reports over whole kinds ask: many records by their names, and journals one after the other.

use std::collections::HashMap;

use steward_model::id::{RecordId, Revision};
use steward_model::moment::Moment;

use crate::boxed;
use crate::error::StoreError;
use crate::journal::{COLUMNS, JournalEntry, entry};
use crate::rows::{Loaded, loaded, record_columns};
use crate::sql::{Bind, Dialect, placeholders};
use crate::store::Store;

/// Values in one `in (…)` at most, below the limits of both databases.
const MANY: usize = 1000;

/// What names a record within its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming<'a> {
    /// Its number.
    Number,
    /// The value of its label field. Several records may share one; the oldest counts.
    Label,
    /// The value of this unique field, case aside.
    Unique(&'a str),
}

/// An entry of the journal that an import made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedEntry {
    /// The record.
    pub record: RecordId,
    /// When it happened.
    pub at: Moment,
    /// The import's own name for it, such as `uci:INC0000045:3`.
    pub cause: String,
}

impl Store {
    /// The records of a kind with these numbers, in one query per thousand; absent ones are left out.
    ///
    /// # Errors
    /// What the database answered; [`StoreError::Damaged`] when what is stored cannot be read.
    #[boxed]
    pub async fn find_by_numbers(&self, kind: &str, numbers: &[&str]) -> Result<Vec<Loaded>, StoreError> {
        let mut found = Vec::new();
        let mut connection = self.read().await?;
        for chunk in numbers.chunks(MANY) {
            let sql = format!(
                "select {} from record r where r.kind = $1 and r.number in ({})",
                record_columns(self.dialect(), "r"),
                placeholders(2, chunk.len())
            );
            for row in connection.fetch_all(&sql, &binds(&[kind], chunk)).await? {
                found.push(loaded(&row)?);
            }
        }
        Ok(found)
    }

    /// The ids of the records of a kind with these names, by name as given; absent ones are left out.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn find_ids(
        &self,
        kind: &str,
        naming: Naming<'_>,
        names: &[&str],
    ) -> Result<HashMap<String, RecordId>, StoreError> {
        let mut found = HashMap::new();
        let mut connection = self.read().await?;
        for chunk in names.chunks(MANY) {
            let lower: Vec<String> = chunk.iter().map(|name| name.to_lowercase()).collect();
            let (sql, binds) = match naming {
                Naming::Number => (
                    format!(
                        "select number, id from record where kind = $1 and number in ({})",
                        placeholders(2, chunk.len())
                    ),
                    binds(&[kind], chunk),
                ),
                Naming::Label => (
                    format!(
                        "select title, min(id) from record where kind = $1 and title in ({}) group by title",
                        placeholders(2, chunk.len())
                    ),
                    binds(&[kind], chunk),
                ),
                Naming::Unique(field) => {
                    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
                    let sql = format!(
                        "select value, record from unique_value where kind = $1 and field = $2 and value in ({})",
                        placeholders(3, chunk.len())
                    );
                    (sql, binds(&[kind, field], &lower))
                }
            };
            let mut ids = HashMap::new();
            for row in connection.fetch_all(&sql, &binds).await? {
                ids.insert(row.text(0)?, RecordId(row.integer(1)?));
            }
            for (name, lower) in chunk.iter().zip(&lower) {
                let stored = if matches!(naming, Naming::Unique(_)) { lower.as_str() } else { name };
                if let Some(id) = ids.get(stored) {
                    found.insert((*name).to_owned(), *id);
                }
            }
        }
        Ok(found)
    }

    /// The entries of these records that an import made, in no order.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn imports_of(&self, records: &[RecordId]) -> Result<Vec<ImportedEntry>, StoreError> {
        let cause = match self.dialect() {
            Dialect::Sqlite => "json_extract(data, '$.cause.import')",
            Dialect::Postgres => "data->'cause'->>'import'",
        };
        let mut found = Vec::new();
        let mut connection = self.read().await?;
        for chunk in records.chunks(MANY) {
            let sql = format!(
                "select record, at, {cause} from journal where record in ({}) and door = 'import' and {cause} is not null",
                placeholders(1, chunk.len())
            );
            let binds: Vec<Bind> = chunk.iter().map(|record| Bind::Integer(record.0)).collect();
            for row in connection.fetch_all(&sql, &binds).await? {
                found.push(ImportedEntry {
                    record: RecordId(row.integer(0)?),
                    at: row.moment(1)?,
                    cause: row.text(2)?,
                });
            }
        }
        Ok(found)
    }

    /// Entries of all records of a kind after a place, at most `limit`, by record and place in its journal.
    ///
    /// # Errors
    /// What the database answered; [`StoreError::Damaged`] when an entry cannot be read.
    #[boxed]
    pub async fn journals_of_kind(
        &self,
        kind: &str,
        after: (RecordId, Revision),
        limit: usize,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        let sql = format!(
            "select {COLUMNS} from journal where (record, seq) > ($1, $2) and kind = $3 order by record, seq limit $4"
        );
        let limit = Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX));
        let binds = [Bind::Integer(after.0.0), Bind::Integer(after.1), Bind::Text(kind.to_owned()), limit];
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(entry).collect()
    }
}

fn binds(first: &[&str], names: &[&str]) -> Vec<Bind> {
    first.iter().chain(names).map(|name| Bind::Text((*name).to_owned())).collect()
}
