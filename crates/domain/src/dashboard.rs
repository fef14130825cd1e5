//! A dashboard: its panels, its variables, and its default view.

use crate::{
    Audience, CachePolicy, Folder, IntervalChoice, Now, Panel, PanelId, Slug, Tag, TimeRange,
    Variable, VariableName, ZoneName,
};
use serde::{Deserialize, Serialize};

/// A page of panels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dashboard {
    /// Its name in the URL, which is its file name without `.toml`.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// A sentence for readers.
    pub description: Option<String>,
    /// Who may see it.
    pub audience: Audience,
    /// Whether its own file says who may see it; otherwise its folder does.
    pub has_own_audience: bool,
    /// The folder that it is in.
    pub folder: Option<Folder>,
    /// The zone whose wall clock its days and hours follow.
    pub zone: ZoneName,
    /// Its own zone, if a program requests it in another: columns on the dashboard's clock were
    /// written in this one.
    pub written_in: Option<ZoneName>,
    /// Where relative ranges end.
    pub now: Now,
    /// The default range.
    pub range: TimeRange,
    /// The default interval.
    pub interval: IntervalChoice,
    /// How long its panels' frames may be shown.
    pub cache: CachePolicy,
    /// Tags that its panels' entries have besides those of the tables they read.
    pub tags: Vec<Tag>,
    /// What readers can choose besides the time range.
    pub variables: Vec<Variable>,
    /// The panels in reading order: by row, then column.
    pub panels: Vec<Panel>,
}

impl Dashboard {
    /// The panel called `id`.
    pub fn panel(&self, id: &PanelId) -> Option<&Panel> {
        self.panels.iter().find(|panel| panel.id == *id)
    }

    /// The variable called `name`.
    pub fn variable(&self, name: &VariableName) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == *name)
    }
}
