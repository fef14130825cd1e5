//! From a dashboard to its panels' data, over real sources.
//!
//! One test binary: every further one would be linked and started separately. A new file is a `mod`
//! here.

// Clippy does not recognise the helpers of tests as test code.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod attributes;
mod cache;
mod compared_rows;
mod golden_panels;
mod inspect;
mod lost_time;
mod mutations;
mod now;
mod one_scan;
mod parts;
mod programs;
mod rollups;
mod shipped_sql;
mod unread;
mod unreadable;
mod view;
mod views;
