//! What the rows of a column at one point of a chart add up to, and what stands for no row.

use crate::panel_kind::EmptyBucket;
use serde::{Deserialize, Serialize};

/// Whether the cells of a column add up. It follows from the outermost aggregate of the statement's
/// column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Additivity {
    /// A sum or a count: it adds up, and is 0 where there is no row.
    Total,
    /// A count of distinct values: it does not add up, and is 0 where there is no row.
    Distinct,
    /// No aggregate: what the rows hold adds up, and is nothing where there is no row.
    #[default]
    Plain,
    /// What the statement groups by. It names a series where a number follows.
    Key,
    /// An average, a ratio: it does not add up, and is nothing where there is no row. Digits that come from a
    /// division may be rounded.
    Single,
    /// The least or the largest of the rows' own values: like [`Self::Single`], but exactly as
    /// stored.
    Extreme,
    /// Computed for a whole point: each of its rows holds the same.
    Shared,
    /// Nothing tells: as [`Single`](Self::Single), but it may be a part of a whole, such as a share.
    Unknown,
}

impl Additivity {
    /// Whether the sum of several cells is meaningful.
    pub fn adds(self) -> bool {
        matches!(self, Self::Total | Self::Plain | Self::Key)
    }

    /// Whether several of it are known to be no parts of a whole.
    pub fn stands_alone(self) -> bool {
        matches!(self, Self::Distinct | Self::Single | Self::Extreme)
    }

    /// Whether a division may have made it, so that its digits say nothing.
    pub fn may_be_quotient(self) -> bool {
        matches!(self, Self::Single | Self::Unknown)
    }

    /// The same for fractions, which do not add up.
    pub fn of_fractions(self) -> Self {
        match self {
            Self::Total => Self::Distinct,
            Self::Plain => Self::Single,
            Self::Distinct
            | Self::Key
            | Self::Single
            | Self::Extreme
            | Self::Shared
            | Self::Unknown => self,
        }
    }

    /// What a bucket without a row shows, unless the panel says otherwise.
    pub fn empty(self) -> EmptyBucket {
        match self {
            Self::Total | Self::Distinct => EmptyBucket::Zero,
            Self::Plain
            | Self::Key
            | Self::Single
            | Self::Extreme
            | Self::Shared
            | Self::Unknown => EmptyBucket::Gap,
        }
    }
}
