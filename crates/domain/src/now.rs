//! What a dashboard takes for now: where relative ranges end.

use crate::{Query, SourceName, Timestamp};
use serde::{Deserialize, Serialize};

/// What a dashboard takes for now.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum Now {
    /// What the clock says.
    #[default]
    Clock,
    /// Always this instant: for data that ends there.
    Fixed(Timestamp),
    /// What a statement gives, mostly the time of the newest row: for data that comes late.
    Newest {
        /// The source that is asked.
        source: SourceName,
        /// The statement; the first cell of its first row is an instant.
        query: Query,
    },
}
