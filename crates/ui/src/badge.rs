//! Badges, states and priorities: small marks that say something by word, shape and hue together.

use maud::{Markup, html};

use crate::icon::{Icon, icon};
use crate::tone::Tone;

/// A word in a box, for what is worth a box: `Major`, `VIP`.
pub fn badge(label: &str, tone: Tone, symbol: Option<Icon>) -> Markup {
    html! { span.badge.{ "badge--" (tone.key()) } { @if let Some(symbol) = symbol { (icon(symbol)) } (label) } }
}

/// Where a state stands in the life of any record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Category {
    /// Nobody has begun.
    #[default]
    New,
    /// Somebody works on it.
    Active,
    /// It waits for somebody or something.
    Waiting,
    /// It is done.
    Done,
    /// It needs no work.
    Cancelled,
}

impl Category {
    /// The category of this key, as kinds write it; `New` when unknown.
    pub fn named(key: &str) -> Self {
        match key {
            "active" => Self::Active,
            "waiting" => Self::Waiting,
            "done" => Self::Done,
            "cancelled" => Self::Cancelled,
            _ => Self::New,
        }
    }

    /// The word in class names.
    pub fn key(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Active => "active",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A state: a dot whose shape and hue tell the category, and the state's name.
pub fn state(category: Category, label: &str) -> Markup {
    html! { span.state.{ "state--" (category.key()) } { (state_dot(category)) span.state__label { (label) } } }
}

/// The dot alone, where the name stands nearby.
pub fn state_dot(category: Category) -> Markup {
    html! {
        svg.state__dot viewBox="0 0 16 16" aria-hidden="true" focusable="false" {
            @match category {
                Category::New => circle.state__ring cx="8" cy="8" r="5.25" stroke-dasharray="2.2 1.92" {},
                Category::Active => { circle.state__ring cx="8" cy="8" r="5.25" {} path.state__fill d="M8 5a3 3 0 0 1 0 6z" {} },
                Category::Waiting => { circle.state__ring cx="8" cy="8" r="5.25" {} path.state__bars d="M6.4 6v4M9.6 6v4" {} },
                Category::Done => { circle.state__disc cx="8" cy="8" r="6" {} path.state__tick d="M5.4 8.2l1.8 1.8 3.4-3.8" {} },
                Category::Cancelled => { circle.state__disc cx="8" cy="8" r="6" {} path.state__tick d="M6 6l4 4M10 6l-4 4" {} },
            }
        }
    }
}

/// How urgent something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Priority {
    /// Drop everything.
    Critical,
    /// Before others.
    High,
    /// In turn.
    #[default]
    Moderate,
    /// When there is time.
    Low,
    /// Not said.
    Unset,
}

impl Priority {
    /// The priority of this key; `Unset` when unknown.
    pub fn named(key: &str) -> Self {
        match key {
            "critical" => Self::Critical,
            "high" => Self::High,
            "moderate" | "medium" => Self::Moderate,
            "low" => Self::Low,
            _ => Self::Unset,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Moderate => "moderate",
            Self::Low => "low",
            Self::Unset => "unset",
        }
    }
}

/// A priority: bars like a signal, and its name.
pub fn priority(priority: Priority, label: &str) -> Markup {
    html! { span.priority.{ "priority--" (priority.key()) } { (priority_bars(priority)) span.priority__label { (label) } } }
}

fn priority_bars(priority: Priority) -> Markup {
    let full = match priority {
        Priority::Critical => 4,
        Priority::High => 3,
        Priority::Moderate => 2,
        Priority::Low => 1,
        Priority::Unset => 0,
    };
    html! {
        svg.priority__bars viewBox="0 0 16 16" aria-hidden="true" focusable="false" {
            @for bar in 0..4 {
                rect.priority__on[bar < full].priority__off[bar >= full] x=(1 + bar * 4) y=(10 - bar * 3) width="2.5" height=(4 + bar * 3) rx="1" {}
            }
        }
    }
}
