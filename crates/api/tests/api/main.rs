//! The interface as clients meet it, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in tests a panic is the message")]

mod approvals;
mod bulk_edits;
mod carried;
mod catalogue;
mod clocks;
mod configuration;
mod copies;
mod custom_kind;
mod flows;
mod follow_up;
mod forecast;
mod hostile;
mod intervals;
mod lists;
mod matrix;
mod objects;
mod oracle;
mod overlays;
mod paging;
mod records;
mod rights;
mod search;
mod signing_in;
mod views;
mod webhooks;
mod worklogs;
