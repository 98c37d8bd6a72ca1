//! SQLite itself: connections on files, statements run in the thread that asks, a pool of readers.
//!
//! A statement that finds a record by an index takes some microseconds, far less than handing it to another thread and
//! back. So it runs where it is asked; what may take longer moves the other tasks of its thread away first.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{OpenFlags, Statement};
use sqlx::error::{DatabaseError, ErrorKind};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::sql::Bind;

/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 256;

/// How long a statement waits for a lock of another process.
const BUSY: Duration = Duration::from_secs(5);

/// How long a statement may keep its thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Some microseconds: a few rows by an index.
    Quick,
    /// Nobody knows: the thread's other tasks must not wait for it.
    Slow,
}

/// An open file. A transaction that is open when it is dropped is rolled back.
#[derive(Debug)]
pub(crate) struct SqliteLink(rusqlite::Connection);

/// Pages of the log (4 KiB each) after which it is written back: pages that change again and again, as those of indexes
/// do, are then written once for many commits.
const CHECKPOINT: u32 = 4_000;

impl SqliteLink {
    /// Opens a file, for writing (it is made when it is missing) or for reading only, and sets what Steward asks of
    /// every connection.
    pub(crate) fn open(path: &Path, settings: Settings) -> Result<Self, sqlx::Error> {
        let access = match settings.writes {
            true => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            false => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        // Each connection is used by one thread at a time, so it needs no lock of its own.
        let open = rusqlite::Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX);
        let connection = open.map_err(refused)?;
        connection.busy_timeout(BUSY).map_err(refused)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let link = Self(connection);
        let journal = if settings.writes { "pragma journal_mode = wal;" } else { "" };
        let synchronous = if settings.sync_each_commit { "full" } else { "normal" };
        link.script(&format!(
            "{journal} pragma synchronous = {synchronous}; pragma foreign_keys = on; pragma trusted_schema = off; \
             pragma secure_delete = on; pragma journal_size_limit = 268435456; pragma cache_size = -16384; \
             pragma temp_store = memory; pragma wal_autocheckpoint = {CHECKPOINT};"
        ))?;
        Ok(link)
    }

    /// Runs a statement and returns the number of rows that it changed.
    pub(crate) fn execute(&self, sql: &str, binds: &[Bind]) -> Result<u64, sqlx::Error> {
        let mut statement = self.0.prepare_cached(sql).map_err(refused)?;
        bind(&mut statement, binds)?;
        let mut rows = statement.raw_query();
        while rows.next().map_err(refused)?.is_some() {}
        drop(rows);
        Ok(self.0.changes())
    }

    /// Runs a statement and returns its rows.
    pub(crate) fn fetch(&self, sql: &str, binds: &[Bind]) -> Result<Vec<SqliteRow>, sqlx::Error> {
        let mut statement = self.0.prepare_cached(sql).map_err(refused)?;
        bind(&mut statement, binds)?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(refused)? {
            let values = (0..columns).map(|column| row.get_ref(column).map_err(refused).and_then(owned));
            found.push(SqliteRow(values.collect::<Result<_, _>>()?));
        }
        Ok(found)
    }

    /// Runs statements without values.
    pub(crate) fn script(&self, sql: &str) -> Result<(), sqlx::Error> {
        self.0.execute_batch(sql).map_err(refused)
    }

    /// Closes the file and tells whether that went well.
    pub(crate) fn close(self) -> Result<(), sqlx::Error> {
        self.0.close().map_err(|(_, error)| refused(error))
    }
}

/// Runs a piece of work on a connection. What is slow first hands the thread's other tasks to another thread, where
/// the runtime has several.
pub(crate) fn run<T>(pace: Pace, work: impl FnOnce() -> T) -> T {
    let has_more = || Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() != RuntimeFlavor::CurrentThread);
    if pace == Pace::Slow && has_more() { tokio::task::block_in_place(work) } else { work() }
}

/// Placeholders are written `$1`, which SQLite takes for a name: it numbers names in the order in which it meets them.
/// A plain `?` takes the value of its place.
fn bind(statement: &mut Statement<'_>, binds: &[Bind]) -> Result<(), sqlx::Error> {
    for place in 1..=statement.parameter_count() {
        let number = match statement.parameter_name(place).and_then(|name| name.get(1..)) {
            None | Some("") => place,
            Some(digits) => digits.parse().map_err(|_| misuse(format!("a placeholder is called {digits}")))?,
        };
        let missing = || misuse(format!("there is no value for ${number}"));
        let value = number.checked_sub(1).and_then(|number| binds.get(number)).ok_or_else(missing)?;
        match value {
            Bind::Integer(value) => statement.raw_bind_parameter(place, value),
            Bind::OptionalInteger(value) => statement.raw_bind_parameter(place, value),
            Bind::Text(value) => statement.raw_bind_parameter(place, value),
            Bind::OptionalText(value) => statement.raw_bind_parameter(place, value),
            Bind::Boolean(value) => statement.raw_bind_parameter(place, value),
            Bind::Bytes(value) => statement.raw_bind_parameter(place, value),
        }
        .map_err(refused)?;
    }
    Ok(())
}

/// A row of an answer, taken out of the database.
#[derive(Debug)]
pub struct SqliteRow(Box<[Value]>);

fn owned(value: ValueRef<'_>) -> Result<Value, sqlx::Error> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Integer(value),
        ValueRef::Real(value) => Value::Real(value),
        ValueRef::Text(bytes) => {
            let text = std::str::from_utf8(bytes).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
            Value::Text(text.to_owned())
        }
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    })
}

impl SqliteRow {
    pub(crate) fn integer(&self, column: usize) -> Result<Option<i64>, sqlx::Error> {
        match self.value(column)? {
            Value::Integer(value) => Ok(Some(*value)),
            Value::Null => Ok(None),
            other => Err(unfit(column, other, "a whole number")),
        }
    }

    pub(crate) fn text(&self, column: usize) -> Result<Option<&str>, sqlx::Error> {
        match self.value(column)? {
            Value::Text(value) => Ok(Some(value)),
            Value::Null => Ok(None),
            other => Err(unfit(column, other, "text")),
        }
    }

    pub(crate) fn bytes(&self, column: usize) -> Result<Option<&[u8]>, sqlx::Error> {
        match self.value(column)? {
            Value::Blob(value) => Ok(Some(value)),
            Value::Text(value) => Ok(Some(value.as_bytes())),
            Value::Null => Ok(None),
            other => Err(unfit(column, other, "bytes")),
        }
    }

    fn value(&self, column: usize) -> Result<&Value, sqlx::Error> {
        self.0.get(column).ok_or(sqlx::Error::ColumnIndexOutOfBounds { index: column, len: self.0.len() })
    }
}

fn unfit(column: usize, value: &Value, wanted: &str) -> sqlx::Error {
    let source = format!("{} where {wanted} was due", value.data_type()).into();
    sqlx::Error::ColumnDecode { index: column.to_string(), source }
}

/// What SQLite answered, in the form that errors of both databases have here.
#[derive(Debug)]
struct SqliteError {
    code: i32,
    message: String,
}

impl fmt::Display for SqliteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(code: {}) {}", self.code, self.message)
    }
}

impl StdError for SqliteError {}

impl DatabaseError for SqliteError {
    fn message(&self) -> &str {
        &self.message
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(self.code.to_string()))
    }

    fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

fn refused(error: rusqlite::Error) -> sqlx::Error {
    let message = error.to_string();
    match error.sqlite_error() {
        Some(answer) => sqlx::Error::Database(Box::new(SqliteError { code: answer.extended_code, message })),
        None => sqlx::Error::Protocol(message),
    }
}

fn misuse(message: String) -> sqlx::Error {
    sqlx::Error::Protocol(message)
}

/// How connections are opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) writes: bool,
    pub(crate) sync_each_commit: bool,
}

/// Connections that read. The one used last is used next, so that few stay warm instead of all lukewarm.
#[derive(Debug, Clone)]
pub(crate) struct Readers(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    path: PathBuf,
    settings: Settings,
    limit: u32,
    wait: Duration,
    free: Arc<Semaphore>,
    idle: Mutex<Vec<SqliteLink>>,
}

/// A connection on loan.
#[derive(Debug)]
pub(crate) struct Reader {
    link: Option<SqliteLink>,
    is_discarded: bool,
    pool: Readers,
    _permit: OwnedSemaphorePermit,
}

impl Readers {
    /// No connection is opened yet.
    pub(crate) fn new(path: &Path, settings: Settings, limit: u32, wait: Duration) -> Self {
        let free = Arc::new(Semaphore::new(usize::try_from(limit).unwrap_or(1)));
        Self(Arc::new(Pool { path: path.to_owned(), settings, limit, wait, free, idle: Mutex::default() }))
    }

    /// A free connection, or a new one.
    pub(crate) async fn acquire(&self) -> Result<Reader, sqlx::Error> {
        let permit = match self.0.free.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => {
                let free = tokio::time::timeout(self.0.wait, self.0.free.clone().acquire_owned()).await;
                free.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?
            }
        };
        let link = match self.idle().pop() {
            Some(link) => link,
            None => run(Pace::Slow, || SqliteLink::open(&self.0.path, self.0.settings))?,
        };
        Ok(Reader { link: Some(link), is_discarded: false, pool: self.clone(), _permit: permit })
    }

    /// Waits for connections on loan and closes all; none is given out any more.
    pub(crate) async fn close(&self) {
        // Fails when it was closed before.
        if let Ok(all) = self.0.free.acquire_many(self.0.limit).await {
            self.0.free.close();
            drop(all);
        }
        self.idle().clear();
    }

    /// Connections on loan, and those that wait for use.
    pub(crate) fn in_use_and_idle(&self) -> (u32, usize) {
        let free = u32::try_from(self.0.free.available_permits()).unwrap_or(self.0.limit);
        (self.0.limit.saturating_sub(free), self.idle().len())
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<SqliteLink>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    /// The connection; `None` never, since it is taken only when the loan ends.
    pub(crate) fn link(&self) -> Result<&SqliteLink, sqlx::Error> {
        self.link.as_ref().ok_or(sqlx::Error::PoolClosed)
    }

    /// Has it closed instead of given back.
    pub(crate) fn discard(&mut self) {
        self.is_discarded = true;
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(link) = self.link.take()
            && !self.is_discarded
            && !self.pool.0.free.is_closed()
        {
            self.pool.idle().push(link);
        }
    }
}
