//! Histograms.

use super::{drawn, revenue, snapshot};
use crate::support::columns::{ints, texts};
use brisk_domain::PanelKind;

#[test]
fn bins() {
    let bins = vec![texts("lines", &["1", "2–4", "5+"]), ints("orders", [4, 9, 2])];
    snapshot("histogram", &drawn(&revenue(PanelKind::Histogram, bins)));
}
