//! The client: what may leave, to whom, and what comes back.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ACCEPT_ENCODING, CONTENT_TYPE, ETAG, HOST, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LAST_MODIFIED, LOCATION, USER_AGENT,
};
use hyper::{Method, Request};
use rustls::{ClientConfig, RootCertStore};

use crate::address::Address;
use crate::allow::Allow;
use crate::error::Error;
use crate::exchange::{Exchanged, exchange};
use crate::range::range;
use crate::resolve::{Resolver, System};

/// How often an address may lead on to another one.
const REDIRECTS: usize = 3;

/// Bounds of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until somebody answers.
    pub connect: Duration,
    /// For everything together, with all that an address leads on to.
    pub total: Duration,
    /// Largest answer, in bytes.
    pub size: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(10), size: 1024 * 1024 }
    }
}

/// What is known of an earlier answer, so that the same one need not come again (RFC 9110, section 13).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// By what it is recognised.
    pub known: Known,
    /// Its content.
    pub body: Bytes,
}

/// Makes requests to the outside.
#[derive(Debug, Clone)]
pub struct Client {
    allow: Allow,
    resolver: Arc<dyn Resolver>,
    tls: Arc<ClientConfig>,
    limits: Limits,
}

impl Client {
    /// A client that trusts the certificates that the system trusts.
    pub fn new(allow: Allow) -> Self {
        let mut roots = RootCertStore::empty();
        // A certificate of the system that cannot be read is one that is not trusted.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Self::with(allow, Arc::new(System), roots, Limits::default())
    }

    /// A client with all its parts.
    pub fn with(allow: Allow, resolver: Arc<dyn Resolver>, roots: RootCertStore, limits: Limits) -> Self {
        let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Self { allow, resolver, tls: Arc::new(tls), limits }
    }

    /// Looks at an address without asking the network.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn check(&self, address: &str) -> Result<Address, Error> {
        Address::parse(address, &self.allow)
    }

    /// Asks for what stands at an address, and for that to which it leads on, three times at most.
    ///
    /// # Errors
    /// Why nothing was asked or no whole answer came. A status is none: see [`Answer::status`].
    pub async fn fetch(&self, address: &str, accept: &'static str, known: &Known) -> Result<Answer, Error> {
        let address = self.check(address)?;
        let mut heads = HeaderMap::new();
        heads.insert(hyper::header::ACCEPT, HeaderValue::from_static(accept));
        let mut keep = |name: HeaderName, value: &Option<String>| {
            if let Some(value) = value.as_deref().and_then(|value| HeaderValue::from_str(value).ok()) {
                heads.insert(name, value);
            }
        };
        keep(IF_NONE_MATCH, &known.etag);
        keep(IF_MODIFIED_SINCE, &known.last_modified);
        let fetched = tokio::time::timeout(self.limits.total, self.follow(address, heads)).await;
        fetched.unwrap_or(Err(Error::Slow(self.limits.total)))
    }

    /// Hands a document over to an address. Where that one leads on, nothing follows: the answer says so by its status.
    ///
    /// # Errors
    /// As [`Self::fetch`], and [`Error::Garbled`] for a head that cannot be sent.
    pub async fn deliver(
        &self,
        address: &str,
        content_type: &'static str,
        heads: &[(&'static str, String)],
        body: Bytes,
    ) -> Result<Answer, Error> {
        let address = self.check(address)?;
        let mut own = HeaderMap::new();
        own.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        for (name, value) in heads {
            let value = HeaderValue::from_str(value).map_err(|_| Error::Garbled)?;
            own.insert(HeaderName::from_static(name), value);
        }
        let sent = self.ask(Method::POST, &address, own, body);
        let exchanged = tokio::time::timeout(self.limits.total, sent).await;
        Ok(answer(exchanged.unwrap_or(Err(Error::Slow(self.limits.total)))?))
    }

    async fn follow(&self, mut address: Address, heads: HeaderMap) -> Result<Answer, Error> {
        for hop in 0..=REDIRECTS {
            let asked = self.ask(Method::GET, &address, heads.clone(), Bytes::new()).await;
            let exchanged = asked.map_err(|error| match error {
                Error::Inside(_) if hop > 0 => Error::LeadsTo(Box::new(error)),
                other => other,
            })?;
            let location = exchanged.head.headers.get(LOCATION).and_then(|value| value.to_str().ok());
            match (exchanged.head.status.as_u16(), location) {
                (301 | 302 | 303 | 307 | 308, Some(location)) => {
                    let next = address.join(location, &self.allow);
                    address = next.map_err(|error| Error::LeadsTo(Box::new(error)))?;
                }
                _ => return Ok(answer(exchanged)),
            }
        }
        Err(Error::Redirects(REDIRECTS))
    }

    async fn ask(&self, method: Method, address: &Address, heads: HeaderMap, body: Bytes) -> Result<Exchanged, Error> {
        let checked = self.checked(address).await?;
        let mut request = Request::builder()
            .method(method)
            .uri(address.path())
            .header(HOST, address.authority())
            .header(USER_AGENT, "Steward")
            .header(ACCEPT_ENCODING, "identity")
            .body(Full::new(body))
            .map_err(|error| Error::Address(error.to_string()))?;
        request.headers_mut().extend(heads);
        exchange(address, &checked, request, &self.tls, &self.limits).await
    }

    /// The network addresses of a host, each of which may be connected to.
    async fn checked(&self, address: &Address) -> Result<Vec<SocketAddr>, Error> {
        let found = match address.ip() {
            Some(numbers) => vec![numbers],
            None => self.resolver.addresses(&address.name()).await,
        };
        if found.is_empty() {
            return Err(Error::Unknown);
        }
        if !address.is_allowed(&self.allow) {
            // One that is refused among others refuses the name: it would be a matter of chance otherwise.
            if let Some(range) = found.iter().find_map(|numbers| self.refused(*numbers)) {
                return Err(Error::Inside(range));
            }
        }
        Ok(found.into_iter().map(|numbers| SocketAddr::new(numbers, address.port())).collect())
    }

    fn refused(&self, numbers: IpAddr) -> Option<crate::range::Range> {
        range(numbers).filter(|_| !self.allow.allows_address(numbers))
    }
}

fn answer(exchanged: Exchanged) -> Answer {
    let head = |name: HeaderName| {
        let value = exchanged.head.headers.get(name)?.to_str().ok()?;
        Some(value.to_owned()).filter(|value| value.len() <= 500)
    };
    let known = Known { etag: head(ETAG), last_modified: head(LAST_MODIFIED) };
    Answer { status: exchanged.head.status.as_u16(), known, body: exchanged.body }
}
