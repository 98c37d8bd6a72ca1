//! Plans and flows.

use maud::{Markup, html};

use super::{GERMAN, HOSTILE, LONG_NAME};
use crate::button::{Button, link_button};
use crate::plan::{Plan, PlanStep, Stands, plan};

pub(super) fn parts() -> Vec<(&'static str, Markup)> {
    vec![("Plan that goes on", running()), ("Plan with every state", states()), ("Steps of a flow", defined())]
}

fn step<'a>(title: &'a str, stands: Stands, layer: usize, before: &'a [usize]) -> PlanStep<'a> {
    PlanStep { title, stands, layer, before, sort: "Task", ..PlanStep::default() }
}

fn running() -> Markup {
    let due = |text: &str| Some(html! { (text) });
    let steps = [
        PlanStep {
            when: due("done 2 h ago"),
            who: "Workplace",
            record: Some(("RTASK0000012", "#")),
            ..step("Order the laptop", Stands::Done, 0, &[])
        },
        PlanStep {
            when: due("in 3 h"),
            who: LONG_NAME,
            is_critical: true,
            actions: Some(html! { (link_button(&Button { label: "Skip", ..Button::default() }, "#")) }),
            ..step("Set up the account", Stands::Active, 0, &[])
        },
        PlanStep {
            when: due("in 2 d"),
            who: "Workplace",
            is_critical: true,
            ..step(GERMAN, Stands::Waiting, 1, &[0, 1])
        },
        PlanStep {
            when: due("in 3 d"),
            is_critical: true,
            note: HOSTILE,
            ..step("Hand over", Stands::Waiting, 2, &[2])
        },
    ];
    let facts = [html! { "1 of 4 steps" }, html! { "promised for 5 Mar" }];
    plan(
        &Plan {
            label: "Plan",
            title: "Laptop",
            page: Some(("PLN0000004", "#")),
            state: "Running",
            facts: &facts,
            steps: &steps,
            ..Plan::default()
        },
        Some(html! { (link_button(&Button { label: "Change the plan", ..Button::default() }, "#")) }),
    )
}

fn states() -> Markup {
    let all = [
        Stands::Waiting,
        Stands::Active,
        Stands::Done,
        Stands::Skipped,
        Stands::LeftOut,
        Stands::Failed,
        Stands::Cancelled,
        Stands::Undone,
    ];
    let steps: Vec<PlanStep<'_>> =
        all.into_iter().map(|stands| PlanStep { note: "Out of stock", ..step("Order", stands, 0, &[]) }).collect();
    plan(
        &Plan {
            label: "Plan",
            outcome: "REQ0000017 could not be moved on: Team is needed for this step",
            steps: &steps,
            ..Plan::default()
        },
        None,
    )
}

fn defined() -> Markup {
    let steps = [
        step("Order", Stands::Defined, 0, &[]),
        PlanStep { is_undoing: true, ..step("Send back", Stands::Defined, 1, &[]) },
        step("Hand over", Stands::Defined, 1, &[0]),
    ];
    plan(&Plan { label: "Steps", steps: &steps, ..Plan::default() }, None)
}
