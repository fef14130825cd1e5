//! Dashboards as code: whole files, and what is wrong with them.
//!
//! One program: each more would be linked, and started, by itself. A new file is a `mod` here.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod files;
mod kinds;
mod row_links;
