//! Small charts as plain SVG, and tiles of one number. One hue, direct labels, a baseline at zero.

use maud::{Markup, html};

use crate::tone::Tone;

/// One number with its name.
#[derive(Debug, Clone, Default)]
pub struct Tile<'a> {
    /// What is counted.
    pub label: &'a str,
    /// The number.
    pub value: &'a str,
    /// Beside it: `12 more than last week`.
    pub detail: &'a str,
    /// What the detail means.
    pub tone: Tone,
    /// Address of what was counted.
    pub address: Option<&'a str>,
    /// A sparkline under it.
    pub line: Option<Markup>,
}

/// Tiles in a row.
pub fn tiles(tiles: &[Tile]) -> Markup {
    html! { ul.tiles { @for tile in tiles { li { (self::tile(tile)) } } } }
}

fn tile(tile: &Tile) -> Markup {
    let content = html! {
        span.tile__label { (tile.label) }
        span.tile__value { (tile.value) }
        @if !tile.detail.is_empty() { span.tile__detail.{ "tile__detail--" (tile.tone.key()) } { (tile.detail) } }
        @if let Some(line) = &tile.line { (line) }
    };
    html! { @if let Some(address) = tile.address { a.tile href=(address) { (content) } } @else { div.tile { (content) } } }
}

/// One bar.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bar<'a> {
    /// What it is.
    pub label: &'a str,
    /// Its length, not below zero.
    pub value: f64,
    /// The value in words.
    pub shown: &'a str,
    /// Address of what it counts.
    pub address: Option<&'a str>,
}

/// Lying bars, each with label and value; a list to screen readers.
pub fn bars(name: &str, bars: &[Bar]) -> Markup {
    let most = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    html! {
        ul.bars aria-label=(name) {
            @for bar in bars {
                li.bars__bar {
                    span.bars__label { @if let Some(address) = bar.address { a href=(address) { (bar.label) } } @else { (bar.label) } }
                    svg.bars__track viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                        rect.bars__fill width=(percent(bar.value, most)) height="8" {}
                    }
                    span.bars__value { (bar.shown) }
                }
            }
        }
    }
}

/// A line of values over time, oldest first, with a sentence for screen readers.
pub fn sparkline(sentence: &str, values: &[f64]) -> Markup {
    let most = values.iter().copied().fold(0.0, f64::max);
    let step = 100.0 / (values.len().max(2) - 1) as f64;
    let points: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(index, value)| format!("{:.1},{:.1}", index as f64 * step, 23.0 - percent(*value, most) * 0.22))
        .collect();
    html! {
        svg.sparkline viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label=(sentence) {
            path.sparkline__base d="M0 23.5h100" {}
            polyline.sparkline__line points=(points.join(" ")) {}
        }
    }
}

/// Standing bars over time, each with a title under the pointer; `sentence` is for screen readers.
pub fn columns(sentence: &str, bars: &[Bar]) -> Markup {
    let most = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let room = 100.0 / bars.len().max(1) as f64;
    html! {
        figure.columns {
            svg.columns__picture viewBox="0 0 100 40" preserveAspectRatio="none" role="img" aria-label=(sentence) {
                @for (index, bar) in bars.iter().enumerate() {
                    @let height = percent(bar.value, most) * 0.38;
                    rect.columns__bar x=(format!("{:.2}", index as f64 * room + room * 0.15)) y=(format!("{:.2}", 39.5 - height)) width=(format!("{:.2}", room * 0.7)) height=(format!("{height:.2}")) {
                        title { (bar.label) ": " (bar.shown) }
                    }
                }
                path.columns__base d="M0 39.75h100" {}
            }
            @if let (Some(first), Some(last)) = (bars.first(), bars.last()) {
                figcaption.columns__ends { span { (first.label) } span { (last.label) } }
            }
        }
    }
}

/// Part of the most, from 0 to 100.
fn percent(value: f64, most: f64) -> f64 {
    if most > 0.0 { (value.max(0.0) / most * 1000.0).round() / 10.0 } else { 0.0 }
}
