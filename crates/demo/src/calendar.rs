//! Days and working hours of the demonstration, counted back from now.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use steward_model::moment::Moment;

use crate::chance::Chance;

/// Minutes after midnight at which work begins and ends.
const OPEN: i64 = 7 * 60 + 30;
const CLOSE: i64 = 18 * 60;

/// How much is reported on each day, Monday first.
const WEEK: [u32; 7] = [170, 125, 115, 105, 85, 5, 3];
/// How much is reported in each hour from seven in the morning.
const DAY: [u32; 12] = [6, 14, 18, 15, 11, 6, 10, 13, 11, 8, 4, 1];

/// The calendar of the demonstration.
pub(crate) struct Calendar {
    zone: TimeZone,
    /// The present moment.
    pub(crate) now: Moment,
}

impl Calendar {
    /// The calendar as seen now, in the time of the head office where its zone is known.
    pub(crate) fn new(now: Moment) -> Self {
        Self { zone: TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC), now }
    }

    /// The day of a moment.
    pub(crate) fn date(&self, at: Moment) -> Date {
        at.timestamp().to_zoned(self.zone.clone()).date()
    }

    /// Today, moved by days.
    pub(crate) fn day(&self, days: i64) -> Date {
        moved(self.date(self.now), days)
    }

    /// A minute of a day.
    pub(crate) fn at(&self, date: Date, minute: i64) -> Moment {
        let start = date.at(0, 0, 0, 0).to_zoned(self.zone.clone()).map(|zoned| zoned.timestamp());
        // Days at the ends of time do not occur here.
        Moment::from(start.unwrap_or_default()).plus_seconds(minute * 60)
    }

    /// The working day so many days from now, or the next one before it.
    pub(crate) fn working_day(&self, days: i64) -> Date {
        let mut date = self.day(days);
        while !works(date) {
            date = moved(date, -1);
        }
        date
    }

    /// A moment so many working minutes later.
    pub(crate) fn after(&self, at: Moment, minutes: i64) -> Moment {
        let mut date = self.date(at);
        let mut minute = self.minute(at);
        let seconds = at.0 / 1_000_000 % 60;
        let mut left = minutes;
        loop {
            if works(date) && minute < CLOSE {
                minute = minute.max(OPEN);
                if left < CLOSE - minute {
                    return self.at(date, minute + left).plus_seconds(seconds);
                }
                left -= CLOSE - minute;
            }
            date = moved(date, 1);
            minute = OPEN;
        }
    }

    /// A moment so many working minutes before now.
    pub(crate) fn before_now(&self, minutes: i64) -> Moment {
        let mut date = self.date(self.now);
        let mut minute = self.minute(self.now).min(CLOSE);
        let mut left = minutes;
        loop {
            if works(date) && minute > OPEN {
                if left <= minute - OPEN {
                    let exact = self.at(date, minute - left);
                    return Moment(exact.0.min(self.now.0 - left * 1_000_000));
                }
                left -= minute - OPEN;
            }
            date = moved(date, -1);
            minute = CLOSE;
        }
    }

    /// A moment at which somebody reports something, within days from now such as -90 to -1.
    pub(crate) fn report(&self, chance: &mut Chance, from: i64, to: i64) -> Moment {
        let days: Vec<Date> = (from..=to).map(|day| self.day(day)).collect();
        let weights: Vec<u32> =
            days.iter().map(|day| WEEK[usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0)]).collect();
        let date = days[chance.weighted(&weights)];
        let hour = 7 + i64::try_from(chance.weighted(&DAY)).unwrap_or(0);
        self.at(date, hour * 60 + chance.between(0, 59)).plus_seconds(chance.between(0, 59))
    }

    fn minute(&self, at: Moment) -> i64 {
        let time = at.timestamp().to_zoned(self.zone.clone()).time();
        i64::from(time.hour()) * 60 + i64::from(time.minute())
    }
}

/// A day moved by days.
pub(crate) fn moved(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days.clamp(-100_000, 100_000)))
}

/// The last such weekday on or before a day.
pub(crate) fn last(weekday: Weekday, from: Date) -> Date {
    let mut date = from;
    while date.weekday() != weekday {
        date = date.saturating_sub(1.day());
    }
    date
}

fn works(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}
