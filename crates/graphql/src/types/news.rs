//! News of editions, and what an invalidation did.

use super::scalars::{Long, Timestamp};
use async_graphql::SimpleObject;
use serde::Deserialize;

/// What is new of a view that is followed: first of all its panels, then of those that have changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, SimpleObject)]
pub struct News {
    /// Whether the view has ended: its dashboard has changed, or its day is over. Nothing follows; subscribe
    /// again.
    pub outdated: bool,
    /// The panels that have news.
    pub panels: Vec<PanelNews>,
}

/// What is new of a panel.
#[derive(Debug, Clone, PartialEq, Eq, Default, SimpleObject)]
pub struct PanelNews {
    /// The panel.
    pub id: String,
    /// `current`; `unverified`, while the shared cache cannot be asked; `previous`, while the current edition is
    /// being loaded; `loading`, while there is nothing to show; `failed`.
    pub state: String,
    /// Identifies the data: equal editions, equal data.
    pub edition: Option<String>,
    /// The time as of which the oldest frame shows the data.
    pub as_of: Option<Timestamp>,
    /// How many milliseconds it has been loading.
    pub elapsed: Option<Long>,
    /// How many milliseconds that usually takes.
    pub usual: Option<Long>,
}

/// What an invalidation did.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, SimpleObject)]
pub struct Invalidated {
    /// The tags that are out of date now: those that were named, their other spellings, and views.
    pub invalidated: Vec<String>,
    /// What would be, if `test` is true.
    #[serde(default)]
    pub would_invalidate: Option<Vec<String>>,
    /// Tags that are probably mistakes.
    #[serde(default)]
    pub notes: Vec<InvalidationNote>,
}

/// A tag that is probably a mistake.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, SimpleObject)]
pub struct InvalidationNote {
    /// The tag.
    pub tag: String,
    /// Why.
    pub note: String,
}
