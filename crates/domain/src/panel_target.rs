//! Where a panel's marks and rows lead, as configured in its file; [`crate::RowLinks`] makes the
//! URLs.

use crate::{Slug, VariableName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The variable that marks and rows set: `filter = "country"`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PanelFilter {
    /// A variable of the panel's own dashboard.
    pub variable: VariableName,
    /// The column with the values; by default the one named like the variable, otherwise the first.
    pub column: Option<String>,
}

/// The dashboard that a panel leads to: `link = "products"`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PanelLink {
    /// The target dashboard.
    pub dashboard: Slug,
    /// The target's variables that a mark or row sets, each with the column that holds the value.
    /// If empty, the whole panel is a single link.
    pub variables: BTreeMap<VariableName, String>,
}
