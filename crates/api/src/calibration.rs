//! What is corrected by hand again and again, over the wire.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use steward_app::calibration::DAYS_MAX;
use steward_model::id::RecordId;

use crate::Api;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::query::Query;

/// Priorities that were overridden, work that went on to another team and what came back, with what could be learned, as
/// far as the caller sees the records.
pub(crate) async fn report(
    State(api): State<Api>,
    Caller(actor): Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(raw.as_deref(), &["kind", "days"])?;
    let kind = api.app().kind(query.get("kind").unwrap_or("incident"))?.clone();
    let days = query.integer("days", 90, 1, DAYS_MAX)?;
    let report = api.app().calibration(&actor, &kind, days).await?;
    let name =
        |id: RecordId| json!({ "id": id.to_string(), "label": report.labels.get(&id).map(|label| &label.label) });
    let cells = report.found.cells.iter().map(|cell| {
        json!({
            "impact": cell.impact,
            "urgency": cell.urgency,
            "records": cell.records,
            "priority": cell.priority,
            "overridden": cell.overridden,
            "given": cell.given.as_ref().map(|(given, _)| given),
            "broken": cell.broken,
            "reopened": cell.reopened,
            "proposal": cell.proposal(),
        })
    });
    let routes = report.found.routes.iter().map(|route| {
        json!({
            "field": route.field,
            "value": route.value.as_i64().map_or_else(|| route.value.clone(), |id| name(RecordId(id))),
            "first": name(route.first),
            "last": name(route.last),
            "records": route.records,
            "came": route.came,
            "proposed": route.is_proposed(),
        })
    });
    let returned = report
        .found
        .returned
        .iter()
        .map(|one| json!({ "team": one.team.map(name), "finished": one.finished, "reopened": one.reopened }));
    let answer = json!({
        "records": report.found.records,
        "cut": report.is_cut,
        "cells": cells.collect::<Vec<_>>(),
        "routes": routes.collect::<Vec<_>>(),
        "returned": returned.collect::<Vec<_>>(),
    });
    Ok(Json(answer).into_response())
}
