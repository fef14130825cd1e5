//! Who sent a request: the client whose share of the sources it uses. That is the peer of the
//! connection; if the peer is a proxy that the operator trusts, it is the client that the proxy names in
//! `X-Forwarded-For`. Anybody else may write into that header what they like.
//!
//! An IPv6 network of 64 bits is one client: that is what a single customer is given.

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use brisk_cache::Client;
use http::{Extensions, HeaderMap};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// The proxies that are trusted to name their clients.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

/// An address, or all addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u8,
}

/// Hops of `X-Forwarded-For` that are read, from the nearest on.
const HOPS: usize = 32;

impl TrustedProxies {
    /// The addresses and networks (`10.0.0.0/8`) that `texts` name; or the one that names none.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, &'a str> {
        let networks = texts.into_iter().map(|text| Network::parse(text).ok_or(text));
        networks.collect::<Result<_, _>>().map(Self)
    }

    /// Whether an address is one of them.
    pub(crate) fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.has(address))
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { address, bits })
    }

    fn has(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differing = u32::from(own) ^ u32::from(other);
                differing.checked_shr(32 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differing = u128::from(own) ^ u128::from(other);
                differing.checked_shr(128 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// Notes who the client is, for [`of`].
pub(crate) async fn identify(
    State(proxies): State<Arc<TrustedProxies>>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.extensions().get::<Client>().is_none() {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        // Requests without a connection are this process's own.
        let client = peer.map_or_else(Client::local, |ConnectInfo(peer)| {
            named_in(*peer, request.headers(), &proxies)
        });
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}

/// The client that sent a request with these headers over a connection of `peer`.
pub(crate) fn named_in(peer: SocketAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> Client {
    named(address(peer.ip(), headers, proxies))
}

/// The client that connections of `peer` belong to; `None` if each request names its own.
pub(crate) fn of_connection(peer: SocketAddr, proxies: &TrustedProxies) -> Option<Client> {
    let address = peer.ip().to_canonical();
    (!proxies.has(address)).then(|| named(address))
}

/// The client that sent a request.
pub(crate) fn of(request: &Extensions) -> Client {
    request.get::<Client>().cloned().unwrap_or_else(Client::local)
}

/// The address of a request whose client is somebody who has signed in.
#[derive(Debug, Clone)]
struct Address(Client);

/// The prefix of the names of clients who have signed in.
const ACCOUNT: &str = "account ";

/// Makes somebody who has signed in a client of their own, wherever they are: people behind one address
/// do not wait for each other.
pub(crate) fn is_account(request: &mut Extensions, id: &str) {
    let address = Address(of(request));
    request.insert(address);
    request.insert(Client::reader(&format!("{ACCOUNT}{id}")));
}

/// Whether a client is somebody who has signed in: no address begins like that.
pub(crate) fn is_an_account(client: &Client) -> bool {
    account_of(client).is_some()
}

/// The account of a client who has signed in.
pub(crate) fn account_of(client: &Client) -> Option<&str> {
    match client {
        Client::Reader(name) => name.strip_prefix(ACCOUNT),
        Client::Background => None,
    }
}

/// The address that a request comes from, as people read it.
pub(crate) fn address_of(request: &Extensions) -> String {
    let address = request.get::<Address>().map(|Address(client)| client.clone());
    match address.unwrap_or_else(|| of(request)) {
        Client::Reader(address) if !address.is_empty() => address.to_string(),
        Client::Reader(_) | Client::Background => "this machine".to_owned(),
    }
}

/// The address that a request comes from, as far as the proxies that name it are trusted.
fn address(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> IpAddr {
    let mut address = peer.to_canonical();
    let lines = headers.get_all("x-forwarded-for").into_iter().rev();
    let lines = lines.map(|line| line.to_str().unwrap_or_default());
    // Each proxy appends the address that it was asked by.
    let mut hops = lines.flat_map(|line| line.rsplit(',')).take(HOPS);
    while proxies.has(address) {
        let Some(hop) = hops.next().and_then(hop) else { break };
        address = hop;
    }
    address
}

/// An address, with or without a port.
fn hop(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().ok();
    let address = address.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
    address.map(|address| address.to_canonical())
}

fn named(address: IpAddr) -> Client {
    match address {
        IpAddr::V4(address) => Client::reader(&address.to_string()),
        IpAddr::V6(address) => {
            let network = u128::from(address) >> 64 << 64;
            Client::reader(&format!("{}/64", Ipv6Addr::from(network)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_test_mutations::Inputs;

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> Client {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let proxies = TrustedProxies::parse(trusted.iter().copied()).unwrap();
        named(address(peer.parse().unwrap(), &headers, &proxies))
    }

    #[test]
    fn only_trusted_proxies_say_for_whom_they_ask() {
        let cases: [(&str, &[&str], &[&str], &str); 12] = [
            ("192.0.2.1", &[], &[], "192.0.2.1"),
            ("192.0.2.1", &["203.0.113.9"], &[], "192.0.2.1"),
            ("192.0.2.1", &["203.0.113.9"], &["192.0.2.1"], "203.0.113.9"),
            ("192.0.2.1", &["1.1.1.1, 203.0.113.9"], &["192.0.2.0/24"], "203.0.113.9"),
            ("10.1.2.3", &["203.0.113.9, 10.9.9.9"], &["10.0.0.0/8"], "203.0.113.9"),
            ("10.1.2.3", &["1.1.1.1", "203.0.113.9,10.9.9.9"], &["10.0.0.0/8"], "203.0.113.9"),
            ("10.1.2.3", &["10.4.4.4"], &["10.0.0.0/8"], "10.4.4.4"),
            ("10.1.2.3", &["203.0.113.9, nonsense"], &["10.0.0.0/8"], "10.1.2.3"),
            ("::ffff:10.1.2.3", &["203.0.113.9:4711"], &["10.1.2.3"], "203.0.113.9"),
            ("::1", &["[2001:db8::7]:80"], &["::1"], "2001:db8::/64"),
            ("2001:db8::1:2:3:4", &[], &["::1"], "2001:db8::/64"),
            ("::ffff:192.0.2.1", &[], &[], "192.0.2.1"),
        ];
        for (peer, forwarded, trusted, expected) in cases {
            let found = client(peer, forwarded, trusted);
            assert_eq!(found, Client::reader(expected), "{peer} {forwarded:?} {trusted:?}");
        }
    }

    #[test]
    fn networks_are_compared_by_their_bits() {
        for (network, inside, outside) in [
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("10.0.0.0/9", "10.127.0.1", "10.128.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"),
            ("::/0", "2001:db8::1", "192.0.2.1"),
        ] {
            let network = Network::parse(network).unwrap();
            assert!(network.has(inside.parse().unwrap()), "{network:?}");
            assert!(!network.has(outside.parse().unwrap()), "{network:?}");
        }
        for nonsense in ["", "localhost", "10.0.0.0/33", "::1/129", "10.0.0.0/-1", "10.0.0/8"] {
            assert_eq!(Network::parse(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn mutations_of_forwarded_addresses_name_nobody_who_is_not_in_them() {
        let seeds =
            ["203.0.113.9", "1.1.1.1, 10.9.9.9", "[2001:db8::7]:80, 10.1.2.3", "\"::1\", 10.4.4.4"];
        let words =
            [",", " ", "[", "]", ":80", "\"", "::ffff:", "10.0.0.1", "10.0.0.1, ", "/8", "%eth0"];
        let proxies = TrustedProxies::parse(["10.0.0.0/8"]).unwrap();
        let (own, other) = ("10.1.2.3".parse().unwrap(), "192.0.2.1".parse().unwrap());
        Inputs::new("forwarded addresses").seeds(seeds).words(&words).longest(4 << 10).texts(
            |text| {
                let Ok(value) = http::HeaderValue::from_str(text) else { return false };
                let headers = HeaderMap::from_iter([(
                    http::HeaderName::from_static("x-forwarded-for"),
                    value,
                )]);
                assert_eq!(address(other, &headers, &proxies), other, "nobody trusts it");
                let found = address(own, &headers, &proxies);
                let mut hops = text.split(',').filter_map(hop);
                assert!(found == own || hops.any(|hop| hop == found), "{found} is not in {text:?}");
                found != own
            },
        );
    }
}
