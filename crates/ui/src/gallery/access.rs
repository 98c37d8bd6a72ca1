//! Rights and why.

use maud::{Markup, html};

use super::{GERMAN, HOSTILE, LONG_NAME};
use crate::access::{Condition, condition, verdict};
use crate::viewing::{ViewingBar, viewing_bar};

pub(super) fn parts() -> Vec<(&'static str, Markup)> {
    vec![("Condition", sample_condition()), ("Verdicts", sample_verdicts()), ("Looking as somebody", sample_bar())]
}

fn leaf(text: &str, holds: Option<bool>) -> Condition {
    Condition { text: html! { (text) }, holds, parts: Vec::new() }
}

fn sample_condition() -> Markup {
    let any = Condition {
        text: html! { "One of these" },
        holds: Some(false),
        parts: vec![leaf("Team is one of the person's teams", Some(false)), leaf(HOSTILE, Some(false))],
    };
    let all = Condition {
        text: html! { "All of these" },
        holds: Some(false),
        parts: vec![leaf("Organisation lies where the role holds", Some(true)), any],
    };
    html! { (condition(&all)) (condition(&leaf(GERMAN, None))) }
}

fn sample_verdicts() -> Markup {
    html! {
        dl.access-list {
            (verdict(true, html! { "Read" }, html! { "Agent" }))
            (verdict(false, html! { (LONG_NAME) }, html! { (HOSTILE) }))
        }
    }
}

fn sample_bar() -> Markup {
    viewing_bar(&ViewingBar {
        who: &format!("Ada Okafor sees Steward as {LONG_NAME}."),
        why: &format!("{HOSTILE} Until 14:35."),
        end: "/view-as/end",
        csrf_token: "token",
    })
}
