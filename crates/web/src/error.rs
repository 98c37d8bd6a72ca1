//! Errors as pages: what happened, what is safe, what to do, with the id of the request.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_http::{request, status};
use steward_ui::page::Page;
use steward_ui::sheet::{Sheet, sheet};

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
        let mut response =
            refusal(status::of(&self.error), status::title(&self.error), &words(&self.error)).into_response();
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
        Error::NotFound => "There is nothing here, or you may not see it. If you followed a link, its sender may have other rights than you.".to_owned(),
        Error::Unauthenticated => "Your session has ended. Sign in again; what you typed is kept in this browser.".to_owned(),
        Error::Forbidden { .. } | Error::Denied(_) => format!("Sorry, {error}. Nothing was changed. Ask a manager of your service desk if you need this right."),
        Error::Invalid(faults) => faults.iter().map(|fault| format!("{} {}.", fault.field, fault.message)).collect::<Vec<_>>().join(" "),
        Error::Unavailable => "Steward cannot reach its database just now. Nothing was changed; what you typed is kept in this browser. Try again in a moment.".to_owned(),
        Error::Full => "No room is left on the server's disk. Nothing was changed. Please tell the administrator.".to_owned(),
        Error::Internal(_) => "Something went wrong on our side and was written to the log. Nothing was changed; what you typed is kept in this browser.".to_owned(),
        other => format!("{other}."),
    }
}

/// A page that says why there is no other one.
pub(crate) fn refusal(status: StatusCode, title: &str, text: &str) -> (StatusCode, Markup) {
    let id = request::current_id();
    let document = Page { title: &format!("{title} · Steward"), ..Page::default() };
    let content = html! {
        p { a.button."button--plain" href="/" { "Go to the start" } }
    };
    let foot = html! { @if let Some(id) = id { p { "Request " code { (id) } } } };
    (status, sheet(&document, &Sheet { name: "Steward", title, lead: text }, content, foot))
}
