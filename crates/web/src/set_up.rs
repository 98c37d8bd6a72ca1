//! The first steps of a new installation, for whoever has the link that the server printed.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::setup::FirstSteps;
use steward_ui::button::{Button, Look, Submit, submit};
use steward_ui::field::{Control, Credential, Field, field};
use steward_ui::form::{ErrorSummary, error_summary, form_actions};
use steward_ui::page::Page;
use steward_ui::sheet::{Sheet, sheet};
use steward_words::t;
use subtle::ConstantTimeEq;

use crate::Web;
use crate::error::WebError;
use crate::form::Form;
use crate::sign_in::with_session;
use crate::visitor::client;

/// Largest form, in bytes.
const FORM_MAX: usize = 16 * 1024;

pub(crate) async fn page(State(web): State<Web>, request: Request) -> Result<Response, WebError> {
    let query = Form::parse(request.uri().query().unwrap_or_default().as_bytes());
    let secret = admitted(&web, query.get("secret")).await?;
    let first = FirstSteps {
        organisation: String::new(),
        name: String::new(),
        login: String::new(),
        mail: String::new(),
        password: String::new(),
    };
    Ok(sheet_for(&secret, &first, &[]).into_response())
}

pub(crate) async fn set_up(State(web): State<Web>, request: Request) -> Result<Response, WebError> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, FORM_MAX).await;
    let form = Form::parse(&body.map_err(|_| WebError::bad_request("the form is too large"))?);
    let secret = admitted(&web, form.get("secret")).await?;
    let text = |name: &str| form.text(name).unwrap_or_default().to_owned();
    let first = FirstSteps {
        organisation: text("organisation"),
        name: text("name"),
        login: text("login"),
        mail: text("mail"),
        password: form.get("password").unwrap_or_default().to_owned(),
    };
    match web.app().set_up(&first, &client(&parts, &web)).await {
        Ok(session) => Ok(with_session(&web, &parts.headers, Some(&session), "/")),
        Err(Error::Invalid(faults)) => {
            let faults: Vec<(String, String)> = faults.into_iter().map(|fault| (fault.field, fault.message)).collect();
            Ok((StatusCode::UNPROCESSABLE_ENTITY, sheet_for(&secret, &first, &faults)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// The page is there only while nobody can sign in, for who knows the secret; else there is no such page.
async fn admitted(web: &Web, given: Option<&str>) -> Result<String, WebError> {
    let (Some(secret), Some(given)) = (&web.settings().set_up_secret, given) else {
        return Err(Error::NotFound.into());
    };
    let good = bool::from(secret.as_bytes().ct_eq(given.as_bytes()));
    if good && web.app().awaits_set_up().await? { Ok(secret.clone()) } else { Err(Error::NotFound.into()) }
}

fn sheet_for(secret: &str, first: &FirstSteps, faults: &[(String, String)]) -> Markup {
    let document = Page { title: &format!("{} · Steward", t("set-up")), ..Page::default() };
    let part = |name: &'static str, label, help, is_first, control: &Control<'_>| {
        let names = ["organisation", "name", "login", "mail", "password"];
        let own = |fault: &str| fault == name || name == "login" && !names.contains(&fault);
        let errors: Vec<String> =
            faults.iter().filter(|(fault, _)| own(fault)).map(|(_, message)| message.clone()).collect();
        field(&Field { name, label, help, is_required: true, is_first, errors: &errors, ..Field::default() }, control)
    };
    let content = html! {
        @if !faults.is_empty() {
            (error_summary(&ErrorSummary { title: t("error-fields"), errors: faults }))
        }
        form.form method="post" action="/set-up" novalidate {
            input type="hidden" name="secret" value=(secret);
            (part("organisation", t("organisation"), t("set-up-organisation-help"), true, &Control::Text { value: &first.organisation, max_length: Some(200) }))
            (part("name", t("your-name"), "", false, &Control::Text { value: &first.name, max_length: Some(200) }))
            (part("mail", t("your-mail"), "", false, &Control::Mail { value: &first.mail }))
            (part("login", t("login"), t("login-help"), false, &Control::Credential { value: &first.login, kind: Credential::Login }))
            (part("password", t("password"), t("password-advice"), false, &Control::Credential { value: "", kind: Credential::NewPassword }))
            (form_actions(submit(&Button { label: t("set-up-and-sign-in"), look: Look::Main, ..Button::default() }, &Submit::default())))
        }
    };
    let lead = t("set-up-lead");
    sheet(&document, &Sheet { name: t("steward"), title: t("set-up-steward"), lead }, content, html! {})
}
