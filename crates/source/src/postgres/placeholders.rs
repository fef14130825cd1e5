//! Rewrites the `$n` of a compiled statement. Pure.

use super::syntax::PostgresSyntax;
use crate::compile::lexer::Token;
use crate::syntax::Syntax as _;

/// `sql` with `write` in place of each `$n`, which gets `n`.
pub(super) fn rewritten(sql: &str, mut write: impl FnMut(usize, &mut String)) -> String {
    let (mut out, mut at) = (String::with_capacity(sql.len() + 32), 0);
    while let Some(c) = sql[at..].chars().next() {
        let length = match PostgresSyntax.token(sql, at) {
            Some(Token::Quoted(length) | Token::Comment(length)) => length,
            Some(Token::Invalid(_)) => sql.len() - at,
            None => match number(sql, at) {
                Some((number, length)) => {
                    write(number, &mut out);
                    at += length;
                    continue;
                }
                None => c.len_utf8(),
            },
        };
        out.push_str(&sql[at..at + length]);
        at += length;
    }
    out
}

/// The function, in lower case, whose argument each occurrence of `$number` is; an empty text if it is
/// none's. Names without quotes only.
pub(super) fn calls_around(sql: &str, number: usize) -> Vec<String> {
    let (mut open, mut word, mut found) = (Vec::new(), String::new(), Vec::new());
    let mut at = 0;
    while let Some(c) = sql[at..].chars().next() {
        let token = PostgresSyntax.token(sql, at);
        let placeholder = if token.is_none() { self::number(sql, at) } else { None };
        at += match (token, placeholder) {
            (Some(Token::Quoted(length) | Token::Comment(length)), _) => length,
            (Some(Token::Invalid(_)), _) => sql.len() - at,
            (None, Some((one, length))) => {
                if one == number {
                    found.push(open.last().cloned().unwrap_or_default());
                }
                length
            }
            (None, None) => c.len_utf8(),
        };
        match c {
            '(' => open.push(std::mem::take(&mut word)),
            ')' => _ = open.pop(),
            c if c.is_alphanumeric() || c == '_' => word.extend(c.to_lowercase()),
            c if c.is_whitespace() => {
                let next = sql[at..].trim_start();
                if !next.starts_with('(') {
                    word.clear();
                }
            }
            _ => word.clear(),
        }
    }
    found
}

/// The number of the `$n` at byte `at`, and its length.
fn number(sql: &str, at: usize) -> Option<(usize, usize)> {
    let before = sql[..at].chars().next_back();
    if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || !c.is_ascii()) {
        return None;
    }
    let digits = sql[at..].strip_prefix('$')?;
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    Some((digits[..length].parse().ok()?, length + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_around_a_placeholder_is_found() {
        let sql =
            "select Concat('(', $1, '%'), f($2, (g (x, $1))) from t where x in ($3) and $2 > '('";
        let found = |number| calls_around(sql, number);
        assert_eq!(found(1), ["concat", "g"]);
        assert_eq!(found(2), ["f", ""]);
        assert_eq!(found(3), ["in"]);
    }

    #[test]
    fn only_placeholders_are_rewritten() {
        let sql = "select '$1', $1, a$2, \"$3\" /* $4 */ || $12::text, é$5, $q$ $1 $q$ -- $6";
        let doubled = rewritten(sql, |n, out| out.push_str(&format!("<{n}>")));
        assert_eq!(
            doubled,
            "select '$1', <1>, a$2, \"$3\" /* $4 */ || <12>::text, é$5, $q$ $1 $q$ -- $6"
        );
    }
}
