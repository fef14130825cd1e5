//! Shares of a whole.

use super::traits::{Body, Card, MenuEntry, Skeleton, Thumbnail, Traits};
use serde::{Deserialize, Serialize};

/// The options of a donut: it has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Donut;

pub(super) const TRAITS: Traits = Traits {
    word: "donut",
    size: (4, 4),
    large_rows: 7,
    card: Card::Chart,
    body: Body::Chart,
    skeleton: Skeleton::Box,
    thumbnail: Thumbnail::Surface,
    menu: &[MenuEntry::CopyValue],
    has_marks: true,
};
