//! Both databases keep the same promises: every test here runs on each.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in tests a panic is the message")]

mod backup;
mod blobs;
mod commits;
mod drafts;
mod experience;
mod filter;
mod graph;
mod intervals;
mod jobs;
mod journal;
mod numbers;
mod open;
mod outbox;
mod tamper;
