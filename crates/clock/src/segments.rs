//! A clock's life as spans: what a picture shows.

use serde::Serialize;
use steward_model::moment::Moment;

use crate::clock::{Clock, State, What};

/// A span in which a clock was in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// From when.
    pub from: Moment,
    /// Until when.
    pub to: Moment,
    /// How it stood.
    pub state: State,
    /// Whether the promise was broken by then.
    pub is_breached: bool,
}

impl Clock {
    /// The spans of its life up to `now`, in order and without gaps between states that count or stand still.
    pub fn segments(&self, now: Moment) -> Vec<Segment> {
        let mut segments: Vec<Segment> = Vec::new();
        let mut open: Option<(Moment, State)> = None;
        let mut is_breached = false;
        let mut close = |open: &mut Option<(Moment, State)>, at: Moment, is_breached: bool| {
            if let Some((from, state)) = open.take_if(|(from, _)| *from < at) {
                segments.push(Segment { from, to: at, state, is_breached });
            }
        };
        for mark in &self.marks {
            let next = match &mark.what {
                What::Started { .. } | What::Resumed | What::PauseLimit | What::Returned | What::Restarted { .. } => {
                    Some(State::Running)
                }
                What::Reset => {
                    is_breached = false;
                    Some(State::Running)
                }
                What::Paused => Some(State::Paused),
                What::HandedOver => Some(State::Handed),
                What::Stopped | What::Cancelled | What::Unpromised => None,
                What::Switched { .. } | What::Revalued { .. } | What::CalendarChanged { .. } => continue,
                What::Breached => {
                    let state = open.map(|(_, state)| state);
                    close(&mut open, mark.at, is_breached);
                    is_breached = true;
                    open = state.map(|state| (mark.at, state));
                    continue;
                }
            };
            close(&mut open, mark.at, is_breached);
            open = next.map(|state| (mark.at, state));
        }
        if self.state.is_over() {
            open = None;
        }
        if let (Some((from, State::Running)), Some(due), false) = (open, self.due_at, is_breached)
            && due < now
            && from < due
        {
            close(&mut open, due, false);
            open = Some((due, State::Running));
            is_breached = true;
        }
        close(&mut open, now, is_breached);
        segments
    }
}
