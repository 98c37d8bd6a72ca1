//! The only SQL of Steward: records, journal, links, jobs and blobs on SQLite and PostgreSQL.

mod columns;
pub mod filter_sql;
pub mod order;
pub mod sql;

pub use columns::field_expression;
