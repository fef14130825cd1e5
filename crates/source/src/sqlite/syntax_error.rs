//! Where SQLite's syntax errors are. Its driver does not tell the position that SQLite knows: only the
//! word, which a statement may have several times.

use crate::compile::lexer::Token;
use crate::dialect::Dialect;
use sqlx::{AssertSqlSafe, Executor as _, SqlSafeStr as _, SqliteConnection};

/// So many equal words are tried.
const MOST: usize = 40;

/// The byte of `sql` at which `error`, a syntax error, is. SQLite reads from the left and stops at the
/// first word that cannot follow: what ends with that word has the same error, what ends earlier
/// another one.
pub(super) async fn position(
    connection: &mut SqliteConnection,
    error: &sqlx::Error,
    sql: &str,
) -> Option<usize> {
    let message = message(error);
    if message == "incomplete input" {
        return Some(sql.len());
    }
    let word = message.strip_prefix("near \"")?.strip_suffix("\": syntax error")?;
    let places = places(sql, word);
    if let [only] = places.as_slice() {
        return Some(*only);
    }
    for at in places.into_iter().take(MOST) {
        let head = sql.get(..at + word.len())?.to_owned();
        // Nothing runs: it is only prepared.
        let prepared = (&mut *connection).prepare(AssertSqlSafe(head).into_sql_str()).await;
        if prepared.is_err_and(|error| self::message(&error) == message) {
            return Some(at);
        }
    }
    None
}

/// SQLite's own message.
pub(super) fn message(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |refusal| refusal.message().into())
}

/// Where `word` stands in `sql` by itself.
fn places(sql: &str, word: &str) -> Vec<usize> {
    let syntax = Dialect::Sqlite.syntax();
    let of_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut places, mut at) = (Vec::new(), 0);
    while let Some(next) = sql[at..].chars().next() {
        let (rest, is_inside) = (&sql[at..], sql[..at].ends_with(of_word));
        let length = match syntax.token(sql, at) {
            Some(Token::Comment(length)) => {
                at += length;
                continue;
            }
            Some(Token::Quoted(length)) => length,
            _ => next.len_utf8(),
        };
        let goes_on = |rest: &str| word.ends_with(of_word) && rest.starts_with(of_word);
        let is_whole = !(is_inside && word.starts_with(of_word));
        if is_whole && rest.strip_prefix(word).is_some_and(|rest| !goes_on(rest)) {
            places.push(at);
        }
        at += length;
    }
    places
}
