//! A browser that calls the router in this process: it keeps cookies, says where a form came from, and sends its token.

use std::collections::BTreeMap;
use std::sync::Mutex;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::header;
use steward_model::chain::Hash;
use steward_model::id::RecordId;
use steward_store::sessions::NewSession;

use crate::boxed;
use crate::client::{Answer, Call, Client};
use crate::markup::{Page, PageForm};
use crate::server::Server;

/// Host under which the browser reaches the server.
pub const HOST: &str = "desk.example";
/// Name of the cookie of a session where TLS carries it.
pub const COOKIE: &str = "__Host-steward";
const BOUNDARY: &str = "steward-test-boundary";

/// A browser of one person.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    cookies: Mutex<BTreeMap<String, String>>,
    token: Mutex<Option<String>>,
}

/// A file in a form: name of the field, name of the file, content.
pub type FormFile<'a> = (&'a str, &'a str, &'a [u8]);

impl Browser {
    /// A browser in which nobody is signed in.
    pub fn new(client: Client) -> Self {
        Self { client, cookies: Mutex::default(), token: Mutex::default() }
    }

    /// The same browser, its cookies too, calling somewhere else.
    #[must_use]
    pub fn at(&self, client: Client) -> Self {
        let other = Self::new(client);
        *other.cookies.lock().unwrap() = self.cookies.lock().unwrap().clone();
        other
    }

    /// The same browser calling from another address.
    #[must_use]
    pub fn from(mut self, address: &str) -> Self {
        self.client = self.client.from(address);
        self
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Puts a cookie into the browser.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
        *self.token.lock().unwrap() = None;
    }

    /// A request with the cookies, to shape further; it says nothing of where it came from.
    pub fn call(&self, method: &str, path: &str) -> Call {
        let cookies = self.cookies.lock().unwrap();
        let line = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let call = self.client.call(method, path).header("host", HOST);
        if line.is_empty() { call } else { call.header("cookie", &line) }
    }

    /// A request that comes from a page of the server.
    pub fn own_call(&self, method: &str, path: &str) -> Call {
        let origin = format!("https://{HOST}");
        self.call(method, path).header("sec-fetch-site", "same-origin").header("origin", &origin)
    }

    /// Sends a request and keeps what the answer sets.
    #[boxed]
    pub async fn send(&self, call: Call) -> Answer {
        let answer = call.send().await;
        let mut cookies = self.cookies.lock().unwrap();
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
            *self.token.lock().unwrap() = None;
        }
        answer
    }

    /// Follows a link.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.call("GET", path)).await
    }

    /// Asks for a part of a page, as htmx does.
    pub async fn part(&self, path: &str) -> Answer {
        self.send(self.own_call("GET", path).header("hx-request", "true")).await
    }

    /// A page, read; panics unless the answer is 200.
    #[boxed]
    pub async fn page(&self, path: &str) -> Page {
        let answer = self.get(path).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
        Page::parse(&answer.text())
    }

    /// The form that goes to `action` on the page at `path`.
    #[boxed]
    pub async fn form(&self, path: &str, action: &str) -> PageForm {
        let page = self.page(path).await;
        let seen: Vec<String> = page.forms().into_iter().map(|form| form.action).collect();
        page.form(action).unwrap_or_else(|| panic!("{path} has no form for {action} but {seen:?}"))
    }

    /// The token of the session, from the page of the account; empty when nobody is signed in.
    #[boxed]
    pub async fn token(&self) -> String {
        if let Some(token) = self.token.lock().unwrap().clone() {
            return token;
        }
        let answer = self.get("/account").await;
        let token = Page::parse(&answer.text()).csrf_token().unwrap_or_default().to_owned();
        *self.token.lock().unwrap() = Some(token.clone());
        token
    }

    /// Sends a form that a page has, as it is.
    #[boxed]
    pub async fn submit(&self, form: &PageForm) -> Answer {
        self.send(self.own_call("POST", &form.action).form(&form.values)).await
    }

    /// Sends values from a page of the server, with the token of the session.
    #[boxed]
    pub async fn post(&self, path: &str, values: &[(&str, &str)]) -> Answer {
        let call = self.own_call("POST", path).form(&self.with_token(values).await);
        self.send(call).await
    }

    /// As [`Self::post`], as htmx does it.
    #[boxed]
    pub async fn post_part(&self, path: &str, values: &[(&str, &str)]) -> Answer {
        let call = self.own_call("POST", path).header("hx-request", "true").header("x-csrf-token", &self.token().await);
        self.send(call.form(values)).await
    }

    /// Sends values and files from a page of the server, with the token of the session.
    pub async fn post_files(&self, path: &str, values: &[(&str, &str)], files: &[FormFile<'_>]) -> Answer {
        let call = self.own_call("POST", path).multipart(&self.with_token(values).await, files);
        self.send(call).await
    }

    async fn with_token(&self, values: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut all = vec![("csrf_token".to_owned(), self.token().await)];
        all.extend(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        all
    }

    /// Signs in with a password.
    #[boxed]
    pub async fn sign_in(&self, login: &str, password: &str) -> Answer {
        let call = self.own_call("POST", "/sign-in").form(&[("login", login), ("password", password), ("next", "/")]);
        self.send(call).await
    }
}

impl Call {
    /// Sets a form without files.
    #[must_use]
    pub fn form<N: AsRef<str>, V: AsRef<str>>(self, values: &[(N, V)]) -> Self {
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(values).finish();
        self.header("content-type", "application/x-www-form-urlencoded").body(text)
    }

    /// Sets a form with files.
    #[must_use]
    pub fn multipart<N: AsRef<str>, V: AsRef<str>>(self, values: &[(N, V)], files: &[FormFile<'_>]) -> Self {
        let mut body = Vec::new();
        for (name, value) in values {
            let (name, value) = (name.as_ref(), value.as_ref());
            let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.into_bytes());
        }
        for (name, file, content) in files {
            // As browsers write it: quotes and line breaks are encoded, all else stands as it is.
            let file = file.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend(head.into_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        self.header("content-type", &format!("multipart/form-data; boundary={BOUNDARY}")).body(body)
    }
}

impl Server {
    /// A browser in which nobody is signed in.
    pub fn browser(&self) -> Browser {
        Browser::new(self.anonymous())
    }

    /// A browser in which a person is signed in, without the time that checking a password takes.
    #[boxed]
    pub async fn browser_of(&self, person: RecordId) -> Browser {
        let secret = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let new = NewSession {
            person,
            hash: Hash::of(secret.as_bytes()),
            at: self.app.now(),
            address: "127.0.0.1".to_owned(),
            agent: "test".to_owned(),
        };
        self.database.store.add_session(new, 10, self.app.now().plus_seconds(-86_400)).await.unwrap();
        let browser = self.browser();
        browser.set_cookie(COOKIE, &secret);
        browser
    }
}
