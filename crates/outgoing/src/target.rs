//! [`Target`]: where a request goes, as browsers read addresses (the URL standard of the WHATWG). Pure.

use crate::failure::Failure;
use url::{Host, Position, Url};

/// The most characters of a text that a message quotes.
pub(crate) const LONGEST_QUOTED: usize = 80;

/// An address that begins with `https://` or `http://`, without a name and a password before its host.
///
/// Its host is what a browser takes it for: `2130706433`, `0x7f.1`, `0177.0.0.1` and `１２７。０。０。１` are
/// 127.0.0.1, other letters than those of ASCII are punycode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(Url);

impl Target {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        Self::checked(Url::parse(text).map_err(|error| Failure::NoTarget(error.to_string()))?)
    }

    /// What `location` in an answer of this target leads to.
    pub(crate) fn join(&self, location: &str) -> Result<Self, Failure> {
        let joined = self.0.join(location);
        Self::checked(joined.map_err(|error| Failure::NoTarget(error.to_string()))?)
    }

    fn checked(mut url: Url) -> Result<Self, Failure> {
        if !["http", "https"].contains(&url.scheme()) {
            return Err(Failure::Scheme(url.scheme().chars().take(LONGEST_QUOTED).collect()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Failure::Password);
        }
        if url.host().is_none() {
            return Err(Failure::NoTarget("it names no host".to_owned()));
        }
        // It stays in browsers.
        url.set_fragment(None);
        Ok(Self(url))
    }

    /// Its host.
    pub fn host(&self) -> Host {
        // Every http: and https: has one, as `checked` made sure.
        self.0.host().map_or(Host::Domain(String::new()), |host| host.to_owned())
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or_default()
    }

    /// Whether it is asked over TLS.
    pub fn is_tls(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Scheme, host and port, where they are not the usual ones: what may be shown in a message.
    pub fn origin(&self) -> String {
        self.0[..Position::AfterPort].to_owned()
    }

    /// Host and port, as the header `Host` names them.
    pub(crate) fn authority(&self) -> &str {
        &self.0[Position::BeforeHost..Position::AfterPort]
    }

    /// Path and query.
    pub(crate) fn path(&self) -> &str {
        &self.0[Position::BeforePath..Position::AfterQuery]
    }

    /// Whether another target has the same scheme, host and port.
    pub(crate) fn has_origin_of(&self, other: &Self) -> bool {
        self.0.origin() == other.0.origin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_what_browsers_take_them_for() {
        for (text, host) in [
            ("http://2130706433/", "127.0.0.1"),
            ("http://0x7f.1/", "127.0.0.1"),
            ("http://0x7f000001", "127.0.0.1"),
            ("http://0177.0.0.1", "127.0.0.1"),
            ("http://017700000001", "127.0.0.1"),
            ("http://127.1", "127.0.0.1"),
            ("http://127.0.0.1.", "127.0.0.1"),
            ("http://１２７.０.０.１", "127.0.0.1"),
            ("http://127。0。0。1", "127.0.0.1"),
            ("http://①②⑦.⓪.⓪.①", "127.0.0.1"),
            ("http://%31%32%37.0.0.1", "127.0.0.1"),
            ("http:\\\\127.0.0.1\\", "127.0.0.1"),
            ("http:127.0.0.1", "127.0.0.1"),
            ("  http://127.0.0.1\t", "127.0.0.1"),
            ("http://12\n7.0.0.1", "127.0.0.1"),
            ("http://0", "0.0.0.0"),
            ("http://2852039166", "169.254.169.254"),
            ("http://LOCALHOST", "localhost"),
            ("http://localhost.", "localhost."),
            ("http://ｌｏｃａｌｈｏｓｔ", "localhost"),
            ("http://loc\u{ad}alhost", "localhost"),
            ("http://[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
            ("http://[0:0:0:0:0:0:0:1]", "[::1]"),
            ("http://[::127.0.0.1]", "[::7f00:1]"),
            ("https://bücher.example", "xn--bcher-kva.example"),
            ("https://xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("https://faß.example", "xn--fa-hia.example"),
            ("https://gоogle.example", "xn--gogle-jye.example"),
            ("http://a_b.example", "a_b.example"),
        ] {
            let target = Target::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(target.host().to_string(), host, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_of_the_web_is_refused() {
        for (text, why) in [
            ("", "relative URL without a base"),
            ("//id.example", "relative URL without a base"),
            ("id.example", "relative URL without a base"),
            ("https://", "empty host"),
            ("https://?q", "empty host"),
            ("https://a b/", "invalid international domain name"),
            ("http://1.2.3.4.5", "invalid IPv4 address"),
            ("http://256.0.0.1", "invalid IPv4 address"),
            ("http://4294967296", "invalid IPv4 address"),
            ("http://[::1%25eth0]", "invalid IPv6 address"),
            ("http://[127.0.0.1]", "invalid IPv6 address"),
            ("http://xn--a", "invalid international domain name"),
            ("https://a:65536", "invalid port number"),
            ("file:///etc/passwd", "not file:"),
            ("gopher://a:70/_x", "not gopher:"),
            ("ftp://a/", "not ftp:"),
            ("data:,x", "not data:"),
            ("javascript:x", "not javascript:"),
            ("unix:///run/x", "not unix:"),
            ("ws://a", "not ws:"),
            ("https://user@a", "a name or a password"),
            ("https://user:secret@a", "a name or a password"),
            ("https://:secret@a", "a name or a password"),
            ("https://public.example:x@127.0.0.1", "a name or a password"),
        ] {
            let said = Target::parse(text).unwrap_err().to_string();
            assert!(said.contains(why), "{text}: {said}");
            assert!(!said.contains("secret") && !said.contains("passwd"), "{text}: {said}");
        }
    }

    #[test]
    fn what_is_sent_and_what_is_shown_are_parts_of_it() {
        let target = Target::parse("https://A.example:443/x y?token=s#part").unwrap();
        assert_eq!(target.path(), "/x%20y?token=s");
        assert_eq!(target.authority(), "a.example");
        assert_eq!(target.origin(), "https://a.example");
        assert_eq!((target.port(), target.is_tls()), (443, true));
        let target = Target::parse("http://[::1]:8080").unwrap();
        assert_eq!((target.authority(), target.path()), ("[::1]:8080", "/"));
        assert_eq!((target.port(), target.is_tls()), (8080, false));
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let from = Target::parse("http://127.0.0.1:80/a").unwrap();
        for (location, is_same) in [
            ("/b", true),
            ("?x", true),
            ("http://0x7f.1/b", true),
            ("//127.1", true),
            ("http://127.0.0.1:81/", false),
            ("https://127.0.0.1:80/", false),
            ("http://localhost/", false),
            ("http://127.0.0.2/", false),
        ] {
            assert_eq!(from.join(location).unwrap().has_origin_of(&from), is_same, "{location}");
        }
        assert!(from.join("file:///x").is_err() && from.join("//u:p@127.0.0.1/").is_err());
    }
}
