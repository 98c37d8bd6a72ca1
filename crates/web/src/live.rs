//! The stream by which open pages hear of changes: which records, never what is in them.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use serde_json::json;
use steward_app::authenticate::Session;
use steward_app::journal::{Position, StreamEntry};

use crate::Web;
use crate::error::WebError;
use crate::visitor::Visitor;

/// Its address.
pub(crate) const ROUTE: &str = "/live";
/// Entries read at once.
const BATCH: usize = 200;
/// Between two looks at the journal when nothing wakes the stream, and between two looks at the reader's rights.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

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
    let (wake, stopping) = (web.app().journal_wake(), web.app().stopping());
    let session = web.app().long_session(&visitor.session);
    let follower = Follower { web, session, position, waiting: Vec::new(), wake, stopping };
    let events = stream::unfold(follower, |mut follower| async move {
        let entry = follower.next().await?;
        let actor = follower.web.app().actor(entry.event.actor, None).await;
        let data = json!({
            "kind": entry.kind.key,
            "number": entry.number,
            "id": entry.event.record.to_string(),
            "revision": entry.event.seq,
            "actor": actor.map_or_else(|_| "somebody".to_owned(), |actor| actor.label),
        });
        Some((Ok::<_, Infallible>(Event::default().id(entry.position.to_string()).data(data.to_string())), follower))
    });
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)));
    Ok(([(header::CACHE_CONTROL, "no-store")], events))
}

struct Follower {
    web: Web,
    session: Session,
    position: Position,
    waiting: Vec<StreamEntry>,
    wake: tokio::sync::watch::Receiver<u64>,
    stopping: tokio::sync::watch::Receiver<bool>,
}

impl Follower {
    /// The next entry that the reader may read; `None` ends the stream, and the browser comes back by itself.
    async fn next(&mut self) -> Option<StreamEntry> {
        loop {
            if let Some(entry) = self.waiting.pop() {
                return Some(entry);
            }
            if *self.stopping.borrow() {
                return None;
            }
            self.wake.borrow_and_update();
            let app = self.web.app();
            app.renew(&mut self.session).await.ok()?;
            let page = app.stream(&self.session.actor, self.position, BATCH).await.ok()?;
            self.position = page.position;
            self.waiting = page.entries;
            self.waiting.reverse();
            if self.waiting.is_empty() && !page.more {
                tokio::select! {
                    _ = tokio::time::timeout(LOOK_AGAIN, self.wake.changed()) => {}
                    _ = self.stopping.wait_for(|stopping| *stopping) => {}
                }
            }
        }
    }
}
