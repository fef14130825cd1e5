//! [`MailAddress`]: an address of mail that is safe to write into a message's head.

use std::fmt;

/// An address such as `ann.lee@example.com`. Its case is kept, and does not count when addresses are
/// compared with [`MailAddress::compared`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailAddress(String);

/// The text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no address of mail: write one such as ann@example.com, without a name")]
pub struct NoMailAddress(String);

impl MailAddress {
    /// Reads an address: one `@`, letters, digits and the signs that addresses are made of. Quoted local
    /// parts, addresses with names, comments and line breaks are refused.
    pub fn parse(text: &str) -> Result<Self, NoMailAddress> {
        let wrong = || NoMailAddress(text.chars().take(80).collect());
        let (local, domain) = text.split_once('@').ok_or_else(wrong)?;
        let is_atom = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c))
        };
        let is_label = |part: &str| {
            (1..=63).contains(&part.len())
                && !part.starts_with('-')
                && !part.ends_with('-')
                && part.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let is_one = text.len() <= 254
            && local.len() <= 64
            && local.split('.').all(is_atom)
            && domain.contains('.')
            && domain.split('.').all(is_label);
        if is_one { Ok(Self(text.to_owned())) } else { Err(wrong()) }
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text to compare addresses by: nobody has two that differ in case.
    pub fn compared(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_break_out_of_a_head() {
        for good in ["ann@example.com", "Ann.Lee+reports@mail.example.co.uk", "a@bücher.example"] {
            assert_eq!(MailAddress::parse(good).unwrap().as_str(), good);
        }
        let long = format!("{}@example.com", "x".repeat(65));
        for bad in [
            "",
            "ann",
            "@example.com",
            "ann@",
            "ann@localhost",
            "ann@example..com",
            "ann@-a.com",
            ".ann@example.com",
            "ann..lee@example.com",
            "ann@example.com\r\nBcc: bob@example.com",
            "ann@example.com, bob@example.com",
            "Ann <ann@example.com>",
            "\"ann lee\"@example.com",
            "ann@bob@example.com",
            " ann@example.com",
            &long,
        ] {
            assert!(MailAddress::parse(bad).is_err(), "{bad:?}");
        }
        let one = MailAddress::parse("Ann@Example.com").unwrap();
        assert_eq!(one.compared(), "ann@example.com");
    }
}
