//! What a search found.

use maud::{Markup, html};

use crate::icon::{Icon, icon};
use crate::value::{Shown, shown};

/// One thing that was found.
#[derive(Debug, Clone)]
pub struct Found<'a> {
    /// Icon of its kind.
    pub icon: Icon,
    /// Name of its kind, for screen readers.
    pub kind: &'a str,
    /// Number.
    pub number: &'a str,
    /// Title; safe markup, found words in `<mark>`.
    pub title: Markup,
    /// Where the words stand; safe markup, found words in `<mark>`.
    pub excerpt: Option<Markup>,
    /// Address.
    pub address: &'a str,
    /// At its end: state, assignee, time.
    pub facts: Vec<Shown<'a>>,
}

/// What was found, best first.
pub fn results(list: &[Found]) -> Markup {
    html! {
        ol.results {
            @for found in list {
                li.results__item {
                    (icon(found.icon))
                    div.results__text {
                        p.results__line {
                            span.results__number { span.hidden-text { (found.kind) " " } (found.number) }
                            a.results__link href=(found.address) { (found.title) }
                        }
                        @if let Some(excerpt) = &found.excerpt { p.results__excerpt { (excerpt) } }
                        p.results__facts { @for fact in &found.facts { (shown(fact)) } }
                    }
                }
            }
        }
    }
}
