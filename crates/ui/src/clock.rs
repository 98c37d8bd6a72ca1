//! Service-level clocks: how near a promise is, its life as a picture, and each thing that happened to it.
//!
//! States show by shape and word as well as by colour. Scripts count down; without them the due moment stands there.

use maud::{Markup, html};
use steward_words::t;

use crate::icon::{Icon, icon};
use crate::time::{Time, time};

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClockState {
    /// It runs, and there is time.
    #[default]
    Far,
    /// It runs, and there is little time.
    Soon,
    /// It runs beyond what was promised.
    Over,
    /// It stands still.
    Paused,
    /// Another team has the record.
    Handed,
    /// It ended in time.
    Kept,
    /// It ended too late.
    Broken,
    /// It ended without a promise.
    GivenUp,
}

impl ClockState {
    fn key(self) -> &'static str {
        match self {
            Self::Far => "far",
            Self::Soon => "soon",
            Self::Over => "over",
            Self::Paused => "paused",
            Self::Handed => "handed",
            Self::Kept => "kept",
            Self::Broken => "broken",
            Self::GivenUp => "given-up",
        }
    }

    fn symbol(self) -> Icon {
        match self {
            Self::Far => Icon::Clock,
            Self::Soon => Icon::ClockExclamation,
            Self::Over => Icon::Flame,
            Self::Paused => Icon::PlayerPause,
            Self::Handed => Icon::ArrowsExchange,
            Self::Kept => Icon::CircleCheck,
            Self::Broken => Icon::CircleX,
            Self::GivenUp => Icon::Ban,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Far => t("clock-running"),
            Self::Soon => t("due-soon"),
            Self::Over => t("overdue"),
            Self::Paused => t("clock-paused"),
            Self::Handed => t("clock-handed"),
            Self::Kept => t("clock-achieved"),
            Self::Broken => t("clock-breached"),
            Self::GivenUp => t("clock-cancelled"),
        }
    }

    /// Whether time changes what it says.
    fn counts(self) -> bool {
        matches!(self, Self::Far | Self::Soon | Self::Over)
    }
}

/// A badge: the state, and the due moment while it counts.
pub fn clock_badge(state: ClockState, due: Option<&Time>) -> Markup {
    let due = due.filter(|_| state.counts());
    html! {
        span.clock-badge data-state=(state.key()) data-countdown[due.is_some()] {
            // All three, so that a script changes the shape when time passes.
            @if due.is_some() {
                @for one in [ClockState::Far, ClockState::Soon, ClockState::Over] {
                    span.clock-badge__sign data-for=(one.key()) { (icon(one.symbol())) span.hidden-text { (one.word()) " " } }
                }
            } @else { (icon(state.symbol())) }
            @match due {
                Some(due) => (time(due)),
                None => span { (state.word()) },
            }
        }
    }
}

/// A span in a clock's life, in thousandths of the picture's width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockSpan {
    /// Where it begins.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
    /// How the clock stood; only [`ClockState::Far`], [`ClockState::Over`], [`ClockState::Paused`] and
    /// [`ClockState::Handed`] have a shape.
    pub state: ClockState,
}

/// A clock's life as a picture. `said` says in words what it shows; the table beside it holds everything.
pub fn clock_picture(spans: &[ClockSpan], due: Option<u32>, said: &str) -> Markup {
    html! {
        svg.clock-picture viewBox="0 0 1000 28" preserveAspectRatio="none" role="img" aria-label=(said) focusable="false" {
            line.clock-picture__base x1="0" y1="25" x2="1000" y2="25" {}
            @for span in spans {
                // Running is tall, standing still is low, and over time is tallest.
                @let (y, height) = match span.state { ClockState::Paused => (17, 8), ClockState::Handed => (21, 4), ClockState::Over => (3, 22), _ => (8, 17) };
                rect.clock-picture__span.{ "clock-picture__span--" (span.state.key()) } x=(span.from) y=(y) width=(span.to.saturating_sub(span.from).max(2)) height=(height) {}
            }
            @if let Some(due) = due { line.clock-picture__due x1=(due) y1="0" x2=(due) y2="28" {} }
        }
    }
}

/// What the colours and heights of pictures mean.
pub fn clock_legend() -> Markup {
    html! {
        ul.clock-legend {
            @for state in [ClockState::Far, ClockState::Paused, ClockState::Handed, ClockState::Over] {
                li { span.clock-legend__mark.{ "clock-legend__mark--" (state.key()) } aria-hidden="true" {} (state.word()) }
            }
        }
    }
}

/// A clock beside a record.
#[derive(Debug, Clone, Default)]
pub struct ClockLine<'a> {
    /// What it measures.
    pub label: &'a str,
    /// The agreement's name.
    pub agreement: &'a str,
    /// How it stands.
    pub state: ClockState,
    /// When it is due.
    pub due: Option<Time<'a>>,
    /// How much is used, in words.
    pub used: &'a str,
    /// How much is used, in per cent.
    pub percent: u32,
    /// More, such as the next step of escalation; may be empty.
    pub detail: &'a str,
}

/// Clocks beside a record.
pub fn clock_lines(lines: &[ClockLine], why: &str) -> Markup {
    html! {
        ul.clocks {
            @for line in lines {
                li.clock-line {
                    div.clock-line__head { span.clock-line__label { (line.label) } (clock_badge(line.state, line.due.as_ref())) }
                    svg.clock-line__bar viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                        rect.clock-line__track width="100" height="4" {}
                        rect.clock-line__fill.{ "clock-line__fill--" (line.state.key()) } width=(line.percent.min(100)) height="4" {}
                    }
                    p.clock-line__detail { (line.used) " · " (line.agreement) }
                    @if !line.detail.is_empty() { p.clock-line__detail { (line.detail) } }
                }
            }
        }
        p.clocks__why { a href=(why) hx-get=(why) hx-target="#dialog" hx-swap="innerHTML" { (t("clock-why")) } }
    }
}

/// When something will be done, as a range in words, and what that rests on.
pub fn forecast_line(range: &str, why: &str) -> Markup {
    html! {
        p.forecast { (range) }
        p.clock-line__detail { (why) }
    }
}

/// A record under a promise that is tried.
#[derive(Debug, Clone, Default)]
pub struct PromiseLine<'a> {
    /// Its number.
    pub number: &'a str,
    /// Where it is.
    pub address: &'a str,
    /// Its title.
    pub title: &'a str,
    /// The target that it falls under.
    pub target: &'a str,
    /// When the clock begins, in words.
    pub opened: &'a str,
    /// When it is due, in words.
    pub due: &'a str,
    /// How much of the promised time it used, in words.
    pub used: &'a str,
    /// How it comes out.
    pub state: ClockState,
}

/// Records under a promise that is tried, the latest first.
pub fn promise_lines(label: &str, lines: &[PromiseLine]) -> Markup {
    // Which promise it is needs no saying where there is one.
    let several = lines.iter().any(|line| line.target != lines[0].target);
    html! {
        div.small-table.promise-lines tabindex="0" role="region" aria-label=(label) {
            table {
                thead { tr {
                    th scope="col" { (t("promise-record")) }
                    @if several { th scope="col" { (t("promise-target")) } }
                    th scope="col" { (t("promise-due")) }
                    th scope="col" { (t("promise-outcome")) }
                } }
                tbody { @for line in lines { tr {
                    td { a href=(line.address) { (line.number) } " " (line.title) span.quiet { " · " (line.opened) } }
                    @if several { td { (line.target) } }
                    td { (line.due) }
                    td { (clock_badge(line.state, None)) span.quiet { " " (line.used) } }
                } } }
            }
        }
    }
}

/// Something that happened to a clock.
#[derive(Debug, Clone, Default)]
pub struct ClockMark<'a> {
    /// When.
    pub time: Time<'a>,
    /// What, in words.
    pub what: &'a str,
    /// Who or what brought it about.
    pub who: Markup,
    /// Working time since the one before.
    pub worked: &'a str,
    /// Time paused since the one before.
    pub paused: &'a str,
    /// When it is due after it.
    pub due: &'a str,
}

impl Default for ClockSpan {
    fn default() -> Self {
        Self { from: 0, to: 1000, state: ClockState::Far }
    }
}

/// Everything that happened to a clock, as a table.
pub fn clock_trace(name: &str, marks: &[ClockMark]) -> Markup {
    html! {
        div.small-table.clock-trace tabindex="0" role="region" aria-label=(name) {
            table {
                thead { tr {
                    th scope="col" { (t("clock-trace-when")) } th scope="col" { (t("clock-trace-what")) }
                    th scope="col" { (t("clock-trace-who")) } th scope="col" { (t("clock-trace-worked")) }
                    th scope="col" { (t("clock-trace-paused")) } th scope="col" { (t("clock-trace-due")) }
                } }
                tbody {
                    @for mark in marks {
                        tr { td { (time(&mark.time)) } td { (mark.what) } td { (mark.who) } td { (mark.worked) } td { (mark.paused) } td { (mark.due) } }
                    }
                }
            }
        }
    }
}

/// A target that was considered.
#[derive(Debug, Clone, Default)]
pub struct ClockReason<'a> {
    /// The target.
    pub target: &'a str,
    /// Its address.
    pub address: &'a str,
    /// Its agreement.
    pub agreement: &'a str,
    /// Sort of that.
    pub sort: &'a str,
    /// Whether it applies.
    pub applies: bool,
    /// Why or why not.
    pub reason: &'a str,
}

/// Why these targets apply and others do not.
pub fn clock_reasons(reasons: &[ClockReason]) -> Markup {
    html! {
        ul.clock-reasons {
            @for reason in reasons {
                li.clock-reason.clock-reason--applies[reason.applies] {
                    (icon(if reason.applies { Icon::Check } else { Icon::X }))
                    div { a href=(reason.address) { (reason.target) } " · " (reason.agreement) " (" (reason.sort) ")" p.clock-line__detail { (reason.reason) } }
                }
            }
        }
    }
}
