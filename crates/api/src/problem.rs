//! Problem documents (RFC 9457): what was wrong, in which field, and the way out.

use std::any::Any;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use steward_app::error::Error;
use steward_http::{request, status};

/// An error on its way out.
#[derive(Debug)]
pub(crate) struct Problem(pub(crate) Error);

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl Problem {
    /// A request that cannot be understood.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self(Error::BadRequest(message.into()))
    }

    fn members(&self) -> Value {
        match &self.0 {
            Error::Invalid(errors) => json!({
                "errors": errors.iter().map(|error| json!({"field": error.field, "message": error.message})).collect::<Vec<_>>(),
            }),
            Error::Conflict { current, fields } => json!({
                "revision": current,
                "conflicts": fields
                    .iter()
                    .map(|field| json!({
                        "field": field.field,
                        "yours": field.yours,
                        "theirs": field.theirs,
                        "changed_by": field.by.to_string(),
                    }))
                    .collect::<Vec<_>>(),
            }),
            Error::Withheld { state, finding } => json!({ "scan": state.key(), "finding": finding }),
            Error::Illegal { allowed, .. } => json!({ "allowed_transitions": allowed }),
            Error::Filter(error) => json!({
                "position": { "start": error.position.start, "end": error.position.end },
                "suggestion": error.suggestion,
            }),
            _ => json!({}),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = status::of(&self.0);
        self.with_status(status)
    }
}

impl Problem {
    /// The answer with another status than the error has by itself, such as 412 for a conflict under `If-Match`.
    pub(crate) fn with_status(self, status: StatusCode) -> Response {
        status::log(&self.0);
        let mut document = json!({
            "type": "about:blank",
            "title": status::title(&self.0),
            "status": status.as_u16(),
            "detail": self.0.to_string(),
        });
        if let (Value::Object(document), Value::Object(members)) = (&mut document, self.members()) {
            document.extend(members);
        }
        let mut response = document_response(status, document);
        if let Error::TooMany { retry_after } = self.0 {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after.max(1)));
        }
        if matches!(self.0, Error::Unauthenticated) {
            let challenge = HeaderValue::from_static("Bearer, Basic realm=\"Steward\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Answer for addresses that do not exist; the same as for records that the actor may not see.
pub(crate) async fn not_found() -> Problem {
    Problem(Error::NotFound)
}

/// Answer for methods that an address does not know; axum adds `Allow`.
pub(crate) async fn method_not_allowed(headers: HeaderMap) -> Response {
    let _ = headers;
    let document = json!({
        "type": "about:blank",
        "title": "Method not allowed",
        "status": 405,
        "detail": "this address does not know the method; the Allow header names those that it knows",
    });
    document_response(StatusCode::METHOD_NOT_ALLOWED, document)
}

/// Answer after a fault of ours that ended the request.
pub(crate) fn panicked(_: Box<dyn Any + Send>) -> Response {
    Problem(Error::internal("the request ended in a panic")).into_response()
}

fn document_response(status: StatusCode, mut document: Value) -> Response {
    if let (Value::Object(document), Some(id)) = (&mut document, request::current_id()) {
        document.insert("request_id".to_owned(), id.into());
    }
    let mut response = (status, Json(document)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}
