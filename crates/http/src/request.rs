//! What surrounds every request: its id, and the time that it may take.

use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

/// Bears the id of a request, in both directions.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id that is taken over from a client.
const ID_MAX: usize = 64;

/// How long a request may take as a whole.
pub const LONGEST: Duration = Duration::from_secs(30);
/// How long one that brings a file may take: 25 MiB at 64 KiB/s, with some room.
pub const LONGEST_UPLOAD: Duration = Duration::from_secs(450);
/// How long a body may bring nothing.
pub const BODY_IDLE: Duration = Duration::from_secs(15);

tokio::task_local! {
    static CURRENT: String;
}

/// Id of the request that this task answers; `None` outside of requests.
pub fn current_id() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Gives the request an id, or keeps the one of a proxy in front; log lines, problem documents and the answer bear it.
pub async fn identify(request: Request, next: Next) -> Response {
    let id = given_id(request.headers()).unwrap_or_else(|| format!("{:032x}", rand::random::<u128>()));
    // The route's pattern, not the address: addresses hold names.
    let route = route(&request).to_owned();
    let span = tracing::info_span!("request", id = %id, method = %request.method(), route);
    let header = HeaderValue::from_str(&id);
    let mut response = CURRENT.scope(id, next.run(request)).instrument(span).await;
    if let Ok(header) = header {
        response.headers_mut().insert(REQUEST_ID, header);
    }
    response
}

/// The pattern of the route that a request goes to.
pub fn route(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str)
}

/// An id that a proxy gave, when it is short and plain enough for logs.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    ((1..=ID_MAX).contains(&id.len()) && id.bytes().all(plain)).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_id(given: &str, kept: bool) {
        let headers = HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_str(given).unwrap())]);
        assert_eq!(given_id(&headers), kept.then(|| given.to_owned()), "{given:?}");
    }

    #[test]
    fn ids_of_proxies_are_kept_when_they_are_plain() {
        check_id("4bf92f3577b34da6a3ce929d0e0e4736", true);
        check_id("a-b_c.d", true);
        check_id("", false);
        check_id("two words", false);
        check_id("\"quoted\"", false);
        check_id(&"x".repeat(64), true);
        check_id(&"x".repeat(65), false);
        assert_eq!(given_id(&HeaderMap::new()), None);
    }
}
