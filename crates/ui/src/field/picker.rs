//! Choice of records: a text field that takes a number or a name; with scripts, one that suggests while typing.

use maud::{Markup, html};
use steward_words::t;

use super::Wiring;
use crate::icon::{Icon, icon};

/// A record that was chosen, or what was typed and not understood.
#[derive(Debug, Clone, Copy, Default)]
pub struct Picked<'a> {
    /// What is sent: number, or the text that was typed.
    pub value: &'a str,
    /// Its name; empty for what was not understood.
    pub label: &'a str,
}

pub(super) fn one(wiring: &Wiring, value: Option<&Picked>, source: &str, hint: &str) -> Markup {
    html! {
        div.picker data-picker data-source=(source) data-name=(wiring.name) data-value=[value.map(|picked| picked.value)] data-label=[value.map(|picked| picked.label)] {
            div.picker__control {
                (icon(Icon::Search))
                input.input.picker__input type="text" id=(wiring.id) name=(wiring.name) value=[value.map(|picked| picked.value)] placeholder=(hint)
                    autocomplete="off" spellcheck="false" required[wiring.is_required] autofocus[wiring.is_first]
                    aria-invalid=[wiring.is_invalid.then_some("true")] aria-describedby=[wiring.described.as_deref()];
            }
            @if let Some(picked) = value { @if !picked.label.is_empty() { p.picker__chosen data-picker-chosen { (picked.label) } } }
        }
    }
}

pub(super) fn many(wiring: &Wiring, values: &[Picked], source: &str, hint: &str) -> Markup {
    html! {
        div.picker."picker--many" data-picker="many" data-source=(source) data-name=(wiring.name) {
            input type="hidden" name=(wiring.name) value="";
            @if !values.is_empty() {
                ul.picker__chips data-picker-chips {
                    @for picked in values {
                        li.picker__chip {
                            label {
                                input.picker__keep type="checkbox" name=(wiring.name) value=(picked.value) checked;
                                span { (if picked.label.is_empty() { picked.value } else { picked.label }) }
                                span.picker__remove title=(t("remove")) { (icon(Icon::X)) }
                            }
                        }
                    }
                }
            }
            div.picker__control {
                (icon(Icon::Search))
                input.input.picker__input type="text" id=(wiring.id) name=(wiring.name) placeholder=(hint)
                    autocomplete="off" spellcheck="false" required[wiring.is_required && values.is_empty()] autofocus[wiring.is_first]
                    aria-invalid=[wiring.is_invalid.then_some("true")] aria-describedby=[wiring.described.as_deref()];
            }
        }
    }
}
