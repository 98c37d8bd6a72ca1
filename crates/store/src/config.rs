//! How to reach a database, and opening it.

use std::fs::{File, OpenOptions, TryLockError};
use std::net::IpAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::{ConnectOptions as _, Connection as _, PgPool};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::sqlite::{Pace, Readers, Settings, SqliteLink, run};

/// How long the first connection to PostgreSQL may take.
const FIRST_CONNECTION: Duration = Duration::from_secs(5);

/// What to do about a database that cannot be opened.
const WAY_OUT: &str = "check that it runs and that the database address is right, then start again";

/// How long a connection to PostgreSQL lies unused before it is tested again.
const RESTED: Duration = Duration::from_secs(1);

/// Connections to PostgreSQL at most.
const POSTGRES_CONNECTIONS: u32 = 16;

/// Connections that read from SQLite at most: each keeps the thread that asks busy, so that more than there are cores only
/// take them from each other, and each has a cache of pages to fill.
fn sqlite_readers() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    u32::try_from(cores * 2).unwrap_or(u32::MAX).clamp(4, POSTGRES_CONNECTIONS)
}

/// Where the database is and how it is used.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// `sqlite:/path/to/file.db` or `postgres://user:password@host/database`.
    pub url: String,
    /// Connections at most: readers of SQLite, all of PostgreSQL.
    pub connections: u32,
    /// How long to wait for a free connection.
    pub connection_wait: Duration,
    /// How long PostgreSQL may work on one statement.
    pub statement_limit: Duration,
    /// Whether SQLite syncs at each commit. Without it, a loss of power may lose the last commits, but breaks nothing.
    pub sync_each_commit: bool,
    /// Whether a SQLite file that another process has open is refused. A server wants that; a command that writes a
    /// little, such as a new account, works beside the server.
    pub exclusive: bool,
    /// How long a job belongs to the worker that claimed it without renewal.
    pub job_lease: Duration,
}

impl StoreConfig {
    /// The defaults for a database.
    pub fn new(url: impl Into<String>) -> Self {
        let url = url.into();
        Self {
            connections: if url.starts_with("sqlite:") { sqlite_readers() } else { POSTGRES_CONNECTIONS },
            url,
            connection_wait: Duration::from_secs(2),
            statement_limit: Duration::from_secs(9),
            sync_each_commit: true,
            exclusive: true,
            job_lease: Duration::from_secs(60),
        }
    }

    /// Path of the SQLite file; `None` for PostgreSQL.
    pub fn sqlite_path(&self) -> Option<PathBuf> {
        let rest = self.url.strip_prefix("sqlite:")?;
        Some(PathBuf::from(rest.strip_prefix("//").unwrap_or(rest)))
    }
}

/// An open SQLite database: the connection that writes, those that read, and the lock that keeps other processes off.
pub(crate) struct OpenSqlite {
    pub(crate) writer: Connection,
    pub(crate) readers: Readers,
    /// `None` when another process holds it and this one works beside it.
    pub(crate) lock: Option<File>,
}

/// Opens a SQLite file, made when it is missing, readable by its owner only.
pub(crate) async fn open_sqlite(config: &StoreConfig, path: &Path) -> Result<OpenSqlite, StoreError> {
    let lock = lock_file(path, config.exclusive)?;
    let settings = |writes| Settings { writes, sync_each_commit: config.sync_each_commit };
    let writer = run(Pace::Slow, || SqliteLink::open(path, settings(true)));
    let writer = writer.map_err(|error| refuse_open(&path.display(), error))?;
    let readers = Readers::new(path, settings(false), config.connections, config.connection_wait);
    Ok(OpenSqlite { writer: Connection::sqlite_writer(writer), readers, lock })
}

/// Makes folder and files for the owner alone, narrows wider ones, and takes the lock beside the database.
fn lock_file(path: &Path, exclusive: bool) -> Result<Option<File>, StoreError> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |source| StoreError::File { path, source }
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_private_folder(folder)?;
    }
    let mut lock_path = path.as_os_str().to_owned();
    lock_path.push(".lock");
    let lock_path = PathBuf::from(lock_path);
    let own = |path: &Path| OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path);
    let lock = own(&lock_path).map_err(failed(&lock_path))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) if !exclusive => return Ok(None),
        Err(TryLockError::WouldBlock) => {
            return Err(StoreError::Refused(format!(
                "{} is in use by another process; stop it first, or use PostgreSQL to run several",
                path.display()
            )));
        }
        Err(TryLockError::Error(source)) => return Err(failed(&lock_path)(source)),
    }
    own(path).map_err(failed(path))?;
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        narrow(Path::new(&name)).map_err(failed(path))?;
    }
    Ok(Some(lock))
}

/// Makes a folder, and those above it, for the owner alone. One that is there keeps its rights: it may hold other things.
pub(crate) fn make_private_folder(folder: &Path) -> Result<(), StoreError> {
    if folder.exists() {
        return Ok(());
    }
    let failed = |source| StoreError::File { path: folder.display().to_string(), source };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)
}

/// Takes the rights of everybody but the owner off a file, with a warning; an absent file is fine.
fn narrow(path: &Path) -> std::io::Result<()> {
    let Ok(metadata) = std::fs::metadata(path) else { return Ok(()) };
    if metadata.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    tracing::warn!(path = %path.display(), "file was open to other users; now it is not");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

/// Opens a pool of connections to PostgreSQL. The first connection is made at once, so that a wrong address shows.
pub(crate) async fn open_postgres(config: &StoreConfig) -> Result<PgPool, StoreError> {
    let options: PgConnectOptions = config
        .url
        .parse()
        .map_err(|error: sqlx::Error| StoreError::Refused(format!("the database address cannot be read: {error}")))?;
    let options = protected(options, says_sslmode(&config.url));
    let host = options.get_host().to_owned();
    let limit = format!("{}ms", config.statement_limit.as_millis());
    let options = options
        .application_name("steward")
        .statement_cache_capacity(256)
        .options([
            ("statement_timeout", limit.as_str()),
            ("idle_in_transaction_session_timeout", "30s"),
            ("tcp_keepalives_idle", "15"),
            ("tcp_user_timeout", "10000"),
        ])
        .disable_statement_logging();
    // Not through the pool, which would try again until its time is up and then not say what was wrong.
    let first = tokio::time::timeout(FIRST_CONNECTION, options.connect()).await;
    match first {
        Ok(Ok(connection)) => connection.close().await.map_err(|error| refuse_open(&host, error))?,
        Ok(Err(error)) => return Err(refuse_open(&host, error)),
        Err(_) => return Err(StoreError::Refused(format!("the database at {host} does not answer; {WAY_OUT}"))),
    }
    let pool = PgPoolOptions::new()
        .max_connections(config.connections)
        .acquire_timeout(config.connection_wait)
        .test_before_acquire(false)
        .before_acquire(|link, since| {
            Box::pin(async move {
                // A server that went away is noticed by its next use; only links that rested are worth a round trip.
                if since.idle_for > RESTED { link.ping().await.map(|()| true) } else { Ok(true) }
            })
        })
        .connect_lazy_with(options);
    Ok(pool)
}

/// Whether the address, or the environment that PostgreSQL's programs share, says how the link is protected.
fn says_sslmode(url: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let names_it = |pair: &str| pair.starts_with("sslmode=") || pair.starts_with("ssl-mode=");
    query.split('&').any(names_it) || std::env::var_os("PGSSLMODE").is_some()
}

/// A database on another host is reached through TLS, with its certificate checked, unless the address says otherwise;
/// then there is a warning.
fn protected(options: PgConnectOptions, is_said: bool) -> PgConnectOptions {
    if !is_off_host(&options) {
        return options;
    }
    let host = options.get_host();
    match options.get_ssl_mode() {
        PgSslMode::VerifyFull => options,
        _ if !is_said => options.ssl_mode(PgSslMode::VerifyFull),
        mode => {
            tracing::warn!(
                host,
                sslmode = ?mode,
                "whoever stands between this host and the database may read and change what passes; say sslmode=verify-full in its address"
            );
            options
        }
    }
}

fn is_off_host(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_start_matches('[').trim_end_matches(']');
    let is_loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    options.get_socket().is_none() && !host.starts_with('/') && !is_loopback
}

fn refuse_open(what: &dyn std::fmt::Display, error: sqlx::Error) -> StoreError {
    StoreError::Refused(format!("the database at {what} cannot be opened: {error}; {WAY_OUT}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: &str) {
        let mode = protected(url.parse().unwrap(), says_sslmode(url)).get_ssl_mode();
        assert_eq!(format!("{mode:?}"), expected, "{url}");
    }

    #[test]
    fn a_database_elsewhere_is_reached_through_verified_tls_unless_the_address_says_otherwise() {
        check("postgres://steward@db.example.org/steward", "VerifyFull");
        check("postgres://steward@10.1.2.3:5432/steward", "VerifyFull");
        check("postgres://steward@db.example.org/steward?application_name=sslmode", "VerifyFull");
        check("postgres://steward@db.example.org/steward?sslmode=disable", "Disable");
        check("postgres://steward@db.example.org/steward?sslmode=require", "Require");
        check("postgres://steward@db.example.org/steward?sslmode=verify-full", "VerifyFull");
        check("postgres://steward@localhost/steward", "Prefer");
        check("postgres://steward@127.0.0.1:55432/steward", "Prefer");
        check("postgres://steward@[::1]:5432/steward", "Prefer");
        check("postgres:///steward?host=/run/postgresql", "Prefer");
    }
}
