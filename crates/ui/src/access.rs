//! Why somebody may do something or not: conditions part by part, with what holds and what does not.

use maud::{Markup, html};
use steward_words::t;

use crate::icon::{Icon, icon, named_icon};

/// A condition or a part of one.
#[derive(Debug, Clone)]
pub struct Condition {
    /// What it says; above its parts, how they belong together.
    pub text: Markup,
    /// Whether it holds; `None` where no record is looked at.
    pub holds: Option<bool>,
    /// Its parts.
    pub parts: Vec<Condition>,
}

/// A condition as a list of its parts.
pub fn condition(one: &Condition) -> Markup {
    html! { ul.condition { (part(one)) } }
}

fn part(one: &Condition) -> Markup {
    html! {
        li.condition__part.is-met[one.holds == Some(true)].is-unmet[one.holds == Some(false)] {
            span.condition__line {
                @match one.holds {
                    Some(true) => (named_icon(Icon::Check, t("condition-met"))),
                    Some(false) => (named_icon(Icon::X, t("condition-unmet"))),
                    None => {},
                }
                span { (one.text) }
            }
            @if !one.parts.is_empty() { ul.condition { @for inner in &one.parts { (part(inner)) } } }
        }
    }
}

/// An answer with its reasons, one of a list.
pub fn verdict(is_yes: bool, label: Markup, reasons: Markup) -> Markup {
    html! {
        div.access-list__line {
            dt.verdict.is-met[is_yes].is-unmet[!is_yes] { (icon(if is_yes { Icon::Check } else { Icon::Ban })) span { (label) } }
            dd { (reasons) }
        }
    }
}
