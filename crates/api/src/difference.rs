//! What differs between a record at two moments.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use steward_app::difference::Difference;
use steward_app::view::{LinkView, RecordView};
use steward_model::moment::Moment;

use crate::caller::{Caller, Segments};
use crate::problem::Problem;
use crate::query::Query;
use crate::{Api, wire};

/// The fields, the state and the links that differ, each as it was and as it became.
pub(crate) async fn read(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let query = Query::parse(raw.as_deref(), &["from", "to"])?;
    let moments = (moment(&query, "from")?, moment(&query, "to")?);
    let difference = api.app().difference(&actor, kind, &name, moments).await?;
    Ok(Json(told(&difference)).into_response())
}

fn moment(query: &Query, key: &str) -> Result<Option<Moment>, Problem> {
    let wrong = || Problem::bad_request(format!("`{key}` must be a moment such as 2026-03-01T09:30:00Z"));
    query.get(key).map(|text| Moment::parse(text).ok_or_else(wrong)).transpose()
}

fn told(difference: &Difference) -> Value {
    let (before, after) = (&difference.before, &difference.after);
    let link = |view: &RecordView, link: &LinkView| wire::linked(link, &view.labels);
    json!({
        "from": difference.from.to_string(),
        "to": difference.to.to_string(),
        "changes": changes(before, after, &difference.differs),
        "links_begun": difference.begun().map(|one| link(after, one)).collect::<Value>(),
        "links_ended": difference.ended().map(|one| link(before, one)).collect::<Value>(),
    })
}

/// What differs between two states of a record, as it was and as it became.
pub(crate) fn changes(before: &RecordView, after: &RecordView, differs: &[String]) -> Value {
    let change = |key: &String| json!({ "field": key, "from": value(before, key), "to": value(after, key) });
    differs.iter().map(change).collect()
}

fn value(view: &RecordView, key: &str) -> Value {
    match key {
        "state" => view.record.state.as_str().into(),
        "organisation" => wire::reference(view.record.organisation, &view.labels),
        _ => {
            let stored = view.kind.field(key).zip(view.record.field(key));
            stored.map_or(Value::Null, |(field, stored)| wire::value(field, stored, &view.labels))
        }
    }
}
