//! The definition of a rule: read from its record, checked, every fault with its field and the way out.

use serde_json::Value as Json;
use steward_model::access::Actor;
use steward_model::decide::FieldError;
use steward_model::event::{Audience, LinkTo};
use steward_model::filter::{Environment, Filter, Resolver};
use steward_model::id::{RecordId, Revision};
use steward_model::kind::{FieldType, Kind, Registry};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_model::value::References;

use crate::action::actions;
pub use crate::action::{Action, MOST_ACTIONS, Told, action, unknown_variable};
use crate::route::{Routing, Strategy};
use crate::trigger::{Trigger, Writer};
use crate::turns::{LONGEST, SHORTEST, Turns};

/// Acts in an hour that a rule may have where it does not say.
const USUAL_RATE: i64 = 500;
/// Records that a rule waits for at most.
const MOST_COUNTED: i64 = 1_000;
/// A rule that goes by time and says something again and again must rest so long between two turns, in minutes.
const QUIET: i64 = 24 * 60;

/// A checked rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The record.
    pub id: RecordId,
    /// Its number.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// Its revision, which names what it said when it acted.
    pub version: Revision,
    /// The kind of records that it works on.
    pub kind: String,
    /// Lower ones come first.
    pub order: i64,
    /// It works on records of this organisation and those below it.
    pub organisation: RecordId,
    /// What it answers.
    pub trigger: Trigger,
    /// What must hold.
    pub condition: Filter,
    /// Whether the condition is the same whoever asks and whenever.
    pub is_fixed: bool,
    /// Whether the condition looks at the record alone.
    pub is_local: bool,
    /// Who gets the record, before anything else is done.
    pub routing: Option<Routing>,
    /// What is done, in order.
    pub actions: Vec<Action>,
    /// Whether rules after it are left out when it acted.
    pub stops: bool,
    /// Whether it acts on each record once.
    pub once: bool,
    /// Acts in an hour at most.
    pub most_per_hour: i64,
    /// When it was put in force; what happened before is not answered.
    pub in_force_since: Option<Moment>,
    /// With whose rights it acts; nobody's when nobody is there.
    pub keeper: Option<RecordId>,
}

/// Any name leads to some record: the same name to the same one. For checks that are not about which records there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyName;

impl AnyName {
    /// The record that a name leads to, which is none that exists.
    pub fn id(name: &str) -> RecordId {
        // FNV-1a; negative, so that it is no identity of a record.
        let hash = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        RecordId(-i64::try_from(hash >> 2).unwrap_or(i64::MAX) - 1)
    }
}

impl References for AnyName {
    fn resolve(&self, _kinds: &[String], text: &str) -> Option<RecordId> {
        Some(Self::id(text))
    }
}

impl Rule {
    /// Reads a rule from its record. `resolver` finds the records that its condition names.
    ///
    /// # Errors
    /// Every fault, each with its field and the way out.
    pub fn read(record: &Record, registry: &Registry, resolver: &Resolver<'_>) -> Result<Self, Vec<FieldError>> {
        let Some(kind) = registry.kind(record.text("for_kind")) else {
            return fault("for_kind", "is no kind of records; write its key, such as incident");
        };
        if kind.key == crate::RULE {
            return fault("for_kind", "cannot be rules themselves; write the kind of records that it works on");
        }
        if kind.automatic {
            // What they say follows from what people did; an entry by a rule would say it without anybody having done it.
            return fault(
                "for_kind",
                &format!(
                    "names {}, which only Steward makes and moves; write the kind of what they are about, such as change",
                    kind.label_plural.to_lowercase()
                ),
            );
        }
        let mut faults = Vec::new();
        let trigger = kept(trigger(record, kind), &mut faults);
        let condition = kept(condition(record, kind, registry, resolver), &mut faults);
        let routing = kept(routing(record, kind), &mut faults).flatten();
        let actions = actions(record, kind, registry, resolver, &mut faults);
        if faults.is_empty() && routing.is_none() && actions.is_empty() {
            faults.push(FieldError::new("actions", "are none; add one, or choose whom the work goes to".to_owned()));
        }
        let once = record.field("once") == Some(&Json::Bool(true));
        if let Some(Trigger::Timed(turns)) = &trigger
            && !once
            && turns.minutes() < QUIET
        {
            let again = |what: &str| {
                format!(
                    "would be made again on every turn (`{what}`); tick “Once per record”, or let a day pass between turns"
                )
            };
            // Who has it would lose it to the next one on every turn.
            if let Some(routing) = &routing {
                faults.push(FieldError::new("assign_by", again(routing.strategy.key())));
            }
            if let Some(said) = actions.iter().find(|action| !action.is_quiet()) {
                faults.push(FieldError::new("actions", again(said.key())));
            }
        }
        let (Some(trigger), Some(condition)) = (trigger, condition) else { return Err(faults) };
        if !faults.is_empty() {
            return Err(faults);
        }
        let is_fixed = condition.bind(&nobody()) == condition;
        let is_local = condition.is_local();
        Ok(Self {
            id: record.id,
            number: record.number.clone(),
            title: record.text("title").to_owned(),
            version: record.revision,
            kind: kind.key.clone(),
            order: record.field("order").and_then(Json::as_i64).unwrap_or(100),
            organisation: record.organisation,
            trigger,
            condition,
            is_fixed,
            is_local,
            routing,
            actions,
            stops: record.field("stop") == Some(&Json::Bool(true)),
            once,
            most_per_hour: record.field("most_per_hour").and_then(Json::as_i64).unwrap_or(USUAL_RATE),
            in_force_since: record.field("in_force_since").and_then(Json::as_i64).map(Moment),
            keeper: record.reference("runs_as"),
        })
    }

    /// Everything that it does, on the record and on others.
    pub fn all_actions(&self) -> impl Iterator<Item = &Action> {
        self.actions.iter().flat_map(|action| {
            let on_others: &[Action] = match action {
                Action::ForEach(each) => &each.actions,
                _ => &[],
            };
            std::iter::once(action).chain(on_others)
        })
    }

    /// Its number and title, as the journal names it.
    pub fn named(&self) -> String {
        format!("{} {}", self.number, self.title)
    }
}

/// Who asks where it makes no difference.
fn nobody() -> Environment {
    Actor::system().environment(Moment(0))
}

fn fault<T>(field: &str, message: &str) -> Result<T, Vec<FieldError>> {
    Err(vec![FieldError::new(field, message.to_owned())])
}

fn kept<T>(read: Result<T, FieldError>, faults: &mut Vec<FieldError>) -> Option<T> {
    read.map_err(|fault| faults.push(fault)).ok()
}

fn words(text: &str) -> Vec<String> {
    text.split([',', ' ', '\n']).map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn trigger(record: &Record, kind: &Kind) -> Result<Trigger, FieldError> {
    let or_created = record.text("trigger") == "saved";
    Ok(match record.text("trigger") {
        "created" => Trigger::Created,
        "changed" | "saved" => {
            let fields = words(record.text("changed_fields"));
            let is_known =
                |key: &&String| kind.field(key).is_none() && !["state", "organisation"].contains(&key.as_str());
            if let Some(unknown) = fields.iter().find(is_known) {
                return Err(FieldError::new("changed_fields", format!("name `{unknown}`, which {}", no_field(kind))));
            }
            Trigger::Changed { fields, or_created }
        }
        "moved" => {
            let (step, state) = (record.text("transition").trim(), record.text("to_state").trim());
            if !step.is_empty() && kind.lifecycle.transition(step).is_none() {
                return Err(FieldError::new("transition", no_step(kind)));
            }
            if !state.is_empty() && kind.lifecycle.state(state).is_none() {
                let states: Vec<&str> = kind.lifecycle.states.iter().map(|state| state.key.as_str()).collect();
                return Err(FieldError::new("to_state", format!("is no state; there are {}", states.join(", "))));
            }
            let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            Trigger::Moved { transition: named(step), to: named(state) }
        }
        "commented" => Trigger::Commented {
            audience: match record.text("comment_audience") {
                "public" => Some(Audience::Public),
                "internal" => Some(Audience::Internal),
                _ => None,
            },
            by: match record.text("comment_by") {
                "requester" => Writer::Requester,
                "staff" => Writer::Staff,
                _ => Writer::Anyone,
            },
        },
        "escalated" => Trigger::Escalated { step: record.text("clock_step").trim().to_owned() },
        "threshold" => threshold(record, kind)?,
        "time" => match (record.field("every_minutes").and_then(Json::as_i64), record.text("at_times").trim()) {
            (Some(_), times) if !times.is_empty() => {
                return Err(FieldError::new("at_times", "stand beside minutes; empty one of the two".to_owned()));
            }
            (Some(minutes), _) if (SHORTEST..=LONGEST).contains(&minutes) => Trigger::Timed(Turns::Every(minutes)),
            (Some(_), _) => {
                let message = format!("must lie between {SHORTEST} and {LONGEST}, which is a week");
                return Err(FieldError::new("every_minutes", message));
            }
            (None, "") => {
                return Err(FieldError::new("every_minutes", "is needed, or times of day instead".to_owned()));
            }
            (None, times) => Trigger::Timed(
                Turns::at(times, record.text("zone")).map_err(|(field, message)| FieldError::new(field, message))?,
            ),
        },
        _ => return Err(FieldError::new("trigger", "says nothing; choose what it answers".to_owned())),
    })
}

/// As many records within some minutes, where they have the same value of a field.
fn threshold(record: &Record, kind: &Kind) -> Result<Trigger, FieldError> {
    let number = |key: &str| record.field(key).and_then(Json::as_i64);
    let range = |key: &str, what: &str, (least, most): (i64, i64)| match number(key) {
        None => Err(FieldError::new(key, format!("is needed: {what}"))),
        Some(value) if (least..=most).contains(&value) => Ok(value),
        Some(_) => Err(FieldError::new(key, format!("must lie between {least} and {most}"))),
    };
    let count = range("threshold_count", "from how many records on it acts", (2, MOST_COUNTED))?;
    let minutes = range("threshold_minutes", "within how many minutes they come", (SHORTEST, LONGEST))?;
    let field = record.text("threshold_field").trim();
    if field.is_empty() || field == "organisation" {
        return Ok(Trigger::Threshold { count, minutes, field: (!field.is_empty()).then(|| field.to_owned()) });
    }
    let Some(known) = kind.field(field) else {
        return Err(FieldError::new("threshold_field", format!("names `{field}`, which {}", no_field(kind))));
    };
    let is_one_value = matches!(
        known.field_type,
        FieldType::Choice(_) | FieldType::Reference { .. } | FieldType::Text { .. } | FieldType::Boolean
    );
    match is_one_value {
        true => Ok(Trigger::Threshold { count, minutes, field: Some(field.to_owned()) }),
        false => {
            let message =
                format!("names `{field}`, which holds no single value to compare; write a field such as service");
            Err(FieldError::new("threshold_field", message))
        }
    }
}

/// The condition of a rule, in the notation that it is written in.
fn condition(record: &Record, kind: &Kind, registry: &Registry, resolver: &Resolver<'_>) -> Result<Filter, FieldError> {
    read_condition(record.text("condition"), record.text("notation"), kind, registry, resolver)
        .map_err(|message| FieldError::new("condition", message))
}

/// A condition on a record of a kind, in the notation that it is written in: `search`, `tree`, or else an expression.
///
/// # Errors
/// What is wrong with it, after the word for it.
pub fn read_condition(
    text: &str,
    notation: &str,
    kind: &Kind,
    registry: &Registry,
    resolver: &Resolver<'_>,
) -> Result<Filter, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("is needed; write true for every record".to_owned());
    }
    // Names that lead to nothing must not turn a negation true, so they are a fault of the rule.
    let missing = std::cell::RefCell::new(None);
    let noting = |kinds: &[String], name: &str| {
        let found = resolver(kinds, name);
        if found.is_none() {
            missing.borrow_mut().get_or_insert_with(|| name.to_owned());
        }
        found
    };
    let parsed = match notation {
        "search" => Filter::parse_search_box(text, kind, registry, &noting),
        "tree" => {
            let tree = serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
            Filter::from_json(&tree, kind, registry, &noting)
        }
        _ => Filter::parse_cel_with(text, kind, registry, &noting),
    };
    let filter = parsed.map_err(|error| {
        let hint = error.suggestion.map(|word| format!("; did you mean `{word}`?")).unwrap_or_default();
        format!("cannot be used: {}{hint}", error.message)
    })?;
    if let Some(name) = missing.into_inner() {
        return Err(format!("names `{name}`, which is not there or not yours to see"));
    }
    if looks_at_links(&filter) {
        return Err("looks at links, which rules cannot; use a field that refers to the record".to_owned());
    }
    Ok(filter)
}

fn looks_at_links(filter: &Filter) -> bool {
    match filter {
        Filter::Linked { .. } => true,
        Filter::And(members) | Filter::Or(members) => members.iter().any(looks_at_links),
        Filter::Not(inner) => looks_at_links(inner),
        Filter::Everything | Filter::Nothing | Filter::Test { .. } | Filter::Text(_) => false,
    }
}

fn routing(record: &Record, kind: &Kind) -> Result<Option<Routing>, FieldError> {
    let Some(strategy) = Strategy::named(record.text("assign_by")) else { return Ok(None) };
    if kind.field("team").is_none() || kind.field("assignee").is_none() {
        let message = format!("is not possible: {} have no team and assignee", kind.label_plural.to_lowercase());
        return Err(FieldError::new("assign_by", message));
    }
    let team = record.reference("assign_team");
    if strategy == Strategy::Team && team.is_none() {
        return Err(FieldError::new("assign_team", "is needed for this way".to_owned()));
    }
    let skill = record.text("assign_skill").trim().to_owned();
    if strategy == Strategy::Skill && skill.is_empty() {
        return Err(FieldError::new("assign_skill", "is needed for this way".to_owned()));
    }
    if let Some(unknown) = unknown_variable(&skill, kind, None) {
        return Err(FieldError::new("assign_skill", unknown));
    }
    Ok(Some(Routing { strategy, team, skill, capacity: record.field("assign_capacity").and_then(Json::as_i64) }))
}

pub(crate) fn no_field(kind: &Kind) -> String {
    format!("is no field of {}", kind.label_plural.to_lowercase())
}

pub(crate) fn no_step(kind: &Kind) -> String {
    let steps: Vec<&str> = kind.lifecycle.transitions.iter().map(|step| step.key.as_str()).collect();
    format!("is no step of {}; there are {}", kind.label_plural.to_lowercase(), steps.join(", "))
}

/// The link from a new record to the one that it is made for.
pub fn link_to(link: &str, target: RecordId) -> Option<LinkTo> {
    (!link.is_empty()).then(|| LinkTo { link: link.to_owned(), target })
}
