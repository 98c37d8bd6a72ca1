//! Why a calendar is closed.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{DayKind, WorkingTime};

/// Why it is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A day of the week with hours, but at another time: night, lunch.
    OutsideHours,
    /// A day of the week without hours: usually the weekend.
    ClosedDay,
    /// A holiday, with its name.
    Holiday(Arc<str>),
    /// An exception, with its name, which may be empty.
    Exception(Arc<str>),
}

/// A stretch of closed time for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Its first moment.
    pub from: Timestamp,
    /// The moment at which it is over.
    pub to: Timestamp,
    /// Why.
    pub reason: Reason,
}

/// The closed stretches of a range, found as they are asked for.
pub(crate) struct Gaps<'a> {
    working: &'a WorkingTime,
    /// From where on gaps are looked for.
    at: i64,
    to: i64,
    /// The end of the gap in which `at` lies; none if that is not known yet.
    gap_end: Option<i64>,
}

impl<'a> Gaps<'a> {
    pub(crate) fn new(working: &'a WorkingTime, from: Timestamp, to: Timestamp) -> Gaps<'a> {
        Gaps { working, at: from.as_second(), to: to.as_second(), gap_end: None }
    }

    /// Moves to the beginning of the next gap and notes its end.
    fn enter(&mut self) -> Option<i64> {
        let moment = |second: i64| Timestamp::from_second(second).ok();
        let mut spans = self.working.spans(moment(self.at)?, moment(self.to)?);
        let (mut next, mut following) = (spans.next(), spans.next());
        if let Some(span) = next.filter(|span| span.from.as_second() <= self.at) {
            self.at = span.to.as_second();
            (next, following) = (following, None);
        }
        let _ = following;
        let end = next.map_or(self.to, |span| span.from.as_second());
        (self.at < end).then_some(end)
    }

    fn reason(&self, at: i64) -> (Reason, i64) {
        let (shown, change) = self.working.zone.shown(at);
        let day = shown.div_euclid(86_400);
        let midnight = at + (day + 1) * 86_400 - shown;
        let days = &self.working.days;
        let reason = match days.special(day).map(|special| &special.kind) {
            Some(DayKind::Holiday(name)) => Reason::Holiday(Arc::clone(name)),
            Some(DayKind::Exception(name)) => Reason::Exception(Arc::clone(name)),
            _ if days.usually_open(day) => Reason::OutsideHours,
            _ => Reason::ClosedDay,
        };
        (reason, midnight.min(change))
    }
}

impl Iterator for Gaps<'_> {
    type Item = Gap;

    fn next(&mut self) -> Option<Gap> {
        if self.at >= self.to {
            return None;
        }
        let end = match self.gap_end.take() {
            Some(end) => end,
            None => self.enter()?,
        };
        let from = self.at;
        let (reason, mut until) = self.reason(from);
        while until < end {
            let (next, further) = self.reason(until);
            // Two nights are two gaps with a day between; within one gap the same reason goes on over midnight.
            if next != reason || further <= until {
                break;
            }
            until = further;
        }
        let until = until.min(end);
        self.at = until;
        self.gap_end = (until < end).then_some(end);
        Some(Gap { from: Timestamp::from_second(from).ok()?, to: Timestamp::from_second(until).ok()?, reason })
    }
}
