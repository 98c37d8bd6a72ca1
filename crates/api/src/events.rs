//! The journal as server-sent events: what the caller may read, as it happens, from any place onwards.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};

use crate::caller::LongCaller;
use crate::problem::Problem;
use crate::query::Query;
use crate::{Api, wire};

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
    let events = stream::unfold(api.app().follow(session, position), |mut follower| async move {
        let entry = follower.next().await?;
        let event = Event::default().id(entry.position.to_string()).event(entry.event.act.key());
        let data = wire::stream_entry(&entry).to_string();
        Some((Ok(event.data(data)), follower))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}
