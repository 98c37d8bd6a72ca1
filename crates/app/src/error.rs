//! What can go wrong in a use case, in words for the one who asked.

use steward_model::access::Action;
use steward_model::decide::{FieldConflict, FieldError, Rejection};
use steward_model::filter::FilterError;
use steward_model::id::Revision;
use steward_store::blob::BlobError;
use steward_store::error::{CommitError, StoreError};
use steward_store::file_scans::ScanState;

/// Why a use case gave no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or the actor may not know that it is.
    #[error("not found")]
    NotFound,
    /// Nobody is signed in, or the credentials are wrong.
    #[error("sign in with a token or with login and password")]
    Unauthenticated,
    /// Too many tries.
    #[error("too many requests; try again in {retry_after} seconds")]
    TooMany {
        /// Seconds to wait.
        retry_after: i64,
    },
    /// The actor sees the record but may not do this.
    #[error("you may not {} this record", .action.verb())]
    Forbidden {
        /// What was asked.
        action: Action,
    },
    /// The actor may not do this at all.
    #[error("you may not {0}")]
    Denied(&'static str),
    /// Values need attention.
    #[error("some fields need attention")]
    Invalid(Vec<FieldError>),
    /// A filter or a sort order that cannot be used.
    #[error("the filter cannot be used: {0}")]
    Filter(FilterError),
    /// Something else about the request is wrong.
    #[error("{0}")]
    BadRequest(String),
    /// Somebody else changed the same fields.
    #[error("someone changed the same fields since you opened this record")]
    Conflict {
        /// Revision now.
        current: Revision,
        /// Both values of each field.
        fields: Vec<FieldConflict>,
    },
    /// The lifecycle does not allow the move.
    #[error("{message}")]
    Illegal {
        /// What is in the way.
        message: String,
        /// Keys of the transitions that are possible.
        allowed: Vec<String>,
    },
    /// An idempotency key came again with another request.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// A file that nobody gets until the malware scanner found nothing in it.
    #[error("{}", withheld(*.state, .finding.as_deref()))]
    Withheld {
        /// What the scanner says.
        state: ScanState,
        /// The name of what it found.
        finding: Option<String>,
    },
    /// More than fits.
    #[error("{0}")]
    TooLarge(String),
    /// The server has too much to do, or its database is away.
    #[error("the server cannot answer just now; try again in a moment")]
    Unavailable,
    /// No room is left on the disk.
    #[error("no room is left on the server's disk; nothing was changed")]
    Full,
    /// A fault of ours.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

fn withheld(state: ScanState, finding: Option<&str>) -> String {
    match (state, finding) {
        (ScanState::Infected, Some(finding)) => {
            format!("this file is withheld: {finding} was found in it; ask whoever sent it for a clean one")
        }
        (ScanState::Failed, _) => {
            "this file is withheld: it could not be checked for malware yet, and that is tried again".to_owned()
        }
        _ => "this file is being checked for malware; try again in a moment".to_owned(),
    }
}

impl Error {
    /// A fault of ours with its source.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// A single fault of a field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message.into())])
    }
}

impl From<Rejection> for Error {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::NotFound => Self::NotFound,
            Rejection::Forbidden { action } => Self::Forbidden { action },
            Rejection::Invalid(errors) => Self::Invalid(errors),
            Rejection::Conflict { current, fields } => Self::Conflict { current, fields },
            Rejection::Illegal { message, allowed } => Self::Illegal { message, allowed },
        }
    }
}

impl From<FilterError> for Error {
    fn from(error: FilterError) -> Self {
        Self::Filter(error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Unavailable(_) | StoreError::Stopped => Self::Unavailable,
            StoreError::Full => Self::Full,
            other => Self::internal(other),
        }
    }
}

impl From<BlobError> for Error {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Full => Self::Full,
            other => Self::internal(other),
        }
    }
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::NotUnique { field, value, .. } => {
                Self::invalid(&field, format!("`{value}` is taken by another record"))
            }
            CommitError::Misfit { .. } => Self::invalid("definition", error.to_string()),
            CommitError::Busy | CommitError::Unavailable(_) | CommitError::Stopped => Self::Unavailable,
            CommitError::Full => Self::Full,
            CommitError::Failed(error) => error.into(),
            other => Self::internal(other),
        }
    }
}
