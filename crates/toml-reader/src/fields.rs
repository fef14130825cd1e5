//! Typed access to one TOML table: wrong types, values out of bounds, missing and unknown keys
//! become problems, each with its position.

use crate::problems::{MOST, Problems};
use crate::quote::shortened;
use crate::suggestion::suggestion;
use crate::{duration, size};
use brisk_domain::Query;
use std::cell::RefCell;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::time::Duration;
use toml_edit::{Item, TableLike};

/// One table of a file, with its title in messages.
///
/// Reading a key marks it as known; [`Fields::finish`] reports all others.
pub struct Fields<'t> {
    table: &'t dyn TableLike,
    span: Option<Range<usize>>,
    /// `[[panel]] "revenue"`, `[source.shop]`.
    title: String,
    known: RefCell<Vec<&'static str>>,
}

impl<'t> Fields<'t> {
    /// `item` as a table, if it is one.
    pub fn new(item: &'t Item, title: impl Into<String>) -> Option<Self> {
        let table = item.as_table_like()?;
        Some(Self::of(table, item.span(), title))
    }

    /// A file's top-level table.
    pub fn root(table: &'t dyn TableLike, title: &str) -> Self {
        Self::of(table, Some(0..0), title)
    }

    fn of(table: &'t dyn TableLike, span: Option<Range<usize>>, title: impl Into<String>) -> Self {
        Self { table, span, title: title.into(), known: RefCell::default() }
    }

    /// Sets the table's title, once its own name has been read.
    pub fn rename(&mut self, title: String) {
        self.title = title;
    }

    /// The table's title in messages.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The position of the table.
    pub fn span(&self) -> Option<Range<usize>> {
        self.span.clone()
    }

    /// The value of `key`, whatever its type.
    pub fn item(&self, key: &'static str) -> Option<&'t Item> {
        let mut known = self.known.borrow_mut();
        if !known.contains(&key) {
            known.push(key);
        }
        self.table.get(key)
    }

    /// The position of the value of `key`, or of the table if the key is missing.
    pub fn place(&self, key: &str) -> Option<Range<usize>> {
        self.table.get(key).and_then(Item::span).or_else(|| self.span())
    }

    /// The position of `key` itself.
    pub fn key_place(&self, key: &str) -> Option<Range<usize>> {
        self.table.key(key).and_then(toml_edit::Key::span).or_else(|| self.place(key))
    }

    /// Whether the table has `key`. Does not mark it as known.
    pub fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// All keys and values, for tables whose keys are names chosen by the author.
    pub fn entries(&self) -> impl Iterator<Item = (&'t str, &'t Item)> + use<'t> {
        self.table.iter()
    }

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

    /// The table under `key`, called `title`.
    pub fn table(
        &self,
        key: &'static str,
        title: &str,
        problems: &mut Problems<'_>,
    ) -> Option<Fields<'t>> {
        let item = self.item(key)?;
        let table = Self::new(item, title);
        if table.is_none() {
            self.wrong_type(key, item, "a table", problems);
        }
        table
    }

    /// The tables of an array of tables, or of an array of inline tables.
    pub fn tables(
        &self,
        key: &'static str,
        title: &str,
        problems: &mut Problems<'_>,
    ) -> Vec<Fields<'t>> {
        let Some(item) = self.item(key) else {
            return Vec::new();
        };
        if let Some(array) = item.as_array_of_tables() {
            return array.iter().map(|table| Self::of(table, table.span(), title)).collect();
        }
        let inline = item.as_array().map(|array| array.iter().map(|v| (v, v.as_inline_table())));
        let Some(inline) = inline else {
            self.wrong_type(key, item, &format!("a list of tables, written {title}"), problems);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (value, table) in inline {
            match table {
                Some(table) => tables.push(Self::of(table, value.span(), title)),
                None => problems
                    .add(value.span(), format!("\"{key}\" holds something that is no table")),
            }
        }
        tables
    }

    /// The tables under all keys, each with its key and titled `[title.KEY]`. The title omits a key
    /// that may be a secret.
    pub fn named_tables(
        &self,
        title: &str,
        problems: &mut Problems<'_>,
    ) -> Vec<(&'t str, Fields<'t>)> {
        let mut tables = Vec::new();
        for (key, item) in self.table.iter() {
            let name = if problems.hides(key) { "…" } else { key };
            match Self::new(item, format!("[{title}.{name}]")) {
                Some(table) => tables.push((key, table)),
                None => self.wrong_type(key, item, "a table", problems),
            }
        }
        tables
    }

    /// Reports keys that were never read. Call it last.
    pub fn finish(&self, problems: &mut Problems<'_>) {
        let known = self.known.borrow();
        let unknown = self.table.iter().filter(|(key, _)| !known.contains(key));
        for (i, (key, item)) in unknown.enumerate() {
            let span = self.key_place(key).or(item.span());
            let message = format!("unknown key {} in {}", problems.quoted(key), self.title);
            // The others are only counted.
            if i < MOST {
                problems.add_with_help(span, message, suggestion(key, &known));
            } else {
                problems.add(span, message);
            }
        }
    }

    /// Reports that the value of `key` has the wrong type; `expected` completes "must be …".
    pub fn wrong_type(&self, key: &str, item: &Item, expected: &str, problems: &mut Problems<'_>) {
        let (name, title) = (problems.quoted(key), &self.title);
        let given = match problems.may_hold_secrets() {
            true if item.is_str() || names_a_secret(key) => kind(item).to_owned(),
            _ => given(item, problems),
        };
        let message = format!("{name} of {title} must be {expected}, not {given}");
        problems.add(item.span(), message);
    }
}

fn durations(allowed: &RangeInclusive<Duration>, units: &str) -> String {
    let (least, most) = (duration::words(*allowed.start()), duration::words(*allowed.end()));
    format!("a duration from {least} to {most} (a whole number and {units})")
}

/// Whether the value of `key` is a secret, whatever it looks like.
fn names_a_secret(key: &str) -> bool {
    ["url", "secret", "password", "token"].iter().any(|word| key.contains(word))
}

/// The value as it is written, shortened; of tables, and of lists where there may be secrets, what
/// they are.
fn given(item: &Item, problems: &Problems<'_>) -> String {
    if let Some(text) = item.as_str().filter(|text| problems.hides(text)) {
        return problems.quoted(text);
    }
    let is_long = matches!(item, Item::Table(_) | Item::ArrayOfTables(_));
    let may_hold_one = item.is_array() || item.is_inline_table();
    let is_hidden = is_long || (may_hold_one && problems.may_hold_secrets());
    let written = item.span().and_then(|span| problems.text().get(span));
    written.filter(|_| !is_hidden).map_or_else(|| kind(item).to_owned(), shortened)
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

#[cfg(test)]
mod tests {
    use crate::TomlFile;
    use std::time::Duration;

    const SECRET: &str = "hunter2";

    fn may_be_secret(text: &str) -> bool {
        text.contains("://")
    }

    #[test]
    fn no_method_repeats_a_possible_secret() {
        let url = format!("\"db://{SECRET}@h\"");
        let keys = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", &url];
        let text: String = keys.map(|key| format!("{key} = {url}\n")).concat();
        let file = TomlFile::new("a.toml", &text).hiding(may_be_secret);
        let result = file.read("the file", |fields, problems| {
            let problems = &mut *problems;
            fields.texts("a", "a list", problems);
            fields.flag("b", problems);
            fields.number("c", problems);
            fields.whole("d", 0..=9, problems);
            fields.word("e", &[("one", 1)], problems);
            fields.parsed("f", |text| Err::<(), _>(format!("\"{text}\" is wrong")), problems);
            fields.expected("g", "a word", |_| None::<()>, problems);
            fields.duration("h", Duration::ZERO..=Duration::MAX, problems);
            fields.seconds("i", Duration::ZERO..=Duration::MAX, problems);
            fields.size("j", 0..=9, problems);
            fields.table("k", "[k]", problems);
            fields.tables("l", "[[l]]", problems);
            fields.named_tables("file", problems);
            fields.finish(problems);
            Some(())
        });
        let problems = result.unwrap_err();
        assert!(problems.len() >= keys.len(), "{problems:?}");
        for problem in problems {
            assert!(!problem.to_string().contains(SECRET), "{problem}");
        }
    }

    #[test]
    fn numbers_out_of_bounds_are_reported() {
        let read = |text: &str| {
            TomlFile::new("a.toml", text)
                .read("the file", |fields, problems| fields.whole("a", 1..=12u16, problems))
                .map_err(|problems| problems[0].message.clone())
        };
        assert_eq!(read("a = 12"), Ok(12));
        let wrong = |given| {
            Err(format!("\"a\" of the file must be a whole number from 1 to 12, not {given}"))
        };
        assert_eq!(read("a = 13"), wrong("13"));
        assert_eq!(read("a = -70000"), wrong("-70000"));
        assert_eq!(read("a = \"12\""), wrong("\"12\""));
        assert_eq!(read("a = 1.5"), wrong("1.5"));
        assert_eq!(read("a = [1]"), wrong("[1]"));
    }

    #[test]
    fn values_of_a_wrong_type_are_repeated_as_they_are_written() {
        let read = |value: &str| {
            let text = format!("a = {value}\n");
            let result = TomlFile::new("a.toml", &text).read("the file", |fields, problems| {
                fields.flag("a", problems);
                Some(())
            });
            result.unwrap_err()[0].message.clone()
        };
        let long = format!("\"{}\"", "é".repeat(90));
        let cut = format!("\"{}…", "é".repeat(59));
        for (value, given) in [
            ("1_000", "1_000"),
            ("\"yes\"", "\"yes\""),
            ("[1, 2]", "[1, 2]"),
            ("{ b = 1 }", "{ b = 1 }"),
            ("2011-12-09", "2011-12-09"),
            ("[\n  1,\n]", "[…"),
            (&long, &cut),
        ] {
            let expected = format!("\"a\" of the file must be true or false, not {given}");
            assert_eq!(read(value), expected);
        }
    }

    #[test]
    fn a_file_with_secrets_says_what_is_there_but_no_text_and_no_secret() {
        let text = "size = 5\nsecret = 31337\nsecrets = \"31337\"\nhosts = [\"31337\"]\nuser = \"31337\"\n";
        let file = TomlFile::new("a.toml", text).hiding(may_be_secret);
        let result = file.read("the file", |fields, problems| {
            fields.text("size", problems);
            fields.text("secret", problems);
            fields.texts("secrets", "a list", problems);
            fields.flag("hosts", problems);
            fields.flag("user", problems);
            Some(())
        });
        let problems = result.unwrap_err();
        let said: Vec<&str> =
            problems.iter().filter_map(|p| p.message.rsplit_once(", not ")).map(|p| p.1).collect();
        assert_eq!(said, ["5", "a whole number", "text", "a list", "text"]);
    }
}
