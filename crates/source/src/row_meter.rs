//! [`RowMeter`]: stops a result that exceeds its limits while it is read.

use crate::error::SourceError;
use crate::limits::Limits;

/// How much of a result has been read.
pub(crate) struct RowMeter<'a> {
    limits: &'a Limits,
    rows: usize,
    bytes: usize,
}

impl<'a> RowMeter<'a> {
    pub(crate) fn new(limits: &'a Limits) -> Self {
        Self { limits, rows: 0, bytes: 0 }
    }

    /// Counts a row; an error if it is one too many.
    pub(crate) fn count_row(&mut self) -> Result<(), SourceError> {
        self.rows += 1;
        if self.rows > self.limits.rows {
            return Err(SourceError::TooManyRows { limit: self.limits.rows });
        }
        Ok(())
    }

    /// Counts a row's bytes; an error if they are too many.
    pub(crate) fn count_bytes(&mut self, bytes: usize) -> Result<(), SourceError> {
        self.bytes += bytes;
        if self.bytes > self.limits.bytes {
            return Err(SourceError::TooLarge { limit: self.limits.bytes });
        }
        Ok(())
    }
}
