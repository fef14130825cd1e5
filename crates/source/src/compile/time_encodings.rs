//! Columns that hold times as numbers or texts: `$epoch`, `$epoch_ms` and `$text` make instants of
//! them, which `$bucket` and the others understand. Pure.
//!
//! `$range` around one of the first two compares the numbers themselves, so that an index on the
//! column is used.

use crate::Dialect;

/// How a column holds times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeColumn {
    /// Seconds since the epoch, whole or not.
    Seconds,
    /// Whole milliseconds since the epoch.
    Milliseconds,
    /// Text as ISO 8601 has it, in UTC where it names no offset.
    Text,
}

impl TimeColumn {
    /// Reads the macro's name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "epoch" => Some(Self::Seconds),
            "epoch_ms" => Some(Self::Milliseconds),
            "text" => Some(Self::Text),
            _ => None,
        }
    }

    /// What `expr` holds, as an instant.
    pub fn instant(self, dialect: Dialect, expr: &str) -> String {
        use Dialect::{MySql, Postgres, Sqlite};
        match (self, dialect) {
            // Rounded down, as all instants are there; a cast alone rounds towards 1970.
            (Self::Seconds, Sqlite) => {
                format!("(cast(({expr}) as integer) - (({expr}) < cast(({expr}) as integer)))")
            }
            (Self::Seconds, Postgres) => format!("to_timestamp(({expr})::double precision)"),
            (Self::Seconds, MySql) => {
                format!("(timestamp'1970-01-01 00:00:00' + interval ({expr}) second)")
            }
            // SQLite's remainder has the sign of what is divided.
            (Self::Milliseconds, Sqlite) => {
                format!("((({expr}) - ((({expr}) % 1000) + 1000) % 1000) / 1000)")
            }
            (Self::Milliseconds, Postgres) => {
                format!("to_timestamp(({expr})::double precision / 1000)")
            }
            (Self::Milliseconds, MySql) => {
                format!("(timestamp'1970-01-01 00:00:00' + interval ({expr}) * 1000 microsecond)")
            }
            (Self::Text, Sqlite) => format!("cast(strftime('%s', ({expr})) as integer)"),
            (Self::Text, Postgres) => format!("({expr})::timestamptz"),
            // Its own texts have neither the letter between date and time nor the one for UTC.
            (Self::Text, MySql) => {
                format!("cast(replace(trim(trailing 'Z' from ({expr})), 'T', ' ') as datetime(6))")
            }
        }
    }

    /// Whether what `expr` holds lies between two bound seconds, without the second one; `None`
    /// where the instants themselves have to be compared.
    pub fn range(self, dialect: Dialect, expr: &str, from: &str, to: &str) -> Option<String> {
        let factor = match self {
            Self::Seconds => "",
            Self::Milliseconds => " * 1000",
            Self::Text => return None,
        };
        // Else it would take the values for numbers as small as the column's may be.
        let cast = if dialect == Dialect::Postgres { "::bigint" } else { "" };
        Some(format!("(({expr}) >= {from}{cast}{factor} and ({expr}) < {to}{cast}{factor})"))
    }
}
