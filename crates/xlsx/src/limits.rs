//! How much a sheet holds.

/// The most rows of a sheet below its head: Excel's limit.
pub const MOST_ROWS: usize = 1_048_575;
/// The most columns: Excel's limit.
pub const MOST_COLUMNS: usize = 16_384;
