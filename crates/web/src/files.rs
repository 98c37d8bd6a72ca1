//! Files of records: added by forms, handed out so that no browser runs them. Also the parts of addresses.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use steward_app::error::Error;
use steward_app::files::NewFile;
use steward_app::records::Origin;
use steward_model::event::{Audience, Door};
use steward_model::id::Revision;
use steward_model::kind::Kind;

use crate::error::WebError;
use crate::form::Posted;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Parts of the address, decoded. Text that cannot be a name leads nowhere, like any other name that nothing has.
pub(crate) struct Segments<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Web> for Segments<T> {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, WebError> {
        if parts.uri.path().contains("%00") {
            return Err(Error::NotFound.into());
        }
        let path = Path::<T>::from_request_parts(parts, web).await;
        path.map(|Path(segments)| Self(segments)).map_err(|_| Error::NotFound.into())
    }
}

pub(crate) async fn attach(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let audience = audience(posted.form.get("audience"))?;
    if posted.form.files.is_empty() {
        return Err(Error::invalid("files", "choose a file first").into());
    }
    add(&web, &posted, &kind, &name, audience).await?;
    Ok(Redirect::to(&address::record(&kind, &name)).into_response())
}

/// Adds all files of a form, or none where one of them is not taken.
pub(crate) async fn add(
    web: &Web,
    posted: &Posted,
    kind: &Arc<Kind>,
    name: &str,
    audience: Audience,
) -> Result<(), Error> {
    web.app().check_files(&posted.form.files)?;
    for (file, content) in &posted.form.files {
        let new = NewFile { name: file.clone(), audience, content: content.clone() };
        web.app().attach(posted.visitor.actor(), kind, name, new, &Origin::door(Door::Page)).await?;
    }
    Ok(())
}

/// For whom something is: everybody who sees the record, unless said otherwise.
pub(crate) fn audience(given: Option<&str>) -> Result<Audience, WebError> {
    match given {
        None | Some("" | "public") => Ok(Audience::Public),
        Some("internal") => Ok(Audience::Internal),
        Some(_) => Err(WebError::bad_request("`audience` must be public or internal")),
    }
}

pub(crate) async fn download(
    State(web): State<Web>,
    Segments((kinds, name, file)): Segments<(String, String, Revision)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?;
    let (file, content) = web.app().file_content(visitor.actor(), kind, &name, file).await?;
    let mut response = content.into_response();
    let headers = response.headers_mut();
    let media_type = HeaderValue::from_str(&file.attachment.media_type).map_err(Error::internal)?;
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    // Saved, not shown: nothing in it can act in our name.
    headers.insert(header::CONTENT_DISPOSITION, disposition("attachment", &file.attachment.name)?);
    Ok(response)
}

/// What becomes of a file that was asked for, with its name (RFC 6266).
pub(crate) fn disposition(way: &str, name: &str) -> Result<HeaderValue, Error> {
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    HeaderValue::from_str(&format!("{way}; filename*=UTF-8''{name}")).map_err(Error::internal)
}

pub(crate) async fn remove(
    State(web): State<Web>,
    Segments((kinds, name, file)): Segments<(String, String, Revision)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    web.app().detach(posted.visitor.actor(), &kind, &name, file, &Origin::door(Door::Page)).await?;
    Ok(Redirect::to(&address::record(&kind, &name)).into_response())
}
