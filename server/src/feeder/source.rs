//! The names that the demo's parts share: the source, its file, the tables that the feeder writes,
//! and the webhook.

use std::path::{Path, PathBuf};

/// The source's name.
pub const NAME: &str = "retail";
/// Its file, in the data directory.
pub const FILE: &str = "retail.sqlite";
/// The webhook that the feeder sends to.
pub const HOOK: &str = "demo";
/// The tables that the feeder writes.
pub const TABLES: [&str; 4] = ["invoice_lines", "invoices", "customers", "products"];

/// The database's path.
pub fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}
