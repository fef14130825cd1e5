//! Collects the problems of one file.

use crate::problem::{Place, Problem};
use crate::quote::{MayBeSecret, never_secret, quoted};
use std::ops::Range;

/// The problems found in one file so far.
pub struct Problems<'a> {
    file: &'a str,
    text: &'a str,
    may_be_secret: Option<MayBeSecret>,
    found: Vec<Problem>,
}

impl<'a> Problems<'a> {
    /// An empty list for `file`, whose content is `text`.
    pub fn of(file: &'a str, text: &'a str) -> Self {
        Self { file, text, may_be_secret: None, found: Vec::new() }
    }

    /// The same for a file with secrets: messages never repeat a text for which `may_be_secret` is
    /// true.
    pub fn hiding(file: &'a str, text: &'a str, may_be_secret: MayBeSecret) -> Self {
        Self { may_be_secret: Some(may_be_secret), ..Self::of(file, text) }
    }

    /// Reports a problem at `span` (in bytes), or at the start of the file if there is none.
    pub fn add(&mut self, span: Option<Range<usize>>, message: impl Into<String>) {
        self.found.push(self.place(span).problem(message));
    }

    /// The same, with what is allowed.
    pub fn add_with_help(
        &mut self,
        span: Option<Range<usize>>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found.push(self.place(span).problem_with_help(message, help));
    }

    /// Where `span` begins, or the start of the file if there is none.
    pub fn place(&self, span: Option<Range<usize>>) -> Place {
        Place::at(self.file, self.text, span.map_or(0, |span| span.start))
    }

    /// A text from the file in quotes, unless it may be a secret.
    pub fn quoted(&self, text: &str) -> String {
        quoted(text, self.may_be_secret.unwrap_or(never_secret))
    }

    /// Whether `text` must not be repeated.
    pub fn hides(&self, text: &str) -> bool {
        self.may_be_secret.is_some_and(|may_be_secret| may_be_secret(text))
    }

    /// Whether the file may hold secrets.
    pub fn may_hold_secrets(&self) -> bool {
        self.may_be_secret.is_some()
    }

    /// The content of the file.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The problems, in file order.
    pub fn into_sorted(mut self) -> Vec<Problem> {
        self.found.sort_by_key(|problem| (problem.line, problem.column));
        self.found
    }
}
