//! Compiled calendars: working time as questions are asked of it, made once for each state of a calendar.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use steward_calendar::WorkingTime;
use steward_model::id::RecordId;
use steward_practices::calendar::{CALENDAR, ancestry, compile};

use crate::App;
use crate::error::Error;

/// More compiled calendars than this are not kept; each takes about 200 KB.
const MOST: usize = 500;

/// Compiled calendars by their record, each with the revisions of the calendars that it was made of.
#[derive(Default)]
pub(crate) struct Compiled {
    kept: Mutex<HashMap<RecordId, Kept>>,
}

struct Kept {
    made_of: Vec<(RecordId, i64)>,
    working: Arc<WorkingTime>,
}

impl App {
    /// The working time of a calendar as it is now, with all that it is based on. What this node writes to calendars is
    /// known here at once, what others write within two seconds. Rights are not asked: which calendar holds for a record
    /// is no secret of the calendar's.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an id that is no calendar's, [`Error::Invalid`] for one that cannot be.
    pub async fn compiled(&self, calendar: RecordId) -> Result<Arc<WorkingTime>, Error> {
        let all = self.reference_records(CALENDAR).await?;
        let record = all.iter().find(|record| record.id == calendar).ok_or(Error::NotFound)?;
        let line = ancestry(record, &all).map_err(Error::Invalid)?;
        let made_of: Vec<(RecordId, i64)> = line.iter().map(|record| (record.id, record.revision)).collect();
        if let Some(kept) = self.kept_calendars().get(&calendar).filter(|kept| kept.made_of == made_of) {
            return Ok(Arc::clone(&kept.working));
        }
        // Some milliseconds of reckoning, seldom: once for each change of a calendar.
        let (record, all) = (record.clone(), Arc::clone(&all));
        let working = tokio::task::spawn_blocking(move || compile(&record, &all)).await.map_err(Error::internal)?;
        let working = Arc::new(working.map_err(Error::Invalid)?);
        let mut kept = self.kept_calendars();
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(calendar, Kept { made_of, working: Arc::clone(&working) });
        Ok(working)
    }

    fn kept_calendars(&self) -> std::sync::MutexGuard<'_, HashMap<RecordId, Kept>> {
        self.0.calendars.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
