//! One figure.

use super::traits::{Body, Card, MenuEntry, Skeleton, Thumbnail, Traits};
use crate::query::Query;
use serde::{Deserialize, Serialize};

/// The options of a stat.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Stat {
    /// A second statement for the sparkline: time in the first column, the value in the second.
    pub sparkline: Option<Query>,
    /// Whether more is better, worse or neither; sets the colour of the change.
    pub better: Better,
}

/// Whether more is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// More is better.
    #[default]
    Up,
    /// Less is better.
    Down,
    /// Neither.
    Neither,
}

impl Better {
    /// Every choice, with its keyword in dashboard files.
    pub const WORDS: [(&'static str, Self); 3] =
        [("up", Self::Up), ("down", Self::Down), ("neither", Self::Neither)];
}

pub(super) const TRAITS: Traits = Traits {
    word: "stat",
    size: (3, 2),
    large_rows: 3,
    card: Card::Figure,
    body: Body::Chart,
    skeleton: Skeleton::Box,
    thumbnail: Thumbnail::Figure,
    menu: &[MenuEntry::CopyValue],
    has_marks: false,
};
