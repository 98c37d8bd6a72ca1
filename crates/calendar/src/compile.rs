//! From days on the clock to spans of moments with running sums.

use jiff::civil::date;

use crate::days::Days;
use crate::working::{Table, WorkingTime};
use crate::zone::{Zone, days_since_epoch};
use crate::{Definition, Error, FIRST_YEAR, LAST_YEAR};

impl WorkingTime {
    /// Compiles a definition for the years from [`FIRST_YEAR`] to [`LAST_YEAR`].
    ///
    /// # Errors
    ///
    /// [`Error::Impossible`] for a calendar that cannot be, naming field, rule and way out.
    pub fn compile(definition: &Definition) -> Result<WorkingTime, Error> {
        let name = definition.zone.as_deref().ok_or_else(|| {
            Error::impossible("zone", "the calendar has no time zone", "Give one, or a parent that has one")
        })?;
        let (zone, tz) = Zone::find(name)?;
        let days = Days::of(definition)?;
        let base = days_since_epoch(date(FIRST_YEAR, 1, 1)) * 86_400;
        let end = days_since_epoch(date(LAST_YEAR + 1, 1, 1)) * 86_400;
        let spans = spans(&zone, &days, base, end)?;
        Ok(WorkingTime::from_table(Table::of(base, end, &spans), zone, tz, days))
    }
}

/// The open spans of all years in order, apart from each other; seconds since the epoch.
fn spans(zone: &Zone, days: &Days, base: i64, end: i64) -> Result<Vec<(i64, i64)>, Error> {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for year in FIRST_YEAR..=LAST_YEAR {
        let before = spans.len();
        // A day more on both sides of all years, so that local days across the borders in UTC are complete.
        let first = days_since_epoch(date(year, 1, 1)) - i64::from(year == FIRST_YEAR);
        let last = days_since_epoch(date(year + 1, 1, 1)) + i64::from(year == LAST_YEAR);
        for day in first..last {
            for (from, to) in days.hours(day) {
                let at = |minutes: u16| day * 86_400 + i64::from(minutes) * 60;
                spans.extend(zone.moments(at(*from), at(*to)));
            }
        }
        if spans.len() == before {
            return Err(Error::impossible(
                "holidays",
                format!("holidays and exceptions leave no hour open in {year}"),
                "Let the recurrence of holidays or the exception end, or make it less frequent",
            ));
        }
    }
    // Hours that clocks show twice stand behind what follows their first showing.
    spans.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::with_capacity(spans.len());
    for (from, to) in spans {
        let (from, to) = (from.max(base), to.min(end));
        if from >= to {
            continue;
        }
        match joined.last_mut() {
            Some(before) if from <= before.1 => before.1 = before.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    Ok(joined)
}
