//! What a clock is, and what it says at a moment.

use serde::{Deserialize, Serialize};
use steward_model::event::{Cause, Door};
use steward_model::id::{RecordId, Revision};
use steward_model::moment::Moment;

use crate::definition::{Metric, Sort};

/// Marks kept of one clock; the oldest are given up beyond that, except the first.
pub const MOST_MARKS: usize = 400;

/// One service-level target as it runs on a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// What it is the clock of on its record, whichever target fills the place: `sla/resolution`, `ola/17/response`.
    pub slot: String,
    /// Sort of its agreement.
    pub sort: Sort,
    /// What it measures.
    pub metric: Metric,
    /// The agreement in force.
    pub agreement: RecordId,
    /// The target in force.
    pub target: RecordId,
    /// The calendar whose working time counts; every second when `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<RecordId>,
    /// Where it stands.
    pub state: State,
    /// What is promised, in seconds of working time.
    pub value: i64,
    /// When it began.
    pub started_at: Moment,
    /// Since when `state` holds and nothing that counts has changed.
    pub since: Moment,
    /// Seconds of working time used before `since`.
    pub elapsed: i64,
    /// Seconds that passed while it ran before `since`, whatever the calendar says.
    pub elapsed_wall: i64,
    /// Seconds paused before `since`.
    pub paused: i64,
    /// Seconds before `since` during which another team or supplier had the record.
    #[serde(default)]
    pub handed: i64,
    /// When the promise is broken if nothing changes; `None` while it stands still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Moment>,
    /// When a pause ends by itself, its limit being reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumes_at: Option<Moment>,
    /// When the promise in force was broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breached_at: Option<Moment>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Moment>,
    /// How often it began anew.
    #[serde(default)]
    pub round: u32,
    /// Steps whose moment has come, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reached: Vec<Reached>,
    /// Rounds that ended within what was promised before this one.
    #[serde(default)]
    pub kept: u32,
    /// Rounds that broke the promise before this one.
    #[serde(default)]
    pub missed: u32,
    /// Whether the reset condition held at the last event, so that only its becoming true resets.
    #[serde(default)]
    pub reset_held: bool,
    /// Seconds of working time used at the last mark.
    #[serde(default)]
    pub marked_elapsed: i64,
    /// Seconds paused at the last mark.
    #[serde(default)]
    pub marked_paused: i64,
    /// What happened to it, in order.
    pub marks: Vec<Mark>,
}

/// Where a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It counts.
    Running,
    /// It stands still by the pause condition.
    Paused,
    /// It stands still because another team or supplier has the record.
    Handed,
    /// It ended within what was promised.
    Achieved,
    /// It ended too late.
    Breached,
    /// It ended because nothing is promised any more.
    Cancelled,
}

impl State {
    /// The word on the wire and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Handed => "handed",
            Self::Achieved => "achieved",
            Self::Breached => "breached",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the clock has ended.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Achieved | Self::Breached | Self::Cancelled)
    }
}

/// A step of escalation whose moment has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// Key of the step.
    pub step: String,
    /// When.
    pub at: Moment,
}

/// Something that happened to a clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// When, in whole seconds.
    pub at: Moment,
    /// What.
    pub what: What,
    /// The entry of the record's journal that brought it about; 0 when time alone did.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub seq: Revision,
    /// Who did that.
    pub actor: RecordId,
    /// The way it came in; `None` when time alone brought it about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door: Option<Door>,
    /// What led to that entry, when it was not a person's own act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Seconds of working time used since the mark before.
    pub worked: i64,
    /// Seconds paused since the mark before.
    pub paused: i64,
    /// When it is due after this; `None` when it stands still or has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Moment>,
}

fn is_zero(seq: &Revision) -> bool {
    *seq == 0
}

/// What can happen to a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum What {
    /// It began to count, for so many seconds.
    Started {
        /// What is promised.
        value: i64,
        /// It counts from before the target applied.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        retroactive: bool,
    },
    /// The pause condition holds.
    Paused,
    /// The pause condition holds no more.
    Resumed,
    /// It was paused as long as it may be, and counts again.
    PauseLimit,
    /// Another team or supplier has the record.
    HandedOver,
    /// The team or supplier has it again.
    Returned,
    /// It went from one target to another; what was used so far stays used.
    Switched {
        /// The target before.
        from: RecordId,
        /// The target after.
        to: RecordId,
        /// What is promised now.
        value: i64,
        /// The time so far was counted anew by the new target.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        recounted: bool,
    },
    /// Another value applies, of the same target.
    Revalued {
        /// Before.
        from: i64,
        /// After.
        to: i64,
    },
    /// Another calendar counts from here on.
    CalendarChanged {
        /// Before.
        from: Option<RecordId>,
        /// After.
        to: Option<RecordId>,
    },
    /// It begins anew at nothing.
    Reset,
    /// It had ended and counts again: the record was reopened.
    Restarted {
        /// At nothing, instead of where it had ended.
        anew: bool,
    },
    /// The promise was broken.
    Breached,
    /// It ended by the stop condition.
    Stopped,
    /// It ended because the cancel condition holds.
    Cancelled,
    /// It ended because no agreement applies any more.
    Unpromised,
}

/// A clock as it stands at a moment, from which nothing else must be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Seconds of working time used.
    pub elapsed: i64,
    /// Seconds that passed while it ran.
    pub elapsed_wall: i64,
    /// Seconds paused.
    pub paused: i64,
    /// Seconds of working time left; negative beyond the promise.
    pub remaining: i64,
    /// Whether the promise is broken.
    pub is_breached: bool,
    /// Whether it counts at this moment as far as conditions go.
    pub is_running: bool,
}

impl Clock {
    /// How it stands at `now`, which must not lie before its last event; `between` counts its working time.
    pub fn standing(&self, now: Moment, between: impl Fn(Moment, Moment) -> i64) -> Standing {
        let mut standing = Standing {
            elapsed: self.elapsed,
            elapsed_wall: self.elapsed_wall,
            paused: self.paused,
            remaining: 0,
            is_breached: self.is_breached(now),
            is_running: self.state == State::Running,
        };
        let now = now.max(self.since);
        let run_from = match (self.state, self.resumes_at) {
            (State::Running, _) => Some(self.since),
            (State::Paused, Some(resumes)) if resumes <= now => Some(resumes),
            _ => None,
        };
        match run_from {
            Some(from) => {
                standing.elapsed += between(from, now);
                standing.elapsed_wall += now.seconds_since(from);
                standing.paused += from.seconds_since(self.since);
                standing.is_running = true;
            }
            None if self.state == State::Paused => standing.paused += now.seconds_since(self.since),
            None => {}
        }
        standing.remaining = self.value - standing.elapsed;
        standing
    }

    /// Whether the promise is broken at `now`.
    pub fn is_breached(&self, now: Moment) -> bool {
        match self.state {
            State::Breached => true,
            State::Achieved | State::Cancelled => false,
            State::Running | State::Paused | State::Handed => {
                self.breached_at.is_some_and(|at| at <= now) || self.due_at.is_some_and(|due| due < now)
            }
        }
    }

    /// The moment at which it is or will be broken, as far as is known: what lists of breached records ask for.
    pub fn breach_at(&self) -> Option<Moment> {
        match self.state {
            State::Achieved | State::Cancelled => None,
            _ => self.breached_at.or(self.due_at),
        }
    }

    /// The moment up to which something must be done, while the promise is not broken yet or still open.
    pub fn next_due(&self) -> Option<Moment> {
        if self.state.is_over() { None } else { self.due_at }
    }
}
