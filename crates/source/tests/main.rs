//! Statements against SQLite, PostgreSQL and MariaDB.
//!
//! One program: each more would be linked, and started, by itself. A new file is a `mod` here.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod about;
mod buckets;
mod chosen_values;
mod clients;
mod column_clocks;
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
