//! Where a request comes from: the peer of the connection or, behind a proxy that the operator named, what that says.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Addresses of proxies that may say whom they speak for; nobody else is believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpAddr>);

impl Proxies {
    /// Reads addresses written with commas between them.
    ///
    /// # Errors
    /// The part that is no address.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| IpAddr::from_str(part).map_err(|_| part.to_owned())).collect::<Result<_, _>>().map(Self)
    }

    fn lists(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

/// The address of the client of a request, for limits and journals.
pub fn of_parts(parts: &Parts, proxies: &Proxies) -> String {
    of(&parts.extensions, &parts.headers, proxies)
}

/// As [`of_parts`]: the last address in `X-Forwarded-For` that is no proxy of ours, when the peer is one.
pub fn of(extensions: &Extensions, headers: &HeaderMap, proxies: &Proxies) -> String {
    let Some(ConnectInfo(peer)) = extensions.get::<ConnectInfo<SocketAddr>>() else { return "unknown".to_owned() };
    let peer = peer.ip();
    if !proxies.lists(peer) {
        return peer.to_string();
    }
    let named = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let chain: Vec<&str> = named.flat_map(|value| value.split(',')).map(str::trim).collect();
    for hop in chain.into_iter().rev() {
        match IpAddr::from_str(hop) {
            Ok(address) if proxies.lists(address) => {}
            Ok(address) => return address.to_string(),
            Err(_) => break,
        }
    }
    peer.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn check(peer: &str, forwarded: &[&str], address: &str) {
        let proxies = Proxies::parse("127.0.0.1, 10.0.0.2").unwrap();
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1234)));
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(value).unwrap());
        }
        assert_eq!(of(&extensions, &headers, &proxies), address);
    }

    #[test]
    fn sec_095_only_listed_proxies_are_believed() {
        check("203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        check("127.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("127.0.0.1", &["198.51.100.66, 198.51.100.1"], "198.51.100.1");
        check("127.0.0.1", &["198.51.100.1", "10.0.0.2"], "198.51.100.1");
        check("127.0.0.1", &["nonsense"], "127.0.0.1");
        check("127.0.0.1", &[], "127.0.0.1");
        assert_eq!(Proxies::parse("127.0.0.1, here"), Err("here".to_owned()));
    }
}
