//! Who reads: said once for each request, so that no function hands a language through.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use steward_words::{Reader, scope};

use crate::Web;
use crate::preferences::language;

/// Answers a request in the language that its browser asks for; [`crate::visitor::Visitor`] says it better once it knows
/// who is there.
pub(crate) async fn speak(State(web): State<Web>, request: Request, next: Next) -> Response {
    let mut reader = Reader::of(language(request.headers()));
    // A way to see every page from right to left, for those who develop Steward.
    reader.is_mirrored =
        web.settings().components && request.uri().query().is_some_and(|query| query.contains("dir=rtl"));
    scope(reader, next.run(request)).await
}
