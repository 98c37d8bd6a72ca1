//! Pages: made on the server, from the same use cases that the REST interface calls.
//!
//! Every route stands in [`routes`], from which the router and the authorisation test are made. A handler extracts,
//! calls one use case and shows the answer; what a page looks like is said by the components of `steward-ui`.

mod account;
mod actions;
mod address;
mod assets;
mod automation;
mod bulk;
mod calibration;
mod clocks;
mod configuration;
mod create;
mod csrf;
mod decide;
mod designer;
mod drafts;
mod edit;
mod edit_few;
mod error;
mod export;
mod feeds;
mod file_list;
mod file_preview;
mod files;
mod follow_up;
mod forecast;
mod form;
mod frame;
mod guide;
mod holiday_feed;
mod holidays;
mod home;
mod inbox;
mod inspector;
mod kind_form;
mod knowledge;
mod language;
mod list;
mod live;
mod macros;
mod markdown;
mod naming;
mod notice_preview;
mod operations;
mod outbox;
mod palette;
mod pick;
mod portal;
mod preferences;
mod presence;
mod promise;
mod record;
mod routes;
mod search;
mod service_levels;
mod set_up;
mod settings;
mod sign_in;
mod simulation;
mod split;
mod time;
mod timeline;
mod values;
mod viewing;
mod views;
mod visitor;
mod visits;
mod withheld;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use steward_app::App;
use steward_app::error::Error;
use steward_http::request::{LONGEST, LONGEST_UPLOAD};
use steward_http::{Doors, counters, doors, headers, request};
use steward_model::kind::Registry;
use steward_words::t;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::error::WebError;

pub use routes::{Method as RouteMethod, Route, routes};

/// What the operator chose for pages.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Opens the set-up page while nobody can sign in; 256 random bits as text.
    pub set_up_secret: Option<String>,
    /// Whether the page of all components is there, for those who develop Steward.
    pub components: bool,
    /// Accounts to show on the sign-in page of a demonstration: login and what it is.
    pub demonstration: bool,
}

/// What the handlers share.
#[derive(Clone)]
pub struct Web(Arc<Inner>);

struct Inner {
    app: App,
    doors: Doors,
    settings: Settings,
    /// Held while a workbook is made, which takes memory for all of its cells.
    workbooks: tokio::sync::Semaphore,
}

impl Web {
    /// The use cases.
    pub(crate) fn app(&self) -> &App {
        &self.0.app
    }

    pub(crate) fn doors(&self) -> &Doors {
        &self.0.doors
    }

    pub(crate) fn workbooks(&self) -> &tokio::sync::Semaphore {
        &self.0.workbooks
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }
}

/// Nothing but our own files runs, loads or is drawn, and nothing may hold our pages in a frame but the few files that say
/// so themselves; scripts make markup only through the policy of our own bundle.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
                      connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; \
                      trusted-types steward steward-worker";
/// How hard pages are compressed, from 1 to 9: the rows of a list are so alike that a little more work than the least makes
/// them much smaller.
const COMPRESSION: i32 = 4;

/// All pages.
pub fn router(app: App, doors: Doors, settings: Settings) -> Router {
    let body_max = form::files_max(app.file_policy().max()) + form::AROUND_FILES;
    let web = Web(Arc::new(Inner { app, doors: doors.clone(), settings, workbooks: tokio::sync::Semaphore::new(1) }));
    let mut router = Router::new();
    for route in routes() {
        router = router.route(route.path, route.handler);
    }
    let pages = router
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(web.clone(), viewing::guard))
        .layer(from_fn_with_state(web.clone(), csrf::guard))
        .layer(DefaultBodyLimit::max(body_max))
        .layer(RequestBodyTimeoutLayer::new(request::BODY_IDLE))
        .layer(from_fn(limit_time))
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(COMPRESSION)))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(doors, counters::observe))
        .layer(from_fn_with_state(web.clone(), language::speak))
        .layer(from_fn(request::identify))
        .layer(axum::middleware::map_response(secured))
        .with_state(web);
    // Before a route is chosen.
    Router::new().fallback_service(tower::util::MapRequest::new(pages, feeds::through_the_door))
}

/// Kinds that cannot have pages, each with the reason: their word in addresses belongs to a page of another sort, or to
/// the interface for programs.
pub fn clashes(registry: &Registry) -> Vec<String> {
    let routes = routes();
    let of_pages = routes.iter().filter_map(|route| route.path.split('/').nth(1)).filter(|part| !part.is_empty());
    let taken: BTreeSet<&str> = of_pages.filter(|part| !part.starts_with('{')).chain(doors::INTERFACE).collect();
    let clashing = registry.kinds().iter().filter(|kind| taken.contains(kind.plural.as_str()));
    clashing
        .map(|kind| {
            format!("{}: plural: `{}` is the address of another page; choose another word", kind.key, kind.plural)
        })
        .collect()
}

async fn secured(mut response: Response) -> Response {
    headers::secure(response.headers_mut(), &HeaderValue::from_static(POLICY));
    let varies = HeaderValue::from_static("cookie, hx-request, accept-encoding, accept-language");
    response.headers_mut().insert(header::VARY, varies);
    response
}

async fn limit_time(request: Request, next: Next) -> Response {
    let limit = match (request.method(), request::route(&request)) {
        (_, live::ROUTE) => return next.run(request).await,
        (&Method::POST, _) => LONGEST_UPLOAD,
        _ => LONGEST,
    };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!(seconds = limit.as_secs(), "a request took too long and was ended");
            WebError::from(Error::Unavailable).into_response()
        }
    }
}

async fn not_found() -> WebError {
    Error::NotFound.into()
}

async fn method_not_allowed(State(_): State<Web>) -> Response {
    let text = t("wrong-method");
    error::refusal(axum::http::StatusCode::METHOD_NOT_ALLOWED, t("not-possible-here"), text).into_response()
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    WebError::from(Error::internal("the request ended in a panic")).into_response()
}
