//! The stream by which open pages hear of changes: which records, never what is in them; and that somebody came to a
//! record that is open, or something into the inbox.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt as _};
use serde_json::json;
use steward_app::follow::Follower;
use steward_app::journal::Position;
use steward_app::word::{Word, Words};
use steward_model::id::RecordId;
use tokio::sync::watch;

use crate::Web;
use crate::error::WebError;
use crate::form::Query;
use crate::visitor::Visitor;

/// Its address.
pub(crate) const ROUTE: &str = "/live";

/// Entries of the journal that are told to a page that comes back. With more, or from a place that is not there yet since
/// the data were restored, it is told to look at everything anew.
const MISSED_MAX: i64 = 200;

/// The address for a page whose contents were read when the journal ended there.
pub(crate) fn address(after: Option<Position>) -> String {
    after.map_or_else(|| ROUTE.to_owned(), |after| format!("{ROUTE}?after={after}"))
}

/// Changes after the place named by `Last-Event-ID` or else by `after`; from now on without either. Nothing for whoever
/// is not signed in: 204 ends a stream quietly (HTML, server-sent events), where a page to sign in on would be a fault
/// of the script's.
pub(crate) async fn stream(
    State(web): State<Web>,
    visitor: Option<Visitor>,
    Query(query): Query,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let Some(visitor) = visitor else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let named = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let after = match named.or_else(|| query.text("after")).map(str::parse::<Position>) {
        Some(Ok(position)) => Some(position),
        Some(Err(_)) => return Err(WebError::bad_request("`Last-Event-ID` and `after` must be the id of an event")),
        None => None,
    };
    let end = web.app().journal_end().await?;
    let is_far = after.is_some_and(|after| after > end || end.position.saturating_sub(after.position) > MISSED_MAX);
    let position = after.filter(|_| !is_far).unwrap_or(end);
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
    let anew = Event::default().event("resync").id(end.to_string()).data("far");
    let first = stream::iter(is_far.then_some(Ok(anew)));
    let events = Sse::new(first.chain(stream::select(changes, words)))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)));
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
