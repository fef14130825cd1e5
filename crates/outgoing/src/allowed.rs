//! [`AllowedNames`]: the hosts that an operator named, so that they may have private addresses. Pure.

use crate::target::LONGEST_QUOTED;
use std::fmt;
use std::net::IpAddr;
use url::Host;

/// Names of hosts whose addresses may be private: `id.internal`, `10.0.0.7`, `[fd00::1]`, and with
/// `*.corp.example` all below `corp.example`, not itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowedNames(Vec<Allowed>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Allowed {
    Host(Host),
    /// What follows after the `*`, with its dot.
    Below(String),
}

/// A text that names no host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no host")]
pub struct NotAName(pub String);

impl AllowedNames {
    /// Reads names; the first that is none is the error.
    pub fn parse<'t>(names: impl IntoIterator<Item = &'t str>) -> Result<Self, NotAName> {
        let allowed = names.into_iter().map(|text| {
            let allowed = match text.strip_prefix("*.") {
                // An address has nothing below it.
                Some(rest) => match host(rest) {
                    Some(Host::Domain(name)) => Some(Allowed::Below(format!(".{name}"))),
                    _ => None,
                },
                None => host(text).map(Allowed::Host),
            };
            allowed.ok_or_else(|| NotAName(text.chars().take(LONGEST_QUOTED).collect()))
        });
        allowed.collect::<Result<_, _>>().map(Self)
    }

    /// The same and one more host, as a URL names it.
    #[must_use]
    pub fn and(mut self, host: &Host) -> Self {
        self.0.push(Allowed::Host(absolute(host.clone())));
        self
    }

    /// Whether a host may have private addresses.
    pub fn contain(&self, host: &Host) -> bool {
        let host = absolute(host.clone());
        self.0.iter().any(|allowed| match (allowed, &host) {
            (Allowed::Host(allowed), _) => *allowed == host,
            (Allowed::Below(end), Host::Domain(name)) => {
                name.strip_suffix(end.as_str()).is_some_and(|label| !label.is_empty())
            }
            (Allowed::Below(_), _) => false,
        })
    }
}

impl From<IpAddr> for AllowedNames {
    /// That address, and nothing else.
    fn from(address: IpAddr) -> Self {
        Self::default().and(&match address {
            IpAddr::V4(address) => Host::Ipv4(address),
            IpAddr::V6(address) => Host::Ipv6(address),
        })
    }
}

impl fmt::Display for AllowedNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, allowed) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            match allowed {
                Allowed::Host(host) => write!(f, "{comma}{host}")?,
                Allowed::Below(end) => write!(f, "{comma}*{end}")?,
            }
        }
        Ok(())
    }
}

/// The host of that name, as URLs have it: in lower case, with punycode for other letters.
fn host(text: &str) -> Option<Host> {
    let host = Host::parse(text).or_else(|error| {
        // IPv6 without brackets, as people write it.
        text.parse().map(Host::Ipv6).map_err(|_| error)
    });
    let host = absolute(host.ok()?);
    let is_name = match &host {
        Host::Domain(name) => {
            !name.contains('*') && name.split('.').all(|label| (1..=63).contains(&label.len()))
        }
        _ => true,
    };
    is_name.then_some(host)
}

/// Without the dot that ends an absolute name.
fn absolute(host: Host) -> Host {
    match host {
        Host::Domain(name) => {
            Host::Domain(name.strip_suffix('.').map(ToOwned::to_owned).unwrap_or(name))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_means_all_below_and_nothing_beside() {
        let names = [
            "id.internal",
            "*.corp.example",
            "10.0.0.7",
            "[fd00::1]",
            "fd00::2",
            "*.bücher.example",
        ];
        let allowed = AllowedNames::parse(names).unwrap();
        for (name, is_allowed) in [
            ("id.internal", true),
            ("ID.Internal", true),
            ("id.internal.", true),
            ("a.id.internal", false),
            ("xid.internal", false),
            ("a.corp.example", true),
            ("b.a.corp.example", true),
            ("a.corp.example.", true),
            ("corp.example", false),
            (".corp.example", false),
            ("evilcorp.example", false),
            ("a.corp.example.evil.example", false),
            ("10.0.0.7", true),
            ("0x0a000007", true),
            ("10.0.0.8", false),
            ("[fd00::1]", true),
            ("[fd00:0::0:1]", true),
            ("[fd00::2]", true),
            ("[fd00::3]", false),
            ("a.xn--bcher-kva.example", true),
            ("a.BÜCHER.example", true),
        ] {
            assert_eq!(allowed.contain(&Host::parse(name).unwrap()), is_allowed, "{name}");
        }
        let shown = "id.internal, *.corp.example, 10.0.0.7, [fd00::1], [fd00::2], \
                     *.xn--bcher-kva.example";
        assert_eq!(allowed.to_string(), shown);
        let more = allowed.and(&Host::parse("localhost.").unwrap());
        assert!(more.contain(&Host::parse("localhost").unwrap()));
        assert!(!AllowedNames::default().contain(&Host::parse("localhost").unwrap()));
    }

    #[test]
    fn what_names_no_host_is_refused() {
        for text in [
            "",
            "*",
            "*.",
            "*.*.example",
            "a.*.example",
            "*corp.example",
            "https://id.internal",
            "id.internal:443",
            "id.internal/x",
            "a@id.internal",
            "*.10.0.0.1",
            "10.0.0.0/8",
            "a..example",
            "1.2.3.4.5",
        ] {
            assert_eq!(AllowedNames::parse([text]), Err(NotAName(text.to_owned())));
        }
    }
}
