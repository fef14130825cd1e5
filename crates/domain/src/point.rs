//! Which rows of a frame are one point of one series. Points are told apart by value, never by label.

use crate::{Additivity, Column, Frame, Values};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::ops::Range;

/// The columns of a frame by their role in a chart with series; the first one is x.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    /// The columns that name the series of a row, if any.
    pub names: Range<usize>,
    /// The columns with the numbers.
    pub numbers: Vec<usize>,
}

impl Roles {
    /// The roles of the columns of `frame`. Columns between x and the first number name series: text,
    /// booleans, times, and numbers that the statement groups by or that are called like a year or an
    /// id.
    pub fn of(frame: &Frame, additivity: &[Additivity]) -> Self {
        let columns = frame.columns();
        let is_number = |at: &usize| columns[*at].values.is_number();
        let names_series = |at: usize| {
            let is_key = !columns[at].values.is_number()
                || of_column(additivity, at) == Additivity::Key
                || is_called_like_a_key(&columns[at].name);
            let is_counted = |later: &usize| {
                is_number(later) && of_column(additivity, *later) != Additivity::Shared
            };
            is_key && (at + 1..columns.len()).any(|later| is_counted(&later))
        };
        let end = (1..columns.len()).find(|at| !names_series(*at)).unwrap_or(columns.len());
        let names = 1..end.max(1);
        let numbers = (names.end..columns.len()).filter(is_number).collect();
        Self { names, numbers }
    }

    /// A column of whole numbers that may be a series' name or a measure: another number column
    /// follows, and neither the statement nor its name decides.
    pub fn unclear(&self, frame: &Frame, additivity: &[Additivity]) -> Option<usize> {
        let first = *self.numbers.first()?;
        let is_open = |at: usize| of_column(additivity, at) == Additivity::Plain;
        let is_whole = matches!(frame.columns()[first].values, Values::Int(_));
        let more = self.numbers.iter().skip(1);
        let is_followed = more.clone().any(|at| of_column(additivity, *at) != Additivity::Shared);
        (is_whole && is_open(first) && first == self.names.end && is_followed).then_some(first)
    }
}

/// The additivity of the column `at`.
pub fn of_column(additivity: &[Additivity], at: usize) -> Additivity {
    additivity.get(at).copied().unwrap_or_default()
}

fn is_called_like_a_key(name: &str) -> bool {
    let name = name.to_lowercase();
    ["year", "id"].iter().any(|word| {
        name.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    })
}

/// The number of each row's combination of values in `columns`, counted by first appearance, and the
/// first row of each combination.
pub fn numbered<C: Borrow<Column>>(columns: &[C], rows: usize) -> (Vec<usize>, Vec<usize>) {
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut first = Vec::new();
    let number = |row| {
        let next = first.len();
        *known.entry(identity(columns, row)).or_insert_with(|| {
            first.push(row);
            next
        })
    };
    ((0..rows).map(number).collect(), first)
}

/// A text that is equal for equal values, and only for those.
pub(crate) fn identity<C: Borrow<Column>>(columns: &[C], row: usize) -> String {
    let mut identity = String::new();
    for column in columns {
        let column: &Column = column.borrow();
        let cell = column.values.exact(row);
        let cell = cell.map(|text| match &column.values {
            // 1.50 is 1.5, and −0 is 0.
            Values::Decimal(_) | Values::Float(_) => canonical(text),
            _ => text,
        });
        match cell {
            Some(text) => {
                identity.push_str(&text.len().to_string());
                identity.push(':');
                identity.push_str(&text);
            }
            None => identity.push('~'),
        }
    }
    identity
}

fn canonical(mut digits: String) -> String {
    if digits.contains('.') {
        digits.truncate(digits.trim_end_matches('0').trim_end_matches('.').len());
    }
    let (sign, size) = match digits.strip_prefix('-') {
        Some(size) => ("-", size),
        None => ("", digits.as_str()),
    };
    match size.trim_start_matches('0') {
        "" => "0".to_owned(),
        size => format!("{sign}{size}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Decimal;

    fn column(name: &str, values: Values) -> Column {
        Column { name: name.into(), values }
    }

    fn ints(name: &str) -> Column {
        column(name, Values::Int(vec![Some(1)]))
    }

    fn text(name: &str) -> Column {
        column(name, Values::Text(vec![Some("a".into())]))
    }

    fn roles(columns: Vec<Column>, additivity: &[Additivity]) -> (Range<usize>, Vec<usize>) {
        let roles = Roles::of(&Frame::new(columns).unwrap(), additivity);
        (roles.names, roles.numbers)
    }

    #[test]
    fn what_stands_before_the_numbers_names_the_series() {
        use Additivity::{Key, Plain, Shared, Total};
        assert_eq!(roles(vec![text("x"), ints("n")], &[]), (1..1, vec![1]));
        assert_eq!(roles(vec![text("x"), text("a"), text("b"), ints("n")], &[]), (1..3, vec![3]));
        assert_eq!(roles(vec![text("x"), ints("year"), ints("n")], &[]), (1..2, vec![2]));
        assert_eq!(roles(vec![text("x"), ints("a"), ints("b")], &[]), (1..1, vec![1, 2]));
        let grouped = [Key, Key, Total];
        assert_eq!(roles(vec![text("x"), ints("shop"), ints("n")], &grouped), (1..2, vec![2]));
        let with_total = [Plain, Plain, Shared];
        assert_eq!(
            roles(vec![text("x"), ints("year"), ints("c")], &with_total),
            (1..1, vec![1, 2])
        );
        assert_eq!(roles(vec![text("x"), ints("n"), text("note")], &[]), (1..1, vec![1]));
    }

    #[test]
    fn values_are_told_apart_by_what_they_are() {
        let some = |text: &str| Some(text.to_owned());
        let texts = column("k", Values::Text(vec![None, some("(none)"), some(""), some("")]));
        assert_eq!(numbered(&[texts], 4), (vec![0, 1, 2, 2], vec![0, 1, 2]));
        let decimal = |text| Decimal::parse(text).ok();
        let cells = vec![decimal("1.50"), decimal("1.5"), decimal("-0.0"), decimal("0")];
        assert_eq!(numbered(&[column("d", Values::Decimal(cells))], 4).0, [0, 0, 1, 1]);
        let (a, b) = (vec![some("a"), some("a1:")], vec![some("1:b"), some("b")]);
        let pair = [column("a", Values::Text(a)), column("b", Values::Text(b))];
        assert_eq!(numbered(&pair, 2).0, [0, 1]);
    }
}
