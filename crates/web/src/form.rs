//! What a form sends: values and files, bounded, with its token checked before anything is kept.

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::header;
use axum::http::request::Parts;
use bytes::Bytes;
use steward_app::error::Error;

use crate::error::WebError;
use crate::visitor::Visitor;
use crate::{Web, csrf};

/// Largest form without files, in bytes.
const FORM_MAX: usize = 2 * 1024 * 1024;
/// Most files of a form.
const FILES_COUNT_MAX: usize = 50;
/// Most values of a form with files: kinds send one for each of their fields.
const VALUES_MAX: usize = 1000;
/// What is said of a form that has more.
const FULL: &str = "a form may have at most 50 files and 1000 values";
/// Largest sum of files in one request, in MiB, unless one alone may be larger.
const FILES_MAX_MIB: usize = 50;
/// What surrounds files in the largest form, in bytes.
pub(crate) const AROUND_FILES: usize = FORM_MAX;

/// Largest sum of files in one request, in bytes, where a file may have so many.
pub(crate) fn files_max(file_max: usize) -> usize {
    file_max.max(FILES_MAX_MIB * 1024 * 1024)
}

/// Values by name, in the order sent; a name may come several times.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    values: Vec<(String, String)>,
    /// Files, empty file fields left out.
    pub(crate) files: Vec<(String, Bytes)>,
}

impl Form {
    /// Reads what stands in an address or a body without files.
    pub(crate) fn parse(text: &[u8]) -> Self {
        let values = form_urlencoded::parse(text).into_owned().collect();
        Self { values, files: Vec::new() }
    }

    /// The first value of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The first value of this name without blanks around it; `None` when nothing is left.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|text| !text.is_empty())
    }

    /// All values of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// Whether a value of this name came, empty ones too.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.iter().any(|(given, _)| given == name)
    }

    /// The values whose names are wanted, as a form without files writes them.
    pub(crate) fn encoded(&self, wanted: impl Fn(&str) -> bool) -> String {
        let values = self.values.iter().filter(|(name, _)| wanted(name));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(values).finish()
    }

    /// All names, each as often as it came.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|(name, _)| name.as_str())
    }
}

/// What stands in the address of a page.
pub(crate) struct Query(pub(crate) Form);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Form::parse(parts.uri.query().unwrap_or_default().as_bytes())))
    }
}

/// A form sent by somebody signed in, from a page of ours.
pub(crate) struct Posted {
    pub(crate) visitor: Visitor,
    pub(crate) form: Form,
}

impl FromRequest<Web> for Posted {
    type Rejection = WebError;

    async fn from_request(request: Request, web: &Web) -> Result<Self, WebError> {
        let (mut parts, body) = request.into_parts();
        let visitor = <Visitor as FromRequestParts<Web>>::from_request_parts(&mut parts, web).await?;
        let good = |token: &str| csrf::is_good(web.app(), &visitor.session, token);
        let in_header = parts.headers.get(csrf::HEADER).and_then(|value| value.to_str().ok()).is_some_and(good);
        let content = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let form = if content.starts_with("multipart/form-data") {
            let multipart = Multipart::from_request(Request::from_parts(parts, body), web).await;
            let multipart = multipart.map_err(|error| WebError::bad_request(error.body_text()))?;
            read_parts(multipart, web.app().file_policy().max(), in_header, good).await?
        } else {
            let body = to_bytes(body, FORM_MAX).await.map_err(|_| too_large("a form may have at most 2 MiB"))?;
            let form = Form::parse(&body);
            if !in_header && !form.get(csrf::FIELD).is_some_and(good) {
                return Err(stale());
            }
            form
        };
        Ok(Self { visitor, form })
    }
}

/// Reads values and files. The token must come before the first file, so that nobody fills memory without one.
async fn read_parts(
    mut multipart: Multipart,
    file_max: usize,
    in_header: bool,
    good: impl Fn(&str) -> bool,
) -> Result<Form, WebError> {
    let files_max = files_max(file_max);
    let mut form = Form::default();
    let mut proved = in_header;
    let mut size = 0;
    // One more than there may be, for the end.
    for _ in 0..=FILES_COUNT_MAX + VALUES_MAX {
        let part = multipart.next_field().await.map_err(|error| WebError::bad_request(error.body_text()))?;
        let Some(mut part) = part else { return if proved { Ok(form) } else { Err(stale()) } };
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        if file.is_some() && !proved {
            return Err(stale());
        }
        let is_full = match file {
            Some(_) => form.files.len() == FILES_COUNT_MAX,
            None => form.values.len() == VALUES_MAX,
        };
        if is_full {
            return Err(too_large(FULL));
        }
        let most = if file.is_some() { file_max } else { FORM_MAX };
        let mut content = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(|error| WebError::bad_request(error.body_text()))? {
            size += chunk.len();
            if content.len() + chunk.len() > most {
                let message = format!("a file may have at most {} MiB, a text 2 MiB", file_max / 1024 / 1024);
                return Err(too_large(&message));
            }
            if size > files_max {
                let most = files_max / 1024 / 1024;
                return Err(too_large(&format!("files sent at once may have at most {most} MiB together")));
            }
            content.extend_from_slice(&chunk);
        }
        match file {
            Some(file) if !file.is_empty() => form.files.push((file, content.into())),
            Some(_) => {}
            None => {
                let text = String::from_utf8(content).map_err(|_| WebError::bad_request("the form is not UTF-8"))?;
                proved |= name == csrf::FIELD && good(&text);
                form.values.push((name, text));
            }
        }
    }
    Err(too_large(FULL))
}

fn too_large(message: &str) -> WebError {
    Error::TooLarge(message.to_owned()).into()
}

fn stale() -> WebError {
    Error::Denied("do this from a page of an earlier session; load the page anew and try again").into()
}
