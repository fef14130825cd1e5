//! What a panel's file says of where its marks and rows lead; [`crate::RowLinks`] makes the addresses.

use crate::{Slug, VariableName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The variable that marks and rows set: `filter = "country"`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PanelFilter {
    /// A variable of the panel's dashboard.
    pub variable: VariableName,
    /// The column with its values; absent, the one of the variable's name, else the first.
    pub column: Option<String>,
}

/// The dashboard that a panel leads to: `link = "products"`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PanelLink {
    /// The dashboard.
    pub dashboard: Slug,
    /// Its variables that a mark or row sets, each with the column that holds the value. Without
    /// any, all of the panel leads to the same place.
    pub variables: BTreeMap<VariableName, String>,
}
