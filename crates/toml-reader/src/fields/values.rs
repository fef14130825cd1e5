//! A table's values, by their types.

use super::Fields;
use super::given::given;
use crate::problems::Problems;
use crate::suggestion::suggestion;
use crate::{duration, size};
use brisk_domain::Query;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

impl<'t> Fields<'t> {
    /// A string.
    pub fn text(&self, key: &'static str, problems: &mut Problems<'_>) -> Option<&'t str> {
        let item = self.item(key)?;
        let text = item.as_str();
        if text.is_none() {
            self.wrong_type(key, item, "text in quotes", problems);
        }
        text
    }

    /// A string that must be present and not blank.
    pub fn required_text(&self, key: &'static str, problems: &mut Problems<'_>) -> Option<&'t str> {
        if self.table.get(key).is_none() {
            self.item(key);
            problems.add(self.span(), format!("{} has no \"{key}\"", self.title));
            return None;
        }
        let text = self.text(key, problems)?;
        if text.trim().is_empty() {
            problems.add(self.place(key), format!("\"{key}\" of {} is empty", self.title));
            return None;
        }
        Some(text)
    }

    /// A list of strings; `expected` completes "must be …".
    pub fn texts(
        &self,
        key: &'static str,
        expected: &str,
        problems: &mut Problems<'_>,
    ) -> Option<Vec<&'t str>> {
        let item = self.item(key)?;
        let texts = item.as_array().map(|list| list.iter().map(|value| value.as_str()));
        let texts = texts.and_then(Iterator::collect);
        if texts.is_none() {
            self.wrong_type(key, item, expected, problems);
        }
        texts
    }

    /// A boolean; false if the key is missing.
    pub fn flag(&self, key: &'static str, problems: &mut Problems<'_>) -> bool {
        let Some(item) = self.item(key) else {
            return false;
        };
        let flag = item.as_bool();
        if flag.is_none() {
            self.wrong_type(key, item, "true or false", problems);
        }
        flag.unwrap_or(false)
    }

    /// A finite number, integer or float.
    pub fn number(&self, key: &'static str, problems: &mut Problems<'_>) -> Option<f64> {
        let item = self.item(key)?;
        let number = item.as_float().or_else(|| item.as_integer().map(|i| i as f64));
        if number.is_none() {
            self.wrong_type(key, item, "a number", problems);
        }
        number.filter(|n| n.is_finite())
    }

    /// An integer within `allowed`.
    pub fn whole<N: TryFrom<i64> + PartialOrd + Display>(
        &self,
        key: &'static str,
        allowed: RangeInclusive<N>,
        problems: &mut Problems<'_>,
    ) -> Option<N> {
        let item = self.item(key)?;
        let number = item.as_integer().and_then(|i| N::try_from(i).ok());
        let number = number.filter(|n| allowed.contains(n));
        if number.is_none() {
            let (least, most) = (allowed.start(), allowed.end());
            let given = given(item, problems);
            let title = &self.title;
            let message = format!(
                "\"{key}\" of {title} must be a whole number from {least} to {most}, not {given}"
            );
            problems.add(item.span(), message);
        }
        number
    }

    /// One of `words`, by its keyword.
    pub fn word<T: Copy>(
        &self,
        key: &'static str,
        words: &[(&str, T)],
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        let text = self.text(key, problems)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let allowed: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!("{key} {} of {} is not known", problems.quoted(text), self.title);
            problems.add_with_help(self.place(key), message, suggestion(text, &allowed));
        }
        found
    }

    /// A value parsed from a string. The parser's error is the message, unless the string may be a
    /// secret, because such errors quote it.
    pub fn parsed<T, E: Display>(
        &self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        let text = self.text(key, problems)?;
        let wrong = |error: E| match problems.hides(text) {
            true => format!("\"{key}\" of {} cannot be {}", self.title, problems.quoted(text)),
            false => error.to_string(),
        };
        let value = parse(text).map_err(wrong);
        value.map_err(|message| problems.add(self.place(key), message)).ok()
    }

    /// A value parsed from a string; if `parse` returns `None`, that is a problem. `expected`
    /// completes "must be …".
    pub fn expected<T>(
        &self,
        key: &'static str,
        expected: impl Display,
        parse: impl FnOnce(&str) -> Option<T>,
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        let text = self.text(key, problems)?;
        let value = parse(text);
        if value.is_none() {
            let (title, text) = (&self.title, problems.quoted(text));
            let message = format!("\"{key}\" of {title} must be {expected}, not {text}");
            problems.add(self.place(key), message);
        }
        value
    }

    /// A duration such as `250ms`.
    pub fn duration(
        &self,
        key: &'static str,
        allowed: RangeInclusive<Duration>,
        problems: &mut Problems<'_>,
    ) -> Option<Duration> {
        let parse = |text: &str| duration::duration(text).filter(|d| allowed.contains(d));
        self.expected(key, durations(&allowed, "ms, s, m, h or d"), parse, problems)
    }

    /// A duration in whole seconds, such as `5m`.
    pub fn seconds(
        &self,
        key: &'static str,
        allowed: RangeInclusive<Duration>,
        problems: &mut Problems<'_>,
    ) -> Option<Duration> {
        let whole = |d: &Duration| d.subsec_millis() == 0 && allowed.contains(d);
        let parse = |text: &str| duration::duration(text).filter(whole);
        self.expected(key, durations(&allowed, "s, m, h or d"), parse, problems)
    }

    /// A size such as `256 MiB`, in bytes.
    pub fn size(
        &self,
        key: &'static str,
        allowed: RangeInclusive<u64>,
        problems: &mut Problems<'_>,
    ) -> Option<u64> {
        let (least, most) = (size::words(*allowed.start()), size::words(*allowed.end()));
        let example = format!("a size from {least} to {most} (a whole number and KiB, MiB or GiB)");
        let parse = |text: &str| size::bytes(text).filter(|b| allowed.contains(b));
        self.expected(key, example, parse, problems)
    }

    /// A statement, with the line of the file on which it starts.
    pub fn query(&self, key: &'static str, problems: &mut Problems<'_>) -> Option<Query> {
        let sql = self.required_text(key, problems)?;
        let span = self.place(key);
        let start = span.as_ref().map_or(0, |span| span.start);
        // A string that opens with """ and a line break starts on the next line.
        let opened = problems.text().get(start..).unwrap_or_default();
        let line_below = ["\"\"\"\n", "\"\"\"\r\n", "'''\n", "'''\r\n"];
        let below = line_below.iter().any(|open| opened.starts_with(open));
        Some(Query { sql: sql.to_owned(), line: problems.line(span) + u32::from(below) })
    }
}

fn durations(allowed: &RangeInclusive<Duration>, units: &str) -> String {
    let (least, most) = (duration::words(*allowed.start()), duration::words(*allowed.end()));
    format!("a duration from {least} to {most} (a whole number and {units})")
}
