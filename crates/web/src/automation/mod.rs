//! Automation rules on pages: what a rule means, what it did, and what it would have done.

use maud::{Markup, html};
use steward_model::event::{Automation, Event};
use steward_words::t_with;

use crate::address;

/// What an entry came of, with the way to the rule as it was then.
pub(crate) fn cause(automation: &Automation, event: &Event) -> Markup {
    let number = automation.named.split(' ').next().unwrap_or_default();
    let said = t_with(
        "by-rule-version",
        &[("rule", (&automation.named).into()), ("version", (&automation.version.to_string()).into())],
    );
    let then = format!("/rules/{}?as_of={}", address::part(number), event.at);
    html! { a href=(then) { (said) } }
}
