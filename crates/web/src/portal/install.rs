//! What makes the portal an app on a telephone: the manifest, the notice for when there is no connection, and the worker
//! that shows it. All three are the same for everybody and need no sign-in (SEC-018: no answer to somebody is kept).

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::html;
use serde_json::json;
use steward_ui::assets::{Asset, address};
use steward_ui::page::Page;
use steward_ui::sheet::{Sheet, sheet};
use steward_words::t;

/// Address of the manifest, which pages name.
pub(crate) const MANIFEST: &str = "/manifest.webmanifest";
/// Address of the worker, which the script of the portal's pages registers.
pub(crate) const WORKER: &str = "/service-worker.js";
/// Address of the notice.
pub(crate) const OFFLINE: &str = "/offline";

pub(crate) async fn manifest() -> Response {
    let icon = json!({ "src": address(Asset::Mark), "sizes": "any", "type": "image/svg+xml", "purpose": "any" });
    let manifest = json!({
        "name": t("steward"),
        "short_name": t("steward"),
        "description": t("portal-app-description"),
        "id": "/portal",
        "start_url": "/portal",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f7f7",
        "theme_color": "#0f766e",
        "icons": [icon],
    });
    typed("application/manifest+json", manifest.to_string())
}

pub(crate) async fn worker() -> Response {
    let script = format!("const STYLES = {};\n{}", json!(address(Asset::Styles)), include_str!("worker.js"));
    typed("text/javascript; charset=utf-8", script)
}

/// A file that browsers ask for again each time.
fn typed(media_type: &'static str, text: String) -> Response {
    let mut response = text.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

pub(crate) async fn offline() -> Response {
    let document = Page { title: &format!("{} · {}", t("portal-offline"), t("steward")), ..Page::default() };
    let parts = Sheet { name: t("steward"), title: t("portal-offline-title"), lead: t("portal-offline-text") };
    let content = html! { p { a.button."button--plain" href="/portal" { (t("portal-try-again")) } } };
    sheet(&document, &parts, content, html! {}).into_response()
}
