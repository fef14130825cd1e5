//! One figure on a scale.

use super::traits::{Body, Card, MenuEntry, Skeleton, Thumbnail, Traits};
use serde::{Deserialize, Serialize};

/// The options of a gauge.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gauge {
    /// The upper end of the scale, which starts at 0; finite.
    pub max: f64,
}

pub(super) const TRAITS: Traits = Traits {
    word: "gauge",
    size: (4, 4),
    large_rows: 7,
    card: Card::FigureIfSmall,
    body: Body::Chart,
    skeleton: Skeleton::Box,
    thumbnail: Thumbnail::Surface,
    menu: &[MenuEntry::CopyValue],
    has_marks: false,
};
