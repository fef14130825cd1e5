//! Names that appear in URLs, files and logs, validated once so that the rest of the code can trust
//! them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a text is not a valid name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} \"{text}\" must be {allowed}")]
pub struct NameError {
    kind: &'static str,
    text: String,
    allowed: &'static str,
}

impl NameError {
    /// `allowed` completes "must be …".
    pub(crate) fn new(kind: &'static str, text: &str, allowed: &'static str) -> Self {
        Self { kind, text: text.chars().take(80).collect(), allowed }
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $kind:literal, $extra:literal, $allowed:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(String);

        impl $type {
            /// Validates `text`.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                let fits = (1..=64).contains(&text.len())
                    && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
                    && text.chars().all(|c| {
                        c.is_ascii_lowercase() || c.is_ascii_digit() || c == $extra
                    });
                if fits {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(NameError::new($kind, text, concat!(
                        "1 to 64 characters: ", $allowed, ", starting with a letter or digit"
                    )))
                }
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $type {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                Self::parse(&text)
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> String {
                name.0
            }
        }
    };
}

name!(
    /// A dashboard's name, in its URL and as its file name: `online-retail`.
    Slug, "dashboard name", '-', "lower-case letters, digits and hyphens"
);
name!(
    /// A panel's name, unique within its dashboard: `revenue-by-day`.
    PanelId, "panel id", '-', "lower-case letters, digits and hyphens"
);
name!(
    /// A source's name in the configuration: `retail`.
    SourceName, "source name", '-', "lower-case letters, digits and hyphens"
);
name!(
    /// A webhook's name in the configuration, and its id in `/hooks/{id}`: `shop-pipeline`.
    WebhookName, "webhook name", '-', "lower-case letters, digits and hyphens"
);
name!(
    /// A report's name, which is its file name without `.toml`: `weekly-sales`.
    ReportName, "report name", '-', "lower-case letters, digits and hyphens"
);
name!(
    /// The name of a channel in the configuration that reports are sent to: `ops`.
    ChannelName, "channel name", '-', "lower-case letters, digits and hyphens"
);
name!(
    /// A team's name, as in `team:sales`, an audience.
    TeamName, "team name", '-', "lower-case letters, digits and hyphens"
);
name!(
    /// The name of a folder of dashboards, that of its directory: `logistics`.
    FolderName, "folder name", '-', "lower-case letters, digits and hyphens"
);
name!(
    /// A variable's name, as `:country` in statements and `country=` in URLs.
    VariableName, "variable name", '_', "lower-case letters, digits and underscores"
);
name!(
    /// The name of a user attribute, as `:user.tenant` in statements.
    AttributeName, "attribute name", '_', "lower-case letters, digits and underscores"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_lower_case_and_start_with_a_letter_or_digit() {
        assert!(Slug::parse("online-retail").is_ok());
        assert!(VariableName::parse("price_band").is_ok());
        for bad in ["", "-a", "A", "a b", "a/b", "é", &"x".repeat(65)] {
            assert!(Slug::parse(bad).is_err(), "{bad}");
        }
    }
}
