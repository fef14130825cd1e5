//! Rows and columns.

use super::traits::{Body, Card, Skeleton, Thumbnail, Traits};
use serde::{Deserialize, Serialize};

/// The options of a table: it has none. How cells look is set per column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Table;

pub(super) const TRAITS: Traits = Traits {
    word: "table",
    size: (6, 6),
    large_rows: 9,
    card: Card::Chart,
    body: Body::Rows,
    skeleton: Skeleton::Rows,
    thumbnail: Thumbnail::Surface,
    menu: &[],
    has_marks: true,
};
