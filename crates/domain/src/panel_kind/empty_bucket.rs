//! An option shared by the kinds that draw time buckets.

use serde::{Deserialize, Serialize};

/// How a bucket without rows is shown. If a panel does not say, it follows from
/// [`Additivity::empty`](crate::Additivity::empty).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmptyBucket {
    /// As a gap: the line is interrupted.
    Gap,
    /// As 0.
    Zero,
    /// As the value before it, for running totals.
    Carry,
}

impl EmptyBucket {
    /// Every choice, with its keyword in dashboard files.
    pub const WORDS: [(&'static str, Self); 3] =
        [("gap", Self::Gap), ("zero", Self::Zero), ("carry", Self::Carry)];
}
