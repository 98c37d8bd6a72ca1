//! Bulk edits on pages: what to do with the ticked rows, what would come of it, how far it is, and its undo.

mod form;
mod shown;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use steward_app::bulk::Selection;
use steward_app::error::Error;
use steward_app::list::Counting;
use steward_model::event::Door;

use crate::Web;
use crate::actions::led;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Posted, Query};
use crate::kind_form::Faults;
use crate::list::{Opened, open};
use crate::visitor::Visitor;

use form::{Choice, Wanted};

pub(crate) use form::{fields_to_set, said_of};
pub(crate) use shown::{all, page};

/// The form that asks for what an action needs.
pub(crate) async fn new(
    State(web): State<Web>,
    Segments(kinds): Segments<String>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let opened = open(&web, &visitor, &kinds, &query).await?;
    let wanted = Wanted::of(&web, &visitor, &opened, &query)?;
    let choice = Choice { web: &web, visitor: &visitor, opened: &opened, wanted: &wanted, sent: &query };
    Ok(choice.form(None, &Faults::default()).into_response())
}

/// Keeps the preview of what was asked, and leads to it.
pub(crate) async fn create(
    State(web): State<Web>,
    Segments(kinds): Segments<String>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let opened = open(&web, &visitor, &kinds, &form).await?;
    let wanted = Wanted::of(&web, &visitor, &opened, &form)?;
    let choice = Choice { web: &web, visitor: &visitor, opened: &opened, wanted: &wanted, sent: &form };
    let (action, typed) = wanted.action(&opened.kind, &form, &visitor)?;
    let selection = selection(&opened, &form);
    let app = web.app();
    let planned = match app.plan_bulk_edit(visitor.actor(), &opened.kind, &selection, &action).await {
        Ok(plan) if plan.rows.is_empty() => {
            Err(Error::invalid("", "None of these records is there any more, or you may not see them".to_owned()))
        }
        // What is wrong with the values is wrong everywhere: it is told beside them.
        Ok(steward_app::bulk::Plan { refusal: Some(error @ Error::Invalid(_)), .. }) => Err(error),
        Ok(plan) => Ok(plan),
        Err(error @ Error::TooLarge(_)) => Err(Error::invalid("", error.to_string())),
        Err(error) => Err(error),
    };
    match planned {
        Ok(plan) => {
            let id = app.keep_bulk_edit(visitor.actor(), &plan, Door::Page, false).await?;
            Ok(led(&visitor, &format!("/bulk-edits/{id}")))
        }
        Err(error) => {
            let faults = Faults::of(error, &opened.kind, &steward_app::view::Labels::new())?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, choice.form(Some(&typed), &faults)).into_response())
        }
    }
}

pub(crate) async fn start(
    State(web): State<Web>,
    Segments(id): Segments<i64>,
    posted: Posted,
) -> Result<Response, WebError> {
    web.app().start_bulk_edit(posted.visitor.actor(), id).await?;
    Ok(Redirect::to(&format!("/bulk-edits/{id}")).into_response())
}

pub(crate) async fn undo(
    State(web): State<Web>,
    Segments(id): Segments<i64>,
    posted: Posted,
) -> Result<Response, WebError> {
    let undo = web.app().undo_bulk_edit(posted.visitor.actor(), id, Door::Page).await?;
    Ok(Redirect::to(&format!("/bulk-edits/{undo}")).into_response())
}

/// The records that a form is about: all of the list, or those ticked.
fn selection(opened: &Opened, form: &Form) -> Selection {
    if form.get("all") == Some("yes") {
        return Selection::Matching(opened.asked.request(&opened.kind, 1, Counting::Off));
    }
    Selection::Records(form.all("record").map(str::to_owned).collect())
}
