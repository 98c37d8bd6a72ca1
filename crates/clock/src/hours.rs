//! Working time as clocks need it.

use serde::Serialize;
use steward_calendar::{Reason, WorkingTime};
use steward_model::moment::Moment;

/// Counts working time. Moments are whole seconds.
pub trait Hours: Send + Sync {
    /// The moment at which so many seconds of working time have passed since `from`; `None` when that never comes.
    fn add(&self, from: Moment, seconds: i64) -> Option<Moment>;
    /// Seconds of working time between two moments; 0 when `to` is not after `from`.
    fn between(&self, from: Moment, to: Moment) -> i64;
    /// The closed stretches between two moments, at most so many.
    fn gaps(&self, _from: Moment, _to: Moment, _most: usize) -> Vec<Gap> {
        Vec::new()
    }
}

/// A stretch of time that does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// Its first moment.
    pub from: Moment,
    /// The moment at which it is over.
    pub to: Moment,
    /// Why it does not count.
    pub why: GapReason,
}

/// Why a stretch of time does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum GapReason {
    /// A day with hours, at another time.
    OutsideHours,
    /// A day of the week without hours.
    ClosedDay,
    /// A holiday.
    Holiday {
        /// Its name.
        name: String,
    },
    /// An exception of the calendar.
    Exception {
        /// Its name; may be empty.
        name: String,
    },
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

impl Hours for WorkingTime {
    fn add(&self, from: Moment, seconds: i64) -> Option<Moment> {
        Self::add(self, from.timestamp(), seconds).ok().map(Moment::from)
    }

    fn between(&self, from: Moment, to: Moment) -> i64 {
        if to <= from {
            return 0;
        }
        Self::between(self, from.timestamp(), to.timestamp()).unwrap_or_default()
    }

    fn gaps(&self, from: Moment, to: Moment, most: usize) -> Vec<Gap> {
        let gaps = Self::gaps(self, from.timestamp(), to.timestamp()).take(most);
        gaps.map(|gap| Gap {
            from: gap.from.into(),
            to: gap.to.into(),
            why: match gap.reason {
                Reason::OutsideHours => GapReason::OutsideHours,
                Reason::ClosedDay => GapReason::ClosedDay,
                Reason::Holiday(name) => GapReason::Holiday { name: name.to_string() },
                Reason::Exception(name) => GapReason::Exception { name: name.to_string() },
            },
        })
        .collect()
    }
}

/// The last whole second at or before a moment.
pub fn whole_second(moment: Moment) -> Moment {
    Moment(moment.0.div_euclid(1_000_000) * 1_000_000)
}
