//! A time zone as a table of offsets, so that hours of the clock become moments by arithmetic.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{Error, FIRST_YEAR, LAST_YEAR};

/// One stretch of time in which the zone keeps one offset. Seconds since the epoch.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: i64,
    to: i64,
    offset: i64,
}

/// The offsets of a zone in all years that calendars know.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    stretches: Vec<Stretch>,
}

/// Days since 1970-01-01.
pub(crate) fn days_since_epoch(date: jiff::civil::Date) -> i64 {
    jiff::civil::date(1970, 1, 1).duration_until(date).as_hours() / 24
}

impl Zone {
    /// Looks the zone up.
    pub(crate) fn find(name: &str) -> Result<(Zone, TimeZone), Error> {
        let zone = TimeZone::get(name).map_err(|_| {
            Error::impossible(
                "zone",
                format!("“{name}” is no time zone that is known here"),
                "Give a name of the IANA database, such as Europe/Vienna or UTC",
            )
        })?;
        Ok((Zone::of(&zone), zone))
    }

    /// A zone without changes.
    pub(crate) fn utc() -> Zone {
        Zone::of(&TimeZone::UTC)
    }

    fn of(zone: &TimeZone) -> Zone {
        // A day more on both sides: local days of the first and last year may begin and end outside of the year in UTC.
        let first = days_since_epoch(jiff::civil::date(FIRST_YEAR, 1, 1)) * 86_400 - 2 * 86_400;
        let last = days_since_epoch(jiff::civil::date(LAST_YEAR + 1, 1, 1)) * 86_400 + 2 * 86_400;
        let begin = Timestamp::from_second(first).unwrap_or(Timestamp::MIN);
        let mut stretches = vec![Stretch { from: first, to: last, offset: i64::from(zone.to_offset(begin).seconds()) }];
        for change in zone.following(begin) {
            let (at, offset) = (change.timestamp().as_second(), i64::from(change.offset().seconds()));
            if at >= last {
                break;
            }
            if let Some(before) = stretches.last_mut() {
                // Many entries of the database change a name and not the clock.
                if before.offset == offset {
                    continue;
                }
                before.to = at;
            }
            stretches.push(Stretch { from: at, to: last, offset });
        }
        Zone { stretches }
    }

    /// The moments at which the zone's clocks show a time in `[from, to)`: usually one stretch; none where clocks
    /// skip it, two where they show it twice.
    pub(crate) fn moments(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        // No zone is further than 26 h from UTC, so stretches that ended before cannot show these times.
        let start = self.stretches.partition_point(|stretch| stretch.to + 2 * 86_400 < from);
        self.stretches[start..]
            .iter()
            .take_while(move |stretch| stretch.from - 2 * 86_400 < to)
            .map(move |stretch| ((from - stretch.offset).max(stretch.from), (to - stretch.offset).min(stretch.to)))
            .filter(|(from, to)| from < to)
    }

    /// What the zone's clocks show at a moment, as seconds as if the zone were UTC, and until which moment they run
    /// on without a change.
    pub(crate) fn shown(&self, at: i64) -> (i64, i64) {
        let index = self.stretches.partition_point(|stretch| stretch.to <= at).min(self.stretches.len() - 1);
        let stretch = self.stretches[index];
        (at + stretch.offset, stretch.to)
    }
}
