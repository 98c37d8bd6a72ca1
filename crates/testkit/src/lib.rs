//! Test databases, builders and clients; development only.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in tests a panic is the message")]

pub mod database;
pub mod filter_kinds;
pub mod kinds;
pub mod records;
