//! The line over a list: the search box, what the list is narrowed to, and how to narrow it further.

use maud::{Markup, html};
use steward_words::{t, t_with};

use crate::icon::{Icon, icon};

/// The line over a list.
#[derive(Debug, Clone, Copy, Default)]
pub struct FilterLine<'a> {
    /// Address of the list; takes `q`.
    pub action: &'a str,
    /// What is searched for within the list.
    pub query: &'a str,
    /// Said in the empty box: `Search in incidents`.
    pub hint: &'a str,
    /// Values of the address to keep: sort, view.
    pub keep: &'a [(&'a str, &'a str)],
    /// What the list is narrowed to.
    pub chips: &'a [Chip<'a>],
    /// Where all chips are taken away.
    pub clear: Option<&'a str>,
}

/// One thing that a list is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chip<'a> {
    /// The field: `Priority`.
    pub label: &'a str,
    /// How: `is`, `is not`, `before`.
    pub relation: &'a str,
    /// The value: `Critical or High`.
    pub value: &'a str,
    /// Address of the list without it.
    pub remove: &'a str,
}

/// The line. `menus` are further ways to narrow, sort and choose columns, usually [`crate::menu::menu`]; `end` says how the list differs from its saved form.
pub fn filter_line(line: &FilterLine, menus: Markup, end: Markup) -> Markup {
    html! {
        div.filter {
            form.filter__search role="search" aria-label=(line.hint) action=(line.action) method="get" {
                (icon(Icon::Search))
                input.filter__input type="search" name="q" value=(line.query) placeholder=(line.hint) aria-label=(line.hint) autocomplete="off" data-filter;
                @for (name, value) in line.keep { input type="hidden" name=(name) value=(value); }
            }
            @for chip in line.chips {
                span.chip {
                    span.chip__label { (chip.label) }
                    span.chip__relation { (chip.relation) }
                    span.chip__value { (chip.value) }
                    a.chip__remove href=(chip.remove) title=(t("remove")) aria-label=(t_with("remove-what", &[("what", (&format!("{} {} {}", chip.label, chip.relation, chip.value)).into())])) { (icon(Icon::X)) }
                }
            }
            (menus)
            @if let Some(address) = line.clear { a.filter__clear href=(address) { (t("filter-clear")) } }
            div.filter__end { (end) }
        }
    }
}
