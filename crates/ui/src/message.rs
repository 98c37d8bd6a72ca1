//! What is said in place of content, or beside it: nothing here, something failed, still loading, done.

use maud::{Markup, html};
use steward_words::t;

use crate::icon::{Icon, icon, large_icon};
use crate::tone::Tone;

/// Nothing here yet.
#[derive(Debug, Clone, Copy)]
pub struct Empty<'a> {
    /// What belongs here, as a picture.
    pub icon: Icon,
    /// What is so: `No incident waits for you`.
    pub title: &'a str,
    /// What belongs here, or what to do.
    pub text: &'a str,
}

/// Nothing here yet, with `actions` as next steps.
pub fn empty(empty: &Empty, actions: Markup) -> Markup {
    html! {
        div.empty {
            span.empty__icon { (large_icon(empty.icon)) }
            h2.empty__title { (empty.title) }
            p.empty__text { (empty.text) }
            div.button-row.empty__actions { (actions) }
        }
    }
}

/// Something failed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Failure<'a> {
    /// What happened: `This page could not be shown`.
    pub title: &'a str,
    /// What is safe: `Nothing you entered was lost.`
    pub safe: &'a str,
    /// What to do: `Try again; if it happens again, tell your administrator the number below.`
    pub advice: &'a str,
    /// The request, for whoever looks into it.
    pub request_id: Option<&'a str>,
}

/// Something failed, with `actions` as ways out.
pub fn failure(failure: &Failure, actions: Markup) -> Markup {
    html! {
        div.failure role="alert" {
            span.failure__icon { (large_icon(Icon::AlertTriangle)) }
            h1.failure__title { (failure.title) }
            p.failure__text { (failure.safe) }
            p.failure__text { (failure.advice) }
            div.button-row.failure__actions { (actions) }
            @if let Some(id) = failure.request_id { p.failure__request { (t("request-id")) " " code { (id) } } }
        }
    }
}

/// Something worth knowing, in the flow of the page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Notice<'a> {
    /// What it means.
    pub tone: Tone,
    /// One sentence.
    pub text: &'a str,
}

/// Something worth knowing, with `actions` after it.
pub fn notice(notice: &Notice, actions: Markup) -> Markup {
    html! { div.notice.{ "notice--" (notice.tone.key()) } { (icon(symbol(notice.tone))) p.notice__text { (notice.text) } div.notice__actions { (actions) } } }
}

/// A short word about what was done, floating; goes by itself. Never for errors that need an answer.
///
/// Answers put it into the page out of band: it carries `hx-swap-oob` for `#notices`.
pub fn toast(tone: Tone, text: &str) -> Markup {
    html! {
        div hx-swap-oob="beforeend:#notices" { (toast_body(tone, text)) }
    }
}

/// A toast as it stands in `#notices`.
pub fn toast_body(tone: Tone, text: &str) -> Markup {
    html! { div.toast.{ "toast--" (tone.key()) } data-toast { (icon(symbol(tone))) span { (text) } } }
}

fn symbol(tone: Tone) -> Icon {
    match tone {
        Tone::Success => Icon::CircleCheck,
        Tone::Warning => Icon::AlertTriangle,
        Tone::Danger => Icon::AlertCircle,
        Tone::Neutral | Tone::Muted | Tone::Info | Tone::Accent => Icon::InfoCircle,
    }
}

/// The layout of rows that are on their way; appears after 200 ms.
pub fn skeleton(rows: usize) -> Markup {
    html! {
        div.skeleton role="status" {
            span.hidden-text { (t("loading")) }
            @for _ in 0..rows { div.skeleton__row aria-hidden="true" { span.skeleton__bar."skeleton__bar--short" {} span.skeleton__bar {} span.skeleton__bar."skeleton__bar--short" {} } }
        }
    }
}
