//! The program `brisk`: its commands, routes, pages, live channel, API and webhooks.
//!
//! One program: each more would be linked, and started, by itself. A new file is a `mod` here.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod administration;
mod api;
mod command;
mod configuration;
mod feeder;
mod live;
mod live_support;
mod page_time;
mod presentation;
mod proofs;
mod proxy;
mod rollups;
mod routes;
mod shared_cache;
mod webhooks;
