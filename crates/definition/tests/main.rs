//! Dashboards as code: whole files, and the problems in them.
//!
//! A single test binary, because each one is linked and started separately. A new file is a `mod`
//! here.

// Clippy does not recognise test helpers as test code.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod files;
mod folders;
mod hostile_folder;
mod kinds;
mod mutations;
mod named_columns;
mod reports;
mod row_links;
mod warm;
