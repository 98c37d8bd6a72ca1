//! Automation rules.

use maud::{Markup, html};

use super::{GERMAN, HOSTILE, LONG_NAME};
use crate::automation::{Outcome, Part, Run, Step, Story, runs, story};

pub(super) fn parts() -> Vec<(&'static str, Markup)> {
    vec![("Rule in a sentence", sample_story()), ("Log of a rule", sample_runs())]
}

fn sample_story() -> Markup {
    let each = vec!["Set Urgency to High".to_owned(), "Write a comment: It is known".to_owned()];
    let then = [
        Step::from("Set Priority to High".to_owned()),
        Step::from(format!("Write a work note: {HOSTILE}")),
        Step { text: "For each of Incidents linked as “causes”".to_owned(), each },
    ];
    let limits = ["Acts once on each record".to_owned()];
    html! {
        (story(&Story { kind: "Incidents", when: "A record is created", condition: "priority == \"critical\" && !has(team)", then: &then, limits: &limits }))
        (story(&Story { kind: GERMAN, when: "Every 15 minutes", then: &then[..1], ..Story::default() }))
    }
}

fn sample_runs() -> Markup {
    let run = |outcome, lines: &[&str], passed: &[&str]| Run {
        at: html! { "3 h ago" }.into(),
        about: html! { a href="#" { "INC0000042" } " " (GERMAN) }.into(),
        outcome,
        lines: lines.iter().map(|&line| line.to_owned()).collect(),
        way_out: Part::default(),
        passed: passed.iter().map(|&line| line.to_owned()).collect(),
    };
    let passed = format!("{LONG_NAME}: away");
    runs(
        "What it did",
        "Record",
        &[
            run(Outcome::Done, &["Set Priority", "Told 3 people"], &[&passed, "Others are busier"]),
            run(Outcome::Nothing, &[], &[]),
            run(Outcome::Refused, &[HOSTILE], &[]),
            run(Outcome::Limited, &["it acted 500 times within an hour, which is its limit"], &[]),
            run(Outcome::Looped, &["it acted on this record in the same chain of rules already"], &[]),
            run(Outcome::Undelivered, &["Webhook to https://hooks.example.org: given up"], &[]),
        ],
    )
}
