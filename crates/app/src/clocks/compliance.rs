//! How promises were kept.

use std::collections::BTreeMap;

use steward_clock::definition::{AGREEMENT, TARGET};
use steward_model::id::RecordId;
use steward_model::record::Record;

use crate::App;
use crate::error::Error;

/// How one target was kept in one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compliance {
    /// Month in which the clocks began, `YYYY-MM`.
    pub month: String,
    /// Name of the agreement.
    pub agreement: String,
    /// Name of the target.
    pub target: String,
    /// Clocks that ended in time.
    pub kept: i64,
    /// Clocks that broke the promise, ended or not.
    pub broken: i64,
    /// Clocks that run and can still be kept.
    pub open: i64,
}

impl App {
    /// How each target was kept by month, for the operator: over all organisations.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn compliance(&self, days: i64) -> Result<Vec<Compliance>, Error> {
        let now = self.now();
        let counts = self.store().clock_counts(now.plus_seconds(-days.clamp(1, 36_600) * 86_400), now).await?;
        let agreements = self.reference_records(AGREEMENT).await?;
        let targets = self.reference_records(TARGET).await?;
        let name = |all: &[Record], id: RecordId| {
            all.iter().find(|one| one.id == id).map_or_else(|| id.to_string(), |one| one.text("name").to_owned())
        };
        let mut lines: BTreeMap<(String, RecordId, RecordId), Compliance> = BTreeMap::new();
        for count in counts {
            let line =
                lines.entry((count.month.clone(), count.agreement, count.target)).or_insert_with(|| Compliance {
                    month: count.month.clone(),
                    agreement: name(&agreements, count.agreement),
                    target: name(&targets, count.target),
                    kept: 0,
                    broken: 0,
                    open: 0,
                });
            line.broken += count.broken;
            match count.state.as_str() {
                "achieved" => line.kept += count.clocks,
                "running" | "paused" | "handed" => line.open += count.clocks - count.broken,
                _ => {}
            }
        }
        Ok(lines.into_values().collect())
    }
}
