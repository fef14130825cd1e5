//! Lines.

use super::empty_bucket::EmptyBucket;
use super::traits::{Body, Card, MenuEntry, Skeleton, Thumbnail, Traits};
use serde::{Deserialize, Serialize};

/// The options of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Line {
    /// How an empty bucket is shown; by default as the column's aggregate says.
    pub empty: Option<EmptyBucket>,
}

pub(super) const TRAITS: Traits = Traits {
    word: "line",
    size: (6, 4),
    large_rows: 7,
    card: Card::Chart,
    body: Body::Chart,
    skeleton: Skeleton::Box,
    thumbnail: Thumbnail::Surface,
    menu: &[MenuEntry::CopyValue],
    has_marks: false,
};
