//! Controls that are one element of HTML.

use maud::{Markup, html};
use steward_words::t;

use super::Wiring;
use crate::icon::{Icon, icon};

/// What one signs in with; tells password managers what to fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// Name or mail address.
    Login,
    /// The password there is.
    Password,
    /// A password to be.
    NewPassword,
    /// A code that works once.
    Code,
}

/// An `<input>`.
pub(super) struct Input<'a> {
    pub(super) kind: &'static str,
    pub(super) value: &'a str,
    pub(super) mode: Option<&'static str>,
    pub(super) hint: Option<&'static str>,
    pub(super) step: Option<&'static str>,
    pub(super) min: Option<i64>,
    pub(super) max: Option<i64>,
    pub(super) max_length: Option<usize>,
}

impl Input<'_> {
    pub(super) const TEXT: Self =
        Self { kind: "text", value: "", mode: None, hint: None, step: None, min: None, max: None, max_length: None };
}

pub(super) fn input(wiring: &Wiring, input: &Input) -> Markup {
    html! {
        input.input type=(input.kind) id=(wiring.id) name=(wiring.name) value=(input.value) autocomplete="off"
            inputmode=[input.mode] placeholder=[input.hint] step=[input.step] min=[input.min] max=[input.max] maxlength=[input.max_length]
            required[wiring.is_required] autofocus[wiring.is_first]
            aria-invalid=[wiring.is_invalid.then_some("true")] aria-describedby=[wiring.described.as_deref()];
    }
}

pub(super) fn area(wiring: &Wiring, value: &str) -> Markup {
    html! {
        // A line break right after the start tag is not part of the value, so one that is has to follow it.
        textarea.input.input--area id=(wiring.id) name=(wiring.name) rows="4" data-autosize
            required[wiring.is_required] autofocus[wiring.is_first]
            aria-invalid=[wiring.is_invalid.then_some("true")] aria-describedby=[wiring.described.as_deref()] { "\n" (value) }
    }
}

pub(super) fn money(wiring: &Wiring, amount: &str, currency: &str, currencies: &[&str]) -> Markup {
    html! {
        div.input-group {
            (input(wiring, &Input { value: amount, mode: Some("decimal"), ..Input::TEXT }))
            select.input.input--currency name={ (wiring.name) ".currency" } aria-label=(t("currency")) {
                @if !currency.is_empty() && !currencies.contains(&currency) { option value=(currency) selected { (currency) } }
                @for code in currencies { option value=(code) selected[*code == currency] { (code) } }
            }
        }
    }
}

pub(super) fn checkbox(wiring: &Wiring, value: bool, label: &str) -> Markup {
    html! {
        input type="hidden" name=(wiring.name) value="false";
        span.check {
            input.check__box type="checkbox" id=(wiring.id) name=(wiring.name) value="true" checked[value] autofocus[wiring.is_first]
                aria-invalid=[wiring.is_invalid.then_some("true")] aria-describedby=[wiring.described.as_deref()];
            @if !label.is_empty() { label.check__label for=(wiring.id) { (label) } }
        }
    }
}

pub(super) fn moment(wiring: &Wiring, value: &str, zone: &str) -> Markup {
    html! {
        div.input-group {
            (input(wiring, &Input { value, kind: "datetime-local", ..Input::TEXT }))
            @if !zone.is_empty() { span.input-group__note { (zone) } }
        }
    }
}

pub(super) fn secret(wiring: &Wiring, is_set: bool) -> Markup {
    html! {
        div.input-group {
            input.input type="password" id=(wiring.id) name=(wiring.name) autocomplete="new-password"
                placeholder=[is_set.then_some("••••••••••••")] required[wiring.is_required && !is_set] autofocus[wiring.is_first]
                aria-invalid=[wiring.is_invalid.then_some("true")] aria-describedby=[wiring.described.as_deref()];
            @if is_set { span.input-group__note { (icon(Icon::ShieldLock)) (t("secret-set")) } }
        }
    }
}

pub(super) fn credential(wiring: &Wiring, value: &str, kind: Credential) -> Markup {
    let (shape, fill, mode) = match kind {
        Credential::Login => ("text", "username", None),
        Credential::Password => ("password", "current-password", None),
        Credential::NewPassword => ("password", "new-password", None),
        Credential::Code => ("text", "one-time-code", Some("numeric")),
    };
    html! {
        input.input type=(shape) id=(wiring.id) name=(wiring.name) value=[(!value.is_empty()).then_some(value)] autocomplete=(fill)
            autocapitalize="none" spellcheck="false" inputmode=[mode] required[wiring.is_required] autofocus[wiring.is_first]
            aria-invalid=[wiring.is_invalid.then_some("true")] aria-describedby=[wiring.described.as_deref()];
    }
}
