//! [`Limits`]: how much a statement may take.

use std::time::Duration;

/// How much a statement may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Time on the database.
    pub time: Duration,
    /// Rows of the result.
    pub rows: usize,
    /// Bytes of the result, in memory.
    pub bytes: usize,
}

impl Default for Limits {
    /// 30 s, 100,000 rows, 16 MiB.
    fn default() -> Self {
        Self { time: Duration::from_secs(30), rows: 100_000, bytes: 16 << 20 }
    }
}
