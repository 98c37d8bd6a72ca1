//! What each day looks like on the clock: the week, and the days that are unlike it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::{Date, Weekday};

use crate::definition::Minute;
use crate::occurrences::days_of;
use crate::zone::days_since_epoch;
use crate::{Day, Definition, Effect, Error, FIRST_YEAR, Holiday, LAST_YEAR, Observed, WeekSpan, public};

/// Minutes of a week.
const WEEK: u32 = 7 * DAY;
const DAY: u32 = 24 * 60;

/// Hours within one day in minutes since midnight, apart from each other and in order.
type Hours = Vec<(u16, u16)>;

/// A day that is unlike its day of the week.
#[derive(Debug, Clone)]
pub(crate) struct Special {
    /// Why it is.
    pub(crate) kind: DayKind,
    hours: Hours,
}

/// What sort of day it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DayKind {
    /// As the week says.
    Usual,
    /// A holiday, with its name.
    Holiday(Arc<str>),
    /// An exception, with its name, which may be empty.
    Exception(Arc<str>),
}

/// One day of a calendar, on the clocks of its zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayPlan {
    /// The day.
    pub date: Date,
    /// What sort of day.
    pub kind: DayKind,
    /// Its hours; none for a day that is closed. What a shift works after midnight stands on the day after.
    pub open: Vec<(Minute, Minute)>,
}

/// The days of a calendar.
#[derive(Debug, Clone, Default)]
pub(crate) struct Days {
    week: [Hours; 7],
    special: BTreeMap<i64, Special>,
}

impl Days {
    pub(crate) fn of(definition: &Definition) -> Result<Days, Error> {
        let week = week(&definition.week)?;
        let holidays = holidays(definition)?;
        let mut days = Days { week, special: BTreeMap::new() };
        let mut touched: BTreeMap<i64, Vec<Piece>> = BTreeMap::new();
        for (index, exception) in definition.exceptions.iter().enumerate() {
            pieces(index, exception, &mut touched)?;
        }
        let dates: BTreeSet<i64> = holidays.keys().chain(touched.keys()).copied().collect();
        for day in dates {
            let special = special(days.usual(day), holidays.get(&day), touched.get(&day).map_or(&[], Vec::as_slice));
            days.special.insert(day, special);
        }
        Ok(days)
    }

    fn usual(&self, day: i64) -> &Hours {
        &self.week[weekday(day)]
    }

    /// Whether the day of the week is open at all, when nothing special is.
    pub(crate) fn usually_open(&self, day: i64) -> bool {
        !self.usual(day).is_empty()
    }

    /// The hours of a day (days since 1970-01-01).
    pub(crate) fn hours(&self, day: i64) -> &[(u16, u16)] {
        self.special.get(&day).map_or(self.usual(day), |special| &special.hours)
    }

    pub(crate) fn special(&self, day: i64) -> Option<&Special> {
        self.special.get(&day)
    }

    pub(crate) fn plan(&self, date: Date) -> DayPlan {
        let day = days_since_epoch(date);
        DayPlan {
            date,
            kind: self.special(day).map_or(DayKind::Usual, |special| special.kind.clone()),
            open: in_minutes(self.hours(day)),
        }
    }

    pub(crate) fn week(&self, day: Day) -> Vec<(Minute, Minute)> {
        in_minutes(&self.week[day.index()])
    }
}

fn in_minutes(hours: &[(u16, u16)]) -> Vec<(Minute, Minute)> {
    let minute = |minutes: u16| Minute::new(minutes / 60, minutes % 60).unwrap_or(Minute::END);
    hours.iter().map(|(from, to)| (minute(*from), minute(*to))).collect()
}

/// Monday is 0. 1970-01-01 was a Thursday.
fn weekday(day: i64) -> usize {
    usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0)
}

fn week(spans: &[WeekSpan]) -> Result<[Hours; 7], Error> {
    if spans.is_empty() {
        return Err(Error::impossible(
            "week",
            "the calendar is never open",
            "Give the hours of at least one day of the week, or a parent that has them",
        ));
    }
    let mut all: Vec<(u32, u32, usize)> = Vec::new();
    for (index, span) in spans.iter().enumerate() {
        if span.from == Minute::END {
            return Err(Error::impossible(
                format!("week[{index}]"),
                format!("{}: hours cannot begin at 24:00", span.day.name()),
                "Begin at 00:00 of the next day",
            ));
        }
        let from = u32::try_from(span.day.index()).unwrap_or(0) * DAY + u32::from(span.from.since_midnight());
        let (begin, end) = (u32::from(span.from.since_midnight()), u32::from(span.to.since_midnight()));
        let length = if end > begin { end - begin } else { end + DAY - begin };
        all.push((from, from + length, index));
    }
    all.sort_unstable();
    for (position, (_, to, index)) in all.iter().enumerate() {
        let (next, other) = match all.get(position + 1) {
            Some((next, _, other)) => (*next, *other),
            // After Sunday comes Monday again.
            None => (all[0].0 + WEEK, all[0].2),
        };
        if next < *to {
            let say = |span: &WeekSpan| format!("{} {}–{}", span.day.name(), span.from, span.to);
            return Err(Error::impossible(
                format!("week[{}]", (*index).max(other)),
                format!("the hours {} and {} overlap", say(&spans[*index]), say(&spans[other])),
                "Let one end before the other begins, or make one of them",
            ));
        }
    }
    let mut week: [Hours; 7] = Default::default();
    for (from, to, _) in all {
        let mut begin = from;
        while begin < to {
            let end = to.min((begin / DAY + 1) * DAY);
            let day = usize::try_from(begin / DAY % 7).unwrap_or(0);
            let hours = (minutes(begin % DAY), minutes(end - begin / DAY * DAY));
            week[day].push(hours);
            begin = end;
        }
    }
    for hours in &mut week {
        unite(hours);
    }
    Ok(week)
}

fn minutes(value: u32) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

/// Puts hours in order and joins what touches.
fn unite(hours: &mut Hours) {
    hours.sort_unstable();
    let mut united: Hours = Vec::with_capacity(hours.len());
    for (from, to) in hours.drain(..) {
        match united.last_mut() {
            Some(before) if from <= before.1 => before.1 = before.1.max(to),
            _ => united.push((from, to)),
        }
    }
    *hours = united;
}

/// Takes hours out.
fn cut(hours: &mut Hours, without: (u16, u16)) {
    *hours = hours
        .iter()
        .flat_map(|(from, to)| [(*from, (*to).min(without.0)), ((*from).max(without.1), *to)])
        .filter(|(from, to)| from < to)
        .collect();
}

/// What an exception does on one day.
struct Piece {
    effect: Effect,
    hours: (u16, u16),
    name: Arc<str>,
    /// The part after midnight of hours that began on the day before.
    tail: bool,
}

fn pieces(index: usize, exception: &crate::Exception, touched: &mut BTreeMap<i64, Vec<Piece>>) -> Result<(), Error> {
    let field = || format!("exceptions[{index}]");
    let last = exception.last.unwrap_or(exception.first);
    if last < exception.first {
        return Err(Error::impossible(
            field(),
            format!("the last day {last} lies before the first day {}", exception.first),
            "Exchange the days, or leave the last one out for a single day",
        ));
    }
    for date in [exception.first, last] {
        if !(FIRST_YEAR..=LAST_YEAR).contains(&date.year()) {
            return Err(Error::impossible(
                field(),
                format!("the day {date} lies outside of the years {FIRST_YEAR} to {LAST_YEAR}"),
                "Give a day within these years",
            ));
        }
    }
    let whole = (Minute::MIDNIGHT, Minute::END);
    let (from, to) = exception.hours.unwrap_or(whole);
    if from == Minute::END {
        return Err(Error::impossible(field(), "hours cannot begin at 24:00", "Begin at 00:00 of the next day"));
    }
    let (from, to) = (from.since_midnight(), to.since_midnight());
    let end = Minute::END.since_midnight();
    let name: Arc<str> = exception.name.as_str().into();
    for day in days_since_epoch(exception.first)..=days_since_epoch(last) {
        let mut piece = |day: i64, hours: (u16, u16), tail: bool| {
            if hours.0 < hours.1 {
                touched.entry(day).or_default().push(Piece {
                    effect: exception.effect,
                    hours,
                    name: Arc::clone(&name),
                    tail,
                });
            }
        };
        if from < to {
            piece(day, (from, to), false);
        } else {
            piece(day, (from, end), false);
            piece(day + 1, (0, to), true);
        }
    }
    Ok(())
}

fn special(usual: &Hours, holiday: Option<&Arc<str>>, pieces: &[Piece]) -> Special {
    let mut hours = if holiday.is_some() { Vec::new() } else { usual.clone() };
    // Only these hours: the usual ones go, and so do those of the night before.
    if pieces.iter().any(|piece| piece.effect == Effect::Hours && !piece.tail) {
        hours.clear();
    }
    hours.extend(pieces.iter().filter(|piece| piece.effect != Effect::Closed).map(|piece| piece.hours));
    unite(&mut hours);
    for piece in pieces.iter().filter(|piece| piece.effect == Effect::Closed) {
        cut(&mut hours, piece.hours);
    }
    let named = pieces
        .iter()
        .find(|piece| piece.effect == Effect::Closed && !piece.tail)
        .or_else(|| pieces.iter().find(|piece| !piece.tail));
    let kind = match (named, holiday) {
        // On a holiday, additional hours leave the rest of the day a holiday.
        (Some(piece), _) if piece.effect != Effect::Extra => DayKind::Exception(Arc::clone(&piece.name)),
        (_, Some(holiday)) => DayKind::Holiday(Arc::clone(holiday)),
        (Some(piece), None) => DayKind::Exception(Arc::clone(&piece.name)),
        (None, None) => DayKind::Usual,
    };
    Special { kind, hours }
}

impl Definition {
    /// Those of the worked holidays that this definition has itself, without what it is based on.
    pub fn worked_among_own(&self) -> Vec<String> {
        // Holidays that cannot be are refused where the definition is compiled.
        let Ok(found) = with_worked(self) else { return self.worked.clone() };
        let names: BTreeSet<String> = found.values().map(|name| plain(name)).collect();
        self.worked.iter().filter(|worked| names.contains(&plain(worked))).cloned().collect()
    }
}

/// How names of holidays are compared.
fn plain(name: &str) -> String {
    name.trim_end_matches(OBSERVED).trim().to_lowercase()
}

/// All holidays of a definition by day, also those that are worked.
fn with_worked(definition: &Definition) -> Result<BTreeMap<i64, Arc<str>>, Error> {
    let mut found: BTreeMap<i64, Arc<str>> = BTreeMap::new();
    for (index, set) in definition.sets.iter().enumerate() {
        let set = public::holidays_of(&format!("sets[{index}]"), set)?;
        kept(set.iter().map(|holiday| ("sets".to_owned(), *holiday)), &mut found)?;
    }
    let own = definition.holidays.iter().enumerate();
    kept(own.map(|(index, holiday)| (format!("holidays[{index}]"), holiday)), &mut found)?;
    Ok(found)
}

/// All holidays of a definition by day, without those that are worked.
fn holidays(definition: &Definition) -> Result<BTreeMap<i64, Arc<str>>, Error> {
    let mut found = with_worked(definition)?;
    for (index, worked) in definition.worked.iter().enumerate() {
        let before = found.len();
        let wanted = plain(worked);
        found.retain(|_, name| plain(name) != wanted);
        if found.len() == before {
            return Err(Error::impossible(
                format!("worked[{index}]"),
                format!("no holiday of the calendar is called “{worked}”"),
                "Write its name as it stands among the holidays, or take it out",
            ));
        }
    }
    Ok(found)
}

/// What is added to the name of a holiday on the day on which it is made up for.
const OBSERVED: &str = " (observed)";

/// Adds holidays to those found; the first that names a day stays.
fn kept<'a>(
    holidays: impl Iterator<Item = (String, &'a Holiday)>,
    found: &mut BTreeMap<i64, Arc<str>>,
) -> Result<(), Error> {
    let mut own: BTreeMap<i64, (Arc<str>, Observed)> = BTreeMap::new();
    for (field, holiday) in holidays {
        let name: Arc<str> = holiday.name.as_str().into();
        for (date, named) in days_of(&field, &holiday.rule)? {
            let year = date.year();
            if holiday.since.is_some_and(|since| year < since) || holiday.until.is_some_and(|until| year > until) {
                continue;
            }
            let name = named.map_or_else(|| Arc::clone(&name), Arc::from);
            own.entry(days_since_epoch(date)).or_insert((name, holiday.observed));
        }
    }
    let weekend = |day: i64| weekday(day) >= 5;
    let mut moved: BTreeMap<i64, Arc<str>> = BTreeMap::new();
    for (day, (name, observed)) in &own {
        let observed_name = || Arc::from(format!("{name}{OBSERVED}"));
        match observed {
            Observed::SundayToSaturday if weekday(*day) == 6 => {
                moved.insert(day - 1, Arc::clone(name));
                continue;
            }
            Observed::NextWeekday if weekend(*day) => {
                let mut next = day + 1;
                while weekend(next) || own.contains_key(&next) || moved.contains_key(&next) {
                    next += 1;
                }
                moved.insert(next, observed_name());
            }
            Observed::NearestWeekday if weekday(*day) == 5 => {
                moved.entry(day - 1).or_insert_with(observed_name);
            }
            Observed::NearestWeekday if weekday(*day) == 6 => {
                moved.entry(day + 1).or_insert_with(observed_name);
            }
            _ => {}
        }
        found.entry(*day).or_insert_with(|| Arc::clone(name));
    }
    for (day, name) in moved {
        found.entry(day).or_insert(name);
    }
    Ok(())
}

impl From<Day> for Weekday {
    fn from(day: Day) -> Weekday {
        Weekday::from_monday_zero_offset(i8::try_from(day.index()).unwrap_or(0)).unwrap_or(Weekday::Monday)
    }
}
