//! What a stretch of time is taken up by: an icon and a hue, always with a word.

use maud::{Markup, html};
use steward_words::t;

use crate::icon::{Icon, icon};

/// What time is taken up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeMark<'a> {
    /// The word in class names, such as `freeze`.
    pub key: &'a str,
    /// Its icon.
    pub icon: Icon,
    /// Its name.
    pub label: &'a str,
}

/// The mark with its name for screen readers only, or beside it.
pub fn time_mark(mark: &TimeMark, says_name: bool) -> Markup {
    html! {
        span class={ "time-mark time-mark--" (mark.key) } title=(mark.label) {
            (icon(mark.icon))
            span.hidden-text[!says_name] { (mark.label) }
        }
    }
}

/// One kind of time that a calendar can be narrowed to.
#[derive(Debug, Clone, Copy)]
pub struct TimeChoice<'a> {
    /// What it is.
    pub mark: TimeMark<'a>,
    /// Address of the calendar with it chosen, or with it no longer chosen.
    pub address: &'a str,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// The kinds of time of a calendar: what its marks mean, and links that narrow it. `clear` shows all again.
pub fn time_choices(choices: &[TimeChoice], clear: Option<&str>) -> Markup {
    html! {
        nav.time-choices aria-label=(t("time-kinds")) {
            ul.time-choices__list {
                @for choice in choices {
                    li { a.time-choice href=(choice.address) aria-current=[choice.is_chosen.then_some("true")] { (time_mark(&choice.mark, true)) } }
                }
                @if let Some(address) = clear { li { a.time-choices__clear href=(address) { (t("filter-clear")) } } }
            }
        }
    }
}
