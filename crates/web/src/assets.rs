//! Files that pages load, from the binary, kept by browsers for ever; and the page of all components.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use steward_app::error::Error;
use steward_ui::assets::find;
use steward_ui::page::{Page, page as document};

use crate::Web;
use crate::error::WebError;
use crate::files::Segments;
use crate::preferences::Preferences;

/// A name carries the hash of its content, so what it names never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

pub(crate) async fn file(Segments(name): Segments<String>, headers: HeaderMap) -> Result<Response, WebError> {
    let file = find(&name).ok_or(Error::NotFound)?;
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes =
        |coding: &str| accepted.split(',').any(|part| part.split(';').next().is_some_and(|name| name.trim() == coding));
    let (content, coding) = match (file.brotli, file.gzip) {
        (Some(brotli), _) if takes("br") => (brotli, Some("br")),
        (_, Some(gzip)) if takes("gzip") => (gzip, Some("gzip")),
        _ => (file.plain, None),
    };
    let mut response = content.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Ok(response)
}

/// Every component with sample data; there only where the operator asked for it.
pub(crate) async fn components(State(web): State<Web>, headers: HeaderMap) -> Result<Response, WebError> {
    if !web.settings().components {
        return Err(Error::NotFound.into());
    }
    let preferences = Preferences::of(&headers);
    let page = Page {
        title: "Components · Steward",
        theme: preferences.theme,
        density: preferences.density,
        ..Page::default()
    };
    Ok(document(&page, steward_ui::gallery::gallery()).into_response())
}
