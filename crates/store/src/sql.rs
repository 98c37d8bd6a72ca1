//! What both databases share, and the few places where their SQL differs.

/// The database behind the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// The embedded default.
    Sqlite,
    /// PostgreSQL 15 or later.
    Postgres,
}

/// A value bound to a placeholder; nothing else from outside ever reaches SQL.
#[derive(Debug, Clone, PartialEq)]
pub enum Bind {
    /// 64-bit integer: ids, moments, durations, decimals.
    Integer(i64),
    /// Optional 64-bit integer.
    OptionalInteger(Option<i64>),
    /// Text.
    Text(String),
    /// Optional text.
    OptionalText(Option<String>),
    /// Truth value.
    Boolean(bool),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Bind {
    /// The integer, when it is one.
    pub(crate) fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }
}
