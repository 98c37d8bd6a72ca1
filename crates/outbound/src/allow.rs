//! What the operator allows besides the public internet: hosts and networks, by the configuration.

use std::net::IpAddr;

/// Hosts and networks that are reached although they are none of the public internet, also without TLS and at any port.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allow {
    hosts: Vec<String>,
    networks: Vec<Network>,
}

/// Addresses with the same beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    first: u128,
    is_v4: bool,
    bits: u32,
}

impl Allow {
    /// Reads entries such as `10.1.0.0/16`, `fd12::/16`, `192.168.7.4` or `calendar.example.org`.
    ///
    /// # Errors
    /// The first entry that is none of these, with what is wrong.
    pub fn parse<S: AsRef<str>>(entries: &[S]) -> Result<Self, String> {
        let mut allow = Self::default();
        for entry in entries.iter().map(|entry| entry.as_ref().trim()).filter(|entry| !entry.is_empty()) {
            match Network::parse(entry).map_err(|fault| format!("`{entry}` {fault}"))? {
                Some(network) => allow.networks.push(network),
                None => allow.hosts.push(host(entry).ok_or_else(|| {
                    format!(
                        "`{entry}` is neither a network such as 10.1.0.0/16 nor a host such as calendar.example.org"
                    )
                })?),
            }
        }
        Ok(allow)
    }

    /// Whether a host may be reached under this name, wherever it leads.
    pub fn allows_host(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.');
        self.hosts.iter().any(|host| host.eq_ignore_ascii_case(name))
    }

    /// Whether an address lies in one of the networks.
    pub fn allows_address(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.holds(address))
    }
}

impl Network {
    /// `None` where it is no network at all.
    fn parse(entry: &str) -> Result<Option<Self>, String> {
        let (address, bits) = match entry.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (entry, None),
        };
        let Ok(address) = address.parse::<IpAddr>() else { return Ok(None) };
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => most,
            Some(bits) => bits
                .parse()
                .ok()
                .filter(|bits| (1..=most).contains(bits))
                .ok_or_else(|| format!("must end in a length between 1 and {most}"))?,
        };
        let network = Self { first: number(address), is_v4: address.is_ipv4(), bits };
        if network.first & !network.mask() != 0 {
            return Err(format!("has a host within it; write the first address of the network before /{bits}"));
        }
        Ok(Some(network))
    }

    fn mask(self) -> u128 {
        let width = if self.is_v4 { 32 } else { 128 };
        let all = u128::MAX >> (128 - width);
        all & !(all.checked_shr(self.bits).unwrap_or(0))
    }

    fn holds(self, address: IpAddr) -> bool {
        self.is_v4 == address.is_ipv4() && number(address) & self.mask() == self.first
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// The name of a host as it is compared.
fn host(entry: &str) -> Option<String> {
    let name = url::Host::parse(entry.trim_end_matches('.')).ok()?;
    match name {
        url::Host::Domain(name) => Some(name),
        url::Host::Ipv4(_) | url::Host::Ipv6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses_and_no_others() {
        let allow =
            Allow::parse(&["10.1.0.0/16", "192.168.7.4", "fd12::/16", "Calendar.Example.org"]).expect("entries");
        let holds = |address: &str| allow.allows_address(address.parse().expect("an address"));
        assert!(holds("10.1.0.0") && holds("10.1.255.255") && holds("192.168.7.4") && holds("fd12:3::4"));
        assert!(!holds("10.0.255.255") && !holds("10.2.0.0") && !holds("192.168.7.5") && !holds("fd13::1"));
        // Not in the clothes of the other family either.
        assert!(!holds("::ffff:10.1.0.1") && !holds("::a01:1"));
        assert!(allow.allows_host("calendar.example.org") && allow.allows_host("calendar.example.org."));
        assert!(!allow.allows_host("example.org") && !allow.allows_host("calendar.example.org.evil.test"));
    }

    #[test]
    fn what_is_no_entry_is_named() {
        for (entry, part) in [
            ("10.1.2.0/16", "has a host within it"),
            ("10.0.0.0/33", "between 1 and 32"),
            ("0.0.0.0/0", "between 1 and 32"),
            ("http://intranet", "neither a network"),
            ("a b", "neither a network"),
            ("0x7f000001", "neither a network"),
        ] {
            let fault = Allow::parse(&[entry]).expect_err(entry);
            assert!(fault.contains(part) && fault.contains(entry), "{fault}");
        }
    }
}
