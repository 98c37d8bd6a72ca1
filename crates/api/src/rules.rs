//! Automation rules over the wire: what they did and why, what they hold on, how their examples come out, replay.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use steward_app::automation::{REPLAY_DAYS, RunView};
use steward_app::error::Error;
use steward_app::view::Labels;
use steward_model::id::RecordId;
use steward_rule::RULE;
use steward_rule::examples::Fault;

use crate::Api;
use crate::body::Body;
use crate::caller::{Caller, Segments};
use crate::problem::Problem;
use crate::query::Query;

/// What a rule did, or what rules did to a record, newest first.
pub(crate) async fn runs(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(raw.as_deref(), &["before"])?;
    let before = query.get("before").map(|_| query.integer("before", 0, 0, i64::MAX)).transpose()?;
    let kind = api.app().kind_by_plural(&kinds)?;
    let page = match kind.key == RULE {
        true => api.app().runs_of_rule(&actor, &name, before).await?,
        false => api.app().runs_on_record(&actor, kind, &name, before).await?,
    };
    let mut response = Json(Value::from_iter(page.runs.iter().map(|run| told(run, &page.labels)))).into_response();
    if let Some(next) = page.next_before {
        let link = format!("</api/v1/{kinds}/{name}/rule-runs?before={next}>; rel=\"next\"");
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    Ok(response)
}

/// On how many records the condition of a rule holds now, with some of them, as far as the caller sees them.
pub(crate) async fn matches(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(name): Segments<String>,
) -> Result<Response, Problem> {
    let preview = api.app().preview_rule(&actor, &name).await?;
    let records = preview.records.iter().enumerate().map(|(place, view)| {
        json!({
            "id": view.record.id.to_string(),
            "number": view.record.number,
            "label": view.record.text(&view.kind.label_field),
            "related": preview.related.get(place),
        })
    });
    let groups = preview.groups.iter().map(|group| json!({ "label": group.label, "most": group.most }));
    let (records, groups) = (Value::from_iter(records), Value::from_iter(groups));
    Ok(Json(json!({ "count": preview.count, "records": records, "groups": groups })).into_response())
}

/// How the examples of a rule come out.
pub(crate) async fn examples(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(name): Segments<String>,
) -> Result<Response, Problem> {
    let standing = api.app().rule_standing(&actor, &name).await?;
    let examples = standing.examples.iter();
    let examples = examples.map(|one| {
        json!({
            "name": one.name,
            "holds": one.fault.is_none(),
            "code": one.fault.as_ref().map(Fault::key),
            "fault": one.fault.as_ref().map(ToString::to_string),
        })
    });
    Ok(Json(json!({ "examples": Value::from_iter(examples), "fault": standing.fault })).into_response())
}

/// Asks for a replay of the last days; what it finds is read at the same address.
pub(crate) async fn ask_replay(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(name): Segments<String>,
    body: Body,
) -> Result<Response, Problem> {
    let mut map = body.only(&["days"])?;
    let days = match map.remove("days") {
        None => 30,
        Some(days) => days.as_i64().filter(|days| (1..=REPLAY_DAYS).contains(days)).ok_or_else(|| {
            Problem(Error::invalid("days", format!("must be a whole number from 1 to {REPLAY_DAYS}")))
        })?,
    };
    api.app().ask_replay(&actor, &name, days).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "state": "waiting", "days": days }))).into_response())
}

/// Sends a test to the webhook of a rule, and tells what came of it.
pub(crate) async fn test_webhook(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(name): Segments<String>,
    body: Body,
) -> Result<Response, Problem> {
    body.only(&[])?;
    let found = api.app().ping_webhook(&actor, &name).await?;
    Ok(Json(json!({ "taken": found.fault.is_none(), "status": found.status, "fault": found.fault })).into_response())
}

/// Has a call be sent again that was given up.
pub(crate) async fn send_webhook(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((name, call)): Segments<(String, String)>,
    body: Body,
) -> Result<Response, Problem> {
    body.only(&[])?;
    api.app().send_webhook_again(&actor, &name, &call).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "id": call, "state": "waiting" }))).into_response())
}

/// What the caller's last replay of a rule found.
pub(crate) async fn replay(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(name): Segments<String>,
) -> Result<Response, Problem> {
    let replay = api.app().last_replay(&actor, &name).await?.ok_or(Error::NotFound)?;
    let mut answer = json!({
        "version": replay.version,
        "days": replay.days,
        "asked_at": replay.asked_at.to_string(),
        "state": "waiting",
    });
    match &replay.found {
        None => {}
        Some(Err(fault)) => {
            answer["state"] = json!("failed");
            answer["fault"] = json!(fault);
        }
        Some(Ok(found)) => {
            answer["state"] = json!("done");
            answer["records"] = json!(found.records);
            answer["cut"] = json!(found.is_cut);
            answer["entries"] = json!(found.entries);
            answer["acts"] = json!(found.acts);
            answer["acted_on"] = json!(found.acted_on);
            let told = found.told.iter().filter_map(|one| {
                let label = replay.labels.get(&one.record)?;
                Some(json!({
                    "id": one.record.to_string(),
                    "number": label.number,
                    "label": label.label,
                    "at": one.at.to_string(),
                    "seq": one.seq,
                    "times": one.times,
                }))
            });
            answer["told"] = Value::from_iter(told);
        }
    }
    Ok(Json(answer).into_response())
}

fn told(run: &RunView, labels: &Labels) -> Value {
    let named =
        |id: RecordId| json!({ "id": id.to_string(), "name": labels.get(&id).map(|label| label.label.clone()) });
    let routed = run.trace.routed.as_ref().map(|routed| {
        let passed = routed.passed.iter().map(|(person, why)| json!({ "person": named(*person), "why": why }));
        json!({
            "strategy": routed.strategy,
            "team": routed.team.map(named),
            "person": routed.person.map(named),
            "passed_over": Value::from_iter(passed),
        })
    });
    json!({
        "id": run.id.to_string(),
        "rule": run.rule.as_ref().map(|(number, title)| json!({ "number": number, "title": title })),
        "version": run.version,
        "record": { "kind": run.record.0.key, "number": run.record.1 },
        "answered": run.seq,
        "made": run.made,
        "at": run.at.to_string(),
        "outcome": run.outcome,
        "did": run.trace.did,
        "routed": routed,
        "reason": run.trace.reason,
        "origin": run.trace.origin.and_then(|id| labels.get(&id)).map(|label| label.number.clone()),
        "counted": run.trace.counted,
        "passed_over": run.trace.passed,
    })
}
