//! What a rule does: its rows read and checked, every fault with its column and the way out.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use steward_model::access::Actor;
use steward_model::decide::FieldError;
use steward_model::event::Audience;
use steward_model::filter::Resolver;
use steward_model::kind::{Field, FieldType, Kind, Registry};
use steward_model::record::Record;
use steward_model::value::{parse_value, typed_value};
use steward_model::variables::variables;

use crate::definition::{AnyName, no_field, no_step};
use crate::each::Each;

/// Actions of one rule at most.
pub const MOST_ACTIONS: usize = 20;
/// Words about who acts, which may stand in texts besides fields of the record.
const OWN_WORDS: [&str; 3] = ["number", "state", "organisation"];
/// What stands before variables of the record that a rule answers, in texts for others.
pub const ORIGIN: &str = "origin";

/// One thing that a rule does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Sets a field to a value as one would type it; a text may hold variables.
    Set {
        /// Key of the field.
        field: String,
        /// The value; empties the field when empty.
        value: String,
    },
    /// Writes a comment or a work note.
    Comment {
        /// For whom.
        audience: Audience,
        /// Markdown with variables.
        body: String,
    },
    /// Tells people through their inbox.
    Notify(Told),
    /// Makes a record from a template.
    Create {
        /// Number of the template.
        template: String,
        /// Type of the link from the new record to this one; none when empty.
        link: String,
    },
    /// Links the record to another one.
    Link {
        /// Type of the link.
        link: String,
        /// Name of the other record.
        target: String,
    },
    /// Moves it along its lifecycle.
    Move {
        /// Key of the transition.
        transition: String,
    },
    /// Hands the record over to another system, at the rule's address.
    Webhook,
    /// Begins the plan of a flow on it, once.
    StartFlow {
        /// Number of the flow.
        flow: String,
    },
    /// Answers the question for approval that is open about it, as whoever keeps the rule.
    Answer {
        /// Whether they approve.
        agrees: bool,
        /// Why, with variables.
        reason: String,
    },
    /// Has those whom a policy names be asked to approve it as well.
    AskApproval {
        /// Number of the policy.
        policy: String,
    },
    /// Does the actions after it on related records instead.
    ForEach(Box<Each>),
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Who works on it.
    Assignee,
    /// The members of its team.
    Team,
    /// The lead of its team.
    Lead,
    /// Who asked.
    Requester,
    /// Who watches.
    Watchers,
    /// A person or team by name.
    Named(String),
}

impl Told {
    /// The words for them in definitions.
    pub const WORDS: [&'static str; 5] = ["assignee", "team", "lead", "requester", "watchers"];
}

impl Action {
    /// The word for it in definitions and logs.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Set { .. } => "set",
            Self::Comment { audience: Audience::Public, .. } => "comment",
            Self::Comment { audience: Audience::Internal, .. } => "note",
            Self::Notify(_) => "notify",
            Self::Create { .. } => "create",
            Self::Link { .. } => "link",
            Self::Move { .. } => "move",
            Self::Webhook => "webhook",
            Self::StartFlow { .. } => "start_flow",
            Self::Answer { agrees: true, .. } => "approve",
            Self::Answer { agrees: false, .. } => "refuse",
            Self::AskApproval { .. } => "ask_approval",
            Self::ForEach(_) => "for_each",
        }
    }

    /// Whether doing it again on every turn of time disturbs nobody.
    pub(crate) fn is_quiet(&self) -> bool {
        match self {
            Self::Set { .. } | Self::Move { .. } | Self::StartFlow { .. } => true,
            Self::ForEach(each) => each.actions.iter().all(Self::is_quiet),
            _ => false,
        }
    }
}

/// The actions of a rule, in order; those after a row *for each* within it.
pub(crate) fn actions(
    record: &Record,
    kind: &Kind,
    registry: &Registry,
    resolver: &Resolver<'_>,
    faults: &mut Vec<FieldError>,
) -> Vec<Action> {
    let rows = record.field("actions").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    if rows.len() > MOST_ACTIONS {
        faults.push(FieldError::new("actions", format!("are too many; {MOST_ACTIONS} are possible")));
        return Vec::new();
    }
    let mut actions: Vec<Action> = Vec::new();
    // The row at which related records begin, and their kind; none when that row is at fault.
    let mut others: Option<(usize, Option<&Kind>)> = None;
    for (place, row) in rows.iter().enumerate() {
        let cell = |key: &str| row.get(key).and_then(Json::as_str).unwrap_or_default().trim();
        let (what, target, value) = (cell("action"), cell("target"), cell("value"));
        let read = if what == "for_each" {
            if let Some(empty) = empty_each(others, &actions) {
                faults.push(empty);
            }
            let each = Each::read(target, value, kind, registry, resolver);
            others = Some((place, each.as_ref().ok().and_then(|each| registry.kind(&each.kind)).map(AsRef::as_ref)));
            each.map(|each| Action::ForEach(Box::new(each)))
        } else {
            match others {
                None => of_rule(what, target, value, (kind, None), registry),
                Some((_, Some(other))) => of_rule(what, target, value, (other, Some(kind)), registry),
                // Of which kind they are is not known.
                Some((_, None)) => continue,
            }
        };
        match (read, actions.last_mut(), others) {
            (Ok(action @ Action::ForEach(_)), _, _) => actions.push(action),
            (Ok(action), Some(Action::ForEach(each)), Some(_)) => each.actions.push(action),
            (Ok(action), _, _) => actions.push(action),
            (Err((column, message)), _, _) => {
                faults.push(FieldError::new(&format!("actions[{place}].{column}"), message));
            }
        }
    }
    faults.extend(empty_each(others, &actions));
    actions
}

/// The fault of a row *for each* that nothing follows.
fn empty_each(others: Option<(usize, Option<&Kind>)>, actions: &[Action]) -> Option<FieldError> {
    let (place, _) = others?;
    let is_empty = matches!(actions.last(), Some(Action::ForEach(each)) if each.actions.is_empty());
    let message = "is followed by nothing; add rows after it, which say what is done on each".to_owned();
    is_empty.then(|| FieldError::new(&format!("actions[{place}].action"), message))
}

/// One thing that a rule does to records of a kind; to others than the one that it answers with the kind of that one.
fn of_rule(
    what: &str,
    target: &str,
    value: &str,
    (kind, origin): (&Kind, Option<&Kind>),
    registry: &Registry,
) -> Result<Action, (&'static str, String)> {
    match what {
        "webhook" if target.is_empty() && value.is_empty() => Ok(Action::Webhook),
        "webhook" => Err(("value", "is not needed: the address stands in “Webhook address”; empty it".to_owned())),
        "approve" | "refuse" | "ask_approval" if kind.approval.is_none() => {
            let message = format!("is not possible: {} do not wait for approval", kind.label_plural.to_lowercase());
            Err(("action", message))
        }
        "approve" | "refuse" | "ask_approval" if !target.is_empty() => {
            Err(("target", "is not needed: it is about the question that is open; empty it".to_owned()))
        }
        "refuse" if value.is_empty() => Err(("value", "is needed: why it is refused".to_owned())),
        "approve" | "refuse" => match unknown(value, (kind, origin), Some(registry)) {
            Some(unknown) => Err(("value", unknown)),
            None => Ok(Action::Answer { agrees: what == "approve", reason: value.to_owned() }),
        },
        "ask_approval" if value.is_empty() => Err(("value", "is needed: the number of an approval policy".to_owned())),
        "ask_approval" => Ok(Action::AskApproval { policy: value.to_owned() }),
        _ => action_on(what, target, value, (kind, origin), registry),
    }
}

/// One thing that is done to records of a kind, as it stands in a row: what, on what, with which value.
///
/// # Errors
/// The column at fault (`action`, `target` or `value`) and what is wrong with it.
pub fn action(
    what: &str,
    target: &str,
    value: &str,
    kind: &Kind,
    registry: &Registry,
) -> Result<Action, (&'static str, String)> {
    action_on(what, target, value, (kind, None), registry)
}

fn action_on(
    what: &str,
    target: &str,
    value: &str,
    (kind, origin): (&Kind, Option<&Kind>),
    registry: &Registry,
) -> Result<Action, (&'static str, String)> {
    let text = |value: &str| match unknown(value, (kind, origin), Some(registry)) {
        Some(unknown) => Err(("value", unknown)),
        None => Ok(value.to_owned()),
    };
    match what {
        "set" => {
            let field = settable(kind, target).map_err(|message| ("target", message))?;
            let value = text(value)?;
            if variables(&value).is_empty() && !value.is_empty() && !["me", "my_team"].contains(&value.as_str()) {
                let typed = typed_value(field, &value, &Actor::system());
                parse_value(field, &typed, &AnyName).map_err(|message| ("value", message))?;
            }
            Ok(Action::Set { field: target.to_owned(), value })
        }
        "comment" | "note" if value.is_empty() => Err(("value", "is needed: the words to write".to_owned())),
        "comment" => Ok(Action::Comment { audience: Audience::Public, body: text(value)? }),
        "note" => Ok(Action::Comment { audience: Audience::Internal, body: text(value)? }),
        "notify" => match target {
            "assignee" => Ok(Action::Notify(Told::Assignee)),
            "team" => Ok(Action::Notify(Told::Team)),
            "lead" => Ok(Action::Notify(Told::Lead)),
            "requester" => Ok(Action::Notify(Told::Requester)),
            "watchers" => Ok(Action::Notify(Told::Watchers)),
            "" if !value.is_empty() => Ok(Action::Notify(Told::Named(value.to_owned()))),
            _ => {
                let message = format!(
                    "says nobody; write one of {}, or nothing here and a person or team as the value",
                    Told::WORDS.join(", ")
                );
                Err(("target", message))
            }
        },
        "create" => {
            let (link, template) = (target.to_owned(), value.to_owned());
            if template.is_empty() {
                return Err(("value", "is needed: the number of a template".to_owned()));
            }
            if !link.is_empty() {
                link_type(&link, None, registry)?;
            }
            Ok(Action::Create { template, link })
        }
        "link" => {
            link_type(target, Some(kind), registry)?;
            if value.is_empty() {
                return Err(("value", "is needed: the number of the other record".to_owned()));
            }
            Ok(Action::Link { link: target.to_owned(), target: value.to_owned() })
        }
        "move" => match kind.lifecycle.transition(target) {
            Some(step) => Ok(Action::Move { transition: step.key.clone() }),
            None => Err(("target", no_step(kind))),
        },
        "start_flow" if !has_plans(kind, registry) => {
            Err(("action", format!("is not possible: flows do not work on {}", kind.label_plural.to_lowercase())))
        }
        "start_flow" if value.is_empty() => Err(("value", "is needed: the number of a flow".to_owned())),
        "start_flow" => Ok(Action::StartFlow { flow: value.to_owned() }),
        _ => Err(("action", "is none of those that there are".to_owned())),
    }
}

/// Whether plans can be about records of a kind.
fn has_plans(kind: &Kind, registry: &Registry) -> bool {
    let subject = registry.kind("plan").and_then(|plan| plan.field("subject"));
    subject
        .is_some_and(|field| matches!(&field.field_type, FieldType::Reference { kinds } if kinds.contains(&kind.key)))
}

fn link_type(link: &str, from: Option<&Kind>, registry: &Registry) -> Result<(), (&'static str, String)> {
    let fits = |one: &&steward_model::kind::LinkType| {
        from.is_none_or(|kind| one.from.is_empty() || one.from.contains(&kind.key))
    };
    let known: Vec<&str> = registry.links().iter().filter(fits).map(|one| one.key.as_str()).collect();
    match known.contains(&link) {
        true => Ok(()),
        false => Err(("target", format!("is no type of link that fits; there are {}", known.join(", ")))),
    }
}

/// The field that a rule may set under this key.
fn settable<'k>(kind: &'k Kind, key: &str) -> Result<&'k Field, String> {
    if key.is_empty() {
        return Err("is needed: the key of a field, such as urgency".to_owned());
    }
    let Some(field) = kind.field(key) else { return Err(format!("names `{key}`, which {}", no_field(kind))) };
    let plain = !matches!(
        field.field_type,
        FieldType::Table { .. } | FieldType::Secret | FieldType::Computed { .. } | FieldType::Money
    );
    match field.write.is_some() && plain {
        true => Ok(field),
        false => Err(format!("names `{key}`, which cannot be set in this way")),
    }
}

/// What is wrong with the variables of a text: each must be a field of the record, or one of what it refers to.
pub fn unknown_variable(text: &str, kind: &Kind, registry: Option<&Registry>) -> Option<String> {
    unknown(text, (kind, None), registry)
}

/// As [`unknown_variable`]; in a text for others, `origin.` stands before variables of the record that a rule answers.
fn unknown(text: &str, (kind, origin): (&Kind, Option<&Kind>), registry: Option<&Registry>) -> Option<String> {
    let names: BTreeSet<String> = variables(text);
    let is_known = |path: &str| match (origin, path.split_once('.')) {
        (Some(origin), Some((ORIGIN, rest))) => is_variable(rest, origin, registry),
        _ => is_variable(path, kind, registry),
    };
    names.iter().find(|path| !is_known(path)).map(|path| {
        format!("holds {{{{{path}}}}}, which is no variable; write {{{{number}}}}, a field such as {{{{title}}}}, or {{{{requester.name}}}}")
    })
}

fn is_variable(path: &str, kind: &Kind, registry: Option<&Registry>) -> bool {
    let readable = |field: &Field| !matches!(field.field_type, FieldType::Secret | FieldType::Table { .. });
    match path.split_once('.') {
        None => OWN_WORDS.contains(&path) || kind.field(path).is_some_and(readable),
        Some((field, rest)) => {
            let Some(registry) = registry else { return false };
            let targets = kind.field(field).and_then(|field| field.field_type.target_kinds()).unwrap_or_default();
            targets.iter().filter_map(|key| registry.kind(key)).any(|kind| kind.field(rest).is_some_and(readable))
        }
    }
}
