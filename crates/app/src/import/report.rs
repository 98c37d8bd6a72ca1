//! What an import did, for people and for programs.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use steward_model::decide::Irregularity;

/// Examples told at most of each sort.
pub(crate) const TOLD: usize = 20;

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Rows of the file that are done.
    pub rows: u64,
    /// Rows of the file.
    pub of_rows: u64,
    /// Events written so far.
    pub events: u64,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ImportReport {
    /// Name of the profile.
    pub profile: String,
    /// Key of the kind that the cases became.
    pub kind: String,
    /// Rows of the file, its header not counted.
    pub rows: u64,
    /// Events written for rows.
    pub events: u64,
    /// Rows that were imported before.
    pub known_rows: u64,
    /// Rows that could not be used.
    pub unusable_rows: u64,
    /// The first of these.
    pub unusable: Vec<Unusable>,
    /// Where all of these stand.
    pub error_file: Option<PathBuf>,
    /// Records made of cases.
    pub created: u64,
    /// Records that were there and got more history.
    pub continued: u64,
    /// Records made because the log names them, by kind.
    pub referenced: BTreeMap<String, u64>,
    /// What today's rules would have refused, and was recorded all the same.
    pub irregular: Vec<Irregular>,
    /// Rows whose priority is not the one that our matrix gives; it was kept as an override.
    pub other_priorities: u64,
    /// The first of these.
    pub other_priority: Vec<OtherPriority>,
    /// Columns of which nothing was kept.
    pub left_out: Vec<LeftOut>,
    /// Seconds that it took.
    pub seconds: f64,
}

/// A row that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unusable {
    /// Its line in the file.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// How often one thing was irregular.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Irregular {
    /// What: `unknown_state`, `no_transition`, `other_first_state` or `time_goes_back`.
    pub sort: &'static str,
    /// State before.
    pub from: Option<String>,
    /// State after.
    pub to: Option<String>,
    /// How often.
    pub count: u64,
}

/// A priority that does not follow from the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherPriority {
    /// Line in the file.
    pub line: u64,
    /// What the log says.
    pub said: String,
    /// What the matrix gives.
    pub matrix: Option<String>,
}

/// A column of which nothing was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Its name.
    pub column: String,
    /// Why.
    pub reason: String,
}

impl Irregular {
    pub(crate) fn new(irregularity: &Irregularity, count: u64) -> Self {
        let (sort, from, to) = match irregularity {
            Irregularity::UnknownState(state) => ("unknown_state", None, Some(state)),
            Irregularity::NoTransition { from, to } => ("no_transition", Some(from), Some(to)),
            Irregularity::OtherFirstState(state) => ("other_first_state", None, Some(state)),
            Irregularity::TimeGoesBack => ("time_goes_back", None, None),
        };
        Self { sort, from: from.cloned(), to: to.cloned(), count }
    }
}

impl fmt::Display for Irregular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from.as_deref().unwrap_or_default(), self.to.as_deref().unwrap_or_default());
        match self.sort {
            "unknown_state" => write!(f, "the lifecycle has no state {to}"),
            "no_transition" => write!(f, "no transition leads from {from} to {to}"),
            "other_first_state" => write!(f, "the first state is {to}"),
            _ => write!(f, "the time goes back within the case"),
        }
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = if self.seconds > 0.0 { self.events as f64 / self.seconds } else { 0.0 };
        writeln!(
            f,
            "Imported {} events in {:.1} s ({rate:.0} per second), profile {}.",
            self.events, self.seconds, self.profile
        )?;
        writeln!(f, "  {:>9} rows read", self.rows)?;
        writeln!(f, "  {:>9} were imported before", self.known_rows)?;
        writeln!(f, "  {:>9} could not be used", self.unusable_rows)?;
        writeln!(f, "  {:>9} records of kind {} made", self.created, self.kind)?;
        writeln!(f, "  {:>9} records got more history", self.continued)?;
        for (kind, count) in &self.referenced {
            writeln!(f, "  {count:>9} records of kind {kind} made because the log names them")?;
        }
        if !self.irregular.is_empty() {
            writeln!(f, "Irregular, and recorded as it happened:")?;
            for irregular in &self.irregular {
                writeln!(f, "  {:>9} times {irregular}", irregular.count)?;
            }
        }
        if self.other_priorities > 0 {
            writeln!(f, "Priorities that do not follow from the matrix, kept as overrides: {}", self.other_priorities)?;
            for other in &self.other_priority {
                let matrix = other.matrix.as_deref().unwrap_or("none");
                writeln!(f, "  line {}: {}, by the matrix {matrix}", other.line, other.said)?;
            }
        }
        for left_out in &self.left_out {
            writeln!(f, "Column {} was left out: {}", left_out.column, left_out.reason)?;
        }
        if self.unusable_rows > 0 {
            writeln!(f, "Rows that could not be used:")?;
            for unusable in &self.unusable {
                writeln!(f, "  line {}: {}", unusable.line, unusable.reason)?;
            }
            match &self.error_file {
                Some(path) => {
                    writeln!(f, "All of them stand in {}; put them right there and import that file.", path.display())?
                }
                None => writeln!(f, "Name an error file to have all of them written there.")?,
            }
        }
        Ok(())
    }
}
