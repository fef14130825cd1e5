//! Steps of which each keeps a part of the first.

use super::traits::{Body, Card, MenuEntry, Skeleton, Thumbnail, Traits};
use serde::{Deserialize, Serialize};

/// The options of a funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Funnel {
    /// What stands beside each step.
    pub labels: Labels,
}

/// What stands beside a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Labels {
    /// Its share of the first step.
    #[default]
    Share,
    /// Its number.
    Value,
}

impl Labels {
    /// Each with its word in dashboard files.
    pub const WORDS: [(&'static str, Self); 2] = [("share", Self::Share), ("value", Self::Value)];
}

pub(super) const TRAITS: Traits = Traits {
    word: "funnel",
    size: (6, 4),
    large_rows: 7,
    card: Card::Chart,
    body: Body::Chart,
    skeleton: Skeleton::Box,
    thumbnail: Thumbnail::Surface,
    menu: &[MenuEntry::CopyValue],
    has_marks: true,
};
