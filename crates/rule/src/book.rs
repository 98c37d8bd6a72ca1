//! All rules in force, found by what they answer: an entry that concerns none costs one look into a table.

use std::collections::HashMap;

use steward_model::event::{Act, Cause, Event, Fired};
use steward_model::filter::{Environment, Filter, World};
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Registry};
use steward_model::record::Record;

use crate::MOST_LINKS;
use crate::definition::Rule;
use crate::trigger::{Occasion, Trigger};

/// A rule in force.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The rule.
    pub rule: Rule,
    /// The organisations that it works in, ascending.
    pub reach: Vec<RecordId>,
}

/// Rules in force.
#[derive(Debug, Clone, Default)]
pub struct Book {
    entries: Vec<Entry>,
    by_occasion: HashMap<String, HashMap<Occasion, Vec<usize>>>,
}

impl Book {
    /// Puts rules in the order in which they act: by their order number, then by age.
    pub fn new(mut entries: Vec<Entry>) -> Self {
        entries.sort_by_key(|entry| (entry.rule.order, entry.rule.id));
        let mut by_occasion: HashMap<String, HashMap<Occasion, Vec<usize>>> = HashMap::new();
        for (place, entry) in entries.iter().enumerate() {
            for occasion in entry.rule.trigger.occasions() {
                let of_kind = by_occasion.entry(entry.rule.kind.clone()).or_default();
                of_kind.entry(*occasion).or_default().push(place);
            }
        }
        Self { entries, by_occasion }
    }

    /// Whether there is a rule that might answer such an entry.
    pub fn concerns(&self, kind: &str, event: &Event) -> bool {
        Occasion::of(&event.act).is_some_and(|occasion| !self.places(kind, occasion).is_empty())
    }

    /// The rules that answer an entry of a record, whether or not their condition holds, in order.
    pub fn answering<'b, 'e>(
        &'b self,
        kind: &str,
        event: &'e Event,
        record: &'e Record,
    ) -> impl Iterator<Item = &'b Entry> + use<'b, 'e> {
        let places = Occasion::of(&event.act).map(|occasion| self.places(kind, occasion)).unwrap_or_default();
        places.iter().map(|place| &self.entries[*place]).filter(move |entry| {
            // What happened before the rule was put in force is the business of nobody, however late it is read.
            entry.rule.in_force_since.is_none_or(|since| event.at >= since)
                && entry.reach.binary_search(&record.organisation).is_ok()
                && entry.rule.trigger.answers(event, record)
        })
    }

    /// The rules that go by time.
    pub fn timed(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| matches!(entry.rule.trigger, Trigger::Timed(_)))
    }

    fn places(&self, kind: &str, occasion: Occasion) -> &[usize] {
        let found = self.by_occasion.get(kind).and_then(|of_kind| of_kind.get(&occasion));
        found.map(Vec::as_slice).unwrap_or_default()
    }
}

impl Rule {
    /// Whether its condition asks nothing but the record: the same for everybody, at any time.
    pub fn is_plain(&self) -> bool {
        self.is_fixed && self.is_local
    }

    /// Whether its condition holds on a record, for who asks with these surroundings.
    pub fn holds(&self, record: &Record, kind: &Kind, world: &dyn World, asking: &Environment) -> bool {
        match self.is_fixed {
            true => self.condition.matches(record, kind, world),
            false => self.condition.bind(asking).matches(record, kind, world),
        }
    }

    /// The first part of its condition that does not hold, as it is written; `None` when it holds.
    pub fn failing(
        &self,
        record: &Record,
        kind: &Kind,
        registry: &Registry,
        world: &dyn World,
        asking: &Environment,
    ) -> Option<String> {
        let parts = match &self.condition {
            Filter::And(members) => members.as_slice(),
            one => std::slice::from_ref(one),
        };
        let failing = parts.iter().find(|part| !part.bind(asking).matches(record, kind, world))?;
        Some(failing.to_cel(kind, registry))
    }

    /// Why it may not act because of an entry, so that rules cannot chase each other: it acted on this record in the
    /// same chain already, or the chain is too long. `before` are rules that answered the same entry before it, on whose
    /// effects it looks. `Ok` is the chain that its own acts go on with.
    ///
    /// # Errors
    /// What is in the way.
    pub fn link(&self, event: Option<&Event>, record: RecordId, before: &[Fired]) -> Result<Chain, Loop> {
        let mut chain = event.map(chain_of).unwrap_or_default();
        if chain.links > 0 {
            chain.links += before.len();
        }
        chain.fired.extend(before);
        let me = Fired { rule: self.id, record };
        if chain.fired.contains(&me) {
            return Err(Loop::Again);
        }
        if chain.links >= MOST_LINKS {
            return Err(Loop::TooLong);
        }
        Ok(chain)
    }
}

/// The rules that led to something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chain {
    /// All of them, first one first, each with the record that it acted on.
    pub fired: Vec<Fired>,
    /// How many of them followed from each other; of those that answered the same act of a person it is one.
    pub links: usize,
}

/// Why a chain of rules ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loop {
    /// The rule acted on the record in this chain already.
    Again,
    /// Too many rules followed from each other.
    TooLong,
}

/// The rules that led to an entry, the one that made it included; where it acted on another record than the one that it
/// answered, on both.
fn chain_of(event: &Event) -> Chain {
    let Some(Cause::Automation(automation)) = &event.cause else { return Chain::default() };
    let record = automation.answered.map_or(event.record, |entry| entry.record);
    let mut own = vec![Fired { rule: automation.rule, record }];
    // What it made new did not exist before; on that, it may act as on any other.
    if event.record != record && !matches!(event.act, Act::Created { .. }) {
        own.push(Fired { rule: automation.rule, record: event.record });
    }
    let links = automation.links.unwrap_or(automation.chain.len()) + own.len();
    Chain { fired: automation.chain.iter().copied().chain(own).collect(), links }
}
