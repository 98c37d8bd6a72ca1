//! Addresses as people type them, looked at before anything is asked of the network.

use std::net::{IpAddr, Ipv4Addr};

use url::{Host, Url};

use crate::allow::Allow;
use crate::error::Error;
use crate::range::range;

/// Longest address.
const LONGEST: usize = 8 * 1024;
/// Above the ports that other services have by convention, whose words could be put into a request.
const FREE_PORTS: u16 = 1024;

/// An address whose form may be asked for. Where its name leads is looked at when it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    url: Url,
    host: Host<String>,
    port: u16,
}

impl Address {
    /// Reads and checks an address.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn parse(text: &str, allow: &Allow) -> Result<Self, Error> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(Error::Address(format!("it is longer than {LONGEST} letters")));
        }
        if text.chars().any(|letter| letter.is_control() || letter.is_whitespace() || letter == '\\') {
            return Err(Error::Address("it holds blanks, backslashes or control characters".to_owned()));
        }
        let url = Url::parse(text).map_err(|error| Error::Address(error.to_string()))?;
        // The spelling of what leads on from an address is whatever the other server made of it.
        if let Some(Host::Ipv4(address)) = url.host()
            && !is_spelled(text, address)
        {
            return Err(Error::Spelling(address.to_string()));
        }
        Self::of(url, allow)
    }

    /// Where an address leads on to, by the word of its answer.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub(crate) fn join(&self, location: &str, allow: &Allow) -> Result<Self, Error> {
        let url = self.url.join(location).map_err(|error| Error::Address(error.to_string()))?;
        Self::of(url, allow)
    }

    fn of(url: Url, allow: &Allow) -> Result<Self, Error> {
        if !["http", "https"].contains(&url.scheme()) {
            return Err(Error::Scheme(url.scheme().chars().take(20).collect()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::Credentials);
        }
        let host = url.host().map(|host| host.to_owned()).ok_or(Error::Address("it has no host".to_owned()))?;
        let port = url.port_or_known_default().unwrap_or(443);
        let address = Self { url, host, port };
        if address.is_allowed(allow) {
            return Ok(address);
        }
        if let Some(numbers) = address.ip()
            && let Some(range) = range(numbers)
        {
            return Err(Error::Inside(range));
        }
        if address.is_local_name() {
            return Err(Error::Inside(crate::range::Range::Loopback));
        }
        if address.url.scheme() != "https" {
            return Err(Error::Plain);
        }
        if address.port == 0 || ![80, 443].contains(&address.port) && address.port < FREE_PORTS {
            return Err(Error::Port(address.port));
        }
        Ok(address)
    }

    /// Whether the operator lists its host.
    pub(crate) fn is_allowed(&self, allow: &Allow) -> bool {
        match self.ip() {
            Some(numbers) => allow.allows_address(numbers),
            None => allow.allows_host(&self.name()),
        }
    }

    /// The numbers, where it has these in place of a name.
    pub(crate) fn ip(&self) -> Option<IpAddr> {
        match &self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::V4(*address)),
            Host::Ipv6(address) => Some(IpAddr::V6(*address)),
        }
    }

    /// The host as certificates and resolvers know it.
    pub(crate) fn name(&self) -> String {
        match &self.host {
            Host::Domain(name) => name.trim_end_matches('.').to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// What stands in the first line of a request.
    pub(crate) fn path(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }

    /// What stands in the head `Host`.
    pub(crate) fn authority(&self) -> String {
        match self.url.port() {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.to_string(),
        }
    }

    /// Scheme, host and port: all of an address that may be told to who must not know what else stands in it.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.url.scheme(), self.authority())
    }

    fn is_local_name(&self) -> bool {
        let Host::Domain(name) = &self.host else { return false };
        let name = name.trim_end_matches('.');
        name == "localhost" || name.ends_with(".localhost")
    }
}

/// Whether a host is written as four numbers with dots, and not as one number, in another base, or shortened.
fn is_spelled(text: &str, address: Ipv4Addr) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest[..end].rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    host == address.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::range::Range;

    fn parse(text: &str) -> Result<Address, Error> {
        let allow = Allow::parse(&["10.1.0.0/16", "calendar.intern.example"]).expect("entries");
        Address::parse(text, &allow)
    }

    #[test]
    fn public_addresses_by_tls_may_be_asked_for() {
        for (text, origin) in [
            ("https://example.org/a.ics?token=1", "https://example.org"),
            (" https://EXAMPLE.org:8443/ ", "https://example.org:8443"),
            ("https://1.1.1.1/", "https://1.1.1.1"),
            ("https://[2606:4700::1111]/", "https://[2606:4700::1111]"),
            ("https://bücher.example/", "https://xn--bcher-kva.example"),
        ] {
            assert_eq!(parse(text).map(|address| address.origin()), Ok(origin.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_the_operator_lists_needs_neither_tls_nor_a_usual_port() {
        for text in
            ["http://10.1.2.3/", "http://10.1.2.3:25/", "http://calendar.intern.example:81/x", "https://10.1.0.0"]
        {
            assert!(parse(text).is_ok(), "{text}");
        }
        assert_eq!(parse("https://10.2.0.1/"), Err(Error::Inside(Range::Private)));
    }

    #[test]
    fn every_rule_is_named() {
        for (text, expected) in [
            ("http://example.org/", Error::Plain),
            ("ftp://example.org/", Error::Scheme("ftp".to_owned())),
            ("file:///etc/passwd", Error::Scheme("file".to_owned())),
            ("gopher://example.org/", Error::Scheme("gopher".to_owned())),
            ("https://user@example.org/", Error::Credentials),
            ("https://user:word@example.org/", Error::Credentials),
            ("https://example.org@127.0.0.1/", Error::Credentials),
            ("https://example.org:25/", Error::Port(25)),
            ("https://example.org:0/", Error::Port(0)),
            ("https://localhost/", Error::Inside(Range::Loopback)),
            ("https://LOCALHOST./", Error::Inside(Range::Loopback)),
            ("https://a.localhost/", Error::Inside(Range::Loopback)),
            ("https://127.0.0.1/", Error::Inside(Range::Loopback)),
            ("https://[::1]/", Error::Inside(Range::Loopback)),
            ("https://[0:0:0:0:0:0:0:1]/", Error::Inside(Range::Loopback)),
            ("https://[::ffff:127.0.0.1]/", Error::Inside(Range::Embedded)),
            ("https://[::ffff:7f00:1]/", Error::Inside(Range::Embedded)),
            ("https://[::ffff:10.1.0.1]/", Error::Inside(Range::Embedded)),
            ("https://[64:ff9b::7f00:1]/", Error::Inside(Range::Embedded)),
            ("https://0.0.0.0/", Error::Inside(Range::Reserved)),
            ("https://[::]/", Error::Inside(Range::Reserved)),
            ("https://169.254.169.254/latest/meta-data/", Error::Inside(Range::Metadata)),
            ("https://100.64.0.1/", Error::Inside(Range::Shared)),
        ] {
            assert_eq!(parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn numbers_in_odd_spellings_are_refused() {
        for text in [
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.0.0.1/",
            "https://017700000001/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://127.0.0.1./",
            "https://①②⑦.0.0.1/",
            "https://127%2e0.0.1/",
            "https://16843009/",
        ] {
            assert!(matches!(parse(text), Err(Error::Spelling(_))), "{text}: {:?}", parse(text));
        }
        assert!(matches!(parse("https:///127.0.0.1/"), Err(Error::Spelling(_))));
        for text in ["https://", "example.org", "https://exa mple.org/", "https:\\\\127.0.0.1\\", "https://a\r\nb/"] {
            let is_refused = matches!(parse(text), Err(Error::Address(_)) | Err(Error::Scheme(_)));
            assert!(is_refused, "{text}: {:?}", parse(text));
        }
    }
}
