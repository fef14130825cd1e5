//! What MySQL's and MariaDB's refusals mean, and which word of the author's text they are about.
//! Pure.
//!
//! The numbers are those of the servers' own lists of errors; where only one of both has an
//! error, it says so.

use crate::blame::{find_word, first_word};
use crate::{Dialect, SourceError, Statement, StatementError, mysql};

/// What a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The statement was ended, at its time limit or an administrator's wish.
    Ended,
    /// The server is starting, stopping or full, or has ended the connection.
    Away,
    /// The user, its password, or its database.
    User,
    /// The statement.
    Statement,
}

/// What the refusal `number` is about; `connecting` where it came instead of a connection.
pub(crate) fn refusal(number: u16, connecting: bool) -> Refusal {
    match number {
        // Query interrupted; statement timeouts of MariaDB and MySQL.
        1317 | 1969 | 3024 => Refusal::Ended,
        // Too many connections (of the server, of the user), shutdowns, too many errors, broken
        // lines, a connection killed, resources of the user used up, idle for too long (MySQL).
        1040 | 1053 | 1129 | 1152 | 1158..=1161 | 1184 | 1203 | 1226 | 1927 | 4031 => Refusal::Away,
        _ if connecting => Refusal::User,
        _ => Refusal::Statement,
    }
}

/// The server's message about a statement, at the author's line where it names a word of the
/// author's text.
pub(crate) fn at_authors_word(number: u16, message: &str, statement: &Statement) -> SourceError {
    let text = &statement.query.sql;
    let offset = match near(message) {
        Some(near) => place_of(near, text),
        None => named(message).find_map(|word| find_word(Dialect::MySql, text, word)),
    };
    let message = advice(number, message);
    match offset {
        Some(offset) => StatementError::at(&statement.query, offset, message).into(),
        None => SourceError::Database { message },
    }
}

/// The message, without what is not the reader's business, and with what to do about it.
fn advice(number: u16, message: &str) -> String {
    match number {
        // Some right is missing; the message names the user and from where it comes.
        number if is_missing_right(number) => {
            "the source's user may not read this: grant it select, or leave it out".into()
        }
        // The server does not see that two expansions of a macro are one expression, because the
        // values in them have places of their own.
        1055 => format!(
            "{message}: group by it too, or take its max(…); what a macro makes is grouped by its \
             number or its name, as in group by 1"
        ),
        _ => message.to_owned(),
    }
}

/// Whether some right is missing: on a database, a table, a column, an action or a function.
pub(crate) fn is_missing_right(number: u16) -> bool {
    matches!(number, 1044 | 1142 | 1143 | 1227 | 1370)
}

/// Whether somebody else had for too long what was to be locked.
pub(crate) fn is_lock_wait(error: &sqlx::Error) -> bool {
    mysql::answer(error).is_some_and(|answer| answer.number() == 1205)
}

/// A message without `to user 'u'@'host'`, which is not the reader's business.
pub(crate) fn without_user(message: &str) -> String {
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

/// The words that a message names, likeliest first: `Unknown column 't.a' in 'field list'`,
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

/// What stands behind the place of a syntax error, and its line in what was sent.
fn near(message: &str) -> Option<(&str, usize)> {
    let (_, rest) = message.split_once(" near '")?;
    let (near, line) = rest.rsplit_once("' at line ")?;
    Some((near, line.parse().ok()?))
}

/// Where in the author's text a syntax error is. Macros have no line breaks of their own, so that
/// lines are the author's, counted from the first one that is no comment.
fn place_of((near, line): (&str, usize), text: &str) -> Option<usize> {
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
            interval: None,
            query: Query::new(sql),
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
        // Out of a macro, so that only its first word is the author's.
        assert_eq!(place(sql, &message("where ((x", 3)), Some((4, 1)));
        assert_eq!(place(sql, &message("nowhere", 9)), None);
    }

    #[test]
    fn who_the_user_is_stays_with_the_operator() {
        let denied = "SELECT command denied to user 'u'@'10.0.0.1' for table `shop`.`t`";
        let statement = Statement {
            sql: String::new(),
            binds: vec![],
            tables: vec![],
            times: vec![],
            interval: None,
            query: Query::new("select * from t"),
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
