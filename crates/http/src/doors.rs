//! Which door a request goes to, by its address.

use axum::Router;
use axum::extract::Request;
use tower::ServiceExt;

/// Beginnings of addresses that belong to the interface for programs; all others are pages.
const INTERFACE: [&str; 4] = ["/api/", "/healthz", "/readyz", "/metrics"];

/// One router for both: the interface for programs, and the pages.
pub fn together(interface: Router, pages: Router) -> Router {
    let choose = move |request: Request| {
        let path = request.uri().path();
        let interface_asked = INTERFACE.iter().any(|beginning| path.starts_with(beginning)) || path == "/api";
        let chosen = if interface_asked { interface.clone() } else { pages.clone() };
        async move { chosen.oneshot(request).await }
    };
    Router::new().fallback_service(tower::service_fn(choose))
}
