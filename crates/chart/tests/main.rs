//! Drawings of every kind, their marks, links, axes and tables.
//!
//! One program: each more would be linked, and started, by itself. A new file is a `mod` here.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::unwrap_used)]

mod axes;
mod gallery;
mod gauges;
mod kinds;
mod links;
mod marks;
mod order;
mod support;
mod tables;
