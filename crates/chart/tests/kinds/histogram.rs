//! Histograms.

use super::{drawn, revenue, snapshot};
use crate::support::columns::{ints, texts};
use brisk_domain::PanelKindName;

#[test]
fn bins() {
    let bins = vec![texts("lines", &["1", "2–4", "5+"]), ints("orders", [4, 9, 2])];
    snapshot("histogram", &drawn(&revenue(PanelKindName::Histogram, bins)));
}
