//! Incidents with their histories, made by seed: the same place under the same seed gives the same incident.

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use steward_model::apply::apply;
use steward_model::event::{Act, Audience, Change, Door, Event};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::{Fields, Record};
use steward_store::change::RecordChange;

use crate::bench::world::World;

/// The first incident opens then: 2023-01-01T00:00:00Z.
const FIRST: Moment = Moment(1_672_531_200_000_000);
/// All incidents open within so many seconds: three years.
const SPAN_SECONDS: i64 = 3 * 365 * 86_400;

const THINGS: [&str; 12] = [
    "Printer",
    "Mail",
    "Laptop",
    "Network",
    "Payroll",
    "Telephone",
    "Calendar",
    "Database",
    "Account",
    "Screen",
    "Door",
    "Backup",
];
const TROUBLES: [&str; 10] = [
    "is slow",
    "does not start",
    "shows an error",
    "lost data",
    "asks for a password",
    "is not reachable",
    "is broken",
    "freezes",
    "prints blank pages",
    "was stolen",
];
const SENTENCES: [&str; 8] = [
    "It began this morning after the restart.",
    "Two colleagues on the same floor see the same.",
    "I tried it on another device, and it is the same there.",
    "The message says that the session has ended.",
    "It is urgent, since we close the month today.",
    "Yesterday everything was fine.",
    "Please call me before you change anything.",
    "A picture of the screen is in the mail that I sent.",
];
const LEVELS: [&str; 3] = ["high", "medium", "low"];
const PRIORITIES: [&str; 4] = ["critical", "high", "moderate", "low"];
const CATEGORIES: [&str; 6] = ["computer", "printer", "software", "wired_network", "password", "database"];
const CHANNELS: [&str; 2] = ["portal", "mail"];

/// How much of a history is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// As real logs do: creation, start, a comment, a change of hands, a note, resolution, closing.
    Full,
    /// Creation and the step to the state that it is in.
    Brief,
    /// As [`Self::Full`], with comments until there are so many entries.
    Entries(i64),
}

/// Makes incidents.
#[derive(Debug, Clone)]
pub(super) struct Maker {
    /// The kind.
    pub(super) kind: Arc<Kind>,
    /// Whom and what they name.
    pub(super) world: Arc<World>,
    /// Chooses the data.
    pub(super) seed: u64,
    /// How many there will be in all, over which the years are spread.
    pub(super) total: usize,
}

impl Maker {
    /// The incident at a place, 0 to `total`.
    ///
    /// # Errors
    /// When its history does not fold, which would be a fault of this code.
    pub(super) fn incident(
        &self,
        place: usize,
        id: RecordId,
        number: String,
        depth: Depth,
    ) -> anyhow::Result<RecordChange> {
        let random = StdRng::seed_from_u64(self.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ place as u64);
        let share = place as f64 / self.total.max(1) as f64;
        let opened = FIRST.plus_seconds((share * SPAN_SECONDS as f64) as i64);
        let mut history = History { maker: self, random, id, at: opened, record: None, events: Vec::new() };
        history.create(number)?;
        let is_open = history.random.random_bool(if share > 0.98 { 0.7 } else { 0.015 });
        let is_taken = !is_open || history.random.random_bool(0.8);
        match depth {
            Depth::Brief if is_open && is_taken => history.start()?,
            Depth::Brief if is_open => {}
            Depth::Brief => history.close("new")?,
            Depth::Full | Depth::Entries(_) => history.live(is_open, is_taken)?,
        }
        if let Depth::Entries(entries) = depth {
            while history.seq() < entries {
                history.comment(Audience::Public)?;
            }
        }
        let after = history.record.ok_or_else(|| anyhow::anyhow!("an incident without a beginning"))?;
        Ok(RecordChange { kind: self.kind.clone(), before: None, after, events: history.events })
    }
}

struct History<'m> {
    maker: &'m Maker,
    random: StdRng,
    id: RecordId,
    at: Moment,
    record: Option<Record>,
    events: Vec<Event>,
}

impl History<'_> {
    fn seq(&self) -> i64 {
        self.record.as_ref().map_or(0, |record| record.revision)
    }

    fn one<T: Copy>(&mut self, of: &[T], otherwise: T) -> T {
        of.choose(&mut self.random).copied().unwrap_or(otherwise)
    }

    fn text(&mut self) -> String {
        let count = self.random.random_range(2..6);
        (0..count).map(|_| self.one(&SENTENCES, "")).collect::<Vec<_>>().join(" ")
    }

    fn person(&mut self) -> RecordId {
        // A name with few records and one with many would not be measured apart: all are as likely.
        self.one(&self.maker.world.agents.clone(), RecordId::SYSTEM)
    }

    fn create(&mut self, number: String) -> anyhow::Result<()> {
        let world = self.maker.world.clone();
        let (impact, urgency) = (self.random.random_range(0..3_usize), self.random.random_range(0..3_usize));
        let title = format!("{} {}", self.one(&THINGS, ""), self.one(&TROUBLES, ""));
        let mut fields: Fields = [
            ("title", json!(title)),
            ("description", json!(self.text())),
            ("requester", json!(self.one(&world.requesters, RecordId::SYSTEM).0)),
            ("service", json!(self.one(&world.services, RecordId::SYSTEM).0)),
            ("impact", json!(LEVELS[impact])),
            ("urgency", json!(LEVELS[urgency])),
            ("priority", json!(PRIORITIES[(impact + urgency).min(3)])),
            ("category", json!(self.one(&CATEGORIES, ""))),
            ("channel", json!(self.one(&CHANNELS, ""))),
            ("opened_at", json!(self.at.0)),
            ("major", json!(false)),
            ("escalated", json!(false)),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        if self.random.random_bool(0.8) {
            fields.insert("team".to_owned(), json!(self.one(&world.teams, RecordId::SYSTEM).0));
        }
        if self.random.random_bool(0.2) {
            let due = self.at.plus_seconds(self.random.random_range(3_600..20 * 86_400));
            fields.insert("due_at".to_owned(), json!(due.0));
        }
        let act = Act::Created {
            kind: self.maker.kind.key.clone(),
            number,
            organisation: self.one(&world.organisations, RecordId::SYSTEM),
            state: self.maker.kind.lifecycle.initial.clone(),
            fields,
            why: Vec::new(),
            links: Vec::new(),
        };
        self.push(act, Vec::new())
    }

    /// The usual way of an incident, as far as it came.
    fn live(&mut self, is_open: bool, is_taken: bool) -> anyhow::Result<()> {
        if !is_taken {
            return self.comment(Audience::Public);
        }
        self.start()?;
        self.comment(Audience::Public)?;
        let assignee = self.person();
        self.push(Act::Updated, vec![("assignee", json!(assignee.0))])?;
        self.comment(Audience::Internal)?;
        if is_open { Ok(()) } else { self.close("in_progress") }
    }

    fn start(&mut self) -> anyhow::Result<()> {
        let assignee = self.person();
        let team = self.one(&self.maker.world.teams.clone(), RecordId::SYSTEM);
        self.later(3_600);
        let act = moved("start", "new", "in_progress");
        let at = self.at.0;
        self.push(act, vec![("assignee", json!(assignee.0)), ("responded_at", json!(at)), ("team", json!(team.0))])
    }

    fn comment(&mut self, audience: Audience) -> anyhow::Result<()> {
        let body = self.text();
        self.push(Act::Commented { audience, body }, Vec::new())
    }

    fn close(&mut self, from: &str) -> anyhow::Result<()> {
        self.later(5 * 86_400);
        let (person, at) = (self.person(), self.at.0);
        let notes = self.text();
        let changes = vec![
            ("resolution_code", json!("fixed")),
            ("resolution_notes", json!(notes)),
            ("resolved_at", json!(at)),
            ("resolved_by", json!(person.0)),
        ];
        self.push(moved("resolve", from, "resolved"), changes)?;
        self.later(5 * 86_400);
        let at = self.at.0;
        self.push(moved("close", "resolved", "closed"), vec![("closed_at", json!(at)), ("closed_by", json!(person.0))])
    }

    fn later(&mut self, most_seconds: i64) {
        self.at = self.at.plus_seconds(self.random.random_range(60..most_seconds));
    }

    fn push(&mut self, act: Act, values: Vec<(&str, Value)>) -> anyhow::Result<()> {
        let before = |key: &str| self.record.as_ref().and_then(|record| record.field(key).cloned());
        let changes = values
            .into_iter()
            .map(|(key, to)| Change { field: key.to_owned(), from: before(key), to: Some(to), why: None })
            .filter(|change| change.from != change.to)
            .collect();
        let actor = self.person();
        let event = Event {
            record: self.id,
            seq: self.seq() + 1,
            at: self.at,
            actor,
            door: Door::Import,
            cause: None,
            act,
            changes,
        };
        self.record = Some(apply(self.record.take(), &event)?);
        self.events.push(event);
        self.later(600);
        Ok(())
    }
}

fn moved(transition: &str, from: &str, to: &str) -> Act {
    Act::Moved { transition: Some(transition.to_owned()), from: from.to_owned(), to: to.to_owned() }
}
