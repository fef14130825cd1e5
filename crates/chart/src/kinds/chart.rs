//! What a kind gives.

use crate::scene::Scene;
use crate::spec::LegendItem;
use crate::tooltip::Readout;

/// A drawing that no backend has written yet, and what goes with it.
pub(crate) struct Chart {
    /// What is drawn.
    pub(crate) scene: Scene,
    /// The series, where there are several.
    pub(crate) legend: Vec<LegendItem>,
    /// The text alternative: the facts in a sentence or two.
    pub(crate) summary: String,
    /// What tooltips and the keyboard read.
    pub(crate) readout: Readout,
    /// Whether there is nothing to show.
    pub(crate) is_empty: bool,
}

impl Chart {
    /// A drawing without a legend.
    pub(crate) fn new(scene: Scene, summary: String, readout: Readout) -> Self {
        Self { scene, legend: Vec::new(), summary, readout, is_empty: false }
    }
}
