//! Configuration as text over the wire: the text of a record, what a changed one would do, and how all of it stands.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use steward_app::configuration::{FileError, Planned, Refused, Version, What};
use steward_app::error::Error;
use steward_app::view::Labels;
use steward_model::event::Door;
use steward_model::id::RecordId;
use steward_model::moment::Moment;

use crate::Api;
use crate::body::{Body, string};
use crate::caller::{Caller, Segments};
use crate::problem::Problem;

/// The text of a record, as an export writes it.
pub(crate) async fn text(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?.clone();
    let found = api.app().text_of_record(&actor, &kind, &name, None).await?;
    let answer = json!({
        "file": found.file,
        "text": found.text,
        "revision": found.view.record.revision,
        "partial": found.is_partial,
        "may_apply": found.may_apply(),
    });
    Ok(Json(answer).into_response())
}

/// What a text would make of its record.
pub(crate) async fn plan(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    body: Body,
) -> Result<Response, Problem> {
    let mut map = body.only(&["text"])?;
    let kind = api.app().kind_by_plural(&kinds)?.clone();
    let text = wanted(&mut map)?;
    match api.app().plan_text(&actor, &kind, &name, &text).await {
        Ok(what) => Ok(Json(json!({ "possible": true, "changes": changes(&what), "faults": [] })).into_response()),
        Err(Refused::Faulty(found)) => {
            Ok(Json(json!({ "possible": false, "changes": [], "faults": faults(&found, Some(&text)) })).into_response())
        }
        Err(Refused::Other(error)) => Err(error.into()),
    }
}

/// Makes of a record what its text says.
pub(crate) async fn apply(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    body: Body,
) -> Result<Response, Problem> {
    let mut map = body.only(&["text", "revision"])?;
    let kind = api.app().kind_by_plural(&kinds)?.clone();
    let text = wanted(&mut map)?;
    let base = match map.remove("revision") {
        None | Some(Value::Null) => None,
        Some(given) => Some(given.as_i64().ok_or_else(|| Error::invalid("revision", "must be a whole number"))?),
    };
    match api.app().apply_text(&actor, &kind, &name, (&text, base), Door::Api).await {
        Ok(what) => {
            let now = api.app().text_of_record(&actor, &kind, &name, None).await?;
            let answer = json!({ "changes": changes(&what), "revision": now.view.record.revision, "text": now.text });
            Ok(Json(answer).into_response())
        }
        Err(Refused::Faulty(found)) => Ok(refused(&found, Some(&text))),
        Err(Refused::Other(error)) => Err(error.into()),
    }
}

/// What differs from what files last made of configuration, and its versions.
pub(crate) async fn state(State(api): State<Api>, Caller(actor): Caller) -> Result<Response, Problem> {
    let found = api.app().configuration_state(&actor).await?;
    let drifted = found.drifted.iter().map(|one| {
        json!({
            "kind": one.now.item.kind,
            "number": one.now.number,
            "file": one.now.item.file,
            "changes": one.differs.as_ref().map(|differs| differences(differs)),
            "made_since": one.differs.is_none(),
            "changed_by": one.last.map(|(actor, _)| person(actor, &found.labels)),
            "changed_at": one.last.map(|(_, at)| at.to_string()),
        })
    });
    let answer = json!({
        "applied": found.applied.as_ref().map(|version| told(version, &found.labels)),
        "drift": Value::from_iter(drifted),
        "versions": Value::from_iter(found.versions.iter().map(|version| told(version, &found.labels))),
    });
    Ok(Json(answer).into_response())
}

/// Makes configuration as it was at a moment, or tells what that would do.
pub(crate) async fn roll_back(State(api): State<Api>, Caller(actor): Caller, body: Body) -> Result<Response, Problem> {
    let mut map = body.only(&["to", "plan"])?;
    let to = string(&mut map, "to")?.as_deref().and_then(Moment::parse);
    let to = to.ok_or_else(|| Error::invalid("to", "must be a moment such as 2026-03-01T09:30:00Z"))?;
    let only_plan = match map.remove("plan") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(truth)) => truth,
        Some(_) => return Err(Error::invalid("plan", "must be true or false").into()),
    };
    let done = match only_plan {
        true => api.app().plan_rollback(&actor, to).await?,
        false => api.app().roll_back_configuration(&actor, to, Door::Api).await?,
    };
    Ok(match done {
        Ok(planned) => Json(json!({ "records": Value::from_iter(planned.iter().filter_map(record)) })).into_response(),
        Err(found) => refused(&found, None),
    })
}

fn wanted(map: &mut Map<String, Value>) -> Result<String, Problem> {
    let text = string(map, "text")?;
    Ok(text.ok_or_else(|| Error::invalid("text", "is required"))?.replace("\r\n", "\n"))
}

fn refused(found: &[FileError], text: Option<&str>) -> Response {
    let document = json!({
        "type": "about:blank",
        "title": "Unprocessable content",
        "status": 422,
        "detail": "nothing was written",
        "faults": faults(found, text),
    });
    let mut response = (StatusCode::UNPROCESSABLE_ENTITY, Json(document)).into_response();
    let media_type = axum::http::HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(axum::http::header::CONTENT_TYPE, media_type);
    response
}

fn faults(found: &[FileError], text: Option<&str>) -> Value {
    let one = |fault: &FileError| {
        json!({
            "file": fault.file,
            "line": text.and_then(|text| fault.line(text)),
            "message": fault.message,
        })
    };
    found.iter().map(one).collect()
}

fn changes(what: &What) -> Value {
    match what {
        What::Changed(differs) => differences(differs),
        What::Created | What::Same | What::Unmentioned => json!([]),
    }
}

fn differences(differs: &[(String, Option<Value>, Option<Value>)]) -> Value {
    differs.iter().map(|(field, from, to)| json!({ "field": field, "from": from, "to": to })).collect()
}

/// What becomes of a record; nothing for those that stay as they are.
fn record(one: &Planned) -> Option<Value> {
    let what = match one.what {
        What::Created => "made",
        What::Changed(_) => "changed",
        What::Unmentioned => "stays",
        What::Same => return None,
    };
    Some(json!({ "file": one.file, "kind": one.kind, "name": one.name, "what": what, "changes": changes(&one.what) }))
}

fn told(version: &Version, labels: &Labels) -> Value {
    json!({
        "from": version.from.to_string(),
        "at": version.at.to_string(),
        "by": person(version.actor, labels),
        "door": version.door.key(),
        "applied": version.is_applied,
        "records": Value::from_iter(version.records.iter().map(|id| {
            let label = labels.get(id);
            json!({
                "id": id.to_string(),
                "number": label.map(|label| &label.number),
                "label": label.map(|label| &label.label),
            })
        })),
    })
}

fn person(id: RecordId, labels: &Labels) -> Value {
    json!({ "id": id.to_string(), "label": labels.get(&id).map(|label| &label.label) })
}
