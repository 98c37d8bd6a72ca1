//! Buttons act, links navigate; both may look like buttons.

use maud::{Markup, html};

use crate::icon::{Icon, icon};
use crate::partial::Partial;

/// How loud a button is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// The one main action of a view.
    Main,
    /// An action among others.
    #[default]
    Plain,
    /// Text only, until the pointer is on it.
    Quiet,
    /// Destroys something.
    Danger,
}

impl Look {
    fn key(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Plain => "plain",
            Self::Quiet => "quiet",
            Self::Danger => "danger",
        }
    }
}

/// A button or a link that looks like one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Button<'a> {
    /// What it says.
    pub label: &'a str,
    /// Icon before the words.
    pub icon: Option<Icon>,
    /// How loud it is.
    pub look: Look,
    /// Key that presses it, shown in it: `e`, `r`.
    pub key: Option<&'a str>,
    /// What it asks for instead of navigating.
    pub partial: Partial<'a>,
    /// Why it cannot be pressed now; shown under the pointer and read out. The button stays focusable and does nothing.
    pub refused: Option<&'a str>,
}

/// What pressing a submit button adds to its form.
#[derive(Debug, Clone, Copy, Default)]
pub struct Submit<'a> {
    /// Name of the value.
    pub name: Option<&'a str>,
    /// The value.
    pub value: Option<&'a str>,
    /// Id of the form when the button stands outside it.
    pub form: Option<&'a str>,
    /// Address that the form goes to instead of its own.
    pub action: Option<&'a str>,
}

fn content(button: &Button) -> Markup {
    html! {
        @if let Some(symbol) = button.icon { (icon(symbol)) }
        span { (button.label) }
        @if let Some(key) = button.key { kbd.button__key aria-hidden="true" { (key.to_uppercase()) } }
    }
}

fn class(button: &Button) -> String {
    format!("button button--{}", button.look.key())
}

/// A button for scripts (`data-` attributes of its surroundings) or for a [`Partial`].
pub fn button(button: &Button) -> Markup {
    html! {
        button class=(class(button)) type="button" data-key=[button.key] title=[button.refused] aria-disabled=[button.refused.map(|_| "true")]
            hx-get=[button.partial.get] hx-post=[button.partial.post] hx-target=[button.partial.target] hx-swap=[button.partial.swap] { (content(button)) }
    }
}

/// A link that looks like a button.
pub fn link_button(button: &Button, address: &str) -> Markup {
    html! {
        a class=(class(button)) href=(address) data-key=[button.key]
            hx-get=[button.partial.get] hx-post=[button.partial.post] hx-target=[button.partial.target] hx-swap=[button.partial.swap] { (content(button)) }
    }
}

/// A button that submits its form.
pub fn submit(button: &Button, submit: &Submit) -> Markup {
    html! {
        button class=(class(button)) type="submit" name=[submit.name] value=[submit.value] form=[submit.form] formaction=[submit.action]
            data-key=[button.key] title=[button.refused] aria-disabled=[button.refused.map(|_| "true")]
            hx-post=[button.partial.post] hx-target=[button.partial.target] hx-swap=[button.partial.swap] { (content(button)) }
    }
}

/// A button of one icon; its label is its name for screen readers and under the pointer.
pub fn icon_button(label: &str, symbol: Icon, partial: Partial) -> Markup {
    html! {
        button.icon-button type="button" title=(label) aria-label=(label)
            hx-get=[partial.get] hx-post=[partial.post] hx-target=[partial.target] hx-swap=[partial.swap] { (icon(symbol)) }
    }
}

/// A link of one icon.
pub fn icon_link(label: &str, symbol: Icon, address: &str) -> Markup {
    html! { a.icon-button href=(address) title=(label) aria-label=(label) { (icon(symbol)) } }
}

/// A button that opens the `<dialog>` with this id.
pub fn opener(button: &Button, dialog: &str) -> Markup {
    html! {
        button class=(class(button)) type="button" data-key=[button.key] command="show-modal" commandfor=(dialog) { (content(button)) }
    }
}

/// Buttons in a row, the main one first.
pub fn button_row(buttons: Markup) -> Markup {
    html! { div.button-row { (buttons) } }
}
