//! Finds the word of the author's text that a database's message is about. Pure.

use crate::Dialect;
use crate::lexis::{self, Span};

/// Where `word` stands alone in the author's text, outside literals and comments.
pub(crate) fn find_word(dialect: Dialect, text: &str, word: &str) -> Option<usize> {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    // To MySQL, what stands in double quotes is a literal.
    let is_literal = |quote: char| quote == '\'' || quote == '"' && dialect == Dialect::MySql;
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let length = match lexis::span(dialect, text, at) {
            Some(Span::Quoted(length)) if text[at + 1..].starts_with(word) => {
                if length == word.len() + 2 && !is_literal(next) {
                    return Some(at);
                }
                length
            }
            Some(Span::Quoted(length) | Span::Comment(length)) => length,
            _ => {
                let starts = !text[..at].ends_with(part_of_word);
                let ends = |rest: &str| !rest.starts_with(part_of_word);
                if starts && text[at..].strip_prefix(word).is_some_and(ends) {
                    return Some(at);
                }
                next.len_utf8()
            }
        };
        at += length;
    }
    None
}

/// Where the SQL begins, behind blanks and comments.
pub(crate) fn first_word(dialect: Dialect, text: &str) -> usize {
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        at += match lexis::span(dialect, text, at) {
            Some(Span::Comment(length)) => length,
            _ if next.is_whitespace() => next.len_utf8(),
            _ => break,
        };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_outside_literals_and_comments() {
        let text = "select 'net', nets, /* net */ net, \"a b\" from `c d` t";
        assert_eq!(find_word(Dialect::Sqlite, text, "net"), text.find("net, \""));
        assert_eq!(find_word(Dialect::Sqlite, text, "a b"), text.find("\"a b"));
        assert_eq!(find_word(Dialect::MySql, text, "a b"), None);
        assert_eq!(find_word(Dialect::MySql, text, "c d"), text.find("`c d"));
        assert_eq!(find_word(Dialect::Sqlite, text, "brisk"), None);
    }

    #[test]
    fn comments_and_blanks_stand_before_the_first_word() {
        let text = "\n-- why\n /* x */ select 1";
        assert_eq!(Some(first_word(Dialect::MySql, text)), text.find("select"));
        assert_eq!(first_word(Dialect::MySql, "-- only"), 7);
    }
}
