//! Scatters.

use crate::support::case::Case;
use crate::support::columns::{floats, gbp, ints, style, texts};
use brisk_domain::PanelKindName;
use brisk_domain::panel::Cell;

/// As they are meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    vec![
        Case::new(
            "scatter",
            PanelKindName::Scatter,
            "Price and quantity",
            vec![
                floats("price", (0..80).map(|i| 0.5 + f64::from((i * 37) % 80) / 6.0)),
                floats(
                    "quantity",
                    (0..80).map(|i| {
                        900.0 / (1.0 + f64::from((i * 37) % 80) / 9.0) + f64::from((i * 53) % 61)
                    }),
                ),
                texts("product", &(0..80).map(|_| "Mug").collect::<Vec<_>>()),
            ],
        )
        .with(|c| {
            c.spec.columns = vec![style("price", Some(gbp()), Cell::Plain)];
            c.size.1 = 288.0;
        }),
    ]
}

/// What real data does to them.
pub(crate) fn edge_cases() -> Vec<Case> {
    vec![Case::new("unfit", PanelKindName::Scatter, "One column", vec![ints("n", [3, 4])])]
}
