//! Chosen texts with characters that a column's character set lacks: the server refuses to compare the two.
//! Written with an explicit Unicode character set, the value makes the server convert the column instead, so
//! that it is compared like any other, and equals nothing.
//!
//! A converted column is not searched by its index, so this is only the second try.

use crate::compile::lexer::Token;
use crate::compile::statement::{Bind, Chosen};
use crate::dialect::Dialect;

/// Errors about texts whose character sets cannot be mixed: of two texts, of three, of more.
const MIXED: [u16; 3] = [1267, 1270, 1271];

/// Whether `number` is an error that [`in_unicode`] may avoid.
pub(super) fn is_mixture(number: u16) -> bool {
    MIXED.contains(&number)
}

/// `sql` with an explicit Unicode character set for its chosen texts beyond ASCII; `None` if there
/// are none.
pub(super) fn in_unicode(sql: &str, binds: &[Bind]) -> Option<String> {
    let is_meant = |bind: &Bind| match bind {
        Bind::Chosen(Chosen { text, is_number: false, .. }) => !text.is_ascii(),
        Bind::Chosen(_) | Bind::Int(_) | Bind::Text(_) => false,
    };
    if !binds.iter().any(is_meant) {
        return None;
    }
    let syntax = Dialect::MySql.syntax();
    let mut values = binds.iter();
    let (mut out, mut at) = (String::with_capacity(sql.len() + 64), 0);
    while let Some(next) = sql[at..].chars().next() {
        let mut length = next.len_utf8();
        if let Some(Token::Quoted(whole) | Token::Comment(whole)) = syntax.token(sql, at) {
            length = whole;
        } else if next == '?' && values.next().is_some_and(is_meant) {
            out.push_str("convert(? using utf8mb4)");
            at += length;
            continue;
        }
        out.push_str(&sql[at..at + length]);
        at += length;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_beyond_ascii_are_converted() {
        let chosen = |text: &str| {
            let (name, text) = (":name".to_owned(), text.to_owned());
            Bind::Chosen(Chosen { name, text, offset: 0, is_number: false })
        };
        let sql = "select '?' /* ? */ from t where a = ? and b in (?, ?)";
        let binds = [Bind::Int(1), chosen("a"), chosen("日本")];
        let expected =
            "select '?' /* ? */ from t where a = ? and b in (?, convert(? using utf8mb4))";
        assert_eq!(in_unicode(sql, &binds).as_deref(), Some(expected));
        assert_eq!(in_unicode(sql, &[Bind::Int(1), chosen("a"), chosen("b")]), None);
    }
}
