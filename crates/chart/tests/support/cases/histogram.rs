//! Histograms.

use crate::support::case::Case;
use crate::support::columns::{floats, ints, texts};
use brisk_domain::PanelKindName;

/// As they are meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    vec![Case::new(
        "histogram",
        PanelKindName::Histogram,
        "Orders by value",
        vec![
            texts("value", &["£0", "£50", "£100", "£200", "£300", "£500", "£1k", "£2k+"]),
            ints("orders", [310, 520, 890, 1240, 930, 610, 280, 90]),
        ],
    )]
}

/// What real data does to them.
pub(crate) fn edge_cases() -> Vec<Case> {
    vec![Case::new(
        "histogram_gaps",
        PanelKindName::Histogram,
        "First reply in hours",
        vec![
            floats("hours", [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 3.5, 5.0, 5.5, 7.5, 10.0, 12.0]),
            ints("tickets", [66, 35, 14, 13, 8, 3, 3, 2, 2, 3, 1, 6]),
        ],
    )]
}
