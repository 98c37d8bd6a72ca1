//! Ranges of network addresses that are none of the public internet, by the special-purpose registries (RFC 6890).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is none of the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// This machine.
    Loopback,
    /// A network of somebody's own (RFC 1918).
    Private,
    /// One cable (RFC 3927, RFC 4291).
    LinkLocal,
    /// A network of somebody's own (RFC 4193), and its predecessor (RFC 3879).
    UniqueLocal,
    /// Many machines at once.
    Multicast,
    /// Shared by customers of a carrier (RFC 6598).
    Shared,
    /// Where clouds tell machines about themselves, keys among it.
    Metadata,
    /// An IPv4 address in the clothes of IPv6: mapped, compatible, translated (NAT64), or tunnelled (6to4, Teredo).
    Embedded,
    /// Nobody's: this network, documentation, benchmarks, what is not given out.
    Reserved,
}

impl Range {
    /// What it is, in words that go after “is”.
    pub fn words(self) -> &'static str {
        match self {
            Self::Loopback => "the server itself (loopback)",
            Self::Private => "a private network",
            Self::LinkLocal => "a link-local address",
            Self::UniqueLocal => "a unique local network",
            Self::Multicast => "a multicast address",
            Self::Shared => "a shared network of a carrier (CGNAT)",
            Self::Metadata => "a metadata service of a cloud",
            Self::Embedded => "an IPv4 address written as IPv6",
            Self::Reserved => "a reserved address",
        }
    }
}

/// Metadata services at addresses that look like others: Azure's, Oracle's and Alibaba's.
const METADATA_V4: [Ipv4Addr; 4] = [
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(192, 0, 0, 192),
    Ipv4Addr::new(100, 100, 100, 200),
];
/// Those of Amazon and Google.
const METADATA_V6: [Ipv6Addr; 2] =
    [Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)];

/// The range that keeps an address from being a public one; `None` for public addresses.
pub fn range(address: IpAddr) -> Option<Range> {
    match address {
        IpAddr::V4(address) => range_v4(address),
        IpAddr::V6(address) => range_v6(address),
    }
}

fn range_v4(address: Ipv4Addr) -> Option<Range> {
    if METADATA_V4.contains(&address) {
        return Some(Range::Metadata);
    }
    match address.octets() {
        [127, ..] => Some(Range::Loopback),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Some(Range::Private),
        [169, 254, ..] => Some(Range::LinkLocal),
        [100, 64..=127, ..] => Some(Range::Shared),
        [224..=239, ..] => Some(Range::Multicast),
        // 6to4 relays (RFC 7526) lead to where nobody knows.
        [192, 88, 99, _] => Some(Range::Embedded),
        [0, ..] | [192, 0, 0 | 2, _] | [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] | [240..=255, ..] => {
            Some(Range::Reserved)
        }
        _ => None,
    }
}

fn range_v6(address: Ipv6Addr) -> Option<Range> {
    if METADATA_V6.contains(&address) {
        return Some(Range::Metadata);
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(Range::Loopback),
        [0, 0, 0, 0, 0, 0, 0, 0] => Some(Range::Reserved),
        // Compatible, mapped, and translated (RFC 4291, RFC 2765).
        [0, 0, 0, 0, ..] => Some(Range::Embedded),
        [0x64, 0xff9b, ..] | [0x2002, ..] | [0x2001, 0, ..] => Some(Range::Embedded),
        [0xfe80..=0xfebf, ..] => Some(Range::LinkLocal),
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Some(Range::UniqueLocal),
        [0xff00..=0xffff, ..] => Some(Range::Multicast),
        [0x2001, 0x1..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Some(Range::Reserved),
        // All that is given out so far.
        [0x2000..=0x3fff, ..] => None,
        _ => Some(Range::Reserved),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: Option<Range>, addresses: &[&str]) {
        for address in addresses {
            assert_eq!(range(address.parse().expect("an address")), expected, "{address}");
        }
    }

    #[test]
    fn public_addresses_are_in_no_range() {
        check(None, &["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255"]);
        check(None, &["128.0.0.0", "169.253.0.1", "169.255.0.1", "172.15.255.255", "172.32.0.0", "192.167.255.255"]);
        check(None, &["192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"]);
        check(None, &["2606:4700::1111", "2a00:1450:4001::200e", "2001:200::1", "2001:4860:4860::8888", "2003::1"]);
    }

    #[test]
    fn every_range_is_known_from_its_first_to_its_last_address() {
        check(Some(Range::Loopback), &["127.0.0.0", "127.0.0.1", "127.255.255.255", "::1"]);
        check(Some(Range::Private), &["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255"]);
        check(Some(Range::Private), &["192.168.0.0", "192.168.255.255"]);
        check(Some(Range::LinkLocal), &["169.254.0.0", "169.254.255.255", "fe80::1", "febf:ffff::1"]);
        check(Some(Range::UniqueLocal), &["fc00::", "fdff:ffff::1", "fec0::1", "feff::1"]);
        check(Some(Range::Multicast), &["224.0.0.0", "239.255.255.255", "ff00::", "ff02::1", "ffff::1"]);
        check(Some(Range::Shared), &["100.64.0.0", "100.127.255.255"]);
        check(Some(Range::Metadata), &["169.254.169.254", "168.63.129.16", "192.0.0.192", "100.100.100.200"]);
        check(Some(Range::Metadata), &["fd00:ec2::254", "fd20:ce::254"]);
        check(Some(Range::Embedded), &["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::ffff:0:10.0.0.1"]);
        check(Some(Range::Embedded), &["64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "192.88.99.1"]);
        check(Some(Range::Reserved), &["0.0.0.0", "0.255.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.0"]);
        check(Some(Range::Reserved), &["198.19.255.255", "198.51.100.1", "203.0.113.1", "240.0.0.0"]);
        check(Some(Range::Reserved), &["255.255.255.255", "::", "2001:db8::1", "2001:1ff::1", "3fff::1", "5f00::1"]);
        check(Some(Range::Reserved), &["100::1", "4000::1"]);
    }
}
