//! The journal as server-sent events: what the caller may read, as it happens, from any place onwards.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use steward_app::authenticate::Session;
use steward_app::journal::{Position, StreamEntry};

use crate::caller::LongCaller;
use crate::problem::Problem;
use crate::query::Query;
use crate::{Api, wire};

/// Entries read at once.
const BATCH: usize = 200;
/// Between two looks at the journal when nothing wakes the stream, and between two looks at the caller's rights.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// A stream from the place named by `Last-Event-ID` or `after`; from now on when neither is there, from the beginning
/// with `after=0`.
pub(crate) async fn stream(
    State(api): State<Api>,
    LongCaller(session): LongCaller,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let query = Query::parse(raw.as_deref(), &["after"])?;
    let named = headers.get("last-event-id").and_then(|value| value.to_str().ok()).or(query.get("after"));
    let position = match named {
        None => api.app().journal_end().await?,
        Some(text) => text.parse().map_err(|_| Problem::bad_request("`after` must be the id of an event"))?,
    };
    let wake = api.app().journal_wake();
    let start = Follower { api, session, position, waiting: Vec::new(), wake };
    let events = stream::unfold(start, |mut follower| async move {
        let entry = follower.next().await?;
        let event = Event::default().id(entry.position.to_string()).event(entry.event.act.key());
        let data = wire::stream_entry(&entry).to_string();
        Some((Ok(event.data(data)), follower))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

struct Follower {
    api: Api,
    session: Session,
    position: Position,
    waiting: Vec<StreamEntry>,
    wake: tokio::sync::watch::Receiver<u64>,
}

impl Follower {
    /// The next entry; `None` ends the stream, when the caller may no longer be here or the database is away. The client
    /// comes back with the place it reached.
    async fn next(&mut self) -> Option<StreamEntry> {
        loop {
            if let Some(entry) = self.waiting.pop() {
                return Some(entry);
            }
            self.wake.borrow_and_update();
            // Token and rights are looked at anew each time, so that who lost one hears nothing more.
            self.api.app().renew(&mut self.session).await.ok()?;
            let page = self.api.app().stream(&self.session.actor, self.position, BATCH).await.ok()?;
            self.position = page.position;
            self.waiting = page.entries;
            self.waiting.reverse();
            if self.waiting.is_empty() && !page.more {
                let _ = tokio::time::timeout(LOOK_AGAIN, self.wake.changed()).await;
            }
        }
    }
}
