//! Horizontal bars.

use super::bar::{categories, long, long_labels};
use crate::support::case::Case;
use crate::support::columns::{floats, gbp, texts};
use brisk_domain::PanelKind;

/// As they are meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    let bars = ["United Kingdom", "Netherlands", "EIRE", "Germany", "France"];
    vec![
        Case::new(
            "bar_horizontal",
            PanelKind::Bar,
            "Revenue by country",
            vec![
                texts("country", &bars),
                floats("revenue", [9_120_000.0, 310_400.0, 283_000.0, 229_000.0, 209_700.0]),
            ],
        )
        .with(|c| {
            c.spec.unit = gbp();
            c.spec.horizontal = true;
        }),
        long("bar_horizontal_grouped", "Orders by quarter, horizontal")
            .with(|c| c.spec.horizontal = true),
        long("bar_horizontal_stacked", "Orders by quarter, horizontal and stacked").with(|c| {
            c.spec.horizontal = true;
            c.spec.stacked = true;
        }),
    ]
}

/// What real data does to them.
pub(crate) fn edge_cases() -> Vec<Case> {
    vec![
        Case::new(
            "bar_horizontal_long_labels",
            PanelKind::Bar,
            "Long labels, horizontal",
            long_labels(),
        )
        .with(|c| c.spec.horizontal = true),
        categories("bar_horizontal_categories", 12).with(|c| c.spec.horizontal = true),
        categories("bar_horizontal_categories_narrow", 12).with(|c| {
            c.spec.horizontal = true;
            c.size.0 = 300.0;
        }),
        Case::new(
            "bar_horizontal_negative",
            PanelKind::Bar,
            "Losses, horizontal",
            vec![texts("month", &["Jan", "Feb", "Mar"]), floats("n", [5.0, -3.0, 8.0])],
        )
        .with(|c| c.spec.horizontal = true),
    ]
}
