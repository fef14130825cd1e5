//! The files as others read them: poppler's programs, which are no part of this repository.

// Clippy does not recognise the helpers of tests as test code.
#![allow(clippy::panic, clippy::unwrap_used)]

mod accessible;
mod dashboard;
mod limits;
mod looks;
mod mutations;
mod pages;
mod poppler;
#[path = "../../chart/tests/support/mod.rs"]
mod support;
mod tables;
mod words;
