//! Working time as clocks need it.

use steward_model::moment::Moment;

/// Counts working time. Moments are whole seconds.
pub trait Hours: Send + Sync {
    /// The moment at which so many seconds of working time have passed since `from`; `None` when that never comes.
    fn add(&self, from: Moment, seconds: i64) -> Option<Moment>;
    /// Seconds of working time between two moments; 0 when `to` is not after `from`.
    fn between(&self, from: Moment, to: Moment) -> i64;
}

/// Every second counts.
#[derive(Debug, Clone, Copy, Default)]
pub struct AroundTheClock;

impl Hours for AroundTheClock {
    fn add(&self, from: Moment, seconds: i64) -> Option<Moment> {
        from.0.checked_add(seconds.checked_mul(1_000_000)?).map(Moment)
    }

    fn between(&self, from: Moment, to: Moment) -> i64 {
        to.seconds_since(from).max(0)
    }
}

/// The last whole second at or before a moment.
pub fn whole_second(moment: Moment) -> Moment {
    Moment(moment.0.div_euclid(1_000_000) * 1_000_000)
}
