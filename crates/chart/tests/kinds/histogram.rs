//! Histograms.

use super::{drawn, revenue, snapshot};
use crate::support::case::Case;
use crate::support::columns::{gbp, ints, texts};
use brisk_domain::PanelKindName;

#[test]
fn bins() {
    let bins = vec![texts("lines", &["1", "2–4", "5+"]), ints("orders", [4, 9, 2])];
    snapshot("histogram", &drawn(&revenue(PanelKindName::Histogram, bins)));
}

#[test]
fn the_unit_is_that_of_the_bins_and_counts_are_plain_numbers() {
    let bins = vec![ints("amount", [0, 250, 750]), ints("orders", [400, 900, 200])];
    let case = Case::new("", PanelKindName::Histogram, "Amounts", bins)
        .with(|case| case.spec.unit = gbp());
    let drawing = case.draw();
    // The bin between them has no row.
    assert_eq!(drawing.readout.labels, ["£0", "£250", "£500", "£750"]);
    assert_eq!(drawing.readout.series[0].values, ["400", "900", "", "200"]);
    for axis in [">500<", ">£250<"] {
        assert!(drawing.body.contains(axis), "{axis}: {}", drawing.body);
    }
    let table = case.table();
    for cell in ["£250", ">900<"] {
        assert!(table.contains(cell), "{cell}: {table}");
    }
}
