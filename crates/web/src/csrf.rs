//! Proof that a request to change something came from a page of ours: where the browser says it came from, and a token.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use steward_app::App;
use steward_app::sessions::BrowserSession;
use steward_words::t;
use subtle::ConstantTimeEq;

use crate::Web;
use crate::error::refusal;

/// Name of the form value, and of the header that scripts send.
pub(crate) const FIELD: &str = "csrf_token";
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const PURPOSE: &str = "csrf";
const NONCE: usize = 16;

/// A token for a session. Each differs from every other, so that compression of a page tells nothing of it.
pub(crate) fn token(app: &App, session: &BrowserSession) -> String {
    let nonce: [u8; NONCE] = rand::random();
    let mut bytes = nonce.to_vec();
    bytes.extend(seal(app, session, &nonce));
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether a token was made for this session.
pub(crate) fn is_good(app: &App, session: &BrowserSession, token: &str) -> bool {
    let Ok(bytes) = BASE64_URL_SAFE_NO_PAD.decode(token) else { return false };
    let Some((nonce, given)) = bytes.split_at_checked(NONCE) else { return false };
    bool::from(seal(app, session, nonce).as_slice().ct_eq(given))
}

fn seal(app: &App, session: &BrowserSession, nonce: &[u8]) -> [u8; 32] {
    let mut text = session.hash.0.to_vec();
    text.extend(nonce);
    app.keyed_hash(PURPOSE, &text)
}

/// Refuses what would change something unless the browser says that it comes from a page of ours, and hosts that are
/// not ours where the operator said which is.
pub(crate) async fn guard(State(web): State<Web>, request: Request, next: Next) -> Response {
    let public = web.doors().public_address();
    if let Some(public) = public
        && host(request.headers()).is_some_and(|host| authority(public) != Some(host))
    {
        let text = t("wrong-address-text");
        return refusal(StatusCode::MISDIRECTED_REQUEST, t("wrong-address"), text).into_response();
    }
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    if !is_same_origin(request.headers(), public) {
        let text = t("not-our-page");
        return refusal(StatusCode::FORBIDDEN, t("error-not-allowed"), text).into_response();
    }
    let content = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content = content.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if content != "application/x-www-form-urlencoded" && content != "multipart/form-data" {
        return refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, t("not-a-form"), t("forms-only")).into_response();
    }
    next.run(request).await
}

fn is_same_origin(headers: &HeaderMap, public: Option<&str>) -> bool {
    if let Some(site) = headers.get(FETCH_SITE) {
        return site == "same-origin";
    }
    let Some(origin) = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()) else { return false };
    match public {
        Some(public) => origin == public,
        None => authority(origin).is_some_and(|authority| host(headers) == Some(authority)),
    }
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST).and_then(|value| value.to_str().ok())
}

fn authority(origin: &str) -> Option<&str> {
    origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn check(headers: &[(HeaderName, &'static str)], public: Option<&str>, good: bool) {
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        assert_eq!(is_same_origin(&headers, public), good, "{headers:?}");
    }

    #[test]
    fn sec_090_only_our_own_pages_change_things() {
        check(&[(FETCH_SITE, "same-origin")], None, true);
        for site in ["cross-site", "same-site", "none", ""] {
            check(&[(FETCH_SITE, site), (header::HOST, "a"), (header::ORIGIN, "https://a")], None, false);
        }
        check(&[(header::HOST, "a:1"), (header::ORIGIN, "https://a:1")], None, true);
        for origin in ["null", "https://b", "https://a:1.evil.example", "https://evil-a:1", "a:1", ""] {
            check(&[(header::HOST, "a:1"), (header::ORIGIN, origin)], None, false);
        }
        check(&[(header::HOST, "a:1")], None, false);
        check(&[(header::HOST, "b"), (header::ORIGIN, "https://desk.example")], Some("https://desk.example"), true);
        check(&[(header::HOST, "b"), (header::ORIGIN, "https://b")], Some("https://desk.example"), false);
    }
}
