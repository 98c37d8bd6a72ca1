//! Nothing here, something failed, loading, done; keys.

use maud::{Markup, html};

use super::{GERMAN, HOSTILE};
use crate::button::{Button, Look, link_button};
use crate::icon::Icon;
use crate::keys::{Keys, keys};
use crate::message::{Empty, Failure, Notice, empty, failure, notice, skeleton, toast, toast_body};
use crate::tone::Tone;

pub(super) fn parts() -> Vec<(&'static str, Markup)> {
    let again = link_button(&Button { label: "Try again", look: Look::Main, ..Button::default() }, "/incidents");
    vec![
        (
            "Empty",
            empty(
                &Empty {
                    icon: Icon::Inbox,
                    title: "Nothing waits for you",
                    text: "Incidents that are assigned to you or your team appear here.",
                },
                again.clone(),
            ),
        ),
        (
            "Failure",
            failure(
                &Failure {
                    title: "This page could not be shown",
                    safe: "Nothing you entered was lost.",
                    advice: HOSTILE,
                    request_id: Some("01JQ7R3S8Z"),
                },
                again,
            ),
        ),
        (
            "Notices",
            html! {
                @for tone in [Tone::Neutral, Tone::Info, Tone::Success, Tone::Warning, Tone::Danger] { (notice(&Notice { tone, text: GERMAN }, html! {})) }
                (notice(&Notice { tone: Tone::Accent, text: HOSTILE }, html! { a href="/x" { "Show" } }))
            },
        ),
        (
            "Toast",
            html! { (toast_body(Tone::Success, "INC0000042 was resolved")) div hidden { (toast(Tone::Success, HOSTILE)) } },
        ),
        ("Skeleton", skeleton(3)),
        ("Keys", keys(&Keys { map: Default::default(), more: &[("M", "Assign to me")] })),
    ]
}
