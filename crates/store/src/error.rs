//! What can go wrong between Steward and its database.

use steward_model::id::RecordId;

/// Why a question to the database, or a write of a kind other than a change set, failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The configuration or the database does not allow to start.
    #[error("{0}")]
    Refused(String),
    /// The database cannot be reached, or did not answer in time. It is tried again with the next call.
    #[error("the database cannot be reached at the moment")]
    Unavailable(#[source] sqlx::Error),
    /// Too many others are waiting.
    #[error("the database is too busy at the moment")]
    Busy,
    /// Writing ended for good after the disk reported an error; the process must be restarted.
    #[error("writing stopped after the disk reported an error; check the disk, then restart")]
    Stopped,
    /// There is no room on the disk.
    #[error("the disk of the database is full")]
    Full,
    /// Something stored is not what was once written.
    #[error("stored data is damaged: {0}")]
    Damaged(String),
    /// A file could not be read or written.
    #[error("{path}: file cannot be used")]
    File {
        /// Path of the file.
        path: String,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
    /// Any other answer of the database.
    #[error("the database refused a statement")]
    Database(#[source] sqlx::Error),
}

/// Why a change set was not written. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Somebody changed the record since it was read.
    #[error("record {record} was changed by somebody else")]
    Stale {
        /// The record.
        record: RecordId,
    },
    /// Another record of the kind holds this value of a unique field.
    #[error("{kind}.{field} {value:?} is taken")]
    NotUnique {
        /// Key of the kind.
        kind: String,
        /// Key of the field.
        field: String,
        /// The value, lower-cased.
        value: String,
    },
    /// A number is taken by another record of the kind.
    #[error("a record number is taken")]
    NumberTaken,
    /// A value cannot go over to another field, and its definition does not say that it may stay behind.
    #[error("{number}: {message}")]
    Misfit {
        /// The record.
        record: RecordId,
        /// Its number.
        number: String,
        /// The value and why it does not fit.
        message: String,
    },
    /// The lease of the job that the change set finishes ran out and another worker took it.
    #[error("the job was taken over by another worker")]
    Fenced,
    /// The idempotency key was used by a request that finished in the meantime.
    #[error("the idempotency key is in use")]
    KeyUsed,
    /// A record of the change set was given an event that does not follow its last one.
    #[error("event {seq} of record {record} does not follow its journal")]
    OutOfOrder {
        /// The record.
        record: RecordId,
        /// Place of the event.
        seq: i64,
    },
    /// Too many writes are waiting, or this one waited for too long.
    #[error("too many writes are waiting")]
    Busy,
    /// Writing ended for good after the disk reported an error; the process must be restarted.
    #[error("writing stopped after the disk reported an error")]
    Stopped,
    /// There is no room on the disk.
    #[error("the disk of the database is full")]
    Full,
    /// The database cannot be reached. Whether the change set was written is unknown when the link broke in commit.
    #[error("the database cannot be reached at the moment")]
    Unavailable(#[source] sqlx::Error),
    /// Any other failure.
    #[error("the database refused a write")]
    Failed(#[source] StoreError),
}

/// What a database error means for whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Worth another try at once: serialization failure or deadlock.
    Retry,
    /// The link is gone or the server is not taking work.
    Unavailable,
    /// Waited for too long for a connection or a lock.
    Busy,
    /// The disk is full.
    Full,
    /// The disk failed; what was written before may be lost.
    DiskFailed,
    /// The statement itself was refused.
    Other,
}

/// Sorts a database error by its code: SQLSTATE of PostgreSQL (appendix A of its manual), result code of SQLite.
pub(crate) fn meaning(error: &sqlx::Error) -> Meaning {
    match error {
        sqlx::Error::PoolTimedOut => Meaning::Busy,
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
            Meaning::Unavailable
        }
        sqlx::Error::Database(answer) => match answer.code().as_deref() {
            Some("40001" | "40P01") => Meaning::Retry,
            Some("53100") => Meaning::Full,
            Some("55P03") => Meaning::Busy,
            // 25006 is a write on a standby or a database turned read-only: it ends with the failover.
            Some("25006" | "57P01" | "57P02" | "57P03" | "57014" | "53300") => Meaning::Unavailable,
            Some(code) if code.len() == 5 && code.starts_with("08") => Meaning::Unavailable,
            Some(code) => sqlite_meaning(code),
            None => Meaning::Other,
        },
        _ => Meaning::Other,
    }
}

/// The low byte of an extended result code of SQLite is the primary one.
fn sqlite_meaning(code: &str) -> Meaning {
    match code.parse::<i64>().map(|code| code & 0xff) {
        Ok(5 | 6) => Meaning::Busy,
        Ok(13) => Meaning::Full,
        Ok(10 | 11 | 26) => Meaning::DiskFailed,
        _ => Meaning::Other,
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match meaning(&error) {
            Meaning::Unavailable => Self::Unavailable(error),
            Meaning::Busy => Self::Busy,
            Meaning::Full => Self::Full,
            // A failed serialization keeps its code, so that the write around it can see that another try is due.
            Meaning::Retry | Meaning::DiskFailed | Meaning::Other => Self::Database(error),
        }
    }
}

impl From<sqlx::Error> for CommitError {
    fn from(error: sqlx::Error) -> Self {
        match meaning(&error) {
            Meaning::Unavailable => Self::Unavailable(error),
            Meaning::Busy => Self::Busy,
            Meaning::Full => Self::Full,
            // A retry is decided before this conversion; here the tries are used up.
            Meaning::Retry | Meaning::DiskFailed | Meaning::Other => Self::Failed(StoreError::Database(error)),
        }
    }
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(source) => Self::Unavailable(source),
            StoreError::Busy => Self::Busy,
            StoreError::Stopped => Self::Stopped,
            StoreError::Full => Self::Full,
            other => Self::Failed(other),
        }
    }
}

/// For writes that are no change sets and so cannot collide.
impl From<CommitError> for StoreError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Unavailable(source) => Self::Unavailable(source),
            CommitError::Busy => Self::Busy,
            CommitError::Stopped => Self::Stopped,
            CommitError::Full => Self::Full,
            CommitError::Failed(error) => error,
            other => Self::Refused(other.to_string()),
        }
    }
}

impl CommitError {
    /// The error of the database behind it, where there is one.
    pub(crate) fn database_error(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Unavailable(error) | Self::Failed(StoreError::Database(error) | StoreError::Unavailable(error)) => {
                Some(error)
            }
            _ => None,
        }
    }
}
