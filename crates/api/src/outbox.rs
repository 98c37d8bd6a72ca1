//! Outgoing mail over the wire, to be read only.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use steward_app::error::Error;
use steward_app::notices::compose::{Composed, Why};
use steward_app::notices::{Filter, MailView, Standing};

use crate::Api;
use crate::caller::{Caller, Segments};
use crate::problem::Problem;
use crate::query::Query;

/// Messages at most in one answer.
const MOST: usize = 100;

/// The caller's messages, or those of everybody whose messages it may see, newest first.
pub(crate) async fn list(
    State(api): State<Api>,
    Caller(actor): Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(raw.as_deref(), &["person", "state", "before", "limit"])?;
    let standing = match query.get("state") {
        None => None,
        Some(text) => Some(Standing::parse(text).ok_or_else(|| {
            let known = Standing::ALL.map(Standing::key).join(", ");
            Problem::bad_request(format!("`state` must be one of {known}"))
        })?),
    };
    let before = query.get("before").map(|_| query.integer("before", 0, 0, i64::MAX)).transpose()?;
    let limit = query.integer("limit", MOST, 1, MOST)?;
    let filter = Filter { person: query.get("person").map(str::to_owned), standing, before, limit };
    let page = api.app().outbox(&actor, &filter).await?;
    let mut response = Json(Value::from_iter(page.mails.iter().map(told))).into_response();
    if let Some(next) = page.next_before {
        // Values that were given are those that are known, but for the person.
        let mut link = format!("/api/v1/outbox?before={next}&limit={limit}");
        if let Some(standing) = filter.standing {
            link.push_str(&format!("&state={}", standing.key()));
        }
        if let Some(person) = page.mails.first().filter(|_| filter.person.is_some()) {
            link.push_str(&format!("&person={}", person.person_id));
        }
        if let Ok(link) = HeaderValue::from_str(&format!("<{link}>; rel=\"next\"")) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    Ok(response)
}

/// A message with its words, as its receiver would get it now.
pub(crate) async fn read(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(message): Segments<String>,
) -> Result<Response, Problem> {
    let id = message.parse().map_err(|_| Error::NotFound)?;
    let look = api.app().one_mail(&actor, id).await?;
    let mut told = told(&look.mail);
    match &look.composed {
        Ok(composed) => told["message"] = words(composed),
        Err(why) => told["not_now"] = json!(why.key()),
    }
    Ok(Json(told).into_response())
}

fn told(mail: &MailView) -> Value {
    let record = mail
        .record
        .as_ref()
        .map(|(kind, label)| json!({ "kind": kind.key, "number": label.number, "label": label.label }));
    json!({
        "id": mail.id.to_string(),
        "person": { "id": mail.person_id.to_string(), "number": mail.person.number, "label": mail.person.label },
        "digest": mail.is_digest,
        "record": record,
        "state": mail.standing.key(),
        "due_at": mail.due_at.to_string(),
        "created_at": mail.created_at.to_string(),
        "done_at": mail.done_at.map(|at| at.to_string()),
        "tries": mail.tries,
        "why": mail.why.map(Why::key),
        "error": mail.error,
    })
}

fn words(composed: &Composed) -> Value {
    json!({
        "to": composed.address,
        "subject": composed.subject,
        "text": composed.text,
        "language": composed.language.code(),
        "because": composed.because,
        "count": composed.count,
        "partial": composed.is_partial,
    })
}
