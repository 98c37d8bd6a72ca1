//! Records: list, create, read, change, move; many at once.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use steward_app::App;
use steward_app::error::Error;
use steward_app::list::{COUNT_MAX, Counting, LIMIT_MAX, ListRequest};
use steward_app::records::{NewRecord, Origin, Request};
use steward_app::view::RecordView;
use steward_model::access::Actor;
use steward_model::command::{Command, NewComment, Transition};
use steward_model::event::{Audience, Door};
use steward_model::id::Revision;
use steward_model::kind::{Kind, Level};
use steward_model::moment::Moment;

use crate::body::{self, Body};
use crate::caller::{Address, Caller, Segments};
use crate::problem::Problem;
use crate::query::Query;
use crate::{Api, wire};

/// Operations in one bulk request at most.
const BULK_MAX: usize = 100;

pub(crate) async fn list(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(kinds): Segments<String>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let known = ["filter", "q", "tree", "sort", "fields", "limit", "cursor", "count"];
    let query = Query::parse(raw.as_deref(), &known)?;
    let request = ListRequest {
        filter: query.get("filter").map(str::to_owned),
        search: query.get("q").map(str::to_owned),
        tree: query.get("tree").map(|text| body::parse(text.as_bytes())).transpose().map_err(Problem::bad_request)?,
        sort: query.get("sort").map(str::to_owned),
        limit: query.integer("limit", 50, 1, LIMIT_MAX)?,
        cursor: query.get("cursor").map(str::to_owned),
        count: match query.get("count") {
            None | Some("capped") => Counting::Capped,
            Some("exact") => Counting::Exact,
            Some("off") => Counting::Off,
            Some(_) => return Err(Problem::bad_request("`count` must be capped, exact or off")),
        },
        group: None,
    };
    let fields = fields(&query, kind, api.app().readable_level(&actor, kind))?;
    let mut page = api.app().list(&actor, kind, &request).await?;
    api.app().with_clocks(&mut page.records).await?;
    let fields = fields.as_deref();
    let records: Vec<wire::Record<'_>> = page.records.iter().map(|view| wire::Record { view, fields }).collect();
    let mut response = Json(records).into_response();
    let headers = response.headers_mut();
    if let Some(total) = page.total {
        let text = if request.count == Counting::Capped && total > COUNT_MAX {
            format!("{COUNT_MAX}+")
        } else {
            total.to_string()
        };
        insert(headers, HeaderName::from_static("x-total-count"), &text);
    }
    if let Some(next) = page.next {
        insert(headers, header::LINK, &next_link(&kinds, raw.as_deref(), &next));
    }
    Ok(response)
}

pub(crate) async fn create(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(kinds): Segments<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let new = new_record(body.only(&["fields", "links", "organisation"])?)?;
    let mut origin = Origin::door(Door::Api);
    origin.idempotency_key = idempotency_key(&headers)?;
    let view = api.app().create(&actor, kind, &new, &origin).await?;
    Ok(made(&view))
}

/// The answer with a record that was made.
fn made(view: &RecordView) -> Response {
    let mut response = (StatusCode::CREATED, Json(wire::Record { view, fields: None })).into_response();
    let location = format!("/api/v1/{}/{}", view.kind.plural, view.record.number);
    insert(response.headers_mut(), header::LOCATION, &location);
    insert(response.headers_mut(), header::ETAG, &etag(view));
    response
}

/// Follows up a record that is over, by a new one.
pub(crate) async fn follow_up(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let map = body.only(&["text"])?;
    let text = map.get("text").and_then(serde_json::Value::as_str).unwrap_or_default();
    let mut origin = Origin::door(Door::Api);
    origin.idempotency_key = idempotency_key(&headers)?;
    let view = api.app().follow_up_record(&actor, kind, &name, text, &origin).await?;
    Ok(made(&view))
}

pub(crate) async fn read(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let query = Query::parse(raw.as_deref(), &["as_of", "fields"])?;
    let as_of = match query.get("as_of") {
        None => None,
        Some(text) => Some(
            Moment::parse(text)
                .ok_or_else(|| Problem::bad_request("`as_of` must be a moment such as 2026-03-01T09:30:00Z"))?,
        ),
    };
    let fields = fields(&query, kind, api.app().readable_level(&actor, kind))?;
    let view = api.app().get(&actor, kind, &name, as_of).await?;
    let tag = etag(&view);
    let unchanged = headers.get(header::IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == tag.as_bytes());
    let mut response = if unchanged && as_of.is_none() {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Json(wire::Record { view: &view, fields: fields.as_deref() }).into_response()
    };
    insert(response.headers_mut(), header::ETAG, &tag);
    // Only what has ended can have given way.
    if view.kind.merging.as_ref().is_some_and(|merging| merging.state == view.record.state)
        && let Some(into) = api.app().gave_way(&actor, kind, view.record.id).await?.and_then(|gave_way| gave_way.into)
    {
        let link = format!("</api/v1/{kinds}/{}>; rel=\"canonical\"", into.number);
        insert(response.headers_mut(), header::LINK, &link);
    }
    Ok(response)
}

pub(crate) async fn update(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let request = update_request(body.only(&["fields", "organisation", "revision"])?, if_match(&headers)?)?;
    changed(api.app(), &actor, kind, &name, &request, &headers).await
}

pub(crate) async fn transition(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name, key)): Segments<(String, String, String)>,
    Address(address): Address,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let mut map = body.only(&["fields", "comment", "revision", "password"])?;
    let password = body::string(&mut map, "password")?;
    let request = transition_request(key, map, if_match(&headers)?)?;
    let Some(password) = password else { return changed(api.app(), &actor, kind, &name, &request, &headers).await };
    // Only of who may see the record the password is taken, so that the answer tells nothing of it to others.
    api.app().rights_on(&actor, kind, &name).await?;
    api.app().give_password(actor.person, &password, &address).await?;
    let origin = Origin { signed: true, ..Origin::door(Door::Api) };
    changed_from(api.app(), &actor, kind, &name, (&request, &origin), &headers).await
}

/// Makes a link by which the caller decides a question for approval once; its address is in this answer and in no other.
pub(crate) async fn approval_link(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(name): Segments<String>,
) -> Result<Response, Problem> {
    let (token, expires_at) = api.app().make_approval_link(&actor, &name).await?;
    let public = api.doors().public_address().unwrap_or_default();
    let made = json!({ "address": format!("{public}/decide/{token}"), "expires_at": expires_at.to_string() });
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// Several operations, each in a transaction of its own; the answer holds one result for each, in order.
pub(crate) async fn bulk(State(api): State<Api>, Caller(actor): Caller, body: Body) -> Result<Response, Problem> {
    let mut map = body.only(&["operations"])?;
    let operations = match map.remove("operations") {
        Some(Value::Array(operations)) if operations.len() <= BULK_MAX => operations,
        Some(Value::Array(_)) => return Err(Problem(Error::TooLarge(format!("at most {BULK_MAX} operations")))),
        _ => return Err(Problem(Error::invalid("operations", "must be a list of operations"))),
    };
    let mut results = Vec::with_capacity(operations.len());
    for operation in operations {
        let result = match operate(api.app(), &actor, operation).await {
            Ok(view) => json!({ "status": 200, "record": wire::record(&view, None) }),
            Err(problem) => bulk_problem(problem).await,
        };
        results.push(result);
    }
    Ok(Json(json!({ "results": results })).into_response())
}

async fn operate(app: &App, actor: &Actor, operation: Value) -> Result<RecordView, Problem> {
    let Value::Object(mut map) = operation else { return Err(Problem::bad_request("an operation must be an object")) };
    let required = |value: Option<String>, key: &str| value.ok_or_else(|| Problem(Error::invalid(key, "is required")));
    let action = required(body::string(&mut map, "action")?, "action")?;
    let kinds = required(body::string(&mut map, "kinds")?, "kinds")?;
    let kind = app.kind_by_plural(&kinds)?;
    let origin = Origin::door(Door::Api);
    if action == "create" {
        let new = new_record(Body(map).only(&["fields", "links", "organisation"])?)?;
        return Ok(app.create(actor, kind, &new, &origin).await?);
    }
    let name = required(body::name(&mut map, "record")?, "record")?;
    let request = match action.as_str() {
        "update" => update_request(Body(map).only(&["fields", "organisation", "revision"])?, None)?,
        "transition" => {
            let key = required(body::string(&mut map, "transition")?, "transition")?;
            transition_request(key, Body(map).only(&["fields", "comment", "revision"])?, None)?
        }
        "comment" => Request::Command(Command::Comment(comment(Body(map).only(&["body", "audience"])?)?)),
        _ => return Err(Problem(Error::invalid("action", "must be create, update, transition or comment"))),
    };
    Ok(app.execute(actor, kind, &name, &request, &origin).await?)
}

async fn bulk_problem(problem: Problem) -> Value {
    let response = problem.into_response();
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), crate::JSON_MAX).await.unwrap_or_default();
    json!({ "status": status, "problem": serde_json::from_slice::<Value>(&bytes).unwrap_or(Value::Null) })
}

/// Executes a request and answers with the record as it is then. A conflict under `If-Match` is a failed precondition.
pub(crate) async fn changed(
    app: &App,
    actor: &Actor,
    kind: &Arc<Kind>,
    name: &str,
    request: &Request,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    changed_from(app, actor, kind, name, (request, &Origin::door(Door::Api)), headers).await
}

/// As [`changed`], for a request that says more of where it came from.
async fn changed_from(
    app: &App,
    actor: &Actor,
    kind: &Arc<Kind>,
    name: &str,
    (request, origin): (&Request, &Origin),
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let view = match app.execute(actor, kind, name, request, origin).await {
        Err(error @ Error::Conflict { .. }) if headers.contains_key(header::IF_MATCH) => {
            return Ok(Problem(error).with_status(StatusCode::PRECONDITION_FAILED));
        }
        other => other?,
    };
    let mut response = Json(wire::Record { view: &view, fields: None }).into_response();
    insert(response.headers_mut(), header::ETAG, &etag(&view));
    Ok(response)
}

/// A comment from a body with `body` and `audience`.
pub(crate) fn comment(mut map: Map<String, Value>) -> Result<NewComment, Problem> {
    let body = body::string(&mut map, "body")?.unwrap_or_default();
    let audience = audience(body::string(&mut map, "audience")?.as_deref())?;
    Ok(NewComment { audience, body })
}

/// The audience with this name; public when none is named.
pub(crate) fn audience(name: Option<&str>) -> Result<Audience, Problem> {
    match name {
        None | Some("public") => Ok(Audience::Public),
        Some("internal") => Ok(Audience::Internal),
        Some(_) => Err(Problem(Error::invalid("audience", "must be public or internal"))),
    }
}

fn new_record(mut map: Map<String, Value>) -> Result<NewRecord, Problem> {
    let fields = body::object(&mut map, "fields")?;
    let organisation = body::name(&mut map, "organisation")?;
    let links = match map.remove("links") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(links)) => links.into_iter().map(new_link).collect::<Result<_, _>>()?,
        Some(_) => return Err(Problem(Error::invalid("links", "must be a list"))),
    };
    Ok(NewRecord { organisation, fields, links })
}

fn new_link(link: Value) -> Result<(String, String), Problem> {
    let Value::Object(mut map) = link else {
        return Err(Problem(Error::invalid("links", "each must be an object with link and target")));
    };
    let link = body::string(&mut map, "link")?;
    let target = body::name(&mut map, "target")?;
    link.zip(target).ok_or_else(|| Problem(Error::invalid("links", "each must be an object with link and target")))
}

fn update_request(mut map: Map<String, Value>, base: Option<Revision>) -> Result<Request, Problem> {
    let base = revision(&mut map)?.or(base);
    Ok(Request::Update {
        fields: body::object(&mut map, "fields")?,
        organisation: body::name(&mut map, "organisation")?,
        base,
    })
}

fn transition_request(key: String, mut map: Map<String, Value>, base: Option<Revision>) -> Result<Request, Problem> {
    let base = revision(&mut map)?.or(base);
    let fields = body::object(&mut map, "fields")?;
    let comment = match map.remove("comment") {
        None | Some(Value::Null) => None,
        Some(Value::Object(map)) => Some(comment(Body(map).only(&["body", "audience"])?)?),
        Some(_) => return Err(Problem(Error::invalid("comment", "must be an object with body and audience"))),
    };
    Ok(Request::Command(Command::Transition(Transition { key, fields, comment, base })))
}

fn revision(map: &mut Map<String, Value>) -> Result<Option<Revision>, Problem> {
    match map.remove("revision") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_i64().filter(|revision| *revision > 0) {
            Some(revision) => Ok(Some(revision)),
            None => Err(Problem(Error::invalid("revision", "must be a whole number above 0"))),
        },
    }
}

fn if_match(headers: &HeaderMap) -> Result<Option<Revision>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let revision = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
    revision.map(Some).ok_or_else(|| Problem::bad_request("If-Match must hold an ETag of the record, such as \"3\""))
}

pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim().trim_matches('"');
    if text.is_empty() || text.len() > 255 {
        return Err(Problem::bad_request("Idempotency-Key must have 1 to 255 characters"));
    }
    Ok(Some(text.to_owned()))
}

/// The fields asked for. One that the caller may read nowhere is refused in the same words as one that does not exist.
fn fields(query: &Query, kind: &Kind, level: Option<Level>) -> Result<Option<Vec<String>>, Problem> {
    let Some(text) = query.get("fields") else { return Ok(None) };
    let fields: Vec<String> = text.split(',').map(str::to_owned).collect();
    let level = level.unwrap_or(Level::Requester);
    match fields.iter().find(|key| kind.field_named(key).is_none_or(|field| field.audience > level)) {
        Some(unknown) => {
            Err(Problem::bad_request(format!("`{unknown}` is no field of {}", kind.label_plural.to_lowercase())))
        }
        None => {
            let present = |key: &String| kind.field_named(key).map(|field| field.key.clone());
            Ok(Some(fields.iter().filter_map(present).collect()))
        }
    }
}

pub(crate) fn etag(view: &RecordView) -> String {
    format!("\"{}\"", view.record.revision)
}

fn next_link(kinds: &str, raw: Option<&str>, cursor: &str) -> String {
    let kept = raw.unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let query: Vec<String> = kept.map(str::to_owned).chain([format!("cursor={cursor}")]).collect();
    format!("</api/v1/{kinds}?{}>; rel=\"next\"", query.join("&"))
}

pub(crate) fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
