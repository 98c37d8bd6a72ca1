//! When rules that go by time have their turns.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use steward_model::moment::Moment;

/// The shortest time between two turns, in minutes.
pub const SHORTEST: i64 = 1;
/// The longest time between two turns, in minutes: a week.
pub const LONGEST: i64 = 7 * 24 * 60;
/// Times of day at most.
const MOST_TIMES: usize = 24;
/// Seconds of a minute.
const MINUTE: i64 = 60;

/// When a rule has its turns.
#[derive(Debug, Clone, PartialEq)]
pub enum Turns {
    /// Every so many minutes, counted from the beginning of 1970.
    Every(i64),
    /// Every day at these times on the clocks of a zone, ascending.
    At(Vec<Time>, TimeZone),
}

impl Turns {
    /// Reads times of day such as `08:00, 16:30`.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn at(times: &str, zone: &str) -> Result<Self, (&'static str, String)> {
        let zone = match zone.trim() {
            "" => TimeZone::UTC,
            name => TimeZone::get(name).map_err(|_| {
                ("zone", format!("`{name}` is no time zone; write a name such as Europe/Vienna, or nothing for UTC"))
            })?,
        };
        let mut read = Vec::new();
        for text in times.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            let time = text.parse::<Time>().ok().filter(|_| text.len() == 5);
            read.push(time.ok_or(("at_times", format!("`{text}` is no time of day; write it as 08:00")))?);
        }
        read.sort_unstable();
        read.dedup();
        match read.len() {
            0 => Err(("at_times", "name no time; write times such as 08:00, 16:00".to_owned())),
            1..=MOST_TIMES => Ok(Self::At(read, zone)),
            _ => Err(("at_times", format!("are too many; {MOST_TIMES} a day are possible"))),
        }
    }

    /// The turn that came last, at or before a moment: turns are told apart by it.
    pub fn last_at(&self, now: Moment) -> Option<Moment> {
        match self {
            Self::Every(minutes) => {
                let length = minutes * MINUTE * 1_000_000;
                Some(Moment(now.0.div_euclid(length) * length))
            }
            Self::At(times, zone) => {
                let local = now.timestamp().to_zoned(zone.clone());
                let days = (0..3_i64).filter_map(|back| local.date().checked_sub(Span::new().days(back)).ok());
                let moments = days.flat_map(|day| {
                    times.iter().rev().filter_map(move |time| zone.to_timestamp(day.to_datetime(*time)).ok())
                });
                let past: Option<Timestamp> = moments.filter(|at| *at <= now.timestamp()).max();
                past.map(Moment::from)
            }
        }
    }

    /// Minutes between two turns; of turns at times of day those of a day divided by their number.
    pub fn minutes(&self) -> i64 {
        match self {
            Self::Every(minutes) => *minutes,
            Self::At(times, _) => 24 * 60 / i64::try_from(times.len().max(1)).unwrap_or(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(turns: &Turns, now: &str, last: &str) {
        let at = |text: &str| Moment::parse(text).unwrap();
        assert_eq!(turns.last_at(at(now)), Some(at(last)), "{turns:?} at {now}");
    }

    #[test]
    fn the_last_turn_is_found() {
        check(&Turns::Every(15), "2026-03-02T10:14:59Z", "2026-03-02T10:00:00Z");
        check(&Turns::Every(15), "2026-03-02T10:15:00Z", "2026-03-02T10:15:00Z");
        let at = Turns::at("16:00, 08:00", "Europe/Vienna").unwrap();
        check(&at, "2026-03-02T06:59:00Z", "2026-03-01T15:00:00Z");
        check(&at, "2026-03-02T07:00:00Z", "2026-03-02T07:00:00Z");
        // On the day on which clocks go forward, 02:30 comes an hour later and once.
        check(&Turns::at("02:30", "Europe/Vienna").unwrap(), "2026-03-29T12:00:00Z", "2026-03-29T01:30:00Z");
    }

    #[test]
    fn times_that_are_none_are_refused() {
        for (times, zone, field) in
            [("", "", "at_times"), ("8", "", "at_times"), ("25:00", "", "at_times"), ("08:00", "Mars/Base", "zone")]
        {
            assert_eq!(Turns::at(times, zone).unwrap_err().0, field, "{times} {zone}");
        }
    }
}
