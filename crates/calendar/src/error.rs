//! What can be wrong with a calendar, and with a question to one.

/// Why a calendar cannot be compiled, or a question to it not be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The definition cannot be: names the field, what is wrong, and the way out.
    #[error("{field}: {reason}. {way_out}.")]
    Impossible {
        /// The part of the definition, such as `week[3]` or `holidays[0].rule`.
        field: String,
        /// The rule that is broken, without a full stop.
        reason: String,
        /// What to do instead, without a full stop.
        way_out: String,
    },
    /// The answer lies outside of the years that calendars know.
    #[error("the calendar knows the years {first} to {last}, and the answer lies outside of them")]
    Beyond {
        /// The first year that is known.
        first: i16,
        /// The last year that is known.
        last: i16,
    },
}

impl Error {
    /// A definition that cannot be.
    pub(crate) fn impossible(field: impl Into<String>, reason: impl Into<String>, way_out: impl Into<String>) -> Error {
        Error::Impossible { field: field.into(), reason: reason.into(), way_out: way_out.into() }
    }

    /// The part of the definition that is at fault, such as `week[3]`.
    pub fn field(&self) -> Option<&str> {
        match self {
            Error::Impossible { field, .. } => Some(field),
            Error::Beyond { .. } => None,
        }
    }
}
