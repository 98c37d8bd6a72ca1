//! Clocks as folds of journals.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod examples;
mod folds;
mod world;
