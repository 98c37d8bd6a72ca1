//! Conditions of flows and their steps, asked with the eyes of whoever keeps the flow.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use steward_flow::progress::{Progress, State};
use steward_flow::step::Step;
use steward_model::access::Actor;
use steward_model::filter::{Filter, World as _};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_model::value::References as _;
use steward_rule::definition::read_condition;

use crate::App;
use crate::automation::{Seen, is_passing, told};
use crate::error::Error;
use crate::lookup::Found;

impl Found {
    /// As conditions ask for records.
    pub(super) fn lookup(&self, kinds: &[String], name: &str) -> Option<RecordId> {
        if kinds.is_empty() { self.any(name) } else { self.resolve(kinds, name) }
    }
}

/// Which conditions of steps hold.
#[derive(Default)]
pub(super) struct Held {
    /// By place.
    pub(super) holds: HashMap<usize, bool>,
    /// Conditions that cannot be asked, by place, with the reason.
    pub(super) broken: HashMap<usize, String>,
    /// Whether one that is waited for depends on the present moment, or on other records.
    pub(super) is_timed: bool,
}

impl App {
    /// Who keeps a flow; Steward itself where it wrote the flow and nobody changed it since.
    ///
    /// # Errors
    /// Whoever keeps it may not act any more: nobody else's rights take the place of theirs.
    pub(super) async fn keeper(&self, person: Option<RecordId>) -> Result<Actor, Error> {
        let Some(person) = person else { return Ok(Actor::system()) };
        self.actor(person, None).await
    }

    /// The records that conditions name.
    pub(super) async fn named_in(
        &self,
        keeper: &Actor,
        kind: &str,
        texts: impl Iterator<Item = String>,
    ) -> Result<Found, Error> {
        let Ok(kind) = self.kind(kind).cloned() else { return Ok(Found::default()) };
        let names = std::cell::RefCell::new(BTreeSet::new());
        for text in texts.filter(|text| !text.trim().is_empty()) {
            drop(read_condition(&text, "", &kind, self.registry(), &|_, name| {
                names.borrow_mut().insert(name.to_owned());
                None
            }));
        }
        self.look_up(keeper, names.into_inner()).await
    }

    /// Whether a condition holds on a record.
    pub(super) async fn holds_for(
        &self,
        keeper: Option<RecordId>,
        kind: &Arc<Kind>,
        record: &Record,
        condition: &Filter,
    ) -> Result<bool, Error> {
        let keeper = self.keeper(keeper).await?;
        let around = match condition.is_local() {
            true => HashMap::new(),
            false => self.around(&[condition], &[record]).await?,
        };
        let now = self.now();
        let world = Seen { around: &around, registry: self.registry(), keeper: &keeper, now };
        Ok(world.readable(record) && condition.bind(&keeper.environment(now)).matches(record, kind, &world))
    }

    /// Which conditions hold of the steps that have not ended.
    pub(super) async fn held(
        &self,
        keeper: Option<RecordId>,
        (kind, record): (&Arc<Kind>, &Record),
        steps: &[Step],
        progress: &[Progress],
    ) -> Result<Held, Error> {
        let mut held = Held::default();
        let open = |place: &usize| matches!(progress[*place].state, State::Waiting | State::Active);
        let asked: Vec<usize> =
            (0..steps.len()).filter(|place| !steps[*place].condition.is_empty()).filter(open).collect();
        if asked.is_empty() {
            return Ok(held);
        }
        let actor = match self.keeper(keeper).await {
            Ok(actor) => actor,
            Err(error) if is_passing(&error) => return Err(error),
            Err(error) => {
                held.broken.extend(asked.into_iter().map(|place| (place, told(&error))));
                return Ok(held);
            }
        };
        let texts = asked.iter().map(|place| steps[*place].condition.clone());
        let found = self.named_in(&actor, &kind.key, texts).await?;
        let nobody = Actor::system().environment(steward_model::moment::Moment(0));
        for place in asked {
            let text = &steps[place].condition;
            let read = read_condition(text, "", kind, self.registry(), &|kinds, name| found.lookup(kinds, name));
            match read {
                Ok(condition) => {
                    let holds = self.holds_for(keeper, kind, record, &condition).await;
                    match holds {
                        Ok(holds) => drop(held.holds.insert(place, holds)),
                        Err(error) if is_passing(&error) => return Err(error),
                        Err(error) => drop(held.broken.insert(place, told(&error))),
                    }
                    // Nothing tells of a change of the other records that a condition looks at.
                    let is_timed = !condition.is_local() || condition.bind(&nobody) != condition;
                    held.is_timed |= progress[place].state == State::Active && is_timed;
                }
                Err(message) => drop(held.broken.insert(place, format!("its condition {message}"))),
            }
        }
        Ok(held)
    }
}
