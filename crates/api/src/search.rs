//! Search over all kinds, and records like one.

use std::ops::Range;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use steward_app::search::{HITS_MAX, Hit, SearchPage, SearchRequest};

use crate::Api;
use crate::caller::{Caller, Segments};
use crate::problem::Problem;
use crate::query::Query;

/// Hits when no limit is named, and records like one.
const HITS: usize = 20;
const SIMILAR: usize = 5;

pub(crate) async fn search(
    State(api): State<Api>,
    Caller(actor): Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(raw.as_deref(), &["q", "kind", "limit", "open"])?;
    let text = query.get("q").ok_or_else(|| Problem::bad_request("`q` must hold the words to search for"))?;
    let open_only = match query.get("open") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Problem::bad_request("`open` must be true or false")),
    };
    let request = SearchRequest {
        text: text.to_owned(),
        kinds: query.get("kind").map(list),
        open_only,
        limit: query.integer("limit", HITS, 1, HITS_MAX)?,
    };
    Ok(answer(&api.app().search(&actor, &request).await?))
}

pub(crate) async fn similar(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let query = Query::parse(raw.as_deref(), &["kind", "limit"])?;
    let limit = query.integer("limit", SIMILAR, 1, HITS_MAX)?;
    let among = query.get("kind").map(list).unwrap_or_default();
    Ok(answer(&api.app().similar(&actor, kind, &name, &among, limit).await?))
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(|key| key.trim().to_owned()).collect()
}

fn answer(page: &SearchPage) -> Response {
    let total = if page.more { format!("{}+", page.hits.len()) } else { page.hits.len().to_string() };
    let hits: Vec<Value> = page.hits.iter().map(hit).collect();
    let mut response = Json(json!({ "hits": hits, "more": page.more, "complete": page.complete })).into_response();
    if let Ok(total) = HeaderValue::from_str(&total) {
        response.headers_mut().insert(HeaderName::from_static("x-total-count"), total);
    }
    response
}

fn hit(hit: &Hit) -> Value {
    let record = &hit.record;
    let snippet = hit.snippet.as_ref();
    json!({
        "id": record.id.to_string(),
        "kind": record.kind,
        "number": record.number,
        "label": hit.label.label,
        "label_parts": parts(&hit.label.label, &hit.label_marks),
        "state": record.state,
        "state_category": hit.kind.lifecycle.category(&record.state).key(),
        "updated_at": record.updated_at.to_string(),
        "snippet": snippet.map(|snippet| json!({
            "source": snippet.source,
            "parts": parts(&snippet.text, &snippet.marks),
        })),
    })
}

/// A text in pieces, those apart in which the words stand: no client has to count in bytes.
fn parts(text: &str, marks: &[Range<usize>]) -> Vec<Value> {
    let part = |text: &str, marked: bool| json!({ "text": text, "marked": marked });
    let mut parts = Vec::new();
    let mut done = 0;
    for mark in marks {
        if mark.start > done {
            parts.push(part(&text[done..mark.start], false));
        }
        parts.push(part(&text[mark.clone()], true));
        done = mark.end;
    }
    if done < text.len() {
        parts.push(part(&text[done..], false));
    }
    parts
}
