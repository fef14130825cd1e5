//! Which IP addresses are public: what everybody reaches, and nobody reaches only from here. Pure.
//!
//! The sources are IANA's registries of special-purpose addresses
//! (<https://www.iana.org/assignments/iana-ipv4-special-registry>, `iana-ipv6-special-registry`) and the
//! documents that they name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Not public, by first address and length of the prefix.
const PRIVATE_V4: [(Ipv4Addr, u32); 17] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),        // this network, RFC 791
    (Ipv4Addr::new(10, 0, 0, 0), 8),       // private, RFC 1918
    (Ipv4Addr::new(100, 64, 0, 0), 10),    // carriers' NAT, RFC 6598
    (Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback, RFC 1122
    (Ipv4Addr::new(168, 63, 129, 16), 32), // Azure's host, which answers virtual machines only
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local, RFC 3927; clouds' metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),    // private, RFC 1918
    (Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments, RFC 6890
    (Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation, RFC 5737
    (Ipv4Addr::new(192, 88, 99, 0), 24),   // 6to4 relays, RFC 7526
    (Ipv4Addr::new(192, 168, 0, 0), 16),   // private, RFC 1918
    (Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarks, RFC 2544
    (Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation, RFC 5737
    (Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation, RFC 5737
    (Ipv4Addr::new(224, 0, 0, 0), 4),      // multicast, RFC 5771
    (Ipv4Addr::new(240, 0, 0, 0), 4),      // reserved, RFC 1112
    (Ipv4Addr::BROADCAST, 32),             // RFC 919
];

/// What is global unicast (RFC 4291); whatever is outside was assigned for something else, or not yet.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Not public within it.
const PRIVATE_V6: [(Ipv6Addr, u32); 4] = [
    // Protocol assignments, RFC 2928: Teredo (RFC 4380), benchmarks (RFC 5180), ORCHID (RFC 7343).
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation, RFC 3849
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),     // 6to4, RFC 7526
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),     // documentation, RFC 9637
];

/// The last 32 bits are an IPv4 address, where the packets go.
const EMBEDDING: [(Ipv6Addr, u32); 2] = [
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96), // IPv4-mapped, RFC 4291
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96), // NAT64, RFC 6052
];

/// Whether an address is public. Those that embed an IPv4 address are what it is, or private where they are
/// of a kind that is no longer used.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match EMBEDDING.iter().any(|range| is_in_v6(address, *range)) {
            true => is_public_v4(Ipv4Addr::from_bits(address.to_bits() as u32)),
            false => {
                let is_in = |range: &(Ipv6Addr, u32)| is_in_v6(address, *range);
                is_in(&GLOBAL_V6) && !PRIVATE_V6.iter().any(is_in)
            }
        },
    }
}

/// Whether an address is this machine's own, in any form.
pub(crate) fn is_loopback(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
        }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let is_in = |(first, length): &(Ipv4Addr, u32)| {
        (address.to_bits() ^ first.to_bits()).leading_zeros() >= *length
    };
    !PRIVATE_V4.iter().any(is_in)
}

fn is_in_v6(address: Ipv6Addr, (first, length): (Ipv6Addr, u32)) -> bool {
    (address.to_bits() ^ first.to_bits()).leading_zeros() >= length
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First and last address of each range.
    const PRIVATE: [(&str, &str, &str); 43] = [
        ("0.0.0.0", "0.255.255.255", "RFC 791"),
        ("10.0.0.0", "10.255.255.255", "RFC 1918"),
        ("100.64.0.0", "100.127.255.255", "RFC 6598"),
        ("100.100.100.200", "100.100.100.200", "Alibaba's metadata"),
        ("127.0.0.0", "127.255.255.255", "RFC 1122"),
        ("168.63.129.16", "168.63.129.16", "Azure's host"),
        ("169.254.0.0", "169.254.255.255", "RFC 3927"),
        ("169.254.169.254", "169.254.169.254", "clouds' metadata"),
        ("172.16.0.0", "172.31.255.255", "RFC 1918"),
        ("192.0.0.0", "192.0.0.255", "RFC 6890"),
        ("192.0.0.192", "192.0.0.192", "Oracle's metadata"),
        ("192.0.2.0", "192.0.2.255", "RFC 5737"),
        ("192.88.99.0", "192.88.99.255", "RFC 7526"),
        ("192.168.0.0", "192.168.255.255", "RFC 1918"),
        ("198.18.0.0", "198.19.255.255", "RFC 2544"),
        ("198.51.100.0", "198.51.100.255", "RFC 5737"),
        ("203.0.113.0", "203.0.113.255", "RFC 5737"),
        ("224.0.0.0", "239.255.255.255", "RFC 5771"),
        ("240.0.0.0", "255.255.255.254", "RFC 1112"),
        ("255.255.255.255", "255.255.255.255", "RFC 919"),
        ("::", "::", "RFC 4291, unspecified"),
        ("::1", "::1", "RFC 4291, loopback"),
        ("::2", "::ffff:ffff", "RFC 4291, IPv4-compatible"),
        ("::8.8.8.8", "::8.8.8.8", "RFC 4291, IPv4-compatible"),
        ("::ffff:0:8.8.8.8", "::ffff:0:8.8.8.8", "RFC 2765, IPv4-translated"),
        ("::ffff:127.0.0.1", "::ffff:127.255.255.255", "RFC 4291, IPv4-mapped"),
        ("::ffff:a9fe:a9fe", "::ffff:169.254.169.254", "RFC 4291, IPv4-mapped"),
        ("64:ff9b::127.0.0.1", "64:ff9b::7fff:ffff", "RFC 6052, NAT64"),
        ("64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "RFC 6052, NAT64"),
        ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "RFC 8215, local NAT64"),
        ("100::", "100::ffff:ffff:ffff:ffff", "RFC 6666, discarded"),
        ("100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", "RFC 9780, dummy"),
        ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4380, Teredo"),
        ("2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", "RFC 5180, benchmarks"),
        ("2001:10::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4843 and 7343, ORCHID"),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 3849"),
        ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 7526, 6to4"),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 9637"),
        ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 9602, segment routing"),
        ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4193; fd00:ec2::254"),
        ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4291, link-local"),
        ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 3879, site-local"),
        ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "RFC 4291, multicast"),
    ];

    /// The neighbours of these ranges, and others.
    const PUBLIC: [&str; 39] = [
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.15",
        "168.63.129.17",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2000::1",
        "2001:200::",
        "2001:4860:4860::8888",
        "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:db9::",
        "2003::",
        "2606:4700:4700::1111",
        "2a00:1450:4001:81b::200e",
        "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "3fff:1000::",
    ];

    #[test]
    fn addresses_are_public_only_where_everybody_reaches_them() {
        for (first, last, source) in PRIVATE {
            for text in [first, last] {
                assert!(!is_public(text.parse().unwrap()), "{text}: {source}");
            }
        }
        for text in PUBLIC {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn an_address_that_embeds_another_is_never_more_public_than_that() {
        for (first, last, source) in PRIVATE {
            for text in [first, last] {
                let Ok(IpAddr::V4(v4)) = text.parse() else { continue };
                let [a, b, c, d] = v4.octets().map(u16::from);
                let (high, low) = (a << 8 | b, c << 8 | d);
                for embedding in [
                    Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, high, low),
                    Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
                    Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
                    Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                    Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
                    Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
                    // Teredo has the client's address inverted.
                    Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, !high, !low),
                    Ipv6Addr::new(0x2001, 0, high, low, 0, 0, 0, 0),
                ] {
                    assert!(!is_public(embedding.into()), "{embedding} of {text}: {source}");
                }
            }
        }
    }

    #[test]
    fn the_standard_library_names_no_address_private_that_is_public_here() {
        for (first, last, _) in PRIVATE {
            for text in [first, last] {
                assert!(!is_loopback(text.parse().unwrap()) || !is_public(text.parse().unwrap()));
            }
        }
        assert!(is_loopback("::ffff:127.0.0.9".parse().unwrap()));
        assert!(is_loopback("::1".parse().unwrap()) && !is_loopback("10.0.0.1".parse().unwrap()));
    }
}
