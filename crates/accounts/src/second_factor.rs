//! The second factor: a code of an authenticator (RFC 6238), or one of the recovery codes for when it is
//! lost.

use crate::secret::{self, SecretHash};
use brisk_domain::Timestamp;
use totp_rs::{Builder, Secret as Key, Totp};

/// Bytes of an authenticator's secret, as RFC 4226 recommends.
pub const SECRET: usize = 20;
/// Seconds that a code is valid for; one step more each way is accepted, for clocks that differ.
const STEP: u64 = 30;
const SKEW: u16 = 1;
const DIGITS: u8 = 6;

/// Codes for when the authenticator is lost.
const RECOVERY_CODES: usize = 10;
/// Characters that are not mistaken for one another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A secret that both sides know.
#[derive(Clone)]
pub struct Authenticator(Totp);

impl Authenticator {
    /// One with a new secret.
    pub fn random() -> (Self, Vec<u8>) {
        let secret: [u8; SECRET] = rand::random();
        (Self::over(secret.to_vec()), secret.to_vec())
    }

    /// One with that secret.
    pub fn of(secret: &[u8]) -> Option<Self> {
        (secret.len() == SECRET).then(|| Self::over(secret.to_vec()))
    }

    fn over(secret: Vec<u8>) -> Self {
        let built = Builder::new()
            .with_digits(DIGITS)
            .with_skew(SKEW)
            .with_step_duration(STEP)
            .with_secret(Key::new(secret.into_boxed_slice()))
            .build_noncompliant();
        Self(built)
    }

    /// The secret as people type it.
    pub fn text(&self) -> String {
        self.0.secret().to_base32()
    }

    /// The address that authenticators read.
    pub fn address(&self, issuer: &str, name: &str) -> String {
        let plain = |text: &str| -> String {
            text.bytes()
                .map(|byte| match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                        (byte as char).to_string()
                    }
                    other => format!("%{other:02X}"),
                })
                .collect()
        };
        let (issuer, name) = (plain(issuer), plain(name));
        format!(
            "otpauth://totp/{issuer}:{name}?secret={}&issuer={issuer}&digits={DIGITS}&period={STEP}",
            self.text()
        )
    }

    /// The step of `code`, if it is valid now and later than the step `used` last: each code is accepted
    /// once.
    pub fn check(&self, code: &str, used: Option<u64>, now: Timestamp) -> Option<u64> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let seconds = u64::try_from(now.seconds()).ok()?;
        let step = self.0.check(&code, seconds)?;
        used.is_none_or(|used| step > used).then_some(step)
    }

    /// The code of that moment.
    pub fn code(&self, now: Timestamp) -> String {
        self.0.generate(u64::try_from(now.seconds()).unwrap_or_default()).to_string()
    }
}

/// New codes for when the authenticator is lost, and what is kept of them. Each has 80 bits.
pub fn recovery_codes() -> (Vec<String>, Vec<SecretHash>) {
    let code = || -> String {
        let letters =
            rand::random::<[u8; 16]>().map(|byte| LETTERS[usize::from(byte % 32)] as char);
        let letters: Vec<String> =
            letters.chunks(4).map(|letters| letters.iter().collect()).collect();
        letters.join("-")
    };
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| code()).collect();
    let hashes = codes.iter().filter_map(|code| recovery_hash(code)).collect();
    (codes, hashes)
}

/// What is kept of a code that somebody typed, with or without hyphens; none where it cannot be one.
pub fn recovery_hash(text: &str) -> Option<SecretHash> {
    let letters: String =
        text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_lowercase();
    let is_code = letters.len() == 16 && letters.bytes().all(|byte| LETTERS.contains(&byte));
    is_code.then(|| secret::hash(&letters))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_234_567_890);

    fn shifted(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_234_567_890 + seconds)
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B: its codes have eight digits, of which authenticators show six.
        let authenticator = Authenticator::of(b"12345678901234567890").unwrap();
        let cases = [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")];
        for (seconds, code) in cases {
            assert_eq!(authenticator.code(Timestamp::from_seconds(seconds)), code);
        }
    }

    #[test]
    fn a_code_is_taken_once_and_one_step_early_or_late() {
        let (authenticator, secret) = Authenticator::random();
        let code = authenticator.code(NOW);
        let step = authenticator.check(&code, None, NOW).unwrap();
        assert_eq!(authenticator.check(&code, Some(step), NOW), None, "it was used");
        for late in [-30, 30] {
            assert_eq!(authenticator.check(&code, None, shifted(late)), Some(step));
        }
        for late in [-90, 90] {
            assert_eq!(authenticator.check(&code, None, shifted(late)), None);
        }
        let spaced = format!(" {} {} ", &code[..3], &code[3..]);
        assert_eq!(authenticator.check(&spaced, Some(step - 1), NOW), Some(step));
        for wrong in ["", "000", "abcdef", "١٢٣٤٥٦"] {
            assert_eq!(authenticator.check(wrong, None, NOW), None, "{wrong}");
        }
        assert_eq!(Authenticator::of(&secret).unwrap().code(NOW), code);
        assert!(Authenticator::of(b"short").is_none());
    }

    #[test]
    fn what_authenticators_read_names_server_and_account() {
        let (authenticator, _) = Authenticator::random();
        let address = authenticator.address("Brisk", "ann@example.com");
        let expected = format!(
            "otpauth://totp/Brisk:ann%40example.com?secret={}&issuer=Brisk&digits=6&period=30",
            authenticator.text()
        );
        assert_eq!(address, expected);
    }

    #[test]
    fn recovery_codes_are_known_again_however_they_are_typed() {
        let (codes, hashes) = recovery_codes();
        assert_eq!((codes.len(), hashes.len()), (10, 10));
        for (code, hash) in codes.iter().zip(&hashes) {
            assert_eq!(code.len(), 19);
            let typed = format!(" {} ", code.replace('-', " ").to_uppercase());
            assert_eq!(recovery_hash(&typed).as_ref(), Some(hash));
        }
        for bad in ["", "abcd", "0000-0000-0000-0000"] {
            assert_eq!(recovery_hash(bad), None);
        }
    }
}
