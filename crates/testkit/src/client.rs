//! A client that calls the router in this process, as one person from one address.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value as Json;
use tower::ServiceExt;

use crate::boxed;

/// Who calls.
#[derive(Debug, Clone)]
pub struct Client {
    router: Router,
    authorization: Option<String>,
    address: IpAddr,
}

/// A request about to be sent.
#[derive(Debug)]
pub struct Call {
    client: Client,
    builder: http::request::Builder,
    body: Body,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body, read to its end.
    pub body: Bytes,
}

impl Client {
    /// Nobody, from 127.0.0.1.
    pub fn anonymous(router: Router) -> Self {
        Self { router, authorization: None, address: IpAddr::V4(Ipv4Addr::LOCALHOST) }
    }

    /// The same client with an API token.
    #[must_use]
    pub fn bearer(&self, token: &str) -> Self {
        Self { authorization: Some(format!("Bearer {token}")), ..self.clone() }
    }

    /// The same client with login and password.
    #[must_use]
    pub fn basic(&self, login: &str, password: &str) -> Self {
        let pair = BASE64_STANDARD.encode(format!("{login}:{password}"));
        Self { authorization: Some(format!("Basic {pair}")), ..self.clone() }
    }

    /// The same client calling from another address.
    #[must_use]
    pub fn from(&self, address: &str) -> Self {
        Self { address: address.parse().unwrap(), ..self.clone() }
    }

    /// A request to shape further.
    pub fn call(&self, method: &str, path: &str) -> Call {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut builder = Request::builder().method(method).uri(path);
        if let Some(authorization) = &self.authorization {
            builder = builder.header(header::AUTHORIZATION, authorization);
        }
        Call { client: self.clone(), builder, body: Body::empty() }
    }

    /// `GET`.
    #[boxed]
    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send().await
    }

    /// `POST` with a JSON body.
    #[boxed]
    pub async fn post(&self, path: &str, body: Json) -> Answer {
        self.call("POST", path).json(&body).send().await
    }

    /// `PATCH` with a JSON body.
    #[boxed]
    pub async fn patch(&self, path: &str, body: Json) -> Answer {
        self.call("PATCH", path).json(&body).send().await
    }

    /// `DELETE`.
    #[boxed]
    pub async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path).send().await
    }
}

impl Call {
    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json(self, body: &Json) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// Sets a body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it and gives the answer with its body still to be read.
    #[boxed]
    pub async fn open(self) -> http::Response<Body> {
        let peer = SocketAddr::new(self.client.address, 40_000);
        let request = self.builder.extension(ConnectInfo(peer)).body(self.body).unwrap();
        self.client.router.oneshot(request).await.unwrap()
    }

    /// Sends it.
    #[boxed]
    pub async fn send(self) -> Answer {
        let (mut parts, body) = self.open().await.into_parts();
        let mut body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        // Two answers are the same when nothing but the id of the request differs.
        if let Some(id) = parts.headers.remove("x-request-id")
            && let Ok(text) = std::str::from_utf8(&body)
        {
            body = text.replace(id.to_str().unwrap(), "").into();
        }
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON in {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header as text; empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Body and headers in one text, for searching.
    pub fn everything(&self) -> String {
        let mut text = self.text();
        for (name, value) in &self.headers {
            text.push_str(&format!("\n{name}: {}", String::from_utf8_lossy(value.as_bytes())));
        }
        text
    }

    /// The answer itself when it has this status; panics with the body otherwise.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }
}

/// Text as it stands in a query string or a part of an address.
pub fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
