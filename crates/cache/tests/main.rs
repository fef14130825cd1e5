//! The cache over real Redis servers: its rules, its model, several replicas, trouble.
//!
//! One program: each more would be linked, and started, by itself. A new file is a `mod` here.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod model;
mod replicas;
mod rules;
mod support;
mod tls;
mod trouble;
