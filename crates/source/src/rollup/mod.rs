//! Rollups: tables in a schema of Brisk's own, kept up to date from the statement that declares
//! them. [`Plan`] is a checked rollup; [`refresh`] has what refreshing shares on all databases, and
//! each database's `rollups` has the rest.
//!
//! A refresh is one transaction: the newest bucket, and those before it that late rows may still
//! change, are deleted and selected again, so that readers see the rows from before or from after.
//! A rollup whose definition has changed is rebuilt and replaces the old table in one step. When to
//! refresh is decided by the engine; who may read is documented for operators.

pub(crate) mod plan;
pub(crate) mod refresh;
pub(crate) mod writer;

pub use plan::Plan;
pub use refresh::{Record, Refresh};
