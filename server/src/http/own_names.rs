//! [`OwnNames`]: the names that this server answers to.
//!
//! A page of another site can give its own name this server's address (DNS rebinding). Browsers then
//! take both for one site, and let the page read what the server answers; but the requests carry the
//! name that they were sent to. So it is names that count, not ports: a name that means this machine to
//! everybody cannot be rebound, and a reader may come through a forwarded port.

use super::authority::{authority, is_loopback, origin_parts, usual_port};
use super::public_url::PublicUrl;
use http::{HeaderMap, Request, StatusCode, Uri, header};

/// The names that this server answers to: those of loopback, and what the configuration adds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnNames {
    /// In lower case.
    names: Vec<String>,
    public: Option<PublicUrl>,
}

/// Why a request is not for this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misdirected {
    /// It names no host, several, or none that could be one.
    Malformed,
    /// It names a host that is none of ours.
    Unknown(String),
}

/// Load balancers request these by address, and they reveal nothing.
pub(crate) fn is_health(path: &str) -> bool {
    path == "/healthz" || path == "/readyz"
}

/// Their addresses are signed, and pages of other sites show them.
pub(crate) fn is_shared_image(path: &str) -> bool {
    path.starts_with("/c/")
}

/// Whoever has such an address may unsubscribe, and nothing else.
pub(crate) fn is_unsubscribing(path: &str) -> bool {
    path.starts_with("/unsubscribe/")
}

/// Deliveries to these are signed, which no page of another site can do; pipelines reach the server by
/// whatever name their network has for it.
fn is_signed(path: &str) -> bool {
    path.starts_with("/hooks/")
}

impl OwnNames {
    /// Loopback names, `names`, and the host of `public`.
    pub fn new(names: impl IntoIterator<Item = String>, public: Option<PublicUrl>) -> Self {
        let names = names.into_iter().map(|name| name.to_ascii_lowercase()).collect();
        Self { names, public }
    }

    /// Where readers find this server, if that is configured.
    pub fn public(&self) -> Option<&PublicUrl> {
        self.public.as_ref()
    }

    /// Reads a name as settings have it: a host without a port.
    pub fn parse_name(text: &str) -> Option<String> {
        authority(text).filter(|(_, port)| port.is_none() && !text.ends_with(':'))?;
        Some(text.to_ascii_lowercase())
    }

    /// Whether the request is meant for this server.
    pub fn check<B>(&self, request: &Request<B>) -> Result<(), Misdirected> {
        let path = request.uri().path();
        if is_health(path) {
            return Ok(());
        }
        let named = named(request.headers(), request.uri()).ok_or(Misdirected::Malformed)?;
        let (host, _) = authority(named).ok_or(Misdirected::Malformed)?;
        match self.is_own(host) || is_signed(path) {
            true => Ok(()),
            false => Err(Misdirected::Unknown(host.to_owned())),
        }
    }

    /// Whether `origin` is a page of this server, as far as a request to it can tell: one of the
    /// host and the port that it was sent to, or of `public_url`.
    pub fn is_own_origin(&self, origin: &str, headers: &HeaderMap, uri: &Uri) -> bool {
        let Some(origin) = origin_parts(origin) else { return false };
        let asked = named(headers, uri).and_then(authority);
        let same = |host: &str, port: Option<u16>| {
            let usual = usual_port(origin.0);
            host.eq_ignore_ascii_case(origin.1)
                && port.unwrap_or(usual) == origin.2.unwrap_or(usual)
        };
        asked.is_some_and(|(host, port)| self.is_own(host) && same(host, port))
            || self
                .public
                .as_ref()
                .is_some_and(|public| public.scheme == origin.0 && same(&public.host, public.port))
    }

    fn is_own(&self, host: &str) -> bool {
        is_loopback(host)
            || self.names.iter().any(|name| name.eq_ignore_ascii_case(host))
            || self.public.as_ref().is_some_and(|public| public.host.eq_ignore_ascii_case(host))
    }
}

impl Misdirected {
    /// The answer to it.
    pub(crate) fn status_and_message(&self) -> (StatusCode, String) {
        match self {
            Self::Malformed => {
                let message = "The request must name one host, in its Host header or its target.\n";
                (StatusCode::BAD_REQUEST, message.into())
            }
            Self::Unknown(host) => {
                let message = format!(
                    "This server does not answer under the name {host}. If it is one of its names, \
                     add it to own_names in brisk.toml (or BRISK_OWN_NAMES), or set public_url.\n"
                );
                (StatusCode::MISDIRECTED_REQUEST, message)
            }
        }
    }
}

/// The host and the port that a request names, if it names just one. HTTP/2 has them in `:authority`,
/// and so has a target in absolute form (RFC 9112, section 3.2.2).
fn named<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> Option<&'r str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (host, target) = (hosts.next(), uri.authority().map(|authority| authority.as_str()));
    let host = match host {
        Some(host) => Some(host.to_str().ok()?),
        None => None,
    };
    match (host, target, hosts.next()) {
        (Some(host), Some(target), None) => host.eq_ignore_ascii_case(target).then_some(target),
        (named, None, None) | (None, named, None) => named,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_test_mutations::Inputs;

    fn names() -> OwnNames {
        let public = "https://dash.example.com".parse().unwrap();
        OwnNames::new(["Brisk".to_owned()], Some(public))
    }

    fn asked(target: &str, hosts: &[&str]) -> Result<(), Misdirected> {
        let request = Request::get(target);
        let request = hosts.iter().fold(request, |request, host| request.header("host", *host));
        names().check(&request.body(()).unwrap())
    }

    #[test]
    fn loopback_and_configured_names_are_own_whatever_the_port() {
        for host in [
            "localhost",
            "LocalHost:3000",
            "127.0.0.1:3000",
            "127.9.9.9",
            "[::1]:8080",
            "[::1]",
            "dash.example.com",
            "DASH.example.com:443",
            "brisk:3000",
            "localhost:",
        ] {
            assert_eq!(asked("/d/sales", &[host]), Ok(()), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:3000",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "[::2]",
            "xn--localhost",
            "dash.example.com.",
            "0.0.0.0:3000",
            "2130706433",
        ] {
            let unknown =
                Err(Misdirected::Unknown(host.rsplit_once(":3000").map_or(host, |h| h.0).into()));
            assert_eq!(asked("/d/sales", &[host]), unknown, "{host}");
        }
    }

    #[test]
    fn a_request_names_one_host_and_only_one() {
        let malformed = Err(Misdirected::Malformed);
        for hosts in [
            &[][..],
            &[""],
            &["localhost", "localhost"],
            &["localhost", "evil.example"],
            &["a b"],
            &["localhost,evil.example"],
            &["localhost@evil.example"],
            &["localhost/x"],
            &["[::1"],
            &["localhost:x"],
            &["localhost:99999"],
            &["localhost:+80"],
            &["::1"],
        ] {
            assert_eq!(asked("/", hosts), malformed, "{hosts:?}");
        }
        assert_eq!(asked("http://localhost:3000/", &["localhost:3000"]), Ok(()));
        assert_eq!(asked("http://localhost:3000/", &[]), Ok(()));
        assert_eq!(asked("http://evil.example/", &["localhost:3000"]), malformed);
        assert_eq!(
            asked("http://evil.example/", &[]),
            Err(Misdirected::Unknown("evil.example".into()))
        );
        assert_eq!(asked("http://localhost:3000@evil.example/", &[]), malformed);
    }

    #[test]
    fn health_answers_under_any_name_and_webhooks_under_any_that_could_be_one() {
        for hosts in [&["evil.example"][..], &[], &["a", "b"]] {
            assert_eq!(asked("/healthz", hosts), Ok(()));
            assert_eq!(asked("/readyz", hosts), Ok(()));
        }
        assert_eq!(asked("/hooks/shop", &["brisk.internal:3000"]), Ok(()));
        assert_eq!(asked("/hooks/shop", &[]), Err(Misdirected::Malformed));
        assert!(asked("/metrics", &["10.0.0.1:3000"]).is_err());
        assert!(asked("/healthz/x", &["evil.example"]).is_err());
    }

    #[test]
    fn an_origin_is_own_with_the_port_that_was_asked_or_that_of_the_public_url() {
        let own = |origin: &str, host: &'static str| {
            let headers = HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
            names().is_own_origin(origin, &headers, &Uri::from_static("/theme"))
        };
        let loopback = "127.0.0.1:3000";
        assert!(own("http://127.0.0.1:3000", loopback));
        assert!(
            own("https://dash.example.com", loopback)
                && own("https://dash.example.com:443", loopback)
        );
        assert!(own("https://brisk", "brisk:443"));
        for origin in [
            "http://127.0.0.1:8080",
            "http://localhost:3000",
            "http://dash.example.com",
            "null",
            "",
            "https://dash.example.com:8443",
            "https://dash.example.com/",
            "127.0.0.1:3000",
            "https://dash.example.com@evil.example",
            "ftp://127.0.0.1:3000",
        ] {
            assert!(!own(origin, loopback), "{origin}");
        }
        assert!(!own("http://evil.example", "evil.example"), "its host is not ours");
    }

    #[test]
    fn own_names_are_hosts_without_ports() {
        assert_eq!(OwnNames::parse_name("Brisk.lan"), Some("brisk.lan".into()));
        for bad in ["", "brisk:3000", "brisk:", "http://brisk", "a b", "*"] {
            assert_eq!(OwnNames::parse_name(bad), None, "{bad}");
        }
    }

    #[test]
    fn mutations_of_names_are_names_or_none() {
        let seeds = ["dash.example.com", "Brisk", "[::1]", "127.0.0.1", "a_b-c.internal"];
        let words = [".", ":", ":80", "[", "]", "@", "/", "..", "xn--", "。"];
        Inputs::new("own names").seeds(seeds).words(&words).longest(400).texts(|text| {
            let Some(name) = OwnNames::parse_name(text) else { return false };
            assert_eq!(OwnNames::parse_name(&name), Some(name.clone()));
            assert!(name.is_ascii() && !name.contains(['@', '/', ' ', '\\']), "{name}");
            let names = OwnNames::new([text.to_owned()], None);
            let request = Request::get("/").header(header::HOST, text).body(()).unwrap();
            assert_eq!(names.check(&request), Ok(()), "{text}");
            true
        });
    }
}
