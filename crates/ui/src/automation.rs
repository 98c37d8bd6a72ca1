//! Automation rules: what one means in a sentence, and what it did.

use maud::{Markup, html};
use steward_words::t;

use crate::badge::badge;
use crate::icon::Icon;
use crate::tone::Tone;

/// A rule as one reads it: when, if, then.
#[derive(Debug, Clone, Copy, Default)]
pub struct Story<'a> {
    /// The kind of record, in the plural.
    pub kind: &'a str,
    /// What it answers.
    pub when: &'a str,
    /// The condition as it is written; always when empty.
    pub condition: &'a str,
    /// What it does, in order.
    pub then: &'a [Step],
    /// What limits it.
    pub limits: &'a [String],
}

/// One thing that a rule does.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// What it is.
    pub text: String,
    /// What is done on each related record, where it is about those.
    pub each: Vec<String>,
}

impl From<String> for Step {
    fn from(text: String) -> Self {
        Self { text, each: Vec::new() }
    }
}

/// The rule as three lines, with what it does as a list.
pub fn story(story: &Story) -> Markup {
    html! {
        dl.rule-story {
            dt { (t("rule-when")) }
            dd { (story.when) " " span.rule-story__kind { (story.kind) } }
            dt { (t("rule-if")) }
            dd { @if story.condition.is_empty() { (t("rule-always")) } @else { code.rule-story__condition { (story.condition) } } }
            dt { (t("rule-then")) }
            dd {
                ol.rule-story__then {
                    @for one in story.then {
                        li {
                            (one.text)
                            @if !one.each.is_empty() { ul.rule-story__each { @for each in &one.each { li { (each) } } } }
                        }
                    }
                }
            }
            @if !story.limits.is_empty() {
                dt { (t("rule-limits")) }
                dd { ul.rule-story__limits { @for one in story.limits { li { (one) } } } }
            }
        }
    }
}

/// What came of a rule that was to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    /// It did something.
    #[default]
    Done,
    /// All was as it wanted it.
    Nothing,
    /// What it wanted to do was refused.
    Refused,
    /// It had acted as often as it may.
    Limited,
    /// It would have chased itself or others.
    Looped,
    /// What it handed over was not taken.
    Undelivered,
}

impl Outcome {
    /// The word and look of it.
    pub fn mark(self) -> Markup {
        match self {
            Self::Done => badge(t("rule-outcome-done"), Tone::Success, Some(Icon::Check)),
            Self::Nothing => badge(t("rule-outcome-nothing"), Tone::Neutral, Some(Icon::Circle)),
            Self::Refused => badge(t("rule-outcome-refused"), Tone::Danger, Some(Icon::Ban)),
            Self::Limited => badge(t("rule-outcome-limited"), Tone::Warning, Some(Icon::ClockExclamation)),
            Self::Looped => badge(t("rule-outcome-looped"), Tone::Warning, Some(Icon::Repeat)),
            Self::Undelivered => badge(t("rule-outcome-undelivered"), Tone::Danger, Some(Icon::CircleX)),
        }
    }
}

/// A line of a log.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// When.
    pub at: Part,
    /// What it was about: the record, or the rule.
    pub about: Part,
    /// What came of it.
    pub outcome: Outcome,
    /// What was done, or why nothing was.
    pub lines: Vec<String>,
    /// What can be done about it.
    pub way_out: Part,
    /// More, folded away: who was passed over, and which rules did not act.
    pub passed: Vec<String>,
}

/// A piece of a line; nothing by default.
#[derive(Debug, Clone, Default)]
pub struct Part(pub Option<Markup>);

impl From<Markup> for Part {
    fn from(markup: Markup) -> Self {
        Self(Some(markup))
    }
}

/// A log, newest first. `about` is the heading of what each line is about.
pub fn runs(label: &str, about: &str, runs: &[Run]) -> Markup {
    let of = |part: &Part| part.0.clone().unwrap_or_default();
    html! {
        div.small-table.rule-runs tabindex="0" role="region" aria-label=(label) {
            table {
                thead { tr { th scope="col" { (t("rule-at")) } th scope="col" { (about) } th scope="col" { (t("rule-outcome")) } th scope="col" { (t("rule-what")) } } }
                tbody {
                    @for run in runs {
                        tr {
                            td { (of(&run.at)) }
                            td { (of(&run.about)) }
                            td { (run.outcome.mark()) }
                            td.rule-runs__what {
                                @if !run.lines.is_empty() { ul.rule-runs__lines { @for line in &run.lines { li { (line) } } } }
                                @if let Some(way_out) = &run.way_out.0 { div.rule-runs__way-out { (way_out) } }
                                @if !run.passed.is_empty() {
                                    details { summary { (t("rule-passed-over")) } ul.rule-runs__lines { @for line in &run.passed { li { (line) } } } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
