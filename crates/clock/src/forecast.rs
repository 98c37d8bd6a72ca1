//! When something like this is done: how long such records took, told as a range that holds as often as it says.
//!
//! The estimate is the product limit of Kaplan and Meier over what happened within the last [`WINDOW_DAYS`] days. A record
//! that is still open counts as not yet done at its age, so work that waits now makes the forecast later, and a short
//! history does not make it too early; one that was withdrawn counts until then. A record that has been open for some
//! time is compared with those alone that took at least as long.

use std::collections::HashMap;

use steward_model::id::RecordId;
use steward_model::moment::Moment;

use crate::hours::Hours;

/// Days of which what happened counts.
pub const WINDOW_DAYS: i64 = 90;
/// How many in a hundred come within the range.
pub const SHARE_PERCENT: u32 = 80;
/// Records that must have been done for a forecast to rest on them.
pub const FEWEST: usize = 30;
/// Records that were done and are looked at on one basis, the latest.
const MOST: usize = 2_000;
/// Age in seconds from which on a record is told of as one that waits.
const WAITING: i64 = 3_600;
/// Share left out at each end for a record that was just opened: what it is like is known, and the estimate holds.
const TAIL: f64 = 0.10;
/// The same for one that waits: that others took as long says less of it, and a range with the usual ends would hold for
/// 74 of 100 (`steward report forecast` tells).
const TAIL_WAITING: f64 = 0.07;

/// What makes records alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Like {
    /// The catalogue item or service offering.
    pub offering: Option<RecordId>,
    /// The service.
    pub service: Option<RecordId>,
    /// The team that has it, or had it in the end.
    pub team: Option<RecordId>,
    /// The priority, by its key.
    pub priority: Option<String>,
}

/// A record of the past or present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// When it was opened.
    pub opened: Moment,
    /// When it was done or withdrawn; `None` while it is open.
    pub left: Option<Moment>,
    /// Whether it was done, and not withdrawn.
    pub is_done: bool,
    /// What it is like.
    pub like: Like,
}

/// In what records are alike, the most particular first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// Offering, team and priority.
    OfferingTeamPriority,
    /// Service, team and priority.
    ServiceTeamPriority,
    /// Team and priority.
    TeamPriority,
    /// Service and priority.
    ServicePriority,
    /// Priority.
    Priority,
    /// Nothing but the kind.
    Kind,
}

impl Basis {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Self; 6] = [
        Self::OfferingTeamPriority,
        Self::ServiceTeamPriority,
        Self::TeamPriority,
        Self::ServicePriority,
        Self::Priority,
        Self::Kind,
    ];

    /// What must be the same, by the names of fields.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Self::OfferingTeamPriority => &["offering", "team", "priority"],
            Self::ServiceTeamPriority => &["service", "team", "priority"],
            Self::TeamPriority => &["team", "priority"],
            Self::ServicePriority => &["service", "priority"],
            Self::Priority => &["priority"],
            Self::Kind => &[],
        }
    }

    /// What a record has of it; `None` where it lacks something of it.
    fn key(self, like: &Like) -> Option<(Self, Like)> {
        let mut key = Like::default();
        for field in self.fields() {
            match *field {
                "offering" => key.offering = Some(like.offering?),
                "service" => key.service = Some(like.service?),
                "team" => key.team = Some(like.team?),
                _ => key.priority = Some(like.priority.clone()?),
            }
        }
        Some((self, key))
    }
}

/// When a record is done, as most records like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    /// Not before this.
    pub from: Moment,
    /// As many before as after it.
    pub middle: Moment,
    /// Not after this.
    pub until: Moment,
    /// In what the records are alike that it rests on.
    pub basis: Basis,
    /// How many of these were done.
    pub done: usize,
    /// How many of these are open.
    pub open: usize,
}

/// Records that forecasts rest on, found by what they are like.
#[derive(Debug, Default)]
pub struct Experience {
    seen: Vec<Seen>,
    /// Places in `seen`, by when they were opened.
    by_likeness: HashMap<(Basis, Like), Vec<usize>>,
}

impl Experience {
    /// Sorts records by what they are like.
    pub fn new(mut seen: Vec<Seen>) -> Self {
        seen.sort_by_key(|one| one.opened);
        let mut by_likeness: HashMap<(Basis, Like), Vec<usize>> = HashMap::new();
        for (place, one) in seen.iter().enumerate() {
            for key in Basis::ALL.iter().filter_map(|basis| basis.key(&one.like)) {
                by_likeness.entry(key).or_default().push(place);
            }
        }
        Self { seen, by_likeness }
    }

    /// When a record is done that was opened at `opened` and is still open at `now`, from what was known then: what
    /// happened later is not looked at. Lengths are counted in `hours`. `None` where too little is known.
    pub fn forecast(&self, like: &Like, opened: Moment, now: Moment, hours: &dyn Hours) -> Option<Forecast> {
        Basis::ALL.iter().find_map(|basis| self.on(*basis, like, opened, now, hours))
    }

    fn on(&self, basis: Basis, like: &Like, opened: Moment, now: Moment, hours: &dyn Hours) -> Option<Forecast> {
        let mut since = now.plus_seconds(-WINDOW_DAYS * 86_400);
        let places = self.by_likeness.get(&basis.key(like)?)?;
        let known = places.partition_point(|place| self.seen.get(*place).is_some_and(|one| one.opened < now));
        if known < FEWEST {
            return None;
        }
        let left = |one: &Seen| one.left.filter(|left| *left < now);
        let within = places.iter().take(known).filter_map(|place| self.seen.get(*place));
        let mut alike: Vec<&Seen> = within.filter(|one| left(one).is_none_or(|left| left >= since)).collect();
        let mut ends: Vec<Moment> = alike.iter().filter_map(|one| left(one)).collect();
        if ends.len() > MOST {
            // Fewer days, so that those that ended and those that did not are of the same time.
            let place = ends.len() - MOST;
            since = *ends.select_nth_unstable(place).1;
            alike.retain(|one| left(one).is_none_or(|left| left >= since));
        }
        let age = hours.between(opened, now);
        let mut spans = Vec::with_capacity(alike.len());
        for one in &alike {
            let end = left(one);
            let to = hours.between(one.opened, end.unwrap_or(now));
            let from = if one.opened < since { hours.between(one.opened, since) } else { 0 };
            if (age > 0 && to <= age) || (from > 0 && to <= from) {
                continue;
            }
            spans.push(Observed { from: from.max(age), to, is_done: end.is_some() && one.is_done });
        }
        let done = spans.iter().filter(|span| span.is_done).count();
        if done < FEWEST {
            return None;
        }
        let tail = if now.seconds_since(opened) < WAITING { TAIL } else { TAIL_WAITING };
        let [from, middle, until] = ages_at(&mut spans, [tail, 0.5, 1.0 - tail])?;
        let at = |age: i64| hours.add(opened, age).map(|at| at.max(now));
        let open = alike.iter().filter(|one| left(one).is_none()).count();
        Some(Forecast { from: at(from)?, middle: at(middle)?, until: at(until)?, basis, done, open })
    }
}

/// A record from the age at which it is looked at to the one at which it was done or last seen open.
#[derive(Debug, Clone, Copy)]
struct Observed {
    from: i64,
    to: i64,
    is_done: bool,
}

/// The ages by which these shares are done, ascending; `None` when so many are not seen to be done at any age.
fn ages_at<const N: usize>(spans: &mut [Observed], shares: [f64; N]) -> Option<[i64; N]> {
    let mut entering: Vec<i64> = spans.iter().map(|span| span.from).collect();
    entering.sort_unstable();
    spans.sort_unstable_by_key(|span| span.to);
    let (mut entered, mut gone, mut open) = (0_usize, 0_usize, 1.0_f64);
    let mut found = [0; N];
    let mut next = 0;
    let mut rest: &[Observed] = spans;
    while let Some(first) = rest.first() {
        let same = rest.partition_point(|span| span.to <= first.to);
        let (now, later) = rest.split_at(same);
        // Who is looked at from this very age on was not at risk before it, unless that is how it began.
        while entering.get(entered).is_some_and(|from| *from < first.to || *from == 0) {
            entered += 1;
        }
        let at_risk = entered.saturating_sub(gone).max(same);
        let done = now.iter().filter(|span| span.is_done).count();
        open *= 1.0 - done as f64 / at_risk as f64;
        while let Some(share) = shares.get(next).filter(|share| open <= 1.0 - *share + 1e-9) {
            debug_assert!((0.0..=1.0).contains(share));
            if let Some(place) = found.get_mut(next) {
                *place = first.to;
            }
            next += 1;
        }
        if next == N {
            return Some(found);
        }
        gone += same;
        rest = later;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hours::AroundTheClock;

    const HOUR: i64 = 3_600;
    const DAY: i64 = 24 * HOUR;

    fn at(seconds: i64) -> Moment {
        Moment(1_700_000_000_000_000).plus_seconds(seconds)
    }

    fn like(team: i64, priority: &str) -> Like {
        Like { team: Some(RecordId(team)), priority: Some(priority.to_owned()), ..Like::default() }
    }

    /// Opened so many seconds before now, and done after so long.
    fn done(before: i64, took: i64, like: &Like) -> Seen {
        Seen { opened: at(-before), left: Some(at(took - before)), is_done: true, like: like.clone() }
    }

    fn spans(all: &[(i64, i64, bool)]) -> Vec<Observed> {
        all.iter().map(|(from, to, is_done)| Observed { from: *from, to: *to, is_done: *is_done }).collect()
    }

    #[test]
    fn without_open_ones_the_shares_are_those_that_were_seen() {
        let mut all = spans(&(1..=10).map(|hour| (0, hour, true)).collect::<Vec<_>>());
        assert_eq!(ages_at(&mut all, [0.1, 0.5, 0.9]), Some([1, 5, 9]));
    }

    #[test]
    fn who_is_still_open_makes_it_later() {
        // Freireich's remission of leukaemia under 6-mercaptopurine, of which the product limit is known: 0.807 at 7,
        // 0.448 at 23.
        let times = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|time| (0, time, true));
        let open = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|time| (0, time, false));
        let mut all = spans(&[times.as_slice(), open.as_slice()].concat());
        assert_eq!(ages_at(&mut all, [0.143, 0.19, 0.5]), Some([7, 7, 23]));
        assert_eq!(ages_at(&mut all, [0.6]), None, "so many were never seen to end");
    }

    #[test]
    fn who_is_looked_at_later_was_not_at_risk_before() {
        // One of two ends at 1; of the two that are looked at from 5 on and the other, one ends at 6.
        let mut all = spans(&[(0, 1, true), (0, 9, true), (5, 6, true), (5, 8, true)]);
        assert_eq!(ages_at(&mut all, [0.5, 0.6, 1.0]), Some([1, 6, 9]));
    }

    #[test]
    fn the_most_particular_basis_with_enough_records_counts() {
        let (own, other) = (like(1, "high"), like(2, "high"));
        let mut seen: Vec<Seen> = (0..40).map(|n| done(50 * DAY + n * HOUR, (n + 1) * HOUR, &other)).collect();
        seen.extend((0..10).map(|n| done(40 * DAY + n * HOUR, HOUR, &own)));
        let few = Experience::new(seen.clone()).forecast(&own, at(0), at(0), &AroundTheClock).unwrap();
        assert_eq!((few.basis, few.done), (Basis::Priority, 50));
        seen.extend((0..20).map(|n| done(30 * DAY + n * HOUR, HOUR, &own)));
        let enough = Experience::new(seen).forecast(&own, at(0), at(0), &AroundTheClock).unwrap();
        assert_eq!(
            (enough.basis, enough.done, enough.from, enough.until),
            (Basis::TeamPriority, 30, at(HOUR), at(HOUR))
        );
        assert_eq!(Experience::default().forecast(&own, at(0), at(0), &AroundTheClock), None);
    }

    #[test]
    fn work_that_waits_makes_it_later() {
        let like = like(1, "high");
        let mut seen: Vec<Seen> = (0..50).map(|n| done(20 * DAY, (n + 1) * HOUR, &like)).collect();
        let idle = Experience::new(seen.clone()).forecast(&like, at(0), at(0), &AroundTheClock).unwrap();
        seen.extend((0..20).map(|_| Seen { opened: at(-30 * HOUR), left: None, is_done: false, like: like.clone() }));
        let busy = Experience::new(seen).forecast(&like, at(0), at(0), &AroundTheClock).unwrap();
        assert!(busy.middle > idle.middle && busy.until >= idle.until, "{idle:?} {busy:?}");
        assert_eq!((idle.open, busy.open), (0, 20));
    }

    #[test]
    fn who_waited_long_is_compared_with_those_who_did() {
        let like = like(1, "high");
        let mut seen: Vec<Seen> = (0..60).map(|_| done(20 * DAY, HOUR, &like)).collect();
        seen.extend((0..40).map(|n| done(30 * DAY, 5 * DAY + n * HOUR, &like)));
        let experience = Experience::new(seen);
        let fresh = experience.forecast(&like, at(0), at(0), &AroundTheClock).unwrap();
        let waited = experience.forecast(&like, at(-2 * DAY), at(0), &AroundTheClock).unwrap();
        assert_eq!(fresh.from, at(HOUR));
        assert!(waited.from >= at(3 * DAY) && waited.done == 40, "{waited:?}");
        assert_eq!(experience.forecast(&like, at(-60 * DAY), at(0), &AroundTheClock), None, "nobody waited so long");
    }

    #[test]
    fn what_happened_later_or_long_ago_does_not_count() {
        let like = like(1, "high");
        let old: Vec<Seen> = (0..60).map(|_| done(200 * DAY, HOUR, &like)).collect();
        assert_eq!(Experience::new(old).forecast(&like, at(0), at(0), &AroundTheClock), None);
        let later: Vec<Seen> = (0..60).map(|_| done(-DAY, HOUR, &like)).collect();
        assert_eq!(Experience::new(later).forecast(&like, at(0), at(0), &AroundTheClock), None);
        // Those that end later are open at that time.
        let open: Vec<Seen> = (0..60).map(|_| done(DAY, 5 * DAY, &like)).collect();
        assert_eq!(Experience::new(open).forecast(&like, at(0), at(0), &AroundTheClock), None);
    }

    #[test]
    fn many_are_cut_to_the_latest() {
        let like = like(1, "high");
        let slow = (0..1_000).map(|n| done(80 * DAY - n, 10 * HOUR, &like));
        let fast = (0..3_000).map(|n| done(9 * DAY - n, HOUR, &like));
        let forecast =
            Experience::new(slow.chain(fast).collect()).forecast(&like, at(0), at(0), &AroundTheClock).unwrap();
        // The one that ended as the window begins is not in it.
        assert_eq!((forecast.done, forecast.until), (MOST - 1, at(HOUR)));
    }

    proptest! {
        #[test]
        fn ages_rise_with_shares_and_are_those_of_records(
            all in prop::collection::vec((0_i64..50, 1_i64..50, any::<bool>()), 1..60),
        ) {
            let mut all = spans(&all.iter().map(|(from, more, is_done)| (*from, from + more, *is_done)).collect::<Vec<_>>());
            if let Some([a, b, c]) = ages_at(&mut all, [0.1, 0.5, 0.9]) {
                prop_assert!(a <= b && b <= c);
                for age in [a, b, c] {
                    prop_assert!(all.iter().any(|span| span.is_done && span.to == age));
                }
            }
        }
    }
}
