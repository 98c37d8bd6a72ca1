//! Instants: microseconds since 1970 in UTC, the one form in which time is stored and compared.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// An instant in UTC with microsecond precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    /// Parses RFC 3339 text such as `2026-03-01T09:30:00Z`. `None` when it is not that, or lies outside years -9999 to 9999.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<Timestamp>().ok().map(Self::from)
    }

    /// This instant moved by `seconds`, at the ends of the range held there.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole seconds from `earlier` to this instant; negative when it lies before.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0) / 1_000_000
    }

    /// As a `jiff` timestamp, for arithmetic in time zones; the first or last one there is for what lies beyond.
    pub fn timestamp(self) -> Timestamp {
        let beyond = if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Timestamp::from_microsecond(self.0).unwrap_or(beyond)
    }

    /// Time since the epoch.
    pub fn since_epoch(self) -> SignedDuration {
        SignedDuration::from_micros(self.0)
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_microsecond())
    }
}

/// RFC 3339 in UTC, without a fraction when there is none.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_beyond_all_time_stays_at_its_end() {
        assert_eq!(Moment(i64::MAX).timestamp(), Timestamp::MAX);
        assert_eq!(Moment(i64::MIN).timestamp(), Timestamp::MIN);
        assert_eq!(Moment(0).timestamp(), Timestamp::UNIX_EPOCH);
    }
}
