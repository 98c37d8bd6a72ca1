//! Times that records take up: kept with every write, found by what overlaps, and what stands in the way of what.
//!
//! Kinds say where their records have times (`[[interval]]`, see `docs/reference/kinds.md`). What two fields say follows
//! from the record alone. What a rule says (windows that recur, holidays, turns of recurring work) is worked out for a
//! bounded stretch around the present, and again by a job as time goes on.

mod conflicts;
mod expand;
mod find;

pub use conflicts::{Conflict, Conflicts};
pub(crate) use expand::ROUND;
pub use find::{IntervalPage, IntervalRequest, IntervalView, LIMIT_MAX};
