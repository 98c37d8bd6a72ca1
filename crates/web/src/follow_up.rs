//! Following up a record that is over, by a new one.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::follow_up::{FOLLOWS_UP, Followable};
use steward_app::records::Origin;
use steward_app::view::RecordView;
use steward_model::event::Door;
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::field::{Control, Field as Frame, field as draw_field};
use steward_ui::form::{Form as FormParts, form, form_actions};
use steward_words::{in_sentence, refusal, t, t_with};

use crate::error::WebError;
use crate::files::Segments;
use crate::form::Posted;
use crate::kind_form::sentence;
use crate::visitor::Visitor;
use crate::{Web, address};

pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let view = web.app().get(visitor.actor(), &kind, &name, None).await?;
    let followable = web.app().followable(visitor.actor(), &view).ok_or(Error::NotFound)?;
    let content = content(&visitor, &view, &followable, "", &[]);
    let title = t("follow-up-title");
    Ok(crate::actions::dialog_or_page(&web, &visitor, &kind, &view.record.number, title, content).into_response())
}

pub(crate) async fn make(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let text = form.get("text").unwrap_or_default().replace("\r\n", "\n");
    let made = web.app().follow_up_record(visitor.actor(), &kind, &name, &text, &Origin::door(Door::Page)).await;
    match made {
        Ok(made) => Ok(Redirect::to(&address::record(&made.kind, &made.record.number)).into_response()),
        Err(Error::Invalid(errors)) => {
            let view = web.app().get(visitor.actor(), &kind, &name, None).await?;
            let errors: Vec<String> = errors.iter().map(|error| sentence(&refusal(&error.message))).collect();
            let content = match web.app().followable(visitor.actor(), &view) {
                Some(followable) => content(&visitor, &view, &followable, &text, &errors),
                None => html! { @for error in &errors { p { (error) } } },
            };
            let title = t("follow-up-title");
            let page = crate::actions::dialog_or_page(&web, &visitor, &kind, &view.record.number, title, content);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn content(visitor: &Visitor, view: &RecordView, to: &Followable, text: &str, errors: &[String]) -> Markup {
    let action = address::of_record(&view.kind, &view.record, "follow-up");
    let back = address::record(&view.kind, &view.record.number);
    let parts = FormParts { action: &action, csrf_token: &visitor.csrf_token, ..FormParts::default() };
    let help = t_with("follow-up-help", &[("kind", (&in_sentence(&to.kind.label)).into())]);
    let frame =
        Frame { name: "text", label: t("follow-up-text"), help: &help, is_required: true, errors, ..Frame::default() };
    form(
        &parts,
        html! {
            (draw_field(&frame, &Control::Markdown { value: text }))
            (form_actions(html! {
                (submit(&Button { label: t("follow-up"), look: Look::Main, ..Button::default() }, &Submit::default()))
                (link_button(&Button { label: t("cancel"), look: Look::Quiet, ..Button::default() }, &back))
            }))
        },
    )
}

/// The records before and after this one, in words for whoever asked; those that they may not see are left out.
pub(crate) fn neighbours(view: &RecordView, address_of: impl Fn(&str) -> String) -> Markup {
    let of = |link: &steward_app::view::LinkView| link.link == FOLLOWS_UP;
    html! {
        @for link in view.links.iter().filter(|link| of(link)) {
            @if let Some(label) = view.labels.get(&link.other) {
                p.portal-next__text {
                    (if link.inverse { t("follow-up-went-on") } else { t("follow-up-continues") }) " "
                    a href=(address_of(&label.number)) { (label.number) }
                }
            }
        }
    }
}
