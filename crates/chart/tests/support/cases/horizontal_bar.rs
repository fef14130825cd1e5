//! Horizontal bars.

use super::bar::{categories, long, long_labels};
use crate::support::case::Case;
use crate::support::case::{lay, stack};
use crate::support::columns::{floats, gbp, texts};
use brisk_domain::PanelKindName;

/// As they are meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    let bars = ["United Kingdom", "Netherlands", "EIRE", "Germany", "France"];
    vec![
        Case::new(
            "bar_horizontal",
            PanelKindName::Bar,
            "Revenue by country",
            vec![
                texts("country", &bars),
                floats("revenue", [9_120_000.0, 310_400.0, 283_000.0, 229_000.0, 209_700.0]),
            ],
        )
        .with(|c| {
            c.spec.unit = gbp();
            lay(&mut c.spec, true);
        }),
        long("bar_horizontal_grouped", "Orders by quarter, horizontal")
            .with(|c| lay(&mut c.spec, true)),
        long("bar_horizontal_stacked", "Orders by quarter, horizontal and stacked").with(|c| {
            lay(&mut c.spec, true);
            stack(&mut c.spec, true);
        }),
    ]
}

/// What real data does to them.
pub(crate) fn edge_cases() -> Vec<Case> {
    vec![
        Case::new(
            "bar_horizontal_long_labels",
            PanelKindName::Bar,
            "Long labels, horizontal",
            long_labels(),
        )
        .with(|c| lay(&mut c.spec, true)),
        categories("bar_horizontal_categories", 12).with(|c| lay(&mut c.spec, true)),
        categories("bar_horizontal_categories_narrow", 12).with(|c| {
            lay(&mut c.spec, true);
            c.size.0 = 300.0;
        }),
        Case::new(
            "bar_horizontal_negative",
            PanelKindName::Bar,
            "Losses, horizontal",
            vec![texts("month", &["Jan", "Feb", "Mar"]), floats("n", [5.0, -3.0, 8.0])],
        )
        .with(|c| lay(&mut c.spec, true)),
    ]
}
