//! One's own account: looks, password, sessions, tokens.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::person_settings::PersonSettings;
use steward_app::tokens::{DEFAULT_DAYS, MAX_DAYS};
use steward_model::access::TokenLimits;
use steward_ui::button::{Button, Look, Submit, submit};
use steward_ui::field::{Control, Credential, Field, field};
use steward_ui::form::{Form as FormParts, form, form_actions, form_section};
use steward_ui::header::{Header, header as head};
use steward_ui::message::{Notice, notice};
use steward_ui::tone::Tone;
use steward_ui::words::sentence;
use steward_words::{t, t_with};

use crate::Web;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::Posted;
use crate::frame::{Place, frame};
use crate::preferences;
use crate::settings;
use crate::values::time;
use crate::visitor::Visitor;

/// What came of a form on the page.
#[derive(Debug, Default)]
struct Outcome {
    faults: Vec<(String, String)>,
    done: Option<&'static str>,
    token: Option<String>,
}

pub(crate) async fn page(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    Ok(show(&web, &visitor, &Outcome::default()).await?.into_response())
}

pub(crate) async fn theme(State(web): State<Web>, posted: Posted) -> Result<Response, WebError> {
    let theme = posted.form.get("theme").and_then(preferences::theme);
    let theme = theme.ok_or_else(|| WebError::bad_request("there is no such theme"))?;
    remember(&web, &posted, |settings| settings.theme = Some(theme.key().to_owned())).await
}

/// Keeps one setting and leads back.
async fn remember(web: &Web, posted: &Posted, set: impl FnOnce(&mut PersonSettings)) -> Result<Response, WebError> {
    let mut settings = (*web.app().settings(posted.visitor.actor()).await?).clone();
    set(&mut settings);
    web.app().set_settings(posted.visitor.actor(), &settings).await?;
    let mut response = if posted.visitor.partial {
        StatusCode::NO_CONTENT.into_response()
    } else {
        Redirect::to("/account").into_response()
    };
    settings::remember(&settings, &mut response);
    Ok(response)
}

pub(crate) async fn password(State(web): State<Web>, posted: Posted) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let change = async {
        let current = form.get("current_password").unwrap_or_default();
        web.app().prove(&visitor.session, current, &visitor.client.address).await?;
        web.app().change_password(&visitor.session, form.get("new_password").unwrap_or_default()).await
    };
    let outcome = match change.await {
        Ok(()) => Outcome { done: Some(t("password-changed")), ..Outcome::default() },
        Err(error) => faults(error, "new_password")?,
    };
    answer(&web, &visitor, &outcome).await
}

pub(crate) async fn end_session(
    State(web): State<Web>,
    Segments(session): Segments<i64>,
    posted: Posted,
) -> Result<Response, WebError> {
    web.app().end_session(&posted.visitor.session, session).await?;
    Ok(Redirect::to("/account").into_response())
}

pub(crate) async fn make_token(State(web): State<Web>, posted: Posted) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let label = form.text("label").unwrap_or_default().to_owned();
    let days = form.text("days").map_or(Ok(DEFAULT_DAYS), str::parse);
    let read_only = form.all("read_only").last() == Some("true");
    let limits = TokenLimits { read_only, kinds: Vec::new(), teams: Vec::new() };
    let make = async {
        if label.is_empty() {
            return Err(Error::invalid("label", t("token-needs-label")));
        }
        let days = days.map_err(|_| Error::invalid("days", "must be a whole number"))?;
        if !web.app().is_proved(&visitor.session) {
            let given = form.get("current_password").unwrap_or_default();
            web.app().prove(&visitor.session, given, &visitor.client.address).await?;
        }
        web.app().add_token(visitor.actor().person, &label, &limits, days).await
    };
    let outcome = match make.await {
        Ok(token) => Outcome { token: Some(token), ..Outcome::default() },
        Err(error) => faults(error, "label")?,
    };
    answer(&web, &visitor, &outcome).await
}

pub(crate) async fn revoke_token(
    State(web): State<Web>,
    Segments(token): Segments<i64>,
    posted: Posted,
) -> Result<Response, WebError> {
    web.app().revoke_token_of(posted.visitor.actor().person, token).await?;
    Ok(Redirect::to("/account").into_response())
}

/// Faults to show beside fields; a fault without a field of ours stands at `other`.
fn faults(error: Error, other: &str) -> Result<Outcome, WebError> {
    let named = |field: String| if field == "password" { other.to_owned() } else { field };
    match error {
        Error::Invalid(faults) => Ok(Outcome {
            faults: faults.into_iter().map(|fault| (named(fault.field), fault.message)).collect(),
            ..Outcome::default()
        }),
        Error::TooMany { retry_after } => {
            let message = format!("was wrong too often; wait {retry_after} seconds");
            Ok(Outcome { faults: vec![("current_password".to_owned(), message)], ..Outcome::default() })
        }
        other => Err(other.into()),
    }
}

async fn answer(web: &Web, visitor: &Visitor, outcome: &Outcome) -> Result<Response, WebError> {
    let status = if outcome.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, show(web, visitor, outcome).await?).into_response())
}

async fn show(web: &Web, visitor: &Visitor, outcome: &Outcome) -> Result<Markup, WebError> {
    let sessions = web.app().sessions(&visitor.session).await?;
    let tokens = web.app().tokens_of(visitor.actor().person).await?;
    let drafts = crate::drafts::own(web, visitor).await?;
    let zone = &visitor.preferences.zone;
    let now = web.app().now();
    let part = |scope: &'static str, name: &'static str, label: &'static str, help: &str, control: &Control<'_>| {
        let errors: Vec<String> =
            outcome.faults.iter().filter(|(field, _)| field == name).map(|(_, message)| message.clone()).collect();
        field(&Field { name, scope, label, help, errors: &errors, ..Field::default() }, control)
    };
    let save =
        |label| form_actions(submit(&Button { label, look: Look::Plain, ..Button::default() }, &Submit::default()));
    let days = t_with("token-lasts", &[("days", MAX_DAYS.into())]);
    let default_days = DEFAULT_DAYS.to_string();
    let main = html! {
        (head(&Header { title: t("account"), detail: &visitor.actor().label, ..Header::default() }, html! {}))
        div.page-body."page-body--narrow" {
            @if let Some(done) = outcome.done { (notice(&Notice { tone: Tone::Success, text: done }, html! {})) }
            @if let Some(token) = &outcome.token {
                (notice(&Notice { tone: Tone::Success, text: t("token-once") }, html! {}))
                code.secret-once { (token) }
            }
            (form(&post(visitor, "/account/password"), form_section(t("password"), t("password-ends-sessions"), html! {
                (part("password-", "current_password", t("your-password"), "", &Control::Credential { value: "", kind: Credential::Password }))
                (part("password-", "new_password", t("new-password"), t("password-advice"), &Control::Credential { value: "", kind: Credential::NewPassword }))
                (save(t("change-password")))
            })))
            (drafts)
            section.form-section {
                h2.form-section__label { (t("sessions")) }
                p.form-section__help { (t("sessions-help")) }
                ul.plain-list {
                    @for session in &sessions {
                        li.plain-list__item {
                            div.plain-list__text {
                                strong { (if session.id == visitor.session.id { t("this-browser") } else { t("another-browser") }) }
                                " · " (session.address) " · " (sentence("session-used", &[("moment", time::ago(session.seen_at, now, zone))]))
                                div.plain-list__detail { (session.agent) }
                            }
                            @if session.id != visitor.session.id {
                                @let end = format!("/account/sessions/{}/end", session.id);
                                (form(&post(visitor, &end), submit(&Button { label: t("end-session"), ..Button::default() }, &Submit::default())))
                            }
                        }
                    }
                }
            }
            (form(&post(visitor, "/account/tokens"), form_section(t("tokens"), t("tokens-help"), html! {
                ul.plain-list {
                    @for token in &tokens {
                        li.plain-list__item {
                            div.plain-list__text { strong { (token.label) } " · " (sentence("token-times", &[("made", time::ago(token.created_at, now, zone)), ("ends", time::ago(token.expires_at, now, zone))])) }
                            (submit(&Button { label: t("revoke"), ..Button::default() }, &Submit { action: Some(&format!("/account/tokens/{}/revoke", token.id)), ..Submit::default() }))
                        }
                    }
                }
                (part("token-", "label", t("token-what-for"), "", &Control::Text { value: "", max_length: Some(100) }))
                (part("token-", "days", t("days"), &days, &Control::Integer { value: &default_days, min: Some(1), max: Some(MAX_DAYS) }))
                (part("token-", "read_only", t("token-read-only"), "", &Control::Boolean { value: false }))
                @if !web.app().is_proved(&visitor.session) {
                    (part("token-", "current_password", t("your-password"), t("token-password-help"), &Control::Credential { value: "", kind: Credential::Password }))
                }
                (save(t("make-token")))
            })))
        }
    };
    let place = Place { title: t("account"), current: "/account", ..Place::default() };
    Ok(frame(web, visitor, place, main))
}

fn post<'a>(visitor: &'a Visitor, action: &'a str) -> FormParts<'a> {
    FormParts { action, csrf_token: &visitor.csrf_token, ..FormParts::default() }
}
