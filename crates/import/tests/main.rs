//! Imports of CSV files into each kind of database.
//!
//! A single test binary, because each one is linked and started separately. A new file is a `mod`
//! here.

// Clippy does not recognise test helpers as test code.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod everywhere;
mod fixture;
mod golden;
mod guesses;
mod mutations;
mod round_trip;
mod warts;
