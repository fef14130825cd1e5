//! [`Mailbox`]: an address of somebody, which can be neither a header nor a command.

use crate::text;
use lettre::Address;
use std::fmt;
use url::Host;

/// The longest local part and address, in bytes, as in RFC 5321.
const LONGEST_LOCAL: usize = 64;
const LONGEST: usize = 254;
const LONGEST_NAME: usize = 100;
/// What a local part consists of besides letters, digits and single dots: the `atext` of RFC 5322.
const ATEXT: &str = "!#$%&'*+-/=?^_`{|}~";

/// An address, with the name of whose it is if that is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mailbox {
    name: Option<String>,
    address: Address,
}

/// A text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAddress {
    /// It has another form.
    #[error("\"{0}\" is no address of mail: write one like ann@example.com")]
    Form(String),
    /// It has other letters before the `@`, which few servers take.
    #[error(
        "\"{0}\" has other characters than those of ASCII before its @, which is not supported"
    )]
    Letters(String),
}

impl Mailbox {
    /// Reads an address: `ann@example.com`. Other letters than those of ASCII in its domain become punycode.
    pub fn new(name: Option<&str>, address: &str) -> Result<Self, NoAddress> {
        let form = || NoAddress::Form(text::line(address, 80));
        let (local, domain) = address.rsplit_once('@').ok_or_else(form)?;
        if !local.is_ascii() {
            return Err(NoAddress::Letters(text::line(address, 80)));
        }
        let is_atom = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || ATEXT.contains(c))
        };
        if local.len() > LONGEST_LOCAL || !local.split('.').all(is_atom) {
            return Err(form());
        }
        let domain = host(domain).ok_or_else(form)?;
        let address = Address::new(local, domain).map_err(|_| form())?;
        if AsRef::<str>::as_ref(&address).len() > LONGEST {
            return Err(form());
        }
        let name = name.map(|name| text::line(name, LONGEST_NAME)).filter(|name| !name.is_empty());
        Ok(Self { name, address })
    }

    /// The address alone.
    pub fn address(&self) -> &str {
        self.address.as_ref()
    }

    /// What is behind its `@`.
    pub(crate) fn domain(&self) -> &str {
        self.address.domain()
    }

    pub(crate) fn header(&self) -> lettre::message::Mailbox {
        lettre::message::Mailbox::new(self.name.clone(), self.address.clone())
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.address())
    }
}

/// A domain in ASCII; addresses of numbers are none.
fn host(text: &str) -> Option<String> {
    let Ok(Host::Domain(name)) = Host::parse(text) else { return None };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.split('.').all(is_label).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_mail_servers_do() {
        for (text, read) in [
            ("ann@example.com", "ann@example.com"),
            ("Ann.B+reports@Example.COM", "Ann.B+reports@example.com"),
            ("o'neil=x@mail.example", "o'neil=x@mail.example"),
            ("root@localhost", "root@localhost"),
            ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ] {
            assert_eq!(Mailbox::new(None, text).unwrap().address(), read);
        }
    }

    #[test]
    fn what_could_be_a_header_or_a_command_is_no_address() {
        let long = format!("{}@example.com", "a".repeat(65));
        let longer = format!("a@{}example.com", "abcdefghij.".repeat(30));
        for text in [
            "",
            "ann",
            "@example.com",
            "ann@",
            "ann@example.com\r\nBcc: eve@evil.example",
            "ann\r\nDATA@example.com",
            "ann@example.com> SIZE=1",
            "ann@example.com>\r\nRCPT TO:<eve@evil.example",
            "Ann <ann@example.com>",
            "<ann@example.com>",
            "ann@example.com,eve@evil.example",
            "ann eve@example.com",
            "\"ann eve\"@example.com",
            "ann..b@example.com",
            ".ann@example.com",
            "ann@eve@example.com",
            "ann@[127.0.0.1]",
            "ann@127.0.0.1",
            "ann@exa mple.com",
            "ann@example..com",
            "ann@-example.com",
            "ann@example.com/x",
            "ann@example.com:25",
            "ann\0@example.com",
            long.as_str(),
            longer.as_str(),
        ] {
            let said = Mailbox::new(None, text).unwrap_err();
            assert!(matches!(said, NoAddress::Form(_)), "{text:?}: {said}");
            assert!(!said.to_string().contains(['\r', '\n', '\0']), "{said:?}");
        }
        let said = Mailbox::new(None, "jürgen@example.com").unwrap_err();
        assert!(matches!(said, NoAddress::Letters(_)));
    }

    #[test]
    fn names_are_of_one_line() {
        let ann = Mailbox::new(Some("Ann\r\nBcc: eve@evil.example"), "ann@example.com").unwrap();
        assert_eq!(ann.name.as_deref(), Some("Ann Bcc: eve@evil.example"));
        let ann = Mailbox::new(Some("\u{202e}\n"), "ann@example.com").unwrap();
        assert_eq!(ann.name, None);
    }
}
