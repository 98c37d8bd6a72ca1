//! Signing in and out.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::sessions::Purpose;
use steward_ui::button::{Button, Look, Submit, submit};
use steward_ui::field::{Control, Credential, Field, field};
use steward_ui::form::{ErrorSummary, error_summary, form_actions};
use steward_ui::page::Page;
use steward_ui::sheet::{Sheet, sheet};
use steward_words::{t, t_with};

use crate::error::WebError;
use crate::form::{Form, Posted};
use crate::preferences::Preferences;
use crate::visitor::{Visitor, client, session_cookie, session_secret};
use crate::{Web, address};

/// Largest sign-in form, in bytes: a password may have a kilobyte.
const FORM_MAX: usize = 16 * 1024;

pub(crate) async fn page(State(web): State<Web>, visitor: Option<Visitor>, request: Request) -> Response {
    let query = Form::parse(request.uri().query().unwrap_or_default().as_bytes());
    let next = address::local(query.get("next"));
    if visitor.is_some() {
        return Redirect::to(next).into_response();
    }
    if web.app().awaits_set_up().await.unwrap_or(false) {
        let text = t("not-set-up-text");
        return crate::error::refusal(StatusCode::OK, t("not-set-up"), text).into_response();
    }
    sheet_for(&web, request.headers(), &Tried { next, ..Tried::default() }).into_response()
}

/// What is shown again after a try that failed.
#[derive(Debug, Default)]
struct Tried<'a> {
    next: &'a str,
    login: &'a str,
    fault: Option<&'a str>,
}

pub(crate) async fn sign_in(State(web): State<Web>, request: Request) -> Result<Response, WebError> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, FORM_MAX).await;
    let form = Form::parse(&body.map_err(|_| WebError::bad_request("the form is too large"))?);
    let next = address::local(form.get("next"));
    let login = form.text("login").unwrap_or_default();
    let password = form.get("password").unwrap_or_default();
    // A session from before does not outlive a new one in the same browser.
    if let Some(old) = session_secret(&web, &parts.headers)
        && let Ok(session) = web.app().session(old, Purpose::Person).await
    {
        web.app().sign_out(&session).await?;
    }
    let secret = match web.app().sign_in(login, password, &client(&parts, &web)).await {
        Ok(secret) => secret,
        Err(Error::Unauthenticated) => {
            let fault = t("sign-in-wrong");
            let tried = Tried { next, login, fault: Some(fault) };
            let again = sheet_for(&web, &parts.headers, &tried);
            return Ok((StatusCode::UNAUTHORIZED, again).into_response());
        }
        Err(error @ Error::TooMany { .. }) => {
            let Error::TooMany { retry_after } = error else { return Err(error.into()) };
            let fault = t_with("sign-in-too-many", &[("seconds", retry_after.into())]);
            let tried = Tried { next, login, fault: Some(&fault) };
            let mut response = (StatusCode::TOO_MANY_REQUESTS, sheet_for(&web, &parts.headers, &tried)).into_response();
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after.max(1)));
            return Ok(response);
        }
        Err(error) => return Err(error.into()),
    };
    Ok(with_session(&web, &parts.headers, Some(&secret), next))
}

pub(crate) async fn sign_out(State(web): State<Web>, headers: HeaderMap, posted: Posted) -> Result<Response, WebError> {
    web.app().sign_out(&posted.visitor.session).await?;
    let mut response = with_session(&web, &headers, None, "/sign-in");
    let clear = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert("clear-site-data", clear);
    Ok(response)
}

/// Leads on with a session begun or ended.
pub(crate) fn with_session(web: &Web, headers: &HeaderMap, secret: Option<&str>, next: &str) -> Response {
    let mut response = Redirect::to(next).into_response();
    if let Some(cookie) = session_cookie(web, headers, secret) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn sheet_for(web: &Web, headers: &HeaderMap, tried: &Tried<'_>) -> Markup {
    let preferences = Preferences::of(headers);
    let document = Page { title: &format!("{} · Steward", t("sign-in")), theme: preferences.theme, ..Page::default() };
    let faults: Vec<(String, String)> = Vec::new();
    let content = html! {
        @if let Some(fault) = tried.fault { (error_summary(&ErrorSummary { title: fault, errors: &faults })) }
        form.form method="post" action="/sign-in" {
            input type="hidden" name="next" value=(tried.next);
            (field(
                &Field { name: "login", label: t("login"), is_first: tried.login.is_empty(), ..Field::default() },
                &Control::Credential { value: tried.login, kind: Credential::Login },
            ))
            (field(
                &Field { name: "password", label: t("password"), is_first: !tried.login.is_empty(), ..Field::default() },
                &Control::Credential { value: "", kind: Credential::Password },
            ))
            (form_actions(submit(&Button { label: t("sign-in"), look: Look::Main, ..Button::default() }, &Submit::default())))
        }
    };
    let foot = html! {
        @if web.settings().demonstration {
            p { (t("sign-in-demonstration")) }
        }
    };
    let parts = Sheet { name: t("steward"), title: t("sign-in"), lead: "" };
    sheet(&document, &parts, content, foot)
}
