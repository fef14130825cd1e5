//! Heatmaps.

use super::{drawn, revenue, snapshot};
use crate::support::case::Case;
use crate::support::columns::{ints, texts};
use brisk_domain::{PanelKindName, Unit};

#[test]
fn cells_by_hour_and_weekday() {
    let columns =
        || vec![ints("hour", [9, 10, 9]), ints("weekday", [1, 1, 7]), ints("orders", [4, 9, 1])];
    let mut heatmap = revenue(PanelKindName::Heatmap, columns());
    heatmap.spec.unit = Unit::None;
    snapshot("heatmap_by_hour_and_weekday", &drawn(&heatmap));
}

#[test]
fn the_names_of_a_heatmap_stay_in_order() {
    let columns = vec![
        texts("day", &["Mon", "Mon", "Tue", "Tue", "Tue"]),
        texts("status", &["open", "solved", "new", "open", "solved"]),
        ints("n", [1, 2, 3, 4, 5]),
    ];
    let body = Case::new("", PanelKindName::Heatmap, "Tickets", columns).draw().body;
    let at = |name: &str| body.find(&format!(">{name}<")).unwrap();
    assert!(at("new") < at("open") && at("open") < at("solved"), "{body}");
}
