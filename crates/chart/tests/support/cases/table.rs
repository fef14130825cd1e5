//! Tables.

use crate::support::case::Case;
use crate::support::columns::{column, floats, gbp, ints, style, texts};
use brisk_domain::panel::Cell;
use brisk_domain::{PanelKindName, Values};

/// As they are meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    vec![table()]
}

fn table() -> Case {
    let products = [
        "Regency cakestand",
        "Paper craft, little birdie, a very long name that nobody would read to its end",
        "Jumbo bag",
        "Party bunting",
        "Postage",
        "White hanging heart",
    ];
    let trends = ["1,4,2,8,5,7", "9,7,3,2,1", "", "3,3,3,3", "0,5,0,5", "2,4,8,16"];
    let quantity = vec![Some(13_890), Some(80_995), None, Some(18_290), Some(1_126), Some(-36)];
    Case::new(
        "table",
        PanelKindName::Table,
        "Best-selling products",
        vec![
            texts("product", &products),
            column("quantity", Values::Int(quantity)),
            floats("revenue", [326_519.55, 168_469.6, 160_113.24, 147_948.5, 126_563.04, 4_012.0]),
            texts("last_weeks", &trends),
            ints("id", 0..6),
        ],
    )
    .with(|c| {
        c.spec.columns = vec![
            style("revenue", Some(gbp()), Cell::Bar),
            style("last_weeks", None, Cell::Trend),
            style("id", None, Cell::Hidden),
        ];
    })
}
