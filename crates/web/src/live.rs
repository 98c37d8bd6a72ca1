//! The stream by which open pages hear of changes: which records, never what is in them; and that somebody came to a
//! record that is open, or something into the inbox.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use serde_json::json;
use steward_app::follow::Follower;
use steward_app::journal::Position;
use steward_app::word::{Word, Words};
use steward_model::id::RecordId;
use tokio::sync::watch;

use crate::Web;
use crate::error::WebError;
use crate::visitor::Visitor;

/// Its address.
pub(crate) const ROUTE: &str = "/live";

/// Changes from the place named by `Last-Event-ID` on; from now on without one. Nothing for whoever is not signed in:
/// 204 ends a stream quietly (HTML, server-sent events), where a page to sign in on would be a fault of the script's.
pub(crate) async fn stream(
    State(web): State<Web>,
    visitor: Option<Visitor>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let Some(visitor) = visitor else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let named = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let position = match named.map(str::parse::<Position>) {
        Some(Ok(position)) => position,
        Some(Err(_)) => return Err(WebError::bad_request("`Last-Event-ID` must be the id of an event")),
        None => web.app().journal_end().await?,
    };
    let follower = web.app().follow(web.app().long_session(&visitor.session), position);
    let person = visitor.actor().person;
    // The journal's part holds the sender: where it ends, because the listener may be here no more, words end too.
    let (listens, ended) = watch::channel(());
    let words = words_for(&web, person, ended);
    let changes = stream::unfold((web, follower, listens), |(web, mut follower, listens): Listening| async move {
        let entry = follower.next().await?;
        let actor = web.app().actor(entry.event.actor, None).await;
        let data = json!({
            "kind": entry.kind.key,
            "number": entry.number,
            "id": entry.event.record.to_string(),
            "revision": entry.event.seq,
            "actor": actor.map_or_else(|_| "somebody".to_owned(), |actor| actor.label),
        });
        let event = Event::default().id(entry.position.to_string()).data(data.to_string());
        Some((Ok::<_, Infallible>(event), (web, follower, listens)))
    });
    let events =
        Sse::new(stream::select(changes, words)).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)));
    Ok(([(header::CACHE_CONTROL, "no-store")], events).into_response())
}

type Listening = (Web, Follower, watch::Sender<()>);

/// What concerns somebody of that which is kept nowhere.
fn words_for(
    web: &Web,
    person: RecordId,
    ended: watch::Receiver<()>,
) -> impl Stream<Item = Result<Event, Infallible>> + use<> {
    let state = (web.clone(), web.app().words(), ended);
    stream::unfold(state, move |(web, mut words, mut ended): (Web, Words, watch::Receiver<()>)| async move {
        loop {
            let word = tokio::select! {
                word = words.next() => word?,
                _ = ended.changed() => return None,
            };
            let event = match word {
                // Only to who is there too: they were let in a moment ago.
                Word::Presence(beat)
                    if beat.is_news && beat.person != person && web.app().is_at(beat.record, person) =>
                {
                    Event::default().event("presence").data(beat.record.to_string())
                }
                Word::Inbox(people) if people.contains(&person) => Event::default().event("inbox").data("news"),
                Word::Presence(_) | Word::Inbox(_) => continue,
            };
            return Some((Ok(event), (web, words, ended)));
        }
    })
}
