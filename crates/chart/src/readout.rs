//! What tooltips and keyboard navigation read: positions and formatted values.

use brisk_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// Positions and texts of a drawing's points. The names are short because it travels in the page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Readout {
    /// Whether points are marks (`data-i` in the markup) instead of places along x.
    #[serde(rename = "m")]
    pub by_mark: bool,
    /// The plot's margins in the chart's box, in px: left, right, top, bottom.
    #[serde(rename = "p")]
    pub margins: (f64, f64, f64, f64),
    /// Where each point is, as a fraction of the plot's width.
    #[serde(rename = "x")]
    pub xs: Vec<f64>,
    /// What each point is.
    #[serde(rename = "l")]
    pub labels: Vec<String>,
    /// The values.
    #[serde(rename = "s")]
    pub series: Vec<ReadoutSeries>,
    /// The instants at the fractions 0 and 1 of a time axis.
    #[serde(rename = "t")]
    pub time: Option<(Timestamp, Timestamp)>,
}

/// One series of a [`Readout`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ReadoutSeries {
    /// Its name.
    #[serde(rename = "n")]
    pub name: String,
    /// Its colour's class: `s{color}`.
    #[serde(rename = "c")]
    pub color: u8,
    /// One text a point; empty where there is no value.
    #[serde(rename = "v")]
    pub values: Vec<String>,
    /// One y a point, in px from the top of the box.
    #[serde(rename = "y")]
    pub ys: Vec<Option<f64>>,
}

/// Four digits are enough for a fraction of a screen.
pub(crate) fn fraction(x: f64) -> f64 {
    (x * 10_000.0).round() / 10_000.0
}
