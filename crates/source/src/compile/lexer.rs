//! What may hide `:`, `$` and parentheses in a dialect's text: literals, quoted names, comments.
//! Pure.

use crate::Dialect;

/// A stretch of text that is taken as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    /// A literal or a quoted name of so many bytes.
    Quoted(usize),
    /// A comment of so many bytes.
    Comment(usize),
    /// It begins here and should not; the reason for the author.
    Refused(&'static str),
}

const OPEN_QUOTE: Span = Span::Refused("this quote is never closed");
const OPEN_COMMENT: Span = Span::Refused("this comment is never closed");

/// The span that starts at byte `at` of `text`, if one does.
pub(crate) fn span(dialect: Dialect, text: &str, at: usize) -> Option<Span> {
    let rest = &text[at..];
    let before = text[..at].chars().next_back();
    // PostgreSQL takes everything beyond ASCII for a letter.
    let is_letter = |c: char| dialect == Dialect::Postgres && !c.is_ascii();
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_' || is_letter(c));
    let next = rest.chars().nth(1);
    match (dialect, rest.chars().next()?) {
        (_, '-') if next == Some('-') => Some(line_comment(dialect, rest)),
        (Dialect::MySql, '#') => Some(Span::Comment(line(rest))),
        (_, '/') if next == Some('*') => Some(block_comment(dialect, rest)),
        (Dialect::Postgres, 'e' | 'E') if next == Some('\'') && !in_word => {
            Some(quoted(rest, 1, '\'', true))
        }
        // Its escapes could spell any name, and nothing that is checked would look like it.
        (Dialect::Postgres, 'u' | 'U') if rest[1..].starts_with("&\"") => {
            Some(Span::Refused("write the name itself in double quotes, without U&"))
        }
        (Dialect::Postgres, '$') if !in_word => dollar_quoted(rest),
        (Dialect::MySql, quote @ ('\'' | '"')) => Some(quoted(rest, 0, quote, true)),
        (_, quote @ ('\'' | '"')) => Some(quoted(rest, 0, quote, false)),
        (Dialect::Sqlite | Dialect::MySql, '`') => Some(quoted(rest, 0, '`', false)),
        (Dialect::Sqlite, '[') => Some(rest.find(']').map_or(OPEN_QUOTE, |i| Span::Quoted(i + 1))),
        _ => None,
    }
}

/// A literal whose opening quote stands at byte `open`. A doubled quote stands for itself, and
/// after a backslash, where those count, so does anything.
fn quoted(text: &str, open: usize, quote: char, backslashes: bool) -> Span {
    let mut characters = text.char_indices().skip(open + 1).peekable();
    while let Some((i, c)) = characters.next() {
        if c == '\\' && backslashes {
            characters.next();
        } else if c == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return Span::Quoted(i + 1);
        }
    }
    OPEN_QUOTE
}

/// PostgreSQL's `$$…$$` and `$tag$…$tag$`.
fn dollar_quoted(text: &str) -> Option<Span> {
    let tag = text[1..].find('$')?;
    let fits = |c: char| c.is_alphanumeric() || c == '_';
    if !text[1..=tag].chars().all(fits) || text[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (mark, body) = text.split_at(tag + 2);
    Some(match body.find(mark) {
        Some(end) => Span::Quoted(end + 2 * mark.len()),
        None => OPEN_QUOTE,
    })
}

fn line_comment(dialect: Dialect, text: &str) -> Span {
    // To MySQL, `a--1` is a minus of a minus.
    if dialect == Dialect::MySql && text[2..].starts_with(|c: char| !c.is_whitespace()) {
        return Span::Refused("write a blank behind --, or a - (-b)");
    }
    Span::Comment(line(text))
}

fn line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

fn block_comment(dialect: Dialect, text: &str) -> Span {
    if dialect == Dialect::MySql && (text.starts_with("/*!") || text.starts_with("/*M!")) {
        return Span::Refused("comments that MySQL executes are not allowed: write the SQL itself");
    }
    if dialect != Dialect::Postgres {
        let end = text[2..].find("*/");
        return end.map_or(OPEN_COMMENT, |end| Span::Comment(end + 4));
    }
    // PostgreSQL's comments nest.
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
            return Span::Comment(at);
        }
    }
    OPEN_COMMENT
}

#[cfg(test)]
mod tests {
    use super::*;
    use Dialect::{MySql, Postgres, Sqlite};

    #[test]
    fn each_dialect_quotes_in_its_own_way() {
        let cases = [
            (Sqlite, "'it''s' x", Some(Span::Quoted(7))),
            (Sqlite, r"'a\' b'", Some(Span::Quoted(4))),
            (MySql, r"'a\' b' x", Some(Span::Quoted(7))),
            (Postgres, r"e'a\' b' x", Some(Span::Quoted(8))),
            (Postgres, r"'a\' b'", Some(Span::Quoted(4))),
            (Sqlite, "[a:b] x", Some(Span::Quoted(5))),
            (Postgres, "[1:n]", None),
            (Postgres, "$$a :b$$ x", Some(Span::Quoted(8))),
            (Postgres, "$q$a $$ b$q$ x", Some(Span::Quoted(12))),
            (Postgres, "$range(a) $x$", None),
            (Sqlite, "$$a$$", None),
            (Postgres, "`a`", None),
            (MySql, "`a``b`", Some(Span::Quoted(6))),
            (Sqlite, "'a", Some(OPEN_QUOTE)),
            (Postgres, "$$a$", Some(OPEN_QUOTE)),
        ];
        for (dialect, text, expected) in cases {
            assert_eq!(span(dialect, text, 0), expected, "{dialect:?} {text}");
        }
        // The e of a name is no prefix of a literal, nor is the $ of one, whatever its letters.
        assert_eq!(span(Postgres, "name'a'", 3), None);
        assert_eq!(span(Postgres, "\u{1f600}$$a$$", 4), None);
        assert!(matches!(span(Postgres, "U&\"a\"", 0), Some(Span::Refused(_))));
        assert_eq!(span(Postgres, "U&'a'", 0), None);
    }

    #[test]
    fn each_dialect_comments_in_its_own_way() {
        let cases = [
            (Sqlite, "-- a\nb", Some(Span::Comment(4))),
            (Sqlite, "--a", Some(Span::Comment(3))),
            (MySql, "-- a", Some(Span::Comment(4))),
            (MySql, "# a\nb", Some(Span::Comment(3))),
            (Postgres, "# a", None),
            (Sqlite, "/* /* */ */", Some(Span::Comment(8))),
            (Postgres, "/* /* */ */ x", Some(Span::Comment(11))),
            (Sqlite, "/*/", Some(OPEN_COMMENT)),
            (Postgres, "/*/ */", Some(Span::Comment(6))),
        ];
        for (dialect, text, expected) in cases {
            assert_eq!(span(dialect, text, 0), expected, "{dialect:?} {text}");
        }
        for text in ["--1", "/*!50000 drop table t */", "/*M! x */"] {
            let found = span(MySql, text, 0);
            assert!(matches!(found, Some(Span::Refused(_))), "{text}");
        }
    }
}
