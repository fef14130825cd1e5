//! What readers can choose on a dashboard besides the time range.

use crate::identifier::VariableName;
use crate::variable_kind::VariableKind;
use serde::{Deserialize, Serialize};

/// Something that readers choose: a country, a price band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variable {
    /// `:country` in statements, `country=` in URLs.
    pub name: VariableName,
    /// The label shown to readers.
    pub label: String,
    /// What can be chosen, and how.
    pub kind: VariableKind,
}
