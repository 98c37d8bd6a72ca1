//! Moments: shown as people say them, exact under the pointer and for machines.

use maud::{Markup, html};
use steward_words::t;

use crate::icon::{Icon, icon};
use crate::tone::Tone;

/// A moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Time<'a> {
    /// RFC 3339, or a date `YYYY-MM-DD`.
    pub machine: &'a str,
    /// As shown: `3 h ago`, `12 Mar`.
    pub shown: &'a str,
    /// Exact, in the reader's zone: shown under the pointer.
    pub exact: &'a str,
    /// Whether scripts keep `shown` fresh as a time relative to now (English only, like `shown` must be then).
    pub is_relative: bool,
}

/// A moment in the past, or a plain date.
pub fn time(time: &Time) -> Markup {
    html! { time.time datetime=(time.machine) title=(time.exact) data-relative[time.is_relative] { (time.shown) } }
}

/// A moment by which something is due. The tone says how near: `Neutral` when far, `Warning` when near, `Danger` when past, `Success` when met.
pub fn due(moment: &Time, tone: Tone) -> Markup {
    let symbol = match tone {
        Tone::Danger => Some((Icon::Flame, t("overdue"))),
        Tone::Warning => Some((Icon::ClockExclamation, t("due-soon"))),
        Tone::Success => Some((Icon::Check, t("due-met"))),
        _ => None,
    };
    html! {
        span.due.{ "due--" (tone.key()) } {
            @if let Some((symbol, word)) = symbol { (icon(symbol)) span.hidden-text { (word) " " } }
            (time(moment))
        }
    }
}
