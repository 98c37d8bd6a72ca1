//! One's clock: started on a record, seen on every page, ended by booking what it says or by throwing it away.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use steward_app::error::Error;

use crate::error::WebError;
use crate::files::Segments;
use crate::form::Posted;
use crate::{Web, address};

/// Where one's clock is thrown away.
pub(crate) const DISCARD: &str = "/timer/discard";

/// Starts it; where it runs on another record, that one's time is to be booked first.
pub(crate) async fn start(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let actor = posted.visitor.actor();
    match web.app().start_timer(actor, &kind, &name).await {
        Ok(timer) => Ok(Redirect::to(&address::record(&timer.kind, &timer.label.number)).into_response()),
        Err(error @ Error::Invalid(_)) => match web.app().timer(actor).await? {
            Some(other) => {
                let address = format!("{}/worklogs?running=1", address::record(&other.kind, &other.label.number));
                Ok(Redirect::to(&address).into_response())
            }
            None => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    }
}

/// Throws it away.
pub(crate) async fn discard(State(web): State<Web>, posted: Posted) -> Result<Response, WebError> {
    match web.app().stop_timer(posted.visitor.actor()).await {
        Ok(timer) => Ok(Redirect::to(&address::record(&timer.kind, &timer.label.number)).into_response()),
        // It ended in another window.
        Err(Error::NotFound) => Ok(Redirect::to("/").into_response()),
        Err(error) => Err(error.into()),
    }
}
