//! Hosts, ports and origins, as requests and settings write them. Pure.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Host and port of `host:port`, each as it may stand in an address; `None` if it is not one.
pub(super) fn authority(text: &str) -> Option<(&str, Option<u16>)> {
    let end = match text.starts_with('[') {
        true => text.find(']')? + 1,
        false => text.find(':').unwrap_or(text.len()),
    };
    let (host, port) = text.split_at(end);
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        Some("") => None,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(digits.parse().ok()?)
        }
        _ => return None,
    };
    let is_name = (1..=LONGEST).contains(&host.len())
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    (is_name || ipv6(host).is_some()).then_some((host, port))
}

/// The longest name there is (RFC 1035).
const LONGEST: usize = 253;

/// Scheme, host and port of an origin; `None` for `null` and whatever else is none.
pub(super) fn origin_parts(text: &str) -> Option<(&'static str, &str, Option<u16>)> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = ["http", "https"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known))?;
    let (host, port) = authority(rest)?;
    Some((scheme, host, port))
}

/// Whether `text` is an origin.
pub(crate) fn is_origin(text: &str) -> bool {
    origin_parts(text).is_some()
}

/// The port that an origin of `scheme` has unless it names one.
pub(super) fn usual_port(scheme: &str) -> u16 {
    if scheme == "https" { 443 } else { 80 }
}

/// Whether an address leads to this machine, without TLS: nobody else is on that path.
pub(crate) fn is_plain_loopback(url: &str) -> bool {
    let rest = url.strip_prefix("http://").unwrap_or_default();
    let end = rest.find('/').unwrap_or(rest.len());
    authority(&rest[..end]).is_some_and(|(host, _)| is_loopback(host))
}

fn ipv6(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

/// Whether `host` means their own machine to everybody.
pub(super) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback())
        || ipv6(host).is_some_and(|ip| ip.is_loopback())
}
