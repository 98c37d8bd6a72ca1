//! Errors in words for people at a terminal.

use steward_app::error::Error;

/// An error of a use case with every field it is about.
pub(crate) fn explained(error: Error) -> anyhow::Error {
    match error {
        Error::Invalid(errors) => {
            let lines: Vec<String> = errors.iter().map(|error| format!("{} {}", error.field, error.message)).collect();
            anyhow::anyhow!("{}", lines.join("\n"))
        }
        other => other.into(),
    }
}
