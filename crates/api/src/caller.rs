//! Who calls: the actor behind the `Authorization` header.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use steward_app::authenticate::Credentials;
use steward_app::error::Error;
use steward_model::access::Actor;

use crate::Api;
use crate::problem::Problem;

/// The actor of a request, authenticated.
pub(crate) struct Caller(pub(crate) Actor);

impl FromRequestParts<Api> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let credentials = credentials(parts).ok_or(Problem(Error::Unauthenticated))?;
        let address = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or_else(|| "unknown".to_owned(), |ConnectInfo(peer)| peer.ip().to_string());
        Ok(Self(api.app().authenticate(&credentials, &address).await?))
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
