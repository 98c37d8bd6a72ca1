//! What became, or would become, of many records at once: figures, progress, reasons, the fate of each.

use maud::{Markup, html};

use crate::badge::badge;
use crate::tone::Tone;

/// A figure with its word.
#[derive(Debug, Clone, Copy)]
pub struct Figure<'a> {
    /// What is counted: `will change`.
    pub label: &'a str,
    /// How many, as it is said: `2,314`.
    pub count: &'a str,
    /// Whether there is none of it.
    pub is_none: bool,
}

/// Figures in a row.
pub fn tally(figures: &[Figure]) -> Markup {
    html! {
        dl.tally {
            @for figure in figures {
                div.tally__part."tally__part--none"[figure.is_none] { dt { (figure.label) } dd { (figure.count) } }
            }
        }
    }
}

/// How far something is; `label` says what.
pub fn progress(label: &str, done: usize, total: usize) -> Markup {
    html! { progress.progress aria-label=(label) value=(done) max=(total.max(1)) { (done) " / " (total) } }
}

/// Why some records were left as they are.
#[derive(Debug, Clone, Default)]
pub struct Reason<'a> {
    /// How many.
    pub count: &'a str,
    /// Why.
    pub text: &'a str,
    /// Some of them: number and address.
    pub examples: Vec<(&'a str, &'a str)>,
}

/// Reasons, most frequent first.
pub fn reasons(reasons: &[Reason]) -> Markup {
    html! {
        ul.reasons {
            @for reason in reasons {
                li.reasons__item {
                    span.reasons__count { (reason.count) }
                    span.reasons__text { (reason.text) }
                    @if !reason.examples.is_empty() {
                        span.reasons__examples {
                            @for (place, (number, address)) in reason.examples.iter().enumerate() {
                                @if place > 0 { ", " }
                                a href=(address) { (number) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What became of one record.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fate<'a> {
    /// Its number; empty when the reader may not see the record.
    pub number: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its address, when the reader may see it.
    pub address: Option<&'a str>,
    /// What became of it: `Changed`.
    pub outcome: &'a str,
    /// How that is meant.
    pub tone: Tone,
    /// Why; may be empty.
    pub reason: &'a str,
}

/// What became of each.
pub fn fates(fates: &[Fate]) -> Markup {
    html! {
        ul.fates {
            @for fate in fates {
                li.fates__item {
                    span.fates__outcome { (badge(fate.outcome, fate.tone, None)) }
                    span.fates__record {
                        @if let Some(address) = fate.address { a href=(address) { (fate.number) " " (fate.title) } } @else { (fate.title) }
                    }
                    @if !fate.reason.is_empty() { span.fates__reason { (fate.reason) } }
                }
            }
        }
    }
}
