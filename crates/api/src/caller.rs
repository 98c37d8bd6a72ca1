//! Who calls, and what they name: the actor behind the `Authorization` header, the parts of the address.

use axum::extract::{FromRequestParts, Path};
use axum::http::header;
use axum::http::request::Parts;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::de::DeserializeOwned;
use steward_app::authenticate::{Credentials, Session};
use steward_app::error::Error;
use steward_http::address;
use steward_model::access::Actor;

use crate::Api;
use crate::problem::Problem;

/// The actor of a request, authenticated.
pub(crate) struct Caller(pub(crate) Actor);

impl FromRequestParts<Api> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let credentials = credentials(parts).ok_or(Problem(Error::Unauthenticated))?;
        Ok(Self(api.app().authenticate(&credentials, &address::of_parts(parts, api.doors().proxies())).await?))
    }
}

/// Where the request comes from.
pub(crate) struct Address(pub(crate) String);

impl FromRequestParts<Api> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Self::Rejection> {
        Ok(Self(address::of_parts(parts, api.doors().proxies())))
    }
}

/// As [`Caller`], for answers that go on for long.
pub(crate) struct LongCaller(pub(crate) Session);

impl FromRequestParts<Api> for LongCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let credentials = credentials(parts).ok_or(Problem(Error::Unauthenticated))?;
        Ok(Self(api.app().begin_session(&credentials, &address::of_parts(parts, api.doors().proxies())).await?))
    }
}

/// Parts of the address, decoded. Text that cannot be a name leads nowhere, like any other name that nothing has.
pub(crate) struct Segments<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Api> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        if parts.uri.path().contains("%00") {
            return Err(Problem(Error::NotFound));
        }
        let path = Path::<T>::from_request_parts(parts, api).await;
        path.map(|Path(segments)| Self(segments)).map_err(|_| Problem(Error::NotFound))
    }
}

fn credentials(parts: &Parts) -> Option<Credentials> {
    let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, rest) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Credentials::Token(rest.trim().to_owned()));
    }
    if scheme.eq_ignore_ascii_case("basic") {
        let decoded = String::from_utf8(BASE64_STANDARD.decode(rest.trim()).ok()?).ok()?;
        let (login, password) = decoded.split_once(':')?;
        return Some(Credentials::Password { login: login.to_owned(), password: password.to_owned() });
    }
    None
}
