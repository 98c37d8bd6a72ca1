//! Compiled calendars: working time as questions are asked of it, made once for each state of a calendar.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value as Json;
use steward_calendar::{WorkingTime, calendar_events, lean_calendar};
use steward_model::access::Actor;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_practices::calendar::{CALENDAR, ancestry, compile};

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::records::{Origin, Request};
use crate::view::RecordView;

/// More compiled calendars than this are not kept; each takes about 200 KB.
const MOST: usize = 500;
/// Largest file of holidays, in bytes.
pub const FILE_MAX: usize = 1024 * 1024;

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
    #[boxed]
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

    /// Takes the events of an iCalendar file as the holidays of a calendar that were read from a file, in place of those
    /// read before; how many days there are among them.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `holiday_text`, with the line of the file; [`Error::TooLarge`]; what an update may answer.
    #[boxed]
    pub async fn import_holidays(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        file: &[u8],
        origin: &Origin,
    ) -> Result<(RecordView, usize), Error> {
        if kind.key != CALENDAR {
            return Err(Error::NotFound);
        }
        // Who may not see it learns nothing of what they sent.
        self.find(actor, kind, name).await?;
        let (text, events) = read_holidays("holiday_text", file)?;
        let fields = std::iter::once(("holiday_text".to_owned(), Json::from(text))).collect();
        let request = Request::Update { fields, organisation: None, base: None };
        let view = self.execute(actor, kind, name, &request, origin).await?;
        Ok((view, events))
    }

    fn kept_calendars(&self) -> std::sync::MutexGuard<'_, HashMap<RecordId, Kept>> {
        self.0.calendars.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The events of an iCalendar file as they are kept, and how many there are; faults are those of `field`.
///
/// # Errors
/// [`Error::Invalid`] with the line of the file; [`Error::TooLarge`].
pub(crate) fn read_holidays(field: &str, file: &[u8]) -> Result<(String, usize), Error> {
    if file.len() > FILE_MAX {
        return Err(Error::TooLarge(format!("a file of holidays may have at most {} KiB", FILE_MAX / 1024)));
    }
    let fault = |message: String| Error::invalid(field, message);
    let text = std::str::from_utf8(file).map_err(|error| {
        let line = 1 + file[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        fault(format!("line {line}: the file is not UTF-8. Save it as UTF-8, and try again"))
    })?;
    if text.contains('\0') {
        return Err(fault("the file holds a NUL, so it is no text".to_owned()));
    }
    let events = calendar_events(field, text).map_err(|error| match error {
        steward_calendar::Error::Impossible { reason, way_out, .. } => fault(format!("{reason}. {way_out}")),
        beyond => fault(beyond.to_string()),
    })?;
    if events.is_empty() {
        return Err(fault("the file holds no events in the years that calendars know".to_owned()));
    }
    Ok((lean_calendar(text), events.len()))
}
