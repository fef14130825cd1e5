//! Chosen bytes and geometries, which are shown as the database's own literal or as `POINT(1 2)`: they are
//! compared as what they are. Pure.
//!
//! PostgreSQL's own types read what they write. Elsewhere only the column tells whether `0x00ff` is meant as
//! bytes or as a text of six letters.

use super::chosen_text::{ends_with_between, take_comparison};
use super::expected::{Comparison, Expected};
use super::writer::{Slot, Writer};
use crate::dialect::Dialect;

/// The kinds of geometries, as `st_astext` writes them.
const GEOMETRIES: [&str; 7] = [
    "POINT(",
    "LINESTRING(",
    "POLYGON(",
    "MULTIPOINT(",
    "MULTILINESTRING(",
    "MULTIPOLYGON(",
    "GEOMETRYCOLLECTION",
];

impl Writer<'_> {
    /// `text` as the cells of other types than text that are shown like it, where a list of them can stand;
    /// none where it is only a text. `operand` is what they are compared with.
    pub(super) fn as_bytes(
        &mut self,
        name: &str,
        text: &str,
        offset: usize,
        operand: &str,
    ) -> Vec<String> {
        if let Some(digits) = digits(self.dialect, text) {
            let bytes = format!("unhex({})", self.chosen(name, digits, offset, Slot::Text));
            // In SQLite, a text that is not UTF-8 is shown as its bytes, too.
            return match self.dialect == Dialect::Sqlite && !is_utf8(digits) {
                true => vec![bytes.clone(), format!("cast({bytes} as text)")],
                false => vec![bytes],
            };
        }
        if self.dialect == Dialect::MySql && GEOMETRIES.iter().any(|kind| text.starts_with(kind)) {
            // The first four bytes are the reference system, which is not shown.
            let text = self.chosen(name, text, offset, Slot::Text);
            return vec![format!("concat(left({operand}, 4), substr(st_geomfromtext({text}), 5))")];
        }
        Vec::new()
    }

    /// Replaces the comparison of a MySQL column that `sql` ends with by one for columns of bytes and one for
    /// all others, so that an index on it is used. False if nothing was written.
    pub(super) fn by_kind_of_column(
        &mut self,
        name: &str,
        offset: usize,
        values: &[String],
        expected: Option<&Expected>,
        sql: &mut String,
    ) -> bool {
        let Some(operand) = expected.and_then(|expected| expected.operand.as_ref()) else {
            return false;
        };
        if self.dialect != Dialect::MySql || ends_with_between(sql) {
            return false;
        }
        let of_bytes: Vec<_> =
            values.iter().map(|text| self.as_bytes(name, text, offset, operand)).collect();
        if of_bytes.iter().all(Vec::is_empty) {
            return false;
        }
        let Some(operator) = take_comparison(sql, operand) else { return false };
        let texts: Vec<String> =
            values.iter().map(|text| self.chosen(name, text, offset, Slot::Text)).collect();
        let bytes = of_bytes.into_iter().zip(&texts).map(|(bytes, text)| {
            let first = bytes.into_iter().next();
            first.unwrap_or_else(|| text.clone())
        });
        let bytes = bytes.collect::<Vec<_>>().join(", ");
        let texts = texts.join(", ");
        let [open, close] = if operator.ends_with("in") { ["(", ")"] } else { ["", ""] };
        let is_of_bytes = is_of_bytes(operand);
        sql.push_str(&format!(
            "(({is_of_bytes} and {operand} {operator} {open}{bytes}{close}) \
             or (not ({is_of_bytes}) and {operand} {operator} {open}{texts}{close}))"
        ));
        true
    }

    /// The value for an expression of which only MySQL knows whether it is bytes; `None` for one that is a
    /// text in any case.
    pub(super) fn bytes_or_text(
        &mut self,
        name: &str,
        text: &str,
        offset: usize,
        expected: Option<&Expected>,
    ) -> Option<String> {
        let operand = expected?.operand.as_ref()?;
        let bytes = self.as_bytes(name, text, offset, operand).into_iter().next()?;
        let text = self.chosen(name, text, offset, Slot::Text);
        Some(format!("if({}, {bytes}, {text})", is_of_bytes(operand)))
    }

    /// The value for a SQLite column, whose cells are of any type; `None` for one that is a text in any case.
    pub(super) fn by_type_of_cell(
        &mut self,
        name: &str,
        text: &str,
        offset: usize,
        expected: &Expected,
    ) -> Option<String> {
        if expected.comparison == Comparison::List {
            return None;
        }
        let operand = expected.operand.as_ref()?;
        let mut bytes = self.as_bytes(name, text, offset, operand).into_iter();
        let blob = bytes.next()?;
        let text = self.chosen(name, text, offset, Slot::Text);
        let text = bytes.next().map_or(text, |cut| cut);
        Some(format!("(case typeof({operand}) when 'blob' then {blob} else {text} end)"))
    }
}

/// Whether a MySQL expression is bytes or a geometry: numbers and times have the same collation, but yield to
/// every other.
fn is_of_bytes(operand: &str) -> String {
    format!("collation({operand}) = 'binary' and coercibility({operand}) < 5")
}

/// The digits of the literal that `text` is, as Brisk writes bytes of that dialect.
fn digits(dialect: Dialect, text: &str) -> Option<&str> {
    let digits = match dialect {
        Dialect::Sqlite => text.strip_prefix("X'")?.strip_suffix('\'')?,
        Dialect::MySql => text.strip_prefix("0x")?,
        Dialect::Postgres => return None,
    };
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (digits.len().is_multiple_of(2) && digits.bytes().all(is_digit)).then_some(digits)
}

fn is_utf8(digits: &str) -> bool {
    let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
    bytes.is_some_and(|bytes| std::str::from_utf8(&bytes).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_brisk_writes_is_a_literal_of_bytes() {
        assert_eq!(digits(Dialect::Sqlite, "X'00ff'"), Some("00ff"));
        assert_eq!(digits(Dialect::Sqlite, "X''"), Some(""));
        assert_eq!(digits(Dialect::MySql, "0x00ff"), Some("00ff"));
        for other in ["x'00ff'", "X'0'", "X'00FF'", "X'0g'", "0x00ff", "X'00"] {
            assert_eq!(digits(Dialect::Sqlite, other), None, "{other}");
        }
        assert_eq!(digits(Dialect::Postgres, "\\x00ff"), None, "its own input reads it");
        assert!(is_utf8("") && is_utf8("c3a9") && !is_utf8("ff"));
    }
}
