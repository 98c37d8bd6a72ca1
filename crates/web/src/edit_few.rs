//! A few fields of a record in a dialog: how values are changed without leaving a list.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::view::RecordView;
use steward_model::access::Action;
use steward_model::kind::Field;
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::dialog::dismiss;
use steward_ui::form::{Form as FormParts, form, form_actions};
use steward_ui::partial::Partial;
use steward_words::{t, t_with};

use crate::actions::dialog_or_page;
use crate::drafts;
use crate::edit::{Filled, filling, may_edit, update};
use crate::error::WebError;
use crate::form::Form;
use crate::kind_form::sections;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Name of the value that names a field to change.
const FIELD: &str = "field";

/// Whether a query or a form is about a few fields only.
pub(crate) fn is_asked(asked: &Form) -> bool {
    asked.has(FIELD)
}

/// The fields that are asked for and may be changed, in that order.
fn chosen<'a>(view: &'a RecordView, asked: &Form) -> Vec<&'a Field> {
    let known = asked.all(FIELD).filter_map(|key| view.kind.field(key));
    known.filter(|field| may_edit(view, field)).collect()
}

/// The form.
///
/// # Errors
/// Refuses when none of the fields may be changed.
pub(crate) async fn page(web: &Web, visitor: &Visitor, view: &RecordView, asked: &Form) -> Result<Markup, WebError> {
    let fields = chosen(view, asked);
    if fields.is_empty() {
        return Err(Error::Forbidden { action: Action::Update }.into());
    }
    let filled = Filled::drafted(web, visitor, view, drafts::EDIT).await?;
    Ok(drawn(web, visitor, view, &fields, &filled))
}

/// Saves what the form holds. The dialog closes, and the list shows it.
pub(crate) async fn save(web: &Web, visitor: &Visitor, view: &RecordView, posted: &Form) -> Result<Response, WebError> {
    let fields = chosen(view, posted);
    match update(web, visitor, view, posted, Some(&fields)).await? {
        Ok(after) => {
            drafts::sent(web, visitor, posted, &after.kind, &after.record.number).await;
            if visitor.partial {
                return Ok((StatusCode::OK, html! {}).into_response());
            }
            Ok(crate::actions::led(visitor, &address::record(&after.kind, &after.record.number)))
        }
        Err(refused) => {
            let filled = Filled::refused(web, visitor, view, drafts::EDIT, refused).await?;
            let again = drawn(web, visitor, view, &fields, &filled);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
    }
}

fn drawn(web: &Web, visitor: &Visitor, view: &RecordView, fields: &[&Field], filled: &Filled) -> Markup {
    let (kind, number) = (&view.kind, view.record.number.as_str());
    let action = address::of_record(kind, &view.record, "edit");
    let back = address::record(kind, number);
    let shown: Vec<&str> = fields.iter().map(|field| field.key.as_str()).collect();
    let parts = FormParts {
        action: &action,
        partial: Partial { get: None, post: Some(&action), target: Some("#dialog"), swap: Some("innerHTML") },
        csrf_token: &visitor.csrf_token,
        revision: Some(filled.revision),
        draft: Some(filled.draft.parts()),
        ..FormParts::default()
    };
    let content = html! {
        (filled.faults.summary(kind, &shown))
        (form(&parts, html! {
            @for key in &shown { input type="hidden" name=(FIELD) value=(key); }
            (sections(kind, fields, &filling(visitor, view, filled), &filled.faults))
            (form_actions(html! {
                (submit(&Button { label: t("save"), look: Look::Main, ..Button::default() }, &Submit::default()))
                @if visitor.partial { (dismiss(t("cancel"))) }
                @else { (link_button(&Button { label: t("cancel"), look: Look::Quiet, ..Button::default() }, &back)) }
            }))
        }))
    };
    let title = t_with("edit-record", &[("number", number.into())]);
    dialog_or_page(web, visitor, kind, number, &title, content)
}
