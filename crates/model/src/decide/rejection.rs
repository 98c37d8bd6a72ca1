//! Why a command is refused, in words for the one who gave it.

use serde_json::Value as Json;

use crate::access::Action;
use crate::id::{RecordId, Revision};

/// A command that makes no events.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// The record is not there, or the actor may not know that it is.
    #[error("not found")]
    NotFound,
    /// The actor sees the record but may not do this.
    #[error("you may not {} this record", .action.verb())]
    Forbidden {
        /// What was asked.
        action: Action,
    },
    /// Values need attention; every fault at once.
    #[error("some fields need attention")]
    Invalid(Vec<FieldError>),
    /// Somebody else changed the same fields since.
    #[error("someone changed the same fields since you opened this record")]
    Conflict {
        /// Revision of the record now.
        current: Revision,
        /// The fields, with both values.
        fields: Vec<FieldConflict>,
    },
    /// The lifecycle does not allow the move.
    #[error("{message}")]
    Illegal {
        /// What is in the way.
        message: String,
        /// Keys of the transitions that the actor could make instead.
        allowed: Vec<String>,
    },
}

/// A fault of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Key of the field.
    pub field: String,
    /// The rule and the way out.
    pub message: String,
}

/// A field that two people changed.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldConflict {
    /// Key of the field.
    pub field: String,
    /// The value asked for, in stored form.
    pub yours: Option<Json>,
    /// The value there now, in stored form.
    pub theirs: Option<Json>,
    /// Who set it.
    pub by: RecordId,
}

impl FieldError {
    /// A fault of a field.
    pub fn new(field: &str, message: String) -> Self {
        Self { field: field.to_owned(), message }
    }
}

impl Rejection {
    /// A single fault.
    pub fn invalid(field: &str, message: &str) -> Self {
        Self::Invalid(vec![FieldError::new(field, message.to_owned())])
    }
}
