//! Steps of escalation: when each of them comes.

use steward_model::moment::Moment;

use crate::clock::{Clock, State};
use crate::definition::{Step, When};
use crate::hours::Hours;

/// When a step comes if nothing changes, for a clock that counts; `None` for one that stands still or has ended.
pub fn moment_of(step: &Step, clock: &Clock, hours: &dyn Hours) -> Option<Moment> {
    let (from, due) = match (clock.state, clock.resumes_at) {
        (State::Running, _) => (clock.since, clock.due_at?),
        (State::Paused, Some(resumes)) => (resumes, clock.due_at?),
        _ => return None,
    };
    let at = match step.when {
        When::Percent(percent) => {
            let mark = i64::try_from(i128::from(clock.value) * i128::from(percent) / 100).unwrap_or(i64::MAX);
            match mark - clock.elapsed {
                left if left > 0 => hours.add(from, left)?,
                // What was used before is enough: a promise became shorter.
                _ => from,
            }
        }
        When::FromDue(seconds) => due.plus_seconds(seconds),
    };
    Some(at.max(from))
}

/// The next step that was not taken yet, and when it comes. `is_done` knows which were.
pub fn next<'s>(
    steps: &'s [Step],
    clock: &Clock,
    hours: &dyn Hours,
    is_done: impl Fn(&str) -> bool,
) -> Option<(&'s Step, Moment)> {
    let reached = |step: &Step| clock.reached.iter().find(|reached| reached.step == step.key).map(|reached| reached.at);
    steps
        .iter()
        .filter(|step| !is_done(&step.key))
        // One that was reached is due since then, though the clock may stand still by now.
        .filter_map(|step| Some((step, reached(step).or_else(|| moment_of(step, clock, hours))?)))
        .filter(|_| !clock.state.is_over())
        .min_by_key(|(step, at)| (*at, step.order))
}
