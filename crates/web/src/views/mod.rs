//! Saved views: made from a list as it is, shared, pinned, changed, removed.

mod form;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::future::join_all;
use steward_app::error::Error;
use steward_app::list::ListRequest;
use steward_app::saved_views::{NewView, SavedView, ViewAudience, ViewDefinition};
use steward_app::view::Labels;
use steward_model::id::RecordId;

use crate::actions::led;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Posted, Query};
use crate::kind_form::Faults;
use crate::list::{Opened, open};
use crate::visitor::Visitor;
use crate::{Web, address};

use form::Sheet;

/// Counting for the navigation ends here.
const COUNT_MAX: usize = 999;

/// How many records the pinned views hold, by number of the view.
pub(crate) async fn counts(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    let views = web.app().pinned_views(visitor.actor()).await?;
    let each = views.iter().map(|view| async {
        let request = ListRequest { search: Some(view.definition.q.clone()), ..ListRequest::default() };
        let count = web.app().count_list(visitor.actor(), &view.kind, &request, COUNT_MAX).await;
        // A view whose condition cannot be used any more says so when it is opened.
        let count = count.ok()?;
        Some((view.id.to_string(), if count > COUNT_MAX { format!("{COUNT_MAX}+") } else { count.to_string() }))
    });
    let counts: BTreeMap<String, String> = join_all(each).await.into_iter().flatten().collect();
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(counts)).into_response())
}

/// The form that saves the list as it is under a name.
pub(crate) async fn new(
    State(web): State<Web>,
    Segments(kinds): Segments<String>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let opened = open(&web, &visitor, &kinds, &query).await?;
    let view = NewView { name: String::new(), audience: ViewAudience::Owner, definition: definition(&opened) };
    let sheet = Sheet { web: &web, visitor: &visitor, opened: &opened, saved: None };
    Ok(sheet.page(&view, true, &Faults::default()).await?.into_response())
}

pub(crate) async fn create(
    State(web): State<Web>,
    Segments(kinds): Segments<String>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let opened = open(&web, &visitor, &kinds, &Form::default()).await?;
    let view = typed(&form);
    let pinned = is_pinned(&form);
    match web.app().add_saved_view(visitor.actor(), &opened.kind, &view).await {
        Ok(id) => {
            if pinned {
                // The view is saved all the same when the navigation is full.
                ignore_full(web.app().pin_saved_view(visitor.actor(), id, true).await)?;
            }
            Ok(led(&visitor, &address::saved_view(&opened.kind, id)))
        }
        Err(error) => {
            let faults = Faults::of(error, &opened.kind, &Labels::new())?;
            let sheet = Sheet { web: &web, visitor: &visitor, opened: &opened, saved: None };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, sheet.page(&view, pinned, &faults).await?).into_response())
        }
    }
}

/// The form that changes a view, with the list as it is now.
pub(crate) async fn edit(
    State(web): State<Web>,
    Segments((kinds, id)): Segments<(String, i64)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let opened = open(&web, &visitor, &kinds, &query).await?;
    let saved = changeable(&web, &visitor, &opened, id).await?;
    let is_shown = opened.asked.view.key == id.to_string();
    let definition = if is_shown { definition(&opened) } else { saved.definition.clone() };
    let view = NewView { name: saved.name.clone(), audience: saved.audience, definition };
    let pinned = saved.is_pinned;
    let sheet = Sheet { web: &web, visitor: &visitor, opened: &opened, saved: Some(saved) };
    Ok(sheet.page(&view, pinned, &Faults::default()).await?.into_response())
}

pub(crate) async fn save(
    State(web): State<Web>,
    Segments((kinds, id)): Segments<(String, i64)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let opened = open(&web, &visitor, &kinds, &Form::default()).await?;
    let saved = changeable(&web, &visitor, &opened, id).await?;
    let view = typed(&form);
    let pinned = is_pinned(&form);
    match web.app().set_saved_view(visitor.actor(), id, &view).await {
        Ok(()) => {
            ignore_full(web.app().pin_saved_view(visitor.actor(), id, pinned).await)?;
            Ok(led(&visitor, &address::saved_view(&opened.kind, id)))
        }
        Err(error) => {
            let faults = Faults::of(error, &opened.kind, &Labels::new())?;
            let sheet = Sheet { web: &web, visitor: &visitor, opened: &opened, saved: Some(saved) };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, sheet.page(&view, pinned, &faults).await?).into_response())
        }
    }
}

pub(crate) async fn remove(
    State(web): State<Web>,
    Segments((kinds, id)): Segments<(String, i64)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let opened = open(&web, &posted.visitor, &kinds, &Form::default()).await?;
    changeable(&web, &posted.visitor, &opened, id).await?;
    web.app().remove_saved_view(posted.visitor.actor(), id).await?;
    Ok(led(&posted.visitor, &address::list(&opened.kind)))
}

pub(crate) async fn pin(
    State(web): State<Web>,
    Segments((kinds, id)): Segments<(String, i64)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?;
    let pinned = posted.form.get("pinned") != Some("false");
    web.app().pin_saved_view(posted.visitor.actor(), id, pinned).await?;
    Ok(Redirect::to(&address::saved_view(kind, id)).into_response())
}

/// The list as it is: what a view saved from it would show.
fn definition(opened: &Opened) -> ViewDefinition {
    let asked = &opened.asked;
    ViewDefinition {
        q: asked.search(),
        sort: asked.said.sort.clone().or_else(|| asked.view.sort.clone()),
        columns: asked.columns(),
        group: asked.group().map(str::to_owned),
        limits: asked.view.saved.as_ref().map(|saved| saved.definition.limits.clone()).unwrap_or_default(),
    }
}

/// Whether the box is ticked that puts it into the navigation.
fn is_pinned(form: &Form) -> bool {
    form.all("pinned").any(|value| value == "true")
}

/// What was typed.
fn typed(form: &Form) -> NewView {
    let text = |name: &str| form.text(name).map(str::to_owned);
    let audience = match form.get("audience").and_then(|audience| audience.split_once(':').or(Some((audience, "")))) {
        Some(("team", id)) => ViewAudience::Team(RecordId(id.parse().unwrap_or_default())),
        Some(("everybody", _)) => ViewAudience::Everybody,
        _ => ViewAudience::Owner,
    };
    let columns = form.text("columns").unwrap_or_default().split(',').filter(|key| !key.is_empty());
    let definition = ViewDefinition {
        q: text("q").unwrap_or_default(),
        sort: text("sort"),
        columns: columns.map(str::to_owned).collect(),
        group: text("group"),
        limits: limits(form.text("limits").unwrap_or_default()),
    };
    NewView { name: text("name").unwrap_or_default(), audience, definition }
}

/// Limits of a board's columns as they were typed, such as `in_progress:5, on_hold:3`. What is no number counts as 0, which
/// the use case refuses.
fn limits(text: &str) -> BTreeMap<String, u32> {
    let each = text.split([',', ' ']).filter(|part| !part.is_empty());
    let pair = |part: &str| {
        let (key, limit) = part.split_once([':', '=']).unwrap_or((part, ""));
        (key.trim().to_owned(), limit.trim().parse().unwrap_or(0))
    };
    each.map(pair).collect()
}

/// A view of this kind that the visitor may change.
async fn changeable(web: &Web, visitor: &Visitor, opened: &Opened, id: i64) -> Result<SavedView, Error> {
    let saved = web.app().saved_view(visitor.actor(), id).await?;
    if saved.kind.key != opened.kind.key {
        return Err(Error::NotFound);
    }
    if saved.may_change { Ok(saved) } else { Err(Error::Denied("change a view of somebody else")) }
}

fn ignore_full(pinned: Result<(), Error>) -> Result<(), Error> {
    match pinned {
        Err(Error::Invalid(_)) => Ok(()),
        other => other,
    }
}
