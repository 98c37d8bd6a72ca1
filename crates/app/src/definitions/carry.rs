//! Values that go over to other fields because a definition says what a field was before.
//!
//! They go over in the transaction that puts the definition in force, so whoever reads finds either the definition and the
//! values of before, or those of after. What another node still writes under the old key, until it has taken the definition
//! over, goes over by a job soon afterwards.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use steward_model::access::Actor;
use steward_model::carry::{Carriage, Misfit, Move, carriage, moves};
use steward_model::event::{Act, Cause, Door, Event};
use steward_model::id::{RecordId, Revision};
use steward_model::kind::{Kind, Registry, Unfit};
use steward_model::record::Record;
use steward_store::carry::CarryOver;
use steward_store::change::ChangeSet;
use steward_store::error::{CommitError, StoreError};
use steward_store::jobs::{JobClaim, NewJob};

use super::effects::{COUNTED, filled};
use super::{Definitions, Effect, IN_FORCE, Laid, OVERLAY, What};
use crate::App;
use crate::error::Error;
use crate::jobs::Run;
use crate::lookup::Found;

/// The job that takes over what other nodes wrote under old keys.
pub(crate) const CARRY_JOB: &str = "definitions.carry";
/// Seconds after which it looks: other nodes take a definition over within a few, unless something keeps them from it.
const LOOKS_AFTER: [i64; 3] = [10, 60, 600];
/// Failures after which a look is given up.
const ATTEMPTS: u32 = 100;
/// Records looked through at once for what they name.
const AT_ONCE: usize = 500;
/// Values told as examples.
const EXAMPLES: usize = 5;
/// Letters of a value in an example.
const TOLD: usize = 60;

/// What the job knows: the definitions of before, and which entry put others in their place.
#[derive(Debug, Serialize, Deserialize)]
struct Late {
    laid: Vec<Laid>,
    overlay: i64,
    seq: Revision,
    look: usize,
}

impl App {
    /// What goes over with a change set that puts definitions in force; nothing for any other. The job that follows is
    /// added to the set.
    pub(crate) async fn carried_with(&self, set: &mut ChangeSet) -> Result<Vec<CarryOver>, CommitError> {
        let Some(overlay) = set.records.iter().find(|change| change.kind.key == OVERLAY) else { return Ok(Vec::new()) };
        let (overlay, seq) = (overlay.after.id, overlay.after.revision);
        self.renew_definitions().await.map_err(failed)?;
        let laid = self.laid_in_force().await.map_err(failed)?;
        let becomes = self.laid_after(set, &laid).await.map_err(failed)?;
        if becomes == laid {
            return Ok(Vec::new());
        }
        let new = self.put_on_base(becomes).await.map_err(failed)?;
        let cause = Cause::Event { record: overlay, seq };
        let over = self.carry_overs(self.definitions().kinds(), new.kinds(), &cause, None).await.map_err(failed)?;
        if !over.is_empty() {
            set.jobs.extend(self.late(&Late { laid, overlay: overlay.0, seq, look: 0 }));
        }
        Ok(over)
    }

    /// What is laid over the base once a change set is written.
    async fn laid_after(&self, set: &ChangeSet, laid: &[Laid]) -> Result<Vec<Laid>, Error> {
        let mut becomes = laid.to_vec();
        let overlays: Vec<&Record> =
            set.records.iter().filter(|change| change.kind.key == OVERLAY).map(|change| &change.after).collect();
        let ids: Vec<RecordId> = overlays.iter().map(|record| record.id).collect();
        for before in self.store().get_records(&ids).await? {
            let was = Laid::of(&before.record);
            becomes.retain(|one| before.record.state != IN_FORCE || *one != was);
        }
        becomes.extend(overlays.into_iter().filter(|record| record.state == IN_FORCE).map(Laid::of));
        becomes.sort();
        Ok(becomes)
    }

    async fn put_on_base(&self, laid: Vec<Laid>) -> Result<Definitions, Error> {
        let base = self.definitions().base.clone();
        let loaded = tokio::task::spawn_blocking(move || Definitions::load_what_can_be(&base, laid)).await;
        let told = |faults: Vec<super::Fault>| {
            Error::internal(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        };
        loaded.map_err(Error::internal)?.map_err(told)
    }

    async fn carry_overs(
        &self,
        old: &Registry,
        new: &Registry,
        cause: &Cause,
        unfit: Option<Unfit>,
    ) -> Result<Vec<CarryOver>, Error> {
        let mut over = Vec::new();
        for (kind, moves) in moving(old, new) {
            let found = self.named_in_all(&kind, &moves).await?;
            over.push(self.carry_over(kind, moves, found, cause.clone(), unfit));
        }
        Ok(over)
    }

    fn carry_over(
        &self,
        kind: Arc<Kind>,
        moves: Vec<Move>,
        found: Found,
        cause: Cause,
        unfit: Option<Unfit>,
    ) -> CarryOver {
        // Where values were left in the journal, records that hold nothing now get back what they held.
        let is_restoring = moves.iter().any(|one| one.is_back && one.from.unfit == Unfit::Journal);
        let keys = match is_restoring {
            true => Vec::new(),
            false => moves.iter().map(|one| one.from.key.clone()).collect(),
        };
        let with_past = moves.iter().any(|one| one.is_back);
        let now = self.now();
        let carrier = move |record: &Record, past: &[Event]| {
            let carried = carriage(&moves, record, past, &found, unfit);
            let told = |Misfit { value, message }: Misfit| format!("“{}” {message}", shortened(&value));
            Ok(carried.map_err(told)?.map(|Carriage { fields, changes }| Event {
                record: record.id,
                seq: record.revision + 1,
                at: now.max(record.updated_at),
                actor: RecordId::SYSTEM,
                door: Door::System,
                cause: Some(cause.clone()),
                act: Act::Carried { fields },
                changes,
            }))
        };
        CarryOver { kind, keys, with_past, carrier: Arc::new(carrier) }
    }

    /// The records that values name which become references.
    async fn named_in_all(&self, kind: &Kind, moves: &[Move]) -> Result<Found, Error> {
        let naming: Vec<&Move> = moves.iter().filter(|one| one.names_records()).collect();
        if naming.is_empty() {
            return Ok(Found::default());
        }
        let (mut texts, mut last) = (BTreeSet::new(), RecordId(i64::MIN));
        loop {
            let records = self.store().kind_records_after(&kind.key, last, AT_ONCE).await?;
            let Some(end) = records.last() else { break };
            last = end.record.id;
            for one in &naming {
                let held = records.iter().filter_map(|loaded| loaded.record.field(&one.from.key));
                texts.extend(held.flat_map(|value| one.texts(value)));
            }
        }
        self.look_up(&Actor::system(), texts).await
    }

    /// Values that cannot go over, by the fields that they were to go to; counted among 10,000 records of each.
    pub(super) async fn misfits(&self, old: &Registry, new: &Registry) -> Result<Vec<Effect>, Error> {
        let mut effects = Vec::new();
        for (kind, moves) in moving(old, new) {
            for one in moves.iter().filter(|one| one.from.field_type.value_type() != one.to.field_type.value_type()) {
                let misfits = self.misfits_of(&kind, one).await?;
                effects.extend((!misfits.is_empty()).then(|| misfit(&kind, one, &misfits)));
            }
        }
        Ok(effects)
    }

    async fn misfits_of(&self, kind: &Kind, one: &Move) -> Result<Vec<Misfit>, Error> {
        let records = self.all_records(&kind.key, &filled(&one.from), COUNTED).await?;
        let mut misfits = Vec::new();
        for records in records.chunks(AT_ONCE) {
            let found = match one.names_records() {
                true => {
                    let held = records.iter().filter_map(|record| record.field(&one.from.key));
                    self.look_up(&Actor::system(), held.flat_map(|value| one.texts(value)).collect()).await?
                }
                false => Found::default(),
            };
            let ids: Vec<RecordId> = records.iter().map(|record| record.id).collect();
            let past = if one.is_back { self.store().carried_of(&ids).await? } else { HashMap::new() };
            for record in records {
                let before = past.get(&record.id).map(Vec::as_slice).unwrap_or_default();
                let went = carriage(std::slice::from_ref(one), record, before, &found, Some(Unfit::Refused));
                misfits.extend(went.err());
            }
        }
        Ok(misfits)
    }

    /// The job that looks for what was written late.
    fn late(&self, late: &Late) -> Option<NewJob> {
        let now = self.now();
        Some(NewJob {
            kind: CARRY_JOB.to_owned(),
            unique_key: None,
            run_at: now.plus_seconds(*LOOKS_AFTER.get(late.look)?),
            payload: serde_json::to_value(late).ok()?,
            max_attempts: ATTEMPTS,
            created_at: now,
        })
    }

    /// Takes over what was written under old keys since. A value that does not fit stays in the journal.
    pub(crate) async fn run_late_carry(&self, claim: &JobClaim) -> Result<Run, Error> {
        let late: Late = serde_json::from_value(claim.payload.clone()).map_err(Error::internal)?;
        self.renew_definitions().await?;
        let old = self.put_on_base(late.laid.clone()).await?;
        let cause = Cause::Event { record: RecordId(late.overlay), seq: late.seq };
        let new = self.definitions().kinds();
        let over = self.carry_overs(old.kinds(), new, &cause, Some(Unfit::Journal)).await?;
        let jobs = self.late(&Late { look: late.look + 1, ..late }).into_iter().collect();
        let set = ChangeSet { finish: Some(claim.clone()), jobs, ..ChangeSet::default() };
        let written = self.store().commit_carrying(set, over).await;
        self.0.counts.forget_all();
        match written {
            Ok(_) | Err(CommitError::Fenced) => Ok(Run::Lost),
            Err(error) => Err(error.into()),
        }
    }
}

/// The kinds of which values go over, as they will be, with the fields.
fn moving<'a>(old: &'a Registry, new: &'a Registry) -> impl Iterator<Item = (Arc<Kind>, Vec<Move>)> + use<'a> {
    let changed = new.kinds().iter().filter_map(|kind| Some((kind, old.kind(&kind.key)?)));
    changed
        .filter(|(kind, before)| kind != before)
        .map(|(kind, before)| (kind.clone(), moves(before, kind)))
        .filter(|(_, moves)| !moves.is_empty())
}

fn misfit(kind: &Kind, one: &Move, misfits: &[Misfit]) -> Effect {
    let mut examples: Vec<String> = Vec::new();
    for Misfit { value, message } in misfits {
        let told = format!("“{}” {message}", shortened(value));
        if examples.len() < EXAMPLES && !examples.contains(&told) {
            examples.push(told);
        }
    }
    Effect {
        kind: kind.key.clone(),
        what: if one.to.unfit == Unfit::Journal { What::LeftBehind } else { What::Unfit },
        name: one.to.label.clone(),
        records: misfits.len(),
        detail: examples.join("; "),
    }
}

fn shortened(value: &str) -> String {
    match value.char_indices().nth(TOLD) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

fn failed(error: Error) -> CommitError {
    match error {
        Error::Unavailable => CommitError::Busy,
        other => CommitError::Failed(StoreError::Damaged(format!("what goes over to other fields: {other}"))),
    }
}
