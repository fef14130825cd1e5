//! [`Identity`]: who somebody is to an issuer. It is the issuer and the subject together, and never a
//! name or an e-mail address: sooner or later those are given to somebody else.

use std::fmt;

/// Who somebody is to an issuer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    issuer: String,
    subject: String,
}

/// The longest issuer or subject, in bytes: OpenID Connect's own limit of a subject.
const LONGEST: usize = 255;

/// The issuer of those whom a proxy names. It is no address, so that no provider has it.
const PROXY: &str = "proxy";

impl Identity {
    /// The identity of `subject` at `issuer`; none where either cannot be kept as it is.
    pub fn new(issuer: &str, subject: &str) -> Option<Self> {
        let fits =
            |text: &str| (1..=LONGEST).contains(&text.len()) && !text.chars().any(char::is_control);
        let is_one = fits(issuer) && fits(subject);
        is_one.then(|| Self { issuer: issuer.to_owned(), subject: subject.to_owned() })
    }

    /// The identity of somebody whom a proxy calls `name`.
    pub fn of_proxy(name: &str) -> Option<Self> {
        Self::new(PROXY, name)
    }

    /// Whether a proxy vouches.
    pub fn is_of_proxy(&self) -> bool {
        self.issuer == PROXY
    }

    /// Who vouches.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// For whom.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.issuer, self.subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_kept_as_it_is_identifies_nobody() {
        for subject in ["", "a\0b", "a\nb", &"x".repeat(256)] {
            assert_eq!(Identity::new("https://id.example", subject), None, "{subject:?}");
        }
        let one = Identity::new("https://id.example", "248289761001");
        assert_eq!(one.as_ref().map(Identity::subject), Some("248289761001"));
        assert_ne!(one, Identity::new("https://id.example/", "248289761001"));
        assert_ne!(Identity::of_proxy("ann"), Identity::new("https://proxy", "ann"));
    }
}
