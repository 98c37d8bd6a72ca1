//! The form of a catalogue item as text, with a picture of what it asks beside it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::{Map, Value as Json};
use steward_app::error::Error;
use steward_app::records::{Origin, Request};
use steward_app::view::RecordView;
use steward_model::event::Door;
use steward_model::form::{Form as OrderForm, Stray};
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::field::{Control, Field as Frame, field as draw_field};
use steward_ui::form::{Form as FormParts, form, form_actions};
use steward_ui::portal::{PortalHead, portal_head};
use steward_words::{refusal, t, t_with};

use super::questions::{self, Wrong};
use super::{CATALOGUE, page};
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Posted};
use crate::visitor::Visitor;
use crate::{Web, address};

pub(crate) async fn edit_form(
    State(web): State<Web>,
    Segments(name): Segments<String>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let view = web.app().offer_to_edit(visitor.actor(), &name).await?;
    let text = raw_form(&view);
    let picture = picture(&web, &visitor, &text, &Form::default()).await?;
    Ok(show(&web, &visitor, &view, &text, picture, &[]).into_response())
}

/// The text of an item's form.
fn raw_form(view: &RecordView) -> String {
    view.record.text("form").to_owned()
}

pub(crate) async fn save_form(
    State(web): State<Web>,
    Segments(name): Segments<String>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let view = web.app().offer_to_edit(visitor.actor(), &name).await?;
    let text = form.get("form").unwrap_or_default().replace("\r\n", "\n");
    if form.get("do") == Some("save") {
        let mut fields = Map::new();
        fields.insert("form".to_owned(), Json::from(text.as_str()));
        let base = form.text("revision").and_then(|text| text.parse().ok());
        let request = Request::Update { fields, organisation: None, base };
        let saved = web
            .app()
            .execute(visitor.actor(), &view.kind, &view.record.number, &request, &Origin::door(Door::Page))
            .await;
        match saved {
            Ok(_) => return Ok(Redirect::to(&editor_address(&view)).into_response()),
            Err(Error::Invalid(errors)) => {
                let errors: Vec<String> =
                    errors.into_iter().map(|error| refusal(&error.message).into_owned()).collect();
                let picture = picture(&web, &visitor, &text, &form).await?;
                let page = show(&web, &visitor, &view, &text, picture, &errors);
                return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
            }
            Err(error) => return Err(error.into()),
        }
    }
    let picture = picture(&web, &visitor, &text, &form).await?;
    if visitor.partial {
        return Ok(picture.into_response());
    }
    Ok(show(&web, &visitor, &view, &text, picture, &[]).into_response())
}

/// Address of the editor of an item's form.
pub(crate) fn editor_address(view: &RecordView) -> String {
    format!("/portal/forms/{}", address::part(&view.record.number))
}

/// What the text asks, or what is wrong with it.
async fn picture(web: &Web, visitor: &Visitor, text: &str, sent: &Form) -> Result<Markup, Error> {
    let content = match OrderForm::parse(text, web.app().registry()) {
        Err(errors) => html! {
            ul { @for error in errors.iter().take(20) { li.portal-fault { (error) } } }
        },
        Ok(form) if form.questions().next().is_none() => html! { p.portal-barred { (t("portal-nothing-asked")) } },
        Ok(form) => {
            let zone = &visitor.preferences.zone;
            let typed = questions::read(&form, sent, zone);
            let answered = web.app().answer_form(visitor.actor(), &form, &typed, Stray::Dropped).await?;
            questions::draw(&form, &answered, &typed, &Wrong::new(), ("/pick", zone))
        }
    };
    Ok(html! { div #picture.portal-columns__main aria-live="off" { (content) } })
}

fn show(web: &Web, visitor: &Visitor, view: &RecordView, text: &str, picture: Markup, errors: &[String]) -> Markup {
    let address = editor_address(view);
    let record = address::record(&view.kind, &view.record.number);
    let parts = FormParts {
        action: &address,
        csrf_token: &visitor.csrf_token,
        revision: u64::try_from(view.record.revision).ok(),
        ..FormParts::default()
    };
    let title = t_with("portal-form-of", &[("name", view.record.text("name").into())]);
    let content = html! {
        (portal_head(&PortalHead { back: Some((view.record.text("name"), &record)), title: &title, text: t("portal-form-text"), ..PortalHead::default() }, html! {
            (link_button(&Button { label: t("portal-form-help"), ..Button::default() }, "/help/reference/forms"))
        }))
        (form(&parts, html! {
            div.portal-fields hx-post=(address) hx-trigger="input changed delay:600ms, change" hx-include="closest form" hx-target="#picture" hx-swap="outerMorph" {
                (draw_field(&Frame { name: "form", label: t("portal-form"), help: "TOML", errors, ..Frame::default() }, &Control::Markdown { value: text }))
                (picture)
            }
            (form_actions(html! {
                (submit(&Button { label: t("save"), look: Look::Main, ..Button::default() }, &Submit { name: Some("do"), value: Some("save"), ..Submit::default() }))
                (submit(&Button { label: t("preview"), ..Button::default() }, &Submit { name: Some("do"), value: Some("preview"), ..Submit::default() }))
            }))
        }))
    };
    page(web, visitor, &title, CATALOGUE, content)
}
