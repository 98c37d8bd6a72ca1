//! How far a plan is: the state of each of its steps, as it stands in the plan's record.

use serde_json::{Map, Value as Json, json};
use steward_model::id::RecordId;
use steward_model::moment::Moment;

use crate::step::Step;

/// Longest note at a step, in characters.
const NOTE_MAX: usize = 500;

/// How a step stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum State {
    /// What it comes after is not done.
    #[default]
    Waiting,
    /// It goes on.
    Active,
    /// It is done.
    Done,
    /// It was not needed, or somebody skipped it; what comes after it goes on.
    Skipped,
    /// The plan took another way.
    LeftOut,
    /// It failed.
    Failed,
    /// The plan was cancelled before it was done.
    Cancelled,
    /// It was done, and taken back.
    Undone,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Active,
        Self::Done,
        Self::Skipped,
        Self::LeftOut,
        Self::Failed,
        Self::Cancelled,
        Self::Undone,
    ];

    /// The word for it in tables.
    pub fn key(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::LeftOut => "left_out",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Undone => "undone",
        }
    }

    fn named(key: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.key() == key).unwrap_or_default()
    }

    /// Whether it has not come to an end; what failed may be tried again.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Active | Self::Failed)
    }
}

/// How one step stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Key of the step.
    pub key: String,
    /// Its state.
    pub state: State,
    /// The task, the question for approval or the plan that it became.
    pub record: Option<RecordId>,
    /// When it began.
    pub begun_at: Option<Moment>,
    /// When it is to be done, or waits until.
    pub due_at: Option<Moment>,
    /// When it came to an end.
    pub ended_at: Option<Moment>,
    /// Why it stands so, where that is not plain.
    pub note: String,
}

impl Progress {
    /// Ends it.
    pub fn end(&mut self, state: State, now: Moment, note: &str) {
        self.state = state;
        self.ended_at = Some(now);
        self.note = note.chars().take(NOTE_MAX).collect();
    }

    fn read(row: &Json) -> Self {
        let text = |key: &str| row.get(key).and_then(Json::as_str).unwrap_or_default();
        let moment = |key: &str| row.get(key).and_then(Json::as_i64).map(Moment);
        Self {
            key: text("key").to_owned(),
            state: State::named(text("state")),
            record: row.get("record").and_then(Json::as_i64).map(RecordId),
            begun_at: moment("begun_at"),
            due_at: moment("due_at"),
            ended_at: moment("ended_at"),
            note: text("note").to_owned(),
        }
    }

    /// As a row of the table; what is not known is left out.
    fn row(&self) -> Json {
        let mut row = Map::new();
        let mut put = |key: &str, value: Option<Json>| value.map(|value| row.insert(key.to_owned(), value));
        put("key", Some(self.key.as_str().into()));
        put("state", Some(self.state.key().into()));
        put("record", self.record.map(|id| id.0.into()));
        put("begun_at", self.begun_at.map(|at| at.0.into()));
        put("due_at", self.due_at.map(|at| at.0.into()));
        put("ended_at", self.ended_at.map(|at| at.0.into()));
        put("note", Some(&self.note).filter(|note| !note.is_empty()).map(|note| note.as_str().into()));
        Json::Object(row)
    }
}

/// The progress of each step, in their order: what stands in the table, and nothing begun for steps that are new.
pub fn read(steps: &[Step], table: Option<&Json>) -> Vec<Progress> {
    let rows: Vec<Progress> = table.and_then(Json::as_array).into_iter().flatten().map(Progress::read).collect();
    let of = |step: &Step| {
        let known = rows.iter().find(|row| row.key == step.key).cloned();
        known.unwrap_or_else(|| Progress { key: step.key.clone(), ..Progress::default() })
    };
    steps.iter().map(of).collect()
}

/// The table.
pub fn table(progress: &[Progress]) -> Json {
    json!(progress.iter().map(Progress::row).collect::<Vec<_>>())
}
