//! Statements against SQLite, PostgreSQL and MariaDB.
//!
//! A single test binary, because each one is linked and started separately. A new file is a `mod`
//! here.

// Clippy does not recognise test helpers as test code.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod about;
mod buckets;
mod chosen_values;
mod clients;
mod column_clocks;
mod connect_errors;
mod fixture;
mod functions;
mod fuzz;
mod hostile;
mod limits;
mod mysql;
mod opening;
mod postgres;
mod result_columns;
mod rollups;
mod sqlite;
mod time_encodings;
mod unread;
mod wall_clock;
mod weekdays;
mod written_sql;
