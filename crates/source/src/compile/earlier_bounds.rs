//! Ranges that an author writes with `:to` instead of `$range`: `at >= :from and at < :to`, or `at between
//! :from and :to`. Finds what they limit, and by which condition. Pure.

use super::lexer::Token;
use crate::dialect::Dialect;

/// A text in which `$range(…)` stands in place of each comparison with `:to`.
pub(crate) struct Bounded {
    /// The text.
    pub(crate) text: String,
    /// What each limits, and the author's own condition without the lower end.
    pub(crate) conditions: Vec<(String, String)>,
}

/// `text`, which has no comments; `None` if it has no `:to`, or one that is not an upper end.
pub(crate) fn of(text: &str, dialect: Dialect) -> Option<Bounded> {
    let tokens = tokens(text, dialect);
    let mut bounded = Bounded { text: String::with_capacity(text.len()), conditions: Vec::new() };
    let mut at = 0;
    let ends = tokens.iter().enumerate().filter(|(_, token)| token.is(text, ":to"));
    for (end, _) in ends {
        let comparison = comparison(text, &tokens, end)?;
        // Two upper ends in one comparison are not a simple case.
        if comparison.start < at {
            return None;
        }
        let Comparison { start, left, operator, right } = comparison;
        let (left, right, stop) = (&text[left.0..left.1], &text[right.0..right.1], right.1);
        if [left, right].iter().any(|part| part.contains("select") || part.contains(":from")) {
            return None;
        }
        bounded.text.push_str(&text[at..start]);
        bounded.text.push_str(&format!("$range({left})"));
        bounded.conditions.push((left.to_owned(), format!("{left} {operator} {right}")));
        at = stop;
    }
    bounded.text.push_str(&text[at..]);
    (!bounded.conditions.is_empty()).then_some(bounded)
}

/// A word, a quoted name or text, or another character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    start: usize,
    end: usize,
}

impl Piece {
    fn is(self, text: &str, word: &str) -> bool {
        text[self.start..self.end].eq_ignore_ascii_case(word)
    }

    fn is_any(self, text: &str, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(text, word))
    }
}

/// Where a comparison is in the text: `left operator right`, in bytes.
struct Comparison {
    start: usize,
    left: (usize, usize),
    operator: &'static str,
    right: (usize, usize),
}

/// Words that a comparison follows.
const BEFORE: [&str; 8] = ["where", "and", "or", "on", "when", "not", "having", "then"];
/// Words that end a comparison.
const BEHIND: [&str; 19] = [
    "and",
    "or",
    "then",
    "else",
    "end",
    "when",
    "as",
    "group",
    "order",
    "having",
    "limit",
    "union",
    "intersect",
    "except",
    "window",
    "fetch",
    "offset",
    "join",
    "where",
];

/// The comparison whose upper end is, or contains, the token `end`.
fn comparison(text: &str, tokens: &[Piece], end: usize) -> Option<Comparison> {
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is(text, word));
    let (mut at, mut depth, mut is_between) = (end, 0_usize, false);
    // To the left, out of calls and parentheses, to the operator.
    let operator = loop {
        at = at.checked_sub(1)?;
        let token = tokens[at];
        if is(at, ")") {
            depth += 1;
        } else if is(at, "(") {
            // A call around it, whose name is skipped with what is before.
            depth = depth.saturating_sub(1);
        } else if depth > 0 {
        } else if is_between && is(at, "between") {
            break "<=";
        } else if is(at, "=") && at > 0 && is(at - 1, "<") && adjoin(tokens, at) {
            at -= 1;
            break "<=";
        } else if is(at, "<") {
            break "<";
        } else if is(at, "and") && !is_between {
            is_between = true;
        } else if token.is_any(text, &[">", "=", "!", ",", "between"])
            || token.is_any(text, &BEFORE)
            || token.is_any(text, &BEHIND)
        {
            return None;
        }
    };
    if is_between != is(at, "between") || (is(at, "between") && is(at.checked_sub(1)?, "not")) {
        return None;
    }
    let last = at.checked_sub(1)?;
    // Further to the left, to the word that the comparison follows.
    let (mut first, mut depth) = (at, 0_usize);
    while let Some(before) = first.checked_sub(1) {
        if is(before, ")") {
            depth += 1;
        } else if is(before, "(") {
            if depth == 0 {
                break;
            }
            depth -= 1;
        } else if depth == 0
            && (tokens[before].is_any(text, &BEFORE)
                || tokens[before].is_any(text, &[",", "select"]))
        {
            break;
        }
        first = before;
    }
    let left = (first <= last).then(|| (tokens[first].start, tokens[last].end))?;
    // To the right, to the word that ends it.
    let mut start = at + if operator == "<=" && !is_between { 2 } else { 1 };
    let mut stop = extent(text, tokens, start)?;
    if is_between {
        start = stop + 1;
        stop = extent(text, tokens, start)?;
    }
    let right = (start < stop).then(|| (tokens[start].start, tokens[stop - 1].end))?;
    (start..stop).contains(&end).then_some(Comparison { start: left.0, left, operator, right })
}

/// Whether no white space precedes the token `at`.
fn adjoin(tokens: &[Piece], at: usize) -> bool {
    tokens[at - 1].end == tokens[at].start
}

/// The token that ends the expression that begins with the token `start`.
fn extent(text: &str, tokens: &[Piece], start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        if token.is(text, "(") {
            depth += 1;
        } else if token.is(text, ")") {
            match depth {
                0 => return Some(at),
                _ => depth -= 1,
            }
        } else if depth == 0 && (token.is_any(text, &BEHIND) || token.is_any(text, &[",", ";"])) {
            return Some(at);
        }
    }
    (depth == 0).then_some(tokens.len())
}

fn tokens(text: &str, dialect: Dialect) -> Vec<Piece> {
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(next) = text[at..].chars().next() {
        let length = match dialect.syntax().token(text, at) {
            Some(Token::Quoted(length) | Token::Comment(length)) => length,
            _ => word_length(&text[at..]).max(next.len_utf8()),
        };
        if !next.is_whitespace() {
            tokens.push(Piece { start: at, end: at + length });
        }
        at += length;
    }
    tokens
}

/// The length of the word at the start of `text`, in bytes; words of macros and parameters include their
/// sign.
pub(crate) fn word_length(text: &str) -> usize {
    let is_part = |(i, c): (usize, char)| {
        c.is_alphanumeric() || c == '_' || (i == 0 && (c == '$' || c == ':'))
    };
    text.char_indices().find(|one| !is_part(*one)).map_or(text.len(), |(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text, then each condition.
    fn read(sql: &str) -> Option<Vec<String>> {
        let bounded = of(sql, Dialect::Postgres)?;
        let conditions = bounded.conditions.into_iter().map(|(_, condition)| condition);
        Some(std::iter::once(bounded.text).chain(conditions).collect())
    }

    #[test]
    fn an_upper_end_is_found_however_it_is_written() {
        for (sql, text, condition) in [
            (
                "select n from o where at >= :from and at < :to group by 1",
                "select n from o where at >= :from and $range(at) group by 1",
                "at < :to",
            ),
            (
                "select n from o where at between to_timestamp(:from) and to_timestamp(:to)",
                "select n from o where $range(at)",
                "at <= to_timestamp(:to)",
            ),
            (
                "select n from o where (o.at <= to_timestamp((:to)::int) or x = 'a < :to') limit 3",
                "select n from o where ($range(o.at) or x = 'a < :to') limit 3",
                "o.at <= to_timestamp((:to)::int)",
            ),
            (
                "select count(*) filter (where date(at) < date(:to)) from o",
                "select count(*) filter (where $range(date(at))) from o",
                "date(at) < date(:to)",
            ),
            (
                "select sum(case when at < :to then n end) from o",
                "select sum(case when $range(at) then n end) from o",
                "at < :to",
            ),
        ] {
            assert_eq!(read(sql), Some(vec![text.to_owned(), condition.to_owned()]), "{sql}");
        }
    }

    #[test]
    fn what_is_no_plain_upper_end_is_not_told() {
        for sql in [
            "select n from o where at >= :from",
            "select :to as x from o",
            "select n from o where at > :to",
            "select n from o where at = :to",
            "select n from o where :to > at",
            "select n from o where at not between :from and :to",
            "select n from generate_series(:from, :to) g(n)",
            "select n from o where at < :to and b <> :to",
            "select n from o where at - :from < :to - :from",
        ] {
            assert_eq!(read(sql), None, "{sql}");
        }
    }
}
