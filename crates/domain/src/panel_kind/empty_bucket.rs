//! The option that kinds which draw time buckets share.

use serde::{Deserialize, Serialize};

/// How a bucket without a row is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmptyBucket {
    /// As nothing: the line is interrupted.
    #[default]
    Gap,
    /// As 0.
    Zero,
    /// As the value before it: for totals that go on.
    Carry,
}

impl EmptyBucket {
    /// Each with its word in dashboard files.
    pub const WORDS: [(&'static str, Self); 3] =
        [("gap", Self::Gap), ("zero", Self::Zero), ("carry", Self::Carry)];
}
