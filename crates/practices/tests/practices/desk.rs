//! A service desk without a database: commands go to the pure decision, events are folded.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use serde_json::{Map, Value, json};
use steward_model::access::{Actor, Assignment, Belonging, Policy, Reach};
use steward_model::apply::{apply, fold};
use steward_model::command::{Command, Create, NewComment, Transition, Update};
use steward_model::decide::{Birth, Context, Lookup, Rejection, World, decide};
use steward_model::event::{Audience, Door, Event};
use steward_model::id::{RecordId, Revision};
use steward_model::kind::{Kind, Registry};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_model::value::References;
use steward_practices::rules::PracticeRules;

pub(crate) const CUSTOMER: RecordId = RecordId(1);
pub(crate) const OTHER_CUSTOMER: RecordId = RecordId(2);
pub(crate) const ANNA: RecordId = RecordId(10);
pub(crate) const BEN: RecordId = RecordId(11);
pub(crate) const GUS: RecordId = RecordId(20);
pub(crate) const DESK: RecordId = RecordId(30);
pub(crate) const NETWORK: RecordId = RecordId(31);
pub(crate) const MAIL_SERVICE: RecordId = RecordId(40);

/// Loaded once: sequences of commands make many desks.
static SHIPPED: OnceLock<(Registry, Policy)> = OnceLock::new();

fn load() -> (Registry, Policy) {
    let registry = Registry::load(&steward_practices::sources()).unwrap();
    let policy = Policy::load(&steward_practices::roles(), &registry).unwrap();
    (registry, policy)
}

/// Records that can be named, by login or name, with their kinds.
struct Names(HashMap<&'static str, (RecordId, &'static str)>);

impl References for Names {
    fn resolve(&self, kinds: &[String], text: &str) -> Option<RecordId> {
        self.0.get(text).filter(|(_, kind)| kinds.iter().any(|wanted| wanted == kind)).map(|(id, _)| *id)
    }
}

impl Lookup for Names {
    fn kind_of(&self, id: RecordId) -> Option<String> {
        self.0.values().find(|(known, _)| *known == id).map(|(_, kind)| (*kind).to_owned())
    }
}

/// The desk: one record at a time, with everything that happened to it.
pub(crate) struct Desk {
    pub(crate) registry: Registry,
    pub(crate) policy: Policy,
    names: Names,
    pub(crate) world: World,
    pub(crate) now: Moment,
    pub(crate) events: Vec<Event>,
    pub(crate) record: Option<Record>,
    pub(crate) kind: &'static str,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let (registry, policy) = SHIPPED.get_or_init(load).clone();
        let names = Names(HashMap::from([
            ("anna", (ANNA, "person")),
            ("ben", (BEN, "person")),
            ("gus", (GUS, "person")),
            ("Desk", (DESK, "team")),
            ("Network", (NETWORK, "team")),
            ("Mail", (MAIL_SERVICE, "service")),
        ]));
        let world = World { organisations_above: vec![CUSTOMER], ..World::default() };
        let now = Moment::parse("2026-03-02T09:00:00Z").unwrap();
        Self { registry, policy, names, world, now, events: Vec::new(), record: None, kind: "incident" }
    }

    /// A person with roles that hold everywhere.
    pub(crate) fn actor(&self, person: RecordId, organisation: RecordId, teams: &[RecordId], roles: &[&str]) -> Actor {
        let assignments = roles
            .iter()
            .map(|role| Assignment { role: self.policy.role(role).unwrap().clone(), reach: Reach::Everywhere })
            .collect();
        Actor {
            person,
            label: person.to_string(),
            organisation,
            teams: teams.to_vec(),
            assignments,
            belongs: Belonging::default(),
            limits: None,
            viewed_by: None,
        }
    }

    pub(crate) fn anna(&self) -> Actor {
        self.actor(ANNA, CUSTOMER, &[], &["requester"])
    }

    pub(crate) fn gus(&self) -> Actor {
        self.actor(GUS, CUSTOMER, &[DESK], &["agent"])
    }

    pub(crate) fn kind(&self) -> &Kind {
        self.registry.kind(self.kind).unwrap()
    }

    pub(crate) fn give(&mut self, actor: &Actor, command: Command) -> Result<(), Rejection> {
        self.give_since(actor, command, BTreeMap::new())
    }

    /// As [`Self::give`], with fields that somebody changed since the revision the command names.
    pub(crate) fn give_since(
        &mut self,
        actor: &Actor,
        command: Command,
        changed_since: BTreeMap<String, RecordId>,
    ) -> Result<(), Rejection> {
        let birth = Birth { id: RecordId(100), number: "INC0000001".to_owned(), organisation: CUSTOMER };
        let ctx = Context {
            now: self.now,
            actor,
            door: Door::Api,
            cause: None,
            registry: &self.registry,
            policy: &self.policy,
            references: &self.names,
            rules: &PracticeRules,
            world: &self.world,
            changed_since,
            birth: self.record.is_none().then_some(birth),
            given: None,
        };
        let events = decide(self.kind(), self.record.as_ref(), &command, &ctx)?;
        for event in events {
            self.record = Some(apply(self.record.take(), &event).unwrap());
            self.events.push(event);
        }
        assert_eq!(fold(&self.events).unwrap(), self.record, "the record is the fold of its events");
        Ok(())
    }

    pub(crate) fn create(&mut self, actor: &Actor, fields: Value) -> Result<(), Rejection> {
        self.give(actor, Command::Create(Create { organisation: None, fields: map(fields), links: Vec::new() }))
    }

    pub(crate) fn update(&mut self, actor: &Actor, fields: Value) -> Result<(), Rejection> {
        self.give(actor, Command::Update(Update { fields: map(fields), organisation: None, base: None }))
    }

    pub(crate) fn update_from(
        &mut self,
        actor: &Actor,
        fields: Value,
        base: Revision,
        changed: &[&str],
    ) -> Result<(), Rejection> {
        let changed = changed.iter().map(|field| ((*field).to_owned(), BEN)).collect();
        let update = Update { fields: map(fields), organisation: None, base: Some(base) };
        self.give_since(actor, Command::Update(update), changed)
    }

    pub(crate) fn go(&mut self, actor: &Actor, key: &str, fields: Value) -> Result<(), Rejection> {
        self.go_saying(actor, key, fields, None)
    }

    pub(crate) fn go_saying(
        &mut self,
        actor: &Actor,
        key: &str,
        fields: Value,
        words: Option<(Audience, &str)>,
    ) -> Result<(), Rejection> {
        let comment = words.map(|(audience, body)| NewComment { audience, body: body.to_owned() });
        self.give(
            actor,
            Command::Transition(Transition { key: key.to_owned(), fields: map(fields), comment, base: None }),
        )
    }

    pub(crate) fn say(&mut self, actor: &Actor, audience: Audience, body: &str) -> Result<(), Rejection> {
        self.give(actor, Command::Comment(NewComment { audience, body: body.to_owned() }))
    }

    pub(crate) fn state(&self) -> &str {
        &self.record.as_ref().unwrap().state
    }

    pub(crate) fn field(&self, key: &str) -> Value {
        self.record.as_ref().unwrap().field(key).cloned().unwrap_or(Value::Null)
    }

    /// Why a field got its value with the last event.
    pub(crate) fn why(&self, key: &str) -> String {
        let event = self.events.last().unwrap();
        let of_change = event.changes.iter().find(|change| change.field == key).and_then(|change| change.why.clone());
        let of_creation = match &event.act {
            steward_model::event::Act::Created { why, .. } => {
                why.iter().find(|why| why.field == key).map(|why| why.why.clone())
            }
            _ => None,
        };
        of_change.or(of_creation).map(|why| why.detail).unwrap_or_default()
    }
}

/// An incident of Anna's that Gus works on.
pub(crate) fn in_progress() -> Desk {
    let mut desk = Desk::new();
    let (anna, gus) = (desk.anna(), desk.gus());
    desk.create(&anna, json!({ "title": "Mail is slow" })).unwrap();
    desk.go(&gus, "start", json!({ "team": "Desk", "assignee": "gus" })).unwrap();
    desk
}

/// The faults of a refusal as `field: message`.
pub(crate) fn faults(refusal: Result<(), Rejection>) -> Vec<String> {
    match refusal {
        Err(Rejection::Invalid(errors)) => {
            errors.into_iter().map(|error| format!("{}: {}", error.field, error.message)).collect()
        }
        other => panic!("expected faults of fields, got {other:?}"),
    }
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}
