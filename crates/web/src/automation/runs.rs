//! Logs: what a rule did, and what rules did to a record.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::automation::{RunPage, RunView};
use steward_app::view::Labels;
use steward_model::access::Action;
use steward_model::kind::Kind;
use steward_rule::RULE;
use steward_rule::route::Passed;
use steward_rule::trace::{Because, Did, Outcome, PassedRule, Sent};
use steward_ui::automation::{Outcome as Mark, Part, Run, runs};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::message::{Empty, empty};
use steward_ui::reference::{Crumb, Reference, reference};
use steward_words::{refusal, t, t_with};

use super::webhooks;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::Query;
use crate::frame::{Place, frame};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// The log of a rule, or of what rules did to a record.
pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let view = web.app().get(visitor.actor(), &kind, &name, None).await?;
    let before = query.text("before").and_then(|text| text.parse().ok());
    let is_rule = kind.key == RULE;
    let may_change = is_rule && view.rights.may(Action::Update);
    let own = may_change.then(|| address::record(&kind, &view.record.number));
    let RunPage { runs: found, labels, next_before } = match is_rule {
        true => web.app().runs_of_rule(visitor.actor(), &name, before).await?,
        false => web.app().runs_on_record(visitor.actor(), &kind, &name, before).await?,
    };
    let (list, back) = (address::list(&kind), address::record(&kind, &view.record.number));
    let crumbs =
        [Crumb { label: &kind.label_plural, address: &list }, Crumb { label: &view.record.number, address: &back }];
    let (title, none) = match is_rule {
        true => (t("rule-log"), t("rule-log-none")),
        false => (t("rule-log-record"), t("rule-log-record-none")),
    };
    let detail = view.record.text(&kind.label_field);
    let main = html! {
        (header(&Header { title, detail, crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body {
            @if found.is_empty() { (empty(&Empty { icon: Icon::Bolt, title: none, text: "" }, html! {})) }
            @else { (table(&web, &visitor, (&found, &labels), (is_rule, own.as_deref()))) }
            @if let Some(next) = next_before {
                p { a href={ (back) "/runs?before=" (next) } { (t("rule-log-older")) } }
            }
        }
    };
    let place = Place { title, current: &list, kind: Some(&kind), ..Place::default() };
    Ok(frame(&web, &visitor, place, main).into_response())
}

/// Lines of a log as a table; what each is about is the record in the log of a rule, and the rule otherwise.
/// `rule` is the address of the rule whose log it is, for those who may change it.
pub(super) fn table(
    web: &Web,
    visitor: &Visitor,
    (found, labels): (&[RunView], &Labels),
    (of_rule, rule): (bool, Option<&str>),
) -> Markup {
    let (now, zone) = (web.app().now(), &visitor.preferences.zone);
    let shown: Vec<Run> = found
        .iter()
        .map(|run| Run {
            at: time::ago(run.at, now, zone).into(),
            about: if of_rule { record_of(run) } else { rule_of(run) }.into(),
            outcome: outcome(run.outcome),
            lines: lines(web, run, labels),
            way_out: rule.and_then(|rule| webhooks::again(visitor, rule, run)).map_or_else(Part::default, Part::from),
            passed: passed(run, labels),
        })
        .collect();
    let (label, about) =
        if of_rule { (t("rule-log"), t("rule-record")) } else { (t("rule-log-record"), t("rule-rule")) };
    runs(label, about, &shown)
}

fn record_of(run: &RunView) -> Markup {
    let (kind, number) = &run.record;
    let at = address::record(kind, number);
    reference(&Reference { number, label: &run.title, address: Some(&at), ..Reference::default() })
}

/// The rule of a line, as it was when it acted.
pub(super) fn rule_of(run: &RunView) -> Markup {
    match &run.rule {
        Some((number, title)) => {
            let at = format!("/rules/{}?as_of={}", address::part(number), run.at);
            reference(&Reference { number, label: title, address: Some(&at), ..Reference::default() })
        }
        None => html! { (t("rule-hidden")) },
    }
}

/// How an outcome looks.
pub(super) fn outcome(outcome: Outcome) -> Mark {
    match outcome {
        Outcome::Done => Mark::Done,
        Outcome::Nothing => Mark::Nothing,
        Outcome::Refused => Mark::Refused,
        Outcome::Limited => Mark::Limited,
        Outcome::Looped => Mark::Looped,
        Outcome::Undelivered => Mark::Undelivered,
    }
}

/// The word for an outcome.
pub(super) fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => t("rule-outcome-done"),
        Outcome::Nothing => t("rule-outcome-nothing"),
        Outcome::Refused => t("rule-outcome-refused"),
        Outcome::Limited => t("rule-outcome-limited"),
        Outcome::Looped => t("rule-outcome-looped"),
        Outcome::Undelivered => t("rule-outcome-undelivered"),
    }
}

/// What was done, or why nothing was.
pub(super) fn lines(web: &Web, run: &RunView, labels: &Labels) -> Vec<String> {
    let registry = web.app().registry();
    let kind = registry.kind(&run.record.0.key).map_or(&*run.record.0, AsRef::as_ref);
    let mut lines = Vec::new();
    if let Some(origin) = run.trace.origin {
        let named = labels.get(&origin).map(|label| format!("{} {}", label.number, label.label));
        let named = named.unwrap_or_else(|| t("rule-origin-hidden").to_owned());
        lines.push(t_with("rule-did-origin", &[("record", (&named).into())]).to_string());
    }
    if let Some(count) = run.trace.counted {
        lines.push(t_with("rule-did-counted", &[("count", count.into())]).to_string());
    }
    if let Some(routed) = &run.trace.routed {
        let name = |id| labels.get(&id).map_or_else(|| t("rule-somebody").to_owned(), |label| label.label.clone());
        let who: Vec<String> = routed.team.into_iter().chain(routed.person).map(name).collect();
        lines.push(match who.is_empty() {
            true => t("rule-did-route-none").to_owned(),
            false => t_with("rule-did-route", &[("who", (&who.join(", ")).into())]).to_string(),
        });
    }
    lines.extend(run.trace.did.iter().filter_map(|one| did(one, kind)));
    if !run.trace.reason.is_empty() {
        lines.push(refusal(&run.trace.reason).into_owned());
    }
    lines
}

fn did(one: &Did, kind: &Kind) -> Option<String> {
    let field = || kind.field(&one.what).map_or(one.what.as_str(), |field| field.label.as_str());
    let step = || kind.lifecycle.transition(&one.what).map_or(one.what.as_str(), |step| step.label.as_str());
    Some(match one.action.as_str() {
        "set" => t_with("rule-did-set", &[("field", field().into())]).to_string(),
        "comment" => t("rule-did-comment").to_owned(),
        "note" => t("rule-did-note").to_owned(),
        "notify" => t_with("rule-did-notify", &[("count", one.count.unwrap_or_default().into())]).to_string(),
        "create" => t_with("rule-did-create", &[("number", (&one.what).into())]).to_string(),
        "start_flow" if one.what.is_empty() => t("rule-did-start-flow-before").to_owned(),
        "start_flow" => t_with("rule-did-start-flow", &[("number", (&one.what).into())]).to_string(),
        "link" => t_with("rule-did-link", &[("number", (&one.what).into())]).to_string(),
        "approve" => t_with("rule-did-approve", &[("number", (&one.what).into())]).to_string(),
        "refuse" => t_with("rule-did-refuse", &[("number", (&one.what).into())]).to_string(),
        "ask_approval" => {
            let said = if one.count == Some(0) { "rule-did-ask-approval-before" } else { "rule-did-ask-approval" };
            t_with(said, &[("policy", (&one.what).into())]).to_string()
        }
        "for_each" => {
            let said = [("which", (&one.what).into()), ("count", one.count.unwrap_or_default().into())];
            match one.beyond {
                None => t_with("rule-did-each", &said).to_string(),
                Some(beyond) => {
                    let [which, count] = said;
                    t_with("rule-did-each-beyond", &[which, count, ("beyond", beyond.into())]).to_string()
                }
            }
        }
        "move" => t_with("rule-did-move", &[("step", step().into())]).to_string(),
        // The line that says it was given up says why beside it.
        "webhook" if one.what.is_empty() => {
            let again = one.sent.as_ref().filter(|sent| sent.state != "given_up")?;
            t_with("rule-did-webhook-again", &[("state", (&webhook(Some(again))).into())]).to_string()
        }
        "webhook" => {
            let state = webhook(one.sent.as_ref());
            t_with("rule-did-webhook", &[("host", (&one.what).into()), ("state", (&state).into())]).to_string()
        }
        _ => return None,
    })
}

/// How far what was handed over has come.
fn webhook(sent: Option<&Sent>) -> String {
    let Some(sent) = sent else { return t("rule-webhook-waits").to_owned() };
    let status = sent.status.map(|status| status.to_string()).unwrap_or_default();
    let fault = refusal(sent.fault.as_deref().unwrap_or_default());
    match sent.state.as_str() {
        "sent" => t_with("rule-webhook-sent", &[("status", (&status).into())]).to_string(),
        "given_up" => t_with("rule-webhook-given-up", &[("fault", (&fault).into())]).to_string(),
        _ if sent.tries == 0 => t("rule-webhook-waits").to_owned(),
        _ => t_with("rule-webhook-again", &[("count", sent.tries.into()), ("fault", (&fault).into())]).to_string(),
    }
}

/// Who was passed over and why, and which rules did not act.
fn passed(run: &RunView, labels: &Labels) -> Vec<String> {
    let people = run.trace.routed.iter().flat_map(|routed| &routed.passed).map(|(person, why)| {
        let name = labels.get(person).map_or_else(|| t("rule-somebody").to_owned(), |label| label.label.clone());
        let why = match why {
            Passed::Inactive => t("rule-why-inactive"),
            Passed::Absent => t("rule-why-absent"),
            Passed::Full => t("rule-why-full"),
            Passed::Unskilled => t("rule-why-unskilled"),
            Passed::Busier => t("rule-why-busier"),
            Passed::LessSkilled => t("rule-why-less-skilled"),
            Passed::LaterTurn => t("rule-why-later-turn"),
        };
        t_with("rule-passed-person", &[("name", (&name).into()), ("why", why.into())]).to_string()
    });
    people.chain(run.trace.passed.iter().map(left_out)).collect()
}

/// Why a rule did not act, as far as the reader may know it.
fn left_out(one: &PassedRule) -> String {
    let rule = ("rule", (&one.named).into());
    let why = ("why", (&one.why).into());
    match (one.because, one.why.is_empty()) {
        (Because::Condition, false) => t_with("rule-passed-rule", &[rule, why]).to_string(),
        (Because::Condition, true) => t_with("rule-passed-condition", &[rule]).to_string(),
        (Because::Threshold, _) => t_with("rule-passed-threshold", &[rule, why]).to_string(),
        (Because::LastRule, false) => t_with("rule-passed-last", &[rule, why]).to_string(),
        (Because::LastRule, true) => t_with("rule-passed-last-one", &[rule]).to_string(),
    }
}
