//! A person's settings: language, looks, formats, keys, notifications.

mod mail;
mod read;
mod shown;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use steward_app::person_settings::PersonSettings;

use crate::Web;
use crate::error::WebError;
use crate::form::Posted;
use crate::preferences::{DENSITY, LANGUAGE, THEME};
use crate::visitor::Visitor;

/// Address of the page.
pub(crate) const ADDRESS: &str = "/settings";

pub(crate) async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, WebError> {
    let settings = web.app().settings(visitor.actor()).await?;
    let saved = query.as_deref() == Some("saved");
    let mail = web.app().mail_standing(visitor.actor()).await?;
    Ok(shown::page(&web, &visitor, (&settings, &mail), &[], saved).into_response())
}

pub(crate) async fn save(State(web): State<Web>, posted: Posted) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let before = web.app().settings(visitor.actor()).await?;
    let (settings, faults) = read::settings(&form, &before);
    if !faults.is_empty() {
        let mail = web.app().mail_standing(visitor.actor()).await?;
        let page = shown::page(&web, &visitor, (&settings, &mail), &faults, false);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    web.app().set_settings(visitor.actor(), &settings).await?;
    let mut response = Redirect::to("/settings?saved").into_response();
    remember(&settings, &mut response);
    Ok(response)
}

/// Keeps in the browser what pages need before somebody is signed in.
pub(crate) fn remember(settings: &PersonSettings, response: &mut Response) {
    for (name, value) in [(THEME, &settings.theme), (DENSITY, &settings.density), (LANGUAGE, &settings.language)] {
        let (value, age) = value.as_deref().map_or(("", 0), |value| (value, 31_536_000));
        if let Ok(cookie) = HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={age}; SameSite=Lax")) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}
