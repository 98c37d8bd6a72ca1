//! Agreements and targets, read from their records.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use steward_model::filter::{Attribute, Filter, Operand, Test};
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Registry};
use steward_model::record::Record;

/// The kind of agreements.
pub const AGREEMENT: &str = "agreement";
/// The kind of targets.
pub const TARGET: &str = "service_level_target";
/// Longest promise, in seconds: ten years.
pub const LONGEST: i64 = 10 * 366 * 86_400;

/// What sort of promise an agreement makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Service level agreement: to customers.
    Sla,
    /// Operational level agreement: between teams.
    Ola,
    /// Underpinning contract: by a supplier.
    Uc,
    /// A rule of our own that nobody was promised, such as closing after some days.
    Own,
}

impl Sort {
    /// The key of the choice.
    pub fn key(self) -> &'static str {
        match self {
            Self::Sla => "sla",
            Self::Ola => "ola",
            Self::Uc => "uc",
            Self::Own => "own",
        }
    }

    fn named(key: &str) -> Option<Self> {
        [Self::Sla, Self::Ola, Self::Uc, Self::Own].into_iter().find(|sort| sort.key() == key)
    }
}

/// What a target measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Until somebody begins with it.
    Response,
    /// Until it is resolved.
    Resolution,
    /// Between two words to the requester.
    Update,
    /// Between two conditions of one's own.
    Own,
}

impl Metric {
    /// The key of the choice.
    pub fn key(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Resolution => "resolution",
            Self::Update => "update",
            Self::Own => "own",
        }
    }

    fn named(key: &str) -> Option<Self> {
        [Self::Response, Self::Resolution, Self::Update, Self::Own].into_iter().find(|metric| metric.key() == key)
    }
}

/// What happens to a clock that has ended and whose record is opened again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// It goes on where it ended; the time between does not count.
    Continue,
    /// It begins at nothing; how it ended is kept as a round of its own.
    Anew,
}

/// Whose working time counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarFrom {
    /// The agreement's.
    Agreement,
    /// That of the record's organisation, or the nearest above that has one; else the agreement's.
    Customer,
    /// That of the record's team; else the agreement's.
    Team,
    /// Every second counts.
    Always,
}

/// A promise with its conditions.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its record.
    pub id: RecordId,
    /// Its number.
    pub number: String,
    /// Its name.
    pub name: String,
    /// The agreement that it belongs to.
    pub agreement: RecordId,
    /// Key of the kind of records that it is for.
    pub kind: String,
    /// Which of them.
    pub condition: Filter,
    /// What it measures.
    pub metric: Metric,
    /// When it begins.
    pub start: Filter,
    /// When it stands still.
    pub pause: Filter,
    /// When it ends.
    pub stop: Filter,
    /// When it begins anew: at the moment that this becomes true.
    pub reset: Filter,
    /// When it is given up.
    pub cancel: Filter,
    /// Seconds promised where no row says otherwise.
    pub value: Option<i64>,
    /// Seconds promised for some priorities, services or customers.
    pub values: Vec<ValueRow>,
    /// Whose working time counts.
    pub calendar_from: CalendarFrom,
    /// Where it begins to apply later than the record began, it counts from the beginning all the same.
    pub retroactive: bool,
    /// Seconds that it may stand still in all.
    pub pause_limit: Option<i64>,
    /// What reopening does.
    pub restart: Restart,
    /// Steps of escalation, in the order of the table.
    pub steps: Vec<Step>,
    /// Whether it is in force.
    pub is_active: bool,
}

/// A row of the table of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueRow {
    /// Only this priority.
    pub priority: Option<String>,
    /// Only this service.
    pub service: Option<RecordId>,
    /// Only this organisation and those below it.
    pub organisation: Option<RecordId>,
    /// Seconds promised.
    pub value: i64,
}

/// A step of escalation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Names it within its target, across changes of the table: `75%:notify`, `-1800:reassign`.
    pub key: String,
    /// Place in the table.
    pub order: usize,
    /// When it comes.
    pub when: When,
    /// What it does.
    pub action: StepAction,
    /// Words for those who are told.
    pub note: String,
}

/// When a step comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// When so many per cent of what is promised are used.
    Percent(i64),
    /// So many seconds after the due moment; before it when negative.
    FromDue(i64),
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepAction {
    /// Tells the assignee, or the team where there is none.
    Notify,
    /// Tells the whole team.
    NotifyTeam,
    /// Tells who leads the team.
    NotifyLead,
    /// Tells who is on call for the team, or the whole team where nobody is.
    NotifyOnCall,
    /// Raises the priority by one.
    RaisePriority,
    /// Gives the record to another team.
    Reassign(RecordId),
    /// Takes a step of the lifecycle.
    Transition(String),
}

impl StepAction {
    /// The key of the choice.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Notify => "notify",
            Self::NotifyTeam => "notify_team",
            Self::NotifyLead => "notify_lead",
            Self::NotifyOnCall => "notify_on_call",
            Self::RaisePriority => "raise_priority",
            Self::Reassign(_) => "reassign",
            Self::Transition(_) => "transition",
        }
    }
}

/// An agreement.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// Its record.
    pub id: RecordId,
    /// Its number.
    pub number: String,
    /// Its name.
    pub name: String,
    /// Its sort.
    pub sort: Sort,
    /// Customers, everybody when empty.
    pub customers: Vec<RecordId>,
    /// Services, all when empty.
    pub services: Vec<RecordId>,
    /// Service offerings, all when empty.
    pub offerings: Vec<RecordId>,
    /// The team that promises (OLA).
    pub team: Option<RecordId>,
    /// The supplier that promises (UC).
    pub supplier: Option<RecordId>,
    /// First day, `YYYY-MM-DD` (UTC).
    pub valid_from: String,
    /// Last day, `YYYY-MM-DD` (UTC); open when empty.
    pub valid_until: String,
    /// Its calendar; every second counts when there is none.
    pub calendar: Option<RecordId>,
    /// Its state.
    pub state: String,
}

impl Agreement {
    /// Reads an agreement; `None` when its sort is not known.
    pub fn of(record: &Record) -> Option<Self> {
        Some(Self {
            id: record.id,
            number: record.number.clone(),
            name: record.text("name").to_owned(),
            sort: Sort::named(record.text("sort"))?,
            customers: record.references("customers"),
            services: record.references("services"),
            offerings: record.references("offerings"),
            team: record.reference("team"),
            supplier: record.reference("supplier"),
            valid_from: record.text("valid_from").to_owned(),
            valid_until: record.text("valid_until").to_owned(),
            calendar: record.reference("calendar"),
            state: record.state.clone(),
        })
    }

    /// Whether it may be in force, by its state: one that ran out still holds for records of its time.
    pub fn is_in_force(&self) -> bool {
        matches!(self.state.as_str(), "active" | "under_review")
            || matches!(self.state.as_str(), "expired" | "superseded") && !self.valid_until.is_empty()
    }
}

/// What is wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Field, with the row of a table: `values[1].value`.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl Target {
    /// Reads a target.
    ///
    /// # Errors
    /// Every fault of it at once.
    pub fn of(record: &Record, registry: &Registry) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let kind_key = record.text("for_kind");
        let Some(kind) = registry.kind(kind_key) else {
            return Err(vec![fault("for_kind", format!("`{kind_key}` is no kind of records"))]);
        };
        let Some(metric) = Metric::named(record.text("metric")) else {
            return Err(vec![fault("metric", "is not chosen")]);
        };
        let written = |key: &str, faults: &mut Vec<Fault>| -> Option<Filter> {
            let text = record.text(key).trim();
            if text.is_empty() {
                return None;
            }
            match condition(text, kind, registry) {
                Ok(filter) => Some(filter),
                Err(message) => {
                    faults.push(fault(key, message));
                    Some(Filter::Nothing)
                }
            }
        };
        let preset = |text: &str| condition(text, kind, registry).unwrap_or(Filter::Nothing);
        let which = written("condition", &mut faults).unwrap_or(Filter::Everything);
        let start = written("start_when", &mut faults);
        let stop = written("stop_when", &mut faults);
        let cancel = written("cancel_when", &mut faults).unwrap_or_else(|| preset("state_category == 'cancelled'"));
        let reset = written("reset_when", &mut faults).unwrap_or(Filter::Nothing);
        let pause = match record.text("pauses") {
            "never" => Filter::Nothing,
            "waiting" => preset("state_category == 'waiting'"),
            "condition" => written("pause_when", &mut faults).unwrap_or_else(|| {
                faults.push(fault("pause_when", "is missing: say when the clock stands still"));
                Filter::Nothing
            }),
            _ => pause_for_requester(kind, registry),
        };
        let has_response = kind.field("responded_at").is_some();
        let (start, stop) = match metric {
            Metric::Response => (
                start.unwrap_or(Filter::Everything),
                stop.unwrap_or_else(|| {
                    preset(if has_response {
                        "has(responded_at) || state_category != 'new'"
                    } else {
                        "state_category != 'new'"
                    })
                }),
            ),
            Metric::Resolution | Metric::Update => (
                start.unwrap_or_else(|| preset("state_category in ['new', 'active', 'waiting']")),
                stop.unwrap_or_else(|| preset("state_category == 'done'")),
            ),
            Metric::Own => {
                if stop.is_none() {
                    faults.push(fault("stop_when", "is missing: a target of your own must say when its clock ends"));
                }
                (start.unwrap_or(Filter::Everything), stop.unwrap_or(Filter::Nothing))
            }
        };
        if stop.clone().simplified() == Filter::Nothing && !faults.iter().any(|fault| fault.field == "stop_when") {
            faults.push(fault("stop_when", "never holds, so the clock would never end"));
        }
        let is_sound = !faults.iter().any(|fault| matches!(fault.field.as_str(), "start_when" | "stop_when"));
        if is_sound && start == stop {
            faults.push(fault("stop_when", "is the same as the start, so the clock would end as it begins"));
        }
        let value = integer(record, "value");
        if value.is_some_and(|value| !(1..=LONGEST).contains(&value)) {
            faults.push(fault("value", "must be longer than nothing and not longer than ten years"));
        }
        let values = value_rows(record, &mut faults);
        if value.is_none() && values.is_empty() {
            faults.push(fault("value", "is missing: nothing is promised without a value or a row of values"));
        }
        let pause_limit = integer(record, "pause_limit");
        if pause_limit.is_some_and(|limit| !(1..=LONGEST).contains(&limit)) {
            faults.push(fault("pause_limit", "must be longer than nothing and not longer than ten years"));
        }
        let steps = steps(record, kind, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            id: record.id,
            number: record.number.clone(),
            name: record.text("name").to_owned(),
            agreement: record.reference("agreement").unwrap_or(RecordId::SYSTEM),
            kind: kind.key.clone(),
            condition: which,
            metric,
            start,
            pause,
            stop,
            reset,
            cancel,
            value,
            values,
            calendar_from: match record.text("calendar_from") {
                "customer" => CalendarFrom::Customer,
                "team" => CalendarFrom::Team,
                "always" => CalendarFrom::Always,
                _ => CalendarFrom::Agreement,
            },
            retroactive: record.field("retroactive").and_then(Json::as_bool).unwrap_or(true),
            pause_limit,
            restart: if record.text("restart") == "anew" { Restart::Anew } else { Restart::Continue },
            steps,
            is_active: record.state == "active",
        })
    }
}

/// A condition on a record alone that does not depend on who looks or when: clocks are computed, not ticked.
fn condition(text: &str, kind: &Kind, registry: &Registry) -> Result<Filter, String> {
    let filter = Filter::parse_cel(text, kind, registry).map_err(|error| {
        let hint = error.suggestion.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        format!("cannot be used: {}{hint}", error.message)
    })?;
    if !filter.is_local() {
        return Err("may look at the record alone, not at others".to_owned());
    }
    if is_relative(&filter) {
        return Err("may not depend on the present moment or on who looks".to_owned());
    }
    if filter.fields_used().iter().any(|path| matches!(path.attribute, Attribute::NextDue | Attribute::BreachAt)) {
        return Err("may not look at clocks, since they follow from it".to_owned());
    }
    Ok(filter)
}

fn is_relative(filter: &Filter) -> bool {
    let relative = |operand: &Operand| !matches!(operand, Operand::Value(_));
    match filter {
        Filter::Everything | Filter::Nothing | Filter::Text(_) | Filter::Linked { .. } => false,
        Filter::And(members) | Filter::Or(members) => members.iter().any(is_relative),
        Filter::Not(inner) => is_relative(inner),
        Filter::Test { test, .. } => match test {
            Test::Empty | Test::Contains(_) | Test::StartsWith(_) | Test::Under(_) => false,
            Test::Equal(operand)
            | Test::Less(operand)
            | Test::LessOrEqual(operand)
            | Test::Greater(operand)
            | Test::GreaterOrEqual(operand) => relative(operand),
            Test::In(operands) => operands.iter().any(relative),
        },
    }
}

/// Waiting for the requester, where the kind says for whom it waits; waiting at all where it does not.
fn pause_for_requester(kind: &Kind, registry: &Registry) -> Filter {
    let narrow =
        ["state_category == 'waiting' && on_hold_reason == 'awaiting_requester'", "state_category == 'waiting'"];
    narrow.iter().find_map(|text| condition(text, kind, registry).ok()).unwrap_or(Filter::Nothing)
}

fn value_rows(record: &Record, faults: &mut Vec<Fault>) -> Vec<ValueRow> {
    let mut rows: Vec<ValueRow> = Vec::new();
    for (place, row) in table(record, "values").iter().enumerate() {
        let id = |key: &str| row.get(key).and_then(Json::as_i64).map(RecordId);
        let value = row.get("value").and_then(Json::as_i64).unwrap_or_default();
        let found = ValueRow {
            priority: row.get("priority").and_then(Json::as_str).map(str::to_owned),
            service: id("service"),
            organisation: id("organisation"),
            value,
        };
        if !(1..=LONGEST).contains(&value) {
            let message = "must be longer than nothing and not longer than ten years";
            faults.push(fault(&format!("values[{place}].value"), message));
        }
        let same = |other: &ValueRow| ValueRow { value: 0, ..other.clone() } == ValueRow { value: 0, ..found.clone() };
        if rows.iter().any(same) {
            faults.push(fault(&format!("values[{place}]"), "stands in an earlier row already"));
        }
        rows.push(found);
    }
    rows
}

fn steps(record: &Record, kind: &Kind, faults: &mut Vec<Fault>) -> Vec<Step> {
    let mut found = Vec::new();
    let mut keys = BTreeSet::new();
    for (order, row) in table(record, "steps").iter().enumerate() {
        let number = |key: &str| row.get(key).and_then(Json::as_i64);
        let text = |key: &str| row.get(key).and_then(Json::as_str).unwrap_or_default();
        let place = |key: &str| format!("steps[{order}].{key}");
        let (when, name) = match (number("percent"), number("minutes")) {
            (Some(percent), None) => (When::Percent(percent), format!("{percent}%")),
            (None, Some(minutes)) => (When::FromDue(minutes * 60), format!("{minutes}m")),
            (Some(_), Some(_)) => {
                faults.push(fault(&place("minutes"), "must be empty where per cent are given"));
                continue;
            }
            (None, None) => {
                faults.push(fault(
                    &place("percent"),
                    "is missing: say per cent, or minutes before or after the due moment",
                ));
                continue;
            }
        };
        let action = match text("action") {
            "notify_team" => StepAction::NotifyTeam,
            "notify_lead" => StepAction::NotifyLead,
            "notify_on_call" => StepAction::NotifyOnCall,
            "raise_priority" if kind.field("priority_override").is_none() => {
                faults.push(fault(&place("action"), "these records have no priority that could be raised"));
                continue;
            }
            "raise_priority" => StepAction::RaisePriority,
            "reassign" => match number("team") {
                Some(team) => StepAction::Reassign(RecordId(team)),
                None => {
                    faults.push(fault(&place("team"), "is missing: say which team gets the record"));
                    continue;
                }
            },
            "transition" => match kind.lifecycle.transition(text("transition")) {
                Some(transition) => StepAction::Transition(transition.key.clone()),
                None => {
                    let known: Vec<&str> = kind.lifecycle.transitions.iter().map(|step| step.key.as_str()).collect();
                    let message = format!("is no step of these records; there are {}", known.join(", "));
                    faults.push(fault(&place("transition"), message));
                    continue;
                }
            },
            _ => StepAction::Notify,
        };
        let key = match &action {
            StepAction::Reassign(team) => format!("{name}:reassign:{team}"),
            StepAction::Transition(step) => format!("{name}:transition:{step}"),
            other => format!("{name}:{}", other.key()),
        };
        if !keys.insert(key.clone()) {
            faults.push(fault(&format!("steps[{order}]"), "stands in an earlier row already"));
        }
        found.push(Step { key, order, when, action, note: text("note").to_owned() });
    }
    found
}

fn table<'r>(record: &'r Record, key: &str) -> &'r [Json] {
    record.field(key).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn integer(record: &Record, key: &str) -> Option<i64> {
    record.field(key).and_then(Json::as_i64)
}

fn fault(field: &str, message: impl Into<String>) -> Fault {
    Fault { field: field.to_owned(), message: message.into() }
}
