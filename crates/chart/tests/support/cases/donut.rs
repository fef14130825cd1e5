//! Donuts.

use crate::support::case::Case;
use crate::support::columns::{column, floats, gbp, ints, texts};
use brisk_domain::{PanelKindName, Values};

/// As they are meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    vec![
        Case::new(
            "donut",
            PanelKindName::Donut,
            "Revenue by price band",
            vec![
                texts(
                    "band",
                    &[
                        "Under £1",
                        "£1 to £2",
                        "£2 to £5",
                        "£5 to £10",
                        "£10 to £20",
                        "£20 to £50",
                        "£50 and over",
                        "Unpriced",
                    ],
                ),
                floats(
                    "revenue",
                    [
                        820_000.0,
                        1_300_000.0,
                        2_100_000.0,
                        900_000.0,
                        480_000.0,
                        210_000.0,
                        96_000.0,
                        4_100.0,
                    ],
                ),
            ],
        )
        .with(|c| c.spec.unit = gbp()),
    ]
}

/// What real data does to them.
pub(crate) fn edge_cases() -> Vec<Case> {
    vec![
        Case::new(
            "donut_single",
            PanelKindName::Donut,
            "One slice",
            vec![texts("name", &["All"]), ints("n", [3])],
        ),
        Case::new(
            "donut_negative",
            PanelKindName::Donut,
            "A negative slice",
            vec![texts("name", &["a", "b"]), ints("n", [10, -4])],
        ),
        Case::new(
            "donut_zero",
            PanelKindName::Donut,
            "Nothing of some",
            vec![
                texts("name", &["a", "b", "Nobody", "d"]),
                column("n", Values::Int(vec![Some(10), None, Some(0), Some(7)])),
            ],
        ),
    ]
}
