//! How a CSV file is written: its encoding, delimiter, quotes, header, numbers and words for NULL.

use crate::number::Marks;
use crate::{ImportError, decode};
use serde::Deserialize;

/// How a file is written. The defaults are those of most CSV files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Layout {
    /// The encoding: `utf-8`, `utf-16le`, `windows-1252`, …; by default UTF-8, or UTF-16 if the file
    /// begins like that.
    pub encoding: Option<String>,
    /// The character between fields, ASCII.
    pub delimiter: String,
    /// The character around quoted fields, ASCII; empty for none.
    pub quote: String,
    /// Whether the first line names the columns.
    pub header: bool,
    /// The decimal mark of numbers: a point or a comma.
    pub decimal: String,
    /// The separator of thousands.
    pub thousands: Option<String>,
    /// Words that stand for no value, in unquoted fields. A text written as `""` is empty, not
    /// missing, unless an empty word is among these.
    pub nulls: Vec<String>,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            encoding: None,
            delimiter: ",".into(),
            quote: "\"".into(),
            header: true,
            decimal: ".".into(),
            thousands: None,
            nulls: Vec::new(),
        }
    }
}

impl Layout {
    pub(crate) fn check(&self) -> Result<(), ImportError> {
        let wrong = |message: String| Err(ImportError::Plan(message));
        if let Some(encoding) = &self.encoding {
            decode::named(encoding)?;
        }
        let one = |text: &str| {
            let is_one = text.len() == 1 && text.is_ascii();
            is_one && !text.contains(|c: char| c.is_ascii_alphanumeric() || "\r\n\0".contains(c))
        };
        if !one(&self.delimiter) || self.delimiter == self.quote {
            let is = &self.delimiter;
            return wrong(format!(
                "the delimiter must be one ASCII character such as \",\", \";\", \"\\t\" or \"|\", and \
                 not the quote, not \"{is}\""
            ));
        }
        if !self.quote.is_empty() && !one(&self.quote) {
            let is = &self.quote;
            return wrong(format!(
                "the quote must be one ASCII character or nothing, not \"{is}\""
            ));
        }
        if !matches!(&*self.decimal, "." | ",") {
            let is = &self.decimal;
            return wrong(format!("the decimal mark must be \".\" or \",\", not \"{is}\""));
        }
        let Some(thousands) = &self.thousands else { return Ok(()) };
        let fits = thousands.chars().count() == 1
            && !thousands.contains(|c: char| c.is_alphanumeric() || "+-".contains(c))
            && *thousands != self.decimal;
        if !fits {
            return wrong(format!(
                "the mark of thousands must be one character that is not the decimal mark, not \
                 \"{thousands}\""
            ));
        }
        Ok(())
    }

    pub(crate) fn marks(&self) -> Marks {
        Marks {
            decimal: self.decimal.chars().next().unwrap_or('.'),
            thousands: self.thousands.as_ref().and_then(|mark| mark.chars().next()),
        }
    }

    /// The delimiter's and the quote's bytes.
    pub(crate) fn separators(&self) -> (u8, Option<u8>) {
        let delimiter = self.delimiter.bytes().next().unwrap_or(b',');
        (delimiter, self.quote.bytes().next())
    }
}
