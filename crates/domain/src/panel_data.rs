//! What a panel shows for one view: its frames, and the context needed to draw them.

use crate::{
    Additivity, Bounds, Coverage, EarlierPeriod, Frame, Interval, Timestamp, Weekdays, ZoneOffsets,
};
use serde::{Deserialize, Serialize};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A panel's frames for one view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PanelData {
    /// The statement's result, with computed columns.
    pub frame: Frame,
    /// Whether each of its columns adds up.
    pub additivity: Vec<Additivity>,
    /// The columns that hold days of the week as numbers, by their names in lower case.
    pub weekdays: Vec<(String, Weekdays)>,
    /// The same statement over the comparison period; `None` where that has no instants.
    pub previous: Option<Frame>,
    /// A stat's sparkline.
    pub sparkline: Option<Frame>,
    /// Whether each of its columns adds up.
    pub sparkline_additivity: Vec<Additivity>,
    /// Which of the frame's buckets are whole; `None` if it is not along time buckets.
    pub coverage: Option<Coverage>,
    /// The same for the comparison period's frame.
    pub previous_coverage: Option<Coverage>,
    /// The same for the sparkline.
    pub sparkline_coverage: Option<Coverage>,
    /// The view's bounds.
    pub bounds: Bounds,
    /// The comparison period.
    pub earlier: Option<EarlierPeriod>,
    /// The width of the panel's buckets.
    pub interval: Interval,
    /// The dashboard's zone, around the bounds.
    pub offsets: ZoneOffsets,
    /// When the oldest of the frames was loaded.
    pub as_of: Timestamp,
    /// The freshness of the least current frame.
    pub freshness: Freshness,
    /// Which entries the frames come from.
    pub edition: Edition,
    /// What the panel's file says and cannot be, and what its figures do not say by themselves: sentences for its
    /// author, which readers see too.
    pub notes: Vec<String>,
}

/// Identifies the entries behind a panel's frames: equal editions mean equal frames. Opaque to all
/// but the code that made it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Edition(pub Box<str>);

/// How current a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Freshness {
    /// Within its TTL.
    Fresh,
    /// Within its TTL as far as this process knows: the shared cache was unreachable.
    Unverified,
    /// Past its TTL, shown while a refresh is under way.
    Stale,
    /// From before an invalidation, shown while the current value is loaded.
    Previous,
}

/// Why a panel shows no data: a sentence for readers. Details meant for admins go only to the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct PanelError {
    /// What happened and what to do, in a sentence or two.
    pub message: String,
    /// Whether a retry may help.
    pub retry: bool,
    /// The kind of failure, for programs.
    pub kind: FailureKind,
}

impl PanelError {
    /// Equal for errors with the same text, in all processes of one build.
    pub fn id(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.message.hash(&mut hasher);
        format!("{:x}", hasher.finish())
    }
}

/// The kind of failure that keeps a panel from its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureKind {
    /// The dashboard's file asks for something impossible; its author has to change it.
    Definition,
    /// The user may not see it.
    Forbidden,
    /// A chosen value is not what the statement takes it for.
    Value,
    /// The database rejected the statement, or its result is not a frame.
    Refused,
    /// The result exceeds the limits.
    TooLarge,
    /// The database is unreachable.
    Unavailable,
    /// The queue for the database is full.
    Busy,
    /// The statement took too long.
    Timeout,
    /// The load ended without a result.
    Interrupted,
}
