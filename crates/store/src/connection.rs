//! One connection to either database, with the few calls that every statement goes through.

use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{AssertSqlSafe, Postgres, Row as _};
use steward_model::chain::Hash;
use steward_model::moment::Moment;

use crate::error::StoreError;
use crate::sql::{Bind, Dialect};
use crate::sqlite::{Pace, Reader, SqliteLink, SqliteRow, run};

/// How long a statement may take before the link to PostgreSQL counts as dead. The server itself gives up a second
/// earlier, so this strikes only when nothing comes back at all.
const LINK_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection, with a transaction open on it or not.
#[derive(Debug)]
pub struct Connection {
    link: Link,
    /// Number of the cluster that the journal was last written in; see [`crate::journal::Position`].
    pub(crate) epoch: i64,
    pace: Pace,
}

#[derive(Debug)]
enum Link {
    /// The one connection that writes to SQLite.
    SqliteWriter(SqliteLink),
    /// One of many that read from SQLite.
    SqliteReader(Reader),
    /// PostgreSQL.
    Postgres(PoolConnection<Postgres>),
}

/// A row of an answer; columns are read by place.
#[derive(Debug)]
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Connection {
    pub(crate) fn sqlite_writer(link: SqliteLink) -> Self {
        Self { link: Link::SqliteWriter(link), epoch: 0, pace: Pace::Slow }
    }

    pub(crate) fn sqlite_reader(reader: Reader, pace: Pace) -> Self {
        Self { link: Link::SqliteReader(reader), epoch: 0, pace }
    }

    pub(crate) fn postgres(connection: PoolConnection<Postgres>, epoch: i64) -> Self {
        Self { link: Link::Postgres(connection), epoch, pace: Pace::Slow }
    }

    /// As [`Self::sqlite_writer`], on a thread that does nothing else.
    pub(crate) fn on_own_thread(mut self) -> Self {
        self.pace = Pace::Quick;
        self
    }

    /// The database it leads to.
    pub fn dialect(&self) -> Dialect {
        match self.link {
            Link::SqliteWriter(_) | Link::SqliteReader(_) => Dialect::Sqlite,
            Link::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement and returns the number of rows that it changed.
    ///
    /// # Errors
    /// What the database answered; a timeout when PostgreSQL did not.
    pub async fn execute(&mut self, sql: &str, binds: &[Bind]) -> Result<u64, sqlx::Error> {
        match &mut self.link {
            Link::SqliteWriter(link) => run(self.pace, || link.execute(sql, binds)),
            Link::SqliteReader(reader) => {
                let link = reader.link()?;
                run(self.pace, || link.execute(sql, binds))
            }
            Link::Postgres(link) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), postgres_arguments(binds)?);
                match tokio::time::timeout(LINK_TIMEOUT, query.execute(&mut **link)).await {
                    Ok(done) => done.map(|done| done.rows_affected()),
                    Err(_) => Err(dead(link)),
                }
            }
        }
    }

    /// Runs statements without values, such as `begin` or a whole migration.
    ///
    /// # Errors
    /// As [`Self::execute`], but without a time limit of its own.
    pub async fn execute_script(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        match &mut self.link {
            Link::SqliteWriter(link) => run(self.pace, || link.script(sql)),
            Link::SqliteReader(reader) => {
                let link = reader.link()?;
                run(self.pace, || link.script(sql))
            }
            Link::Postgres(link) => sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **link).await.map(drop),
        }
    }

    /// All rows of an answer.
    ///
    /// # Errors
    /// As [`Self::execute`].
    pub async fn fetch_all(&mut self, sql: &str, binds: &[Bind]) -> Result<Vec<Row>, sqlx::Error> {
        // The statement, never its values: `STEWARD_LOG=steward_store=trace` tells an operator what is asked.
        tracing::trace!(sql, "query");
        let of_sqlite = |rows: Vec<SqliteRow>| rows.into_iter().map(Row::Sqlite).collect();
        match &mut self.link {
            Link::SqliteWriter(link) => run(self.pace, || link.fetch(sql, binds)).map(of_sqlite),
            Link::SqliteReader(reader) => {
                let link = reader.link()?;
                run(self.pace, || link.fetch(sql, binds)).map(of_sqlite)
            }
            Link::Postgres(link) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), postgres_arguments(binds)?);
                let rows = query.fetch(&mut **link).map_ok(Row::Postgres).try_collect();
                match tokio::time::timeout(LINK_TIMEOUT, rows).await {
                    Ok(rows) => rows,
                    Err(_) => Err(dead(link)),
                }
            }
        }
    }

    /// The first row of an answer.
    ///
    /// # Errors
    /// As [`Self::execute`].
    pub async fn fetch_optional(&mut self, sql: &str, binds: &[Bind]) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.fetch_all(sql, binds).await?.into_iter().next())
    }

    /// The whole number in the first column of the first row; `None` without row.
    ///
    /// # Errors
    /// As [`Self::execute`].
    pub async fn fetch_integer(&mut self, sql: &str, binds: &[Bind]) -> Result<Option<i64>, sqlx::Error> {
        self.fetch_optional(sql, binds).await?.map_or(Ok(None), |row| row.optional_integer(0))
    }

    /// The PostgreSQL connection itself, for what only it can do; `None` on SQLite.
    pub(crate) fn as_postgres(&mut self) -> Option<&mut PoolConnection<Postgres>> {
        match &mut self.link {
            Link::Postgres(link) => Some(link),
            Link::SqliteWriter(_) | Link::SqliteReader(_) => None,
        }
    }

    /// Closes the connection that writes to SQLite, with the log-ahead file written back; others go to their pool.
    pub(crate) fn close(self) -> Result<(), sqlx::Error> {
        match self.link {
            Link::SqliteWriter(link) => link.close(),
            Link::SqliteReader(_) | Link::Postgres(_) => Ok(()),
        }
    }

    /// Keeps a connection in an unknown state from being used by anybody else.
    pub(crate) fn discard(&mut self) {
        match &mut self.link {
            Link::Postgres(link) => link.close_on_drop(),
            Link::SqliteReader(reader) => reader.discard(),
            Link::SqliteWriter(_) => {}
        }
    }
}

fn dead(link: &mut PoolConnection<Postgres>) -> sqlx::Error {
    link.close_on_drop();
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, "no answer from the database"))
}

fn postgres_arguments(binds: &[Bind]) -> Result<PgArguments, sqlx::Error> {
    use sqlx::Arguments as _;
    let mut arguments = PgArguments::default();
    for bind in binds {
        match bind {
            Bind::Integer(value) => arguments.add(*value),
            Bind::OptionalInteger(value) => arguments.add(*value),
            Bind::Text(value) => arguments.add(value),
            Bind::OptionalText(value) => arguments.add(value),
            Bind::Boolean(value) => arguments.add(*value),
            Bind::Bytes(value) => arguments.add(value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

impl Row {
    /// A whole number.
    ///
    /// # Errors
    /// When the column is absent, empty or of another type; likewise below.
    pub fn integer(&self, column: usize) -> Result<i64, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.integer(column)?.ok_or_else(|| empty(column)),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    /// A whole number or nothing.
    ///
    /// # Errors
    /// As [`Self::integer`].
    pub fn optional_integer(&self, column: usize) -> Result<Option<i64>, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.integer(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    /// Text.
    ///
    /// # Errors
    /// As [`Self::integer`].
    pub fn text(&self, column: usize) -> Result<String, sqlx::Error> {
        self.str(column).map(str::to_owned)
    }

    /// Text, as long as the row is there.
    ///
    /// # Errors
    /// As [`Self::integer`].
    pub fn str(&self, column: usize) -> Result<&str, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.text(column)?.ok_or_else(|| empty(column)),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    /// Text or nothing.
    ///
    /// # Errors
    /// As [`Self::integer`].
    pub fn optional_text(&self, column: usize) -> Result<Option<String>, sqlx::Error> {
        match self {
            Self::Sqlite(row) => Ok(row.text(column)?.map(str::to_owned)),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    /// Bytes.
    ///
    /// # Errors
    /// As [`Self::integer`].
    pub fn bytes(&self, column: usize) -> Result<&[u8], sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.bytes(column)?.ok_or_else(|| empty(column)),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    /// An instant.
    ///
    /// # Errors
    /// As [`Self::integer`].
    pub fn moment(&self, column: usize) -> Result<Moment, sqlx::Error> {
        self.integer(column).map(Moment)
    }

    /// A digest.
    ///
    /// # Errors
    /// As [`Self::integer`], and when it is not 32 bytes long.
    pub fn hash(&self, column: usize) -> Result<Hash, StoreError> {
        let bytes = self.bytes(column)?;
        Hash::from_bytes(bytes).ok_or_else(|| StoreError::Damaged(format!("a hash of {} bytes", bytes.len())))
    }
}

fn empty(column: usize) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_string(), source: "the column is empty".into() }
}
