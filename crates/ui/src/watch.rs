//! Watching a record, and who may see it.

use maud::{Markup, html};
use steward_words::t;

use crate::icon::{Icon, icon};
use crate::person::{Person, person};

/// The toggle.
#[derive(Debug, Clone, Copy, Default)]
pub struct Watch<'a> {
    /// Address that takes `watch` as `true` or `false`, and answers the toggle.
    pub action: &'a str,
    /// Whether the reader watches it.
    pub is_watching: bool,
    /// How many do.
    pub watchers: usize,
    /// Token, sent as `csrf_token`.
    pub csrf_token: &'a str,
}

/// A button that begins or ends watching.
pub fn watch(watch: &Watch) -> Markup {
    let (symbol, label) = if watch.is_watching { (Icon::Eye, t("watching")) } else { (Icon::EyeOff, t("watch")) };
    html! {
        form.watch #watch method="post" action=(watch.action) hx-post=(watch.action) hx-target="this" hx-swap="outerHTML" {
            input type="hidden" name="csrf_token" value=(watch.csrf_token);
            button."button button--plain" type="submit" name="watch" value=(!watch.is_watching) aria-pressed=(watch.is_watching) {
                (icon(symbol)) span { (label) } @if watch.watchers > 0 { span.button__count { (watch.watchers) } }
            }
        }
    }
}

/// Why somebody may see or change a record.
#[derive(Debug, Clone, Copy, Default)]
pub struct Access<'a> {
    /// Who.
    pub person: Person<'a>,
    /// What they may do: `read`, `work`, `decide`.
    pub may: &'a str,
    /// Because of which rule: `in team Network, which is assigned`.
    pub because: &'a str,
}

/// Who may see a record, each with the reason.
pub fn access(list: &[Access]) -> Markup {
    html! {
        ul.access {
            @for line in list {
                li.access__line {
                    (person(&line.person))
                    span.access__may { (line.may) }
                    span.access__because { (line.because) }
                }
            }
        }
    }
}
