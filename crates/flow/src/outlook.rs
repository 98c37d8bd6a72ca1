//! When a plan will be done, and the steps that this hangs on.

use std::collections::HashMap;

use jiff::Span;
use jiff::civil::Date;
use steward_calendar::WorkingTime;
use steward_model::moment::Moment;

use crate::advance::Facts;
use crate::graph;
use crate::progress::{Progress, State};
use crate::step::{Sort, Step};

/// Days looked at for open ones before a goal.
const LOOKED_AT: i64 = 800;

/// What is to be expected of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outlook {
    /// When each step is or was over; `None` for those that will not be done.
    pub ends: Vec<Option<Moment>>,
    /// When the last one is over.
    pub end: Option<Moment>,
    /// Whether a delay of the step delays the end.
    pub critical: Vec<bool>,
}

/// The end of the working day so many working days before a goal, of a step that names them.
pub fn days_before(step: &Step, goal: Option<Date>, working: &WorkingTime) -> Option<Moment> {
    let (days, goal) = (step.days_before?, goal?);
    let is_open = |day: &Date| !working.day(*day).open.is_empty();
    let earlier = (1..LOOKED_AT).filter_map(|back| goal.checked_sub(Span::new().days(back)).ok()).filter(is_open);
    let day = match usize::try_from(days) {
        Ok(0) | Err(_) => Some(goal),
        Ok(days) => earlier.into_iter().nth(days - 1),
    }?;
    let last = working.day(day).open.last().map_or(24 * 60, |(_, to)| to.since_midnight());
    let midnight = working.time_zone().to_timestamp(day.at(0, 0, 0, 0)).ok()?;
    Some(Moment::from(midnight).plus_seconds(i64::from(last) * 60))
}

/// When a step that begins at a moment is due, or until when it waits.
pub(crate) fn due(step: &Step, begins: Moment, goal: Option<Date>, working: &WorkingTime) -> Option<Moment> {
    let by_day = days_before(step, goal, working);
    by_day.or_else(|| step.lead.map(|lead| later(begins, lead, working)))
}

fn later(from: Moment, lead: i64, working: &WorkingTime) -> Moment {
    working.add(from.timestamp(), lead).map_or_else(|_| from.plus_seconds(lead), Moment::from)
}

/// Looks ahead from where a plan stands.
pub fn outlook(steps: &[Step], progress: &[Progress], facts: &Facts<'_>) -> Outlook {
    let before = graph::before(steps);
    let undoing = graph::undoing(steps);
    let mut ends: Vec<Option<Moment>> = vec![None; steps.len()];
    for place in graph::order(steps).unwrap_or_default() {
        let (step, one) = (&steps[place], &progress[place]);
        if undoing.contains(&place) {
            continue;
        }
        let latest = before[place].iter().filter_map(|one| ends[*one]).max();
        let is_dead = !before[place].is_empty() && latest.is_none();
        ends[place] = match one.state {
            State::Done | State::Skipped => one.ended_at,
            State::LeftOut | State::Cancelled | State::Undone => None,
            State::Active | State::Failed => {
                let usual = one.begun_at.unwrap_or(facts.now);
                Some(one.due_at.unwrap_or_else(|| over(step, usual, facts)).max(facts.now))
            }
            State::Waiting if is_dead || fails(step, place, facts.holds) => None,
            State::Waiting => Some(over(step, latest.unwrap_or(facts.now).max(facts.now), facts)),
        };
        // What is not needed takes no time, but what comes after it still comes after what was before.
        let is_passed = step.sort != Sort::Condition && one.state == State::Waiting && !is_dead;
        if ends[place].is_none() && is_passed {
            ends[place] = Some(latest.unwrap_or(facts.now));
        }
    }
    let end = ends.iter().flatten().max().copied();
    Outlook { critical: critical(&before, &ends, end), ends, end }
}

/// Whether the condition of a step will not hold, as things are.
fn fails(step: &Step, place: usize, holds: &HashMap<usize, bool>) -> bool {
    step.sort != Sort::Wait && !step.condition.is_empty() && holds.get(&place) == Some(&false)
}

/// When a step that begins at a moment will be over.
fn over(step: &Step, begins: Moment, facts: &Facts<'_>) -> Moment {
    match due(step, begins, facts.goal, facts.working) {
        Some(due) => due.max(begins),
        None => begins,
    }
}

/// The way back from the step that is over last, along those that each waits for longest.
fn critical(before: &[Vec<usize>], ends: &[Option<Moment>], end: Option<Moment>) -> Vec<bool> {
    let mut critical = vec![false; ends.len()];
    let mut at = (0..ends.len()).rev().find(|place| end.is_some() && ends[*place] == end);
    while let Some(place) = at {
        critical[place] = true;
        let latest = before[place].iter().filter(|one| ends[**one].is_some()).max_by_key(|one| ends[**one]);
        at = latest.copied().filter(|one| !critical[*one]);
    }
    critical
}
