//! The time that a request may take.

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use steward_app::error::Error;
use steward_http::request::{LONGEST, LONGEST_UPLOAD, route};

use crate::problem::Problem;

/// Ends requests that take too long, but no stream. A write that is on its way to the disk still gets there, as after
/// any answer that is lost; an idempotency key makes the repetition harmless.
pub(crate) async fn limit_time(request: Request, next: Next) -> Response {
    let limit = match (request.method(), route(&request)) {
        (_, "/api/v1/events") => return next.run(request).await,
        (&Method::POST, "/api/v1/{kinds}/{record}/attachments") => LONGEST_UPLOAD,
        _ => LONGEST,
    };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!(seconds = limit.as_secs(), "a request took too long and was ended");
            Problem(Error::Unavailable).into_response()
        }
    }
}
