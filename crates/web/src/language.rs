//! Who reads: said once for each request, so that no function hands a language through.

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use steward_words::{Language, Reader, scope};

use crate::Web;

/// Answers a request in the language that its browser asks for; [`crate::visitor::Visitor`] says it better once it knows
/// who is there.
pub(crate) async fn speak(State(web): State<Web>, request: Request, next: Next) -> Response {
    let asked = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let mut reader = Reader::of(asked.map(Language::accepted).unwrap_or_default());
    // A way to see every page from right to left, for those who develop Steward.
    reader.is_mirrored =
        web.settings().components && request.uri().query().is_some_and(|query| query.contains("dir=rtl"));
    scope(reader, next.run(request)).await
}
