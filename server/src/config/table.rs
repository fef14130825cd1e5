//! Typed reading of one TOML table: wrong types, values out of bounds and unknown keys become
//! problems, each at its place. No problem repeats a value that may hold a password.

use super::place::Place;
use super::secret::{may_hold_password, shown};
use super::{duration, size};
use brisk_definition::Problem;
use std::cell::RefCell;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::time::Duration;
use toml_edit::{Item, TableLike};

/// Collects the problems of one file.
pub(super) struct Problems<'a> {
    file: &'a str,
    text: &'a str,
    found: Vec<Problem>,
}

impl<'a> Problems<'a> {
    pub(super) fn of(file: &'a str, text: &'a str) -> Self {
        Self { file, text, found: Vec::new() }
    }

    pub(super) fn add(&mut self, span: Option<Range<usize>>, message: impl Into<String>) {
        self.found.push(self.place(span).problem(message));
    }

    pub(super) fn add_with_help(
        &mut self,
        span: Option<Range<usize>>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found.push(self.place(span).problem_with_help(message, help));
    }

    /// Where `span` begins: the file's beginning where it is unknown.
    pub(super) fn place(&self, span: Option<Range<usize>>) -> Place {
        let mut offset = span.map_or(0, |span| span.start).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Place {
            file: self.file.to_owned(),
            line: before.matches('\n').count() as u32 + 1,
            column: before[line_start..].chars().count() as u32 + 1,
        }
    }

    /// The problems in the file's order.
    pub(super) fn into_sorted(mut self) -> Vec<Problem> {
        self.found.sort_by_key(|problem| (problem.line, problem.column));
        self.found
    }
}

/// One table of the file, with the words that problems call it by.
pub(super) struct Table<'t> {
    table: &'t dyn TableLike,
    span: Option<Range<usize>>,
    /// `[source.shop]`.
    title: String,
    asked: RefCell<Vec<&'static str>>,
}

impl<'t> Table<'t> {
    pub(super) fn root(table: &'t dyn TableLike) -> Self {
        let title = "the top of the file".into();
        Self { table, span: Some(0..0), title, asked: RefCell::default() }
    }

    pub(super) fn title(&self) -> &str {
        &self.title
    }

    pub(super) fn span(&self) -> Option<Range<usize>> {
        self.span.clone()
    }

    /// The place of the value of `key`, or of the table where it is missing.
    pub(super) fn span_of(&self, key: &str) -> Option<Range<usize>> {
        self.table.get(key).and_then(Item::span).or_else(|| self.span())
    }

    pub(super) fn item(&self, key: &'static str) -> Option<&'t Item> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    /// The table under `key`, called `title`.
    pub(super) fn table(
        &self,
        key: &'static str,
        title: &str,
        problems: &mut Problems<'_>,
    ) -> Option<Table<'t>> {
        let item = self.item(key)?;
        let table = Self::of(item, title.to_owned());
        if table.is_none() {
            self.wrong_type(key, item, "a table", problems);
        }
        table
    }

    /// The tables under all keys, each called `[title.KEY]`.
    pub(super) fn tables(
        &self,
        title: &str,
        problems: &mut Problems<'_>,
    ) -> Vec<(&'t str, Option<Range<usize>>, Table<'t>)> {
        let mut tables = Vec::new();
        for (key, item) in self.table.iter() {
            let name = if may_hold_password(key) { "…" } else { key };
            match Self::of(item, format!("[{title}.{name}]")) {
                Some(table) => {
                    let span = self.table.key(key).and_then(toml_edit::Key::span);
                    tables.push((key, span.or(item.span()), table));
                }
                None => self.wrong_type(key, item, "a table", problems),
            }
        }
        tables
    }

    fn of(item: &'t Item, title: String) -> Option<Self> {
        let table = item.as_table_like()?;
        Some(Self { table, span: item.span(), title, asked: RefCell::default() })
    }

    pub(super) fn text(&self, key: &'static str, problems: &mut Problems<'_>) -> Option<&'t str> {
        let item = self.item(key)?;
        let text = item.as_str();
        if text.is_none() {
            self.wrong_type(key, item, "text in quotes", problems);
        }
        text
    }

    pub(super) fn flag(&self, key: &'static str, problems: &mut Problems<'_>) -> Option<bool> {
        let item = self.item(key)?;
        let flag = item.as_bool();
        if flag.is_none() {
            self.wrong_type(key, item, "true or false", problems);
        }
        flag
    }

    pub(super) fn whole(
        &self,
        key: &'static str,
        allowed: RangeInclusive<u32>,
        problems: &mut Problems<'_>,
    ) -> Option<u32> {
        let item = self.item(key)?;
        let number = item.as_integer().and_then(|i| u32::try_from(i).ok());
        let number = number.filter(|n| allowed.contains(n));
        if number.is_none() {
            let (title, least, most) = (&self.title, allowed.start(), allowed.end());
            let message =
                format!("\"{key}\" of {title} must be a whole number from {least} to {most}");
            problems.add(item.span(), message);
        }
        number
    }

    /// One of `words`, by its word.
    pub(super) fn word<T: Copy>(
        &self,
        key: &'static str,
        words: &[(&str, T)],
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        let text = self.text(key, problems)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let allowed: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!("{key} {} of {} is not known", shown(text), self.title);
            problems.add_with_help(self.span_of(key), message, suggestion(text, &allowed));
        }
        found
    }

    /// A value that is read from text: `None` of `parse` is a problem; `example` is what is
    /// allowed.
    pub(super) fn parsed<T>(
        &self,
        key: &'static str,
        example: impl Display,
        parse: impl FnOnce(&str) -> Option<T>,
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        let text = self.text(key, problems)?;
        let value = parse(text);
        if value.is_none() {
            let message =
                format!("\"{key}\" of {} must be {example}, not {}", self.title, shown(text));
            problems.add(self.span_of(key), message);
        }
        value
    }

    /// A duration such as `250ms`.
    pub(super) fn duration(
        &self,
        key: &'static str,
        allowed: RangeInclusive<Duration>,
        problems: &mut Problems<'_>,
    ) -> Option<Duration> {
        let parse = |text: &str| duration::duration(text).filter(|d| allowed.contains(d));
        self.parsed(key, durations(&allowed, "ms, s, m, h or d"), parse, problems)
    }

    /// A duration in whole seconds, such as `5m`.
    pub(super) fn seconds(
        &self,
        key: &'static str,
        allowed: RangeInclusive<Duration>,
        problems: &mut Problems<'_>,
    ) -> Option<Duration> {
        let whole = |d: &Duration| d.subsec_millis() == 0 && allowed.contains(d);
        let parse = |text: &str| duration::duration(text).filter(whole);
        self.parsed(key, durations(&allowed, "s, m, h or d"), parse, problems)
    }

    /// A size such as `256 MiB`, in bytes.
    pub(super) fn size(
        &self,
        key: &'static str,
        allowed: RangeInclusive<u64>,
        problems: &mut Problems<'_>,
    ) -> Option<u64> {
        let (least, most) = (size::words(*allowed.start()), size::words(*allowed.end()));
        let example = format!("a size from {least} to {most} (a whole number and KiB, MiB or GiB)");
        let parse = |text: &str| size::bytes(text).filter(|b| allowed.contains(b));
        self.parsed(key, example, parse, problems)
    }

    /// Reports keys that nobody asked for. Call it last.
    pub(super) fn finish(&self, problems: &mut Problems<'_>) {
        let asked = self.asked.borrow();
        for (key, item) in self.table.iter() {
            if !asked.contains(&key) {
                let span = self.table.key(key).and_then(toml_edit::Key::span).or(item.span());
                let message = format!("unknown key {} in {}", shown(key), self.title);
                problems.add_with_help(span, message, suggestion(key, &asked));
            }
        }
    }

    pub(super) fn wrong_type(
        &self,
        key: &str,
        item: &Item,
        expected: &str,
        problems: &mut Problems<'_>,
    ) {
        let (key, title) = (shown(key), &self.title);
        let message = format!("{key} of {title} must be {expected}, not {}", kind(item));
        problems.add(item.span(), message);
    }
}

/// `did you mean "title"?` where something is near, else all that is allowed.
pub(super) fn suggestion(word: &str, allowed: &[&str]) -> String {
    let near = allowed
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4);
    match near {
        Some((_, candidate)) => format!("did you mean \"{candidate}\"?"),
        None => format!("allowed: {}", allowed.join(", ")),
    }
}

fn durations(allowed: &RangeInclusive<Duration>, units: &str) -> String {
    let (least, most) = (duration::words(*allowed.start()), duration::words(*allowed.end()));
    format!("a duration from {least} to {most} (a whole number and {units})")
}

fn kind(item: &Item) -> &'static str {
    match item.type_name() {
        "string" => "text",
        "integer" => "a whole number",
        "float" => "a number",
        "boolean" => "true or false",
        "array" | "array of tables" => "a list",
        "table" | "inline table" => "a table",
        _ => "a date",
    }
}
