//! Errors of use cases as status and title: the only place that knows status codes of errors.

use std::error::Error as StdError;

use axum::http::StatusCode;
use steward_app::error::Error;

/// The status that answers an error.
pub fn of(error: &Error) -> StatusCode {
    match error {
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Unauthenticated => StatusCode::UNAUTHORIZED,
        Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Forbidden { .. } | Error::Denied(_) => StatusCode::FORBIDDEN,
        Error::Invalid(_) | Error::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Filter(_) | Error::BadRequest(_) => StatusCode::BAD_REQUEST,
        Error::Conflict { .. } | Error::Illegal { .. } | Error::Withheld { .. } => StatusCode::CONFLICT,
        Error::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Error::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Error::Full => StatusCode::INSUFFICIENT_STORAGE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What an error is called for people.
pub fn title(error: &Error) -> &'static str {
    match error {
        Error::NotFound => "Not found",
        Error::Unauthenticated => "Not signed in",
        Error::TooMany { .. } => "Too many requests",
        Error::Forbidden { .. } | Error::Denied(_) => "Not allowed",
        Error::Invalid(_) => "Some fields need attention",
        Error::KeyReused => "Idempotency key used before",
        Error::Filter(_) => "Filter not understood",
        Error::BadRequest(_) => "Request not understood",
        Error::Conflict { .. } => "Changed by someone else",
        Error::Illegal { .. } => "Not possible in this state",
        Error::Withheld { .. } => "File withheld",
        Error::TooLarge(_) => "Too large",
        Error::Unavailable => "Not available just now",
        Error::Full => "No room on the disk",
        Error::Internal(_) => "Internal error",
    }
}

/// Logs a fault of ours with all that led to it, once; other errors are for the caller to mend.
pub fn log(error: &Error) {
    if let Error::Internal(source) = error {
        tracing::error!(error = %chain(source.as_ref()), "request failed");
    }
}

fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut current = error.source();
    while let Some(source) = current {
        text.push_str(": ");
        text.push_str(&source.to_string());
        current = source.source();
    }
    text
}
