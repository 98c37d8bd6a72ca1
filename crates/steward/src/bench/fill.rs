//! Filling the database in bulk, as an import does: many records with their whole history in one commit.

use std::ops::Range;
use std::time::{Duration, Instant};

use steward_store::change::{ChangeSet, RecordChange};
use steward_store::store::Store;
use tokio::sync::mpsc;

use crate::bench::incidents::{Depth, Maker};

/// Incidents in one commit.
const BATCH: usize = 1_000;

/// What was written.
#[derive(Debug, Default)]
pub(super) struct Filled {
    /// Entries of the journal.
    pub(super) events: usize,
    /// How long it took, the making of the data included.
    pub(super) elapsed: Duration,
}

/// Writes the incidents at some places. The next batch is made while one is written.
///
/// # Errors
/// When the database refuses.
pub(super) async fn fill(store: &Store, maker: &Maker, places: Range<usize>, depth: Depth) -> anyhow::Result<Filled> {
    let begun = Instant::now();
    let (batches, mut made) = mpsc::channel::<anyhow::Result<Vec<RecordChange>>>(2);
    let mut events = 0;
    let mut left = Vec::new();
    for start in places.clone().step_by(BATCH) {
        left.push(start..(start + BATCH).min(places.end));
    }
    let (maker, numbering) = (maker.clone(), store.clone());
    let making = tokio::spawn(async move {
        for batch in left {
            let ids = numbering.next_ids(batch.len()).await?;
            let numbers = numbering.next_numbers(&maker.kind, batch.len()).await?;
            let maker = maker.clone();
            let changes = tokio::task::spawn_blocking(move || {
                let named = ids.into_iter().zip(numbers).zip(batch);
                named.map(|((id, number), place)| maker.incident(place, id, number, depth)).collect()
            });
            if batches.send(changes.await?).await.is_err() {
                break;
            }
        }
        anyhow::Ok(())
    });
    while let Some(records) = made.recv().await {
        let records = records?;
        events += records.iter().map(|record| record.events.len()).sum::<usize>();
        store.commit(ChangeSet { records, ..ChangeSet::default() }).await?;
    }
    making.await??;
    Ok(Filled { events, elapsed: begun.elapsed() })
}
