//! What rules cost an entry that none of them answers: `cargo run --release -p steward-rule --example speed`.

use std::time::Instant;

use serde_json::{Value as Json, json};
use steward_model::access::Actor;
use steward_model::event::{Act, Change, Door, Event};
use steward_model::filter::World;
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Registry};
use steward_model::moment::Moment;
use steward_model::record::{Dues, Record};
use steward_rule::book::{Book, Entry};
use steward_rule::definition::{AnyName, Rule};

/// Rules in force.
const RULES: i64 = 500;
/// Entries that are asked about.
const ENTRIES: u32 = 10_000;

struct Nothing<'a>(&'a Registry);

impl World for Nothing<'_> {
    fn record(&self, _id: RecordId) -> Option<&Record> {
        None
    }

    fn kind(&self, key: &str) -> Option<&Kind> {
        self.0.kind(key).map(AsRef::as_ref)
    }

    fn linked(&self, _record: &Record, _link: Option<&str>, _inverse: bool, _other: Option<RecordId>) -> bool {
        false
    }

    fn readable(&self, _record: &Record) -> bool {
        false
    }
}

fn record(id: i64, kind: &str, fields: Json) -> Record {
    Record {
        id: RecordId(id),
        kind: kind.to_owned(),
        number: format!("X{id}"),
        revision: 1,
        state: if kind == "rule" { "active" } else { "new" }.to_owned(),
        organisation: RecordId(1),
        created_at: Moment(0),
        updated_at: Moment(0),
        created_by: RecordId(2),
        fields: serde_json::from_value(fields).unwrap_or_default(),
        watchers: Vec::new(),
        dues: Dues::default(),
    }
}

fn main() -> Result<(), String> {
    let registry = Registry::load(&steward_practices::sources()).map_err(|faults| format!("{faults:?}"))?;
    let rule = |place: i64| {
        // All of them answer the same change of the same kind, and each looks at something else.
        let fields = json!({
            "title": format!("Rule {place}"), "for_kind": "incident", "trigger": "changed", "condition":
            format!("priority == 'critical' && title.contains('word {place}') || category == 'printer' && urgency == 'low'"),
            "actions": [{ "action": "set", "target": "urgency", "value": "high" }],
        });
        Rule::read(&record(place + 10, "rule", fields), &registry, &|_, name| Some(AnyName::id(name)))
            .map_err(|faults| format!("{faults:?}"))
    };
    let started = Instant::now();
    let entries = (0..RULES).map(|place| Ok(Entry { rule: rule(place)?, reach: vec![RecordId(1)] }));
    let book = Book::new(entries.collect::<Result<_, String>>()?);
    println!("{RULES} rules compiled in {:?}", started.elapsed());
    let kind = registry.kind("incident").ok_or("there are no incidents")?;
    let incident =
        record(1, "incident", json!({ "title": "It is slow", "priority": "critical", "category": "server" }));
    let asking = Actor::system().environment(Moment(0));
    let event = |field: &str, act: Act| Event {
        record: incident.id,
        seq: 2,
        at: Moment(0),
        actor: RecordId(2),
        door: Door::Page,
        cause: None,
        act,
        changes: vec![Change { field: field.to_owned(), from: None, to: Some(json!("x")), why: None }],
    };
    let time = |what: &str, event: &Event| {
        let started = Instant::now();
        let mut held = 0;
        for _ in 0..ENTRIES {
            if book.concerns("incident", event) {
                let answering = book.answering("incident", event, &incident);
                held +=
                    answering.filter(|entry| entry.rule.holds(&incident, kind, &Nothing(&registry), &asking)).count();
            }
        }
        println!("{what}: {:?} an entry, {held} held", started.elapsed() / ENTRIES);
    };
    time("a change that all 500 answer and that none matches", &event("impact", Act::Updated));
    time("an entry that none answers", &event("impact", Act::Watched { person: RecordId(2) }));
    Ok(())
}
