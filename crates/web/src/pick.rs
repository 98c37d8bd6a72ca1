//! Choices while one types: records for fields that refer to them, people and teams to mention, canned texts.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::Web;
use crate::error::WebError;
use crate::files::{Segments, audience};
use crate::form::{Posted, Query};
use crate::visitor::Visitor;

/// Choices at once.
const CHOICES: usize = 10;

/// Records whose name, number or other unique value begins with `q`, as far as the reader may see them.
pub(crate) async fn choices(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let mut kinds: Vec<String> = query.all("kind").map(str::to_owned).collect();
    if kinds.is_empty() {
        kinds = web.app().registry().kinds().iter().map(|kind| kind.key.clone()).collect();
    }
    let beginning = query.text("q").unwrap_or_default();
    let hits = web.app().suggest(visitor.actor(), &kinds, beginning, CHOICES).await?;
    let choices: Vec<Value> = hits
        .iter()
        .map(|hit| {
            let detail = [hit.record.text("title"), hit.record.text("mail")];
            let detail = detail.into_iter().find(|text| !text.is_empty() && *text != hit.label.label);
            let detail =
                detail.map_or_else(|| hit.label.number.clone(), |text| format!("{} · {text}", hit.label.number));
            json!({ "value": hit.label.number, "label": hit.label.label, "detail": detail })
        })
        .collect();
    Ok(Json(choices).into_response())
}

/// People and teams whose names begin with `q` and who may read what is said on a record to an `audience`.
pub(crate) async fn mentions(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?;
    let asked = (query.text("q").unwrap_or_default(), audience(query.get("audience"))?);
    let found = web.app().mention_candidates(visitor.actor(), kind, &name, asked).await?;
    let choices: Vec<Value> =
        found.iter().map(|one| json!({ "value": one.written, "label": one.label, "detail": one.detail })).collect();
    Ok(Json(choices).into_response())
}

/// Canned texts for a record with `q` in title or text.
pub(crate) async fn snippets(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?;
    let asked = (query.text("q").unwrap_or_default(), audience(query.get("audience"))?);
    let found = web.app().snippets(visitor.actor(), kind, &name, asked).await?;
    let choices: Vec<Value> =
        found.iter().map(|one| json!({ "value": one.number, "label": one.title, "detail": one.beginning })).collect();
    Ok(Json(choices).into_response())
}

/// A canned text with its variables filled in for a record.
pub(crate) async fn fill_snippet(
    State(web): State<Web>,
    Segments((kinds, name, snippet)): Segments<(String, String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let filled = web.app().fill_snippet(posted.visitor.actor(), &kind, &name, &snippet).await?;
    Ok(Json(json!({ "text": filled.text, "left": filled.left })).into_response())
}
