//! Turns a query, as its author wrote it, into a checked, bound, read-only statement, and the result
//! into a frame.
//!
//! # Where things are
//!
//! | room | owns |
//! |---|---|
//! | `compile/` | the author's text -> a [`Statement`]: pure steps that know no database |
//! | `sqlite/`, `postgres/`, `mysql/` | everything about one database: `syntax` (its SQL), `clock` (its time macros), `denied_functions`, `offered_functions` (what catalogs say of the others), `executor` (runs statements), `session`, `value` (decodes cells), `error` (its error messages), `rollups` (writes them); PostgreSQL's `triggers` tell which tables have changed, `changes` hears it |
//! | `sqlite/worker/` | the processes in which all SQL on a SQLite file runs |
//! | [`rollup`] | tables of a statement's rows, kept up to date for other statements to read |
//! | `gate` | decides whether a statement's user and functions are allowed, on a server ([`Rights`]) |
//! | `server` | what the executors of database servers share: retries, limits, cancellation |
//! | [`source`] | [`Source`]: any of the databases |
//!
//! A statement passes through `compile/` in this order, one step a file; `pipeline` holds them
//! together:
//!
//! 1. `template` splits the text into SQL, `:parameters` and `$macros(…)`; the dialect's `lexer`
//!    tokens keep literals and comments out of it.
//! 2. `check` makes sure that it is one `select`. The parser reads an `outline` with stand-ins, which
//!    leads every error back to the author's line; `tables` finds what the statement reads,
//!    `instant_columns` which of its columns are instants, `bucket_columns` which are time buckets,
//!    `origin` which columns its macros read; `earlier_rows` makes the statement that asks where the
//!    data begin. What the parser cannot read, `unread` and `unread_instants` know by its `lexemes`
//!    alone, and the database decides. `names` lists what may call a function.
//! 3. `readings` decides whether a macro's argument is an instant, or on which clock it is. `writer` expands
//!    `macros` (and `wall_clock`, `time_encodings`) and binds values, which are never spliced into the SQL;
//!    `chosen_values`, `with_null`, `with_instants` and `time_macros` are its parts, and `chosen_text` knows
//!    whether a value is a number. A zone's changes become `segments` or `offset_steps`. `column_clock`
//!    decides on which clock a column is; if its type matters, the statement stays open (`open_statement`),
//!    and [`Source`] has it written once `column_types` knows the types. `places` leads from a position in
//!    the SQL back to the author's text.
//!
//! # Adding a macro
//!
//! Its expansion in `compile/macros`, its case in `compile/time_macros`, and, if it returns an instant, its
//! name in `compile/instant_columns`. What databases write differently is a method of
//! [`Syntax`](syntax).
//!
//! # Adding a dialect
//!
//! A room beside `postgres/`, a variant of [`Dialect`], and what the compiler then asks for: no
//! `match` on a dialect has a catch-all arm. `docs/extending.md` lists every file.

mod about;
mod bind;
mod column_types;
mod columns;
mod compile;
mod connect_error;
mod dialect;
pub mod error;
mod gate;
mod geometry;
mod known_zones;
mod limits;
mod mysql;
mod postgres;
mod readers;
mod rights;
pub mod rollup;
mod row_meter;
mod server;
pub mod source;
mod sqlite;
mod stated_clocks;
mod syntax;

pub use about::About;
pub use compile::bucket_columns::RangeUse;
pub use compile::column_additivity::ColumnAdditivity;
pub use compile::column_clock::{Clocks, Target};
pub use compile::pipeline::compile;
pub use compile::places::Places;
pub use compile::statement::{Bind, Chosen, Context, SessionZone, Statement, Unread};
pub use compile::with_total::with_total;
pub use compile::written_buckets::WrittenBucket;
pub use connect_error::ConnectError;
pub use dialect::Dialect;
pub use error::{SourceError, StatementError};
pub use limits::Limits;
pub use postgres::changes::ChangeListener;
pub use postgres::triggers::{TableKind, Tells, ToldTable, removal_sql, trigger_sql};
pub use rights::Rights;
pub use server::detached_statements;
pub use source::Source;
pub use sqlite::executor::{CONNECTIONS as SQLITE_CONNECTIONS, MEMORY as SQLITE_MEMORY};
pub use sqlite::worker::pool::WorkerCounts;
pub use sqlite::worker::process::Program;
pub use sqlite::worker::serve::sqlite_worker;
