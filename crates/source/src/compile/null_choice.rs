//! A chosen NULL, which equals NULL and nothing else: replaces the comparison before it, which would
//! never be true, by one that finds NULL. Pure.

use crate::dialect::Dialect;

/// The operator before a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    /// An operator that also compares NULL.
    NullSafe,
}

/// Replaces the comparison that `sql` ends with by one that NULL may follow, and writes NULL; false if there
/// is none.
pub(super) fn write(sql: &mut String, dialect: Dialect) -> bool {
    let (start, before) = opening(sql);
    let Some((at, operator)) = operator(&sql[..start]) else { return false };
    let is_open = !before.is_empty();
    let word = match (operator, dialect) {
        (Operator::NullSafe, _) => {
            sql.push_str("null");
            return true;
        }
        (Operator::Equal, Dialect::Postgres) => "is not distinct from",
        (Operator::Equal, Dialect::MySql) => "<=>",
        (Operator::Equal, Dialect::Sqlite) => "is",
        (Operator::NotEqual, Dialect::Postgres) => "is distinct from",
        // In MySQL, `is not` is only allowed before a bare NULL.
        (Operator::NotEqual, Dialect::MySql) if is_open => return false,
        (Operator::NotEqual, Dialect::MySql | Dialect::Sqlite) => "is not",
    };
    sql.truncate(at);
    if sql.ends_with(|c: char| !c.is_whitespace()) {
        sql.push(' ');
    }
    sql.push_str(word);
    sql.push(' ');
    sql.push_str(&before);
    sql.push_str("null");
    true
}

/// Removes the `in` or `not in` that `sql` ends with, and an opening parenthesis after it; returns whether
/// it was `not in`.
pub(super) fn take_in(sql: &mut String) -> bool {
    let text = sql.trim_end();
    let text = text.strip_suffix('(').unwrap_or(text);
    let at = before_word(text, "in").unwrap_or(text.len());
    let not = before_word(&text[..at], "not");
    sql.truncate(not.unwrap_or(at));
    not.is_some()
}

/// Whether `sql` ends with `not in`, perhaps followed by an opening parenthesis.
pub(super) fn is_not_in(sql: &str) -> bool {
    take_in(&mut sql.to_owned())
}

/// If `sql` ends with `cast(` or a parenthesis alone: where that starts, and its text.
fn opening(sql: &str) -> (usize, String) {
    let text = sql.trim_end();
    let Some(inner) = text.strip_suffix('(') else { return (sql.len(), String::new()) };
    let start = before_word(inner, "cast").unwrap_or(inner.len());
    (start, sql[start..].to_owned())
}

/// The operator at the end of `sql`, and where it starts.
fn operator(sql: &str) -> Option<(usize, Operator)> {
    let text = sql.trim_end();
    let symbols = text.trim_end_matches(|c: char| "=<>!:~*|&+-@#%^".contains(c));
    let known = match &text[symbols.len()..] {
        "=" | "==" => Some(Operator::Equal),
        "<>" | "!=" => Some(Operator::NotEqual),
        "<=>" => Some(Operator::NullSafe),
        _ => None,
    };
    if let Some(operator) = known {
        return Some((symbols.len(), operator));
    }
    let not = before_word(text, "not").unwrap_or(text.len());
    let is = before_word(&text[..not], "is");
    let from = || before_word(text, "from").and_then(|at| before_word(&text[..at], "distinct"));
    is.or_else(from).map(|at| (at, Operator::NullSafe))
}

/// Where the last word of `text` starts, if it is `word`.
fn before_word(text: &str, word: &str) -> Option<usize> {
    let text = text.trim_end();
    let start = text.len().checked_sub(word.len())?;
    let is_word = text.get(start..)?.eq_ignore_ascii_case(word)
        && !text[..start].ends_with(|c: char| c.is_alphanumeric() || "_.$\"`]".contains(c));
    is_word.then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(sql: &str, dialect: Dialect) -> Option<String> {
        let mut sql = sql.to_owned();
        write(&mut sql, dialect).then_some(sql)
    }

    #[test]
    fn comparisons_are_those_that_null_may_follow() {
        use Dialect::{MySql, Postgres, Sqlite};
        for (sql, dialect, expected) in [
            ("a = ", Postgres, Some("a is not distinct from null")),
            ("a=", MySql, Some("a <=> null")),
            ("a == ", Sqlite, Some("a is null")),
            ("a <> ", Postgres, Some("a is distinct from null")),
            ("a != ", MySql, Some("a is not null")),
            ("a = cast( ", Postgres, Some("a is not distinct from cast( null")),
            ("a = (", Sqlite, Some("a is (null")),
            ("a <> cast(", MySql, None),
            ("a is ", Sqlite, Some("a is null")),
            ("a IS NOT ", Sqlite, Some("a IS NOT null")),
            ("a <=> ", MySql, Some("a <=> null")),
            ("a is not distinct from ", Postgres, Some("a is not distinct from null")),
            ("a <= ", Postgres, None),
            ("a := ", Postgres, None),
            ("lower(", Postgres, None),
            ("a = lower(", Postgres, None),
            ("where ", Sqlite, None),
            ("this ", Sqlite, None),
            ("select a from ", Sqlite, None),
            ("", Sqlite, None),
        ] {
            assert_eq!(written(sql, dialect).as_deref(), expected, "{sql}");
        }
    }

    #[test]
    fn in_is_taken_off_with_its_not() {
        for (sql, is_not, rest) in
            [("a in ", false, "a "), ("a not IN (", true, "a "), ("\"a\" in(", false, "\"a\" ")]
        {
            let mut taken = sql.to_owned();
            assert_eq!((take_in(&mut taken), taken.as_str()), (is_not, rest), "{sql}");
        }
    }
}
