//! The only SQL of Steward: records, journal, links, jobs and blobs on SQLite and PostgreSQL.
//!
//! [`store::Store`] is the one handle. Everything that a use case writes goes through [`store::Store::commit`].

pub mod approval_links;
pub mod article_reads;
pub mod backup;
pub mod blob;
mod bulk;
pub mod bulk_edits;
pub mod calendar_feeds;
pub mod carry;
pub mod change;
pub mod clocks;
pub mod columns;
mod commit;
pub mod config;
pub mod connection;
pub mod drafts;
pub mod error;
pub mod experience;
pub mod file_scans;
pub mod filter_sql;
pub mod graph;
pub mod holiday_feeds;
pub mod identity;
pub mod imports;
pub mod intervals;
pub mod jobs;
pub mod journal;
mod kinds;
pub mod knowledge;
pub mod list;
mod migrate;
pub mod notifications;
mod numbers;
pub mod order;
pub mod outbox;
pub mod person_settings;
pub mod reading;
pub mod records;
pub mod rows;
pub mod rules;
pub mod saved_views;
pub mod seal;
pub mod sessions;
pub mod sql;
mod sqlite;
pub mod store;
pub mod verify;
pub mod visits;
mod wake;
pub mod webhooks;
pub mod worklog;
mod writer;

/// What [`store::Store`] offers returns its future boxed, so that it is compiled once, here, instead of in each crate and
/// test that awaits it.
pub(crate) use async_recursion::async_recursion as boxed;
pub use migrate::schema;
