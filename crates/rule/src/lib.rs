//! Automation rules: when something happens, if a condition holds, then these things are done.
//!
//! A rule is a record of the kind `rule`; here its values become a checked definition ([`definition`]), many of them a
//! book that finds those that answer an entry of the journal ([`book`]), and work finds who takes it ([`route`]). What a
//! rule is expected to do can stand beside it as examples ([`examples`]). Nothing here reads a clock or a database.

pub mod action;
pub mod book;
pub mod definition;
pub mod each;
pub mod examples;
pub mod route;
pub mod trace;
pub mod trigger;
pub mod turns;

/// The kind of rules.
pub const RULE: &str = "rule";
/// Rules that may follow from each other before the chain is cut. Those that answer the same act of a person do not
/// follow from each other, however many they are.
pub const MOST_LINKS: usize = 8;
