//! Plans come to an end, in order, whatever their graph; and what is foreseen of them is right.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use steward_calendar::WorkingTime;
use steward_flow::advance::{Ended, Facts, Standing, advance, cancel, standing, take_back, wakes_at};
use steward_flow::graph;
use steward_flow::outlook::outlook;
use steward_flow::progress::{self, Progress, State};
use steward_flow::step::Step;
use steward_model::moment::Moment;

const HOUR: i64 = 3600;

fn at(hours: i64) -> Moment {
    Moment::parse("2026-03-02T00:00:00Z").unwrap().plus_seconds(hours * HOUR)
}

fn steps(rows: &Json) -> Vec<Step> {
    let steps = Step::read_all(Some(rows));
    assert_eq!(steps.len(), rows.as_array().unwrap().len());
    steps
}

/// A plan as its steps and how they stand.
struct Plan {
    steps: Vec<Step>,
    progress: Vec<Progress>,
    holds: HashMap<usize, bool>,
    broken: HashMap<usize, String>,
    may_begin: bool,
    goal: Option<jiff::civil::Date>,
}

impl Plan {
    fn new(rows: &Json) -> Self {
        let steps = steps(rows);
        let progress = progress::read(&steps, None);
        Self { steps, progress, holds: HashMap::new(), broken: HashMap::new(), may_begin: true, goal: None }
    }

    fn with<T>(
        &mut self,
        now: Moment,
        ended: &HashMap<usize, Ended>,
        run: impl Fn(&[Step], &mut [Progress], &Facts<'_>) -> T,
    ) -> T {
        let working = WorkingTime::around_the_clock();
        let facts = Facts {
            ended,
            holds: &self.holds,
            broken: &self.broken,
            may_begin: self.may_begin,
            goal: self.goal,
            working: &working,
            now,
        };
        run(&self.steps, &mut self.progress, &facts)
    }

    fn go(&mut self, now: Moment, ended: &[(&str, Ended)]) -> Vec<String> {
        let places = graph::places(&self.steps);
        let ended: HashMap<usize, Ended> = ended.iter().map(|(key, ended)| (places[key], ended.clone())).collect();
        let begun = self.with(now, &ended, advance);
        begun.into_iter().map(|place| self.steps[place].key.clone()).collect()
    }

    fn done(&mut self, now: Moment, key: &str) -> Vec<String> {
        self.go(now, &[(key, Ended::Done)])
    }

    fn state(&self, key: &str) -> State {
        self.progress[graph::places(&self.steps)[key]].state
    }

    fn standing(&self) -> Standing {
        standing(&self.steps, &self.progress)
    }
}

fn laptop() -> Plan {
    Plan::new(&json!([
        { "key": "order", "type": "task", "title": "Order", "lead": 8 * HOUR },
        { "key": "account", "type": "task", "title": "Account", "lead": HOUR },
        { "key": "install", "type": "task", "title": "Install", "after": "order, account", "lead": 2 * HOUR },
        { "key": "hand_over", "type": "task", "title": "Hand over", "after": "install", "lead": HOUR },
    ]))
}

#[test]
fn steps_side_by_side_begin_together_and_the_next_waits_for_both() {
    let mut plan = laptop();
    assert_eq!(plan.go(at(0), &[]), ["order", "account"]);
    assert_eq!(plan.progress[0].due_at, Some(at(8)));
    assert_eq!(plan.done(at(1), "order"), [""; 0]);
    assert_eq!(plan.done(at(3), "account"), ["install"]);
    assert_eq!(plan.done(at(4), "install"), ["hand_over"]);
    assert_eq!(plan.standing(), Standing::Running);
    assert_eq!(plan.done(at(5), "hand_over"), [""; 0]);
    assert_eq!(plan.standing(), Standing::Done);
}

#[test]
fn the_critical_path_gives_the_day_and_moves_with_what_is_late() {
    let mut plan = laptop();
    plan.go(at(0), &[]);
    let ahead = plan.with(at(0), &HashMap::new(), |steps, progress, facts| outlook(steps, progress, facts));
    assert_eq!((ahead.end, ahead.critical), (Some(at(11)), vec![true, false, true, true]));
    // What is a day late takes all after it along.
    plan.done(at(1), "order");
    let ahead = plan.with(at(24), &HashMap::new(), |steps, progress, facts| outlook(steps, progress, facts));
    assert_eq!((ahead.end, ahead.critical), (Some(at(27)), vec![false, true, true, true]));
}

#[test]
fn a_branch_is_left_out_with_all_that_only_it_leads_to() {
    let rows = json!([
        { "key": "is_dear", "type": "condition", "title": "Dear?", "condition": "price > 1000" },
        { "key": "is_cheap", "type": "condition", "title": "Cheap?", "condition": "price <= 1000" },
        { "key": "tender", "type": "task", "title": "Tender", "after": "is_dear", "lead": 100 * HOUR },
        { "key": "buy", "type": "task", "title": "Buy", "after": "is_cheap", "lead": HOUR },
        { "key": "pay", "type": "task", "title": "Pay", "after": "tender, buy", "lead": HOUR },
    ]);
    let mut plan = Plan::new(&rows);
    plan.holds = HashMap::from([(0, false), (1, true)]);
    let ahead = plan.with(at(0), &HashMap::new(), |steps, progress, facts| outlook(steps, progress, facts));
    assert_eq!(ahead.end, Some(at(2)), "a way that is not taken takes no time");
    assert_eq!(plan.go(at(0), &[]), ["buy"]);
    assert_eq!((plan.state("tender"), plan.state("pay")), (State::LeftOut, State::Waiting));
    assert_eq!(plan.done(at(1), "buy"), ["pay"]);
}

#[test]
fn a_step_that_is_not_needed_is_passed() {
    let mut plan = Plan::new(&json!([
        { "key": "dock", "type": "task", "title": "Dock", "condition": "false" },
        { "key": "hand_over", "type": "task", "title": "Hand over", "after": "dock" },
    ]));
    plan.holds.insert(0, false);
    assert_eq!(plan.go(at(0), &[]), ["hand_over"]);
    assert_eq!(plan.state("dock"), State::Skipped);
}

#[test]
fn failure_stops_goes_on_or_undoes() {
    for (way, standing, begun) in
        [("stop", Standing::Stuck, 0), ("go_on", Standing::Running, 1), ("undo", Standing::Fails, 0)]
    {
        let mut plan = Plan::new(&json!([
            { "key": "a", "type": "task", "title": "A", "if_failed": way },
            { "key": "b", "type": "task", "title": "B", "after": "a" },
        ]));
        plan.go(at(0), &[]);
        assert_eq!(plan.go(at(1), &[("a", Ended::Failed("no stock".to_owned()))]).len(), begun, "{way}");
        assert_eq!(plan.standing(), standing, "{way}");
        assert_eq!(plan.progress[0].note, "no stock");
    }
}

#[test]
fn waits_end_by_time_by_day_and_by_condition() {
    let mut plan = Plan::new(&json!([
        { "key": "pause", "type": "wait", "title": "Pause", "lead": 2 * HOUR },
        { "key": "day", "type": "wait", "title": "Two days before", "days_before": 2 },
        { "key": "stock", "type": "wait", "title": "Stock", "condition": "has(delivered_items)" },
        { "key": "go", "type": "task", "title": "Go", "after": "pause, day, stock" },
    ]));
    plan.goal = Some(jiff::civil::date(2026, 3, 5));
    plan.holds.insert(2, false);
    plan.go(at(0), &[]);
    assert_eq!(wakes_at(&plan.steps, &plan.progress), Some(at(2)));
    plan.go(at(2), &[]);
    assert_eq!((plan.state("pause"), plan.state("day")), (State::Done, State::Active));
    // The day before the day before the goal is over.
    assert_eq!(wakes_at(&plan.steps, &plan.progress), Some(at(48)));
    plan.go(at(48), &[]);
    assert_eq!((plan.state("day"), plan.state("stock")), (State::Done, State::Active));
    plan.holds.insert(2, true);
    assert_eq!(plan.go(at(49), &[]), ["go"]);
}

#[test]
fn what_was_done_is_taken_back_and_nothing_else() {
    let mut plan = Plan::new(&json!([
        { "key": "order", "type": "task", "title": "Order", "undone_by": "send_back" },
        { "key": "account", "type": "task", "title": "Account", "undone_by": "close_account" },
        { "key": "hand_over", "type": "task", "title": "Hand over", "after": "order, account" },
        { "key": "send_back", "type": "task", "title": "Send back" },
        { "key": "close_account", "type": "task", "title": "Close account" },
    ]));
    assert_eq!(plan.go(at(0), &[]), ["order", "account"]);
    plan.done(at(1), "order");
    let (ending, begins) = plan.with(at(2), &HashMap::new(), cancel);
    assert_eq!((ending, begins), (vec![1], vec![3]));
    assert_eq!((plan.state("account"), plan.state("hand_over")), (State::Cancelled, State::Cancelled));
    assert!(!plan.with(at(2), &HashMap::new(), take_back));
    let back = HashMap::from([(3, Ended::Done)]);
    assert!(plan.with(at(3), &back, take_back));
    assert_eq!((plan.state("order"), plan.state("close_account")), (State::Undone, State::Waiting));
}

#[test]
fn progress_is_read_as_it_was_written() {
    let mut plan = laptop();
    plan.go(at(0), &[]);
    plan.go(at(1), &[("order", Ended::Skipped("there is one".to_owned()))]);
    assert_eq!(progress::read(&plan.steps, Some(&progress::table(&plan.progress))), plan.progress);
}

#[test]
fn circles_are_found_and_columns_are_the_longest_way() {
    let circle = steps(&json!([
        { "key": "a", "type": "task", "title": "A" },
        { "key": "b", "type": "task", "title": "B", "after": "a, d" },
        { "key": "c", "type": "task", "title": "C", "after": "b" },
        { "key": "d", "type": "task", "title": "D", "after": "c" },
    ]));
    let mut found = graph::order(&circle).unwrap_err();
    found.sort_unstable();
    assert_eq!(found, [1, 2, 3]);
    assert_eq!(graph::layers(&laptop().steps), [0, 0, 1, 2]);
}

/// Any graph without circles: each step comes after some of those before it in a hidden order.
fn any_graph() -> impl Strategy<Value = (Vec<Step>, HashMap<usize, bool>)> {
    let row = (prop::collection::vec(any::<prop::sample::Index>(), 0..4), 0..5_usize, any::<bool>(), 0..4_i64);
    prop::collection::vec(row, 1..14).prop_shuffle().prop_map(|rows| {
        let mut steps = Vec::new();
        let mut holds = HashMap::new();
        for (place, (after, sort, is_held, lead)) in rows.into_iter().enumerate() {
            let after: Vec<String> = match place {
                0 => Vec::new(),
                _ => after.iter().map(|index| format!("s{}", index.index(place))).collect(),
            };
            let sort = ["task", "wait", "condition", "notify", "approval"][sort];
            let condition = if sort == "condition" || sort == "task" { "x" } else { "" };
            if !condition.is_empty() {
                holds.insert(place, is_held);
            }
            let row = json!({
                "key": format!("s{place}"), "type": sort, "title": "S", "after": after.join(","),
                "condition": condition, "lead": (lead + 1) * HOUR,
            });
            steps.extend(Step::read(&row));
        }
        (steps, holds)
    })
}

proptest! {
    /// Whatever the graph and whichever step ends first: it comes to an end, and nothing begins before those it comes after.
    #[test]
    fn every_plan_ends_and_keeps_its_order((steps, holds) in any_graph(), turns in prop::collection::vec(any::<prop::sample::Index>(), 64)) {
        let progress = progress::read(&steps, None);
        let mut plan = Plan { steps, progress, holds, broken: HashMap::new(), may_begin: true, goal: None };
        let before = graph::before(&plan.steps);
        let mut now = at(0);
        for turn in turns {
            let open: Vec<usize> = (0..plan.steps.len()).filter(|place| plan.progress[*place].state == State::Active).collect();
            let ended = match open.is_empty() {
                true => HashMap::new(),
                false => HashMap::from([(open[turn.index(open.len())], Ended::Done)]),
            };
            let begun = plan.with(now, &ended, advance);
            for place in begun {
                for one in &before[place] {
                    prop_assert!(!plan.progress[*one].state.is_open(), "{place} began before {one} ended");
                }
            }
            let ahead = plan.with(now, &HashMap::new(), |steps, progress, facts| outlook(steps, progress, facts));
            prop_assert_eq!(ahead.end, ahead.ends.iter().flatten().max().copied());
            now = now.plus_seconds(HOUR);
        }
        prop_assert_eq!(plan.standing(), Standing::Done);
    }
}

#[test]
fn a_condition_that_cannot_be_asked_fails_its_step() {
    let mut plan = Plan::new(&json!([
        { "key": "is_dear", "type": "condition", "title": "Dear?", "condition": "gone" },
        { "key": "until", "type": "wait", "title": "Until", "condition": "gone" },
        { "key": "dear", "type": "task", "title": "Dear", "after": "is_dear" },
        { "key": "then", "type": "task", "title": "Then", "after": "until" },
    ]));
    plan.broken = HashMap::from([(0, "no such field".to_owned())]);
    assert_eq!(plan.go(at(0), &[]), ["until"]);
    assert_eq!((plan.state("is_dear"), plan.progress[0].note.as_str()), (State::Failed, "no such field"));
    // What breaks while it is waited for does not wait for ever.
    plan.broken.insert(1, "no such field".to_owned());
    assert!(plan.go(at(1), &[]).is_empty());
    assert_eq!((plan.state("until"), plan.state("then")), (State::Failed, State::Waiting));
    assert_eq!(plan.standing(), Standing::Stuck);
}

#[test]
fn what_was_done_as_the_plan_is_given_up_is_taken_back() {
    let mut plan = Plan::new(&json!([
        { "key": "order", "type": "task", "title": "Order", "undone_by": "send_back" },
        { "key": "send_back", "type": "task", "title": "Send back" },
    ]));
    assert_eq!(plan.go(at(0), &[]), ["order"]);
    let (ending, begins) = plan.with(at(1), &HashMap::from([(0, Ended::Done)]), cancel);
    assert_eq!((ending, begins), (Vec::new(), vec![1]));
    assert_eq!(plan.state("order"), State::Done);
}

#[test]
fn nothing_begins_while_a_plan_is_held_up() {
    let mut plan = Plan::new(&json!([
        { "key": "order", "type": "task", "title": "Order" },
        { "key": "install", "type": "task", "title": "Install", "after": "order" },
    ]));
    assert_eq!(plan.go(at(0), &[]), ["order"]);
    plan.may_begin = false;
    assert!(plan.done(at(1), "order").is_empty());
    assert_eq!((plan.state("order"), plan.state("install")), (State::Done, State::Waiting));
    plan.may_begin = true;
    assert_eq!(plan.go(at(2), &[]), ["install"]);
}
