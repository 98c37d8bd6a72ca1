//! Records and the events that lead to them, as `decide` would make them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use steward_model::event::{Act, Change, Door, Event, LinkTo};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::{Fields, Record};
use steward_store::change::{ChangeSet, Committed, RecordChange};
use steward_store::journal::{JournalEntry, Position};
use steward_store::rows::Loaded;
use steward_store::store::Store;

/// The moment of the first event of every built record: 2026-01-01T00:00:00Z.
pub const START: Moment = Moment(1_767_225_600_000_000);

/// Builds the change that creates a record. Its organisation is itself.
pub fn created(kind: &Arc<Kind>, id: RecordId, number: &str, fields: Json) -> RecordChange {
    let fields: Fields = serde_json::from_value(fields).unwrap();
    let act = Act::Created {
        kind: kind.key.clone(),
        number: number.into(),
        organisation: id,
        state: kind.lifecycle.initial.clone(),
        fields: fields.clone(),
        why: Vec::new(),
        links: Vec::new(),
    };
    let after = Record {
        id,
        kind: kind.key.clone(),
        number: number.into(),
        revision: 1,
        state: kind.lifecycle.initial.clone(),
        organisation: id,
        created_at: START,
        updated_at: START,
        created_by: RecordId::SYSTEM,
        fields,
        watchers: Vec::new(),
        dues: steward_model::record::Dues::default(),
    };
    RecordChange { kind: kind.clone(), before: None, after, events: vec![event(id, 1, act, Vec::new())] }
}

/// Builds the change that sets fields (to nothing where the value is null).
pub fn updated(kind: &Arc<Kind>, loaded: &Loaded, fields: Json) -> RecordChange {
    let fields: Fields = serde_json::from_value(fields).unwrap();
    let changes = fields
        .into_iter()
        .map(|(field, value)| Change {
            from: loaded.record.fields.get(&field).cloned(),
            to: Some(value).filter(|value| !value.is_null()),
            why: None,
            field,
        })
        .collect();
    let act = Act::Updated;
    acted_with(kind, loaded, act, changes)
}

/// Builds the change that an act without field changes brings about.
pub fn acted(kind: &Arc<Kind>, loaded: &Loaded, act: Act) -> RecordChange {
    acted_with(kind, loaded, act, Vec::new())
}

fn acted_with(kind: &Arc<Kind>, loaded: &Loaded, act: Act, changes: Vec<Change>) -> RecordChange {
    let mut after = loaded.record.clone();
    after.revision += 1;
    for change in &changes {
        match &change.to {
            Some(value) => after.fields.insert(change.field.clone(), value.clone()),
            None => after.fields.remove(&change.field),
        };
    }
    match &act {
        Act::Moved { to, .. } => after.state.clone_from(to),
        Act::Watched { person } => {
            after.watchers.push(*person);
            after.watchers.sort();
            after.watchers.dedup();
        }
        Act::Unwatched { person } => after.watchers.retain(|watcher| watcher != person),
        _ => {}
    }
    let event = event(after.id, after.revision, act, changes);
    after.updated_at = event.at;
    let before = Some((loaded.record.revision, loaded.head));
    RecordChange { kind: kind.clone(), before, after, events: vec![event] }
}

/// An event one second after the one before.
pub fn event(record: RecordId, seq: i64, act: Act, changes: Vec<Change>) -> Event {
    let at = START.plus_seconds(seq - 1);
    Event { record, seq, at, actor: RecordId::SYSTEM, door: Door::System, cause: None, act, changes }
}

/// A link of a type to a record.
pub fn link(link: &str, target: RecordId) -> LinkTo {
    LinkTo { link: link.into(), target }
}

/// Commits changes of records and nothing else.
pub async fn commit(store: &Store, records: Vec<RecordChange>) -> Committed {
    store.commit(ChangeSet { records, ..ChangeSet::default() }).await.unwrap()
}

/// Creates a record with the next id and this number, and reads it back.
pub async fn create(store: &Store, kind: &Arc<Kind>, number: &str, fields: Json) -> Loaded {
    let id = store.next_ids(1).await.unwrap()[0];
    commit(store, vec![created(kind, id, number, fields)]).await;
    store.get_record(id).await.unwrap().unwrap()
}

/// The first `count` entries of the journal. Waits until readers see them: PostgreSQL shows an entry only once every
/// older transaction ended, those of other tests' databases on the same server included.
pub async fn read_journal(store: &Store, count: usize) -> Vec<JournalEntry> {
    let give_up = Instant::now() + Duration::from_secs(20);
    loop {
        let entries = store.read_journal(Position::default(), count + 1).await.unwrap();
        if entries.len() >= count || Instant::now() > give_up {
            return entries;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
