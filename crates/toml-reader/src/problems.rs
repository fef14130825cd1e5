//! Collects the problems of one file.

use crate::problem::{Place, Problem};
use crate::quote::{MayBeSecret, never_secret, quoted};
use std::ops::Range;

/// The problems found in one file so far.
pub struct Problems<'a> {
    file: &'a str,
    text: &'a str,
    may_be_secret: Option<MayBeSecret>,
    /// Where each line starts.
    lines: Vec<usize>,
    found: Vec<Found>,
}

/// A problem whose line and column nobody has asked for yet.
struct Found {
    offset: usize,
    message: String,
    help: Option<String>,
}

/// More problems of one file are only counted: nobody reads them all at once, and a file may have as many
/// as it has bytes.
pub(crate) const MOST: usize = 50;

impl<'a> Problems<'a> {
    /// An empty list for `file`, whose content is `text`.
    pub fn of(file: &'a str, text: &'a str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { file, text, may_be_secret: None, lines, found: Vec::new() }
    }

    /// The same for a file with secrets: messages never repeat a text for which `may_be_secret` is
    /// true.
    pub fn hiding(file: &'a str, text: &'a str, may_be_secret: MayBeSecret) -> Self {
        Self { may_be_secret: Some(may_be_secret), ..Self::of(file, text) }
    }

    /// Reports a problem at `span` (in bytes), or at the start of the file if there is none.
    pub fn add(&mut self, span: Option<Range<usize>>, message: impl Into<String>) {
        self.found.push(Found { offset: start(span), message: message.into(), help: None });
    }

    /// The same, with what is allowed.
    pub fn add_with_help(
        &mut self,
        span: Option<Range<usize>>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let (message, help) = (message.into(), Some(help.into()));
        self.found.push(Found { offset: start(span), message, help });
    }

    /// Where `span` begins, or the start of the file if there is none.
    pub fn place(&self, span: Option<Range<usize>>) -> Place {
        Place::at(self.file, self.text, &self.lines, start(span))
    }

    /// The line where `span` begins, from 1.
    pub fn line(&self, span: Option<Range<usize>>) -> u32 {
        self.lines.partition_point(|line| *line <= start(span.clone())) as u32
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

    /// The problems, in file order: the first of them, and how many more there are.
    pub fn into_sorted(mut self) -> Vec<Problem> {
        self.found.sort_by_key(|found| found.offset);
        let more = self.found.len().saturating_sub(MOST);
        let counted = self.found.get(MOST).map(|first| first.offset);
        self.found.truncate(MOST);
        let found = std::mem::take(&mut self.found);
        let place = |offset| self.place(Some(offset..offset));
        let mut problems: Vec<Problem> = found
            .into_iter()
            .map(|Found { offset, message, help }| Problem {
                help,
                ..place(offset).problem(message)
            })
            .collect();
        if let Some(offset) = counted {
            let message = match more {
                1 => "and 1 more problem from here on".to_owned(),
                more => format!("and {more} more problems from here on"),
            };
            problems.push(place(offset).problem(message));
        }
        problems
    }
}

/// Where `span` begins, or the start of the file if there is none.
fn start(span: Option<Range<usize>>) -> usize {
    span.map_or(0, |span| span.start)
}
