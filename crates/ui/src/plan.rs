//! The steps of a plan or a flow: as an outline, and the same drawn as a graph.
//!
//! How a step stands shows by shape and word as well as by colour. The drawing says nothing that the outline does not, so
//! it is hidden from those who do not look at it.

use maud::{Markup, html};
use steward_words::{t, t_with};

use crate::icon::{Icon, icon};
use crate::record::Live;

/// Width of a step in the drawing.
const WIDTH: usize = 148;
/// Its height.
const HEIGHT: usize = 46;
/// Between two columns.
const GAP_X: usize = 28;
/// Between two steps of a column.
const GAP_Y: usize = 14;
/// Around all.
const MARGIN: usize = 6;
/// Letters of a title that a step in the drawing has room for.
const LETTERS: usize = 20;

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stands {
    /// It is part of a flow and stands nowhere.
    #[default]
    Defined,
    /// It is to come.
    Waiting,
    /// It goes on.
    Active,
    /// It is done.
    Done,
    /// It was skipped or not needed.
    Skipped,
    /// The plan took another way.
    LeftOut,
    /// It failed.
    Failed,
    /// The plan was cancelled before.
    Cancelled,
    /// It was done and taken back.
    Undone,
}

impl Stands {
    fn key(self) -> &'static str {
        match self {
            Self::Defined => "defined",
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::LeftOut => "left-out",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Undone => "undone",
        }
    }

    fn symbol(self) -> Icon {
        match self {
            Self::Defined | Self::Waiting => Icon::Circle,
            Self::Active => Icon::PlayerPlay,
            Self::Done => Icon::CircleCheck,
            Self::Skipped => Icon::ArrowRight,
            Self::LeftOut | Self::Cancelled => Icon::Ban,
            Self::Failed => Icon::CircleX,
            Self::Undone => Icon::ArrowBackUp,
        }
    }

    /// The word for it; empty where it stands nowhere.
    pub fn word(self) -> &'static str {
        match self {
            Self::Defined => "",
            Self::Waiting => t("plan-waiting"),
            Self::Active => t("plan-active"),
            Self::Done => t("plan-done"),
            Self::Skipped => t("plan-skipped"),
            Self::LeftOut => t("plan-left-out"),
            Self::Failed => t("plan-failed"),
            Self::Cancelled => t("plan-cancelled"),
            Self::Undone => t("plan-undone"),
        }
    }
}

/// A step.
#[derive(Debug, Clone, Default)]
pub struct PlanStep<'a> {
    /// What is done.
    pub title: &'a str,
    /// What sort of step it is, in words.
    pub sort: &'a str,
    /// How it stands.
    pub stands: Stands,
    /// Who has it, or will.
    pub who: &'a str,
    /// When it is due, or ended.
    pub when: Option<Markup>,
    /// Why it stands so, or on what it hangs; may be empty.
    pub note: &'a str,
    /// Whether a delay of it delays all.
    pub is_critical: bool,
    /// Whether it begins only when what was done is taken back.
    pub is_undoing: bool,
    /// Number and address of the record that it became.
    pub record: Option<(&'a str, &'a str)>,
    /// What can be done with it.
    pub actions: Option<Markup>,
    /// Its column in the drawing.
    pub layer: usize,
    /// The places of the steps that it comes after.
    pub before: &'a [usize],
}

/// A plan, or the steps of a flow.
#[derive(Debug, Clone, Default)]
pub struct Plan<'a> {
    /// What stands over it.
    pub label: &'a str,
    /// Follows changes.
    pub live: Option<Live<'a>>,
    /// Number and address of its page; none on the page itself.
    pub page: Option<(&'a str, &'a str)>,
    /// What it is called; may be empty.
    pub title: &'a str,
    /// How it stands, in words; may be empty.
    pub state: &'a str,
    /// How far it is and when it will be done, in words.
    pub facts: &'a [Markup],
    /// What is in the way, or came of it; may be empty.
    pub outcome: &'a str,
    /// The steps.
    pub steps: &'a [PlanStep<'a>],
}

/// The plan, with `actions` for whoever may change it.
pub fn plan(plan: &Plan, actions: Option<Markup>) -> Markup {
    html! {
        section.plan aria-label={ (plan.label) @if !plan.title.is_empty() { ": " (plan.title) } @if let Some((number, _)) = plan.page { " " (number) } } data-live-record=[plan.live.map(|live| live.record)] data-live-source=[plan.live.map(|live| live.source)] {
            header.plan__head {
                h2.plan__label { (plan.label) }
                @if !plan.title.is_empty() { span.plan__title { (plan.title) } }
                @if let Some((number, address)) = plan.page { a.plan__number href=(address) { (number) } }
                @if !plan.state.is_empty() { span.plan__state { (plan.state) } }
            }
            @if !plan.facts.is_empty() {
                p.plan__facts { @for (place, fact) in plan.facts.iter().enumerate() { @if place > 0 { " · " } span { (fact) } } }
            }
            @if !plan.outcome.is_empty() { p.plan__outcome { (icon(Icon::AlertTriangle)) span { (plan.outcome) } } }
            ol.plan__steps { @for step in plan.steps { (line(step, plan.steps)) } }
            @if plan.steps.len() > 1 {
                details.plan__drawing open[plan.page.is_none()] {
                    summary { (icon(Icon::Sitemap)) (t("plan-drawn")) }
                    div.plan__canvas tabindex="0" role="group" aria-label=(t("plan-drawn")) { (drawing(plan.steps)) }
                }
            }
            @if let Some(actions) = actions { div.plan__actions { (actions) } }
        }
    }
}

fn line(step: &PlanStep, all: &[PlanStep]) -> Markup {
    let before: Vec<&str> = step.before.iter().filter_map(|place| all.get(*place)).map(|one| one.title).collect();
    html! {
        li.plan-step.{ "plan-step--" (step.stands.key()) } {
            span.plan-step__mark { (icon(step.stands.symbol())) }
            div.plan-step__body {
                p.plan-step__head {
                    span.plan-step__title { (step.title) }
                    @if let Some((number, address)) = step.record { " " a.plan-step__record href=(address) { (number) } }
                    @if step.is_critical { " " span.plan-step__critical title=(t("plan-critical-why")) { (icon(Icon::Route)) (t("plan-critical")) } }
                }
                p.plan-step__about {
                    span { (step.sort) }
                    @if !step.stands.word().is_empty() { " · " span.plan-step__stands { (step.stands.word()) } }
                    @if !step.who.is_empty() { " · " span { (step.who) } }
                    @if let Some(when) = &step.when { " · " span { (when) } }
                    @if !before.is_empty() { " · " span { (t_with("plan-after", &[("steps", (&before.join(", ")).into())])) } }
                    @if step.is_undoing { " · " span { (t("plan-takes-back")) } }
                }
                @if !step.note.is_empty() { p.plan-step__note { (step.note) } }
            }
            @if let Some(actions) = &step.actions { div.plan-step__actions { (actions) } }
        }
    }
}

/// Steps in columns, each column what comes after the one before it.
fn drawing(steps: &[PlanStep]) -> Markup {
    let columns = steps.iter().map(|step| step.layer + 1).max().unwrap_or_default();
    let mut filled = vec![0; columns];
    let places: Vec<(usize, usize)> = steps
        .iter()
        .map(|step| {
            let row = filled[step.layer];
            filled[step.layer] += 1;
            (MARGIN + step.layer * (WIDTH + GAP_X), MARGIN + row * (HEIGHT + GAP_Y))
        })
        .collect();
    let rows = filled.iter().max().copied().unwrap_or_default();
    let width = 2 * MARGIN + columns * (WIDTH + GAP_X) - GAP_X;
    let height = 2 * MARGIN + rows * (HEIGHT + GAP_Y) - GAP_Y;
    let edges = steps.iter().enumerate().flat_map(|(to, step)| step.before.iter().map(move |from| (*from, to)));
    html! {
        svg.plan-graph aria-hidden="true" focusable="false" width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) } {
            @for (from, to) in edges {
                @if let (Some((fx, fy)), Some((tx, ty))) = (places.get(from), places.get(to)) {
                    @let (sx, sy, ex, ey) = (fx + WIDTH, fy + HEIGHT / 2, *tx, ty + HEIGHT / 2);
                    @let bend = GAP_X / 2;
                    @let critical = steps[from].is_critical && steps[to].is_critical;
                    path.plan-graph__edge."plan-graph__edge--critical"[critical] d={ "M" (sx) " " (sy) " C" (sx + bend) " " (sy) " " (ex.saturating_sub(bend)) " " (ey) " " (ex) " " (ey) } {}
                }
            }
            @for (step, (x, y)) in steps.iter().zip(&places) {
                g.plan-graph__step.{ "plan-graph__step--" (step.stands.key()) }."plan-graph__step--critical"[step.is_critical] {
                    rect x=(x) y=(y) width=(WIDTH) height=(HEIGHT) rx="6" {}
                    text.plan-graph__title x=(x + 10) y=(y + 19) { (short(step.title)) }
                    text.plan-graph__about x=(x + 10) y=(y + 35) { (short(&about(step))) }
                }
            }
        }
    }
}

fn about(step: &PlanStep) -> String {
    let parts = [step.stands.word(), step.who, step.sort];
    let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).take(2).collect();
    said.join(" · ")
}

fn short(text: &str) -> String {
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(LETTERS - 1).collect();
    cut.push('…');
    cut
}
