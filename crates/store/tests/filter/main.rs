//! Filters and orders give the same answer in memory, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod database;
mod orders;
mod same_answer;
mod world;
