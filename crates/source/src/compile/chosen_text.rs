//! Whether a chosen text is a number, and the comparison that precedes it in a statement. Pure.

/// Whether `text` is a number in the form that SQLite itself writes, so that it equals the same
/// cells of a column as a number and as text.
pub(super) fn is_canonical(text: &str) -> bool {
    let whole = text.parse::<i64>().is_ok_and(|number| number.to_string() == text);
    let has_point = text.contains('.') && !text.contains(['e', 'E']) && text.len() <= 16;
    whole || has_point && text.parse::<f64>().is_ok_and(|number| format!("{number:?}") == text)
}

/// Whether `text` is a number, for any database.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.bytes().all(|b| b.is_ascii_digit() || b"eE.+-".contains(&b))
        && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Removes the column `operand` and the operator after it from the end of `sql`, and returns the operator.
/// Anything else there is left alone.
pub(super) fn take_comparison(sql: &mut String, operand: &str) -> Option<&'static str> {
    const OPERATORS: [&str; 10] = ["<=", ">=", "<>", "!=", "==", "<", ">", "=", "in", "between"];
    let is_of_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    if !operand.chars().all(is_of_name) {
        return None;
    }
    let without = |text: &str, word: &str| {
        let start = text.len().checked_sub(word.len())?;
        text.get(start..)?.eq_ignore_ascii_case(word).then_some(start)
    };
    let trimmed = sql.trim_end();
    let (mut operator, start) =
        OPERATORS.into_iter().find_map(|word| Some((word, without(trimmed, word)?)))?;
    let mut before = trimmed[..start].trim_end();
    if let "in" | "between" = operator
        && let Some(start) = without(before, "not")
    {
        let negated = if operator == "in" { "not in" } else { "not between" };
        (operator, before) = (negated, before[..start].trim_end());
    }
    let rest = before.strip_suffix(operand)?;
    // A longer name, or one that is quoted, is another column.
    if rest.ends_with(|c: char| is_of_name(c) || "\"`]".contains(c)) {
        return None;
    }
    sql.truncate(rest.len());
    Some(operator)
}

/// Whether the last word is `between`.
pub(super) fn ends_with_between(sql: &str) -> bool {
    let word = sql.trim_end().rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next();
    word.is_some_and(|word| word.eq_ignore_ascii_case("between"))
}

/// Replaces the operator at the end of `sql` by `other`; false if it ends with none of `operators`.
pub(super) fn without_operator(sql: &mut String, operators: &[&str], other: &str) -> bool {
    let trimmed = sql.trim_end();
    let Some(operator) = operators.iter().find(|operator| trimmed.ends_with(**operator)) else {
        return false;
    };
    sql.truncate(trimmed.len() - operator.len());
    sql.push_str(other);
    sql.push(' ');
    true
}

/// Where the `is` or `is not` that `sql` ends with begins, and whether it is `is not`.
pub(super) fn is_at_end(sql: &str) -> Option<(usize, bool)> {
    let before = |text: &str, word: &str| -> Option<usize> {
        let text = text.trim_end();
        let start = text.len().checked_sub(word.len())?;
        let is_word = text.get(start..)?.eq_ignore_ascii_case(word)
            && !text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
        is_word.then_some(start)
    };
    match before(sql, "not") {
        Some(not) => before(&sql[..not], "is").map(|start| (start, true)),
        None => before(sql, "is").map(|start| (start, false)),
    }
}

#[cfg(test)]
mod tests {
    use super::is_at_end;

    #[test]
    fn is_and_is_not_are_found_as_words() {
        assert_eq!(is_at_end("where x is "), Some((8, false)));
        assert_eq!(is_at_end("where x IS  not\n"), Some((8, true)));
        for other in ["this ", "x = ", "not ", "x.is ", ""] {
            assert_eq!(is_at_end(other), None, "{other}");
        }
    }
}
