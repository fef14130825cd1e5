//! What the text around a `:parameter` says about it. Pure.

/// Names that are not variables.
pub(crate) const BUILT_IN: [&str; 4] = ["from", "to", "interval", "tz"];

/// Where a list of values may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListPosition {
    /// After `in`, so that the list needs parentheses.
    AfterIn,
    /// After `in (`.
    InParentheses,
}

/// Whether a list of values may stand at the end of `sql`.
pub(crate) fn list_position(sql: &str) -> Option<ListPosition> {
    let sql = sql.trim_end();
    match sql.strip_suffix('(') {
        Some(before) => ends_with_in(before.trim_end()).then_some(ListPosition::InParentheses),
        None => ends_with_in(sql).then_some(ListPosition::AfterIn),
    }
}

fn ends_with_in(sql: &str) -> bool {
    let mut letters = sql.chars().rev();
    let (n, i) = (letters.next(), letters.next());
    matches!((i, n), (Some('i' | 'I'), Some('n' | 'N')))
        && letters.next().is_none_or(|c| !(c.is_alphanumeric() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_stand_after_in() {
        assert_eq!(list_position("a in "), Some(ListPosition::AfterIn));
        assert_eq!(list_position("a not IN\n("), Some(ListPosition::InParentheses));
        for other in ["begin", "a = ", "(", "min(", "a in (1,", ""] {
            assert_eq!(list_position(other), None, "{other}");
        }
    }
}
