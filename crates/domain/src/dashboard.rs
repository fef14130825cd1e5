//! A dashboard: panels, variables, and the view that opens first.

use crate::{
    CachePolicy, IntervalChoice, Now, Panel, PanelId, Slug, Tag, TimeRange, Variable, VariableName,
    ZoneName,
};
use serde::{Deserialize, Serialize};

/// A page of panels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dashboard {
    /// Its name in the URL; the file's name without `.toml`.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// A sentence for readers.
    pub description: Option<String>,
    /// The zone whose wall clock its days and hours follow.
    pub zone: ZoneName,
    /// Where relative ranges end.
    pub now: Now,
    /// The range that opens first.
    pub range: TimeRange,
    /// The interval that opens first.
    pub interval: IntervalChoice,
    /// How long its panels' frames may be shown.
    pub cache: CachePolicy,
    /// What else than their tables makes its panels' frames out of date.
    pub tags: Vec<Tag>,
    /// What readers can choose besides time.
    pub variables: Vec<Variable>,
    /// The panels in reading order: by row, then column.
    pub panels: Vec<Panel>,
}

impl Dashboard {
    /// The panel of that name.
    pub fn panel(&self, id: &PanelId) -> Option<&Panel> {
        self.panels.iter().find(|panel| panel.id == *id)
    }

    /// The variable of that name.
    pub fn variable(&self, name: &VariableName) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == *name)
    }
}
