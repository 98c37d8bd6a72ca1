//! Flows at work.
//!
//! A subscriber of the journal (`follow.rs`) begins a plan where a flow says so (`begin.rs`), and takes plans further when
//! something happened to their record, to the tasks and questions of their steps, or to themselves (`go.rs`, `work.rs`).
//! All that follows from one entry is written with the subscriber's place, so each step has its effect once, whichever
//! nodes follow and whenever one dies. What waits for a moment is looked at by a job when the moment comes; what waits for
//! anything else costs nothing.

mod begin;
mod by_hand;
mod conditions;
mod follow;
mod go;
mod moves;
mod seen;
mod trial;
mod unfinished;
mod work;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use steward_flow::PLAN;
use steward_model::filter::{Filter, Operand, Test};
use steward_model::id::RecordId;
use steward_model::record::Record;
use steward_store::change::{ChangeSet, RecordChange};
use steward_store::notifications::NewNotification;

pub use by_hand::{FlowOffer, FlowTrouble, Hindrance};
pub(crate) use go::ROUND;
pub(crate) use moves::given_by_move;
pub use seen::{PlanSeen, PlanShown, StepSeen};
pub use trial::Trial;

use crate::App;
use crate::approvals::Going;
use crate::error::Error;

/// States of a plan that goes on.
const OPEN: [&str; 2] = ["running", "undoing"];

/// All that follows from one thing, not yet written.
#[derive(Default)]
struct Doing {
    going: BTreeMap<RecordId, Going>,
    made: Vec<RecordChange>,
    news: Vec<NewNotification>,
}

impl Doing {
    /// Whether anything is to be written.
    fn is_nothing(&self) -> bool {
        self.made.is_empty() && self.news.is_empty() && self.going.values().all(|going| going.events.is_empty())
    }

    /// The plans that it is about.
    fn plans(&self) -> Vec<RecordId> {
        self.going.iter().filter(|(_, going)| going.kind.key == PLAN).map(|(id, _)| *id).collect()
    }

    /// What is to be written.
    fn set(self) -> ChangeSet {
        let changed = self.going.into_values().filter(|going| !going.events.is_empty()).map(Going::change);
        ChangeSet { records: changed.chain(self.made).collect(), notifications: self.news, ..ChangeSet::default() }
    }
}

impl App {
    /// A record as it is now, or as what is done makes it.
    async fn going<'d>(&self, doing: &'d mut Doing, id: RecordId) -> Result<Option<&'d mut Going>, Error> {
        match doing.going.entry(id) {
            Entry::Occupied(known) => Ok(Some(known.into_mut())),
            Entry::Vacant(place) => {
                let Some(loaded) = self.store().get_record(id).await? else { return Ok(None) };
                let kind = self.kind(&loaded.record.kind)?.clone();
                Ok(Some(place.insert(Going::new(kind, loaded))))
            }
        }
    }

    /// The plans about some records that pass a filter, all of them: one that is passed over would never go on. There are
    /// few of each record.
    async fn plans_about(&self, subjects: &[RecordId], more: Filter) -> Result<Vec<Record>, Error> {
        if subjects.is_empty() || self.registry().kind(PLAN).is_none() {
            return Ok(Vec::new());
        }
        let ids = subjects.iter().map(|id| Operand::Value(id.0.into())).collect();
        self.all_records(PLAN, &Filter::all([Filter::field_test("subject", Test::In(ids)), more]), usize::MAX).await
    }

    /// The plans about some records that go on.
    async fn open_plans(&self, subjects: &[RecordId]) -> Result<Vec<Record>, Error> {
        let open = OPEN.iter().map(|state| Operand::Value((*state).into())).collect();
        self.plans_about(subjects, Filter::field_test("state", Test::In(open))).await
    }
}
