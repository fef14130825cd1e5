//! Typed access to one TOML table: wrong types, values out of bounds, missing and unknown keys
//! become problems, each with its position.

mod given;
mod nullable;
pub(crate) mod tables;
mod values;

pub use nullable::nullable_texts;

use crate::problems::{MOST, Problems};
use crate::suggestion::suggestion;
use given::{given, kind, names_a_secret};
use std::cell::RefCell;
use std::ops::Range;
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
