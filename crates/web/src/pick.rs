//! Choices for fields that refer to records, while one types.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::Web;
use crate::error::WebError;
use crate::form::Form;
use crate::visitor::Visitor;

/// Choices at once.
const CHOICES: usize = 10;

/// Records whose name, number or other unique value begins with `q`, as far as the reader may see them.
pub(crate) async fn choices(
    State(web): State<Web>,
    visitor: Visitor,
    RawQuery(raw): RawQuery,
) -> Result<Response, WebError> {
    let query = Form::parse(raw.unwrap_or_default().as_bytes());
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
