//! Scatters.

use super::{drawn, revenue, snapshot};
use crate::support::columns::{floats, ints, texts};
use crate::support::links::{NAMES, countries};
use brisk_domain::{Frame, PanelKindName};

#[test]
fn points_by_two_numbers() {
    let points =
        vec![floats("price", [1.5, 2.5]), ints("sold", [10, 3]), texts("name", &["a", "b"])];
    snapshot("scatter", &drawn(&revenue(PanelKindName::Scatter, points)));
}

#[test]
fn points_of_a_scatter_are_links() {
    let mut case = countries(PanelKindName::Scatter, "");
    case.frame = Frame::new(vec![
        floats("price", [1.0, 2.0, 3.0]),
        ints("sold", [3, 2, 1]),
        texts("country", &NAMES),
    ])
    .unwrap();
    let body = case.draw().body;
    assert_eq!(body.matches("<a href=\"/d/sales?country=").count(), 3, "{body}");
}
