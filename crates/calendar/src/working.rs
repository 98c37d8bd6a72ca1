//! Questions to a compiled calendar.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::days::Days;
use crate::gaps::Gaps;
use crate::zone::Zone;
use crate::{Day, DayPlan, Error, FIRST_YEAR, Gap, LAST_YEAR, Minute};

/// A stretch of open time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its first moment.
    pub from: Timestamp,
    /// The moment at which it is over.
    pub to: Timestamp,
}

impl Span {
    /// Its length in seconds.
    pub fn seconds(&self) -> i64 {
        self.to.as_second() - self.from.as_second()
    }
}

/// A compiled calendar. Everything is in whole seconds; what a moment has of a fraction is cut off.
///
/// Answers within the years [`FIRST_YEAR`] to [`LAST_YEAR`]; a question that leads out of them is refused with
/// [`Error::Beyond`]. It takes eight bytes for each open span, so share it rather than clone it.
#[derive(Debug, Clone)]
pub struct WorkingTime {
    open: Open,
    pub(crate) zone: Zone,
    tz: TimeZone,
    pub(crate) days: Days,
}

#[derive(Debug, Clone)]
enum Open {
    Always,
    Spans(Table),
}

/// Open spans with the working time before each.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Seconds since the epoch, from which the others count.
    base: i64,
    /// The first second that is not known any more.
    end: i64,
    /// Where each span begins.
    starts: Vec<u32>,
    /// Working seconds before each span, and those of all spans at the end. A span is as long as its sum differs from
    /// the next one.
    sums: Vec<u32>,
}

impl Table {
    /// Makes the table of spans that are in order, apart, and within `[base, end)`.
    pub(crate) fn of(base: i64, end: i64, spans: &[(i64, i64)]) -> Table {
        // All years together have fewer seconds than the type has values; see the test.
        let small = |seconds: i64| u32::try_from(seconds).unwrap_or(u32::MAX);
        let mut sums = Vec::with_capacity(spans.len() + 1);
        let mut sum = 0;
        sums.push(0);
        for (from, to) in spans {
            sum += to - from;
            sums.push(small(sum));
        }
        Table { base, end, starts: spans.iter().map(|(from, _)| small(from - base)).collect(), sums }
    }

    fn known(&self, at: Timestamp) -> Result<u32, Error> {
        let at = at.as_second();
        if !(self.base..=self.end).contains(&at) {
            return Err(beyond());
        }
        u32::try_from(at - self.base).map_err(|_| beyond())
    }

    fn moment(&self, relative: u32) -> Timestamp {
        Timestamp::from_second(self.base + i64::from(relative)).unwrap_or(Timestamp::MAX)
    }

    fn length(&self, index: usize) -> u32 {
        self.sums[index + 1] - self.sums[index]
    }

    /// The index of the first span that begins after a moment.
    fn after(&self, at: u32) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }

    /// Working seconds before a moment.
    fn worked(&self, at: u32) -> u32 {
        match self.after(at).checked_sub(1) {
            Some(index) => self.sums[index] + (at - self.starts[index]).min(self.length(index)),
            None => 0,
        }
    }
}

fn beyond() -> Error {
    Error::Beyond { first: FIRST_YEAR, last: LAST_YEAR }
}

static ALWAYS: LazyLock<WorkingTime> =
    LazyLock::new(|| WorkingTime { open: Open::Always, zone: Zone::utc(), tz: TimeZone::UTC, days: Days::default() });

impl WorkingTime {
    pub(crate) fn from_table(table: Table, zone: Zone, tz: TimeZone, days: Days) -> WorkingTime {
        WorkingTime { open: Open::Spans(table), zone, tz, days }
    }

    /// Time that never stops, in UTC: 24 hours on every day of all years.
    pub fn around_the_clock() -> WorkingTime {
        ALWAYS.clone()
    }

    /// Whether it is open at all times, without an end.
    pub fn is_around_the_clock(&self) -> bool {
        matches!(self.open, Open::Always)
    }

    /// The zone whose clocks the calendar follows.
    pub fn time_zone(&self) -> &TimeZone {
        &self.tz
    }

    /// The moment at which so much working time has passed since `from`: at the end of a span rather than at the
    /// beginning of the next. No time has passed at `from` itself. A negative time is subtracted.
    pub fn add(&self, from: Timestamp, seconds: i64) -> Result<Timestamp, Error> {
        if seconds < 0 {
            return self.subtract(from, seconds.checked_neg().ok_or_else(beyond)?);
        }
        let table = match &self.open {
            Open::Always => return later(from, seconds),
            Open::Spans(table) => table,
        };
        let at = table.known(from)?;
        if seconds == 0 {
            return Ok(table.moment(at));
        }
        let wanted = u32::try_from(i64::from(table.worked(at)).saturating_add(seconds)).map_err(|_| beyond())?;
        // The span in which the sum is reached: its own sum lies below, that of the next does not.
        let index = table.sums.partition_point(|sum| *sum < wanted).checked_sub(1).ok_or_else(beyond)?;
        let start = table.starts.get(index).ok_or_else(beyond)?;
        Ok(table.moment(start + (wanted - table.sums[index])))
    }

    /// The latest moment from which so much working time passes until `from`. A negative time is added.
    pub fn subtract(&self, from: Timestamp, seconds: i64) -> Result<Timestamp, Error> {
        if seconds < 0 {
            return self.add(from, seconds.checked_neg().ok_or_else(beyond)?);
        }
        let table = match &self.open {
            Open::Always => return later(from, seconds.checked_neg().ok_or_else(beyond)?),
            Open::Spans(table) => table,
        };
        let at = table.known(from)?;
        if seconds == 0 {
            return Ok(table.moment(at));
        }
        let wanted = u32::try_from(i64::from(table.worked(at)).saturating_sub(seconds)).map_err(|_| beyond())?;
        let index = table.sums.partition_point(|sum| *sum <= wanted).checked_sub(1).ok_or_else(beyond)?;
        let start = table.starts.get(index).ok_or_else(beyond)?;
        Ok(table.moment(start + (wanted - table.sums[index])))
    }

    /// Working seconds from `from` to `to`; 0 if `to` is not after `from`.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> Result<i64, Error> {
        if to <= from {
            return Ok(0);
        }
        match &self.open {
            Open::Always => Ok(to.as_second() - from.as_second()),
            Open::Spans(table) => {
                Ok(i64::from(table.worked(table.known(to)?)) - i64::from(table.worked(table.known(from)?)))
            }
        }
    }

    /// The moment itself if it is open then, otherwise the next one at which it opens.
    pub fn next_opening(&self, at: Timestamp) -> Result<Timestamp, Error> {
        let table = match &self.open {
            Open::Always => return later(at, 0),
            Open::Spans(table) => table,
        };
        let relative = table.known(at)?;
        if self.is_open(at) {
            return Ok(table.moment(relative));
        }
        let start = table.starts.get(table.after(relative)).ok_or_else(beyond)?;
        Ok(table.moment(*start))
    }

    /// Whether it is open at a moment; never outside of the years that it knows.
    pub fn is_open(&self, at: Timestamp) -> bool {
        match &self.open {
            Open::Always => true,
            Open::Spans(table) => table.known(at).is_ok_and(|at| {
                table.after(at).checked_sub(1).is_some_and(|index| at - table.starts[index] < table.length(index))
            }),
        }
    }

    /// The open spans that overlap `[from, to)`, cut to it, in order; nothing outside of the years that it knows.
    pub fn spans(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Span> + '_ {
        let (from, to) = (from.as_second(), to.as_second());
        let (always, table) = match &self.open {
            Open::Always => (Some((from, to)), None),
            Open::Spans(table) => (None, Some(table)),
        };
        let listed = table.into_iter().flat_map(move |table| {
            let at = u32::try_from((from - table.base).max(0)).unwrap_or(u32::MAX);
            let first = table.after(at).saturating_sub(1);
            (first..table.starts.len()).map(move |index| {
                let start = table.base + i64::from(table.starts[index]);
                (start, start + i64::from(table.length(index)))
            })
        });
        always
            .into_iter()
            .chain(listed)
            .take_while(move |(start, _)| *start < to)
            .map(move |(start, end)| (start.max(from), end.min(to)))
            .filter(|(start, end)| start < end)
            .filter_map(|(start, end)| {
                Some(Span { from: Timestamp::from_second(start).ok()?, to: Timestamp::from_second(end).ok()? })
            })
    }

    /// The closed stretches of `[from, to)` in order, each with the reason why. A gap for several reasons (night,
    /// then a holiday) is several stretches.
    pub fn gaps(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Gap> + '_ {
        Gaps::new(self, from, to)
    }

    /// The hours of a day of the week when nothing special is: what a shift works after midnight stands on the day after.
    pub fn usual(&self, day: Day) -> Vec<(Minute, Minute)> {
        match self.open {
            Open::Always => vec![(Minute::MIDNIGHT, Minute::END)],
            Open::Spans(_) => self.days.week(day),
        }
    }

    /// What a day looks like on the clocks of the calendar's zone.
    pub fn day(&self, date: Date) -> DayPlan {
        match self.open {
            Open::Always => DayPlan { date, kind: crate::DayKind::Usual, open: vec![(Minute::MIDNIGHT, Minute::END)] },
            Open::Spans(_) => self.days.plan(date),
        }
    }
}

/// A moment by so many seconds later, its fraction cut off.
fn later(at: Timestamp, seconds: i64) -> Result<Timestamp, Error> {
    let second = at.as_second().checked_add(seconds).ok_or_else(beyond)?;
    Timestamp::from_second(second).map_err(|_| beyond())
}
