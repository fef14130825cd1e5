//! [`Chart`]: what a kind returns.

use crate::readout::Readout;
use crate::scene::{Plot, Scene};
use crate::spec::LegendItem;

/// A drawing before a backend has written it, and what goes with it. Kinds that browsers redraw have
/// the type `Chart<Plot>`, so that browsers need not load other shapes.
pub(crate) struct Chart<S = Scene> {
    /// What is drawn.
    pub(crate) scene: S,
    /// The series, where there are several.
    pub(crate) legend: Vec<LegendItem>,
    /// The text alternative: the facts in a sentence or two.
    pub(crate) summary: String,
    /// What tooltips and keyboard navigation read.
    pub(crate) readout: Readout,
    /// Whether there is nothing to show.
    pub(crate) is_empty: bool,
}

impl<S> Chart<S> {
    /// A drawing without a legend.
    pub(crate) fn new(scene: S, summary: String, readout: Readout) -> Self {
        Self { scene, legend: Vec::new(), summary, readout, is_empty: false }
    }
}

impl Chart<Plot> {
    /// A plot as one scene among others.
    pub(crate) fn into_scene(self) -> Chart {
        let Self { scene, legend, summary, readout, is_empty } = self;
        Chart { scene: Scene::Plot(scene), legend, summary, readout, is_empty }
    }
}
