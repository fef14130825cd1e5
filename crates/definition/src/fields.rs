//! Typed reading of one TOML table: wrong types, missing and unknown keys become problems.

use crate::problem::Problems;
use brisk_domain::Query;
use std::cell::RefCell;
use std::ops::Range;
use toml_edit::{Item, TableLike};

/// One table of the file, with the words that problems call it by.
pub(crate) struct Fields<'t> {
    table: &'t dyn TableLike,
    span: Option<Range<usize>>,
    /// `[[panel]] "revenue"`.
    title: String,
    asked: RefCell<Vec<&'static str>>,
}

impl<'t> Fields<'t> {
    pub(crate) fn new(item: &'t Item, title: impl Into<String>) -> Option<Self> {
        let table = item.as_table_like()?;
        Some(Self { table, span: item.span(), title: title.into(), asked: RefCell::default() })
    }

    /// The file's top level.
    pub(crate) fn root(table: &'t dyn TableLike, title: &str) -> Self {
        Self { table, span: Some(0..0), title: title.into(), asked: RefCell::default() }
    }

    pub(crate) fn rename(&mut self, title: String) {
        self.title = title;
    }

    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    pub(crate) fn span(&self) -> Option<Range<usize>> {
        self.span.clone()
    }

    pub(crate) fn item(&self, key: &'static str) -> Option<&'t Item> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    /// The place of the value of `key`, or of the table where it is missing.
    pub(crate) fn place(&self, key: &str) -> Option<Range<usize>> {
        self.table.get(key).and_then(Item::span).or_else(|| self.span())
    }

    /// The place of `key` itself.
    pub(crate) fn key_place(&self, key: &str) -> Option<Range<usize>> {
        self.table.key(key).and_then(toml_edit::Key::span).or_else(|| self.place(key))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    pub(crate) fn text(&self, key: &'static str, problems: &mut Problems<'_>) -> Option<&'t str> {
        let item = self.item(key)?;
        let text = item.as_str();
        if text.is_none() {
            self.wrong_type(key, item, "text in quotes", problems);
        }
        text
    }

    pub(crate) fn required_text(
        &self,
        key: &'static str,
        problems: &mut Problems<'_>,
    ) -> Option<&'t str> {
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

    pub(crate) fn flag(&self, key: &'static str, problems: &mut Problems<'_>) -> bool {
        let Some(item) = self.item(key) else {
            return false;
        };
        let flag = item.as_bool();
        if flag.is_none() {
            self.wrong_type(key, item, "true or false", problems);
        }
        flag.unwrap_or(false)
    }

    pub(crate) fn number(&self, key: &'static str, problems: &mut Problems<'_>) -> Option<f64> {
        let item = self.item(key)?;
        let number = item.as_float().or_else(|| item.as_integer().map(|i| i as f64));
        if number.is_none() {
            self.wrong_type(key, item, "a number", problems);
        }
        number.filter(|n| n.is_finite())
    }

    pub(crate) fn whole(
        &self,
        key: &'static str,
        allowed: std::ops::RangeInclusive<u16>,
        problems: &mut Problems<'_>,
    ) -> Option<u16> {
        let item = self.item(key)?;
        let number = item.as_integer().and_then(|i| u16::try_from(i).ok());
        let number = number.filter(|n| allowed.contains(n));
        if number.is_none() {
            let expected = format!("a whole number from {} to {}", allowed.start(), allowed.end());
            self.wrong_type(key, item, &expected, problems);
        }
        number
    }

    /// One of `words`, by its word.
    pub(crate) fn word<T: Copy>(
        &self,
        key: &'static str,
        words: &[(&str, T)],
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        let text = self.text(key, problems)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let allowed: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!("{key} \"{text}\" of {} is not known", self.title);
            problems.add_with_help(self.place(key), message, suggestion(text, &allowed));
        }
        found
    }

    /// A value that is parsed from text; its own error is the message.
    pub(crate) fn parsed<T, E: std::fmt::Display>(
        &self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        let text = self.text(key, problems)?;
        parse(text).map_err(|error| problems.add(self.place(key), error.to_string())).ok()
    }

    /// A statement, which remembers on which line of the file it starts.
    pub(crate) fn query(&self, key: &'static str, problems: &mut Problems<'_>) -> Option<Query> {
        let sql = self.required_text(key, problems)?;
        let start = self.place(key).map_or(0, |span| span.start);
        // A text that opens with """ and a line break begins on the next line.
        let opened = problems.text().get(start..).unwrap_or_default();
        let line_below = ["\"\"\"\n", "\"\"\"\r\n", "'''\n", "'''\r\n"];
        let below = line_below.iter().any(|open| opened.starts_with(open));
        Some(Query { sql: sql.to_owned(), line: problems.line(start) + u32::from(below) })
    }

    /// The tables of an array of tables, or of an array of inline tables.
    pub(crate) fn tables(
        &self,
        key: &'static str,
        title: &str,
        problems: &mut Problems<'_>,
    ) -> Vec<Fields<'t>> {
        let Some(item) = self.item(key) else {
            return Vec::new();
        };
        if let Some(array) = item.as_array_of_tables() {
            return array
                .iter()
                .map(|table| Fields {
                    table,
                    span: table.span(),
                    title: title.into(),
                    asked: RefCell::default(),
                })
                .collect();
        }
        let inline = item.as_array().map(|array| array.iter().map(|v| (v, v.as_inline_table())));
        let Some(inline) = inline else {
            self.wrong_type(key, item, &format!("a list of tables, written {title}"), problems);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (value, table) in inline {
            match table {
                Some(table) => tables.push(Fields {
                    table,
                    span: value.span(),
                    title: title.into(),
                    asked: RefCell::default(),
                }),
                None => problems
                    .add(value.span(), format!("\"{key}\" holds something that is no table")),
            }
        }
        tables
    }

    /// Reports keys that nobody asked for. Call it last.
    pub(crate) fn finish(&self, problems: &mut Problems<'_>) {
        let asked = self.asked.borrow();
        for (key, item) in self.table.iter() {
            if !asked.contains(&key) {
                let span = self.key_place(key).or(item.span());
                let message = format!("unknown key \"{key}\" in {}", self.title);
                problems.add_with_help(span, message, suggestion(key, &asked));
            }
        }
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'t str, &'t Item)> + use<'t> {
        self.table.iter()
    }

    pub(crate) fn wrong_type(
        &self,
        key: &str,
        item: &Item,
        expected: &str,
        problems: &mut Problems<'_>,
    ) {
        let message = format!("\"{key}\" of {} must be {expected}, not {}", self.title, kind(item));
        problems.add(item.span(), message);
    }
}

/// `did you mean "title"?` where something is near, else all that is allowed.
pub(crate) fn suggestion(word: &str, allowed: &[&str]) -> String {
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
