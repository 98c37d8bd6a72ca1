//! Reading the journal: one record's history, its past, and the stream of everything.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use steward_model::access::{Action, Actor, Explanation, Rights, explain, rights};
use steward_model::apply::apply;
use steward_model::carry::record_in_present_words;
use steward_model::event::{Act, Audience, Cause, Event};
use steward_model::id::{RecordId, Revision};
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::Labels;

/// A place in the whole journal; as text it is the id of an event in streams.
pub type Position = steward_store::journal::Position;

/// Most entries in one answer.
pub const PAGE_MAX: usize = 1000;

/// One page of a record's journal.
#[derive(Debug, Clone)]
pub struct JournalPage {
    /// The record's kind.
    pub kind: Arc<Kind>,
    /// Entries that the actor may read, oldest first.
    pub entries: Vec<Event>,
    /// Names of people and records in them.
    pub labels: Labels,
    /// Where the next page begins; `None` at the end.
    pub next_after: Option<Revision>,
}

/// Entries of the whole journal that an actor may read.
#[derive(Debug, Clone)]
pub struct StreamPage {
    /// Entries with their place, in the order of the journal.
    pub entries: Vec<StreamEntry>,
    /// Where to read on; moves on past entries that the actor may not read.
    pub position: Position,
    /// Whether more is there already.
    pub more: bool,
}

/// An entry of the whole journal.
#[derive(Debug, Clone)]
pub struct StreamEntry {
    /// Its place.
    pub position: Position,
    /// The record's kind.
    pub kind: Arc<Kind>,
    /// The record's number.
    pub number: String,
    /// The entry, without what the actor may not read.
    pub event: Event,
}

impl App {
    /// A record's journal after a revision.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when the actor may not see the record.
    #[boxed]
    pub async fn journal(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        after: Revision,
        limit: usize,
    ) -> Result<JournalPage, Error> {
        let record = self.find(actor, kind, name).await?.record;
        let rights = rights(actor, kind, &record, self.now());
        let limit = limit.clamp(1, PAGE_MAX);
        let found = self.store().journal_of(record.id, after, limit).await?;
        let full = found.len() == limit;
        let next_after = found.last().filter(|_| full).map(|entry| entry.event.seq);
        let entries: Vec<Event> = found.into_iter().filter_map(|entry| readable(kind, entry.event, &rights)).collect();
        let named: BTreeSet<RecordId> = entries.iter().flat_map(named_in).collect();
        let labels = self.labels(actor, named.clone(), &named).await?;
        let entries = entries.into_iter().filter(|event| shows_only(event, &labels)).collect();
        Ok(JournalPage { kind: kind.clone(), entries, labels, next_after })
    }

    /// Why an actor may or may not do something with a record. Only for records that the asker may read; for the rights
    /// of others, the asker must be able to read them too.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    #[boxed]
    pub async fn explain(
        &self,
        asker: &Actor,
        subject: &Actor,
        action: Action,
        kind: &Arc<Kind>,
        name: &str,
    ) -> Result<Explanation, Error> {
        let record = self.find(asker, kind, name).await?.record;
        Ok(explain(subject, action, kind, &record, self.now()))
    }

    /// The record as it was at a moment; `None` when it was not there yet.
    pub(crate) async fn record_at(&self, id: RecordId, at: Moment) -> Result<Option<Record>, Error> {
        let mut record: Option<Record> = None;
        for entry in self.store().journal_until(id, at).await? {
            // In imported history a later entry may bear an earlier moment; what came after the first one left out did
            // not follow from what was known then.
            let next = record.as_ref().map_or(1, |record| record.revision + 1);
            if entry.event.seq != next {
                break;
            }
            record = Some(apply(record.take(), &entry.event).map_err(Error::internal)?);
        }
        match record {
            None => Ok(None),
            Some(record) => Ok(Some(self.in_present_words(record).await?)),
        }
    }

    /// A record of earlier days, with its values under the keys that fields have now.
    pub(crate) async fn in_present_words(&self, mut record: Record) -> Result<Record, Error> {
        let later = self.store().carried_after(record.id, record.revision).await?;
        if let Some(kind) = self.registry().kind(&record.kind) {
            record_in_present_words(kind, &mut record, &later);
        }
        Ok(record)
    }

    /// The place where the journal ends just now.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn journal_end(&self) -> Result<Position, Error> {
        Ok(self.store().journal_end().await?)
    }

    /// Changes whenever the journal may have grown, here or on another node.
    pub fn journal_wake(&self) -> tokio::sync::watch::Receiver<u64> {
        self.store().subscribe()
    }

    /// Entries of the whole journal after a position, as far as the actor may read the records now.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn stream(&self, actor: &Actor, after: Position, limit: usize) -> Result<StreamPage, Error> {
        let limit = limit.clamp(1, PAGE_MAX);
        let found = self.store().read_journal(after, limit).await?;
        let more = found.len() == limit;
        let position = found.last().map_or(after, |entry| entry.position);
        let ids: Vec<RecordId> =
            found.iter().map(|entry| entry.event.record).collect::<BTreeSet<_>>().into_iter().collect();
        let now = self.now();
        let mut seen: HashMap<RecordId, (Arc<Kind>, String, Rights)> = HashMap::new();
        for loaded in self.store().get_records(&ids).await? {
            let record = loaded.record;
            if let Some(kind) = self.registry().kind(&record.kind) {
                let rights = rights(actor, kind, &record, now);
                if rights.may(Action::Read) {
                    seen.insert(record.id, (kind.clone(), record.number, rights));
                }
            }
        }
        let readable_entries: Vec<StreamEntry> = found
            .into_iter()
            .filter_map(|entry| {
                let (kind, number, rights) = seen.get(&entry.event.record)?;
                let event = readable(kind, entry.event, rights)?;
                Some(StreamEntry { position: entry.position, kind: kind.clone(), number: number.clone(), event })
            })
            .collect();
        let linked: BTreeSet<RecordId> = readable_entries.iter().flat_map(|entry| links_in(&entry.event)).collect();
        let labels = self.labels(actor, linked, &BTreeSet::new()).await?;
        let entries = readable_entries.into_iter().filter(|entry| shows_only(&entry.event, &labels)).collect();
        Ok(StreamPage { entries, position, more })
    }
}

/// The entry without what may not be read; `None` when nothing is left of it.
pub(crate) fn readable(kind: &Kind, mut event: Event, rights: &Rights) -> Option<Event> {
    let internal = rights.may_read_internal();
    let readable_field = |key: &str| kind.field_named(key).is_some_and(|field| rights.may_read(field));
    let secret = |key: &str| kind.field_named(key).is_some_and(|field| field.field_type.key() == "secret");
    let visible = match &mut event.act {
        Act::Created { fields, why, .. } => {
            fields.retain(|key, _| readable_field(key) && !secret(key));
            why.retain(|why| internal && readable_field(&why.field));
            true
        }
        Act::Commented { audience, .. } => *audience == Audience::Public || internal,
        Act::Attached(attachment) => attachment.audience == Audience::Public || internal,
        Act::FileChecked(check) => check.audience == Audience::Public || internal,
        Act::Worked { .. }
        | Act::WorkCorrected { .. }
        | Act::WorkWithdrawn { .. }
        | Act::Watched { .. }
        | Act::Unwatched { .. }
        | Act::Detached { .. }
        | Act::Carried { .. }
        | Act::Escalated { .. } => internal,
        Act::Moved { .. } | Act::Transferred { .. } | Act::Linked(_) | Act::Unlinked(_) | Act::ViewedAs { .. } => true,
        Act::Updated => event.changes.iter().any(|change| readable_field(&change.field)) || internal,
    };
    if !visible {
        return None;
    }
    event.changes.retain(|change| readable_field(&change.field));
    for change in event.changes.iter_mut().filter(|change| secret(&change.field)) {
        change.from = change.from.as_ref().map(|_| true.into());
        change.to = change.to.as_ref().map(|_| true.into());
    }
    if !internal {
        // A reason quotes the values that a rule went by, fields for staff among them.
        event.cause = None;
        event.changes.iter_mut().for_each(|change| change.why = None);
    }
    Some(event)
}

/// Whether the far ends of all links in an entry may be seen.
pub(crate) fn shows_only(event: &Event, labels: &Labels) -> bool {
    links_in(event).iter().all(|id| labels.contains_key(id)) || matches!(event.act, Act::Created { .. })
}

fn links_in(event: &Event) -> Vec<RecordId> {
    crate::records::link_target(event).into_iter().collect()
}

pub(crate) fn named_in(event: &Event) -> BTreeSet<RecordId> {
    let mut ids = BTreeSet::from([event.actor]);
    ids.extend(links_in(event));
    if let Some(Cause::Event { record, .. }) = &event.cause {
        ids.insert(*record);
    }
    match &event.act {
        Act::Watched { person } | Act::Unwatched { person } => {
            ids.insert(*person);
        }
        Act::Worked { person, activity, team, .. } => {
            ids.extend(std::iter::once(*person).chain(*activity).chain(*team));
        }
        Act::WorkCorrected { person, from, to, .. } => {
            ids.extend(std::iter::once(*person).chain(from.activity).chain(to.activity));
        }
        Act::WorkWithdrawn { person, from, .. } => ids.extend(std::iter::once(*person).chain(from.activity)),
        Act::Escalated { called: Some(called), .. } => ids.extend(&called.people),
        _ => {}
    }
    ids
}
