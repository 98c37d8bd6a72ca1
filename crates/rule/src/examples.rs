//! What a rule is expected to do, in text beside it: given this record, it acts or not, and sets these values.
//!
//! ```toml
//! [[example]]
//! name = "Critical incidents go to the service desk"
//! given = { priority = "critical" }
//! set = { urgency = "high" }
//!
//! [[example]]
//! name = "Others stay where they are"
//! given = { priority = "low" }
//! acts = false
//! ```

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::Value as Json;
use steward_model::access::Actor;
use steward_model::event::{Act, Audience, Change, Door, Event};
use steward_model::filter::World;
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Registry};
use steward_model::moment::Moment;
use steward_model::record::{Dues, Record};
use steward_model::value::{parse_value, typed_value};

use crate::definition::{Action, AnyName, Rule};
use crate::trigger::{Trigger, Writer};

/// Examples of one rule at most.
const MOST: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    example: Vec<Example>,
}

/// One example.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// Values of the record, as one would type them; `state` too.
    #[serde(default)]
    given: BTreeMap<String, toml::Value>,
    /// Fields that changed, for rules that answer changes; those that the rule asks for when empty.
    #[serde(default)]
    changed: Vec<String>,
    /// The transition that was taken, for rules that answer moves; the one that the rule asks for when empty.
    #[serde(default)]
    moved: String,
    /// Who wrote, for rules that answer words: `requester` or `staff`.
    #[serde(default)]
    by: String,
    /// For whom it was written: `public` or `internal`.
    #[serde(default)]
    audience: String,
    /// How many records there are with this one, for rules that count them; as many as the rule waits for when absent.
    #[serde(default)]
    count: Option<i64>,
    /// Whether the rule acts.
    #[serde(default = "yes")]
    acts: bool,
    /// Values that it sets, as they stand in its actions.
    #[serde(default)]
    set: BTreeMap<String, toml::Value>,
    /// Values that it sets on each related record.
    #[serde(default)]
    each: BTreeMap<String, toml::Value>,
}

fn yes() -> bool {
    true
}

/// How an example came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// What is wrong; `None` when it came out as expected.
    pub fault: Option<Fault>,
}

/// What came otherwise than expected: a code and what it is about, so that it can be said in any language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The rule acts, and was not expected to.
    Acts,
    /// The rule does not answer what happens.
    AnswersNot,
    /// The rule does not act.
    ActsNot,
    /// A part of the condition, as it is written, does not hold.
    HoldsNot(String),
    /// The rule waits for more records than the example has.
    TooFew {
        /// How many it waits for.
        wanted: i64,
        /// How many there are.
        count: i64,
    },
    /// The rule does not set this field.
    SetsNot(String),
    /// The rule sets a field to something else.
    SetsOther {
        /// Key of the field.
        field: String,
        /// What it is set to.
        value: String,
        /// What was expected.
        wanted: String,
    },
    /// The example cannot be tried, with what is wrong in English as checks of values say it.
    Written(String),
}

impl Fault {
    /// The word for it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Acts => "acts",
            Self::AnswersNot => "answers_not",
            Self::ActsNot => "acts_not",
            Self::HoldsNot(_) => "holds_not",
            Self::TooFew { .. } => "too_few",
            Self::SetsNot(_) => "sets_not",
            Self::SetsOther { .. } => "sets_other",
            Self::Written(_) => "written",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acts => write!(f, "it acts, and was not expected to"),
            Self::AnswersNot => write!(f, "it does not act: it does not answer this"),
            Self::ActsNot => write!(f, "it does not act"),
            Self::HoldsNot(part) => write!(f, "it does not act: `{part}` does not hold"),
            Self::TooFew { wanted, count } => write!(f, "it does not act: {count} of {wanted} records are there"),
            Self::SetsNot(field) => write!(f, "it does not set `{field}`"),
            Self::SetsOther { field, value, wanted } => write!(f, "it sets `{field}` to `{value}`, not to `{wanted}`"),
            Self::Written(message) => write!(f, "{message}"),
        }
    }
}

/// How the examples of a rule came out, or what is wrong with the rule or with their text.
pub type Tried = Result<Vec<Outcome>, String>;

/// Reads examples.
///
/// # Errors
/// What is wrong with the text, with its line.
pub fn read(text: &str) -> Result<Vec<Example>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let written: Written = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        format!("line {line}: {}", error.message())
    })?;
    match written.example.len() {
        0..=MOST => Ok(written.example),
        more => Err(format!("{more} examples are too many; {MOST} are possible")),
    }
}

/// Tries every example of a rule. The record of the rule is read with names that lead to themselves, so an example needs
/// no other record to be there.
///
/// # Errors
/// What is wrong with the rule, or with the text of its examples.
pub fn run(rule: &Record, registry: &Registry) -> Tried {
    let examples = read(rule.text("examples"))?;
    let read = Rule::read(rule, registry, &|_, name| Some(AnyName::id(name))).map_err(|faults| {
        let said = faults.iter().map(|fault| format!("{} {}", fault.field, fault.message).trim().to_owned());
        format!("the rule cannot be read: {}", said.collect::<Vec<_>>().join("; "))
    })?;
    let Some(kind) = registry.kind(&read.kind) else { return Err("the rule names no kind of records".to_owned()) };
    let tried = examples.into_iter().map(|example| {
        let fault = example.fault(&read, kind, registry);
        Outcome { name: example.name, fault }
    });
    Ok(tried.collect())
}

/// Tries the examples of several rules, by number and title: one that cannot be read keeps no other from being tried.
pub fn run_all(rules: &[Record], registry: &Registry) -> Vec<(String, Tried)> {
    let named = |rule: &Record| format!("{} {}", rule.number, rule.text("title"));
    rules.iter().map(|rule| (named(rule), run(rule, registry))).collect()
}

impl Example {
    fn fault(&self, rule: &Rule, kind: &Kind, registry: &Registry) -> Option<Fault> {
        let record = match self.record(kind, rule) {
            Ok(record) => record,
            Err(fault) => return Some(Fault::Written(fault)),
        };
        let event = match self.event(rule, kind, &record) {
            Ok(event) => event,
            Err(fault) => return Some(Fault::Written(fault)),
        };
        let asking = Actor::system().environment(Moment(0));
        let answers = event.as_ref().is_none_or(|event| rule.trigger.answers(event, &record));
        let world = Apart { registry };
        let too_few = match self.too_few(rule, &record) {
            Ok(too_few) => too_few,
            Err(fault) => return Some(Fault::Written(fault)),
        };
        let holds = rule.holds(&record, kind, &world, &asking);
        let acts = answers && holds && too_few.is_none();
        if acts != self.acts {
            return Some(match (acts, answers) {
                (false, true) if holds => too_few.unwrap_or(Fault::ActsNot),
                (true, _) => Fault::Acts,
                (false, false) => Fault::AnswersNot,
                (false, true) => match rule.failing(&record, kind, registry, &world, &asking) {
                    Some(part) => Fault::HoldsNot(part),
                    None => Fault::ActsNot,
                },
            });
        }
        let own = rule.actions.iter();
        let others = rule.actions.iter().filter_map(|action| match action {
            Action::ForEach(each) => Some(&each.actions),
            _ => None,
        });
        sets(&self.set, own).or_else(|| sets(&self.each, others.flatten()))
    }

    /// That a rule waits for more records than there are.
    fn too_few(&self, rule: &Rule, record: &Record) -> Result<Option<Fault>, String> {
        match (&rule.trigger, self.count) {
            (Trigger::Threshold { count: wanted, .. }, count) => {
                // One without a value to compare is counted nowhere.
                let count = rule.trigger.group(record).map_or(0, |_| count.unwrap_or(*wanted));
                Ok((count < *wanted).then_some(Fault::TooFew { wanted: *wanted, count }))
            }
            (_, Some(_)) => Err("`count` is for rules that count records".to_owned()),
            _ => Ok(None),
        }
    }

    fn record(&self, kind: &Kind, rule: &Rule) -> Result<Record, String> {
        let mut record = Record {
            id: RecordId(1),
            kind: kind.key.clone(),
            number: kind.numbering.format(1),
            revision: 1,
            state: kind.lifecycle.initial.clone(),
            organisation: rule.organisation,
            created_at: Moment(0),
            updated_at: Moment(0),
            created_by: RecordId::SYSTEM,
            fields: BTreeMap::new(),
            watchers: Vec::new(),
            dues: Dues::default(),
        };
        for (key, value) in &self.given {
            let text = text_of(value);
            if key == "state" {
                if kind.lifecycle.state(&text).is_none() {
                    return Err(format!("`{text}` is no state of {}", kind.label_plural.to_lowercase()));
                }
                record.state = text;
                continue;
            }
            let field = kind
                .field(key)
                .ok_or_else(|| format!("`{key}` is no field of {}", kind.label_plural.to_lowercase()))?;
            let typed = typed_value(field, &text, &Actor::system());
            let stored = parse_value(field, &typed, &AnyName).map_err(|message| format!("`{key}` {message}"))?;
            if let Some(stored) = stored {
                record.fields.insert(key.clone(), stored);
            }
        }
        Ok(record)
    }

    /// What happened to the record; `None` for a rule that goes by time.
    fn event(&self, rule: &Rule, kind: &Kind, record: &Record) -> Result<Option<Event>, String> {
        let mut actor = RecordId(2);
        let mut changes = Vec::new();
        let act = match &rule.trigger {
            Trigger::Timed(_) => return Ok(None),
            Trigger::Changed { or_created: true, .. } if self.changed.is_empty() => created(record),
            Trigger::Created | Trigger::Threshold { .. } => created(record),
            Trigger::Changed { fields, .. } => {
                let changed = if self.changed.is_empty() { fields } else { &self.changed };
                let of = |field: &String| Change { field: field.clone(), from: None, to: Some(Json::Null), why: None };
                changes.extend(changed.iter().map(of));
                Act::Updated
            }
            Trigger::Moved { transition, to } => {
                let taken = if self.moved.is_empty() { transition.clone() } else { Some(self.moved.clone()) };
                let step = match &taken {
                    None => None,
                    Some(key) => {
                        let unknown = || format!("`{key}` is no step of {}", kind.label_plural.to_lowercase());
                        Some(kind.lifecycle.transition(key).ok_or_else(unknown)?)
                    }
                };
                let reached = step.map(|step| step.to.clone()).or_else(|| to.clone());
                let reached = reached.unwrap_or_else(|| record.state.clone());
                Act::Moved { transition: taken, from: record.state.clone(), to: reached }
            }
            Trigger::Commented { audience, by } => {
                let by_requester = match self.by.as_str() {
                    "" => *by == Writer::Requester,
                    "requester" => true,
                    "staff" => false,
                    other => return Err(format!("`by` is `{other}`; write requester or staff")),
                };
                if by_requester {
                    actor = record.reference("requester").unwrap_or(RecordId::SYSTEM);
                }
                let audience = match self.audience.as_str() {
                    "" => audience.unwrap_or(Audience::Public),
                    "public" => Audience::Public,
                    "internal" => Audience::Internal,
                    other => return Err(format!("`audience` is `{other}`; write public or internal")),
                };
                Act::Commented { audience, body: "…".to_owned() }
            }
            Trigger::Escalated { step } => Act::Escalated {
                target: RecordId(3),
                slot: step.clone(),
                step: step.clone(),
                due_at: None,
                note: String::new(),
                called: None,
            },
        };
        let seq = record.revision + 1;
        Ok(Some(Event { record: record.id, seq, at: Moment(0), actor, door: Door::Api, cause: None, act, changes }))
    }
}

fn created(record: &Record) -> Act {
    Act::Created {
        kind: record.kind.clone(),
        number: record.number.clone(),
        organisation: record.organisation,
        state: record.state.clone(),
        fields: record.fields.clone(),
        why: Vec::new(),
        links: Vec::new(),
    }
}

fn text_of(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// What of some values is not set by some actions, or set otherwise.
fn sets<'a>(expected: &BTreeMap<String, toml::Value>, actions: impl Iterator<Item = &'a Action>) -> Option<Fault> {
    let mut set: BTreeMap<&str, &str> = BTreeMap::new();
    for action in actions {
        if let Action::Set { field, value } = action {
            set.insert(field, value);
        }
    }
    expected.iter().find_map(|(key, wanted)| {
        let wanted = text_of(wanted);
        match set.get(key.as_str()) {
            None => Some(Fault::SetsNot(key.clone())),
            Some(value) if **value != wanted => {
                Some(Fault::SetsOther { field: key.clone(), value: (*value).to_owned(), wanted })
            }
            Some(_) => None,
        }
    })
}

/// A world without other records.
struct Apart<'a> {
    registry: &'a Registry,
}

impl World for Apart<'_> {
    fn record(&self, _id: RecordId) -> Option<&Record> {
        None
    }

    fn kind(&self, key: &str) -> Option<&Kind> {
        self.registry.kind(key).map(AsRef::as_ref)
    }

    fn linked(&self, _record: &Record, _link: Option<&str>, _inverse: bool, _other: Option<RecordId>) -> bool {
        false
    }

    fn readable(&self, _record: &Record) -> bool {
        false
    }
}
