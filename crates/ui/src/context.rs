//! What stands beside a record for those who work on it: who asked, what to mind, what else has to do with it.

use maud::{Markup, html};
use steward_words::{t, t_with};

use crate::icon::{Icon, icon};
use crate::person::avatar;
use crate::reference::{Reference, reference};

/// Who asked.
#[derive(Debug, Clone, Default)]
pub struct Requester<'a> {
    /// Name.
    pub name: &'a str,
    /// Address of their page.
    pub address: &'a str,
    /// Job title; may be empty.
    pub title: &'a str,
    /// Whether their work must not wait.
    pub is_vip: bool,
    /// Mail address; may be empty.
    pub mail: &'a str,
    /// Telephone numbers.
    pub phones: &'a [&'a str],
    /// Further lines: place, preferred way, absence.
    pub details: &'a [&'a str],
}

/// The requester, with ways to reach them.
pub fn requester(requester: &Requester) -> Markup {
    html! {
        div.requester {
            (avatar(requester.name))
            div.requester__text {
                p.requester__name {
                    a href=(requester.address) { (requester.name) }
                    @if requester.is_vip { span.requester__vip title=(t("vip-help")) { (icon(Icon::Star)) "VIP" } }
                }
                @if !requester.title.is_empty() { p.requester__detail { (requester.title) } }
                @if !requester.mail.is_empty() { p.requester__detail { a href={ "mailto:" (requester.mail) } { (requester.mail) } } }
                @for phone in requester.phones { p.requester__detail { a href={ "tel:" (phone.replace(' ', "")) } { (phone) } } }
                @for detail in requester.details { p.requester__detail { (detail) } }
            }
        }
    }
}

/// A note on how to handle `about`, with its text as safe markup.
pub fn handling_note(about: &str, text: Markup) -> Markup {
    html! {
        div.handling-note {
            p.handling-note__about { (icon(Icon::AlertTriangle)) span { (t_with("mind", &[("what", about.into())])) } }
            div.handling-note__text.article { (text) }
        }
    }
}

/// An outage that goes on.
pub fn outage(record: &Reference, reason: &str) -> Markup {
    html! { p.outage { (icon(Icon::PlugConnectedX)) span.outage__text { strong { (t("open-outage")) } " " (reason) ": " (reference(record)) } } }
}

/// A record that has to do with the one shown.
#[derive(Debug, Clone, Default)]
pub struct Related<'a> {
    /// The record.
    pub record: Reference<'a>,
    /// Why it is here; may be empty.
    pub reason: &'a str,
    /// A form that applies it, when there is one.
    pub action: Option<Markup>,
}

/// Records that have to do with the one shown.
pub fn related(items: &[Related]) -> Markup {
    html! {
        ul.related {
            @for item in items {
                li.related__item {
                    (reference(&item.record))
                    @if !item.reason.is_empty() { p.related__reason { (item.reason) } }
                    @if let Some(action) = &item.action { (action) }
                }
            }
        }
    }
}

/// The place where it shows, filled by scripts from `address`; a link without them.
pub fn context_place(address: &str) -> Markup {
    html! {
        div.context #record-context hx-get=(address) hx-trigger="load" hx-target="this" hx-swap="innerHTML" {
            noscript { p.context__link { a href=(address) { (t("around")) } } }
            div.context__wait.script-only aria-hidden="true" { span.skeleton__bar {} span.skeleton__bar."skeleton__bar--short" {} }
        }
    }
}

/// A form that puts the workaround of a known error into the reply and links the known error.
pub fn apply_workaround(action: &str, known_error: &str, csrf_token: &str) -> Markup {
    html! {
        form.related__apply method="post" action=(action) data-apply {
            input type="hidden" name="csrf_token" value=(csrf_token);
            button."button button--plain" type="submit" name="known_error" value=(known_error) { (icon(Icon::ArrowBackUp)) span { (t("apply-workaround")) } }
        }
    }
}
