//! Who else is at a record: an open page says that it is there, and hears who else is.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use steward_app::presence::{Activity, AtRecord};
use steward_ui::presence::{Somebody, people};

use crate::Web;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::Posted;
use crate::visitor::Visitor;

/// The end of its address.
pub(crate) const ROUTE_END: &str = "/presence";

pub(crate) async fn show(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?;
    Ok(answer(&web.app().present(visitor.actor(), kind, &name).await?))
}

pub(crate) async fn beat(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?;
    let activity = match posted.form.get("activity") {
        Some("viewing") => Activity::Viewing,
        Some("writing") => Activity::Writing,
        Some("left") => Activity::Left,
        _ => return Err(WebError::bad_request("`activity` must be viewing, writing or left")),
    };
    let page = posted.form.text("page").unwrap_or_default();
    Ok(answer(&web.app().beat(posted.visitor.actor(), kind, &name, (page, activity)).await?))
}

fn answer(there: &AtRecord) -> Response {
    let somebody: Vec<Somebody<'_>> = there
        .people
        .iter()
        .map(|present| Somebody { name: present.name.as_deref(), is_writing: present.is_writing })
        .collect();
    ([(header::CACHE_CONTROL, "no-store")], people(&somebody, there.look_again)).into_response()
}
