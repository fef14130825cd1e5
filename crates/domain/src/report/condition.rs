//! [`Condition`]: on what it depends whether a report is sent.

use crate::{Decimal, PanelId};

/// On what it depends whether a report is sent, judged with what its recipient may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The panel that is looked at; the report need not show it.
    pub panel: PanelId,
    /// What has to be so.
    pub test: Test,
}

/// What has to be so of a panel's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// There is a row.
    HasRows,
    /// A figure is above the bound.
    Above(Figure, Decimal),
    /// A figure is below the bound.
    Below(Figure, Decimal),
    /// A figure was below the bound at the last due time and is not now, or the other way round.
    Crossed(Figure, Decimal),
}

/// Which figure of a panel: that of its last row, or with time buckets of the last whole one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figure {
    /// The column; the first one with numbers if `None`.
    pub column: Option<String>,
}

impl Test {
    /// The figure that it looks at, if it looks at one, and its bound.
    pub fn figure(&self) -> Option<(&Figure, &Decimal)> {
        match self {
            Self::HasRows => None,
            Self::Above(figure, bound)
            | Self::Below(figure, bound)
            | Self::Crossed(figure, bound) => Some((figure, bound)),
        }
    }
}
