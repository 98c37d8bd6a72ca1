//! Who looks at a page: the session behind the cookie.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use steward_app::error::Error;
use steward_app::journal::Position;
use steward_app::saved_views::SavedView;
use steward_app::sessions::{BrowserSession, Client, Purpose};
use steward_app::time::timer::Timer;
use steward_app::visits::Visited;
use steward_http::address as peer;
use steward_model::access::Actor;

use crate::error::WebError;
use crate::preferences::Preferences;
use crate::{Web, address, csrf, live, presence};

/// The cookie's name where only TLS carries it; browsers then let no other host set it.
const SECURE: &str = "__Host-steward";
/// Its name on a machine's own address without TLS.
const PLAIN: &str = "steward";
/// Sent by scripts with what a page asks by itself, which must not keep a session alive.
const BACKGROUND: HeaderName = HeaderName::from_static("x-steward-background");
/// Sent by htmx with every request of its own.
const PARTIAL: HeaderName = HeaderName::from_static("hx-request");

/// Somebody signed in, with what their browser asked for.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// Their session.
    pub(crate) session: BrowserSession,
    /// How they want pages to be.
    pub(crate) preferences: Preferences,
    /// Token for forms and scripts.
    pub(crate) csrf_token: String,
    /// Whether a part of a page is asked for instead of all of it.
    pub(crate) partial: bool,
    /// How much they have not read, where a whole page is asked for.
    pub(crate) unread: Option<usize>,
    /// Where the browser is.
    pub(crate) client: Client,
    /// Records that they want at hand; none when only a part of a page is asked for.
    pub(crate) pinned_records: Vec<Visited>,
    /// Views that they want at hand; none when only a part of a page is asked for.
    pub(crate) pinned: Vec<SavedView>,
    /// Their clock, if it runs; told to staff only, where a whole page is asked for.
    pub(crate) timer: Option<Timer>,
    /// The end of the journal before anything on the page was read: its stream of changes goes on from there. Told only
    /// where a whole page is asked for.
    pub(crate) journal: Option<Position>,
    /// Whether they may look at how configuration stands; told only where a whole page is asked for.
    pub(crate) keeps_configuration: bool,
}

impl Visitor {
    /// Who it is.
    pub(crate) fn actor(&self) -> &Actor {
        &self.session.actor
    }
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, WebError> {
        let signed_out = || {
            let page = parts.method == Method::GET && !parts.headers.contains_key(PARTIAL);
            let next = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            WebError::signed_out(page.then(|| address::sign_in(next)), parts.method == Method::GET)
        };
        let Some(secret) = session_secret(web, &parts.headers) else { return Err(signed_out()) };
        let by_itself = parts.headers.contains_key(BACKGROUND)
            || parts.uri.path() == live::ROUTE
            || parts.uri.path().ends_with(presence::ROUTE_END);
        let purpose = if by_itself { Purpose::Page } else { Purpose::Person };
        let session = match web.app().session(secret, purpose).await {
            Ok(session) => session,
            Err(Error::Unauthenticated) => return Err(signed_out()),
            Err(error) => return Err(error.into()),
        };
        let settings = web.app().settings(session.owner()).await?;
        let preferences = Preferences::chosen(&parts.headers, &settings);
        let is_mirrored = steward_words::reader().is_mirrored;
        steward_words::set(steward_words::Reader { is_mirrored, ..preferences.reader });
        let partial = parts.headers.contains_key(PARTIAL);
        let shell = parts.method == Method::GET && !partial && !by_itself;
        let journal = if shell { Some(web.app().journal_end().await?) } else { None };
        let unread = if shell { web.app().unread(&session.actor).await.ok().map(|unread| unread.count) } else { None };
        Ok(Self {
            journal,
            unread,
            csrf_token: csrf::token(web.app(), &session),
            preferences,
            pinned: if shell { web.app().pinned_views(&session.actor).await? } else { Vec::new() },
            pinned_records: if shell { web.app().pinned_records(&session.actor).await? } else { Vec::new() },
            keeps_configuration: shell && web.app().may_see_configuration(&session.actor).await,
            timer: if shell && session.actor.is_staff() && session.viewing.is_none() {
                web.app().timer(&session.actor).await?
            } else {
                None
            },
            partial,
            client: client(parts, web),
            session,
        })
    }
}

impl OptionalFromRequestParts<Web> for Visitor {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Option<Self>, WebError> {
        match <Self as FromRequestParts<Web>>::from_request_parts(parts, web).await {
            Ok(visitor) => Ok(Some(visitor)),
            Err(error) if error.is_signed_out() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Where the browser is and what it says it is.
pub(crate) fn client(parts: &Parts, web: &Web) -> Client {
    let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Client { address: peer::of_parts(parts, web.doors().proxies()), agent: agent.to_owned() }
}

/// What the browser holds. Where TLS carries us the plain cookie does not count: another host of the same site could
/// have set it, and so have somebody work in a session that is not theirs.
pub(crate) fn session_secret<'a>(web: &Web, headers: &'a HeaderMap) -> Option<&'a str> {
    cookie(headers, if is_plain(web, headers) { PLAIN } else { SECURE })
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(given, _)| *given == name).map(|(_, value)| value).find(|value| !value.is_empty())
}

/// The cookie that keeps a session in the browser, or with `None` ends it there.
///
/// It needs TLS unless people reach us on the machine itself, or the operator named an address without it.
pub(crate) fn session_cookie(web: &Web, headers: &HeaderMap, secret: Option<&str>) -> Option<HeaderValue> {
    let (name, secure) = if is_plain(web, headers) { (PLAIN, "") } else { (SECURE, "; Secure") };
    let (value, end) = secret.map_or(("", "; Max-Age=0"), |secret| (secret, ""));
    HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{end}")).ok()
}

/// Whether people reach us without TLS.
fn is_plain(web: &Web, headers: &HeaderMap) -> bool {
    match web.doors().public_address() {
        Some(public) => public.starts_with("http://"),
        None => headers.get(header::HOST).and_then(|host| host.to_str().ok()).is_some_and(is_own_machine),
    }
}

fn is_own_machine(host: &str) -> bool {
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    matches!(name, "localhost" | "[::1]")
        || name.ends_with(".localhost")
        || name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_machines_own_addresses_do_without_tls() {
        for own in ["127.0.0.1:8080", "localhost", "localhost:80", "[::1]:8080", "127.9.9.9"] {
            assert!(is_own_machine(own), "{own}");
        }
        for other in ["desk.example.org", "10.0.0.1:8080", "localhost.example.org", "127.0.0.1.example.org", "[::2]:1"]
        {
            assert!(!is_own_machine(other), "{other}");
        }
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let headers: HeaderMap =
            [(header::COOKIE, HeaderValue::from_static("a=1; steward=x-y_z; b=2"))].into_iter().collect();
        assert_eq!(cookie(&headers, "steward"), Some("x-y_z"));
        assert_eq!(cookie(&headers, "stew"), None);
    }
}
