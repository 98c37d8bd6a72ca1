//! Errors as pages: what happened, what is safe, what to do, with the id of the request.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_http::{request, status};
use steward_ui::page::Page;
use steward_ui::sheet::{Sheet, sheet};
use steward_ui::words::sentence;
use steward_words::{t, t_with};

/// An error on its way to a reader.
#[derive(Debug)]
pub(crate) struct WebError {
    error: Error,
    /// Where to sign in, when that is what is missing and a page was asked for.
    sign_in: Option<String>,
    /// Whether a script that asked for a part of the page loads all of it instead, which leads to signing in.
    reload: bool,
}

impl<E: Into<Error>> From<E> for WebError {
    fn from(error: E) -> Self {
        Self { error: error.into(), sign_in: None, reload: false }
    }
}

impl WebError {
    /// Nobody is signed in; a page leads to where one can. A form stays where it is, with what was typed in it.
    pub(crate) fn signed_out(sign_in: Option<String>, reload: bool) -> Self {
        Self { error: Error::Unauthenticated, sign_in, reload }
    }

    /// Whether nobody is signed in.
    pub(crate) fn is_signed_out(&self) -> bool {
        matches!(self.error, Error::Unauthenticated)
    }

    /// A request that cannot be understood.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Error::BadRequest(message.into()).into()
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        if let Some(address) = self.sign_in {
            return Redirect::to(&address).into_response();
        }
        status::log(&self.error);
        let mut response = refusal(status::of(&self.error), title(&self.error), &words(&self.error)).into_response();
        let headers = response.headers_mut();
        if let Error::TooMany { retry_after } = self.error {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after.max(1)));
        }
        if self.reload {
            headers.insert(HeaderName::from_static("hx-refresh"), HeaderValue::from_static("true"));
        }
        response
    }
}

/// What happened and what to do, in a sentence or two.
pub(crate) fn words(error: &Error) -> String {
    match error {
        Error::NotFound => t("words-not-found").to_owned(),
        Error::Unauthenticated => t("words-signed-out").to_owned(),
        Error::Forbidden { .. } | Error::Denied(_) => {
            t_with("words-not-allowed", &[("reason", (&steward_words::refusal(&error.to_string())).into())])
        }
        Error::Invalid(faults) => faults
            .iter()
            .map(|fault| match fault.field.as_str() {
                // A file is named by its name.
                "files" => format!("{}.", steward_words::refusal(&fault.message)),
                field => format!("{field} {}.", steward_words::refusal(&fault.message)),
            })
            .collect::<Vec<_>>()
            .join(" "),
        Error::Unavailable => t("words-unavailable").to_owned(),
        Error::Withheld { state, finding } => {
            t_with("words-withheld", &[("why", (&crate::file_list::words(*state, finding.as_deref())).into())])
        }
        Error::Full => t("words-disk-full").to_owned(),
        Error::Internal(_) => t("words-internal").to_owned(),
        other => format!("{}.", steward_words::refusal(&other.to_string())),
    }
}

/// A page that says why there is no other one.
pub(crate) fn refusal(status: StatusCode, title: &str, text: &str) -> (StatusCode, Markup) {
    let id = request::current_id();
    let document = Page { title: &format!("{title} · Steward"), ..Page::default() };
    let bar = crate::viewing::with_bar(|bar| bar.map(|bar| steward_ui::viewing::viewing_bar(&bar)));
    let content = html! {
        @if let Some(bar) = bar { (bar) }
        p { a.button."button--plain" href="/" { (t("go-to-start")) } }
    };
    let foot =
        html! { @if let Some(id) = id { p { (sentence("request-number", &[("id", html! { code { (id) } })])) } } };
    (status, sheet(&document, &Sheet { name: t("steward"), title, lead: text }, content, foot))
}

/// What an error is called.
fn title(error: &Error) -> &'static str {
    t(match error {
        Error::NotFound => "error-not-found",
        Error::Unauthenticated => "error-signed-out",
        Error::TooMany { .. } => "error-too-many",
        Error::Forbidden { .. } | Error::Denied(_) => "error-not-allowed",
        Error::Invalid(_) => "error-fields",
        Error::KeyReused => "error-key-reused",
        Error::Filter(_) => "error-filter",
        Error::BadRequest(_) => "error-request",
        Error::Conflict { .. } => "error-conflict",
        Error::Illegal { .. } => "error-illegal",
        Error::Withheld { .. } => "error-withheld",
        Error::TooLarge(_) => "error-too-large",
        Error::Unavailable => "error-unavailable",
        Error::Full => "error-disk-full",
        Error::Internal(_) => "error-internal",
    })
}
