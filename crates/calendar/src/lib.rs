//! Working time: what a calendar's hours, holidays and exceptions mean for moments.
//!
//! A [`Definition`] is plain data. [`WorkingTime::compile`] turns it into a table of open spans with running sums, so
//! that every question (when have eight hours of work passed, how much working time lies between, when does it open
//! again) is a search in a sorted list. Nothing here knows records, databases or the present.
//!
//! What a calendar says, in one sentence: **it is open at exactly those moments at which the clocks of its zone show
//! a time that is open on the date they show.** So an hour that clocks skip in spring is no working time, one that
//! they show twice in autumn is worked twice, and a day that a zone leaves out does not exist.

mod compile;
mod days;
mod definition;
mod easter;
mod error;
mod gaps;
mod lines;
mod occurrences;
mod outgoing;
mod public;
mod working;
mod zone;

pub use days::{DayKind, DayPlan};
pub use definition::{Day, Definition, Effect, Exception, Holiday, HolidaySet, Minute, Observed, Rule, WeekSpan};
pub use easter::easter;
pub use error::Error;
pub use gaps::{Gap, Reason};
pub use lines::lean_calendar;
pub use occurrences::{Event, MOST_A_DAY, Recurrence, calendar_events};
pub use outgoing::{Outgoing, calendar_text};
pub use public::{Country, Region, countries};
pub use working::{Span, WorkingTime};

/// The first year that calendars know.
pub const FIRST_YEAR: i16 = 1990;
/// The last year that calendars know.
pub const LAST_YEAR: i16 = 2070;
