//! The definition of a flow: read from its record, checked, every fault with the step, the reason and the way out.

use std::collections::HashSet;

use serde_json::Value as Json;
use steward_model::decide::FieldError;
use steward_model::filter::{Filter, Resolver};
use steward_model::id::{RecordId, Revision};
use steward_model::kind::{FieldType, Kind, Registry};
use steward_model::record::Record;
use steward_rule::definition::{action, read_condition, unknown_variable};

use crate::step::{Sort, Step, Who, words};
use crate::{MOST_STEPS, Subject, graph, subject};

/// When a flow begins by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// On every record on which its condition holds.
    Always,
    /// Where it is chosen: by a catalogue item, an offering, a rule or another flow.
    Chosen,
}

/// A checked flow.
#[derive(Debug, Clone)]
pub struct Flow {
    /// The record.
    pub id: RecordId,
    /// Its number.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// Its revision, which plans name as the one that they were begun with.
    pub version: Revision,
    /// It works on records of this organisation and those below it.
    pub organisation: RecordId,
    /// The kind of records that it works on.
    pub subject: &'static Subject,
    /// When it begins.
    pub begins: Begins,
    /// The states in which it begins.
    pub states: Vec<String>,
    /// What must hold for it to begin.
    pub condition: Filter,
    /// The field that holds the day that it works towards; none when empty.
    pub goal: String,
    /// The calendar of its working time.
    pub calendar: Option<RecordId>,
    /// The step of the lifecycle that its begin brings; none when empty.
    pub first_move: String,
    /// The step of the lifecycle that its end brings; none when empty.
    pub last_move: String,
    /// Words that go with that, where the step asks for some.
    pub last_words: String,
    /// The steps.
    pub steps: Vec<Step>,
    /// With whose rights it acts; nobody's when nobody is there.
    pub keeper: Option<RecordId>,
}

impl Flow {
    /// Its number and title, as journals name it.
    pub fn named(&self) -> String {
        format!("{} {}", self.number, self.title)
    }

    /// Reads a flow from its record. `resolver` finds the records that its conditions name.
    ///
    /// # Errors
    /// Every fault, each with its field, the reason and the way out.
    pub fn read(record: &Record, registry: &Registry, resolver: &Resolver<'_>) -> Result<Self, Vec<FieldError>> {
        let known = subject(record.text("for_kind")).and_then(|one| Some((one, registry.kind(one.kind)?)));
        let Some((subject, kind)) = known else {
            let kinds: Vec<&str> = crate::SUBJECTS.iter().map(|subject| subject.kind).collect();
            let message = format!("is no kind that flows work on; write one of {}", kinds.join(", "));
            return Err(vec![FieldError::new("for_kind", message)]);
        };
        let mut faults = Vec::new();
        let mut fault = |field: &str, message: String| faults.push(FieldError::new(field, message));
        let mut states = words(record.text("begin_states"));
        for state in states.iter().filter(|state| kind.lifecycle.state(state).is_none()) {
            let known: Vec<&str> = kind.lifecycle.states.iter().map(|state| state.key.as_str()).collect();
            fault("begin_states", format!("name `{state}`, which is no state; there are {}", known.join(", ")));
        }
        if states.is_empty() {
            states = subject.begins.iter().map(|state| (*state).to_owned()).collect();
        }
        for field in ["first_move", "last_move"] {
            let step = record.text(field).trim();
            if !step.is_empty() && kind.lifecycle.transition(step).is_none() {
                let known: Vec<&str> = kind.lifecycle.transitions.iter().map(|step| step.key.as_str()).collect();
                fault(field, format!("is no step of the lifecycle; there are {}", known.join(", ")));
            }
        }
        let goal = record.text("goal").trim().to_owned();
        let is_day = |field: &FieldType| matches!(field, FieldType::Date | FieldType::Moment);
        if !goal.is_empty() && !kind.field(&goal).is_some_and(|field| is_day(&field.field_type)) {
            let days = kind.fields.iter().filter(|field| is_day(&field.field_type)).map(|field| field.key.as_str());
            let days: Vec<&str> = days.collect();
            fault("goal", format!("is no field with a day; there are {}", days.join(", ")));
        }
        let condition = match record.text("condition").trim() {
            "" => Ok(Filter::Everything),
            text => read_condition(text, "", kind, registry, resolver),
        };
        let condition = condition.unwrap_or_else(|message| {
            fault("condition", message);
            Filter::Nothing
        });
        if let Some(unknown) = unknown_variable(record.text("last_words"), kind, Some(registry)) {
            fault("last_words", unknown);
        }
        let checks = Checks { kind, registry, resolver, has_goal: !goal.is_empty(), itself: Some(record.id) };
        let steps = checks.steps(record.field("steps")).map_err(|more| faults.extend(more)).unwrap_or_default();
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            id: record.id,
            number: record.number.clone(),
            title: record.text("title").to_owned(),
            version: record.revision,
            organisation: record.organisation,
            subject,
            begins: if record.text("begins") == "always" { Begins::Always } else { Begins::Chosen },
            states,
            condition,
            goal,
            calendar: record.reference("calendar"),
            first_move: record.text("first_move").trim().to_owned(),
            last_move: record.text("last_move").trim().to_owned(),
            last_words: record.text("last_words").to_owned(),
            steps,
            keeper: record.reference("runs_as"),
        })
    }
}

/// What steps are checked against.
pub struct Checks<'a> {
    /// The kind of records that they work on.
    pub kind: &'a Kind,
    /// All kinds.
    pub registry: &'a Registry,
    /// Finds the records that conditions name.
    pub resolver: &'a Resolver<'a>,
    /// Whether the flow works towards a day.
    pub has_goal: bool,
    /// The flow that the steps belong to, which they must not begin again.
    pub itself: Option<RecordId>,
}

impl Checks<'_> {
    /// Reads the table of steps.
    ///
    /// # Errors
    /// Every fault, with the cell, the step, the reason and the way out.
    pub fn steps(&self, table: Option<&Json>) -> Result<Vec<Step>, Vec<FieldError>> {
        let rows = table.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        if rows.is_empty() {
            return Err(vec![FieldError::new("steps", "are none; add the first one".to_owned())]);
        }
        if rows.len() > MOST_STEPS {
            let message = format!("are too many; {MOST_STEPS} are possible. Move some to a flow of their own");
            return Err(vec![FieldError::new("steps", message)]);
        }
        let steps = Step::read_all(table);
        if steps.len() < rows.len() {
            return Err(vec![FieldError::new("steps", "hold a row without a type; choose one".to_owned())]);
        }
        let mut faults = Vec::new();
        for (place, step) in steps.iter().enumerate() {
            self.step(step, &steps, &mut |column, message| {
                let named = if step.title.is_empty() { &step.key } else { &step.title };
                faults.push(FieldError::new(&format!("steps[{place}].{column}"), format!("of “{named}” {message}")));
            });
        }
        if faults.is_empty() {
            faults = whole(&steps);
        }
        if faults.is_empty() { Ok(steps) } else { Err(faults) }
    }

    fn step(&self, step: &Step, steps: &[Step], fault: &mut dyn FnMut(&str, String)) {
        let is_word = |key: &str| {
            key.starts_with(|c: char| c.is_ascii_lowercase())
                && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        if !is_word(&step.key) {
            fault("key", "must be lower-case letters, digits and underscores, such as order_laptop".to_owned());
        }
        if steps.iter().filter(|other| other.key == step.key).count() > 1 {
            fault("key", format!("is there twice: `{}`; give one of the two another key", step.key));
        }
        let known = |key: &String| steps.iter().any(|other| other.key == *key);
        for unknown in step.after.iter().chain(Some(&step.undone_by).filter(|key| !key.is_empty())) {
            if !known(unknown) {
                let keys: Vec<&str> =
                    steps.iter().map(|step| step.key.as_str()).filter(|key| *key != step.key).collect();
                let column = if *unknown == step.undone_by { "undone_by" } else { "after" };
                fault(column, format!("names `{unknown}`, which is no step; there are {}", keys.join(", ")));
            }
        }
        if !step.condition.is_empty()
            && let Err(message) = read_condition(&step.condition, "", self.kind, self.registry, self.resolver)
        {
            fault("condition", message);
        }
        if let Some(unknown) = unknown_variable(&step.text, self.kind, Some(self.registry)) {
            fault("text", unknown);
        }
        if step.days_before.is_some() && !self.has_goal {
            fault("days_before", "counts back from a day; say in “Works towards” which field holds it".to_owned());
        }
        let has_items = self.kind.field("configuration_items").is_some();
        if step.who == Who::ItemOwner && !has_items {
            fault("who", "is not possible: records of this kind have no configuration items".to_owned());
        }
        match step.sort {
            Sort::Task => {
                if step.team.is_none() && step.who == Who::Team {
                    fault(
                        "team",
                        "is needed, or nobody would find the task; name a team, or choose who gets it".to_owned(),
                    );
                }
                if step.person.is_none() && step.who == Who::Person {
                    fault("person", "is needed: who gets the task".to_owned());
                }
            }
            Sort::Approval => {
                if self.kind.approval.is_none() {
                    let label = self.kind.label_plural.to_lowercase();
                    fault("type", format!("cannot be an approval: nobody is asked about {label}; make it a task"));
                }
                let is_named = match step.who {
                    Who::Team => step.team.is_some(),
                    Who::Person => step.person.is_some(),
                    Who::Assignee | Who::ItemOwner | Who::Manager => true,
                };
                if !is_named {
                    fault(
                        "who",
                        "says nobody; name the team or the person that is asked, or choose the manager".to_owned(),
                    );
                }
            }
            Sort::Wait if step.condition.is_empty() && step.lead.is_none() && step.days_before.is_none() => {
                let message = "waits for nothing; write a condition, a time or days before the goal".to_owned();
                fault("condition", message);
            }
            Sort::Condition if step.condition.is_empty() => {
                fault("condition", "is needed: what comes after is done if it holds".to_owned());
            }
            Sort::Flow => match step.flow {
                None => fault("flow", "is needed: the flow that is begun".to_owned()),
                Some(flow) if Some(flow) == self.itself => {
                    fault("flow", "is the flow itself and would never end; choose another one".to_owned());
                }
                Some(_) => {}
            },
            Sort::Automation => {
                let (what, target, value) = &step.action;
                if let Err((column, message)) = action(what, target, value, self.kind, self.registry) {
                    fault(column, message);
                }
            }
            Sort::Notify => {
                let (_, target, value) = &step.action;
                if let Err((column, message)) = action("notify", target, value, self.kind, self.registry) {
                    fault(column, message);
                }
            }
            Sort::Wait | Sort::Condition => {}
        }
    }
}

/// Faults of the graph, once each step is right by itself.
fn whole(steps: &[Step]) -> Vec<FieldError> {
    let mut faults = Vec::new();
    let mut fault = |place: usize, column: &str, message: String| {
        faults.push(FieldError::new(&format!("steps[{place}].{column}"), message));
    };
    if let Err(circle) = graph::order(steps) {
        let mut names: Vec<&str> = circle.iter().map(|place| steps[*place].key.as_str()).collect();
        names.extend(names.first().copied());
        let message = format!("go in a circle: {}; none of them could begin. Take one out", names.join(" → "));
        fault(circle.first().copied().unwrap_or_default(), "after", message);
        return faults;
    }
    let undoing = graph::undoing(steps);
    let before = graph::before(steps);
    let followed: HashSet<usize> = before.iter().flatten().copied().collect();
    for (place, step) in steps.iter().enumerate() {
        let is_way = matches!(step.sort, Sort::Condition | Sort::Wait);
        if is_way && !followed.contains(&place) && !undoing.contains(&place) {
            let message = "leads nowhere: no step comes after it; name it in “After” of one, or remove it".to_owned();
            fault(place, "key", format!("of “{}” {message}", step.title));
        }
        if undoing.contains(&place) && !(matches!(step.sort, Sort::Task) || step.sort.is_instant()) {
            let message = "takes another step back, so it must be a task, an automatic step or a notification";
            fault(place, "type", format!("of “{}”: {message}", step.title));
        }
        if undoing.contains(&place) && (!step.after.is_empty() || !step.undone_by.is_empty()) {
            let message = "begins only when the plan is cancelled; empty “After” and “Taken back by”";
            fault(place, "after", format!("of “{}”: it takes another step back and {message}", step.title));
        }
        if let Some(one) = before[place].iter().find(|one| undoing.contains(one)) {
            let message = format!(
                "“{}”, which is never reached unless the plan is cancelled; name another step",
                steps[*one].title
            );
            fault(place, "after", format!("of “{}” names {message}", step.title));
        }
    }
    if steps.iter().enumerate().all(|(place, _)| undoing.contains(&place)) {
        faults.push(FieldError::new("steps", "only take each other back; add one that does something".to_owned()));
    }
    faults
}
