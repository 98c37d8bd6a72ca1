//! Bulk edits: one change to many records, as a job, with its outcome for each record and an undo.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use steward_app::bulk::{BulkAction, BulkEdit, Outcome, Plan, RECORDS_MAX, RowCount, Rows, Selection};
use steward_app::error::Error;
use steward_app::list::{Counting, ListRequest};
use steward_model::event::Door;

use crate::Api;
use crate::body::{self, Body};
use crate::caller::{Caller, Segments};
use crate::problem::Problem;
use crate::query::Query;

/// Rows in one answer at most.
const ROWS_MAX: usize = 1000;
/// Members of a request that say which records are meant, and how; all others belong to the action.
const ABOUT: [&str; 5] = ["records", "filter", "q", "tree", "dry_run"];

pub(crate) async fn create(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(kinds): Segments<String>,
    Body(mut map): Body,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let dry_run = flag(&mut map, "dry_run")?;
    let selection = selection(&mut map)?;
    let action = action(map)?;
    if api.app().readable_level(&actor, kind).is_none() {
        return Err(Problem(Error::NotFound));
    }
    let plan = api.app().plan_bulk_edit(&actor, kind, &selection, &action).await?;
    if dry_run {
        return Ok(Json(foreseen(&plan)).into_response());
    }
    let id = api.app().keep_bulk_edit(&actor, &plan, Door::Api, true).await?;
    accepted(&api.app().bulk_edit(&actor, id).await?)
}

pub(crate) async fn read(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(id): Segments<i64>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let query = Query::parse(raw.as_deref(), &["outcome", "after", "limit"])?;
    let only = match query.get("outcome") {
        None => None,
        Some(key) => Some(
            Outcome::named(key)
                .ok_or_else(|| Problem::bad_request("`outcome` must be changed, unchanged or refused"))?,
        ),
    };
    let after = query.integer("after", 0, 0, i64::MAX)?;
    let limit = query.integer("limit", 100, 1, ROWS_MAX)?;
    let edit = api.app().bulk_edit(&actor, id).await?;
    let rows = api.app().bulk_edit_rows(&actor, id, only, after, limit).await?;
    let mut answer = edit_of(&edit);
    if let Value::Object(answer) = &mut answer {
        answer.insert("rows".to_owned(), rows_of(&rows));
        let next = rows.rows.last().filter(|_| rows.more).map(|row| row.place);
        answer.insert("next_after".to_owned(), json!(next));
    }
    Ok(Json(answer))
}

pub(crate) async fn undo(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(id): Segments<i64>,
) -> Result<Response, Problem> {
    let undo = api.app().undo_bulk_edit(&actor, id, Door::Api).await?;
    accepted(&api.app().bulk_edit(&actor, undo).await?)
}

/// It was taken and runs by itself; its address tells how far it is.
fn accepted(edit: &BulkEdit) -> Result<Response, Problem> {
    let mut response = (StatusCode::ACCEPTED, Json(edit_of(edit))).into_response();
    let location = HeaderValue::from_str(&format!("/api/v1/bulk-edits/{}", edit.id)).map_err(Error::internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

fn selection(map: &mut Map<String, Value>) -> Result<Selection, Problem> {
    let filter = body::string(map, "filter")?;
    let search = body::string(map, "q")?;
    let tree = map.remove("tree").filter(|tree| !tree.is_null());
    let by_condition = filter.is_some() || search.is_some() || tree.is_some();
    match (map.remove("records"), by_condition) {
        (Some(Value::Array(names)), false) if names.len() <= RECORDS_MAX => {
            let mut records = Vec::with_capacity(names.len());
            for name in names {
                let mut one = Map::from_iter([("records".to_owned(), name)]);
                let name = body::name(&mut one, "records")?;
                records.push(name.ok_or_else(|| Problem(Error::invalid("records", "must be ids or numbers")))?);
            }
            Ok(Selection::Records(records))
        }
        (Some(Value::Array(_)), false) => {
            Err(Problem(Error::TooLarge(format!("at most {RECORDS_MAX} records at once"))))
        }
        (None, true) => {
            let request = ListRequest { filter, search, tree, count: Counting::Off, ..ListRequest::default() };
            Ok(Selection::Matching(request))
        }
        _ => Err(Problem(Error::invalid("records", "name records in a list, or give a condition, not both"))),
    }
}

/// The action, in the form in which it is kept.
fn action(map: Map<String, Value>) -> Result<BulkAction, Problem> {
    let known = match map.get("action").and_then(Value::as_str) {
        Some("update") => &["action", "fields"][..],
        Some("transition") => &["action", "transition", "fields", "comment"],
        Some("comment") => &["action", "body", "audience"],
        Some("watch") => &["action", "end"],
        _ => return Err(Problem(Error::invalid("action", "must be update, transition, comment or watch"))),
    };
    let map = Body(map).only(&[known, &ABOUT].concat())?;
    serde_json::from_value(Value::Object(map)).map_err(|error| Problem::bad_request(error.to_string()))
}

fn flag(map: &mut Map<String, Value>, key: &str) -> Result<bool, Problem> {
    match map.remove(key) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(flag),
        Some(_) => Err(Problem(Error::invalid(key, "must be true or false"))),
    }
}

/// What would come of it.
fn foreseen(plan: &Plan) -> Value {
    let count = |outcome| plan.rows.iter().filter(|row| row.expected == outcome).count();
    let mut reasons: Vec<(Outcome, &str, usize)> = Vec::new();
    for row in plan.rows.iter().filter(|row| !row.reason.is_empty()) {
        match reasons.iter_mut().find(|(outcome, reason, _)| (*outcome, *reason) == (row.expected, &row.reason)) {
            Some((_, _, count)) => *count += 1,
            None => reasons.push((row.expected, &row.reason, 1)),
        }
    }
    reasons.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    json!({
        "kind": plan.kind.key,
        "dry_run": true,
        "total": plan.rows.len(),
        "missing": plan.missing,
        "counts": {
            "changed": count(Outcome::Changed),
            "unchanged": count(Outcome::Unchanged),
            "refused": count(Outcome::Refused),
        },
        "reasons": reasons.iter().take(50).map(|(outcome, reason, count)| reason_of(*outcome, reason, *count)).collect::<Vec<_>>(),
    })
}

fn reason_of(outcome: Outcome, reason: &str, count: usize) -> Value {
    json!({ "outcome": outcome.key(), "reason": reason, "count": count })
}

fn edit_of(edit: &BulkEdit) -> Value {
    let told = |count: &RowCount| {
        let outcome = count.outcome.filter(|_| !count.reason.is_empty())?;
        Some(reason_of(outcome, &count.reason, count.count))
    };
    json!({
        "id": edit.id.to_string(),
        "kind": edit.kind.key,
        "person": edit.person.to_string(),
        "action": edit.action,
        "state": edit.progress.key(),
        "total": edit.total,
        "missing": edit.missing,
        "done": edit.done(),
        "counts": {
            "changed": edit.count(Outcome::Changed),
            "unchanged": edit.count(Outcome::Unchanged),
            "refused": edit.count(Outcome::Refused),
        },
        "reasons": edit.counts.iter().filter_map(told).collect::<Vec<_>>(),
        "undo_of": edit.undo_of.map(|id| id.to_string()),
        "undone_by": edit.undone_by.map(|id| id.to_string()),
        "undo_until": edit.undo_until.map(|until| until.to_string()),
        "created_at": edit.created_at.to_string(),
        "finished_at": edit.finished_at.map(|at| at.to_string()),
    })
}

fn rows_of(rows: &Rows) -> Value {
    let shown = rows.rows.iter().map(|row| {
        let record = rows.labels.get(&row.record).map(|label| {
            json!({ "id": row.record.to_string(), "kind": label.kind, "number": label.number, "label": label.label })
        });
        json!({
            "place": row.place,
            "record": record,
            "expected": row.expected.key(),
            "outcome": row.outcome.map(Outcome::key),
            "reason": row.reason,
            "revision": row.seq,
        })
    });
    shown.collect()
}
