//! The handle to the database: opening, reading, writing.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::PgPool;

use crate::boxed;
use crate::config::{self, StoreConfig};
use crate::connection::Connection;
use crate::error::{CommitError, Meaning, StoreError, meaning};
use crate::migrate;
use crate::numbers::Numbers;
use crate::sql::{Bind, Dialect};
use crate::sqlite::{Pace, Readers};
use crate::wake::Wake;
use crate::writer::{Body, Writer};

/// Tries of a write that PostgreSQL could not serialize.
const TRIES: u32 = 5;

/// So many rows by an index are read within a millisecond.
const FEW: usize = 200;

/// The database. Clones share everything and cost nothing.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    database: Database,
    config: StoreConfig,
    numbers: Numbers,
    wake: Wake,
}

#[derive(Debug)]
enum Database {
    Sqlite {
        writer: Writer,
        readers: Readers,
        /// Keeps other servers off while it is held; `None` in a command beside a server.
        lock: Option<File>,
    },
    Postgres {
        pool: PgPool,
        epoch: i64,
    },
}

/// How busy the connections are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStats {
    /// Open connections; those of readers on SQLite.
    pub open: u32,
    /// Those that nobody uses right now.
    pub idle: u32,
    /// Allowed at most.
    pub limit: u32,
}

impl Store {
    /// Opens a database and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Refused`], in one line fit for whoever starts the program, when the address is wrong, the server
    /// does not answer, another process uses the SQLite file, or the schema is newer than this program.
    #[boxed]
    pub async fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        let database = match config.sqlite_path() {
            Some(path) => {
                let mut sqlite = config::open_sqlite(config, &path).await?;
                match sqlite.lock {
                    Some(_) => migrate::migrate(&mut sqlite.writer).await.map(|_epoch| ())?,
                    None => migrate::require_newest(&mut sqlite.writer).await?,
                };
                let writer = Writer::start(sqlite.writer)
                    .map_err(|error| StoreError::Refused(format!("the database gets no thread to write: {error}")))?;
                Database::Sqlite { writer, readers: sqlite.readers, lock: sqlite.lock }
            }
            None if config.url.starts_with("postgres://") || config.url.starts_with("postgresql://") => {
                let pool = config::open_postgres(config).await?;
                let epoch = migrate::migrate(&mut Connection::postgres(pool.acquire().await?, 0)).await?;
                Database::Postgres { pool, epoch }
            }
            None => {
                return Err(StoreError::Refused(
                    "the database address must begin with sqlite: or postgres://, such as sqlite:steward-data/steward.db"
                        .into(),
                ));
            }
        };
        let wake = match &database {
            Database::Sqlite { .. } => Wake::local(),
            Database::Postgres { pool, .. } => Wake::listening(pool.clone()),
        };
        let inner = Inner { database, config: config.clone(), numbers: Numbers::default(), wake };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The database behind it.
    pub fn dialect(&self) -> Dialect {
        match self.inner.database {
            Database::Sqlite { .. } => Dialect::Sqlite,
            Database::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// The configuration that it was opened with.
    pub fn config(&self) -> &StoreConfig {
        &self.inner.config
    }

    /// A connection for reading; every statement on it sees what was committed before the statement began.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when none becomes free in time, [`StoreError::Unavailable`] when the server is gone.
    #[boxed]
    pub async fn read(&self) -> Result<Connection, StoreError> {
        self.reader(Pace::Slow).await
    }

    /// As [`Self::read`], for statements that find a few rows by an index.
    pub(crate) async fn read_few(&self) -> Result<Connection, StoreError> {
        self.reader(Pace::Quick).await
    }

    /// As [`Self::read`], for statements that find so many rows by an index.
    pub(crate) async fn read_some(&self, rows: usize) -> Result<Connection, StoreError> {
        self.reader(if rows <= FEW { Pace::Quick } else { Pace::Slow }).await
    }

    async fn reader(&self, pace: Pace) -> Result<Connection, StoreError> {
        Ok(match &self.inner.database {
            Database::Sqlite { readers, .. } => Connection::sqlite_reader(readers.acquire().await?, pace),
            Database::Postgres { pool, epoch } => Connection::postgres(pool.acquire().await?, *epoch),
        })
    }

    /// Runs a write in a transaction and returns once it is committed. On PostgreSQL the body runs again after a
    /// serialization failure or deadlock, so it must not keep anything of an earlier run.
    ///
    /// # Errors
    /// What the body answered (nothing is written then), or why the commit failed.
    pub async fn write<T, F>(&self, body: F) -> Result<T, CommitError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, CommitError>> + Send + 'static,
    {
        match &self.inner.database {
            Database::Sqlite { writer, .. } => writer.write(body).await,
            Database::Postgres { pool, epoch } => write_on_task(pool, *epoch, Bounds::Transaction, body).await,
        }
    }

    /// Runs one statement as a transaction of its own.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(crate) async fn change(&self, sql: String, binds: Vec<Bind>) -> Result<(), StoreError> {
        let written = self.write(move |connection| {
            let (sql, binds) = (sql.clone(), binds.clone());
            Box::pin(async move {
                connection.execute(&sql, &binds).await?;
                Ok(())
            })
        });
        Ok(written.await?)
    }

    /// As [`Self::write`] for a body that runs one statement on PostgreSQL, which is a transaction of its own.
    pub(crate) async fn write_one_statement<T, F>(&self, body: F) -> Result<T, CommitError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, CommitError>> + Send + 'static,
    {
        match &self.inner.database {
            Database::Sqlite { writer, .. } => writer.write(body).await,
            Database::Postgres { pool, epoch } => write_on_task(pool, *epoch, Bounds::None, body).await,
        }
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// Why it does not answer; [`StoreError::Stopped`] when it can only be read.
    #[boxed]
    pub async fn ping(&self) -> Result<(), StoreError> {
        if let Database::Sqlite { writer, .. } = &self.inner.database
            && writer.is_stopped()
        {
            return Err(StoreError::Stopped);
        }
        self.read().await?.fetch_integer("select cast(1 as bigint)", &[]).await?;
        Ok(())
    }

    /// How busy the connections are.
    pub fn pool_stats(&self) -> PoolStats {
        let (open, idle) = match &self.inner.database {
            Database::Sqlite { readers, .. } => {
                let (used, idle) = readers.in_use_and_idle();
                (used + u32::try_from(idle).unwrap_or(0), idle)
            }
            Database::Postgres { pool, .. } => (pool.size(), pool.num_idle()),
        };
        PoolStats { open, idle: u32::try_from(idle).unwrap_or(u32::MAX), limit: self.inner.config.connections }
    }

    /// Ends all connections and, on SQLite, gives the file free for another process. Writes that wait are still done;
    /// later calls fail.
    #[boxed]
    pub async fn close(&self) {
        match &self.inner.database {
            Database::Sqlite { writer, readers, lock } => {
                // The writer goes last: the last one to close writes the log-ahead file back, which readers may not.
                readers.close().await;
                writer.close().await;
                if let Some(lock) = lock
                    && let Err(error) = lock.unlock()
                {
                    tracing::warn!(%error, "the lock of the database could not be given back");
                }
            }
            Database::Postgres { pool, .. } => pool.close().await,
        }
    }

    pub(crate) fn numbers(&self) -> &Numbers {
        &self.inner.numbers
    }

    pub(crate) fn wake(&self) -> &Wake {
        &self.inner.wake
    }
}

/// What surrounds the body of a write on PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bounds {
    /// `begin` and `commit`.
    Transaction,
    /// Nothing: its one statement is a transaction.
    None,
}

async fn write_on_task<T: Send + 'static>(
    pool: &PgPool,
    epoch: i64,
    bounds: Bounds,
    body: impl Body<T>,
) -> Result<T, CommitError> {
    let pool = pool.clone();
    // A task of its own, so that a client that goes away leaves no transaction half done.
    let task = tokio::spawn(async move { write_postgres(&pool, epoch, bounds, body).await });
    task.await.unwrap_or_else(|_| Err(CommitError::Unavailable(sqlx::Error::WorkerCrashed)))
}

async fn write_postgres<T: Send + 'static>(
    pool: &PgPool,
    epoch: i64,
    bounds: Bounds,
    mut body: impl Body<T>,
) -> Result<T, CommitError> {
    let mut tries = 1;
    loop {
        let mut connection = Connection::postgres(pool.acquire().await?, epoch);
        let outcome = match bounds {
            Bounds::Transaction => write_once(&mut connection, &mut body).await,
            Bounds::None => body(&mut connection).await,
        };
        drop(connection);
        match outcome {
            Err(error) if tries < TRIES && error.database_error().map(meaning) == Some(Meaning::Retry) => {
                tokio::time::sleep(Duration::from_millis(rand::random_range(1..=5 * (1 << tries)))).await;
                tries += 1;
            }
            other => return other,
        }
    }
}

async fn write_once<T: Send + 'static>(connection: &mut Connection, body: &mut impl Body<T>) -> Result<T, CommitError> {
    connection.execute("begin", &[]).await?;
    let outcome = match body(connection).await {
        Ok(value) => connection.execute("commit", &[]).await.map(|_| value).map_err(CommitError::from),
        Err(error) => Err(error),
    };
    if outcome.is_err() && connection.execute("rollback", &[]).await.is_err() {
        connection.discard();
    }
    outcome
}
