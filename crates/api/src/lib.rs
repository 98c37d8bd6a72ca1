//! The REST interface, version 1: everything that Steward can do, for programs.
//!
//! Wire types live here, apart from the model, so that a name inside may change without the contract. Every route
//! stands in [`routes`], from which router, OpenAPI document and the authorisation test are made.

mod body;
mod bulk_edits;
mod calibration;
mod caller;
mod catalogue;
mod clocks;
mod configuration;
mod difference;
mod events;
mod inspector;
mod intervals;
mod meta;
mod notifications;
mod openapi;
mod outbox;
mod overlays;
mod plans;
mod problem;
mod query;
mod records;
mod routes;
mod rules;
mod schemas;
mod search;
mod time;
mod timeline;
mod views;
mod wire;
mod withheld;
mod worklogs;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use steward_app::App;
use steward_http::{Doors, counters, headers, request};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

pub use routes::{Method, Route, routes};

/// What the handlers share.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    app: App,
    doors: Doors,
}

impl Api {
    /// The use cases.
    pub(crate) fn app(&self) -> &App {
        &self.0.app
    }

    pub(crate) fn doors(&self) -> &Doors {
        &self.0.doors
    }
}

/// Largest JSON body, in bytes.
pub(crate) const JSON_MAX: usize = 1024 * 1024;
/// What surrounds a file in the largest request, in bytes.
const AROUND_FILE: usize = 64 * 1024;

/// The whole interface.
pub fn router(app: App, doors: Doors) -> Router {
    let body_max = app.file_policy().max() + AROUND_FILE;
    let api = Api(Arc::new(Inner { app, doors: doors.clone() }));
    let mut router = Router::new();
    for route in routes() {
        router = router.route(route.path, route.handler);
    }
    router
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(DefaultBodyLimit::max(body_max))
        .layer(RequestBodyTimeoutLayer::new(request::BODY_IDLE))
        .layer(axum::middleware::from_fn(time::limit_time))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(axum::middleware::from_fn_with_state(doors, counters::observe))
        .layer(axum::middleware::from_fn(request::identify))
        .layer(axum::middleware::map_response(secured))
        .with_state(api)
}

/// An answer of the interface is data; nothing in it is for a browser to load or run.
async fn secured(mut response: axum::response::Response) -> axum::response::Response {
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
    headers::secure(response.headers_mut(), &policy);
    response
}
