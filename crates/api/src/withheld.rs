//! Files that the malware scanner did not let through, for those who look after the installation.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use steward_app::files::quarantine::Withheld;

use crate::Api;
use crate::caller::{Address, Caller, Segments};
use crate::problem::Problem;
use crate::query::Query;

/// Files at most in one answer.
const MOST: usize = 100;

/// Contents that are withheld, those that came last first.
pub(crate) async fn list(
    State(api): State<Api>,
    Caller(actor): Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(raw.as_deref(), &["before", "limit"])?;
    let limit = query.integer("limit", MOST, 1, MOST)?;
    let page = api.app().withheld_files(&actor, query.get("before"), limit).await?;
    let mut response = Json(Value::from_iter(page.contents.iter().map(told))).into_response();
    if let Some(next) = page.next_before {
        let link = format!("</api/v1/withheld-files?before={next}&limit={limit}>; rel=\"next\"");
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    Ok(response)
}

/// Has a content looked at again.
pub(crate) async fn scan(
    State(api): State<Api>,
    Caller(actor): Caller,
    Address(address): Address,
    Segments(sha256): Segments<String>,
) -> Result<StatusCode, Problem> {
    api.app().scan_file_again(&actor, &sha256, &address).await?;
    Ok(StatusCode::ACCEPTED)
}

fn told(content: &Withheld) -> Value {
    let files = content.files.iter().map(|file| {
        json!({
            "name": file.name,
            "record": { "id": file.record.to_string(), "kind": file.label.kind, "number": file.label.number, "label": file.label.label },
        })
    });
    json!({
        "sha256": content.scan.sha256,
        "scan": content.scan.state.key(),
        "finding": content.scan.finding,
        "asked_at": content.scan.asked_at.to_string(),
        "tried_at": content.scan.tried_at.map(|at| at.to_string()),
        "failures": content.scan.failures,
        "fault": content.scan.fault,
        "files": Value::from_iter(files),
    })
}
