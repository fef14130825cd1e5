//! Drawings of every kind, and what holds for all of them.
//!
//! One program: each more would be linked, and started, by itself. A new file is a `mod` here.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::unwrap_used)]

mod axes;
mod every_chart;
mod kinds;
mod links;
mod one_point;
mod parts;
mod series;
mod support;
mod table_view;
mod tooltip;
