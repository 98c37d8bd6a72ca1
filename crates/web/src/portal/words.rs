//! Where a request stands, in the words of those who wait for it: no states, no ranks, but what happens next.

use serde_json::Value as Json;
use steward_app::view::RecordView;
use steward_model::kind::Category;
use steward_model::moment::Moment;
use steward_ui::badge::Category as Shape;
use steward_ui::portal::{Milestone, Way};

use crate::Web;
use crate::values::shown::category;
use crate::values::time;
use crate::visitor::Visitor;

/// Where something stands.
pub(super) struct Standing {
    /// Shape of its mark.
    pub(super) shape: Shape,
    /// Where it is: `On its way`.
    pub(super) state: String,
    /// What happens next.
    pub(super) next: String,
    /// When it is expected; empty when nothing was said.
    pub(super) expected: String,
    /// The way from beginning to end.
    pub(super) steps: Vec<(&'static str, Way, String)>,
}

impl Standing {
    /// Of a record.
    pub(super) fn of(web: &Web, visitor: &Visitor, view: &RecordView) -> Self {
        let (state, next) = words(view);
        Self {
            shape: category(&view.kind, &view.record.state),
            state,
            next,
            expected: expected(web, visitor, view),
            steps: steps(web, visitor, view),
        }
    }

    pub(super) fn milestones(&self) -> Vec<Milestone<'_>> {
        self.steps.iter().map(|(label, place, detail)| Milestone { label, place: *place, detail }).collect()
    }
}

/// Who works on it, by name.
pub(super) fn worker(view: &RecordView) -> Option<&str> {
    let named = |key: &str| view.record.reference(key).and_then(|id| view.labels.get(&id));
    named("assignee").or_else(|| named("team")).map(|label| label.label.as_str())
}

fn words(view: &RecordView) -> (String, String) {
    let record = &view.record;
    let worker = worker(view);
    let by = |verb: &str| worker.map_or_else(|| format!("We {verb}."), |name| format!("{name}: we {verb}."));
    let (state, next) = match (record.kind.as_str(), record.state.as_str()) {
        ("incident", "new") => ("Received", "We look at it and tell you who takes care of it.".to_owned()),
        ("incident", "in_progress") => ("We are working on it", by("are working on it and write here")),
        ("incident", "on_hold") => hold(record.text("on_hold_reason")),
        ("incident", "resolved") => {
            ("Solved", "Does it work again? Confirm it, or reopen it if it does not.".to_owned())
        }
        ("service_request", "draft") => ("Not sent yet", "Send it off when it is complete.".to_owned()),
        ("service_request", "submitted") => ("Received", "We look at it and take it up.".to_owned()),
        ("service_request", "awaiting_approval") => ("Waiting for approval", approval(view)),
        ("service_request", "approved") => ("Approved", by("start with it soon")),
        ("service_request", "in_fulfilment") => {
            let stage = record.text("stage");
            ("On its way", if stage.is_empty() { by("are preparing it") } else { format!("{stage}.") })
        }
        ("service_request", "waiting") => hold(record.text("waiting_reason")),
        ("service_request", "fulfilled") => {
            ("Delivered", "Is everything there? Confirm it, or reopen it if something is missing.".to_owned())
        }
        ("service_request", "rejected") => ("Not approved", reason(record.text("rejection_reason"))),
        (_, "closed") => ("Closed", "This is finished.".to_owned()),
        (_, "cancelled") => ("Withdrawn", reason(record.text("cancel_reason"))),
        (_, key) => {
            let label = view.kind.lifecycle.state(key).map_or(key, |state| state.label.as_str());
            return (label.to_owned(), String::new());
        }
    };
    (state.to_owned(), next)
}

fn reason(text: &str) -> String {
    if text.is_empty() { "Nothing more happens here.".to_owned() } else { format!("The reason given: {text}") }
}

fn hold(reason: &str) -> (&'static str, String) {
    match reason {
        "awaiting_requester" => {
            ("Waiting for you", "We need an answer from you; it goes on as soon as you reply.".to_owned())
        }
        "awaiting_supplier" | "awaiting_vendor" => ("Waiting", "A supplier has to do their part first.".to_owned()),
        "awaiting_stock" => ("Waiting", "It is out of stock; we deliver as soon as it arrives.".to_owned()),
        "awaiting_change" => ("Waiting", "A change that puts it right is planned.".to_owned()),
        "awaiting_problem" => ("Waiting", "We are looking for the cause behind it.".to_owned()),
        _ => ("Waiting", "It goes on as soon as what it waits for is there.".to_owned()),
    }
}

fn approval(view: &RecordView) -> String {
    let approvers = view.record.references("approvers");
    let names: Vec<&str> =
        approvers.iter().filter_map(|id| view.labels.get(id)).map(|label| label.label.as_str()).collect();
    match names.as_slice() {
        [] => "Somebody has to approve it first.".to_owned(),
        names => format!("{} has to approve it first.", names.join(" or ")),
    }
}

/// When it is expected: what was promised, else what was agreed.
fn expected(web: &Web, visitor: &Visitor, view: &RecordView) -> String {
    let record = &view.record;
    if !view.kind.lifecycle.category(&record.state).is_open() {
        return String::new();
    }
    if let Some(day) = Some(record.text("promised_on")).filter(|day| !day.is_empty()) {
        return format!("Expected by {}", time::day(day));
    }
    match record.field("due_at").and_then(Json::as_i64) {
        Some(micros) => {
            let (words, _) = time::words(Moment(micros), web.app().now(), &visitor.preferences.zone);
            format!("Expected {words}")
        }
        None => String::new(),
    }
}

fn steps(web: &Web, visitor: &Visitor, view: &RecordView) -> Vec<(&'static str, Way, String)> {
    let record = &view.record;
    let when = |key: &str| {
        let moment = record.field(key).and_then(Json::as_i64).map(Moment);
        moment.map_or_else(String::new, |moment| time::words(moment, web.app().now(), &visitor.preferences.zone).0)
    };
    let (path, here): (Vec<(&'static str, String)>, usize) = match record.kind.as_str() {
        "incident" => {
            let path = vec![
                ("Received", when("opened_at")),
                ("In work", when("responded_at")),
                ("Solved", when("resolved_at")),
                ("Closed", when("closed_at")),
            ];
            let here = match record.state.as_str() {
                "new" => 0,
                "resolved" => 2,
                "closed" | "cancelled" => 3,
                _ => 1,
            };
            (path, here)
        }
        "service_request" => {
            let state = record.state.as_str();
            let asks = !record.references("approvers").is_empty()
                || record.field("approved_at").is_some()
                || matches!(state, "awaiting_approval" | "rejected" | "approved");
            let mut path = vec![("Received", when("submitted_at"))];
            if asks {
                path.push(("Approved", when("approved_at")));
            }
            path.extend([
                ("On its way", String::new()),
                ("Delivered", when("fulfilled_at")),
                ("Closed", when("closed_at")),
            ]);
            let last = path.len() - 1;
            let here = match state {
                "draft" | "submitted" => 0,
                "awaiting_approval" | "rejected" | "approved" => 1,
                "fulfilled" => last - 1,
                "closed" | "cancelled" => last,
                _ => last - 2,
            };
            (path, here)
        }
        _ => return Vec::new(),
    };
    let ended = matches!(view.kind.lifecycle.category(&record.state), Category::Cancelled);
    path.into_iter()
        .enumerate()
        .map(|(index, (label, detail))| {
            let place = match index.cmp(&here) {
                std::cmp::Ordering::Less if ended && detail.is_empty() => Way::Ahead,
                std::cmp::Ordering::Less => Way::Passed,
                std::cmp::Ordering::Equal => Way::Here,
                std::cmp::Ordering::Greater => Way::Ahead,
            };
            let label = match (index == here, record.state.as_str()) {
                (true, "cancelled") => "Withdrawn",
                (true, "rejected") => "Not approved",
                (true, "awaiting_approval") => "Approval",
                _ => label,
            };
            (label, place, detail)
        })
        .collect()
}
