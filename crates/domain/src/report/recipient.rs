//! [`Recipient`]: who receives a report.

use super::mail_address::MailAddress;
use crate::{AttributeName, ChannelName, Selection, TeamName};
use std::collections::BTreeMap;
use std::fmt;

/// Who receives a report, and for those without an account, what of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Who it is.
    pub name: RecipientName,
    /// The attributes that an admin has locked for it: it receives what somebody with these would see,
    /// of any dashboard. Without a lock, whoever has no account receives public dashboards only.
    pub locked: Option<Locked>,
}

/// Attributes that stand in for those of an account. None at all is a lock, too: panels that use an
/// attribute then show nothing.
pub type Locked = BTreeMap<AttributeName, Selection>;

/// Who receives a report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecipientName {
    /// `account:ann`: the account that signs in with this name, in lower case.
    Account(String),
    /// `account-id:4f0c…`: the account with this id, whatever its name becomes.
    AccountId(String),
    /// `team:sales`: everybody who is in it when the report is made.
    Team(TeamName),
    /// `mail:board@example.com`: the account that has this address, or else whoever reads it.
    Mail(MailAddress),
    /// `channel:ops`: a channel of the configuration: Slack, a webhook, a folder.
    Channel(ChannelName),
}

/// The text names no recipient.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRecipient {
    /// It begins with none of the words.
    #[error(
        "\"{0}\" is no recipient: write \"account:NAME\", \"team:NAME\", \"mail:ADDRESS\" or \
         \"channel:NAME\""
    )]
    Kind(String),
    /// What follows is not what the word announces.
    #[error("{0}")]
    Name(String),
}

impl RecipientName {
    /// Reads the words of a file.
    pub fn parse(text: &str) -> Result<Self, NoRecipient> {
        let unknown = || NoRecipient::Kind(text.chars().take(80).collect());
        let wrong = |error: &dyn fmt::Display| NoRecipient::Name(error.to_string());
        let (kind, name) = text.split_once(':').ok_or_else(unknown)?;
        match kind {
            "account" => {
                let name = name.to_ascii_lowercase();
                let fits = |c: char| c.is_ascii_alphanumeric() || "._-@+".contains(c);
                let is_name = (1..=64).contains(&name.len()) && name.chars().all(fits);
                is_name.then_some(Self::Account(name)).ok_or_else(|| {
                    wrong(&"the name of an account has 1 to 64 of the characters a-z, 0-9 and . _ - @ +")
                })
            }
            "account-id" => {
                let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
                let is_id = (1..=64).contains(&name.len()) && name.chars().all(fits);
                let id = Self::AccountId(name.to_owned());
                is_id
                    .then_some(id)
                    .ok_or_else(|| wrong(&"the id of an account is letters and digits"))
            }
            "team" => TeamName::parse(name).map(Self::Team).map_err(|error| wrong(&error)),
            "mail" => MailAddress::parse(name).map(Self::Mail).map_err(|error| wrong(&error)),
            "channel" => ChannelName::parse(name).map(Self::Channel).map_err(|error| wrong(&error)),
            _ => Err(unknown()),
        }
    }

    /// Whether it has no account, so that values may be locked for it.
    pub fn may_be_locked(&self) -> bool {
        matches!(self, Self::Mail(_) | Self::Channel(_))
    }

    /// The text to compare recipients by: addresses do not differ in case.
    pub fn compared(&self) -> String {
        match self {
            Self::Mail(address) => format!("mail:{}", address.compared()),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for RecipientName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(name) => write!(f, "account:{name}"),
            Self::AccountId(id) => write!(f, "account-id:{id}"),
            Self::Team(name) => write!(f, "team:{name}"),
            Self::Mail(address) => write!(f, "mail:{address}"),
            Self::Channel(name) => write!(f, "channel:{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_are_written_as_they_are_read() {
        for text in [
            "account:ann.lee@example.com",
            "account-id:4f0c",
            "team:sales",
            "mail:Board@example.com",
            "channel:ops",
        ] {
            assert_eq!(RecipientName::parse(text).unwrap().to_string(), text);
        }
        let upper = RecipientName::parse("account:Ann").unwrap();
        assert_eq!(upper, RecipientName::Account("ann".into()), "as names to sign in with");
        for bad in [
            "",
            "ann",
            "ann@example.com",
            "account:",
            "account:a b",
            "account-id:../x",
            "team:Sales",
            "mail:ann",
            "channel:#ops",
            "role:admin",
        ] {
            assert!(RecipientName::parse(bad).is_err(), "{bad}");
        }
    }
}
