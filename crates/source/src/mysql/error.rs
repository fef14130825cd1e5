//! The meaning of errors from MySQL and MariaDB, and the word of the author's text that they are
//! about.
//!
//! The numbers are those of the servers' own lists of errors; comments say which server has an
//! error that the other lacks.

use crate::compile::error_position::{find_word, first_word};
use crate::compile::statement::Statement;
use crate::dialect::Dialect;
use crate::error::{SourceError, StatementError};
use crate::server;
use brisk_domain::SourceName;
use sqlx::mysql::MySqlDatabaseError;
use std::io::ErrorKind;
use std::time::Duration;

const NO_TLS: &str = "no TLS connection could be made: see its certificates and Brisk's log";

/// What readers are told about `error`, which `statement` caused; without a statement, connecting
/// did.
pub(super) fn source_error(
    error: &sqlx::Error,
    source: &SourceName,
    statement: Option<&Statement>,
    time: Duration,
) -> SourceError {
    if let Some(unreadable) = server::unreadable(error) {
        return unreadable;
    }
    let Some(answer) = answer(error) else {
        tracing::warn!(%source, %error, "a source cannot be reached");
        let message = match error {
            // Without TLS the driver refuses to send some kinds of passwords.
            sqlx::Error::Configuration(_) | sqlx::Error::Tls(_) => NO_TLS,
            // A certificate that is not trusted.
            sqlx::Error::Io(error) if error.kind() == ErrorKind::InvalidData => NO_TLS,
            _ => "it does not answer",
        };
        return SourceError::Unavailable(message.into());
    };
    let message = match (cause(answer.number(), statement.is_none()), statement) {
        (Cause::Statement, Some(statement)) => {
            return at_authors_word(answer.number(), answer.message(), statement);
        }
        (Cause::Ended, _) => return SourceError::Timeout { seconds: time.as_secs() },
        (Cause::Unavailable, _) => {
            tracing::warn!(%source, %error, "a source cannot be reached");
            "it is starting, stopping or full"
        }
        // Wrong passwords and missing databases do not concern readers.
        (Cause::User | Cause::Statement, _) => {
            tracing::error!(%source, %error, "a source refuses its user");
            "it refuses its user"
        }
    };
    SourceError::Unavailable(message.into())
}

/// Whether the connection was broken before the statement ran.
pub(super) fn is_broken(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => server::unreadable(error).is_none(),
        _ => {
            answer(error).is_some_and(|answer| cause(answer.number(), false) == Cause::Unavailable)
        }
    }
}

/// The server's own error.
pub(super) fn answer(error: &sqlx::Error) -> Option<&MySqlDatabaseError> {
    let sqlx::Error::Database(refusal) = error else { return None };
    refusal.try_downcast_ref::<MySqlDatabaseError>()
}

/// What an error of the server is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The statement was ended, at its time limit or an administrator's request.
    Ended,
    /// The server is starting, stopping or full, or has ended the connection.
    Unavailable,
    /// The user, its password, or its database.
    User,
    /// The statement.
    Statement,
}

/// What error `number` is about; `connecting` if it came instead of a connection.
fn cause(number: u16, connecting: bool) -> Cause {
    match number {
        // Query interrupted; statement timeouts of MariaDB and MySQL.
        1317 | 1969 | 3024 => Cause::Ended,
        // Too many connections (of the server, of the user), shutdowns, too many errors, broken
        // lines, a connection killed, resources of the user used up, idle for too long (MySQL).
        1040 | 1053 | 1129 | 1152 | 1158..=1161 | 1184 | 1203 | 1226 | 1927 | 4031 => {
            Cause::Unavailable
        }
        _ if connecting => Cause::User,
        _ => Cause::Statement,
    }
}

/// The server's message about a statement, positioned where it names a word of the author's text.
pub(super) fn at_authors_word(number: u16, message: &str, statement: &Statement) -> SourceError {
    let text = &statement.query.sql;
    let offset = match near(message) {
        Some(near) => sent_position(near, &statement.sql)
            .map(|at| statement.places.authors_offset(&statement.sql, at, &statement.query))
            .or_else(|| in_lookup(near, statement))
            .or_else(|| position_of(near, text)),
        None => named(message).find_map(|word| find_word(Dialect::MySql, text, word)),
    };
    let message = advice(number, message);
    match offset {
        Some(offset) => StatementError::at(&statement.query, offset, message).into(),
        None => SourceError::Database { message },
    }
}

/// The message without details that do not concern readers, and with what to do about it.
fn advice(number: u16, message: &str) -> String {
    match number {
        // A privilege is missing; the message names the user and its host.
        number if is_missing_privilege(number) => {
            "the source's user may not read this: grant it select, or leave it out".into()
        }
        // The server cannot tell that two expansions of a macro are the same expression, because
        // each has its own placeholders.
        1055 => format!(
            "{message}: group by it too, or take its max(…); group a macro's result by its number or its \
             name, as in group by 1"
        ),
        _ => message.to_owned(),
    }
}

/// Whether a privilege is missing: on a database, a table, a column, an action or a function.
pub(super) fn is_missing_privilege(number: u16) -> bool {
    matches!(number, 1044 | 1142 | 1143 | 1227 | 1370)
}

/// Whether waiting for a lock took too long.
pub(super) fn is_lock_wait(error: &sqlx::Error) -> bool {
    answer(error).is_some_and(|answer| answer.number() == 1205)
}

/// A message without `to user 'u'@'host'`, which does not concern readers.
pub(super) fn without_user(message: &str) -> String {
    let user = [" to user '", " for user '"].into_iter().find_map(|words| {
        let start = message.find(words)?;
        let host = start + message[start..].find("'@'")? + 3;
        let end = host + message[host..].find('\'')? + 1;
        Some((start, end))
    });
    match user {
        Some((start, end)) => format!("{}{}", &message[..start], &message[end..]),
        None => message.to_owned(),
    }
}

/// The words that a message names, most specific first: `Unknown column 't.a' in 'field list'`,
/// `Table 'shop.t' doesn't exist`, `FUNCTION shop.f does not exist`, `… for table `shop`.`t``.
fn named(message: &str) -> impl Iterator<Item = &str> {
    let function =
        message.strip_prefix("FUNCTION ").and_then(|rest| rest.strip_suffix(" does not exist"));
    let table = message.rsplit_once('`').and_then(|(rest, _)| rest.rsplit_once('`'));
    let quoted = message.split('\'').nth(1);
    let whole = function.or(table.map(|(_, name)| name)).or(quoted);
    let last = whole.and_then(|word| word.rsplit('.').next());
    whole.into_iter().chain(last).filter(|word| !word.is_empty())
}

/// The text after the position of a syntax error, and its line in what was sent.
fn near(message: &str) -> Option<(&str, usize)> {
    let (_, rest) = message.split_once(" near '")?;
    let (near, line) = rest.rsplit_once("' at line ")?;
    Some((near, line.parse().ok()?))
}

/// The position of a syntax error in the author's text, if the statement ran as the lookup, without
/// the server's own clock.
fn in_lookup(near: (&str, usize), statement: &Statement) -> Option<usize> {
    let zone = statement.zone.as_ref()?;
    let (sql, _) = zone.lookup.as_ref()?;
    let at = sent_position(near, sql)?;
    Some(zone.lookup_places.authors_offset(sql, at, &statement.query))
}

/// The offset in `sent` of the text that a syntax error quotes, given its line. The server quotes the
/// rest of the statement, or the first bytes of it.
fn sent_position((near, line): (&str, usize), sent: &str) -> Option<usize> {
    const MOST: usize = 80;
    if sent.is_empty() {
        return None;
    }
    if near.len() < MOST - 4 && sent.ends_with(near) {
        return Some(sent.len() - near.len());
    }
    // A character may have been cut in two.
    let whole = near.trim_end_matches(['?', char::REPLACEMENT_CHARACTER]);
    let line_of = |at: usize| sent[..at].matches('\n').count() + 1;
    let mut found = sent.match_indices(whole).map(|(at, _)| at);
    found.find(|at| line_of(*at) == line && !whole.is_empty())
}

/// The position of a syntax error in the author's text. Expansions have no line breaks, so lines
/// are the author's, counted from the first one that is not a comment.
fn position_of((near, line): (&str, usize), text: &str) -> Option<usize> {
    if near.is_empty() {
        return Some(text.trim_end().len());
    }
    let sent = first_word(Dialect::MySql, text);
    let line_start = if line <= 1 {
        sent
    } else {
        let breaks = text[sent..].match_indices('\n');
        sent + breaks.map(|(i, _)| i + 1).nth(line - 2)?
    };
    let near = near.lines().next().unwrap_or_default().trim();
    let word = near.split_whitespace().next()?;
    let after = |wanted: &str| text[line_start..].find(wanted).map(|i| line_start + i);
    after(near).or_else(|| after(word)).or_else(|| text.find(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::Query;

    fn place(sql: &str, message: &str) -> Option<(u32, u32)> {
        let statement = Statement {
            sql: String::new(),
            binds: vec![],
            tables: vec![],
            times: vec![],
            buckets: vec![],
            written: None,
            weekdays: vec![],
            additivity: Default::default(),
            zone: None,
            interval: None,
            range: Default::default(),
            any_row: None,
            query: Query::new(sql),
            open: None,
            places: Default::default(),
            unread: None,
            names: Default::default(),
        };
        match at_authors_word(1064, message, &statement) {
            SourceError::Statement(error) => Some((error.line, error.column)),
            _ => None,
        }
    }

    #[test]
    fn messages_lead_to_the_authors_word() {
        let sql = "-- first\nselect 'nets', net,\n  noway(1), t.gone from t, `my t`";
        let cases = [
            ("Unknown column 'net' in 'field list'", Some((2, 16))),
            ("Unknown column 't.gone' in 'SELECT'", Some((3, 13))),
            ("Table 'shop.t' doesn't exist", Some((3, 13))),
            ("Table 'shop.my t' doesn't exist", Some((3, 28))),
            ("FUNCTION shop.noway does not exist", Some((3, 3))),
            ("Unknown column 'nets' in 'where clause'", None),
            ("Invalid use of group function", None),
        ];
        for (message, expected) in cases {
            assert_eq!(place(sql, message), expected, "{message}");
        }
    }

    #[test]
    fn syntax_errors_lead_to_the_authors_line() {
        let sql = "-- first\nselect a\nfrom t\nwhere a b from t";
        let message = |near: &str, line| {
            format!("You have an error in your SQL syntax; … to use near '{near}' at line {line}")
        };
        assert_eq!(place(sql, &message("b from t", 3)), Some((4, 9)));
        assert_eq!(place(sql, &message("from t\nwhere a b from t", 2)), Some((3, 1)));
        assert_eq!(place(sql, &message("", 3)), Some((4, 17)));
        // Inside an expansion only the first word is the author's.
        assert_eq!(place(sql, &message("where ((x", 3)), Some((4, 1)));
        assert_eq!(place(sql, &message("nowhere", 9)), None);
    }

    #[test]
    fn readers_do_not_learn_who_the_user_is() {
        let denied = "SELECT command denied to user 'u'@'10.0.0.1' for table `shop`.`t`";
        let statement = Statement {
            sql: String::new(),
            binds: vec![],
            tables: vec![],
            times: vec![],
            buckets: vec![],
            written: None,
            weekdays: vec![],
            additivity: Default::default(),
            zone: None,
            interval: None,
            range: Default::default(),
            any_row: None,
            query: Query::new("select * from t"),
            open: None,
            places: Default::default(),
            unread: None,
            names: Default::default(),
        };
        let error = at_authors_word(1142, denied, &statement);
        assert!(matches!(error, SourceError::Statement(_)), "{error}");
        assert!(!error.to_string().contains("10.0.0.1"), "{error}");
        assert_eq!(without_user(denied), "SELECT command denied for table `shop`.`t`");
        let denied = "Access denied for user 'u'@'%' to database 'brisk'";
        assert_eq!(without_user(denied), "Access denied to database 'brisk'");
        assert_eq!(without_user("no user's there"), "no user's there");
    }
}
