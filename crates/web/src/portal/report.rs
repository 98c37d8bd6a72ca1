//! Reporting a problem: in a few plain questions, with articles offered before it is sent.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::{Map, Value as Json};
use steward_app::error::Error;
use steward_app::records::{NewRecord, Origin};
use steward_app::view::Labels;
use steward_model::event::{Audience, Door};
use steward_ui::button::{Button, Look, Submit, submit};
use steward_ui::composer::file_field;
use steward_ui::field::{Control, Field as Frame, Picked, field as draw_field};
use steward_ui::form::{ErrorSummary, Form as FormParts, error_summary, form, form_actions};
use steward_ui::icon::Icon;
use steward_ui::portal::{PortalHead, portal_head};
use steward_words::{refusal, t};

use super::answers::{articles_as_lines, group};
use super::{REPORT, page, record_address};
use crate::Web;
use crate::create::creatable;
use crate::error::WebError;
use crate::form::{Form, Posted, Query};
use crate::kind_form::sentence;
use crate::values::control::{Around, Drawing, Held, control};
use crate::visitor::Visitor;

/// Articles offered at once.
const OFFERED: usize = 4;
/// What a report asks besides the words.
const CHOSEN: [&str; 2] = ["symptom", "urgency"];

/// What was typed.
#[derive(Default)]
struct Typed {
    title: String,
    description: String,
    service: String,
    chosen: BTreeMap<&'static str, String>,
    mark: String,
}

impl Typed {
    fn read(form: &Form) -> Self {
        let text = |name: &str| form.text(name).unwrap_or_default().to_owned();
        let mark = form.text("mark").filter(|mark| mark.len() <= 64).map(str::to_owned);
        Self {
            title: text("title"),
            description: form.text("description").unwrap_or_default().replace("\r\n", "\n"),
            service: text("service"),
            chosen: CHOSEN.into_iter().map(|key| (key, text(key))).collect(),
            mark: mark.unwrap_or_else(|| format!("report-{:032x}", rand::random::<u128>())),
        }
    }
}

pub(crate) async fn report(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = web.app().kind("incident")?.clone();
    creatable(&web, &visitor, &kind)?;
    let typed = Typed::read(&query);
    let offered = offers(&web, &visitor, &typed).await?;
    let content = content(&web, &visitor, &typed, &BTreeMap::new(), offered);
    Ok(page(&web, &visitor, t("portal-report"), REPORT, content).into_response())
}

/// The articles that could answer what is typed so far.
pub(crate) async fn offered(State(web): State<Web>, posted: Posted) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let kind = web.app().kind("incident")?.clone();
    creatable(&web, &visitor, &kind)?;
    let typed = Typed::read(&form);
    Ok(offered_part(offers(&web, &visitor, &typed).await?).into_response())
}

async fn offers(web: &Web, visitor: &Visitor, typed: &Typed) -> Result<Markup, Error> {
    let text = format!("{} {}", typed.title, typed.description);
    let hits = web.app().answers_for(visitor.actor(), &text, OFFERED).await?;
    if hits.is_empty() {
        return Ok(html! {});
    }
    Ok(group(t("portal-offered-articles"), articles_as_lines(&hits, Some(&typed.mark))))
}

fn offered_part(content: Markup) -> Markup {
    html! { div #offered.portal-answers aria-live="polite" { (content) } }
}

pub(crate) async fn send(State(web): State<Web>, posted: Posted) -> Result<Response, WebError> {
    let kind = web.app().kind("incident")?.clone();
    creatable(&web, &posted.visitor, &kind)?;
    let typed = Typed::read(&posted.form);
    let mut fields = Map::new();
    let texts = [("title", &typed.title), ("description", &typed.description), ("service", &typed.service)];
    for (key, text) in texts.into_iter().chain(typed.chosen.iter().map(|(key, text)| (*key, text))) {
        if !text.is_empty() {
            fields.insert(key.to_owned(), Json::from(text.as_str()));
        }
    }
    let new = NewRecord { organisation: None, fields, links: Vec::new() };
    let mut origin = Origin::door(Door::Page);
    origin.idempotency_key = Some(typed.mark.clone()).filter(|mark| mark.bytes().all(|byte| byte.is_ascii_graphic()));
    // Files first: what is not taken must not leave a report without them.
    let made = match web.app().check_files(&posted.form.files) {
        Ok(()) => web.app().create(posted.visitor.actor(), &kind, &new, &origin).await,
        Err(refused) => Err(refused),
    };
    match made {
        Ok(view) => {
            web.app().reported_after_reading(posted.visitor.actor(), &typed.mark, view.record.id).await?;
            crate::files::add(&web, &posted, &kind, &view.record.number, Audience::Public).await?;
            Ok(Redirect::to(&format!("{}?reported=1", record_address(&view.record.number))).into_response())
        }
        Err(Error::Invalid(errors)) => {
            let mut wrong: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for error in errors {
                wrong.entry(error.field).or_default().push(sentence(&refusal(&error.message)));
            }
            let offered = offers(&web, &posted.visitor, &typed).await?;
            let content = content(&web, &posted.visitor, &typed, &wrong, offered);
            let page = page(&web, &posted.visitor, t("portal-report"), REPORT, content);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn content(
    web: &Web,
    visitor: &Visitor,
    typed: &Typed,
    wrong: &BTreeMap<String, Vec<String>>,
    offered: Markup,
) -> Markup {
    let errors = |name: &str| wrong.get(name).map(Vec::as_slice).unwrap_or_default();
    let frame = |name, label, help, is_required| Frame {
        name,
        label,
        help,
        is_required,
        errors: errors(name),
        ..Frame::default()
    };
    let labels = Labels::default();
    let drawing = Drawing { labels: &labels, zone: &visitor.preferences.zone, scope: "" };
    let kind = web.app().registry().kind("incident");
    let chosen = |key: &str, label: &str| {
        let field = kind.and_then(|kind| kind.field(key))?;
        let text = typed.chosen.get(key).map(String::as_str).unwrap_or_default();
        let held = Json::from(text);
        let held = if text.is_empty() { Held::Nothing } else { Held::Typed(&held) };
        let asked = steward_model::kind::Field { label: label.to_owned(), help: String::new(), ..field.clone() };
        Some(control(&asked, held, Around { errors: errors(key), ..Around::default() }, &drawing))
    };
    let parts = FormParts { action: REPORT, csrf_token: &visitor.csrf_token, has_files: true, ..FormParts::default() };
    let service = (!typed.service.is_empty()).then_some(Picked { value: &typed.service, label: "" });
    let lines: Vec<(String, String)> = wrong
        .iter()
        .flat_map(|(key, messages)| messages.iter().map(move |message| (key.clone(), message.clone())))
        .collect();
    html! {
        (portal_head(&PortalHead {
            back: Some((t("portal"), super::HOME)),
            icon: Some(Icon::AlertCircle),
            title: t("portal-report"),
            text: t("portal-report-text"),
        }, html! {}))
        @if !lines.is_empty() { (error_summary(&ErrorSummary { title: t("portal-report-fault"), errors: &lines })) }
        (form(&parts, html! {
            input type="hidden" name="mark" value=(typed.mark);
            div.portal-fields hx-post="/portal/report/answers" hx-trigger="input changed delay:500ms, change" hx-include="closest form" hx-target="#offered" hx-swap="outerHTML" {
                (draw_field(&frame("title", t("portal-ask-title"), t("portal-ask-title-help"), true), &Control::Text { value: &typed.title, max_length: Some(200) }))
                (draw_field(&frame("description", t("portal-ask-description"), t("portal-ask-description-help"), false), &Control::Markdown { value: &typed.description }))
            }
            (offered_part(offered))
            @if let Some(control) = chosen("symptom", t("portal-ask-symptom")) { (control) }
            @if let Some(control) = chosen("urgency", t("portal-ask-urgency")) { (control) }
            (draw_field(&frame("service", t("portal-ask-service"), t("portal-ask-service-help"), false), &Control::Reference { value: service, source: "/pick?kind=service", hint: t("portal-ask-service-hint") }))
            (file_field("files", t("portal-ask-files"), errors("files")))
            (form_actions(html! {
                (submit(&Button { label: t("portal-send-report"), icon: Some(Icon::Send), look: Look::Main, ..Button::default() }, &Submit::default()))
            }))
        }))
    }
}
