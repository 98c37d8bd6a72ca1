//! Flows: what is done, in which order and by whom, when a request is fulfilled or a change carried out.
//!
//! A flow is a record of the kind `flow` whose steps make a graph ([`step`], checked in [`definition`]). When it begins on
//! a record, a plan takes a copy of the steps, so that what runs stays as it was begun. How far a plan is stands in its
//! progress ([`progress`]); what comes next follows from that and from what became of the steps' own records
//! ([`advance`]), and so do the day on which all will be done and the steps that it hangs on ([`outlook`]). Nothing here
//! reads a clock or a database.

pub mod advance;
pub mod definition;
pub mod graph;
pub mod outlook;
pub mod progress;
pub mod step;

/// The kind of flows.
pub const FLOW: &str = "flow";
/// The kind of plans: flows on their way on one record.
pub const PLAN: &str = "plan";
/// Steps of one flow at most.
pub const MOST_STEPS: usize = 60;
/// Flows within flows at most.
pub const MOST_NESTED: usize = 4;

/// A kind of records that flows work on, and the tasks that their steps become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// Key of the kind.
    pub kind: &'static str,
    /// Key of the kind of its tasks.
    pub task: &'static str,
    /// The field of a task that refers to the record.
    pub field: &'static str,
    /// The states in which a flow begins where it does not say.
    pub begins: &'static [&'static str],
}

/// What flows work on.
pub const SUBJECTS: [Subject; 5] = [
    Subject {
        kind: "service_request",
        task: "request_task",
        field: "service_request",
        begins: &["approved", "in_fulfilment"],
    },
    Subject { kind: "change", task: "change_task", field: "change", begins: &["scheduled", "implement"] },
    Subject { kind: "incident", task: "incident_task", field: "incident", begins: &["new", "in_progress"] },
    Subject {
        kind: "problem",
        task: "problem_task",
        field: "problem",
        begins: &["assess", "root_cause_analysis", "fix_in_progress"],
    },
    Subject { kind: "task", task: "task", field: "parent_task", begins: &["open", "in_progress"] },
];

/// The subject of a kind.
pub fn subject(kind: &str) -> Option<&'static Subject> {
    SUBJECTS.iter().find(|subject| subject.kind == kind)
}
