//! A client of the interface that tells an answer from no answer.

use std::time::Duration;

use serde_json::Value;
use ureq::http::{HeaderMap, Request};
use ureq::{Agent, Body};

/// Talks to one server as one account.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    address: String,
    token: String,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

/// No answer came: what was asked for may have been done or not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoAnswer(String);

impl Answer {
    /// The body, which must be JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The body as JSON, when the status is the expected one.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }
}

impl Answer {
    /// It says that the server is not available just now.
    #[track_caller]
    pub(crate) fn check_unavailable(&self, what: &str) {
        assert_eq!(self.status, 503, "{what}: {}", String::from_utf8_lossy(&self.bytes));
    }
}

impl Client {
    pub(crate) fn new(address: &str, token: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // An answer is what the server said, not what it pointed to.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(Duration::from_secs(40)))
            // A connection that the server closed while it was idle would look like an unanswered request.
            .max_idle_age(Duration::from_secs(3))
            .build();
        Self { agent: config.into(), address: address.to_owned(), token: token.to_owned() }
    }

    pub(crate) fn get(&self, path: &str) -> Result<Answer, NoAnswer> {
        self.send("GET", path, &[], Vec::new())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Answer, NoAnswer> {
        self.send("POST", path, &[("content-type", "application/json")], body.to_string().into_bytes())
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Result<Answer, NoAnswer> {
        self.send("PATCH", path, &[("content-type", "application/json")], body.to_string().into_bytes())
    }

    /// Any request.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Answer, NoAnswer> {
        let (head, mut body) = self.open(method, path, headers, body)?.into_parts();
        let bytes = body.with_config().limit(64 << 20).read_to_vec().map_err(no_answer)?;
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, bytes })
    }

    /// Any request, its answer to be read as it comes.
    pub(crate) fn open(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<ureq::http::Response<Body>, NoAnswer> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match method {
            "GET" | "DELETE" => self.agent.run(request.body(()).unwrap()),
            _ => self.agent.run(request.body(body).unwrap()),
        }
        .map_err(no_answer)
    }

    /// Reads under other credentials.
    pub(crate) fn send_as(&self, authorization: &str, path: &str) -> Result<Answer, NoAnswer> {
        let request = Request::builder().uri(format!("http://{}{path}", self.address));
        let request = request.header("authorization", authorization).body(()).unwrap();
        let (head, mut body) = self.agent.run(request).map_err(no_answer)?.into_parts();
        let bytes = body.read_to_vec().map_err(no_answer)?;
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, bytes })
    }

    /// The account's token, for requests written by hand.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }
}

fn no_answer(error: ureq::Error) -> NoAnswer {
    NoAnswer(error.to_string())
}
