//! What a dashboard regards as now: where relative ranges end.

use crate::{Query, SourceName, Timestamp};
use serde::{Deserialize, Serialize};

/// What a dashboard regards as now.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum Now {
    /// The current time.
    #[default]
    Clock,
    /// A fixed instant, for data that ends there.
    Fixed(Timestamp),
    /// The result of a statement, usually the time of the newest row, for data that arrives late.
    Newest {
        /// The source to query.
        source: SourceName,
        /// The statement; the first cell of its first row is an instant.
        query: Query,
    },
}
