//! How configuration came to be as it is: who changed it when, what differs from what files last made of it, and the way
//! back. The journal is all that is kept.

use std::collections::{BTreeMap, BTreeSet};

use steward_model::access::Actor;
use steward_model::event::{Cause, Door, Event};
use steward_model::id::RecordId;
use steward_model::moment::Moment;

use super::apply::{APPLIED, differences};
use super::{Difference, FileError, Item, Planned, Present};
use crate::App;
use crate::boxed;
use crate::definitions::OVERLAY;
use crate::error::Error;
use crate::view::Labels;

/// Versions told at once.
const VERSIONS: usize = 50;
/// Entries of one read.
const ENTRIES: usize = 50_000;
/// Changes of one person that lie closer than this are one version, in microseconds.
const TOGETHER: i64 = 60 * 1_000_000;

/// Changes made together, and how configuration was after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// When the first of them was made.
    pub from: Moment,
    /// When the last was made: configuration as of then is this version.
    pub at: Moment,
    /// Who made them.
    pub actor: RecordId,
    /// The way they came in.
    pub door: Door,
    /// Whether files made them: an application, or a roll back.
    pub is_applied: bool,
    /// The records that changed.
    pub records: Vec<RecordId>,
}

/// A record that is not as files last made it.
#[derive(Debug, Clone)]
pub struct Drifted {
    /// As it is now.
    pub now: Present,
    /// What differs, with values of then and now in the form of files; `None` for a record that was made since.
    pub differs: Option<Vec<Difference>>,
    /// Who changed it last, and when.
    pub last: Option<(RecordId, Moment)>,
}

/// How configuration stands.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The last time that files made something of it.
    pub applied: Option<Version>,
    /// What is otherwise since; nothing when files never made anything.
    pub drifted: Vec<Drifted>,
    /// The latest versions, the newest first.
    pub versions: Vec<Version>,
    /// Names of people and records in all of it.
    pub labels: Labels,
}

impl App {
    /// How configuration stands, and how it came to be so.
    ///
    /// # Errors
    /// [`Error::Denied`] for those who are not administrators of all organisations.
    #[boxed]
    pub async fn configuration_state(&self, actor: &Actor) -> Result<State, Error> {
        self.check_definer(actor).await?;
        let now = self.configuration(None).await?;
        let ids: Vec<RecordId> = now.iter().map(|one| one.id).collect();
        let mut events: Vec<Event> = Vec::new();
        for chunk in ids.chunks(500) {
            events.extend(self.store().journals_of(chunk, ENTRIES).await?.into_values().flatten());
        }
        events.sort_by_key(|event| (event.at, event.record, event.seq));
        let mut last: BTreeMap<RecordId, (RecordId, Moment)> = BTreeMap::new();
        for event in &events {
            last.insert(event.record, (event.actor, event.at));
        }
        let mut versions = together(&events);
        versions.reverse();
        let applied = versions.iter().find(|one| one.is_applied).cloned();
        let drifted = match &applied {
            Some(version) => self.drifted_since(version.at, now, &last).await?,
            None => Vec::new(),
        };
        versions.truncate(VERSIONS);
        let named = versions.iter().map(|one| one.actor).chain(last.values().map(|(actor, _)| *actor));
        let named = named.chain(versions.iter().flat_map(|one| one.records.iter().copied())).collect();
        let labels = self.labels(actor, named, &BTreeSet::new()).await?;
        Ok(State { applied, drifted, versions, labels })
    }

    async fn drifted_since(
        &self,
        at: Moment,
        now: Vec<Present>,
        last: &BTreeMap<RecordId, (RecordId, Moment)>,
    ) -> Result<Vec<Drifted>, Error> {
        // What changed nothing since is not asked for; its text may still differ where something it names has another name.
        let then: BTreeMap<RecordId, Item> =
            self.configuration(Some(at)).await?.into_iter().map(|one| (one.id, one.item)).collect();
        let mut drifted = Vec::new();
        for one in now {
            let last = last.get(&one.id).copied().filter(|(_, changed)| *changed > at);
            let differs = then.get(&one.id).map(|item| differences(item, &one.item));
            if last.is_some() && differs.as_ref().is_none_or(|found| !found.is_empty()) {
                drifted.push(Drifted { now: one, differs, last });
            }
        }
        drifted.sort_by_key(|one| std::cmp::Reverse(one.last.map(|(_, at)| at)));
        Ok(drifted)
    }

    /// What making configuration as it was at a moment would do; nothing is written.
    ///
    /// # Errors
    /// As [`Self::configuration_state`]; what stands in the way otherwise.
    #[boxed]
    pub async fn plan_rollback(
        &self,
        actor: &Actor,
        to: Moment,
    ) -> Result<Result<Vec<Planned>, Vec<FileError>>, Error> {
        let items = self.items_as_of(actor, to).await?;
        Ok(self.plan_configuration(actor, &items).await)
    }

    /// Makes configuration as it was at a moment; records that were made since stay.
    ///
    /// # Errors
    /// As [`Self::plan_rollback`].
    #[boxed]
    pub async fn roll_back_configuration(
        &self,
        actor: &Actor,
        to: Moment,
        door: Door,
    ) -> Result<Result<Vec<Planned>, Vec<FileError>>, Error> {
        let items = self.items_as_of(actor, to).await?;
        Ok(self.apply_configuration_by(actor, &items, door).await)
    }

    async fn items_as_of(&self, actor: &Actor, to: Moment) -> Result<Vec<Item>, Error> {
        self.check_definer(actor).await?;
        Ok(self.configuration(Some(to)).await?.into_iter().map(|one| one.item).collect())
    }

    /// Whether somebody may look at how configuration stands.
    #[boxed]
    pub async fn may_see_configuration(&self, actor: &Actor) -> bool {
        let defines = self.registry().kind(OVERLAY).is_some_and(|kind| self.creatable_level(actor, kind).is_some());
        defines && self.check_definer(actor).await.is_ok()
    }
}

/// Entries in the order of time as versions: what one person did in one way without a pause, and each application of files
/// for itself.
fn together(events: &[Event]) -> Vec<Version> {
    let mut versions: Vec<Version> = Vec::new();
    for event in events {
        let is_applied = matches!(&event.cause, Some(Cause::Rule(rule)) if rule == APPLIED);
        let goes_on = versions.last_mut().filter(|last| {
            (last.actor, last.door, last.is_applied) == (event.actor, event.door, is_applied)
                && event.at.0 - last.at.0 < TOGETHER
        });
        match goes_on {
            Some(last) => {
                last.at = event.at;
                if !last.records.contains(&event.record) {
                    last.records.push(event.record);
                }
            }
            None => versions.push(Version {
                from: event.at,
                at: event.at,
                actor: event.actor,
                door: event.door,
                is_applied,
                records: vec![event.record],
            }),
        }
    }
    versions
}
