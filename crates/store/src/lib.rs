//! Brisk's own records. All SQL of the store is in this crate; its schema is in `migrations/`.
//!
//! To add a record, add a migration (forward only, and readable by the previous release) with its
//! line in `migrations.rs`, and a file here with its type and queries. `store.rs` opens the
//! database.

mod imports;
mod migrations;
mod requested_views;
mod rollup_runs;
mod store;

pub use imports::ImportRecord;
pub use store::{Store, StoreError};
