//! What a panel shows for one view: its frames, and what is needed to read them.

use crate::{Bounds, Frame, Interval, Timestamp, ZoneOffsets};
use serde::{Deserialize, Serialize};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A panel's frames for one view. The page draws it on the server; islands get the same through
/// a server function and draw it in the browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PanelData {
    /// The statement's result, with computed columns.
    pub frame: Frame,
    /// The same statement over the compared bounds.
    pub previous: Option<Frame>,
    /// A stat's small line.
    pub sparkline: Option<Frame>,
    /// The view's bounds.
    pub bounds: Bounds,
    /// The compared bounds.
    pub previous_bounds: Option<Bounds>,
    /// The width of the panel's buckets.
    pub interval: Interval,
    /// The dashboard's zone around the bounds.
    pub offsets: ZoneOffsets,
    /// When the oldest of the frames was loaded.
    pub as_of: Timestamp,
    /// How current the least current of the frames is.
    pub freshness: Freshness,
    /// Which entries the frames are.
    pub edition: Edition,
}

/// Which entries a panel's frames are: equal editions, equal frames. Opaque to everybody but who
/// made it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Edition(pub Box<str>);

/// How current a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Freshness {
    /// Within its TTL.
    Fresh,
    /// Within its TTL as far as this process knows: the shared cache could not be asked.
    Unverified,
    /// Past its TTL, shown while a refresh is under way.
    Stale,
    /// From before an invalidation, shown while the current value is loaded.
    Previous,
}

/// Why a panel shows no data: a sentence for readers. Details that are for admins only go to the
/// log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct PanelError {
    /// What happened and what to do, in a sentence or two.
    pub message: String,
    /// Whether trying again may help.
    pub retry: bool,
    /// What kind of failure it is, for programs.
    pub kind: FailureKind,
}

impl PanelError {
    /// Equal for errors that say the same, in all processes of one build.
    pub fn id(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.message.hash(&mut hasher);
        format!("{:x}", hasher.finish())
    }
}

/// What kind of failure keeps a panel from its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureKind {
    /// The dashboard's file asks for what cannot be done: its author has to change it.
    Definition,
    /// Who asks may not see it.
    Forbidden,
    /// The database refused the statement, or its result is no frame.
    Refused,
    /// The result is larger than the limits allow.
    TooLarge,
    /// The database cannot be reached.
    Unavailable,
    /// Too many other statements wait for the database.
    Busy,
    /// The statement took too long.
    Timeout,
    /// The load ended without a result.
    Interrupted,
}
