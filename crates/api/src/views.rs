//! Saved views: lists under a name.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use steward_app::App;
use steward_app::error::Error;
use steward_app::saved_views::{NewView, SavedView, ViewAudience, ViewDefinition};
use steward_model::access::Actor;

use crate::Api;
use crate::body::{self, Body};
use crate::caller::{Caller, Segments};
use crate::problem::Problem;
use crate::query::Query;

pub(crate) async fn list(
    State(api): State<Api>,
    Caller(actor): Caller,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let query = Query::parse(raw.as_deref(), &["kind"])?;
    let kind = query.get("kind").map(|key| api.app().kind(key)).transpose()?;
    let views = api.app().saved_views(&actor, kind.map(AsRef::as_ref)).await?;
    Ok(Json(views.iter().map(view_of).collect()))
}

pub(crate) async fn create(State(api): State<Api>, Caller(actor): Caller, body: Body) -> Result<Response, Problem> {
    let mut map = body.only(&["kind", "name", "audience", "team", "definition", "pinned"])?;
    let key = body::string(&mut map, "kind")?.ok_or_else(|| Problem(Error::invalid("kind", "is required")))?;
    let kind = api.app().kind(&key).map_err(|_| Problem(Error::invalid("kind", "is no kind")))?;
    let new = new_view(api.app(), &actor, map.clone(), None).await?;
    let id = api.app().add_saved_view(&actor, kind, &new).await?;
    if let Some(pinned) = pinned(&mut map)? {
        api.app().pin_saved_view(&actor, id, pinned).await?;
    }
    let view = api.app().saved_view(&actor, id).await?;
    let mut response = (StatusCode::CREATED, Json(view_of(&view))).into_response();
    let location = HeaderValue::from_str(&format!("/api/v1/views/{id}")).map_err(Error::internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

pub(crate) async fn read(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(id): Segments<i64>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(view_of(&api.app().saved_view(&actor, id).await?)))
}

/// Changes what is named and leaves the rest; `pinned` is one's own affair, also in views of others.
pub(crate) async fn update(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(id): Segments<i64>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let mut map = body.only(&["name", "audience", "team", "definition", "pinned"])?;
    let before = api.app().saved_view(&actor, id).await?;
    let pinned = pinned(&mut map)?;
    if map.keys().any(|key| key != "pinned") {
        let new = new_view(api.app(), &actor, map, Some(&before)).await?;
        api.app().set_saved_view(&actor, id, &new).await?;
    }
    if let Some(pinned) = pinned {
        api.app().pin_saved_view(&actor, id, pinned).await?;
    }
    Ok(Json(view_of(&api.app().saved_view(&actor, id).await?)))
}

pub(crate) async fn remove(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(id): Segments<i64>,
) -> Result<StatusCode, Problem> {
    api.app().remove_saved_view(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn pinned(map: &mut Map<String, Value>) -> Result<Option<bool>, Problem> {
    match map.remove("pinned") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(pinned)) => Ok(Some(pinned)),
        Some(_) => Err(Problem(Error::invalid("pinned", "must be true or false"))),
    }
}

async fn new_view(
    app: &App,
    actor: &Actor,
    mut map: Map<String, Value>,
    before: Option<&SavedView>,
) -> Result<NewView, Problem> {
    let name = body::string(&mut map, "name")?.or_else(|| before.map(|view| view.name.clone())).unwrap_or_default();
    let team = body::name(&mut map, "team")?;
    let audience = match (body::string(&mut map, "audience")?.as_deref(), &team) {
        (None, None) => before.map_or(ViewAudience::Owner, |view| view.audience),
        (Some("owner"), None) => ViewAudience::Owner,
        (Some("everybody"), None) => ViewAudience::Everybody,
        (Some("team") | None, Some(name)) => {
            let found = app.find_reference(actor, "team", name).await?;
            ViewAudience::Team(found.ok_or_else(|| Problem(Error::invalid("team", "was not found")))?)
        }
        (Some("team"), None) => return Err(Problem(Error::invalid("team", "is required to share with a team"))),
        _ => return Err(Problem(Error::invalid("audience", "must be owner, team or everybody"))),
    };
    let definition = match map.remove("definition") {
        None | Some(Value::Null) => before.map(|view| view.definition.clone()).unwrap_or_default(),
        Some(value) => serde_json::from_value::<ViewDefinition>(value)
            .map_err(|error| Problem(Error::invalid("definition", format!("cannot be read: {error}"))))?,
    };
    Ok(NewView { name, audience, definition })
}

fn view_of(view: &SavedView) -> Value {
    let team = match view.audience {
        ViewAudience::Team(team) => Some(team.to_string()),
        ViewAudience::Owner | ViewAudience::Everybody => None,
    };
    json!({
        "id": view.id.to_string(),
        "kind": view.kind.key,
        "name": view.name,
        "owner": view.owner.to_string(),
        "audience": view.audience.key(),
        "team": team,
        "definition": view.definition,
        "pinned": view.is_pinned,
        "may_change": view.may_change,
        "address": format!("/{}?view={}", view.kind.plural, view.id),
    })
}
