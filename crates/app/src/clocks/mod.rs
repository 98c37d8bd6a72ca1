//! Service-level clocks: computed with every write, kept with the record, escalated in time, recomputed when promises
//! change.
//!
//! What the fold goes by (agreements, targets, calendars, who belongs where) is the book. Its content is kept under a
//! number, and each clock names the book that it was computed by, so it can be computed again at any time. An ended clock
//! keeps its book: a promise that changes later does not change what was kept or broken.

mod chain;
mod compliance;
mod definitions;
mod exclusions;
mod fit;
mod follow;
mod on_call;
mod preview;
mod refresh;
mod report;
mod seen;
mod simulate;
mod steps;
mod verify;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use steward_clock::book::Book;
use steward_clock::definition::{AGREEMENT, TARGET};
use steward_model::chain::Hash;

use crate::App;
use crate::error::Error;
use crate::fresh::Fresh;
use definitions::Definitions;

pub use chain::PromiseLink;
pub use compliance::{Compliance, REPORT_DAYS, Reopenings, ReportBy};
pub use exclusions::{Credit, EXCLUSION};
pub use fit::Fit;
pub(crate) use follow::Taken;
pub use preview::{PREVIEW_DAYS, PreviewState, Previewed, PromisePreview};
pub(crate) use refresh::JOB as REFRESH_JOB;
pub use report::REPORT;
pub use seen::{ClockView, Considered, Explained};
pub use simulate::{Difference, MOST_DAYS, Outcome, Simulated};
pub use verify::ClockReport;

/// Kinds whose records the book is made of.
pub(crate) const SOURCES: [&str; 3] = [AGREEMENT, TARGET, "calendar"];
/// Books of the past kept compiled.
const OLD_BOOKS: usize = 64;

/// Books in memory.
pub(crate) struct Books {
    /// The present one; forgotten with each write to what it is made of.
    present: Fresh<(), Arc<Book>>,
    /// The last one compiled, which stays while its content does.
    last: Mutex<Option<(Hash, Arc<Book>)>>,
    old: Mutex<HashMap<i64, Arc<Book>>>,
    /// The book that open records were last recomputed by, on this node.
    applied: Mutex<Option<i64>>,
}

impl Default for Books {
    fn default() -> Self {
        Self { present: Fresh::new(1), last: Mutex::default(), old: Mutex::default(), applied: Mutex::default() }
    }
}

impl Books {
    fn was_applied(&self, book: i64) -> bool {
        *self.applied.lock().unwrap_or_else(PoisonError::into_inner) == Some(book)
    }

    fn applied(&self, book: i64) {
        *self.applied.lock().unwrap_or_else(PoisonError::into_inner) = Some(book);
    }

    /// Has the next one who asks look again.
    pub(crate) fn forget(&self) {
        self.present.forget_all();
    }
}

impl App {
    /// The book as agreements, targets and calendars are now.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn book(&self) -> Result<Arc<Book>, Error> {
        // Boxed: keeping a book is part of few of the many commits that ask for it.
        self.0.books.present.get_or((), self.now(), Box::pin(self.read_book())).await
    }

    async fn read_book(&self) -> Result<Arc<Book>, Error> {
        let definitions = self.clock_definitions().await?;
        if definitions.is_empty() {
            return Ok(Arc::new(Book::empty()));
        }
        let text = serde_json::to_string(&definitions).map_err(Error::internal)?;
        let digest = Hash::of(text.as_bytes());
        let known = self.0.books.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, book)) = known.filter(|(of, _)| *of == digest) {
            return Ok(book);
        }
        let id = self.store().keep_book(digest, &text).await?;
        let book = Arc::new(definitions.compile(id, self.definitions().kinds()));
        *self.0.books.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((digest, book.clone()));
        Ok(book)
    }

    /// A book that clocks were computed by; `None` when it is not kept.
    pub(crate) async fn book_of(&self, id: i64) -> Result<Option<Arc<Book>>, Error> {
        let known = self.0.books.old.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let Some(text) = self.store().kept_book(id).await? else { return Ok(None) };
        let definitions: Definitions = serde_json::from_str(&text).map_err(Error::internal)?;
        let book = Arc::new(definitions.compile(id, self.definitions().kinds()));
        let mut old = self.0.books.old.lock().unwrap_or_else(PoisonError::into_inner);
        if old.len() >= OLD_BOOKS {
            old.clear();
        }
        old.insert(id, book.clone());
        Ok(Some(book))
    }
}
