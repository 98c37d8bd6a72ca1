//! The stream by which open pages hear of changes: which records, never what is in them.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use serde_json::json;
use steward_app::follow::Follower;
use steward_app::journal::Position;

use crate::Web;
use crate::error::WebError;
use crate::visitor::Visitor;

/// Its address.
pub(crate) const ROUTE: &str = "/live";

/// Changes from the place named by `Last-Event-ID` on; from now on without one.
pub(crate) async fn stream(
    State(web): State<Web>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<impl IntoResponse + use<>, WebError> {
    let named = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let position = match named.map(str::parse::<Position>) {
        Some(Ok(position)) => position,
        Some(Err(_)) => return Err(WebError::bad_request("`Last-Event-ID` must be the id of an event")),
        None => web.app().journal_end().await?,
    };
    let follower = web.app().follow(web.app().long_session(&visitor.session), position);
    let events = stream::unfold((web, follower), |(web, mut follower): (Web, Follower)| async move {
        let entry = follower.next().await?;
        let actor = web.app().actor(entry.event.actor, None).await;
        let data = json!({
            "kind": entry.kind.key,
            "number": entry.number,
            "id": entry.event.record.to_string(),
            "revision": entry.event.seq,
            "actor": actor.map_or_else(|_| "somebody".to_owned(), |actor| actor.label),
        });
        Some((
            Ok::<_, Infallible>(Event::default().id(entry.position.to_string()).data(data.to_string())),
            (web, follower),
        ))
    });
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)));
    Ok(([(header::CACHE_CONTROL, "no-store")], events))
}
