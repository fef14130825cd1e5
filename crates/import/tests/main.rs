//! CSV files into each kind of database.
//!
//! One program: each more would be linked, and started, by itself. A new file is a `mod` here.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod everywhere;
mod fixture;
mod golden;
mod warts;
