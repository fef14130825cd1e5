//! The position in the author's text of the word that a database's error message names. Pure.

use super::lexer::Token;
use crate::dialect::Dialect;

/// The offset of `word` as a whole word of the author's text, outside literals and comments.
pub(crate) fn find_word(dialect: Dialect, text: &str, word: &str) -> Option<usize> {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let syntax = dialect.syntax();
    let is_literal =
        |quote: char| quote == '\'' || quote == '"' && syntax.double_quotes_are_literals();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let length = match syntax.token(text, at) {
            Some(Token::Quoted(length)) if text[at + 1..].starts_with(word) => {
                if length == word.len() + 2 && !is_literal(next) {
                    return Some(at);
                }
                length
            }
            Some(Token::Quoted(length) | Token::Comment(length)) => length,
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

/// The offset of the first word, after white space and comments.
pub(crate) fn first_word(dialect: Dialect, text: &str) -> usize {
    let (syntax, mut at) = (dialect.syntax(), 0);
    while let Some(next) = text[at..].chars().next() {
        at += match syntax.token(text, at) {
            Some(Token::Comment(length)) => length,
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
    fn the_first_word_comes_after_comments_and_white_space() {
        let text = "\n-- why\n /* x */ select 1";
        assert_eq!(Some(first_word(Dialect::MySql, text)), text.find("select"));
        assert_eq!(first_word(Dialect::MySql, "-- only"), 7);
    }
}
