//! What comes next in a plan. Pure: what became of the steps' records, and which conditions hold, is handed in.

use std::collections::HashMap;

use steward_calendar::WorkingTime;
use steward_model::moment::Moment;

use crate::graph;
use crate::outlook::{days_before, due};
use crate::progress::{Progress, State};
use crate::step::{IfFailed, Sort, Step};

/// What became of the record of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It was done, or agreed to.
    Done,
    /// It was skipped, with words about it.
    Skipped(String),
    /// It was not done, or refused, with words about it.
    Failed(String),
}

/// What a plan may look at.
#[derive(Debug)]
pub struct Facts<'a> {
    /// What became of the records of steps, by place.
    pub ended: &'a HashMap<usize, Ended>,
    /// Which conditions hold, by place; those that are not here do.
    pub holds: &'a HashMap<usize, bool>,
    /// Why conditions cannot be asked, by place: their steps fail rather than go either way.
    pub broken: &'a HashMap<usize, String>,
    /// Whether steps may begin; what goes on comes to its end all the same.
    pub may_begin: bool,
    /// The day that the plan works towards.
    pub goal: Option<jiff::civil::Date>,
    /// Working time.
    pub working: &'a WorkingTime,
    /// The present moment.
    pub now: Moment,
}

/// How a plan stands as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Steps go on, or wait.
    Running,
    /// A step failed and waits for somebody.
    Stuck,
    /// A step failed for which the plan is to be taken back.
    Fails,
    /// All is done.
    Done,
}

/// Takes a plan as far as it goes without anything being begun: steps whose records ended, conditions, waits that are
/// over. Those that begin now are [`State::Active`] from here on; their places are the answer, for whoever makes tasks of
/// them. To be called again when something came of them.
pub fn advance(steps: &[Step], progress: &mut [Progress], facts: &Facts<'_>) -> Vec<usize> {
    let before = graph::before(steps);
    let undoing = graph::undoing(steps);
    let mut begins = Vec::new();
    loop {
        let mut is_moved = false;
        for (place, step) in steps.iter().enumerate() {
            let moved = match progress[place].state {
                State::Active => end(step, place, &mut progress[place], facts),
                State::Waiting if facts.may_begin && !undoing.contains(&place) => {
                    let next = next(step, place, &before[place], progress, steps, facts);
                    match next {
                        Some(State::Active) => {
                            progress[place].state = State::Active;
                            progress[place].begun_at = Some(facts.now);
                            progress[place].due_at = due(step, facts.now, facts.goal, facts.working);
                            begins.push(place);
                            true
                        }
                        Some(state) => {
                            let note = match state {
                                State::Skipped => "its condition did not hold",
                                State::Failed => facts.broken.get(&place).map_or("", String::as_str),
                                _ => "",
                            };
                            progress[place].end(state, facts.now, note);
                            true
                        }
                        None => false,
                    }
                }
                _ => false,
            };
            is_moved |= moved;
        }
        if !is_moved {
            return begins.into_iter().filter(|place| progress[*place].state == State::Active).collect();
        }
    }
}

/// Ends a step that goes on, where it is over.
fn end(step: &Step, place: usize, progress: &mut Progress, facts: &Facts<'_>) -> bool {
    match facts.ended.get(&place) {
        Some(Ended::Done) => progress.end(State::Done, facts.now, ""),
        Some(Ended::Skipped(why)) => progress.end(State::Skipped, facts.now, why),
        Some(Ended::Failed(why)) => progress.end(State::Failed, facts.now, why),
        None if step.sort == Sort::Wait && !step.condition.is_empty() && facts.broken.contains_key(&place) => {
            progress.end(State::Failed, facts.now, &facts.broken[&place]);
        }
        None if step.sort == Sort::Wait && is_over(step, place, progress, facts) => {
            progress.end(State::Done, facts.now, "");
        }
        None => return false,
    }
    true
}

/// Whether a wait is over: its condition holds, or its time has come.
fn is_over(step: &Step, place: usize, progress: &Progress, facts: &Facts<'_>) -> bool {
    let holds = !step.condition.is_empty() && facts.holds.get(&place) == Some(&true);
    // A wait for a day that nobody named waits for nothing.
    let is_without_day = step.condition.is_empty() && progress.due_at.is_none();
    holds || is_without_day || progress.due_at.is_some_and(|until| until <= facts.now)
}

/// What becomes of a step that waits; `None` while what it comes after goes on.
fn next(
    step: &Step,
    place: usize,
    before: &[usize],
    progress: &[Progress],
    steps: &[Step],
    facts: &Facts<'_>,
) -> Option<State> {
    let passes = |one: &usize| match progress[*one].state {
        State::Done | State::Skipped | State::LeftOut => true,
        State::Failed => steps[*one].if_failed == IfFailed::GoOn,
        State::Waiting | State::Active | State::Cancelled | State::Undone => false,
    };
    if !before.iter().all(passes) {
        return None;
    }
    if !before.is_empty() && before.iter().all(|one| progress[*one].state == State::LeftOut) {
        return Some(State::LeftOut);
    }
    if !step.condition.is_empty() && facts.broken.contains_key(&place) {
        return Some(State::Failed);
    }
    let holds = step.condition.is_empty() || facts.holds.get(&place) != Some(&false);
    Some(match (step.sort, holds) {
        (Sort::Condition, true) => State::Done,
        (Sort::Condition, false) => State::LeftOut,
        (Sort::Wait, _) | (_, true) => State::Active,
        (_, false) => State::Skipped,
    })
}

/// How a plan stands.
pub fn standing(steps: &[Step], progress: &[Progress]) -> Standing {
    let undoing = graph::undoing(steps);
    let failed = |way: IfFailed| {
        steps.iter().zip(progress).any(|(step, one)| one.state == State::Failed && step.if_failed == way)
    };
    if failed(IfFailed::Undo) {
        return Standing::Fails;
    }
    if failed(IfFailed::Stop) {
        return Standing::Stuck;
    }
    let is_over = |place: usize| match progress[place].state {
        State::Waiting => undoing.contains(&place),
        State::Active => false,
        _ => true,
    };
    if (0..steps.len()).all(is_over) { Standing::Done } else { Standing::Running }
}

/// Ends a plan before its time: what was done by now counts as done, so that it is taken back; what has not begun is cancelled, what goes on as well, and steps that take back what was
/// done begin. The places of steps whose records are to be ended, and of those that begin.
pub fn cancel(steps: &[Step], progress: &mut [Progress], facts: &Facts<'_>) -> (Vec<usize>, Vec<usize>) {
    let places = graph::places(steps);
    let undoing = graph::undoing(steps);
    let now = facts.now;
    let mut ending = Vec::new();
    for (place, one) in progress.iter_mut().enumerate() {
        if one.state == State::Active && !undoing.contains(&place) {
            end(&steps[place], place, one, facts);
        }
        if undoing.contains(&place) || !one.state.is_open() {
            continue;
        }
        if one.state == State::Active {
            ending.push(place);
        }
        let note = one.note.clone();
        one.end(State::Cancelled, now, &note);
    }
    let mut begins = Vec::new();
    for place in 0..steps.len() {
        let Some(undo) = places.get(steps[place].undone_by.as_str()).copied() else { continue };
        if progress[place].state == State::Done && progress[undo].state == State::Waiting {
            progress[undo].state = State::Active;
            progress[undo].begun_at = Some(now);
            begins.push(undo);
        }
    }
    (ending, begins)
}

/// Ends the steps that take back, as their records end; whether all is taken back.
pub fn take_back(steps: &[Step], progress: &mut [Progress], facts: &Facts<'_>) -> bool {
    let places = graph::places(steps);
    let undoing = graph::undoing(steps);
    for place in &undoing {
        if progress[*place].state == State::Active {
            end(&steps[*place], *place, &mut progress[*place], facts);
        }
    }
    for place in 0..steps.len() {
        let undo = places.get(steps[place].undone_by.as_str()).copied();
        if progress[place].state == State::Done && undo.is_some_and(|undo| progress[undo].state == State::Done) {
            progress[place].state = State::Undone;
        }
    }
    undoing.iter().all(|place| !matches!(progress[*place].state, State::Active | State::Failed))
}

/// The next moment at which time alone takes a plan further; `None` when none does.
pub fn wakes_at(steps: &[Step], progress: &[Progress]) -> Option<Moment> {
    let waits = steps.iter().zip(progress).filter(|(step, one)| step.sort == Sort::Wait && one.state == State::Active);
    waits.filter_map(|(_, one)| one.due_at).min()
}

/// The moment until which a step with a day waits, or by which it is due.
pub fn day_of(step: &Step, facts: &Facts<'_>) -> Option<Moment> {
    days_before(step, facts.goal, facts.working)
}
