//! Use cases against real databases.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in tests a panic is the message")]

mod automation;
mod automation_others;
mod automation_threshold;
mod bulk;
mod family;
mod flow_problem;
mod flow_trial;
mod flows;
mod import;
mod search;
mod world;
