//! What hangs on a record: journal, comments, time, links, watchers, files.

use axum::Json;
use axum::extract::{FromRequest, Multipart, RawQuery, Request as HttpRequest, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use steward_app::error::Error;
use steward_app::files::NewFile;
use steward_app::journal::PAGE_MAX;
use steward_app::records::{Origin, Request};
use steward_model::access::{Action, Actor};
use steward_model::command::Command;
use steward_model::event::Door;
use steward_model::id::Revision;

use crate::body::{self, Body};
use crate::caller::{Caller, Segments};
use crate::problem::Problem;
use crate::query::Query;
use crate::records::{audience, changed, comment as comment_of};
use crate::{Api, wire};

pub(crate) async fn journal(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let query = Query::parse(raw.as_deref(), &["after", "limit"])?;
    let after = query.integer("after", 0, 0, i64::MAX)?;
    let limit = query.integer("limit", 200, 1, PAGE_MAX)?;
    let page = api.app().journal(&actor, kind, &name, after, limit).await?;
    let entries: Vec<Value> = page.entries.iter().map(|event| wire::event(kind, event, &page.labels)).collect();
    let mut response = Json(entries).into_response();
    if let Some(next) = page.next_after {
        let link = format!("</api/v1/{kinds}/{name}/journal?after={next}&limit={limit}>; rel=\"next\"");
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    Ok(response)
}

pub(crate) async fn access(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let query = Query::parse(raw.as_deref(), &["action", "person"])?;
    let action: Action = serde_json::from_value(json!(query.get("action").unwrap_or("read")))
        .map_err(|_| Problem::bad_request("`action` is not known"))?;
    let subject = match query.get("person") {
        None => actor.clone(),
        Some(person) => other_person(&api, &actor, person).await?,
    };
    let explanation = api.app().explain(&actor, &subject, action, kind, &name).await?;
    Ok(Json(json!({ "action": action, "allowed": explanation.allowed, "reasons": explanation.reasons })))
}

/// Another person's rights are shown to those who may look into that person's.
async fn other_person(api: &Api, actor: &Actor, name: &str) -> Result<Actor, Problem> {
    let people = api.app().kind("person")?;
    let view = api.app().get(actor, people, name, None).await?;
    if !view.rights.may(Action::Inspect) {
        return Err(Problem(Error::NotFound));
    }
    Ok(api.app().actor(view.record.id, None).await?)
}

pub(crate) async fn comment(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let comment = comment_of(body.only(&["body", "audience"])?)?;
    execute(&api, &actor, &kinds, &name, Request::Command(Command::Comment(comment)), &headers).await
}

pub(crate) async fn link(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let mut map = body.only(&["link", "target"])?;
    let link = body::string(&mut map, "link")?.ok_or_else(|| Problem(Error::invalid("link", "is required")))?;
    let target = body::name(&mut map, "target")?.ok_or_else(|| Problem(Error::invalid("target", "is required")))?;
    execute(&api, &actor, &kinds, &name, Request::Link { link, target, end: false }, &headers).await
}

pub(crate) async fn unlink(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name, link, target)): Segments<(String, String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    execute(&api, &actor, &kinds, &name, Request::Link { link, target, end: true }, &headers).await
}

pub(crate) async fn watch(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let mut map = body.only(&["person"])?;
    let person = body::name(&mut map, "person")?;
    execute(&api, &actor, &kinds, &name, Request::Watch { person, end: false }, &headers).await
}

pub(crate) async fn unwatch(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name, person)): Segments<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    execute(&api, &actor, &kinds, &name, Request::Watch { person: Some(person), end: true }, &headers).await
}

pub(crate) async fn files(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let files = api.app().files(&actor, kind, &name).await?;
    Ok(Json(files.iter().map(wire::file).collect()))
}

/// Adds a file: as `multipart/form-data` with a part `file` (and `audience`), or as plain body with `?name=`.
pub(crate) async fn attach(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    RawQuery(raw): RawQuery,
    request: HttpRequest,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let query = Query::parse(raw.as_deref(), &["name", "audience"])?;
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let file = if content_type.is_some_and(|value| value.starts_with("multipart/form-data")) {
        multipart_file(request, &api).await?
    } else {
        let name = query.get("name").ok_or_else(|| Problem::bad_request("name the file with ?name="))?.to_owned();
        let audience = audience(query.get("audience"))?;
        let most = api.app().file_policy().max();
        NewFile { name, audience, content: body::read(request, &api, most).await? }
    };
    let view = api.app().attach(&actor, kind, &name, file, &Origin::door(Door::Api)).await?;
    let files = api.app().files(&actor, kind, &view.record.number).await?;
    let added = files.iter().find(|file| file.seq == view.record.revision).map_or(Value::Null, wire::file);
    Ok((StatusCode::CREATED, Json(added)).into_response())
}

async fn multipart_file(request: HttpRequest, api: &Api) -> Result<NewFile, Problem> {
    let unreadable = |_| Problem::bad_request("the form could not be read to its end");
    let mut form =
        Multipart::from_request(request, api).await.map_err(|_| Problem::bad_request("the form has no boundary"))?;
    let (mut file, mut wanted) = (None, None);
    while let Some(part) = form.next_field().await.map_err(unreadable)? {
        match part.name() {
            Some("file") if file.is_none() => {
                let name = part.file_name().unwrap_or_default().to_owned();
                file = Some((name, part.bytes().await.map_err(unreadable)?));
            }
            Some("audience") if wanted.is_none() => wanted = Some(part.text().await.map_err(unreadable)?),
            _ => return Err(Problem::bad_request("the form may hold one part `file` and one part `audience`")),
        }
    }
    let (name, content) = file.ok_or_else(|| Problem::bad_request("the form holds no part `file`"))?;
    Ok(NewFile { name, audience: audience(wanted.as_deref())?, content })
}

/// Gives a file as a download, never to be shown in place.
pub(crate) async fn download(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name, file)): Segments<(String, String, String)>,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let (file, content) = api.app().file_content(&actor, kind, &name, place(&file)?).await?;
    let mut response = content.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    let encoded = utf8_percent_encode(&file.attachment.name, NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename*=UTF-8''{encoded}");
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

pub(crate) async fn detach(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name, file)): Segments<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    api.app().detach(&actor, kind, &name, place(&file)?, &Origin::door(Door::Api)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn place(text: &str) -> Result<Revision, Problem> {
    text.parse().map_err(|_| Problem(Error::NotFound))
}

async fn execute(
    api: &Api,
    actor: &Actor,
    kinds: &str,
    name: &str,
    request: Request,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(kinds)?;
    changed(api.app(), actor, kind, name, &request, headers).await
}
