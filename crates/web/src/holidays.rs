//! A file of holidays for a calendar: chosen, read, and told where it is wrong.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::records::Origin;
use steward_model::access::Action;
use steward_model::event::Door;
use steward_model::kind::Kind;
use steward_practices::calendar::CALENDAR;
use steward_ui::button::{Button, Look, Submit, submit};
use steward_ui::form::{Form as FormParts, form, form_actions};
use steward_words::t;

use crate::actions::dialog_or_page;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::Posted;
use crate::visitor::Visitor;
use crate::{Web, address};

pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let kind = calendar_kind(&web, &kinds)?;
    let (record, rights) = web.app().rights_on(visitor.actor(), &kind, &name).await?;
    if !rights.may(Action::Update) {
        return Err(Error::Forbidden { action: Action::Update }.into());
    }
    Ok(sheet(&web, &visitor, &kind, &record.number, &[]).into_response())
}

pub(crate) async fn upload(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let kind = calendar_kind(&web, &kinds)?;
    // Also where no file came, who may not see the calendar learns nothing.
    let (record, _) = web.app().rights_on(visitor.actor(), &kind, &name).await?;
    let result = match form.files.first() {
        None => Err(Error::invalid("holiday_text", t("holidays-no-file"))),
        Some((_, content)) => {
            let origin = Origin::door(Door::Page);
            web.app().import_holidays(visitor.actor(), &kind, &record.number, content, &origin).await
        }
    };
    match result {
        Ok(_) => Ok(Redirect::to(&format!("{}#working-time", address::record(&kind, &record.number))).into_response()),
        Err(Error::Invalid(faults)) => {
            let faults: Vec<String> = faults.into_iter().map(|fault| fault.message).collect();
            Ok((StatusCode::UNPROCESSABLE_ENTITY, sheet(&web, &visitor, &kind, &record.number, &faults))
                .into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn calendar_kind(web: &Web, kinds: &str) -> Result<Arc<Kind>, Error> {
    let kind = web.app().kind_by_plural(kinds)?;
    if kind.key == CALENDAR { Ok(kind.clone()) } else { Err(Error::NotFound) }
}

fn sheet(web: &Web, visitor: &Visitor, kind: &Arc<Kind>, number: &str, faults: &[String]) -> Markup {
    let action = format!("{}/holidays", address::record(kind, number));
    let parts = FormParts { action: &action, csrf_token: &visitor.csrf_token, has_files: true, ..FormParts::default() };
    let content = form(
        &parts,
        html! {
            p.form-section__help { (t("holidays-help")) }
            div.field {
                label.field__label for="holidays-file" { (t("holidays-file")) }
                input.input id="holidays-file" type="file" name="files" accept=".ics,text/calendar" aria-invalid=[(!faults.is_empty()).then_some("true")] aria-describedby=[(!faults.is_empty()).then_some("holidays-faults")];
                @if !faults.is_empty() {
                    div id="holidays-faults" role="alert" { @for fault in faults { p.field__error { (steward_words::refusal(fault)) } } }
                }
            }
            (form_actions(submit(&Button { label: t("holidays-read"), look: Look::Main, ..Button::default() }, &Submit::default())))
        },
    );
    dialog_or_page(web, visitor, kind, number, t("holidays-title"), content)
}
