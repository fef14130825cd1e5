//! [`Loaded`]: a view with its data.

use super::data::PanelResult;
use super::problem;
use crate::exports::ExportedView;
use crate::http::problem::Problem;
use crate::service::Frames;
use brisk_domain::{PanelData, PanelId};

/// A view with the outcome of each panel.
pub(crate) struct Loaded {
    pub(crate) frames: Frames,
    pub(crate) outcomes: Vec<PanelResult>,
}

impl Loaded {
    /// The view as files are made of it.
    pub(super) fn exported(&self) -> ExportedView<'_> {
        let Frames { dashboard, view, window, panels, .. } = &self.frames;
        let panels = panels.iter().zip(&self.outcomes);
        let panels = panels.map(|((panel, _), outcome)| (panel, outcome.as_deref()));
        ExportedView {
            dashboard,
            view,
            bounds: window.bounds,
            interval: window.interval,
            zone: &window.zone,
            offsets: &window.offsets,
            panels: panels.collect(),
        }
    }

    /// What failed: the panels' titles, each with a sentence.
    pub(crate) fn failed(&self) -> Vec<String> {
        let panels = self.frames.panels.iter().zip(&self.outcomes);
        let failed = panels.filter_map(|((panel, _), outcome)| {
            let title = panel.title_at(self.frames.window.interval);
            Some(format!("{title}: {}", outcome.as_ref().err()?.message))
        });
        failed.collect()
    }

    /// The same with some of its panels.
    pub(crate) fn with(&self, is_wanted: impl Fn(&PanelId) -> bool) -> Self {
        let Frames { dashboard, view, window, panels, .. } = &self.frames;
        let both = panels.iter().zip(&self.outcomes);
        let both = both.filter(|((panel, _), _)| is_wanted(&panel.id));
        let (panels, outcomes) =
            both.map(|(panel, outcome)| (panel.clone(), outcome.clone())).unzip();
        let frames = Frames {
            dashboard: dashboard.clone(),
            view: view.clone(),
            window: window.clone(),
            panels,
            choices: Default::default(),
        };
        Self { frames, outcomes }
    }

    /// What a file of the panel's rows is called.
    pub(super) fn panel_file_name(&self, ending: &str) -> Result<String, Problem> {
        let (panel, data) = (self.panel()?, self.one()?);
        let (from, to) = data.bounds.url_ends(&data.offsets);
        let slug = &self.frames.dashboard.slug;
        // Some systems allow no colons in names of files.
        Ok(format!("{slug}_{}_{from}_{to}.{ending}", panel.id).replace(':', ""))
    }

    /// The panel, where there is one.
    pub(super) fn panel(&self) -> Result<&brisk_domain::Panel, Problem> {
        self.frames.panels.first().map(|(panel, _)| panel).ok_or_else(problem::not_found)
    }

    /// The data of the panel, where there is one.
    pub(super) fn one(&self) -> Result<&PanelData, Problem> {
        let outcome = self.outcomes.first().ok_or_else(problem::not_found)?;
        outcome.as_deref().map_err(|error| error.clone().into())
    }
}
