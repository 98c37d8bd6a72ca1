//! Which door a request goes to, by its address.

use axum::Router;
use axum::extract::Request;
use tower::ServiceExt;

/// First parts of addresses that belong to the interface for programs; all others are pages.
pub const INTERFACE: [&str; 4] = ["api", "healthz", "readyz", "metrics"];

/// One router for both: the interface for programs, and the pages.
pub fn together(interface: Router, pages: Router) -> Router {
    let choose = move |request: Request| {
        let chosen = if is_for_programs(request.uri().path()) { interface.clone() } else { pages.clone() };
        async move { chosen.oneshot(request).await }
    };
    Router::new().fallback_service(tower::service_fn(choose))
}

fn is_for_programs(path: &str) -> bool {
    let first = path.strip_prefix('/').and_then(|path| path.split('/').next());
    first.is_some_and(|first| INTERFACE.contains(&first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart_by_their_first_part() {
        for path in ["/api", "/api/v1/incidents", "/healthz", "/metrics", "/readyz/"] {
            assert!(is_for_programs(path), "{path}");
        }
        for path in ["/", "/metrics-plans", "/apis", "/incidents/api", "//api", "/API/v1", ""] {
            assert!(!is_for_programs(path), "{path}");
        }
    }
}
