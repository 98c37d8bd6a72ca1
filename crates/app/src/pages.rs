//! What a page shows of a record, gathered with one look at it: the record, the newest entries of its journal, its files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use steward_model::access::{Actor, rights};
use steward_model::apply::apply;
use steward_model::event::{Act, Event};
use steward_model::id::{RecordId, Revision};
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_model::work::Booking;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::files::FileView;
use crate::journal::{PAGE_MAX, named_in, readable, shows_only};
use crate::view::{Labels, RecordView};

/// A record with what belongs on its page.
#[derive(Debug, Clone)]
pub struct RecordPage {
    /// The record; with a moment, as it was then.
    pub view: RecordView,
    /// Entries of its journal that the actor may read, oldest first: the newest ones, up to the limit.
    pub entries: Vec<Event>,
    /// Names of people and records in them.
    pub labels: Labels,
    /// Whether there are older entries than these.
    pub older: bool,
    /// The entries of time that stand, by their place, each with whether the actor may put it right; only of a page of
    /// now that has such entries.
    pub bookings: Option<BTreeMap<Revision, (Booking, bool)>>,
    /// Its files, those taken off left out.
    pub files: Vec<FileView>,
    /// The record's revision now, also when it is shown as it was.
    pub revision: Revision,
    /// When its last event happened, also when it is shown as it was.
    pub changed_at: Moment,
}

impl App {
    /// A record's page, as it is or as it was at a moment, with the newest `limit` entries before `before`.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when the actor may not see it, or when it did not exist at that moment.
    #[boxed]
    pub async fn record_page(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        as_of: Option<Moment>,
        (before, limit): (Option<Revision>, usize),
    ) -> Result<RecordPage, Error> {
        let record = self.find(actor, kind, name).await?.record;
        let rights = rights(actor, kind, &record, self.now());
        let (revision, changed_at) = (record.revision, record.updated_at);
        let then = match as_of {
            None => None,
            Some(at) => Some((self.record_at(record.id, at).await?.ok_or(Error::NotFound)?, at)),
        };
        let last = then.as_ref().map_or(revision, |(then, _)| then.revision);
        let before = before.unwrap_or(last + 1).clamp(1, last + 1);
        let limit = limit.clamp(1, PAGE_MAX);
        let after = before.saturating_sub(1 + i64::try_from(limit).unwrap_or(i64::MAX)).max(0);
        let wanted = usize::try_from(before - 1 - after).unwrap_or(0);
        let id = record.id;
        let entries =
            async { if wanted == 0 { Ok(Vec::new()) } else { self.store().journal_of(id, after, wanted).await } };
        let (found, files) = tokio::try_join!(entries, self.store().attachments_of(id))?;
        let internal = rights.may_read_internal();
        let files = self.file_views(files, internal);
        let entries: Vec<Event> = found.into_iter().filter_map(|entry| readable(kind, entry.event, &rights)).collect();
        let has_work = entries.iter().any(|event| matches!(event.act, Act::Worked { .. }));
        let bookings = match as_of {
            None if has_work => Some(self.bookings_of(actor, &record, &rights).await?),
            _ => None,
        };
        let activities = bookings.iter().flat_map(BTreeMap::values).filter_map(|(booking, _)| booking.work.activity);
        let mut named: BTreeSet<RecordId> = activities.collect();
        named.extend(entries.iter().flat_map(|event| named_in(event).into_iter().chain(referred_in(kind, event))));
        let labels = self.labels(actor, named.clone(), &named).await?;
        let entries = entries.into_iter().filter(|event| shows_only(event, &labels)).collect();
        let view = match then {
            None => self.view(actor, kind, record, None).await?,
            Some((then, at)) => self.view_as_of(actor, kind, &record, then, at).await?,
        };
        Ok(RecordPage { view, entries, labels, older: after > 0, bookings, files, revision, changed_at })
    }

    /// The field values of a record at an earlier revision, as far as the actor may read the record now: what a form that
    /// was opened then had in it.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when there is no such revision.
    #[boxed]
    pub async fn record_at_revision(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        revision: Revision,
    ) -> Result<Record, Error> {
        let record = self.find(actor, kind, name).await?.record;
        if revision == record.revision {
            return Ok(record);
        }
        let count = usize::try_from(revision).ok().filter(|_| revision < record.revision).ok_or(Error::NotFound)?;
        let mut then: Option<Record> = None;
        for entry in self.store().journal_of(record.id, 0, count).await? {
            then = Some(apply(then.take(), &entry.event).map_err(Error::internal)?);
        }
        self.in_present_words(then.ok_or(Error::NotFound)?).await
    }
}

/// The records that the values of an entry name.
fn referred_in(kind: &Kind, event: &Event) -> BTreeSet<RecordId> {
    let mut ids = BTreeSet::new();
    for change in &event.changes {
        if let Some(field) = kind.field_named(&change.field) {
            for value in change.from.iter().chain(&change.to) {
                crate::view::collect_references(field, value, &mut ids);
            }
        }
    }
    ids
}
