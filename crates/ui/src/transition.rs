//! The form of a transition: what it needs, and a word with it.

use maud::{Markup, html};
use steward_words::t;

use crate::button::{Button, Look, Submit, submit};
use crate::dialog::dismiss;
use crate::form::{Form, form, form_actions};

/// The form of a transition.
#[derive(Debug, Clone, Copy, Default)]
pub struct Transition<'a> {
    /// What the button says, and the title where it has a page of its own: `Resolve`.
    pub label: &'a str,
    /// What it does, in a sentence; may be empty.
    pub help: &'a str,
    /// The form.
    pub form: Form<'a>,
    /// Where it goes back to on a page of its own.
    pub back: &'a str,
    /// Whether it destroys something or cannot be undone.
    pub is_danger: bool,
}

/// The form, with `fields` (fields that it needs or offers, and a comment). Put it in [`crate::dialog::dialog_content`] or on a page.
pub fn transition(transition: &Transition, fields: Markup) -> Markup {
    let look = if transition.is_danger { Look::Danger } else { Look::Main };
    form(
        &transition.form,
        html! {
            @if !transition.help.is_empty() { p.form__lead { (transition.help) } }
            (fields)
            (form_actions(html! {
                (submit(&Button { label: transition.label, look, ..Button::default() }, &Submit::default()))
                span.form__dismiss { (dismiss(t("cancel"))) }
                a."button button--plain form__leave" href=(transition.back) { span { (t("cancel")) } }
            }))
        },
    )
}
