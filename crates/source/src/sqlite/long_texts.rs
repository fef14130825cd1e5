//! `printf` and `format` as in SQLite, but for one thing: if their text would be longer than a value may be,
//! SQLite's own return NULL, which a statement takes for a missing value. These fail, as all its other
//! functions do.
//!
//! SQLite itself makes the text, in an empty connection, so that it is the same.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::limits::Limit;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Error, Result, ffi};
use std::sync::{Arc, Mutex, PoisonError};

/// How many statements are kept prepared: one per number of arguments.
const KEPT: usize = 32;

/// Adds the functions to `connection`, whose values have at most `longest` bytes.
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
                // A custom message would hide the code.
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
    // SQLite also returns NULL for an empty text: but then not with a letter before it.
    if text.is_none() && has_format && printed(own, call, "'x' || ?1")?.is_none() {
        return Err(Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_TOOBIG), None));
    }
    Ok(text)
}

/// What SQLite prints for the arguments of `call`, with the expression `format` in place of the
/// first.
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
