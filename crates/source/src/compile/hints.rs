//! Removes words that the parser does not know and that change neither what a statement reads nor
//! its columns, so that it can be parsed. Pure.

use super::lexemes::{Kind, Lexeme};

/// `sql` with spaces in place of such words, and `=` and `<>` in place of SQLite's `is` and `is not` before
/// a value, so that everything keeps its position; `None` if there are none.
pub(crate) fn without(sql: &str, lexemes: &[Lexeme]) -> Option<String> {
    let mut blanked = sql.to_owned();
    for i in 0..lexemes.len() {
        let rest = &lexemes[i..];
        let count = length(i.checked_sub(1).map(|before| &lexemes[before]), rest);
        for lexeme in &rest[..count] {
            let blanks = " ".repeat(lexeme.end - lexeme.at);
            blanked.replace_range(lexeme.at..lexeme.end, &blanks);
        }
        if let Some((end, operator)) = comparison(rest) {
            let at = lexemes[i].at;
            let width = end - at;
            blanked.replace_range(at..end, &format!("{operator:width$}"));
        }
    }
    (blanked != sql).then_some(blanked)
}

/// If `rest` begins with `is` or `is not` before a value: where that ends, and the operator that means the
/// same for values other than NULL.
fn comparison(rest: &[Lexeme]) -> Option<(usize, &'static str)> {
    let is_value =
        |at: usize| rest.get(at).is_some_and(|lexeme| matches!(lexeme.kind, Kind::Value(_)));
    let first = rest.first().filter(|first| first.is("is"))?;
    match rest.get(1) {
        _ if is_value(1) => Some((first.end, "=")),
        Some(not) if not.is("not") && is_value(2) => Some((not.end, "<>")),
        _ => None,
    }
}

/// How many of `rest`, which follow `before`, are such words.
fn length(before: Option<&Lexeme>, rest: &[Lexeme]) -> usize {
    let follows = |word: &str| before.is_some_and(|before| before.is(word));
    let is = |at: usize, word: &str| rest.get(at).is_some_and(|lexeme| lexeme.is(word));
    let opens = |at: usize| rest.get(at).is_some_and(|lexeme| lexeme.is_symbol('('));
    if follows("as") && is(0, "not") && is(1, "materialized") && opens(2) {
        return 2;
    }
    if follows("as") && is(0, "materialized") && opens(1) {
        return 1;
    }
    if is(0, "not") && is(1, "indexed") {
        return 2;
    }
    if is(0, "indexed") && is(1, "by") {
        return 3.min(rest.len());
    }
    if follows("between") && (is(0, "symmetric") || is(0, "asymmetric")) {
        return 1;
    }
    if follows("by") && is(0, "distinct") {
        return 1;
    }
    if is(0, "exclude") {
        let ends = |at: usize| rest.get(at).is_none_or(|lexeme| lexeme.is_symbol(')'));
        let two = is(1, "current") && is(2, "row") || is(1, "no") && is(2, "others");
        if two && ends(3) {
            return 3;
        }
        if (is(1, "ties") || is(1, "group")) && ends(2) {
            return 2;
        }
    }
    0
}
