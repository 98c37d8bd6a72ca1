//! The pure heart of Steward: what a record is, how it may change, who may see it, and how it is found.
//!
//! Nothing here does I/O, reads a clock or draws a random number; `now`, ids and looked-up records come in as
//! arguments. See `ARCHITECTURE.md` for the map.

pub mod access;
pub mod apply;
pub mod carry;
pub mod chain;
pub mod command;
pub mod decide;
pub mod event;
pub mod filter;
pub mod form;
pub mod id;
pub mod kind;
pub mod mention;
pub mod moment;
pub mod record;
pub mod value;
pub mod variables;
pub mod work;
