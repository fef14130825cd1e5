//! `printf` and `format` as SQLite has them, but for one thing: where their text would be longer than a value
//! may be, SQLite's own give NULL, which a statement takes for a value that is not there. These fail, as all
//! its other functions do.
//!
//! The text is made by SQLite itself, in a connection that holds nothing, so that it is the same.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::limits::Limit;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Error, Result, ffi};
use std::sync::{Arc, Mutex, PoisonError};

/// How many statements are kept: one for each number of values that calls have.
const KEPT: usize = 32;

/// Gives `connection`, whose values have at most so many bytes, the functions.
pub(super) fn add(connection: &Connection, longest: i32) -> Result<()> {
    let own = Connection::open_in_memory()?;
    own.set_limit(Limit::SQLITE_LIMIT_LENGTH, longest)?;
    own.set_prepared_statement_cache_capacity(KEPT);
    let own = Arc::new(Mutex::new(own));
    // Views may call them.
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    for name in ["printf", "format"] {
        let own = Arc::clone(&own);
        connection.create_scalar_function(name, -1, flags, move |call| {
            let own = own.lock().unwrap_or_else(PoisonError::into_inner);
            text(&own, call).map_err(|error| match error {
                // A message of its own would take the code's place.
                Error::SqliteFailure(code, _) => Error::SqliteFailure(code, None),
                other => other,
            })
        })?;
    }
    Ok(())
}

fn text(own: &Connection, call: &Context<'_>) -> Result<Option<Text>> {
    let has_format = !call.is_empty() && call.get_raw(0) != ValueRef::Null;
    let text = printed(own, call, "?1")?;
    // SQLite has NULL for an empty text, too: then one with a letter before it is none.
    if text.is_none() && has_format && printed(own, call, "'x' || ?1")?.is_none() {
        return Err(Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_TOOBIG), None));
    }
    Ok(text)
}

/// What SQLite prints for the values of `call`, the first of which it is given as `format`.
fn printed(own: &Connection, call: &Context<'_>, format: &str) -> Result<Option<Text>> {
    let others = (2..=call.len()).map(|place| format!(", ?{place}")).collect::<String>();
    let format = if call.is_empty() { "" } else { format };
    let mut printing = own.prepare_cached(&format!("select printf({format}{others})"))?;
    for at in 0..call.len() {
        printing.raw_bind_parameter(at + 1, ToSqlOutput::Borrowed(call.get_raw(at)))?;
    }
    let mut rows = printing.raw_query();
    let text = rows.next()?.map(|row| row.get_ref(0)).transpose()?;
    Ok(match text {
        Some(ValueRef::Text(text)) => Some(Text(text.to_vec())),
        _ => None,
    })
}

/// A text, which need not be UTF-8.
struct Text(Vec<u8>);

impl ToSql for Text {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(&self.0)))
    }
}
