//! Signatures as in the Standard Webhooks specification (<https://www.standardwebhooks.com>,
//! version 1.0.0): HMAC-SHA256 over `id.timestamp.body`, and a timestamp close to now.
//!
//! The specification's own crate reads the ambient clock and takes one secret; its few lines are
//! here, over the `ring` that TLS brings along: for the deliveries that Brisk gets, and for those that it sends.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brisk_domain::Timestamp;
use http::HeaderMap;
use ring::hmac;
use std::fmt;
use std::ops::RangeInclusive;

/// How far a delivery's time may be from ours, in seconds, either way: clocks differ, and an old
/// delivery must not be replayed.
pub const TOLERANCE: i64 = 300;

/// The message's id; the same when it is sent again.
pub const ID: &str = "webhook-id";
/// When it was sent, in seconds since the epoch.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// `v1,` and the signature in base64; several are separated by spaces.
pub const SIGNATURE: &str = "webhook-signature";

/// What secrets begin with.
const PREFIX: &str = "whsec_";
/// The bytes of a secret, as in the specification.
const LENGTH: RangeInclusive<usize> = 24..=64;
/// An id goes into the log, so it has bounds.
const LONGEST_ID: usize = 200;
/// Signatures that are checked: of several versions, and with several secrets.
const MOST_SIGNATURES: usize = 16;

/// A secret that sender and receiver share.
#[derive(Clone)]
pub struct SigningKey(hmac::Key);

/// The text is no secret. It is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a webhook's secret is \"whsec_\" and 24 to 64 random bytes in base64: make one with \
     echo \"whsec_$(openssl rand -base64 32)\""
)]
pub struct NoSecret;

/// Why a delivery is rejected; each is a sentence that helps an honest sender and tells an attacker
/// nothing new.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A header is missing or malformed.
    #[error("the header {0} is missing, or not as the Standard Webhooks specification has it")]
    Header(&'static str),
    /// `a.1` sent at 2 would be signed like `a` sent at 1 with a body that begins with `2.`.
    #[error("webhook-id has a \".\", which would make two messages of one signature")]
    Dot,
    /// It was sent long ago, or is dated in the future.
    #[error(
        "webhook-timestamp is {0} seconds away from this server's clock; at most {TOLERANCE} are \
         allowed, so sign each attempt again, and set the clocks"
    )]
    Time(u64),
    /// No signature over the body was made with one of the secrets.
    #[error(
        "no signature in webhook-signature fits: it is \"v1,\" and the base64 of the HMAC-SHA256 \
         of \"id.timestamp.body\", keyed with the bytes behind \"whsec_\" and over the body as it \
         is sent"
    )]
    Signature,
}

impl SigningKey {
    /// Reads `whsec_…`.
    pub fn parse(text: &str) -> Result<Self, NoSecret> {
        let bytes = text.strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok());
        let bytes = bytes.filter(|bytes| LENGTH.contains(&bytes.len())).ok_or(NoSecret)?;
        Ok(Self::of(&bytes))
    }

    /// A new key, which nobody knows.
    pub fn random() -> Self {
        Self::of(&rand::random::<[u8; 32]>())
    }

    /// The text of a new secret.
    pub fn random_text() -> String {
        format!("{PREFIX}{}", STANDARD.encode(rand::random::<[u8; 32]>()))
    }

    fn of(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The value of `webhook-signature` for a message.
    pub fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        format!("v1,{}", STANDARD.encode(self.tag(id, timestamp, body)))
    }

    fn tag(&self, id: &str, timestamp: &str, body: &[u8]) -> hmac::Tag {
        let mut signing = hmac::Context::with_key(&self.0);
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            signing.update(part);
        }
        signing.sign()
    }
}

// A derived implementation would be harmless today; this one stays so.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

/// An authentic delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed<'h> {
    /// Its id.
    pub id: &'h str,
    /// The signature of one of the webhook's own secrets, if one signed it, and not only another webhook's.
    pub own: Option<[u8; 32]>,
}

/// Accepts a delivery that was signed around `now` with one of the keys of this server; each comes with
/// whether it is the webhook's own. All of them are compared, so that the time reveals nothing either.
pub fn verify<'h, 'k>(
    keys: impl Iterator<Item = (bool, &'k SigningKey)>,
    headers: &'h HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<Signed<'h>, Refused> {
    let header = |name: &'static str| {
        let mut values = headers.get_all(name).iter();
        let value = values.next().and_then(|value| value.to_str().ok());
        let value = value.filter(|value| !value.is_empty() && values.next().is_none());
        value.ok_or(Refused::Header(name))
    };
    let id = header(ID)?;
    if id.len() > LONGEST_ID {
        return Err(Refused::Header(ID));
    }
    if id.contains('.') {
        return Err(Refused::Dot);
    }
    let timestamp = header(TIMESTAMP)?;
    let sent: i64 = timestamp.parse().map_err(|_| Refused::Header(TIMESTAMP))?;
    let signatures = header(SIGNATURE)?;
    let away = now.seconds().abs_diff(sent);
    if away > TOLERANCE.unsigned_abs() {
        return Err(Refused::Time(away));
    }
    // Unknown versions are skipped: senders may sign in several.
    let made = signatures.split(' ').filter_map(|one| one.strip_prefix("v1,"));
    let made: Vec<_> =
        made.filter_map(|text| STANDARD.decode(text).ok()).take(MOST_SIGNATURES).collect();
    // What is compared is hashed under a key that nobody knows, so that the time of a comparison reveals
    // nothing of it; and the body is read once for each key, however many signatures there are.
    let blind = hmac::Key::new(hmac::HMAC_SHA256, &rand::random::<[u8; 32]>());
    let made: Vec<hmac::Tag> = made.iter().map(|made| hmac::sign(&blind, made)).collect();
    let (mut of_any, mut own) = (false, None);
    for (is_own, key) in keys {
        let right = key.tag(id, timestamp, body);
        // `|` does not stop at the first that fits.
        let fits = made.iter().fold(false, |fits, made| {
            fits | hmac::verify(&blind, right.as_ref(), made.as_ref()).is_ok()
        });
        of_any |= fits;
        if fits & is_own {
            own = right.as_ref().try_into().ok();
        }
    }
    match of_any {
        true => Ok(Signed { id, own }),
        false => Err(Refused::Signature),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the specification's libraries share.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const SENT: &str = "1614265330";
    const BODY: &[u8] = b"{\"test\": 2432232314}";
    const MADE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn believed(headers: [(&'static str, &str); 3], body: &[u8], now: i64) -> Result<(), Refused> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(name, value.parse().unwrap());
        }
        let keys = [SigningKey::random(), SigningKey::parse(SECRET).unwrap()];
        let now = Timestamp::from_seconds(now);
        let signed = verify(keys.iter().map(|key| (true, key)), &map, body, now);
        let others = verify(keys.iter().map(|key| (false, key)), &map, body, now);
        assert_eq!(others, signed.clone().map(|signed| Signed { own: None, ..signed }));
        signed.map(|signed| assert!(!signed.id.is_empty() && signed.own.is_some()))
    }

    fn example() -> [(&'static str, &'static str); 3] {
        [(ID, "msg_p5jXN8AQM9LWM0D4loKWxJek"), (TIMESTAMP, SENT), (SIGNATURE, MADE)]
    }

    #[test]
    fn the_specifications_example_is_signed_and_believed() {
        let key = SigningKey::parse(SECRET).unwrap();
        assert_eq!(key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", SENT, BODY), MADE);
        assert_eq!(believed(example(), BODY, 1_614_265_330), Ok(()));
    }

    #[test]
    fn what_was_changed_on_its_way_is_not_believed() {
        let sent = 1_614_265_330;
        let with = |name: &'static str, value: &'static str| {
            example().map(|(known, old)| (known, if known == name { value } else { old }))
        };
        assert_eq!(believed(example(), b"{\"test\": 2432232315}", sent), Err(Refused::Signature));
        assert_eq!(believed(with(ID, "msg_other"), BODY, sent), Err(Refused::Signature));
        assert_eq!(believed(with(TIMESTAMP, "1614265331"), BODY, sent), Err(Refused::Signature));
        for other in ["v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1,", "v1,g0hM", "x"] {
            assert_eq!(believed(with(SIGNATURE, other), BODY, sent), Err(Refused::Signature));
        }
        let several = "v1a,abc v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v2,x";
        assert_eq!(believed(with(SIGNATURE, several), BODY, sent), Ok(()));
        for (name, bad) in [(ID, ""), (TIMESTAMP, "soon"), (TIMESTAMP, "1e9"), (SIGNATURE, "")] {
            assert_eq!(believed(with(name, bad), BODY, sent), Err(Refused::Header(name)));
        }
    }

    #[test]
    fn one_signature_is_of_one_message() {
        let key = SigningKey::parse(SECRET).unwrap();
        let made = key.sign("msg", SENT, b"1614265331.{}");
        assert_eq!(made, key.sign(&format!("msg.{SENT}"), "1614265331", b"{}"));
        let headers = |id, at| [(ID, id), (TIMESTAMP, at), (SIGNATURE, made.as_str())];
        let (sent, body) = (1_614_265_330, b"1614265331.{}");
        assert_eq!(believed(headers("msg", SENT), body, sent), Ok(()));
        let other = headers("msg.1614265330", "1614265331");
        assert_eq!(believed(other, b"{}", sent), Err(Refused::Dot));
    }

    #[test]
    fn five_minutes_either_way_are_tolerated_and_no_more() {
        let sent = 1_614_265_330;
        for now in [sent - TOLERANCE, sent + TOLERANCE] {
            assert_eq!(believed(example(), BODY, now), Ok(()));
        }
        for now in [sent - TOLERANCE - 1, sent + TOLERANCE + 1] {
            assert_eq!(believed(example(), BODY, now), Err(Refused::Time(301)));
        }
        assert!(matches!(believed(example(), BODY, i64::MIN / 2), Err(Refused::Time(_))));
    }

    #[test]
    fn secrets_are_long_enough_and_never_shown() {
        let of = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
        assert!(SigningKey::parse(&of(24)).is_ok() && SigningKey::parse(&of(64)).is_ok());
        for bad in [&of(23), &of(65), "", "whsec_", "whsec_*", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert_eq!(SigningKey::parse(bad).err(), Some(NoSecret), "{bad}");
        }
        assert_eq!(format!("{:?}", SigningKey::parse(SECRET).unwrap()), "SigningKey(…)");
    }
}
