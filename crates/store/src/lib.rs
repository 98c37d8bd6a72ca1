//! The only SQL of Steward: records, journal, links, jobs and blobs on SQLite and PostgreSQL.

pub mod sql;
