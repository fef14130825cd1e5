//! What a statement may take.

use std::time::Duration;

/// What a statement may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Its time on the database.
    pub time: Duration,
    /// Rows of its result.
    pub rows: usize,
    /// Bytes of its result.
    pub bytes: usize,
}

impl Default for Limits {
    /// 30 s, 100,000 rows, 16 MiB.
    fn default() -> Self {
        Self { time: Duration::from_secs(30), rows: 100_000, bytes: 16 << 20 }
    }
}
