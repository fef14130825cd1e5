//! Parses a file and hands over its top-level table.

use crate::fields::Fields;
use crate::problem::Problem;
use crate::problems::Problems;
use crate::quote::MayBeSecret;
use toml_edit::Document;

/// The text of a TOML file, and its name in messages.
#[derive(Debug, Clone, Copy)]
pub struct TomlFile<'a> {
    name: &'a str,
    text: &'a str,
    may_be_secret: Option<MayBeSecret>,
}

impl<'a> TomlFile<'a> {
    /// A file without secrets.
    pub fn new(name: &'a str, text: &'a str) -> Self {
        Self { name, text, may_be_secret: None }
    }

    /// The file may hold secrets: messages never repeat a text for which `may_be_secret` is true.
    #[must_use]
    pub fn hiding(self, may_be_secret: MayBeSecret) -> Self {
        Self { may_be_secret: Some(may_be_secret), ..self }
    }

    /// The value that `read` makes of the top-level table, which messages call `title`; or all
    /// problems in file order. `read` may return `None` only if it has reported why.
    pub fn read<T>(
        self,
        title: &str,
        read: impl FnOnce(&Fields<'_>, &mut Problems<'_>) -> Option<T>,
    ) -> Result<T, Vec<Problem>> {
        let mut problems = match self.may_be_secret {
            Some(may_be_secret) => Problems::hiding(self.name, self.text, may_be_secret),
            None => Problems::of(self.name, self.text),
        };
        let document = match Document::parse(self.text) {
            Ok(document) => document,
            Err(error) => {
                // Only the message: the full error quotes the line, which may hold a secret.
                problems.add(error.span(), format!("this is not TOML: {}", error.message()));
                return Err(problems.into_sorted());
            }
        };
        let value = read(&Fields::root(document.as_table(), title), &mut problems);
        match (value, problems.into_sorted()) {
            (Some(value), problems) if problems.is_empty() => Ok(value),
            (_, problems) => Err(problems),
        }
    }
}
