//! Where a request stands, in the words of those who wait for it: no states, no ranks, but what happens next.

use serde_json::Value as Json;
use steward_app::view::RecordView;
use steward_model::kind::Category;
use steward_model::moment::Moment;
use steward_ui::badge::Category as Shape;
use steward_ui::portal::{Milestone, Way};
use steward_words::{t, t_with};

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
    let by = |id, id_by| worker.map_or_else(|| t(id).to_owned(), |name| t_with(id_by, &[("name", name.into())]));
    let plain = |id| t(id).to_owned();
    // The time in which it can be reopened may be over.
    let done =
        |open, over| t(if view.allowed_transitions.iter().any(|key| key == "reopen") { open } else { over }).to_owned();
    let (state, next) = match (record.kind.as_str(), record.state.as_str()) {
        ("incident", "new") => (t("portal-received"), plain("portal-next-new")),
        ("incident", "in_progress") => (t("portal-working"), by("portal-next-working", "portal-next-working-by")),
        ("incident", "on_hold") => hold(record.text("on_hold_reason")),
        ("incident", "resolved") => (t("portal-solved"), done("portal-next-resolved", "portal-next-resolved-over")),
        ("service_request", "draft") => (t("portal-not-sent"), plain("portal-next-draft")),
        ("service_request", "submitted") => (t("portal-received"), plain("portal-next-submitted")),
        ("service_request", "awaiting_approval") => (t("portal-waiting-for-approval"), approval(view)),
        ("service_request", "approved") => {
            (t("portal-approved"), by("portal-next-approved", "portal-next-approved-by"))
        }
        ("service_request", "in_fulfilment") => {
            let stage = record.text("stage");
            let next = match stage {
                "" => by("portal-next-preparing", "portal-next-preparing-by"),
                stage => format!("{stage}."),
            };
            (t("portal-on-its-way"), next)
        }
        ("service_request", "waiting") => hold(record.text("waiting_reason")),
        ("service_request", "fulfilled") => {
            (t("portal-delivered"), done("portal-next-fulfilled", "portal-next-fulfilled-over"))
        }
        ("service_request", "rejected") => (t("portal-not-approved"), reason(record.text("rejection_reason"))),
        (_, "closed") => (t("portal-closed"), plain("portal-next-closed")),
        (_, "cancelled") => (t("portal-withdrawn"), reason(record.text("cancel_reason"))),
        (_, key) => {
            let label = view.kind.lifecycle.state(key).map_or(key, |state| state.label.as_str());
            return (label.to_owned(), String::new());
        }
    };
    (state.to_owned(), next)
}

fn reason(text: &str) -> String {
    match text {
        "" => t("portal-no-reason").to_owned(),
        text => t_with("portal-reason", &[("reason", text.into())]),
    }
}

fn hold(reason: &str) -> (&'static str, String) {
    let (state, next) = match reason {
        "awaiting_requester" => ("portal-waiting-for-you", "portal-hold-requester"),
        "awaiting_supplier" | "awaiting_vendor" => ("portal-waiting", "portal-hold-supplier"),
        "awaiting_stock" => ("portal-waiting", "portal-hold-stock"),
        "awaiting_change" => ("portal-waiting", "portal-hold-change"),
        "awaiting_problem" => ("portal-waiting", "portal-hold-problem"),
        _ => ("portal-waiting", "portal-hold-other"),
    };
    (t(state), t(next).to_owned())
}

fn approval(view: &RecordView) -> String {
    let pending = view.record.references("pending_approvers");
    let approvers = if pending.is_empty() { view.record.references("approvers") } else { pending };
    let names: Vec<&str> =
        approvers.iter().filter_map(|id| view.labels.get(id)).map(|label| label.label.as_str()).collect();
    let either = names
        .into_iter()
        .map(str::to_owned)
        .reduce(|first, last| t_with("portal-or", &[("first", (&first).into()), ("last", (&last).into())]));
    match either {
        None => t("portal-approval-somebody").to_owned(),
        Some(names) => t_with("portal-approval-by", &[("names", (&names).into())]),
    }
}

/// When it is expected: what was promised, else what was agreed.
fn expected(web: &Web, visitor: &Visitor, view: &RecordView) -> String {
    let record = &view.record;
    if !view.kind.lifecycle.category(&record.state).is_open() {
        return String::new();
    }
    if let Some(day) = Some(record.text("promised_on")).filter(|day| !day.is_empty()) {
        return t_with("portal-expected-by", &[("day", (&time::day(day)).into())]);
    }
    match record.field("due_at").and_then(Json::as_i64) {
        Some(micros) => {
            let (words, _) = time::words(Moment(micros), web.app().now(), &visitor.preferences.zone);
            t_with("portal-expected-when", &[("when", (&words).into())])
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
                (t("portal-received"), when("opened_at")),
                (t("portal-in-work"), when("responded_at")),
                (t("portal-solved"), when("resolved_at")),
                (t("portal-closed"), when("closed_at")),
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
                || !record.references("asked_to_approve").is_empty()
                || record.field("approved_at").is_some()
                || matches!(state, "awaiting_approval" | "rejected" | "approved");
            let mut path = vec![(t("portal-received"), when("submitted_at"))];
            if asks {
                path.push((t("portal-approved"), when("approved_at")));
            }
            path.extend([
                (t("portal-on-its-way"), String::new()),
                (t("portal-delivered"), when("fulfilled_at")),
                (t("portal-closed"), when("closed_at")),
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
                (true, "cancelled") => t("portal-withdrawn"),
                (true, "rejected") => t("portal-not-approved"),
                (true, "awaiting_approval") => t("portal-approval"),
                _ => label,
            };
            (label, place, detail)
        })
        .collect()
}
