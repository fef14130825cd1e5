//! Drawings of every kind, and what holds for all of them.
//!
//! One test binary: every further one would be linked and started separately. A new file is a `mod`
//! here.

// Clippy does not recognise the helpers of tests as test code.
#![allow(clippy::unwrap_used)]

mod axes;
mod every_chart;
mod images;
mod kinds;
mod links;
mod one_point;
mod parts;
mod repeated_hour;
mod rows;
mod series;
mod support;
mod table_view;
mod tooltip;
