//! The schema over a server that is made up.

// Clippy does not take helpers for tests.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod batches;
mod exact;
mod fake;
mod hostile;
mod news;
mod persisted;
mod rights;
