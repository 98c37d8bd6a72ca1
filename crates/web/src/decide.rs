//! Deciding a question for approval by a link, without signing in; and making such a link.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::approvals::{LinkAnswer, Linked, Question};
use steward_app::error::Error;
use steward_practices::approval::APPROVAL;
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::field::{Control, Credential, Field as Frame, field as draw_field};
use steward_ui::form::form_actions;
use steward_ui::message::{Notice, notice};
use steward_ui::page::Page;
use steward_ui::sheet::{Sheet, sheet};
use steward_ui::tone::Tone;
use steward_words::{refusal, t, t_with};

use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Posted};
use crate::preferences::Preferences;
use crate::values::shown::Reader;
use crate::values::time;
use crate::visitor::client;
use crate::{Web, address};

/// Largest form, in bytes: a reason may have two thousand characters.
const FORM_MAX: usize = 32 * 1024;

pub(crate) async fn make(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    headers: HeaderMap,
    posted: Posted,
) -> Result<Response, WebError> {
    let visitor = &posted.visitor;
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    if kind.key != APPROVAL {
        // That the record is not there is found first.
        web.app().get(visitor.actor(), &kind, &name, None).await?;
        return Err(Error::NotFound.into());
    }
    let (token, expires_at) = web.app().make_approval_link(visitor.actor(), &name).await?;
    let sent = || headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()).filter(|origin| *origin != "null");
    let origin = web.doors().public_address().or_else(sent).unwrap_or_default();
    let until = time::exact(expires_at, &visitor.preferences.zone);
    let back = address::record(&kind, &name);
    let content = html! {
        (notice(&Notice { tone: Tone::Success, text: t("approval-link-once") }, html! {}))
        code.secret-once { (origin) "/decide/" (token) }
        p.form-section__help { (t_with("approval-link-until", &[("until", (&until).into())])) }
        (form_actions(link_button(&Button { label: &name, ..Button::default() }, &back)))
    };
    Ok(crate::actions::dialog_or_page(&web, visitor, &kind, &name, t("approval-link"), content).into_response())
}

/// Shows what is asked. Nothing is decided by it, whoever follows the link.
pub(crate) async fn page(
    State(web): State<Web>,
    Segments(token): Segments<String>,
    request: Request,
) -> Result<Response, WebError> {
    let (parts, _) = request.into_parts();
    let linked = web.app().approval_link(&token, &client(&parts, &web).address).await?;
    Ok(match linked {
        Linked::Open(question) => {
            kept_out(StatusCode::OK, asked(&web, &parts.headers, &token, &question, &Typed::default()))
        }
        closed => told(&closed),
    })
}

pub(crate) async fn decide(
    State(web): State<Web>,
    Segments(token): Segments<String>,
    request: Request,
) -> Result<Response, WebError> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, FORM_MAX).await;
    let form = Form::parse(&body.map_err(|_| WebError::bad_request("the form is too large"))?);
    let place = client(&parts, &web).address;
    let agrees = match form.get("decision") {
        Some("approve") => true,
        Some("refuse") => false,
        _ => {
            // That there is no such link is found first.
            web.app().approval_link(&token, &place).await?;
            return Err(WebError::bad_request("say whether you approve or refuse"));
        }
    };
    let reason = form.get("reason").unwrap_or_default().replace("\r\n", "\n");
    let password = form.get("current_password").unwrap_or_default();
    match web.app().decide_by_link(&token, &place, LinkAnswer { agrees, reason: &reason, password }).await {
        Ok(None) => {
            let title = if agrees { "decide-approved" } else { "decide-refused" };
            Ok(kept_out(StatusCode::OK, said(t(title), t("decide-done"))))
        }
        Ok(Some(closed)) => Ok(told(&closed)),
        Err(Error::Invalid(faults)) => match web.app().approval_link(&token, &place).await? {
            Linked::Open(question) => {
                let faults = faults.into_iter().map(|fault| (fault.field, refusal(&fault.message).into_owned()));
                let typed = Typed { reason: &reason, faults: faults.collect() };
                let page = asked(&web, &parts.headers, &token, &question, &typed);
                Ok(kept_out(StatusCode::UNPROCESSABLE_ENTITY, page))
            }
            closed => Ok(told(&closed)),
        },
        Err(error) => Err(error.into()),
    }
}

/// What stands in the form.
#[derive(Default)]
struct Typed<'a> {
    reason: &'a str,
    faults: Vec<(String, String)>,
}

fn asked(web: &Web, headers: &HeaderMap, token: &str, question: &Question, typed: &Typed<'_>) -> Markup {
    let preferences = Preferences::of(headers);
    let view = &question.view;
    let reader =
        Reader { registry: web.app().registry(), labels: &view.labels, zone: &preferences.zone, now: web.app().now() };
    let title = t("decide-title");
    let document = Page { title: &format!("{title} · Steward"), theme: preferences.theme, ..Page::default() };
    let of = |name: &str| -> Vec<String> {
        typed.faults.iter().filter(|(field, _)| field == name).map(|(_, message)| message.clone()).collect()
    };
    let (reasons, passwords) = (of("reason"), of("current_password"));
    let told = ["title", "requester", "amount", "due_at"];
    let fields =
        told.iter().filter_map(|key| view.kind.field(key)).filter(|field| view.record.field(&field.key).is_some());
    let subject = view.record.reference("subject").and_then(|id| view.labels.get(&id));
    let lead = t_with("decide-lead", &[("name", (&question.actor.label).into())]);
    let content = html! {
        dl.access-list {
            @if let Some(subject) = subject { div.access-list__line { dt { (t("decide-about")) } dd { (subject.number) " " (subject.label) } } }
            @for field in fields { div.access-list__line { dt { (field.label) } dd { (plain(&reader, view, field)) } } }
            @for one in question.seen.asks.iter().filter(|one| one.is_present) { div.access-list__line { dt { (t("decide-asks")) } dd { (one.ask.name) } } }
        }
        form.form method="post" action={ "/decide/" (address::part(token)) } novalidate {
            (draw_field(
                &Frame { name: "reason", label: t("decide-reason"), help: t("decide-reason-help"), errors: &reasons, ..Frame::default() },
                &Control::Text { value: typed.reason, max_length: Some(2000) },
            ))
            @if question.wants_signature {
                (draw_field(
                    &Frame { name: "current_password", label: t("your-password"), help: t("sign-help"), is_required: true, errors: &passwords, ..Frame::default() },
                    &Control::Credential { value: "", kind: Credential::Password },
                ))
            }
            (form_actions(html! {
                (submit(&Button { label: t("approval-approve"), look: Look::Main, ..Button::default() }, &Submit { name: Some("decision"), value: Some("approve"), ..Submit::default() }))
                (submit(&Button { label: t("approval-refuse"), look: Look::Plain, ..Button::default() }, &Submit { name: Some("decision"), value: Some("refuse"), ..Submit::default() }))
            }))
            p.form-section__help { (t_with("approval-link-until", &[("until", (&time::exact(question.expires_at, &preferences.zone)).into())])) }
        }
    };
    sheet(&document, &Sheet { name: t("steward"), title, lead: &lead }, content, html! {})
}

/// A value without links: who reads is not signed in.
fn plain(reader: &Reader<'_>, view: &steward_app::view::RecordView, field: &steward_model::kind::Field) -> Markup {
    match view.record.reference(&field.key).filter(|_| field.field_type.target_kinds().is_some()) {
        Some(id) => html! { (view.labels.get(&id).map_or(t("not-visible"), |label| label.label.as_str())) },
        None => reader.field(&view.kind, &view.record, field),
    }
}

/// Why nothing can be decided by a link.
fn told(closed: &Linked) -> Response {
    let (status, title, text) = match closed {
        Linked::Used => (StatusCode::GONE, t("decide-used"), t("decide-used-text").to_owned()),
        Linked::Expired => (StatusCode::GONE, t("decide-expired"), t("decide-expired-text").to_owned()),
        Linked::Over(_) => (StatusCode::GONE, t("decide-over"), t("decide-over-text").to_owned()),
        Linked::NotTheirs | Linked::Open(_) => {
            (StatusCode::FORBIDDEN, t("decide-not-theirs"), t("decide-not-theirs-text").to_owned())
        }
    };
    kept_out(status, said(title, &text))
}

fn said(title: &str, text: &str) -> Markup {
    let document = Page { title: &format!("{title} · Steward"), ..Page::default() };
    let content = html! { p { a.button."button--plain" href="/" { (t("go-to-start")) } } };
    sheet(&document, &Sheet { name: t("steward"), title, lead: text }, content, html! {})
}

/// Whoever looks through pages keeps nothing of it.
fn kept_out(status: StatusCode, page: Markup) -> Response {
    let mut response = (status, page).into_response();
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
