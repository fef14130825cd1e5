//! [`SignedAddress`]: `/c/sales/revenue.png?range=…&key=…&expires=…&sig=…`
//!
//! The signature is the HMAC-SHA256 of everything before `&sig=`, from the path's first slash on and as it stands there,
//! keyed with the bytes of the key's secret; in base64url without padding. Programs that have the secret can sign
//! addresses of their own.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use brisk_domain::view::{parse_query, query_string};
use brisk_domain::{PanelId, Slug, Timestamp};
use ring::hmac;

/// The parameter with the key's name.
pub const KEY: &str = "key";
/// The parameter that says until when the address works, in seconds since the epoch.
pub const EXPIRES: &str = "expires";
/// The parameter with the signature: the last one.
pub const SIGNATURE: &str = "sig";

/// Bytes of the longest address.
const LONGEST: usize = 8 << 10;

/// A signed address, as it was read; its signature is not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAddress<'a> {
    /// The name of the key.
    pub key: String,
    /// Until when it works; for ever without it.
    pub expires: Option<Timestamp>,
    /// The view and the drawing: all other parameters.
    pub query: String,
    signed: String,
    signature: &'a str,
}

impl<'a> SignedAddress<'a> {
    /// Reads a path with its query; `None` if that cannot be such an address.
    pub fn read(path: &str, query: &'a str) -> Option<Self> {
        if path.len() + query.len() > LONGEST {
            return None;
        }
        let (before, signature) = query.rsplit_once('&')?;
        let signature = signature.strip_prefix(SIGNATURE)?.strip_prefix('=')?;
        let (mut key, mut expires, mut rest) = (None, None, Vec::new());
        for (name, value) in parse_query(before) {
            match name.as_str() {
                KEY if key.is_none() && is_key(&value) => key = Some(value),
                EXPIRES if expires.is_none() => expires = Some(seconds(&value)?),
                // Twice, before the end, or nothing that could be one.
                KEY | EXPIRES | SIGNATURE => return None,
                _ => rest.push((name, value)),
            }
        }
        let signed = format!("{path}?{before}");
        let query = query_string(&rest).trim_start_matches('?').to_owned();
        Some(Self { key: key?, expires, query, signed, signature })
    }

    /// Whether `secret` signed it.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let Ok(tag) = URL_SAFE_NO_PAD.decode(self.signature) else { return false };
        hmac::verify(&hmac_key(secret), self.signed.as_bytes(), &tag).is_ok()
    }
}

fn hmac_key(secret: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())
}

/// Whether it can be the name of a key.
fn is_key(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn seconds(text: &str) -> Option<Timestamp> {
    let is_number = text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 = text.parse().ok().filter(|_| is_number)?;
    Some(Timestamp::from_seconds(seconds))
}

/// What the address of an image says.
#[derive(Debug, Clone)]
pub struct Unsigned<'a> {
    /// The dashboard.
    pub slug: &'a Slug,
    /// The panel.
    pub panel: &'a PanelId,
    /// `png` or `svg`.
    pub ending: &'a str,
    /// The view and the drawing.
    pub pairs: Vec<(String, String)>,
    /// Until when it works.
    pub expires: Option<Timestamp>,
}

impl Unsigned<'_> {
    /// The address, from the path on, signed by the key of that name.
    pub fn signed(&self, key: &str, secret: &str) -> String {
        let Self { slug, panel, ending, pairs, expires } = self;
        let mut pairs = pairs.clone();
        pairs.push((KEY.to_owned(), key.to_owned()));
        let expires = expires.map(|at| (EXPIRES.to_owned(), (at.0 / 1_000_000).to_string()));
        pairs.extend(expires);
        let signed = format!("/c/{slug}/{panel}.{ending}{}", query_string(&pairs));
        let tag = hmac::sign(&hmac_key(secret), signed.as_bytes());
        format!("{signed}&{SIGNATURE}={}", URL_SAFE_NO_PAD.encode(tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_test_mutations::Inputs;

    fn address(expires: Option<Timestamp>) -> String {
        let pairs = [("range", "last 7 days"), ("country", "Côte d'Ivoire"), ("country", "A&B=C")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let (slug, panel) = (Slug::parse("sales").unwrap(), PanelId::parse("revenue").unwrap());
        let address = Unsigned { slug: &slug, panel: &panel, ending: "png", pairs, expires };
        address.signed("wiki", "hunter2")
    }

    fn is_good(address: &str, secret: &str) -> bool {
        let Some((path, query)) = address.split_once('?') else { return false };
        SignedAddress::read(path, query).is_some_and(|address| address.is_signed_with(secret))
    }

    #[test]
    fn an_address_is_signed_as_a_whole() {
        let address = address(Some(Timestamp::from_seconds(1_800_000_000)));
        let (path, query) = address.split_once('?').unwrap();
        let read = SignedAddress::read(path, query).unwrap();
        assert_eq!((path, read.key.as_str()), ("/c/sales/revenue.png", "wiki"));
        assert_eq!(read.expires, Some(Timestamp::from_seconds(1_800_000_000)));
        let pairs = parse_query(&read.query);
        assert_eq!(pairs.len(), 3, "{pairs:?}");
        assert!(is_good(&address, "hunter2") && !is_good(&address, "hunter3"));
        // Whatever is changed, nobody has signed it.
        for (from, to) in [
            ("revenue", "profit"),
            ("sales", "people"),
            ("png", "svg"),
            ("7%20days", "9%20days"),
            ("7%20days", "7+days"),
            ("1800000000", "1900000000"),
            ("wiki", "blog"),
            ("&sig=", "&image-scale=4&sig="),
            ("?range", "?a=b&range"),
        ] {
            let changed = address.replacen(from, to, 1);
            assert!(changed != address && !is_good(&changed, "hunter2"), "{changed}");
        }
    }

    #[test]
    fn what_is_no_such_address_is_none() {
        let address = address(None);
        let (path, query) = address.split_once('?').unwrap();
        assert_eq!(SignedAddress::read(path, query).unwrap().expires, None);
        let twice = |name: &str| query.replacen('&', &format!("&{name}=1&{name}=1&"), 1);
        let long = format!("a={}&{query}", "x".repeat(LONGEST));
        for wrong in [
            "",
            "sig=x",
            "range=today&sig=x",
            &query[..query.rfind('&').unwrap()],
            &format!("{query}&x=1"),
            &query.replace("key=wiki", "key="),
            &query.replace("key=wiki", "key=wi%00ki"),
            &query.replace("&sig=", "&expires=soon&sig="),
            &query.replace("&sig=", "&expires=-1&sig="),
            &query.replace("&sig=", "&expires=9999999999999&sig="),
            &query.replace("&sig=", "&sig=x&sig="),
            &twice(KEY),
            &twice(EXPIRES),
            &long,
        ] {
            assert_eq!(SignedAddress::read(path, wrong), None, "{wrong}");
        }
    }

    /// An example that programs can test their own signatures with; it is in docs/api.md.
    #[test]
    fn the_documented_signature_is_right() {
        let address = "/c/online-retail/revenue.png?range=last%2030%20days&key=wiki&expires=1800000000\
                       &sig=DOCUMENTED";
        let signed = address.rsplit_once("&sig=").unwrap().0;
        let tag = hmac::sign(&hmac_key("hunter2"), signed.as_bytes());
        let address = format!("{signed}&sig={}", URL_SAFE_NO_PAD.encode(tag));
        assert!(is_good(&address, "hunter2"));
        assert!(include_str!("../../../docs/api.md").contains(&address), "{address}");
    }

    #[test]
    fn mutations_of_an_address_are_never_taken_for_signed() {
        let good = address(Some(Timestamp::from_seconds(1_800_000_000)));
        let words = ["&", "=", "sig", "key", "expires", "%", "?", "+"];
        let inputs = Inputs::new("addresses of images").seeds([good.as_str()]).words(&words);
        inputs.longest(16 << 10).texts(|text| {
            let known = text == good;
            assert_eq!(is_good(text, "hunter2"), known, "{text:?}");
            known
        });
    }
}
