//! Test databases, builders and clients; development only.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in tests a panic is the message")]

pub mod browser;
pub mod catalogue;
pub mod clamd;
pub mod client;
pub mod database;
pub mod filter_kinds;
pub mod fixture;
mod ground;
pub mod kinds;
pub mod markup;
pub mod outside;
pub mod records;
pub mod server;

/// Compiled once, here, instead of in each test that awaits it.
pub(crate) use async_recursion::async_recursion as boxed;
