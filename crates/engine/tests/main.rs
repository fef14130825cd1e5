//! From a dashboard to its panels' data, over real sources.
//!
//! One program: each more would be linked, and started, by itself. A new file is a `mod` here.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod cache;
mod golden_panels;
mod inspect;
mod now;
mod programs;
mod rollups;
mod view;
