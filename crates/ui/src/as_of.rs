//! A look at a record as it was.

use maud::{Markup, html};
use steward_words::t;

use crate::icon::{Icon, icon};

/// The slider over what happened.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsOf<'a> {
    /// Address of the record's page; takes `as_of`.
    pub action: &'a str,
    /// Moments at which it changed, oldest first.
    pub moments: &'a [AsOfMoment<'a>],
    /// Which of them is shown; the last one means now.
    pub shown: usize,
    /// Address of the page that holds two moments against each other.
    pub compare: &'a str,
    /// Address of the present.
    pub now: &'a str,
}

/// A moment at which something changed.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsOfMoment<'a> {
    /// RFC 3339; what is sent.
    pub machine: &'a str,
    /// As people read it: `12 Mar 2026 14:02`.
    pub label: &'a str,
    /// What happened: `Ada resolved it`.
    pub what: &'a str,
}

/// The slider; without scripts a list to choose from.
pub fn as_of(slider: &AsOf) -> Markup {
    let last = slider.moments.len().saturating_sub(1);
    let shown = slider.shown.min(last);
    html! {
        form.as-of method="get" action=(slider.action) data-as-of {
            (icon(Icon::History))
            label.as-of__label for="as-of-choice" { (t("as-of")) }
            input.as-of__range type="range" min="0" max=(last) value=(shown) hidden data-as-of-range aria-label=(t("as-of-moment"));
            select.input.as-of__choice #as-of-choice name="as_of" data-as-of-choice {
                @for (index, moment) in slider.moments.iter().enumerate() {
                    option value=(moment.machine) selected[index == shown] { (moment.label) " — " (moment.what) }
                }
            }
            output.as-of__output data-as-of-output hidden { (slider.moments.get(shown).map_or("", |moment| moment.label)) }
            button."button button--plain" type="submit" { span { (t("show")) } }
            @if !slider.compare.is_empty() { a."button button--quiet" href=(slider.compare) { span { (t("compare-moments")) } } }
            @if shown != last { a."button button--quiet" href=(slider.now) { span { (t("back-to-now")) } } }
        }
    }
}
