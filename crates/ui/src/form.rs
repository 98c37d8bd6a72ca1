//! Forms: sections of fields, what is wrong as a whole, and the actions at the end.

use maud::{Markup, html};

use crate::draft::{Draft, draft};
use crate::icon::{Icon, icon};
use crate::partial::Partial;

/// A form.
#[derive(Debug, Clone, Copy, Default)]
pub struct Form<'a> {
    /// Id, for buttons outside it.
    pub id: Option<&'a str>,
    /// Address it goes to.
    pub action: &'a str,
    /// What it asks for instead of a new page; its `post` is used instead of `action` when scripts run.
    pub partial: Partial<'a>,
    /// Token, sent as `csrf_token` when scripts do not run.
    pub csrf_token: &'a str,
    /// Revision that the reader saw, sent as `revision`.
    pub revision: Option<u64>,
    /// Whether it carries files.
    pub has_files: bool,
    /// What was typed before and not sent; without it nothing is kept.
    pub draft: Option<Draft<'a>>,
}

/// A form that posts. Fields are checked by the server; the browser's own messages are left off.
pub fn form(form: &Form, content: Markup) -> Markup {
    html! {
        form.form id=[form.id] method="post" action=(form.action) enctype=[form.has_files.then_some("multipart/form-data")] novalidate data-form hx-sync="this:drop" data-draft=[form.draft.map(|draft| draft.address)]
            hx-get=[form.partial.get] hx-post=[form.partial.post] hx-target=[form.partial.target] hx-swap=[form.partial.swap] {
            input type="hidden" name="csrf_token" value=(form.csrf_token);
            @if let Some(revision) = form.revision { input type="hidden" name="revision" value=(revision); }
            (content)
            @if let Some(kept) = &form.draft { (draft(kept)) }
        }
    }
}

/// Fields under a heading. `help` may be empty.
pub fn form_section(label: &str, help: &str, fields: Markup) -> Markup {
    html! {
        fieldset.form-section {
            @if !label.is_empty() { legend.form-section__label { (label) } }
            @if !help.is_empty() { p.form-section__help { (help) } }
            (fields)
        }
    }
}

/// Fields under a heading that folds, for those few people need. Open when `is_open`.
pub fn folded_section(label: &str, is_open: bool, fields: Markup) -> Markup {
    html! {
        details.form-section."form-section--folded" open[is_open] {
            summary.form-section__label { (icon(Icon::ChevronRight)) span { (label) } }
            div.form-section__body { (fields) }
        }
    }
}

/// Two or three short fields side by side where there is room.
pub fn field_row(fields: Markup) -> Markup {
    html! { div.field-row { (fields) } }
}

/// Room around a form that is a page of its own, under a [`crate::header::header`].
pub fn form_page(content: Markup) -> Markup {
    html! { div.form-page { (content) } }
}

/// The end of a form: the main action first, left.
pub fn form_actions(buttons: Markup) -> Markup {
    html! { div.form-actions { (buttons) } }
}

/// What is wrong with a form.
#[derive(Debug, Clone, Copy, Default)]
pub struct ErrorSummary<'a> {
    /// What happened: `Three fields need attention`.
    pub title: &'a str,
    /// Fields by id of their control, and what is wrong with each. An empty id gives plain text.
    pub errors: &'a [(String, String)],
}

/// What is wrong with a form, at its head, with a link to each field. Takes the focus after a swap.
pub fn error_summary(summary: &ErrorSummary) -> Markup {
    html! {
        div.error-summary role="alert" tabindex="-1" data-focus {
            (icon(Icon::AlertCircle))
            div {
                p.error-summary__title { (summary.title) }
                @if !summary.errors.is_empty() {
                    ul.error-summary__list {
                        @for (id, message) in summary.errors {
                            li { @if id.is_empty() { (message) } @else { a href={ "#" (id) } { (message) } } }
                        }
                    }
                }
            }
        }
    }
}
