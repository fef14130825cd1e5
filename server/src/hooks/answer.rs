//! What is answered to a delivery that is taken.

use crate::invalidation;
use brisk_domain::Tag;
use brisk_engine::Engine;
use serde::Serialize;

/// What a delivery did.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    /// The tags that have new generations: those that were named, and their other spellings.
    pub(super) invalidated: Vec<String>,
    /// Tags that are probably mistakes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Note>,
}

#[derive(Debug, Serialize)]
struct Note {
    tag: String,
    note: &'static str,
}

impl Answer {
    /// For a delivery that named `tags`, by which these were `invalidated`.
    pub(super) fn of(engine: &Engine, tags: &[Tag], invalidated: &[Tag]) -> Self {
        Self {
            invalidated: invalidated.iter().map(Tag::to_string).collect(),
            notes: tags.iter().filter_map(|tag| note(engine, tag)).collect(),
        }
    }
}

/// Whether a dashboard or a panel has `tag` of its own.
pub(super) fn is_own(engine: &Engine, tag: &Tag) -> bool {
    let is_it = |tags: &[Tag]| tags.contains(tag);
    engine.catalog().contents().dashboards.values().any(|dashboard| {
        is_it(&dashboard.tags) || dashboard.panels.iter().any(|panel| is_it(&panel.tags))
    })
}

fn note(engine: &Engine, tag: &Tag) -> Option<Note> {
    let has_source = |name: &_| engine.loader().source(name).is_some();
    let note = invalidation::suspicion(tag, has_source, engine.catalog())?;
    Some(Note { tag: tag.to_string(), note })
}
