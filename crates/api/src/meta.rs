//! About the server itself: health, figures, the caller, the kinds.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use steward_app::error::Error;
use steward_model::access::{Action, Reach};
use steward_model::kind::{Kind, Level};
use steward_words::{Language, Reader, within};

use crate::Api;
use crate::caller::Caller;
use crate::problem::Problem;

pub(crate) async fn healthz() -> &'static str {
    "ok"
}

pub(crate) async fn readyz(State(api): State<Api>) -> Response {
    match api.app().ready().await {
        Ok(()) => "ready".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ready").into_response(),
    }
}

/// Figures in the text format of Prometheus, for staff who run the installation.
pub(crate) async fn metrics(State(api): State<Api>, Caller(actor): Caller) -> Result<Response, Problem> {
    // The figures are of the whole installation, so a role in one organisation of it does not do.
    if !(actor.has_role_everywhere("administrator") || actor.has_role_everywhere("auditor")) {
        return Err(Problem(Error::Denied("read the metrics")));
    }
    let mut text = api.doors().counters().as_text();
    let (open, idle) = api.app().connections();
    text.push_str(
        "# HELP steward_database_connections Connections to the database.\n# TYPE steward_database_connections gauge\n",
    );
    text.push_str(&format!("steward_database_connections{{state=\"open\"}} {open}\n"));
    text.push_str(&format!("steward_database_connections{{state=\"idle\"}} {idle}\n"));
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

pub(crate) async fn me(State(_): State<Api>, Caller(actor): Caller) -> Json<Value> {
    let roles: Vec<Value> = actor
        .assignments
        .iter()
        .map(|assignment| {
            let organisations = match &assignment.reach {
                Reach::Everywhere => Value::Null,
                Reach::Organisations(ids) => ids.iter().map(ToString::to_string).collect(),
            };
            json!({ "role": assignment.role.key, "label": assignment.role.label, "organisations": organisations })
        })
        .collect();
    Json(json!({
        "id": actor.person.to_string(),
        "label": actor.label,
        "organisation": actor.organisation.to_string(),
        "teams": actor.teams.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "roles": roles,
        "token": actor.limits,
    }))
}

/// The kinds of which the caller may read any record.
/// The kinds, with labels in the language that is asked for; keys are the same in all.
pub(crate) async fn kinds(State(api): State<Api>, Caller(actor): Caller, headers: HeaderMap) -> Response {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = asked.map(Language::accepted).unwrap_or_default();
    let kinds = within(Reader::of(language), || {
        let kinds = api.app().readable_kinds(&actor);
        kinds.iter().map(|(kind, level)| kind_summary(kind, *level)).collect::<Value>()
    });
    let about = [(header::CONTENT_LANGUAGE, language.code()), (header::VARY, "authorization, accept-language")];
    (about, Json(kinds)).into_response()
}

fn kind_summary(kind: &Kind, level: Level) -> Value {
    let fields: Vec<Value> = kind
        .fields
        .iter()
        .filter(|field| field.audience <= level)
        .map(|field| {
            json!({
                "key": field.key,
                "label": field.label,
                "type": field.field_type.key(),
                "help": field.help,
                "indexed": field.indexed,
                "choices": field.field_type.choices().map(|choices| &choices.0),
                "kinds": field.field_type.target_kinds(),
            })
        })
        .collect();
    let states: Vec<Value> = kind
        .lifecycle
        .states
        .iter()
        .map(|state| json!({ "key": state.key, "label": state.label, "category": state.category }))
        .collect();
    let transitions: Vec<Value> = kind
        .lifecycle
        .transitions
        .iter()
        .map(|transition| {
            json!({
                "key": transition.key,
                "label": transition.label,
                "from": transition.from,
                "to": transition.to,
                "requires": transition.requires,
            })
        })
        .collect();
    json!({
        "key": kind.key,
        "plural": kind.plural,
        "label": kind.label,
        "label_plural": kind.label_plural,
        "description": kind.description,
        "practice": kind.practice,
        "fields": fields,
        "states": states,
        "transitions": transitions,
        "actions": Action::ALL,
    })
}
