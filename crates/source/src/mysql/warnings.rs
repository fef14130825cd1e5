//! Warnings of MySQL and MariaDB about a statement that ran: a chosen value was not a number or a time, and
//! was read as the one that it begins with, or as 0.

use crate::compile::statement::{Bind, Chosen, Statement};
use crate::server::Failure;
use sqlx::mysql::MySqlConnection;
use sqlx::{Executor as _, Row as _};

/// The server's warning that a value was truncated, because it is not of the type that it is
/// compared with.
const TRUNCATED: u32 = 1292;

/// Refuses a result for which the server truncated a chosen value that does not fit the type that it
/// is compared with.
pub(super) async fn check(
    connection: &mut MySqlConnection,
    statement: &Statement,
) -> Result<(), Failure> {
    let texts: Vec<&Chosen> = statement.binds.iter().filter_map(text).collect();
    if texts.is_empty() {
        return Ok(());
    }
    let rows = connection.fetch_all("show warnings").await.map_err(Failure::Database)?;
    for row in rows {
        let (Ok(code), Ok(message)) =
            (row.try_get_unchecked::<u32, _>(1), row.try_get_unchecked::<String, _>(2))
        else {
            continue;
        };
        if code != TRUNCATED {
            continue;
        }
        let is_meant = |chosen: &&&Chosen| message.ends_with(&format!(": '{}'", chosen.text));
        if let Some(chosen) = texts.iter().find(is_meant) {
            return Err(Failure::Source(chosen.is_not(kind(&message))));
        }
    }
    Ok(())
}

/// A chosen value that is bound as text.
fn text(bind: &Bind) -> Option<&Chosen> {
    match bind {
        Bind::Chosen(chosen) if !chosen.is_number => Some(chosen),
        Bind::Chosen(_) | Bind::Int(_) | Bind::Text(_) => None,
    }
}

/// The expected type in the server's message: `Truncated incorrect DECIMAL value: '20230x'`.
fn kind(message: &str) -> &'static str {
    let message = message.to_ascii_lowercase();
    if message.contains("date") || message.contains("time") {
        "a date or a time"
    } else {
        "a number"
    }
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn warnings_say_what_was_wanted() {
        assert_eq!(kind("Truncated incorrect DECIMAL value: '20230x'"), "a number");
        assert_eq!(kind("Truncated incorrect datetime value: 'x'"), "a date or a time");
    }
}
