//! Finds the word of the author's text that SQLite's error messages are about. Pure.

use crate::compile::error_position::find_word;
use crate::compile::statement::Statement;
use crate::dialect::Dialect;
use crate::error::{SourceError, StatementError};
use brisk_domain::Query;

/// SQLite's message, positioned where it names a word of the author's text, or at the byte `offset` of
/// the statement's SQL.
pub(super) fn statement_error(
    message: &str,
    offset: Option<usize>,
    statement: &Statement,
) -> SourceError {
    let query = &statement.query;
    let word = named_word(message).and_then(|word| find_word(Dialect::Sqlite, &query.sql, word));
    let offset = if message == "incomplete input" { Some(statement.sql.len()) } else { offset };
    let written = || Some(statement.places.authors_offset(&statement.sql, offset?, query));
    match word.or_else(written) {
        Some(at) => StatementError::at(query, at, message).into(),
        None => SourceError::Database { message: message.to_owned() },
    }
}

/// The error that panels may not call the function `name`, which the statement itself need not
/// name.
pub(super) fn function_error(name: &str, query: &Query) -> SourceError {
    let message = format!("the function {name} is not allowed in panels");
    match find_word(Dialect::Sqlite, &query.sql, name) {
        Some(at) => StatementError::at(query, at, message).into(),
        None => SourceError::Database { message },
    }
}

/// The word of the statement that SQLite's message names.
fn named_word(message: &str) -> Option<&str> {
    const STARTS: [&str; 10] = [
        "no such column: ",
        "no such table: ",
        "no such function: ",
        "no such window: ",
        "ambiguous column name: ",
        "misuse of aggregate: ",
        "misuse of aggregate function ",
        "misuse of window function ",
        "wrong number of arguments to function ",
        "circular reference: ",
    ];
    let named = STARTS.iter().find_map(|start| message.strip_prefix(start))?;
    let word = match named.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => named.trim_end_matches("()"),
    };
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_lead_to_the_authors_word() {
        let text = "select 'net', nets, /* net */ net, \"a b\" from t";
        let found =
            |message| named_word(message).and_then(|word| find_word(Dialect::Sqlite, text, word));
        assert_eq!(found("no such column: net"), text.find("net, \""));
        assert_eq!(found("no such column: a b"), text.find("\"a b"));
        assert_eq!(found("no such table: t"), text.rfind('t'));
        assert_eq!(found("no such column: brisk"), None);
        assert_eq!(found("disk I/O error"), None);
    }
}
