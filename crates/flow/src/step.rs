//! The steps of a flow, as they stand in the table of its record or of a plan.

use serde_json::Value as Json;
use steward_model::id::RecordId;

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Somebody does something: it becomes a task.
    Task,
    /// Somebody must agree.
    Approval,
    /// Until something holds, some time has passed, or a day comes.
    Wait,
    /// What comes after it is done if something holds, and left out otherwise.
    Condition,
    /// Another flow, begun on the same record.
    Flow,
    /// Steward does something to the record.
    Automation,
    /// People are told.
    Notify,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Task, Self::Approval, Self::Wait, Self::Condition, Self::Flow, Self::Automation, Self::Notify];

    /// The word for it in tables.
    pub fn key(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Approval => "approval",
            Self::Wait => "wait",
            Self::Condition => "condition",
            Self::Flow => "flow",
            Self::Automation => "automation",
            Self::Notify => "notify",
        }
    }

    /// The sort of a word.
    pub fn named(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.key() == key)
    }

    /// Whether Steward is done with it as soon as it begins.
    pub fn is_instant(self) -> bool {
        matches!(self, Self::Condition | Self::Automation | Self::Notify)
    }

    /// Whether those who wait for the whole count it as a step of theirs.
    pub fn counts(self) -> bool {
        matches!(self, Self::Task | Self::Approval | Self::Flow)
    }
}

/// Who gets a task, or is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Who {
    /// The team that the step names.
    #[default]
    Team,
    /// The person that the step names.
    Person,
    /// Who works on the record.
    Assignee,
    /// Who owns its first configuration item.
    ItemOwner,
    /// The manager of the one who gets it.
    Manager,
}

impl Who {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Team, Self::Person, Self::Assignee, Self::ItemOwner, Self::Manager];

    /// The word for it in tables.
    pub fn key(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Person => "person",
            Self::Assignee => "assignee",
            Self::ItemOwner => "item_owner",
            Self::Manager => "manager",
        }
    }

    fn named(key: &str) -> Self {
        Self::ALL.into_iter().find(|who| who.key() == key).unwrap_or_default()
    }
}

/// What happens when a step fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IfFailed {
    /// It waits until somebody tries again or skips it.
    #[default]
    Stop,
    /// The plan goes on without it.
    GoOn,
    /// The plan ends, and what was done is undone.
    Undo,
}

impl IfFailed {
    /// The word for it in tables.
    pub fn key(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::GoOn => "go_on",
            Self::Undo => "undo",
        }
    }

    fn named(key: &str) -> Self {
        [Self::Stop, Self::GoOn, Self::Undo].into_iter().find(|way| way.key() == key).unwrap_or_default()
    }
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name within the flow.
    pub key: String,
    /// What it is.
    pub sort: Sort,
    /// What is done, in a few words.
    pub title: String,
    /// Keys of the steps that it comes after; it is among the first ones when there are none.
    pub after: Vec<String>,
    /// The condition on the record, as an expression; none when empty.
    pub condition: String,
    /// Who gets it.
    pub who: Who,
    /// The team.
    pub team: Option<RecordId>,
    /// The person.
    pub person: Option<RecordId>,
    /// Working time that it takes, or that is waited, in seconds.
    pub lead: Option<i64>,
    /// Working days before the day that the plan works towards, on which it is due or over.
    pub days_before: Option<i64>,
    /// Whether the record must not be finished while it is open.
    pub mandatory: bool,
    /// Words for whoever does it, as Markdown with variables.
    pub text: String,
    /// The action of an automatic step: what, on what, with which value.
    pub action: (String, String, String),
    /// The flow that is begun.
    pub flow: Option<RecordId>,
    /// What happens when it fails.
    pub if_failed: IfFailed,
    /// Key of the step that takes it back when the plan is cancelled; none when empty.
    pub undone_by: String,
}

/// Words of a list such as `order, accounts`.
pub fn words(text: &str) -> Vec<String> {
    text.split([',', ' ', '\n']).map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

impl Step {
    /// Reads a row of the table; `None` when it says no sort that there is.
    pub fn read(row: &Json) -> Option<Self> {
        let text = |key: &str| row.get(key).and_then(Json::as_str).unwrap_or_default().trim().to_owned();
        let id = |key: &str| row.get(key).and_then(Json::as_i64).map(RecordId);
        let number = |key: &str| row.get(key).and_then(Json::as_i64);
        Some(Self {
            key: text("key"),
            sort: Sort::named(&text("type"))?,
            title: text("title"),
            after: words(&text("after")),
            condition: text("condition"),
            who: Who::named(&text("who")),
            team: id("team"),
            person: id("person"),
            lead: number("lead").filter(|seconds| *seconds > 0),
            days_before: number("days_before"),
            mandatory: row.get("optional") != Some(&Json::Bool(true)),
            text: text("text"),
            action: (text("action"), text("target"), text("value")),
            flow: id("flow"),
            if_failed: IfFailed::named(&text("if_failed")),
            undone_by: text("undone_by"),
        })
    }

    /// Reads a table; rows that cannot be read are left out, which the check of a definition does not let pass.
    pub fn read_all(table: Option<&Json>) -> Vec<Self> {
        table.and_then(Json::as_array).into_iter().flatten().filter_map(Self::read).collect()
    }
}
