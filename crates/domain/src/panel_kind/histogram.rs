//! Distributions.

use super::empty_bucket::EmptyBucket;
use super::traits::{Body, Card, MenuEntry, Skeleton, Thumbnail, Traits};
use serde::{Deserialize, Serialize};

/// The options of a histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Histogram {
    /// How an empty bucket is shown, if the bins are spans of time; by default as the column's
    /// aggregate says.
    pub empty: Option<EmptyBucket>,
}

pub(super) const TRAITS: Traits = Traits {
    word: "histogram",
    size: (6, 4),
    large_rows: 7,
    card: Card::Chart,
    body: Body::Chart,
    skeleton: Skeleton::Box,
    thumbnail: Thumbnail::Surface,
    menu: &[MenuEntry::CopyValue],
    has_marks: true,
};
