//! Time spent on records: booked, corrected, summed up with that of parts, measured by a clock, and reported.

pub mod report;
pub mod timer;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use steward_model::access::{Action, Actor, Rights, may, rights};
use steward_model::command::{Command, NewWork, Rework};
use steward_model::decide::may_rework;
use steward_model::filter::{Filter, Operand, Test};
use steward_model::id::{RecordId, Revision};
use steward_model::kind::{FieldType, Kind, Registry, Requirement};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_model::work::{Booking, SPENT, Work};
use steward_practices::rate::ACTIVITY;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::Labels;

/// Levels of parts of parts that are looked at.
const LEVELS: usize = 8;
/// Parts of a record that are looked at.
const PARTS_MAX: usize = 5_000;

/// Time to be booked, its activity still by name.
#[derive(Debug, Clone, Default)]
pub struct WorkRequest {
    /// Seconds spent.
    pub seconds: i64,
    /// When the work began; when `None`, so long before now.
    pub started_at: Option<Moment>,
    /// What was done.
    pub note: String,
    /// Name of the activity.
    pub activity: Option<String>,
    /// Whether it is billable; as the activity says when `None`.
    pub billable: Option<bool>,
}

/// What an entry of time is to say instead; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct WorkChange {
    /// Seconds spent.
    pub seconds: Option<i64>,
    /// When the work began.
    pub started_at: Option<Moment>,
    /// What was done.
    pub note: Option<String>,
    /// Name of the activity; of none when the inner value is `None`.
    pub activity: Option<Option<String>>,
    /// Whether it is billable.
    pub billable: Option<bool>,
}

/// A sort of work that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The record.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// Whether time on it is billable unless something else is said.
    pub billable: bool,
}

/// A sum of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// Seconds.
    pub seconds: i64,
    /// Those of them that are billable.
    pub billable: i64,
}

impl Sum {
    /// Adds so much time.
    pub fn add(&mut self, seconds: i64, billable: i64) {
        self.seconds += seconds;
        self.billable += billable;
    }
}

/// What is booked on a record.
#[derive(Debug, Clone)]
pub struct TimeOnRecord {
    /// The record's kind.
    pub kind: Arc<Kind>,
    /// The record's number.
    pub number: String,
    /// The entries that stand, in the order in which they were made, each with whether the reader may put it right.
    pub entries: Vec<(Booking, bool)>,
    /// Names of people, teams and activities in them.
    pub labels: Labels,
    /// All of them together.
    pub own: Sum,
    /// The same with what is booked on its parts, as far as the reader may see them.
    pub with_parts: Sum,
    /// How many parts those are.
    pub parts: usize,
}

impl App {
    /// The activities that can be chosen, in their order.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn activities(&self, actor: &Actor) -> Result<Vec<Activity>, Error> {
        let Some(kind) = self.registry().kind(ACTIVITY) else { return Ok(Vec::new()) };
        let records = self.reference_records(ACTIVITY).await?;
        let now = self.now();
        let mut open: Vec<&Record> = records
            .iter()
            .filter(|record| is_open(kind, record) && may(actor, Action::Read, kind, record, now))
            .collect();
        let place = |record: &Record| record.field("order").and_then(serde_json::Value::as_i64).unwrap_or(i64::MAX);
        open.sort_by(|a, b| (place(a), a.text("title")).cmp(&(place(b), b.text("title"))));
        Ok(open
            .into_iter()
            .map(|record| Activity {
                id: record.id,
                title: record.text("title").to_owned(),
                billable: record.field("billable") == Some(&true.into()),
            })
            .collect())
    }

    /// The record of any kind that a name leads to, where somebody may see it.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn find_any(&self, actor: &Actor, name: &str) -> Result<Option<(Arc<Kind>, String)>, Error> {
        let found = self.look_up(actor, [name.to_owned()].into()).await?;
        let record = found.any(name).and_then(|id| found.record(id));
        Ok(record.and_then(|record| Some((self.registry().kind(&record.kind)?.clone(), record.number.clone()))))
    }

    /// Names of people, teams and the like, where somebody may see them.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn names_of(&self, actor: &Actor, ids: BTreeSet<RecordId>) -> Result<Labels, Error> {
        self.labels(actor, ids, &BTreeSet::new()).await
    }

    /// The command that books time.
    pub(crate) async fn work_command(
        &self,
        actor: &Actor,
        record: &Record,
        asked: &WorkRequest,
    ) -> Result<Command, Error> {
        let activity = self.activity(actor, asked.activity.as_deref()).await?;
        let default = activity.as_ref().is_some_and(|activity| activity.field("billable") == Some(&true.into()));
        Ok(Command::Work(NewWork {
            seconds: asked.seconds,
            started_at: asked.started_at,
            note: asked.note.clone(),
            activity: activity.map(|activity| activity.id),
            billable: asked.billable.unwrap_or(default),
            before: self.store().seconds_on(record.id).await?,
        }))
    }

    /// The command that puts an entry right, or takes it back.
    pub(crate) async fn rework_command(
        &self,
        actor: &Actor,
        record: &Record,
        entry: Revision,
        change: Option<&WorkChange>,
        reason: &str,
    ) -> Result<Command, Error> {
        let kind = self.kind(&record.kind)?;
        if !may(actor, Action::Work, kind, record, self.now()) {
            // Before it shows whether there is such an entry.
            return Err(Error::Forbidden { action: Action::Work });
        }
        let booked = self.store().booked_on(record.id).await?;
        let before = booked.iter().map(|booking| booking.work.seconds).sum();
        let booking = booked.into_iter().find(|booking| booking.seq == entry).ok_or(Error::NotFound)?;
        let to = match change {
            None => None,
            Some(change) => Some(self.reworked(actor, &booking.work, change).await?),
        };
        Ok(Command::Rework(Box::new(Rework { booking, to, reason: reason.to_owned(), before })))
    }

    async fn reworked(&self, actor: &Actor, was: &Work, change: &WorkChange) -> Result<Work, Error> {
        let activity = match &change.activity {
            None => was.activity,
            // What it has already may be of the past.
            Some(Some(name)) if was.activity.is_some_and(|id| id.to_string() == *name) => was.activity,
            Some(name) => self.activity(actor, name.as_deref()).await?.map(|activity| activity.id),
        };
        Ok(Work {
            seconds: change.seconds.unwrap_or(was.seconds),
            started_at: change.started_at.unwrap_or(was.started_at),
            activity,
            billable: change.billable.unwrap_or(was.billable),
            note: change.note.clone().unwrap_or_else(|| was.note.clone()),
        })
    }

    /// The activity of a name, where it may be chosen.
    async fn activity(&self, actor: &Actor, name: Option<&str>) -> Result<Option<Record>, Error> {
        let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(None) };
        let missing = || Error::invalid("activity", "was not found");
        let kind = self.registry().kind(ACTIVITY).ok_or_else(missing)?;
        let found = self.look_up(actor, [name.to_owned()].into()).await?;
        let record = found.all().filter_map(|id| found.record(id)).find(|record| record.kind == ACTIVITY);
        let record = record.ok_or_else(missing)?;
        if !is_open(kind, record) {
            return Err(Error::invalid("activity", "is not in use any more"));
        }
        Ok(Some(record.clone()))
    }

    /// What is booked on a record, with the sums of its parts.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see the record, [`Error::Forbidden`] for who may not read its work notes.
    #[boxed]
    pub async fn time_on(&self, actor: &Actor, kind: &Arc<Kind>, name: &str) -> Result<TimeOnRecord, Error> {
        let record = self.find(actor, kind, name).await?.record;
        let own_rights = rights(actor, kind, &record, self.now());
        if !own_rights.may_read_internal() {
            return Err(Error::Forbidden { action: Action::Work });
        }
        let booked = self.store().booked_on(record.id).await?;
        let mut own = Sum::default();
        booked.iter().for_each(|one| own.add(one.work.seconds, if one.work.billable { one.work.seconds } else { 0 }));
        let named: BTreeSet<RecordId> = booked.iter().flat_map(named_in).collect();
        let labels = self.labels(actor, named.clone(), &named).await?;
        let (of_parts, parts) = self.time_of_parts(actor, &record).await?;
        let mut with_parts = own;
        with_parts.add(of_parts.seconds, of_parts.billable);
        let entries = booked.into_iter().map(|booking| {
            let may = self.may_rework(actor, &own_rights, &booking);
            (booking, may)
        });
        let entries = entries.collect();
        Ok(TimeOnRecord { kind: kind.clone(), number: record.number, entries, labels, own, with_parts, parts })
    }

    /// The entries that stand on a record, by their place, with whether somebody may put them right.
    pub(crate) async fn bookings_of(
        &self,
        actor: &Actor,
        record: &Record,
        rights: &Rights,
    ) -> Result<BTreeMap<Revision, (Booking, bool)>, Error> {
        let booked = self.store().booked_on(record.id).await?;
        let with_right = |booking: Booking| (booking.seq, (booking.clone(), self.may_rework(actor, rights, &booking)));
        Ok(booked.into_iter().map(with_right).collect())
    }

    fn may_rework(&self, actor: &Actor, rights: &Rights, booking: &Booking) -> bool {
        !actor.is_viewed() && may_rework(rights, actor.person, booking.person)
    }

    /// The time on the parts of a record, and on theirs, of those whose work notes somebody may read; and how many they
    /// are.
    pub(crate) async fn time_of_parts(&self, actor: &Actor, whole: &Record) -> Result<(Sum, usize), Error> {
        let wholes = whole_fields(self.registry());
        let mut known = HashSet::from([whole.id]);
        let mut level: HashMap<String, Vec<RecordId>> = [(whole.kind.clone(), vec![whole.id])].into();
        for _ in 0..LEVELS {
            let mut next: HashMap<String, Vec<RecordId>> = HashMap::new();
            for part in &wholes {
                let of = part.wholes.iter().filter_map(|kind| level.get(kind)).flatten();
                let of: Vec<Operand> = of.map(|id| Operand::Value(id.0.into())).collect();
                if of.is_empty() {
                    continue;
                }
                let found =
                    self.all_records(&part.kind, &Filter::field_test(&part.field, Test::In(of)), PARTS_MAX).await?;
                let new = found.into_iter().map(|record| record.id).filter(|id| known.insert(*id));
                next.entry(part.kind.clone()).or_default().extend(new);
            }
            level = next;
            if level.values().all(Vec::is_empty) || known.len() > PARTS_MAX {
                break;
            }
        }
        known.remove(&whole.id);
        if known.is_empty() {
            return Ok((Sum::default(), 0));
        }
        let ids: Vec<RecordId> = known.into_iter().collect();
        let readable = self.internally_readable(actor, &ids).await?;
        let mut sum = Sum::default();
        for (record, (seconds, billable)) in self.store().seconds_on_each(&ids).await? {
            if readable.contains_key(&record) {
                sum.add(seconds, billable);
            }
        }
        Ok((sum, readable.len()))
    }

    /// Those of some records whose work notes somebody may read.
    pub(crate) async fn internally_readable(
        &self,
        actor: &Actor,
        ids: &[RecordId],
    ) -> Result<HashMap<RecordId, (Arc<Kind>, Record)>, Error> {
        let now = self.now();
        let loaded = self.store().get_records(ids).await?;
        let seen = loaded.into_iter().filter_map(|loaded| {
            let kind = self.registry().kind(&loaded.record.kind)?.clone();
            let rights = rights(actor, &kind, &loaded.record, now);
            let may = rights.may(Action::Read) && rights.may_read_internal();
            may.then_some((loaded.record.id, (kind, loaded.record)))
        });
        Ok(seen.collect())
    }
}

fn is_open(kind: &Kind, record: &Record) -> bool {
    kind.lifecycle.category(&record.state).is_open()
}

fn named_in(booking: &Booking) -> impl Iterator<Item = RecordId> + use<> {
    std::iter::once(booking.person).chain(booking.team).chain(booking.work.activity)
}

/// The fields by which work says what it is part of: those that the kind declares, those named so among tasks of one
/// kind, and for what cannot be without a whole, that whole.
fn whole_fields(registry: &Registry) -> Vec<PartField> {
    let keeps_time = |key: &String| registry.kind(key).is_some_and(|kind| kind.field(SPENT).is_some());
    let mut found = Vec::new();
    for kind in registry.kinds().iter().filter(|kind| kind.field(SPENT).is_some()) {
        for field in &kind.fields {
            let FieldType::Reference { kinds } = &field.field_type else { continue };
            let declared = kind.family.as_ref().is_some_and(|family| family.parent == field.key);
            let among = field.key.starts_with("parent_") && kinds.as_slice() == std::slice::from_ref(&kind.key);
            let within = field.required == Requirement::Always && kinds.iter().all(keeps_time);
            if declared || among || within {
                found.push(PartField { kind: kind.key.clone(), field: field.key.clone(), wholes: kinds.clone() });
            }
        }
    }
    found
}

/// A field by which records of a kind say what they are part of.
struct PartField {
    kind: String,
    field: String,
    /// Kinds of what they may be part of.
    wholes: Vec<String>,
}
