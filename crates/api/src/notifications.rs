//! The caller's inbox.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use steward_app::inbox::{Notification, PAGE_MAX, Which};

use crate::Api;
use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::query::Query;

/// Notifications when no limit is named.
const LIMIT: usize = 50;

pub(crate) async fn list(
    State(api): State<Api>,
    Caller(actor): Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(raw.as_deref(), &["unread", "before", "limit"])?;
    let unread = match query.get("unread") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Problem::bad_request("`unread` must be true or false")),
    };
    let before = query.get("before").map(|_| query.integer("before", 0, 0, i64::MAX)).transpose()?;
    let limit = query.integer("limit", LIMIT, 1, PAGE_MAX)?;
    let page = api.app().inbox(&actor, unread, before, limit).await?;
    let count = api.app().unread(&actor).await?.count;
    let items: Vec<Value> = page.notifications.iter().map(notification).collect();
    let mut response = Json(items).into_response();
    response.headers_mut().insert(HeaderName::from_static("x-unread-count"), HeaderValue::from(count));
    if let Some(before) = page.next_before {
        let link = format!("</api/v1/notifications?unread={unread}&before={before}&limit={limit}>; rel=\"next\"");
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    Ok(response)
}

pub(crate) async fn read(State(api): State<Api>, Caller(actor): Caller, body: Body) -> Result<StatusCode, Problem> {
    let mut map = body.only(&["ids", "all"])?;
    let which = match (map.remove("ids"), map.remove("all")) {
        (Some(Value::Array(ids)), None) => {
            let ids: Option<Vec<i64>> = ids.iter().map(|id| id.as_str()?.parse().ok()).collect();
            Which::These(ids.ok_or_else(|| Problem::bad_request("`ids` must be ids of notifications, as texts"))?)
        }
        (None, Some(Value::Bool(true))) => Which::All,
        _ => return Err(Problem::bad_request("give either `ids`, a list, or `all`: true")),
    };
    api.app().mark_read(&actor, which).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn notification(one: &Notification) -> Value {
    json!({
        "id": one.id.to_string(),
        "reason": one.reason.key(),
        "record": {
            "id": one.record_id.to_string(),
            "kind": one.record.kind,
            "number": one.record.number,
            "label": one.record.label,
        },
        "revision": one.seq,
        "actor": one.actor,
        "excerpt": one.excerpt,
        "audience": if one.internal { "internal" } else { "public" },
        "at": one.at.to_string(),
        "read": one.is_read,
    })
}
