//! Making, reading and changing records: the use cases that every door calls.

use std::sync::Arc;

use steward_model::access::{Action, Actor, Rights, may, rights};
use steward_model::apply::apply;
use steward_model::chain::Hash;
use steward_model::command::{Command, Input};
use steward_model::event::{Act, Cause, Door, Event, LinkTo};
use steward_model::id::{RecordId, Revision};
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_store::bulk_edits::RowEffect;
use steward_store::change::{ChangeSet, KeptAnswer, RecordChange};
use steward_store::error::CommitError;
use steward_store::rows::Loaded;

use crate::App;
use crate::boxed;
use crate::deciding::folded;
use crate::error::Error;
use crate::time::{WorkChange, WorkRequest};
use crate::view::RecordView;

/// How often a change is decided anew when others keep changing the record. Within a process those that lost take turns,
/// so only other nodes, and commands at their first try, can win against one of them.
const TRIES: usize = 32;

/// Where a request came from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The door.
    pub door: Door,
    /// What led to it, when that was not a person's own act.
    pub cause: Option<Cause>,
    /// Makes a repeated creation give the first answer again.
    pub idempotency_key: Option<String>,
    /// Whether the person gave their password once more for this very act.
    pub signed: bool,
}

impl Origin {
    /// A person's own act through a door.
    pub fn door(door: Door) -> Self {
        Self { door, cause: None, idempotency_key: None, signed: false }
    }
}

/// A creation as it came in, references still by name.
#[derive(Debug, Clone, Default)]
pub struct NewRecord {
    /// Name of the organisation; follows from requester and actor when `None`.
    pub organisation: Option<String>,
    /// Field values in API form.
    pub fields: Input,
    /// Links to make: type and name of the target.
    pub links: Vec<(String, String)>,
}

/// Something to do to a record, references still by name.
#[derive(Debug, Clone)]
pub enum Request {
    /// A command without names of other records outside its fields.
    Command(Command),
    /// Time spent, to be booked.
    Work(WorkRequest),
    /// An entry of time to be put right.
    Rework {
        /// Place of the entry that booked it.
        entry: Revision,
        /// What it is to say; `None` takes it back.
        to: Option<WorkChange>,
        /// Why; may be empty.
        reason: String,
    },
    /// An update that may name another organisation.
    Update {
        /// Field values in API form.
        fields: Input,
        /// Name of another organisation to belong to.
        organisation: Option<String>,
        /// The revision seen.
        base: Option<Revision>,
    },
    /// A link to the record with this name.
    Link {
        /// Link type.
        link: String,
        /// Name of the target.
        target: String,
        /// Ends the link instead of making it.
        end: bool,
    },
    /// Has a person watch; the actor when `None`.
    Watch {
        /// Name of the person.
        person: Option<String>,
        /// Ends it instead.
        end: bool,
    },
    /// Sets back what an entry of its journal changed, as far as nobody changed it since.
    Revert {
        /// The entry.
        seq: Revision,
    },
}

/// The row of a bulk edit that a change finishes, from the record before and after it.
pub(crate) type EffectOf<'a> = dyn Fn(&Record, &Record) -> RowEffect + Sync + 'a;

/// What a request did to a record.
#[derive(Debug)]
pub(crate) enum Changed {
    /// It changed; this is how it is now.
    Made(Record),
    /// It was already so.
    Nothing(Record),
}

/// What a record is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordName {
    /// Identity for ever.
    pub id: RecordId,
    /// Number that people use.
    pub number: String,
}

impl App {
    /// Makes a record.
    ///
    /// # Errors
    /// What is wrong with the values, or that the actor may not.
    #[boxed]
    pub async fn create(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        new: &NewRecord,
        origin: &Origin,
    ) -> Result<RecordView, Error> {
        self.create_led(actor, kind, new, origin, &[]).await
    }

    /// As [`Self::create`], with links that Steward makes besides, in the same transaction.
    pub(crate) async fn create_led(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        new: &NewRecord,
        origin: &Origin,
        led: &[LinkTo],
    ) -> Result<RecordView, Error> {
        let made = Box::pin(self.create_or_refuse(actor, kind, new, origin, led)).await;
        self.noted(actor, kind, "", made).await
    }

    async fn create_or_refuse(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        new: &NewRecord,
        origin: &Origin,
        led: &[LinkTo],
    ) -> Result<RecordView, Error> {
        if let Some(done) = self.earlier_answer(actor, kind, new, origin).await? {
            return Ok(done);
        }
        for _ in 0..TRIES {
            let named = new.links.iter().map(|(_, target)| target.clone()).chain(new.organisation.clone());
            let found = self.look_up_input(actor, kind, &new.fields, named).await?;
            let (event, after) = self.decide_creation(actor, kind, new, origin, &found).await?;
            let (links, after) = self.led_links(kind, after, origin, led).await?;
            let events = std::iter::once(event).chain(links).collect();
            let change = RecordChange { kind: kind.clone(), before: None, after: after.clone(), events };
            let mut set = ChangeSet { records: vec![change], ..ChangeSet::default() };
            set.idempotency =
                origin.idempotency_key.as_ref().map(|key| idempotency(actor, key, kind, new, &after, self.now()));
            match self.commit_shown(set, after).await {
                Ok(after) => {
                    return self.view_of_new(actor, kind, after, !new.links.is_empty() || !led.is_empty()).await;
                }
                Err(CommitError::NumberTaken) => {}
                Err(CommitError::KeyUsed) => {
                    if let Some(done) = self.earlier_answer(actor, kind, new, origin).await? {
                        return Ok(done);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Unavailable)
    }

    /// Reads a record, as it is or as it was at a moment.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when the actor may not see it, or when it did not exist at that moment.
    #[boxed]
    pub async fn get(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        as_of: Option<Moment>,
    ) -> Result<RecordView, Error> {
        let record = self.find(actor, kind, name).await?.record;
        match as_of {
            None => self.view(actor, kind, record, None).await,
            Some(at) => {
                let then = self.record_at(record.id, at).await?.ok_or(Error::NotFound)?;
                self.view_as_of(actor, kind, &record, then, at).await
            }
        }
    }

    /// Does something to a record.
    ///
    /// # Errors
    /// What is wrong with the values, that the lifecycle or the actor's rights forbid it, or a conflict with somebody.
    #[boxed]
    pub async fn execute(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        request: &Request,
        origin: &Origin,
    ) -> Result<RecordView, Error> {
        let done = Box::pin(self.execute_or_refuse(actor, kind, name, request, origin)).await;
        self.noted(actor, kind, name, done).await
    }

    async fn execute_or_refuse(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        request: &Request,
        origin: &Origin,
    ) -> Result<RecordView, Error> {
        let (Changed::Made(after) | Changed::Nothing(after)) =
            self.change(actor, kind, name, request, origin, None).await?;
        self.view(actor, kind, after, None).await
    }

    /// Decides a request on a record and writes what follows, in one transaction with the outcome of the row of a bulk
    /// edit where it is one. Decided anew when somebody else was faster.
    pub(crate) async fn change(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        request: &Request,
        origin: &Origin,
        row: Option<&EffectOf<'_>>,
    ) -> Result<Changed, Error> {
        let mut turn = None;
        for _ in 0..TRIES {
            let loaded = self.find(actor, kind, name).await?;
            if let Some(step) = self.approval_step(actor, kind, &loaded.record, request).await? {
                let records = self.decide_step(actor, &step, request, origin).await?;
                let of_record = records.iter().find(|change| change.after.id == loaded.record.id);
                let after = of_record.map_or_else(|| loaded.record.clone(), |change| change.after.clone());
                let bulk_row = row.map(|effect| effect(&loaded.record, &after));
                match self.commit(ChangeSet { records, bulk_row, ..ChangeSet::default() }).await {
                    Ok(()) => return Ok(Changed::Made(after)),
                    Err(CommitError::Stale { record }) if turn.is_none() => turn = Some(self.turn(record).lock().await),
                    Err(CommitError::Stale { .. }) => {}
                    Err(CommitError::Fenced) if row.is_some() => return Ok(Changed::Nothing(loaded.record)),
                    Err(error) => return Err(error.into()),
                }
                continue;
            }
            let (command, found) = self.command_of(actor, kind, &loaded.record, request).await?;
            let events = self.decide_on(actor, kind, &loaded.record, &command, origin, &found).await?;
            if events.is_empty() {
                return Ok(Changed::Nothing(loaded.record));
            }
            let after = folded(loaded.record.clone(), &events)?;
            let bulk_row = row.map(|effect| effect(&loaded.record, &after));
            let change = RecordChange {
                kind: kind.clone(),
                before: Some((loaded.record.revision, loaded.head)),
                after: after.clone(),
                events,
            };
            let set = ChangeSet { records: vec![change], bulk_row, ..ChangeSet::default() };
            match self.commit_shown(set, after).await {
                Ok(after) => {
                    drop(turn);
                    return Ok(Changed::Made(after));
                }
                Err(CommitError::Stale { record }) if turn.is_none() => turn = Some(self.turn(record).lock().await),
                Err(CommitError::Stale { .. }) => {}
                // Another worker has done this row.
                Err(CommitError::Fenced) if row.is_some() => return Ok(Changed::Nothing(loaded.record)),
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Unavailable)
    }

    /// The turn that commands on a record take once they collide.
    fn turn(&self, record: RecordId) -> &tokio::sync::Mutex<()> {
        let place = usize::try_from(record.0.unsigned_abs()).unwrap_or_default();
        &self.0.turns[place % self.0.turns.len()]
    }

    /// The record with this number or id, when the actor may see it.
    pub(crate) async fn find(&self, actor: &Actor, kind: &Kind, name: &str) -> Result<Loaded, Error> {
        let loaded = match name.contains('\0') {
            true => None,
            false => self.find_unchecked(kind, name).await?,
        };
        match loaded.filter(|loaded| may(actor, Action::Read, kind, &loaded.record, self.now())) {
            Some(loaded) => Ok(loaded),
            None => {
                // Noted whether or not there is such a record, or the time taken would tell which.
                self.note_refusal(actor, Action::Read, kind, name).await?;
                Err(Error::NotFound)
            }
        }
    }

    /// Which record a name leads to, and what somebody may do with it.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when the actor may not see it.
    #[boxed]
    pub async fn rights_on(&self, actor: &Actor, kind: &Kind, name: &str) -> Result<(RecordName, Rights), Error> {
        let record = self.find(actor, kind, name).await?.record;
        let rights = rights(actor, kind, &record, self.now());
        Ok((RecordName { id: record.id, number: record.number }, rights))
    }

    async fn find_unchecked(&self, kind: &Kind, name: &str) -> Result<Option<Loaded>, Error> {
        if let Some(loaded) = self.store().find_by_number(&kind.key, name).await? {
            return Ok(Some(loaded));
        }
        let Ok(id) = name.parse::<RecordId>() else { return Ok(None) };
        Ok(self.store().get_record(id).await?.filter(|loaded| loaded.record.kind == kind.key))
    }

    /// The result itself, with a line in the security journal when it is that the actor may not.
    pub(crate) async fn noted<T>(
        &self,
        actor: &Actor,
        kind: &Kind,
        name: &str,
        result: Result<T, Error>,
    ) -> Result<T, Error> {
        if let Err(Error::Forbidden { action }) = &result {
            self.note_refusal(actor, *action, kind, name).await?;
        }
        result
    }

    /// The answer that an earlier request with the same idempotency key got.
    async fn earlier_answer(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        new: &NewRecord,
        origin: &Origin,
    ) -> Result<Option<RecordView>, Error> {
        match origin.idempotency_key {
            None => Ok(None),
            Some(_) => self.answered_before(actor, kind, request_hash(kind, new), origin).await,
        }
    }

    /// As [`Self::earlier_answer`], for a request that is known by its hash.
    pub(crate) async fn answered_before(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        hash: Hash,
        origin: &Origin,
    ) -> Result<Option<RecordView>, Error> {
        let Some(key) = &origin.idempotency_key else { return Ok(None) };
        let Some(earlier) = self.store().find_answer(actor.person, key).await? else { return Ok(None) };
        if earlier.request_hash != hash {
            return Err(Error::KeyReused);
        }
        let id: RecordId = earlier.response.parse().map_err(Error::internal)?;
        // Rights are asked of the record as it is: the answer of then is not for those who have lost it since.
        let now = self.find(actor, kind, &id.to_string()).await?.record;
        let first = self.store().journal_of(id, 0, 1).await?.into_iter().next().ok_or(Error::NotFound)?;
        let then = apply(None, &first.event).map_err(Error::internal)?;
        let rights = rights(actor, kind, &now, self.now());
        let links = self.store().links_of(id, Some(then.created_at)).await?;
        Ok(Some(self.view_with(actor, kind, then, rights, links).await?))
    }
}

fn idempotency(actor: &Actor, key: &str, kind: &Kind, new: &NewRecord, after: &Record, now: Moment) -> KeptAnswer {
    KeptAnswer {
        actor: actor.person,
        key: key.to_owned(),
        request_hash: request_hash(kind, new),
        status: 201,
        response: after.id.to_string(),
        created_at: now,
    }
}

fn request_hash(kind: &Kind, new: &NewRecord) -> Hash {
    let text = serde_json::json!([kind.key, new.organisation, new.fields, new.links]).to_string();
    Hash::of(text.as_bytes())
}

/// Whether an event made or ended a link, which changes two records' pages.
pub(crate) fn link_target(event: &Event) -> Option<RecordId> {
    match &event.act {
        Act::Linked(link) | Act::Unlinked(link) => Some(link.target),
        _ => None,
    }
}
