//! [`Answer`]: the answer to a delivery that is accepted.

use super::body::Asked;
use crate::invalidation;
use brisk_cache::NotRecorded;
use brisk_domain::Tag;
use brisk_engine::Engine;
use serde::Serialize;
use utoipa::ToSchema;

/// What an invalidation did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invalidated)]
pub(crate) struct Answer {
    /// The tags that are out of date now: those that were named, their other spellings, and views.
    pub(super) invalidated: Vec<String>,
    /// What would be; where it was only asked, with the type `brisk.test`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) would_invalidate: Option<Vec<String>>,
    /// Tags that are probably mistakes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    notes: Vec<Note>,
}

/// A tag that is probably a mistake.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InvalidationNote)]
pub(crate) struct Note {
    /// The tag.
    tag: String,
    /// Why.
    note: &'static str,
}

impl Answer {
    /// Does what is asked for, or reports what it would do.
    pub(super) async fn to(engine: &Engine, asked: &Asked) -> Result<Self, NotRecorded> {
        let (tags, notes) = (&asked.tags, notes(engine, asked));
        Ok(match asked.is_test {
            true => {
                let would = words(&engine.invalidated_by(tags).await);
                Self { invalidated: Vec::new(), would_invalidate: Some(would), notes }
            }
            // A run that has built nothing.
            false if tags.is_empty() => {
                Self { invalidated: Vec::new(), would_invalidate: None, notes }
            }
            false => {
                let invalidated = words(&engine.invalidate(tags).await?);
                Self { invalidated, would_invalidate: None, notes }
            }
        })
    }

    /// What [`Answer::to`] returned when it was done.
    pub(super) async fn again(engine: &Engine, asked: &Asked) -> Self {
        let invalidated = words(&engine.invalidated_by(&asked.tags).await);
        Self { invalidated, would_invalidate: None, notes: notes(engine, asked) }
    }
}

fn words(tags: &[Tag]) -> Vec<String> {
    tags.iter().map(Tag::to_string).collect()
}

fn notes(engine: &Engine, asked: &Asked) -> Vec<Note> {
    asked.tags.iter().filter_map(|tag| note(engine, tag)).collect()
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
