//! Literals, quoted names and comments, which may hide `:`, `$` and parentheses in SQL: the pieces
//! that dialects build their [`Syntax::token`](crate::syntax::Syntax::token) from. Pure.

/// A stretch of text that is skipped as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// A literal or a quoted name, with its length in bytes.
    Quoted(usize),
    /// A comment, with its length in bytes.
    Comment(usize),
    /// Not allowed, or never closed; the reason, for the author.
    Invalid(&'static str),
}

pub(crate) const UNCLOSED_QUOTE: Token = Token::Invalid("this quote is never closed");
pub(crate) const UNCLOSED_COMMENT: Token = Token::Invalid("this comment is never closed");

/// The literal or quoted name whose opening quote is at byte `opening` of `text`. A doubled quote
/// stands for itself, and so does anything after a backslash if `backslashes` escape.
pub(crate) fn quoted(text: &str, opening: usize, quote: char, backslashes: bool) -> Token {
    let mut characters = text.char_indices().skip(opening + 1).peekable();
    while let Some((i, c)) = characters.next() {
        if c == '\\' && backslashes {
            characters.next();
        } else if c == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return Token::Quoted(i + 1);
        }
    }
    UNCLOSED_QUOTE
}

/// The comment that extends to the end of the line.
pub(crate) fn line_comment(text: &str) -> Token {
    Token::Comment(text.find('\n').unwrap_or(text.len()))
}

/// The `/* … */` at the start of `text`, in a dialect whose comments do not nest.
pub(crate) fn block_comment(text: &str) -> Token {
    let end = text[2..].find("*/");
    end.map_or(UNCLOSED_COMMENT, |end| Token::Comment(end + 4))
}

/// The same where comments nest.
pub(crate) fn nested_block_comment(text: &str) -> Token {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(found) = text[at..].find(['*', '/']) {
        at += found;
        let mark = text.get(at..at + 2).unwrap_or_default();
        match mark {
            "/*" => depth += 1,
            "*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return Token::Comment(at);
        }
    }
    UNCLOSED_COMMENT
}

/// The character before byte `at` of `text`, and the two from there on.
pub(crate) fn surroundings(text: &str, at: usize) -> (Option<char>, Option<char>, Option<char>) {
    let mut rest = text[at..].chars();
    (text[..at].chars().next_back(), rest.next(), rest.next())
}
