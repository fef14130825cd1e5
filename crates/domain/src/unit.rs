//! What a number measures.

use serde::{Deserialize, Serialize};

/// What a number measures; determines its prefix, suffix and digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Unit {
    /// A plain number.
    #[default]
    None,
    /// A number that names something, as years and keys do: its digits, without separators.
    Plain,
    /// Money, by ISO 4217 code.
    Money(String),
    /// A fraction where 1 is 100 %.
    Percent,
    /// Seconds.
    Seconds,
    /// Bytes, shown in powers of 1000.
    Bytes,
    /// A noun after the number: `orders`.
    Noun(String),
}

/// The text is not a unit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unit \"{given}\" is not known: use {}an ISO 4217 currency (GBP), percent, seconds, bytes, plain, or a lower-case noun",
    .meant.map_or(String::new(), |meant| format!("\"{meant}\"; or "))
)]
pub struct UnitError {
    given: String,
    /// The unit that was probably meant.
    meant: Option<&'static str>,
}

/// Signs by which units are written elsewhere, and their words here.
const SIGNS: [(&str, &str); 6] =
    [("€", "EUR"), ("$", "USD"), ("£", "GBP"), ("¥", "JPY"), ("₹", "INR"), ("%", "percent")];

impl Unit {
    /// Parses `GBP`, `percent`, `seconds`, `bytes`, `plain`, `none`, or a lower-case noun.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        Ok(match text {
            "" | "none" => Self::None,
            "plain" => Self::Plain,
            "percent" => Self::Percent,
            "seconds" => Self::Seconds,
            "bytes" => Self::Bytes,
            code if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) => {
                Self::Money(code.into())
            }
            noun if noun.len() <= 40
                && noun.starts_with(char::is_lowercase)
                && noun.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '-') =>
            {
                Self::Noun(noun.into())
            }
            _ => {
                let meant = SIGNS.iter().find(|(sign, _)| *sign == text).map(|(_, unit)| *unit);
                return Err(UnitError { given: text.chars().take(80).collect(), meant });
            }
        })
    }

    /// The currency's symbol if it has a familiar one, otherwise its code and a space.
    pub fn prefix(&self) -> String {
        match self {
            Self::Money(code) => match code.as_str() {
                "GBP" => "£".into(),
                "EUR" => "€".into(),
                "USD" => "$".into(),
                "JPY" | "CNY" => "¥".into(),
                "INR" => "₹".into(),
                _ => format!("{code}\u{a0}"),
            },
            _ => String::new(),
        }
    }
}

impl TryFrom<String> for Unit {
    type Error = UnitError;
    fn try_from(text: String) -> Result<Self, UnitError> {
        Self::parse(&text)
    }
}

impl From<Unit> for String {
    fn from(unit: Unit) -> String {
        match unit {
            Unit::None => "none".into(),
            Unit::Plain => "plain".into(),
            Unit::Percent => "percent".into(),
            Unit::Seconds => "seconds".into(),
            Unit::Bytes => "bytes".into(),
            Unit::Money(code) => code,
            Unit::Noun(noun) => noun,
        }
    }
}
