//! Reading kind definitions from TOML.

use std::fmt;

/// A definition file.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path named in errors, such as `practices/incident/incident.toml`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What is wrong with a definition, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct DefinitionError {
    /// Path of the file.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}
