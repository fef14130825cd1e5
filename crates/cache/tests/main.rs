//! The cache over real Redis servers: its rules, its model, several replicas, trouble.
//!
//! One test binary: every further one would be linked and started separately. A new file is a `mod`
//! here.

// Clippy does not recognise the helpers of tests as test code.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod concurrency;
mod counts;
mod failover;
mod forged;
mod model;
mod mutations;
mod replicas;
mod rules;
mod support;
mod tls;
mod trouble;
