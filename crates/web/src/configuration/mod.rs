//! Configuration on pages: the text of one record, and how all of it stands.

mod standing;
mod told;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::configuration::{OneText, Refused, What};
use steward_app::error::Error;
use steward_model::event::Door;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::field::{Control, Field as Frame, field as draw_field};
use steward_ui::form::{Form as FormParts, form, form_actions};
use steward_ui::header::{Header, header};
use steward_ui::icon::{Icon, icon};
use steward_ui::message::{Notice, notice};
use steward_ui::reference::Crumb;
use steward_ui::tone::Tone;
use steward_words::{t, t_with};

use crate::error::WebError;
use crate::export::as_file;
use crate::files::Segments;
use crate::form::{Posted, Query};
use crate::frame::{Place, frame};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

pub(crate) use standing::{ADDRESS, ROLL_BACK, roll_back, roll_back_plan, state};

/// What a text would do, or why it cannot.
enum Answer {
    /// What it would do.
    Planned(What),
    /// What is wrong with it.
    Faulty(Vec<steward_app::configuration::FileError>),
    /// Somebody changed the record since the text was shown.
    Overtaken,
}

pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let now = web.app().text_of_record(visitor.actor(), &kind, &name, None).await?;
    if query.get("format") == Some("toml") {
        let file = now.file.rsplit('/').next().unwrap_or("record.toml");
        return Ok(as_file(Body::from(now.text.clone()), "application/toml; charset=utf-8", file)?);
    }
    let as_of = query.text("as_of").and_then(Moment::parse);
    let then = match as_of {
        Some(_) => Some(web.app().text_of_record(visitor.actor(), &kind, &name, as_of).await?),
        None => None,
    };
    let text = then.as_ref().map_or(now.text.as_str(), |then| then.text.as_str()).to_owned();
    let answer = match now.may_apply() {
        true => Some(plan(&web, &visitor, &kind, &name, &text).await?),
        false => None,
    };
    Ok(editor(&web, &visitor, &now, (&text, as_of), answer.as_ref()).into_response())
}

pub(crate) async fn typed(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let text = form.get("text").unwrap_or_default().replace("\r\n", "\n");
    if form.get("do") != Some("apply") {
        let answer = plan(&web, &visitor, &kind, &name, &text).await?;
        if visitor.partial {
            return Ok(told::answer(&web, &kind, &text, &answer).into_response());
        }
        let now = web.app().text_of_record(visitor.actor(), &kind, &name, None).await?;
        return Ok(editor(&web, &visitor, &now, (&text, None), Some(&answer)).into_response());
    }
    let base = form.text("revision").and_then(|text| text.parse().ok());
    let applied = web.app().apply_text(visitor.actor(), &kind, &name, (&text, base), Door::Page).await;
    let (status, answer) = match applied {
        Ok(_) => {
            let now = web.app().text_of_record(visitor.actor(), &kind, &name, None).await?;
            return Ok(Redirect::to(&address::record(&kind, &now.view.record.number)).into_response());
        }
        Err(Refused::Faulty(faults)) => (StatusCode::UNPROCESSABLE_ENTITY, Answer::Faulty(faults)),
        Err(Refused::Other(Error::Conflict { .. })) => (StatusCode::CONFLICT, Answer::Overtaken),
        Err(Refused::Other(error)) => return Err(error.into()),
    };
    let now = web.app().text_of_record(visitor.actor(), &kind, &name, None).await?;
    Ok((status, editor(&web, &visitor, &now, (&text, None), Some(&answer))).into_response())
}

async fn plan(web: &Web, visitor: &Visitor, kind: &Arc<Kind>, name: &str, text: &str) -> Result<Answer, WebError> {
    match web.app().plan_text(visitor.actor(), kind, name, text).await {
        Ok(what) => Ok(Answer::Planned(what)),
        Err(Refused::Faulty(faults)) => Ok(Answer::Faulty(faults)),
        Err(Refused::Other(error)) => Err(error.into()),
    }
}

fn editor(
    web: &Web,
    visitor: &Visitor,
    now: &OneText,
    (text, as_of): (&str, Option<Moment>),
    answer: Option<&Answer>,
) -> Markup {
    let (kind, record) = (&now.view.kind, &now.view.record);
    let (list, of_record) = (address::list(kind), address::record(kind, &record.number));
    let action = address::of_record(kind, record, "text");
    let name = match record.text(&kind.label_field) {
        "" => record.number.as_str(),
        name => name,
    };
    let title = t_with("configuration-text-of", &[("name", name.into())]);
    let crumbs =
        [Crumb { label: &kind.label_plural, address: &list }, Crumb { label: &record.number, address: &of_record }];
    let parts = FormParts {
        action: &action,
        csrf_token: &visitor.csrf_token,
        revision: u64::try_from(record.revision).ok(),
        ..FormParts::default()
    };
    let actions = html! {
        button.button."button--plain".script-only type="button" data-copy=(now.text) { (icon(Icon::Copy)) span { (t("configuration-copy")) } }
        (link_button(&Button { label: t("configuration-download"), icon: Some(Icon::Download), ..Button::default() }, &format!("{action}?format=toml")))
    };
    let main = html! {
        (header(&Header { title: &title, detail: &now.file, crumbs: &crumbs, ..Header::default() }, actions))
        div.page-body {
            p.clock-story__text { (t("configuration-text-help")) " " a href="/help/configuration" { (t("configuration-read-on")) } }
            @if let Some(at) = as_of {
                @let then = t_with("configuration-then", &[("moment", (&time::exact(at, &visitor.preferences.zone)).into())]);
                (notice(&Notice { tone: Tone::Info, text: &then }, html! { a href=(action) { (t("back-to-now")) } }))
            }
            @match answer {
                Some(answer) => (form(&parts, html! {
                    div.promise-columns."promise-columns--text" {
                        div.promise-columns__form.designer__text hx-post=(action) hx-sync="this:replace" hx-trigger="input changed delay:600ms, change" hx-include="closest form" hx-target="#text-plan" hx-swap="outerMorph" {
                            (draw_field(&Frame { name: "text", label: t("configuration-text"), help: "", ..Frame::default() }, &Control::Markdown { value: text }))
                        }
                        div.promise-columns__answer { (told::answer(web, kind, text, answer)) }
                    }
                    (form_actions(html! {
                        (submit(&Button { label: t("configuration-apply"), look: Look::Main, ..Button::default() }, &Submit { name: Some("do"), value: Some("apply"), ..Submit::default() }))
                        (submit(&Button { label: t("configuration-plan"), ..Button::default() }, &Submit { name: Some("do"), value: Some("plan"), ..Submit::default() }))
                        (link_button(&Button { label: t("cancel"), look: Look::Quiet, ..Button::default() }, &of_record))
                    }))
                })),
                None => {
                    @if now.is_partial { (notice(&Notice { tone: Tone::Info, text: t("configuration-partial") }, html! {})) }
                    pre.source-text tabindex="0" { (text) }
                }
            }
        }
    };
    frame(web, visitor, Place { title: &title, current: &list, kind: Some(kind), ..Place::default() }, main)
}
