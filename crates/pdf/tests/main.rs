//! The files as others read them: poppler's programs, which are no part of this repository.

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
