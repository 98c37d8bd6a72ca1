//! A client of the REST interface that keeps its connection, and loads made of many.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HeaderName;
use hyper::{HeaderMap, Method, Request, header};
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::bench::machine::processor_time;
use crate::bench::server::Server;

/// Requests before the clock starts, so that caches are as in the midst of work.
const WARM_UP: u64 = 20;

/// A request to make.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// Address with query.
    pub(super) path: String,
    /// Body of a `POST`; a `GET` without.
    pub(super) body: Option<Value>,
}

impl Call {
    /// Reads an address.
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { path: path.into(), body: None }
    }

    /// Reads an address with parameters.
    pub(super) fn query(path: &str, parameters: &[(&str, &str)]) -> Self {
        let parameters: Vec<String> = parameters
            .iter()
            .map(|(key, value)| format!("{key}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect();
        Self::get(format!("{path}?{}", parameters.join("&")))
    }
}

/// One connection of somebody.
pub(super) struct Client {
    sender: SendRequest<Full<Bytes>>,
    address: SocketAddr,
    identity: (HeaderName, String),
}

impl Client {
    /// Connects with a token or, for pages, with the cookie of a session (`name=value`).
    ///
    /// # Errors
    /// When nobody listens.
    pub(super) async fn connect(address: SocketAddr, token: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let identity = match token.contains('=') {
            true => (header::COOKIE, token.to_owned()),
            false => (header::AUTHORIZATION, format!("Bearer {token}")),
        };
        Ok(Self { sender, address, identity })
    }

    /// Makes a request, reads the whole answer, and gives the address of the next page if there is one.
    ///
    /// # Errors
    /// When the connection ends, or the answer is not one of success.
    pub(super) async fn call(&mut self, call: &Call) -> anyhow::Result<Option<String>> {
        let (headers, _) = self.exchange(call).await?;
        let link = headers.get(header::LINK).and_then(|link| link.to_str().ok());
        Ok(link.and_then(|link| link.strip_prefix('<')?.split('>').next()).map(str::to_owned))
    }

    /// Makes a request and reads the answer as JSON.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub(super) async fn read(&mut self, call: &Call) -> anyhow::Result<Value> {
        Ok(serde_json::from_slice(&self.exchange(call).await?.1)?)
    }

    /// Makes a request for a list and gives how many records there are in all.
    ///
    /// # Errors
    /// As [`Self::call`], and when the answer does not tell.
    pub(super) async fn count(&mut self, call: &Call) -> anyhow::Result<u64> {
        let (headers, _) = self.exchange(call).await?;
        let total = headers.get("x-total-count").and_then(|total| total.to_str().ok());
        total.and_then(|total| total.parse().ok()).context("the answer does not count")
    }

    /// Signs in as a person does, and gives the cookie of the session.
    ///
    /// # Errors
    /// When login and password do not open a session.
    pub(super) async fn sign_in(address: SocketAddr, login: &str, password: &str) -> anyhow::Result<String> {
        let mut client = Self::connect(address, "").await?;
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let form = format!("login={}&password={}", encoded(login), encoded(password));
        let request = Request::post("/sign-in")
            .header(header::HOST, address.to_string())
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(form.into()))?;
        client.sender.ready().await?;
        let answer = client.sender.send_request(request).await?;
        let cookie = answer.headers().get(header::SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next());
        cookie.map(str::to_owned).with_context(|| format!("{login} was not signed in: {}", answer.status()))
    }

    /// Bytes of an answer as it came over the wire.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub(super) async fn weight(&mut self, call: &Call) -> anyhow::Result<usize> {
        Ok(self.exchange(call).await?.1.len())
    }

    async fn exchange(&mut self, call: &Call) -> anyhow::Result<(HeaderMap, Bytes)> {
        let (method, body) = match &call.body {
            None => (Method::GET, Bytes::new()),
            Some(body) => (Method::POST, serde_json::to_vec(body)?.into()),
        };
        let request = Request::builder()
            .method(method)
            .uri(&call.path)
            .header(header::HOST, self.address.to_string())
            .header(&self.identity.0, &self.identity.1)
            .header(header::ACCEPT_ENCODING, "gzip")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body))?;
        self.sender.ready().await?;
        let (head, body) = self.sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        if !head.status.is_success() {
            bail!("{} answered {}: {}", call.path, head.status, String::from_utf8_lossy(&body));
        }
        Ok((head.headers, body))
    }
}

/// What a load measured.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// One for each request, as the client saw it.
    pub(super) each: Vec<Duration>,
    /// From the first to the last.
    pub(super) elapsed: Duration,
    /// Time on a processor that the server took meanwhile.
    pub(super) processor: Duration,
}

/// Has so many clients make requests, one after the other each, for some seconds. Every request has a number of its own.
///
/// # Errors
/// When a request fails, or the server ends: a load with failures has no time.
pub(super) async fn run(
    server: &Server,
    token: &str,
    clients: usize,
    seconds: u64,
    call: impl Fn(u64) -> Call + Send + Sync + 'static,
) -> anyhow::Result<Times> {
    let (call, number) = (Arc::new(call), Arc::new(AtomicU64::new(0)));
    let mut connected = Vec::new();
    for _ in 0..clients {
        let mut client = Client::connect(server.address, token).await?;
        for _ in 0..WARM_UP {
            client.call(&call(number.fetch_add(1, Ordering::Relaxed))).await?;
        }
        connected.push(client);
    }
    let process = server.process()?;
    let processor = processor_time(process)?;
    let begun = Instant::now();
    let until = begun + Duration::from_secs(seconds);
    let mut tasks = JoinSet::new();
    for mut client in connected {
        let (call, number) = (call.clone(), number.clone());
        tasks.spawn(async move {
            let mut times = Vec::new();
            while Instant::now() < until {
                let call = call(number.fetch_add(1, Ordering::Relaxed));
                let sent = Instant::now();
                client.call(&call).await?;
                times.push(sent.elapsed());
            }
            anyhow::Ok(times)
        });
    }
    let mut each = Vec::new();
    while let Some(times) = tasks.join_next().await {
        each.extend(times??);
    }
    let elapsed = begun.elapsed();
    Ok(Times { each, elapsed, processor: processor_time(process)?.saturating_sub(processor) })
}
