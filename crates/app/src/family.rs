//! Parts and wholes, and records that became one: what happens to a record goes on to those that belong to it.
//!
//! The journal is followed as rules do it: the place moves in the transaction of what follows, so each entry has its
//! effect once, whichever nodes follow and whenever one dies.

use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::access::{Action, Actor, may, rights};
use steward_model::command::{Command, NewComment, Transition};
use steward_model::decide::{Context, Given, Rejection, decide};
use steward_model::event::{Act, Audience, Cause, Door, Event, Why};
use steward_model::filter::{Filter, Operand, Test};
use steward_model::id::RecordId;
use steward_model::kind::{Family, Kind, Merging};
use steward_model::record::{Fields, Record};
use steward_store::change::{ChangeSet, CursorMove, RecordChange};
use steward_store::error::CommitError;
use steward_store::rows::Loaded;

use crate::App;
use crate::boxed;
use crate::deciding::folded;
use crate::error::Error;
use crate::lookup::Found;
use crate::records::{Origin, RecordName};

/// Name of the subscriber.
const SUBSCRIBER: &str = "family";
/// Entries read at once.
const BATCH: usize = 1_000;
/// How often an entry is answered anew when others keep changing the records.
const TRIES: usize = 16;
/// Parts that follow one entry at most.
const PARTS_MAX: usize = 5_000;
/// Wholes above each other, and records merged one into the next, at most.
const ABOVE_MAX: usize = 100;
/// Merged records shown with the one that they gave way to at most.
const MERGED_SHOWN: usize = 20;
/// Entries of a journal looked at for watchers that came with a merge, at most.
const ENTRIES_MAX: usize = 10_000;

/// That a record gave way to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GaveWay {
    /// The record that it leads to in the end, as far as the reader may see it.
    pub into: Option<RecordName>,
}

/// What an entry means for records that belong to its record.
enum Meaning<'k> {
    /// Its public words go on.
    Said(&'k Family, String),
    /// It ended, and its open parts with it.
    Finished(&'k Family),
    /// It was taken up again, and the parts that ended with it.
    Resumed(&'k Family),
    /// It gave way to another, the one that the entry names or that it names itself.
    Merged(&'k Merging, Option<RecordId>),
    /// It stands by itself again; the record that it had given way to, as for a merge.
    Separated(&'k Merging, Option<RecordId>),
}

impl App {
    /// Has parts follow their wholes until the process is told to stop. Failures are logged and tried again.
    #[boxed]
    pub async fn follow_families(&self) {
        self.follow_as(SUBSCRIBER, || self.pass_on_next()).await;
    }

    /// Passes the next entries of the journal on; whether there may be more at once.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn pass_on_next(&self) -> Result<bool, Error> {
        let Some(mut position) = self.store().cursor(SUBSCRIBER).await? else {
            // What happened before goes on to nobody.
            let end = self.store().journal_end().await?;
            return self.move_on(SUBSCRIBER, None, end, Vec::new()).await.map(|_| true);
        };
        let entries = self.store().read_journal(position, BATCH).await?;
        let Some(last) = entries.last().map(|entry| entry.position) else { return Ok(false) };
        for entry in &entries {
            let Some(kind) = self.registry().kind(&entry.kind).cloned() else { continue };
            let Some(meaning) = meaning(&kind, &entry.event) else { continue };
            let step = CursorMove { subscriber: SUBSCRIBER.to_owned(), from: Some(position), to: entry.position };
            if !self.pass_on(&kind, &entry.event, &meaning, step).await? {
                return Ok(true);
            }
            position = entry.position;
        }
        if position != last {
            self.move_on(SUBSCRIBER, Some(position), last, Vec::new()).await?;
        }
        Ok(true)
    }

    /// Writes what follows from an entry with the place reached; `false` when another node was faster.
    async fn pass_on(
        &self,
        kind: &Arc<Kind>,
        event: &Event,
        meaning: &Meaning<'_>,
        step: CursorMove,
    ) -> Result<bool, Error> {
        for _ in 0..TRIES {
            let records = self.following(kind, event, meaning).await?;
            match self.commit(ChangeSet { records, cursor: Some(step.clone()), ..ChangeSet::default() }).await {
                Ok(()) => return Ok(true),
                Err(CommitError::Fenced) => return Ok(false),
                Err(CommitError::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Unavailable)
    }

    /// What an entry changes on other records.
    async fn following(
        &self,
        kind: &Arc<Kind>,
        event: &Event,
        meaning: &Meaning<'_>,
    ) -> Result<Vec<RecordChange>, Error> {
        let Some(Loaded { record: whole, .. }) = self.store().get_record(event.record).await? else {
            return Ok(Vec::new());
        };
        let is_on = |field: &str| whole.field(field) == Some(&Json::Bool(true));
        let is_family = matches!(meaning, Meaning::Said(..) | Meaning::Finished(_) | Meaning::Resumed(_));
        if is_family && !self.speaks_for(kind, &whole, event.actor).await? {
            return Ok(Vec::new());
        }
        match meaning {
            Meaning::Said(family, body) if is_on(&family.updates) => {
                let comment = Command::Comment(NewComment { audience: Audience::Public, body: body.clone() });
                self.passed(kind, &whole, event, &family.parent, &comment, &Fields::new()).await
            }
            Meaning::Finished(family) if is_on(&family.moves) => {
                let mut fields = taken_over(family, &whole, event);
                fields.insert(family.with.clone(), Json::from(whole.id.0));
                let finish = Command::Transition(Transition { key: family.finish.clone(), ..Transition::default() });
                self.passed(kind, &whole, event, &family.parent, &finish, &fields).await
            }
            Meaning::Resumed(family) if is_on(&family.moves) => {
                let fields = Fields::from([(family.with.clone(), Json::Null)]);
                // What was said with it was said before, when the parts were not open yet.
                let comment = if is_on(&family.updates) { self.said_with(event).await? } else { None };
                let resume = Transition { key: family.resume.clone(), comment, ..Transition::default() };
                let resume = Command::Transition(resume);
                self.passed(kind, &whole, event, &family.with, &resume, &fields).await
            }
            Meaning::Said(..) | Meaning::Finished(_) | Meaning::Resumed(_) => Ok(Vec::new()),
            Meaning::Merged(merging, into) => match into.or_else(|| merging.target(&whole)) {
                Some(into) => self.watched_with(into, &whole, event).await,
                None => Ok(Vec::new()),
            },
            Meaning::Separated(merging, from) => match from.or_else(|| whole.reference(&merging.into)) {
                Some(from) => self.unwatched_with(merging, from, &whole, event).await,
                None => Ok(Vec::new()),
            },
        }
    }

    /// Whether what somebody does to a record is said for those who work on it: a customer's own words and moves go on to
    /// nobody else's record.
    async fn speaks_for(&self, kind: &Kind, whole: &Record, person: RecordId) -> Result<bool, Error> {
        if person == RecordId::SYSTEM {
            return Ok(true);
        }
        match self.actor(person, None).await {
            Ok(actor) => {
                let own = rights(&actor, kind, whole, self.now());
                Ok(own.may_read_internal() && whole.reference("requester") != Some(person))
            }
            Err(Error::Unauthenticated) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The public words that came with a move: its commenter wrote them right before.
    async fn said_with(&self, event: &Event) -> Result<Option<NewComment>, Error> {
        let before = self.store().journal_of(event.record, event.seq - 2, 1).await?;
        Ok(before.into_iter().find_map(|entry| match entry.event.act {
            Act::Commented { audience: Audience::Public, body }
                if entry.event.seq + 1 == event.seq
                    && entry.event.actor == event.actor
                    && entry.event.at == event.at =>
            {
                Some(NewComment { audience: Audience::Public, body })
            }
            _ => None,
        }))
    }

    /// A command on the parts of a record, those left out on which it cannot be done.
    async fn passed(
        &self,
        kind: &Arc<Kind>,
        whole: &Record,
        event: &Event,
        by: &str,
        command: &Command,
        fields: &Fields,
    ) -> Result<Vec<RecordChange>, Error> {
        // In a circle of wholes, which is refused but may come of two writes at once, nothing goes round.
        let above = self.above(kind, whole).await?;
        let of_whole = Filter::field_test(by, Test::Equal(Operand::Value(Json::from(whole.id.0))));
        let parts = self.all_of(&Actor::system(), kind, &of_whole, PARTS_MAX).await?;
        if parts.len() == PARTS_MAX {
            tracing::error!(record = whole.number, "a record has more parts than what happens to it goes on to");
        }
        let follows =
            |part: &&Record| !above.contains(&part.id) && part.id != whole.id && is_ready(kind, part, command);
        let ids: Vec<RecordId> = parts.iter().filter(follows).map(|part| part.id).collect();
        let mut changes = Vec::new();
        for part in self.store().get_records(&ids).await? {
            let why = Why { rule: SUBSCRIBER.to_owned(), detail: whole.number.clone() };
            let given = (!fields.is_empty()).then(|| Given { fields: fields.clone(), why });
            match self.follow_entry(kind, part, event, command, given).await {
                Ok(change) => changes.extend(change),
                Err(error @ (Error::Invalid(_) | Error::Illegal { .. } | Error::Conflict { .. })) => {
                    tracing::warn!(%error, whole = whole.number, "a part could not follow its whole");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(changes)
    }

    /// What Steward does to a record because of an entry of another.
    async fn follow_entry(
        &self,
        kind: &Arc<Kind>,
        loaded: Loaded,
        event: &Event,
        command: &Command,
        given: Option<Given>,
    ) -> Result<Option<RecordChange>, Error> {
        let steward = Actor::system();
        let cause = Some(Cause::Event { record: event.record, seq: event.seq });
        let origin = Origin { door: Door::System, cause, idempotency_key: None, signed: false };
        let found = Found::default();
        let world = self.world_for(loaded.record.organisation).await?;
        let events = {
            let ctx = Context { given, ..self.context(&steward, &origin, &found, &world) };
            decide(kind, Some(&loaded.record), command, &ctx)?
        };
        if events.is_empty() {
            return Ok(None);
        }
        self.check_unfinished(kind, &loaded.record, &events, &origin).await?;
        let before = Some((loaded.record.revision, loaded.head));
        let after = folded(loaded.record, &events)?;
        Ok(Some(RecordChange { kind: kind.clone(), before, after, events }))
    }

    /// Whoever asked for a record that gave way, and whoever watches it, watches the other from now on.
    async fn watched_with(&self, into: RecordId, merged: &Record, event: &Event) -> Result<Vec<RecordChange>, Error> {
        let mut people = merged.watchers.clone();
        people.extend(merged.reference("requester"));
        let Some(target) = self.store().get_record(into).await? else { return Ok(Vec::new()) };
        let asked = target.record.reference("requester");
        people.retain(|person| *person != RecordId::SYSTEM && Some(*person) != asked);
        people.sort_unstable();
        people.dedup();
        let commands = people.into_iter().map(|person| Command::Watch { person }).collect();
        self.all_on(target, commands, event).await
    }

    /// Those who came with a record that gave way leave with it: the record that it led to, and those that this one has
    /// given way to since.
    async fn unwatched_with(
        &self,
        merging: &Merging,
        from: RecordId,
        merged: &Record,
        event: &Event,
    ) -> Result<Vec<RecordChange>, Error> {
        let mut changes = Vec::new();
        let mut people: Option<Vec<RecordId>> = None;
        let mut way = vec![merged.id];
        let mut next = Some(from);
        while let Some(id) = next.filter(|id| !way.contains(id) && way.len() < ABOVE_MAX) {
            let Some(target) = self.store().get_record(id).await? else { break };
            let entries = self.store().journal_of(id, 0, ENTRIES_MAX).await?;
            let came = entries.iter().filter_map(|entry| match (&entry.event.act, &entry.event.cause) {
                (Act::Watched { person }, Some(Cause::Event { record, .. })) if way.contains(record) => Some(*person),
                _ => None,
            });
            // Who came to the first of them with it, and to the others on the way from there.
            let leaving: Vec<RecordId> = match &people {
                None => came.collect(),
                Some(people) => came.filter(|person| people.contains(person)).collect(),
            };
            next = merging.target(&target.record);
            way.push(id);
            let commands = leaving.iter().map(|person| Command::Unwatch { person: *person }).collect();
            changes.extend(self.all_on(target, commands, event).await?);
            people.get_or_insert(leaving);
        }
        Ok(changes)
    }

    /// Several commands on one record, in one change.
    async fn all_on(&self, loaded: Loaded, commands: Vec<Command>, event: &Event) -> Result<Vec<RecordChange>, Error> {
        let Some(kind) = self.registry().kind(&loaded.record.kind).cloned() else { return Ok(Vec::new()) };
        let head = loaded.head;
        let before = Some((loaded.record.revision, head));
        let mut record = loaded.record;
        let mut events = Vec::new();
        for command in commands {
            let so_far = Loaded { record: record.clone(), head };
            if let Some(change) = self.follow_entry(&kind, so_far, event, &command, None).await? {
                record = change.after;
                events.extend(change.events);
            }
        }
        let change = RecordChange { kind, before, after: record, events };
        Ok(if change.events.is_empty() { Vec::new() } else { vec![change] })
    }

    /// The wholes above a record, the nearest first.
    async fn above(&self, kind: &Kind, record: &Record) -> Result<Vec<RecordId>, Error> {
        let Some(family) = &kind.family else { return Ok(Vec::new()) };
        self.along(&family.parent, record).await
    }

    /// The records that a field leads to one after the other, up to the first that was met before.
    async fn along(&self, field: &str, record: &Record) -> Result<Vec<RecordId>, Error> {
        let mut way = Vec::new();
        let mut next = record.reference(field);
        while let Some(id) = next.filter(|id| !way.contains(id) && way.len() < ABOVE_MAX) {
            way.push(id);
            next = self.store().get_record(id).await?.and_then(|loaded| loaded.record.reference(field));
        }
        Ok(way)
    }

    /// Refuses a record that would be part of itself, or merged into itself, and a merge that would give people more than
    /// whoever merges can give: who asked for the one that gives way watches the other, and so reads it.
    pub(crate) async fn check_family(
        &self,
        actor: &Actor,
        kind: &Kind,
        record: &Record,
        events: &[Event],
    ) -> Result<(), Error> {
        let change = |field: &str| events.iter().flat_map(|event| &event.changes).rfind(|change| change.field == field);
        let fields = kind.family.iter().map(|family| &family.parent).chain(kind.merging.iter().map(|one| &one.into));
        for field in fields {
            if change(field).is_some_and(|change| change.to.is_some()) {
                let after = folded(record.clone(), events)?;
                if self.along(field, &after).await?.contains(&record.id) {
                    return Err(Rejection::invalid(field, "must not lead back to this record").into());
                }
            }
        }
        let Some(merging) = &kind.merging else { return Ok(()) };
        let Some(change) = change(&merging.into) else { return Ok(()) };
        let moves = events.iter().any(|event| matches!(event.act, Act::Moved { .. }));
        if record.state == merging.state && record.reference(&merging.into).is_some() && !moves {
            return Err(Rejection::invalid(&merging.into, "is fixed once it was merged; separate it first").into());
        }
        let Some(target) = change.to.as_ref().and_then(Json::as_i64).map(RecordId) else { return Ok(()) };
        let Some(target) = self.store().get_record(target).await?.map(|loaded| loaded.record) else { return Ok(()) };
        let fault = |message: &str| Err(Rejection::invalid(&merging.into, message).into());
        if merging.target(&target).is_some() {
            return fault("was merged itself; name the record that it leads to");
        }
        if target.organisation != record.organisation {
            return fault("belongs to another organisation, whose records its requester could not read");
        }
        if !actor.is_system() && !may(actor, Action::Update, kind, &target, self.now()) {
            return fault("is not yours to change, and people would be added to it");
        }
        Ok(())
    }

    /// Whether a record gave way to another, and where it leads in the end, as far as the actor may see it.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn gave_way(&self, actor: &Actor, kind: &Arc<Kind>, id: RecordId) -> Result<Option<GaveWay>, Error> {
        let Some(merging) = &kind.merging else { return Ok(None) };
        let target = self.store().get_record(id).await?.and_then(|loaded| merging.target(&loaded.record));
        let Some(mut next) = target else { return Ok(None) };
        let mut met = vec![id];
        let mut into = None;
        while !met.contains(&next) && met.len() < ABOVE_MAX {
            met.push(next);
            let Some(Loaded { record, .. }) = self.store().get_record(next).await? else { break };
            if !may(actor, Action::Read, kind, &record, self.now()) {
                break;
            }
            let on = merging.target(&record);
            into = Some(RecordName { id: record.id, number: record.number });
            match on {
                Some(on) => next = on,
                None => break,
            }
        }
        Ok(Some(GaveWay { into }))
    }

    /// The records that gave way to this one and that the actor may see, the first merged first.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn merged_here(&self, actor: &Actor, kind: &Arc<Kind>, id: RecordId) -> Result<Vec<RecordName>, Error> {
        let Some(merging) = &kind.merging else { return Ok(Vec::new()) };
        let into = Filter::field_test(&merging.into, Test::Equal(Operand::Value(Json::from(id.0))));
        let mut merged = self.all_of(&Actor::system(), kind, &into, PARTS_MAX).await?;
        let now = self.now();
        merged.retain(|one| merging.target(one).is_some() && may(actor, Action::Read, kind, one, now));
        merged.sort_by_key(|one| one.updated_at);
        merged.truncate(MERGED_SHOWN);
        Ok(merged.into_iter().map(|one| RecordName { id: one.id, number: one.number }).collect())
    }
}

/// What an entry means for records that belong to its record; nothing where it only tells of the past.
fn meaning<'k>(kind: &'k Kind, event: &Event) -> Option<Meaning<'k>> {
    if event.door == Door::Import {
        return None;
    }
    match &event.act {
        Act::Commented { audience: Audience::Public, body } => {
            kind.family.as_ref().map(|family| Meaning::Said(family, body.clone()))
        }
        Act::Moved { transition, from, to } => {
            let merged = kind.merging.as_ref().and_then(|merging| merged_or_separated(merging, event, from, to));
            merged.or_else(|| {
                let family = kind.family.as_ref()?;
                match transition.as_deref() {
                    Some(key) if key == family.finish => Some(Meaning::Finished(family)),
                    Some(key) if key == family.resume => Some(Meaning::Resumed(family)),
                    Some(_) => None,
                    // Set back: what it came to says what that means.
                    None => {
                        let ended = &kind.lifecycle.transition(&family.finish)?.to;
                        let is_open = |state: &str| kind.lifecycle.category(state).is_open();
                        match (from == ended, to == ended) {
                            (true, false) if is_open(to) => Some(Meaning::Resumed(family)),
                            (false, true) if is_open(from) => Some(Meaning::Finished(family)),
                            _ => None,
                        }
                    }
                }
            })
        }
        _ => None,
    }
}

fn merged_or_separated<'k>(merging: &'k Merging, event: &Event, from: &str, to: &str) -> Option<Meaning<'k>> {
    let change = event.changes.iter().find(|change| change.field == merging.into);
    let id = |value: &Option<Json>| value.as_ref().and_then(Json::as_i64).map(RecordId);
    match (from == merging.state, to == merging.state) {
        (false, true) => Some(Meaning::Merged(merging, change.and_then(|change| id(&change.to)))),
        (true, false) => Some(Meaning::Separated(merging, change.and_then(|change| id(&change.from)))),
        _ => None,
    }
}

/// The values that parts take over from their whole: as the entry set them, else as they are.
fn taken_over(family: &Family, whole: &Record, event: &Event) -> Fields {
    let set = |field: &String| event.changes.iter().find(|change| change.field == *field);
    let value = |field: &String| match set(field) {
        Some(change) => change.to.clone(),
        None => whole.field(field).cloned(),
    };
    family.fields.iter().filter_map(|field| Some((field.clone(), value(field)?))).collect()
}

/// Whether a part can follow: it is open for words, and a move starts from its state.
fn is_ready(kind: &Kind, part: &Record, command: &Command) -> bool {
    match command {
        Command::Transition(transition) => {
            kind.lifecycle.transition(&transition.key).is_some_and(|found| found.starts(kind, part))
        }
        _ => kind.lifecycle.category(&part.state).is_open(),
    }
}
