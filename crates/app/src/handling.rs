//! Handling notes: what to mind about people, organisations, items and services, for those who work on their records.
//!
//! A note pops up once in each session of a browser; that it did is written down.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::access::Actor;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_store::knowledge::NoteView;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::list::{Counting, ListRequest};
use crate::view::{Label, Labels, RecordView};

/// The kind of notes.
const KIND: &str = "handling_note";
/// Things of a record that are looked at.
const THINGS_MAX: usize = 80;
/// Notes on one record.
const NOTES_MAX: usize = 20;
/// Fields that name whom or what a record concerns.
const CONCERNED: [&str; 7] =
    ["requester", "affected_user", "contact", "service", "configuration_items", "impacted_services", "organisation"];

/// A note that concerns a record.
#[derive(Debug, Clone)]
pub struct Note {
    /// The note.
    pub record: Record,
    /// Whom or what it is about, as far as that concerns the record.
    pub about: Vec<Label>,
    /// Whether it pops up.
    pub pops_up: bool,
}

/// That a note was put before somebody.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Who saw it.
    pub person: RecordId,
    /// The record that they opened.
    pub record: RecordId,
    /// When.
    pub at: Moment,
}

impl App {
    /// Notes that hold today and concern a record, for staff on it; those for other teams left out.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn handling_notes(&self, actor: &Actor, view: &RecordView) -> Result<Vec<Note>, Error> {
        let Some(kind) = self.registry().kind(KIND).cloned() else { return Ok(Vec::new()) };
        if !actor.is_staff() || !view.rights.may_read_internal() || self.readable_level(actor, &kind).is_none() {
            return Ok(Vec::new());
        }
        let things = concerned(&view.record);
        let ids: Vec<String> = things.iter().take(THINGS_MAX).map(|id| format!("\"{id}\"")).collect();
        let filter = format!("state == \"active\" && (!has(until) || until >= today) && about in [{}]", ids.join(", "));
        let request =
            ListRequest { filter: Some(filter), limit: NOTES_MAX, count: Counting::Off, ..ListRequest::default() };
        let found = match self.list(actor, &kind, &request).await {
            Ok(page) => page.records,
            Err(Error::Filter(_)) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let notes = found.into_iter().map(|note| {
            let about = note.record.references("about").into_iter().filter(|id| things.contains(id));
            Note {
                about: about.filter_map(|id| note.labels.get(&id).cloned()).collect(),
                pops_up: note.record.field("pops_up") == Some(&Json::Bool(true)),
                record: note.record,
            }
        });
        Ok(notes.collect())
    }

    /// Those of the notes that pop up in this session now, for they did not before. Writes down that they do.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn pop_up_notes(
        &self,
        actor: &Actor,
        session: i64,
        record: RecordId,
        notes: &[Note],
    ) -> Result<Vec<Note>, Error> {
        let wanted: Vec<&Note> = notes.iter().filter(|note| note.pops_up).collect();
        // What pops up is written down with a name; nothing is while somebody looks as another person.
        if wanted.is_empty() || actor.is_viewed() {
            return Ok(Vec::new());
        }
        let ids: Vec<RecordId> = wanted.iter().map(|note| note.record.id).collect();
        let seen = self.store().notes_seen(session, &ids).await?;
        let mut fresh = Vec::new();
        for note in wanted.into_iter().filter(|note| !seen.contains(&note.record.id)) {
            let view = NoteView { note: note.record.id, session, person: actor.person, record, at: self.now() };
            // Another tab of the session may have been faster.
            if self.store().note_seen(view).await? {
                fresh.push(note.clone());
            }
        }
        Ok(fresh)
    }

    /// Before whom a note was put, latest first, with their names and those of the records.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see the note.
    #[boxed]
    pub async fn note_views(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        limit: usize,
    ) -> Result<(Vec<Shown>, Labels), Error> {
        let note = self.find(actor, kind, name).await?.record;
        let views = self.store().views_of_note(note.id, limit).await?;
        let shown: Vec<Shown> =
            views.into_iter().map(|NoteView { person, record, at, .. }| Shown { person, record, at }).collect();
        let named: BTreeSet<RecordId> = shown.iter().flat_map(|one| [one.person, one.record]).collect();
        let labels = self.names(actor, named).await?;
        Ok((shown, labels))
    }
}

/// Whom and what a record concerns, itself included.
fn concerned(record: &Record) -> BTreeSet<RecordId> {
    let mut things = BTreeSet::from([record.id, record.organisation]);
    for field in CONCERNED {
        things.extend(record.reference(field));
        things.extend(record.references(field));
    }
    things
}
