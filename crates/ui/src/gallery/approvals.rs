//! Questions for approval.

use maud::{Markup, html};

use super::{GERMAN, HOSTILE, LONG_NAME};
use crate::approval::{Approval, Asked, Question, Said, approval};
use crate::button::{Button, Look, link_button};

pub(super) fn parts() -> Vec<(&'static str, Markup)> {
    vec![("Approval that waits", waiting()), ("Approval that was refused", refused())]
}

fn waiting() -> Markup {
    let said = |name, said| Asked { name, said, ..Asked::default() };
    let first = [
        Asked { stand_in: LONG_NAME, ..said("Away Today", Said::Asked) },
        Asked {
            by: LONG_NAME,
            is_signed: true,
            reason: HOSTILE,
            at: Some(html! { "2 h ago" }),
            ..said("Mia Chen", Said::Agreed)
        },
        said(LONG_NAME, Said::Released),
    ];
    let second = [said("Dev Raman", Said::Asked), said("Ada Okafor", Said::Asked)];
    let third = [said("Victor Dumitrescu", Said::Later)];
    let questions = [
        Question {
            stage: 1,
            name: "Line manager",
            need: "any of them must agree",
            asked: &first,
            ..Question::default()
        },
        Question {
            stage: 2,
            name: GERMAN,
            need: "2 of them must agree",
            is_present: true,
            due: Some(html! { "in 3 d" }),
            asked: &second,
        },
        Question { stage: 3, name: "Change manager", asked: &third, ..Question::default() },
        Question { stage: 3, name: "Owner of the service", ..Question::default() },
    ];
    let actions = html! {
        (link_button(&Button { label: "Approve", look: Look::Main, ..Button::default() }, "#"))
        (link_button(&Button { label: "Refuse", ..Button::default() }, "#"))
    };
    let one = Approval {
        number: "APR0000017",
        address: Some("#"),
        state: "Open",
        questions: &questions,
        ..Approval::default()
    };
    approval(&one, Some(actions))
}

fn refused() -> Markup {
    let asked = [Asked { name: "Dev Raman", said: Said::Refused, reason: "No way back", ..Asked::default() }];
    let questions = [Question { stage: 1, name: "Change manager", asked: &asked, ..Question::default() }];
    let one = Approval {
        number: "APR0000018",
        state: "Refused",
        outcome: "No way back",
        questions: &questions,
        ..Approval::default()
    };
    approval(&one, None)
}
