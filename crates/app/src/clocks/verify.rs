//! Stored clocks against the fold of their journals.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use steward_model::id::RecordId;

use super::follow::{dues_of, read};
use crate::App;
use crate::boxed;
use crate::error::Error;

/// Records looked at together.
const BATCH: usize = 250;
/// Entries read for one batch at most.
const MOST: usize = 1_000_000;
/// Differences told at most.
const TOLD: usize = 100;

/// What a check of clocks found.
#[derive(Debug, Clone, Default)]
pub struct ClockReport {
    /// Clocks that were computed again.
    pub clocks: usize,
    /// What differs, in words.
    pub differences: Vec<String>,
}

impl App {
    /// Computes every clock again from the journal by the book that it names, and compares it bit for bit.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn verify_clocks(&self) -> Result<ClockReport, Error> {
        let mut report = ClockReport::default();
        let mut after = RecordId(0);
        loop {
            let ids = self.store().records_with_clocks(after, BATCH).await?;
            let Some(last) = ids.last().copied() else { return Ok(report) };
            after = last;
            self.verify_some(&ids, &mut report).await?;
        }
    }

    async fn verify_some(&self, ids: &[RecordId], report: &mut ClockReport) -> Result<(), Error> {
        let stored = self.store().clocks_of(ids).await?;
        let journals = self.store().journals_of(ids, MOST).await?;
        let records = self.store().get_records(ids).await?;
        let mut folds = HashMap::new();
        let mut tell = |what: String| {
            if report.differences.len() < TOLD {
                report.differences.push(what);
            }
        };
        for one in &stored {
            report.clocks += 1;
            let Some(events) = journals.get(&one.record) else {
                tell(format!("clock {} of record {} has no journal", one.slot, one.record));
                continue;
            };
            if let Entry::Vacant(place) = folds.entry((one.record, one.book)) {
                let (Some(kind), Some(book)) = (self.registry().kind(&one.kind), self.book_of(one.book).await?) else {
                    tell(format!("clock {} of record {} names a book that is not kept", one.slot, one.record));
                    continue;
                };
                place.insert(book.fold(kind, events).map_err(Error::internal)?);
            }
            let folded = folds.get(&(one.record, one.book)).into_iter().flatten().find(|clock| clock.slot == one.slot);
            let text = folded.map(serde_json::to_string).transpose().map_err(Error::internal)?;
            // PostgreSQL keeps the text of `json` as it was written, and so does SQLite.
            if text.as_deref() != Some(one.data.as_str()) {
                tell(format!("clock {} of record {} is not what its journal gives", one.slot, one.record));
            }
        }
        for loaded in &records {
            let own = stored.iter().filter(|one| one.record == loaded.record.id);
            let kept = own.map(read).collect::<Result<Vec<_>, _>>()?;
            if dues_of(kept.iter().map(|kept| &kept.clock)) != loaded.record.dues {
                tell(format!("record {} does not say what its clocks do", loaded.record.id));
            }
        }
        Ok(())
    }
}
