//! The real binary against faults: killed, starved, stopped, restored. Tests bear the numbers of the reliability bar.
//!
//! `STEWARD_REL_ROUNDS` (5 unless set) says how often what is random is tried.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in tests a panic is the message")]

mod backups;
mod client;
mod cluster;
mod commands;
mod damage;
mod disk;
mod installation;
mod killed;
mod ledger;
mod moved;
mod once;
mod search;
mod start;
mod stop;
mod together;
mod wire;

/// How often a random fault is tried.
fn rounds() -> u32 {
    std::env::var("STEWARD_REL_ROUNDS").map_or(5, |text| text.parse().expect("STEWARD_REL_ROUNDS is a number"))
}
