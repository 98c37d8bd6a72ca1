//! Figures, the bar that each is held to, and how they are shown.

use std::time::Duration;

use serde::Serialize;

use crate::bench::client::Times;
use crate::bench::machine::Machine;

/// Everything that one run found.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// What it ran on.
    pub(super) machine: Machine,
    /// How it ran.
    pub(super) settings: Settings,
    /// What was measured, in order.
    pub(super) figures: Vec<Figure>,
}

/// How a run was set up.
#[derive(Debug, Serialize)]
pub(super) struct Settings {
    /// Version of this program.
    pub(super) version: &'static str,
    /// The database with its version.
    pub(super) database: String,
    /// What a commit waits for.
    pub(super) durability: String,
    /// Incidents in the database when lists were measured.
    pub(super) records: usize,
    /// Bytes of the database then.
    pub(super) database_bytes: u64,
    /// Seconds for each load.
    pub(super) seconds: u64,
    /// Seed of the data.
    pub(super) seed: u64,
}

/// One measurement.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    /// What was measured.
    name: String,
    #[serde(flatten)]
    measured: Measured,
    /// What it is held to; `None` when it is only told.
    #[serde(skip_serializing_if = "Option::is_none")]
    bar: Option<Bar>,
    /// Whether the bar was met.
    #[serde(skip_serializing_if = "Option::is_none")]
    met: Option<bool>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Measured {
    Value { value: f64, unit: &'static str },
    Load { per_second: f64, p50_ms: f64, p99_ms: f64, processor_ms: f64, requests: usize },
}

/// What a figure is held to (DESIGN section 11, and tighter where that was found to be possible).
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Bar {
    /// Not less than this: a value, or requests a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) at_least: Option<f64>,
    /// Below this: a value, or milliseconds that 99 % of requests take at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) below: Option<f64>,
}

impl Bar {
    /// Not less than this.
    pub(super) fn at_least(value: f64) -> Option<Self> {
        Some(Self { at_least: Some(value), below: None })
    }

    /// Below this.
    pub(super) fn below(value: f64) -> Option<Self> {
        Some(Self { at_least: None, below: Some(value) })
    }

    fn is_met(self, high: f64, low: f64) -> bool {
        self.at_least.is_none_or(|bar| high >= bar) && self.below.is_none_or(|bar| low < bar)
    }
}

impl Figure {
    /// A single value.
    pub(super) fn value(name: impl Into<String>, value: f64, unit: &'static str, bar: Option<Bar>) -> Self {
        let met = bar.map(|bar| bar.is_met(value, value));
        Self { name: name.into(), measured: Measured::Value { value, unit }, bar, met }
    }

    /// What a load measured, with the server's time on a processor for each request.
    pub(super) fn load(name: impl Into<String>, times: Times, bar: Option<Bar>) -> Self {
        let Times { mut each, elapsed, processor } = times;
        each.sort_unstable();
        let requests = each.len();
        let per_second = requests as f64 / elapsed.as_secs_f64().max(f64::EPSILON);
        let (p50_ms, p99_ms) = (percentile(&each, 50), percentile(&each, 99));
        let processor_ms = processor.as_secs_f64() * 1e3 / requests.max(1) as f64;
        let met = bar.map(|bar| bar.is_met(per_second, p99_ms));
        let measured = Measured::Load { per_second, p50_ms, p99_ms, processor_ms, requests };
        Self { name: name.into(), measured, bar, met }
    }
}

/// The time, in milliseconds, that so many percent of sorted times do not exceed; 0 without times.
fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

impl Report {
    /// The report as text.
    pub(super) fn table(&self) -> String {
        let Settings { version, database, durability, records, database_bytes, seconds, seed } = &self.settings;
        let mut lines = vec![
            self.machine.line(),
            format!("steward {version}, {database}, {durability}"),
            format!("{records} incidents, {} MiB, {seconds} s a load, seed {seed}", database_bytes / 1024 / 1024),
            String::new(),
            format!("{:<58} {:>12} {:>9} {:>9} {:>9}  {}", "", "value", "p50 ms", "p99 ms", "CPU ms", "bar"),
        ];
        lines.extend(self.figures.iter().map(Figure::line));
        lines.join("\n")
    }
}

impl Figure {
    fn line(&self) -> String {
        let (value, times) = match &self.measured {
            Measured::Value { value, unit } => (format!("{} {unit}", rounded(*value)), Default::default()),
            Measured::Load { per_second, p50_ms, p99_ms, processor_ms, .. } => {
                let times = [p50_ms, p99_ms, processor_ms].map(|time| format!("{time:.2}"));
                (format!("{} /s", rounded(*per_second)), times)
            }
        };
        let [p50, p99, processor] = times;
        let low_unit = if matches!(self.measured, Measured::Load { .. }) { " ms" } else { "" };
        let bar = self.bar.map_or_else(String::new, |bar| {
            let least = bar.at_least.map(|bar| format!("≥ {}", rounded(bar)));
            let below = bar.below.map(|bar| format!("< {}{low_unit}", rounded(bar)));
            let verdict = if self.met == Some(true) { "met" } else { "MISSED" };
            let bars: Vec<String> = least.into_iter().chain(below).collect();
            format!("{} {verdict}", bars.join(", "))
        });
        format!("{:<58} {value:>12} {p50:>9} {p99:>9} {processor:>9}  {bar}", self.name).trim_end().to_owned()
    }
}

/// With as many decimals as say something.
fn rounded(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.3}").trim_end_matches('0').trim_end_matches('.').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let times: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!((percentile(&times, 50), percentile(&times, 99)), (100.0, 198.0));
        assert_eq!(percentile(&times[..1], 99), 1.0);
        assert_eq!(percentile(&[], 99), 0.0);
    }

    fn check_bar(bar: Bar, per_second: f64, p99: f64, expected: bool) {
        assert_eq!(bar.is_met(per_second, p99), expected, "{bar:?} {per_second} {p99}");
    }

    #[test]
    fn a_bar_holds_rate_and_time_apart() {
        let both = Bar { at_least: Some(2000.0), below: Some(20.0) };
        check_bar(both, 2000.0, 19.9, true);
        check_bar(both, 1999.0, 19.9, false);
        check_bar(both, 2001.0, 20.0, false);
        check_bar(Bar::default(), 0.0, 1e9, true);
    }
}
