//! A table's tables.

use super::Fields;
use crate::problems::Problems;
use std::ops::Range;

/// An item of a list of texts, any of which may be a table that says more.
pub enum TextOrTable<'t> {
    /// A text.
    Text(&'t str),
    /// A table.
    Table(Fields<'t>),
}

impl<'t> Fields<'t> {
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

    /// The items of a list, each a text or an inline table called `title`, with their positions;
    /// `expected` completes "must be …".
    pub fn texts_or_tables(
        &self,
        key: &'static str,
        title: &str,
        expected: &str,
        problems: &mut Problems<'_>,
    ) -> Option<Vec<(TextOrTable<'t>, Option<Range<usize>>)>> {
        let item = self.item(key)?;
        let Some(list) = item.as_array() else {
            self.wrong_type(key, item, expected, problems);
            return None;
        };
        let mut items = Vec::new();
        for value in list {
            let span = value.span();
            let table = value.as_inline_table();
            let table = table.map(|table| Self::of(table, span.clone(), title));
            match (value.as_str(), table) {
                (Some(text), _) => items.push((TextOrTable::Text(text), span)),
                (None, Some(table)) => items.push((TextOrTable::Table(table), span)),
                (None, None) => {
                    problems.add(span, format!("\"{key}\" of {} must be {expected}", self.title));
                }
            }
        }
        Some(items)
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
}
