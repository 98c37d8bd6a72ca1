//! A calendar as plain data.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// A time of day in whole minutes since midnight, 00:00 to 24:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Minute(u16);

impl Minute {
    /// Midnight at the beginning of a day.
    pub const MIDNIGHT: Minute = Minute(0);
    /// Midnight at the end of a day.
    pub const END: Minute = Minute(24 * 60);

    /// A time of day; none after 24:00.
    pub fn new(hour: u16, minute: u16) -> Option<Minute> {
        let total = hour.checked_mul(60)?.checked_add(minute)?;
        (minute < 60 && total <= Minute::END.0).then_some(Minute(total))
    }

    /// Minutes since midnight, at most 1440.
    pub fn since_midnight(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl From<Minute> for String {
    fn from(minute: Minute) -> String {
        minute.to_string()
    }
}

impl FromStr for Minute {
    type Err = String;

    /// Reads `8:00`, `08:00` or `24:00`; seconds only as `:00`.
    fn from_str(text: &str) -> Result<Minute, String> {
        let wrong = || format!("“{text}” is no time of day such as 08:30");
        let mut parts = text.trim().split(':');
        let mut number = |longest: usize| -> Option<u16> {
            let part = parts.next()?;
            let fine = (1..=longest).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            fine.then(|| part.parse().ok()).flatten()
        };
        let (hour, minute) = (number(2).ok_or_else(wrong)?, number(2).ok_or_else(wrong)?);
        match parts.next() {
            None | Some("00") => {}
            Some(_) => return Err(wrong()),
        }
        if parts.next().is_some() {
            return Err(wrong());
        }
        Minute::new(hour, minute).ok_or_else(wrong)
    }
}

impl TryFrom<String> for Minute {
    type Error = String;

    fn try_from(text: String) -> Result<Minute, String> {
        text.parse()
    }
}

/// A day of the week, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Day {
    /// All days, Monday first.
    pub const ALL: [Day; 7] =
        [Day::Monday, Day::Tuesday, Day::Wednesday, Day::Thursday, Day::Friday, Day::Saturday, Day::Sunday];

    /// Monday is 0.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Its English name, in lower case.
    pub fn name(self) -> &'static str {
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"][self.index()]
    }
}

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Day {
        Day::ALL[day.to_monday_zero_offset() as usize]
    }
}

/// Hours of one day of the week. An end at or before the beginning is on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekSpan {
    /// The day on which it begins.
    pub day: Day,
    /// When it begins.
    pub from: Minute,
    /// When it ends: `24:00` is the end of the day, anything not after `from` is on the next day.
    pub to: Minute,
}

/// When a holiday is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "when", rename_all = "snake_case")]
pub enum Rule {
    /// Once.
    On {
        /// The day.
        date: Date,
    },
    /// Every year on the same date; 29 February only in leap years.
    Yearly {
        /// 1 to 12.
        month: i8,
        /// 1 to 31.
        day: i8,
    },
    /// So many days after Easter Sunday of the western churches; negative before it.
    Easter {
        /// Days.
        days: i16,
    },
    /// By a recurrence rule of RFC 5545, such as `FREQ=YEARLY;BYMONTH=11;BYDAY=4TH`.
    Recurring {
        /// The first day from which the rule counts.
        start: Date,
        /// The rule, with or without `RRULE:`.
        rule: String,
    },
    /// All days of the events in an iCalendar text; each event gives its own name.
    Calendar {
        /// The text of the file.
        text: String,
    },
}

/// On which day a holiday is kept that falls on a weekend.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// On its own day only.
    #[default]
    Same,
    /// The next day that is neither weekend nor another holiday of the same set (United Kingdom); the day itself
    /// stays free too.
    NextWeekday,
    /// Saturday's on Friday, Sunday's on Monday (United States); the day itself stays free too.
    NearestWeekday,
    /// If on a Sunday, the day before instead (the King's Day of the Netherlands).
    SundayToSaturday,
}

/// A holiday of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// What it is called.
    pub name: String,
    /// When it is.
    #[serde(flatten)]
    pub rule: Rule,
    /// What happens on weekends.
    #[serde(default)]
    pub observed: Observed,
    /// The first year in which it is kept.
    #[serde(default)]
    pub since: Option<i16>,
    /// The last year in which it is kept.
    #[serde(default)]
    pub until: Option<i16>,
}

impl Holiday {
    /// A holiday that is kept on its day.
    pub fn new(name: impl Into<String>, rule: Rule) -> Holiday {
        Holiday { name: name.into(), rule, observed: Observed::Same, since: None, until: None }
    }
}

/// Public holidays that come with Steward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidaySet {
    /// ISO 3166-1 code of the country, such as `AT`.
    pub country: String,
    /// Code of the region within it, such as `BY` for Bavaria; without it only what the whole country keeps.
    #[serde(default)]
    pub region: Option<String>,
}

/// What an exception does to its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Closed: the whole days, or the hours that are named.
    Closed,
    /// Open at the named hours only, even on a holiday.
    Hours,
    /// Open at the named hours in addition to the usual ones, even on a holiday.
    Extra,
}

/// Days that are unlike what the week says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// The first day.
    pub first: Date,
    /// The last day, itself included; none for one day.
    #[serde(default)]
    pub last: Option<Date>,
    /// The hours of each of these days. None for whole days.
    #[serde(default)]
    pub hours: Option<(Minute, Minute)>,
    /// What happens then.
    pub effect: Effect,
    /// Why, for explanations.
    #[serde(default)]
    pub name: String,
}

/// A calendar as it is written down. A child of another calendar says only what differs: see [`Definition::over`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Definition {
    /// Name of the time zone in the IANA database, such as `Europe/Vienna`. None in a child: that of the parent.
    pub zone: Option<String>,
    /// The hours of the week. Empty in a child: those of the parent.
    pub week: Vec<WeekSpan>,
    /// Public holidays that come with Steward.
    pub sets: Vec<HolidaySet>,
    /// Other holidays.
    pub holidays: Vec<Holiday>,
    /// Names of holidays that are worked, whether they come from sets or from a parent.
    pub worked: Vec<String>,
    /// Days with other hours.
    pub exceptions: Vec<Exception>,
}

impl Definition {
    /// This definition with the gaps filled from its parent: zone and week are the child's where it says them;
    /// holidays and exceptions of both hold, those of the parent without the holidays that the child works.
    pub fn over(&self, parent: &Definition) -> Definition {
        fn both<T: Clone + PartialEq>(parent: &[T], child: &[T]) -> Vec<T> {
            let own = child.iter().filter(|item| !parent.contains(item));
            parent.iter().chain(own).cloned().collect()
        }
        Definition {
            zone: self.zone.clone().or_else(|| parent.zone.clone()),
            week: if self.week.is_empty() { parent.week.clone() } else { self.week.clone() },
            sets: both(&parent.sets, &self.sets),
            holidays: both(&parent.holidays, &self.holidays),
            worked: both(&parent.worked, &self.worked),
            exceptions: both(&parent.exceptions, &self.exceptions),
        }
    }
}
