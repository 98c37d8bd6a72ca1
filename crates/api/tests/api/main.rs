//! The interface as clients meet it, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in tests a panic is the message")]

mod lists;
mod matrix;
mod objects;
mod oracle;
mod rights;
