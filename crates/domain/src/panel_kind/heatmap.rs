//! Cells coloured by value.

use super::traits::{Body, Card, MenuEntry, Skeleton, Thumbnail, Traits};
use serde::{Deserialize, Serialize};

/// The options of a heatmap: it has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Heatmap;

pub(super) const TRAITS: Traits = Traits {
    word: "heatmap",
    size: (6, 5),
    large_rows: 7,
    card: Card::Chart,
    body: Body::Chart,
    skeleton: Skeleton::Box,
    thumbnail: Thumbnail::Surface,
    menu: &[MenuEntry::CopyValue],
    has_marks: false,
};
