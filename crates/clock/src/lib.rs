//! Service-level clocks.
//!
//! A clock is the fold of a record's journal under a [`book::Book`], the compiled agreements and targets: the same
//! journal and the same book give the same clock, bit for bit, whether it was followed step by step or recomputed at
//! once. Nothing here ticks: what depends on the present moment is asked of a finished fold.
//!
//! A clock counts in whole seconds; moments are cut to the second, so sums of spans lose nothing.

pub mod book;
pub mod chain;
pub mod clock;
pub mod definition;
pub mod fold;
pub mod forecast;
pub mod hours;
pub mod segments;
pub mod steps;
