//! The REST interface, version 1: everything that Steward can do, for programs.
//!
//! Wire types live here, apart from the model, so that a name inside may change without the contract. Every route
//! stands in [`routes`], from which router, OpenAPI document and the authorisation test are made.

mod body;
mod caller;
mod events;
mod meta;
mod openapi;
mod problem;
mod query;
mod records;
mod request;
mod routes;
mod search;
mod timeline;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use steward_app::App;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

pub use routes::{Method, Route, routes};

/// What the handlers share.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    app: App,
    metrics: meta::Counters,
}

impl Api {
    /// The use cases.
    pub(crate) fn app(&self) -> &App {
        &self.0.app
    }

    pub(crate) fn counters(&self) -> &meta::Counters {
        &self.0.metrics
    }
}

/// Largest JSON body, in bytes.
pub(crate) const JSON_MAX: usize = 1024 * 1024;
/// Largest body of any request, in bytes: one file with what surrounds it.
const BODY_MAX: usize = steward_app::files::FILE_MAX + 64 * 1024;

/// The whole interface.
pub fn router(app: App) -> Router {
    let api = Api(Arc::new(Inner { app, metrics: meta::Counters::default() }));
    let mut router = Router::new();
    for route in routes() {
        router = router.route(route.path, route.handler);
    }
    router
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(RequestBodyTimeoutLayer::new(request::BODY_IDLE))
        .layer(axum::middleware::from_fn(request::limit_time))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(axum::middleware::from_fn_with_state(api.clone(), meta::observe))
        .layer(axum::middleware::from_fn(request::identify))
        .layer(axum::middleware::map_response(secured))
        .with_state(api)
}

/// The headers that every answer carries (SECURITY-BAR section 4).
async fn secured(mut response: axum::response::Response) -> axum::response::Response {
    const HEADERS: [(HeaderName, &str); 6] = [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
    ];
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
