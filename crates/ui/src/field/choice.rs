//! Choice of one out of a list or tree.

use maud::{Markup, html};
use steward_words::t;

use super::Wiring;

/// One choice.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChoiceOption<'a> {
    /// Key that is sent.
    pub key: &'a str,
    /// Name.
    pub label: &'a str,
    /// How deep it lies in the tree, from 0.
    pub depth: usize,
    /// Kept on old records, not offered for new ones; shown only while it is the value.
    pub is_inactive: bool,
}

pub(super) fn select(wiring: &Wiring, value: &str, options: &[ChoiceOption], may_be_none: bool) -> Markup {
    html! {
        select.input.input--select id=(wiring.id) name=(wiring.name) required[wiring.is_required] autofocus[wiring.is_first]
            aria-invalid=[wiring.is_invalid.then_some("true")] aria-describedby=[wiring.described.as_deref()] {
            @if may_be_none { option value="" selected[value.is_empty()] { @if wiring.is_required { (t("choose")) } @else { "—" } } }
            @if !value.is_empty() && !options.iter().any(|option| option.key == value) { option value=(value) selected { (value) } }
            @for option in options {
                @if !option.is_inactive || option.key == value {
                    option value=(option.key) selected[option.key == value] {
                        @for _ in 0..option.depth { "\u{2003}" }
                        (option.label)
                    }
                }
            }
        }
    }
}
