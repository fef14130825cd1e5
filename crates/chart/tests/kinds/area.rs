//! Areas.

use super::{days, drawn, revenue, snapshot};
use crate::support::cases::area::many_series;
use crate::support::columns::ints;
use brisk_domain::PanelKind;

#[test]
fn stacked_areas() {
    let columns = vec![days(3), ints("new", [1, 2, 3]), ints("returning", [4, 4, 4])];
    let mut area = revenue(PanelKind::Area, columns);
    area.spec.stacked = true;
    snapshot("area_stacked", &drawn(&area));
    area.hidden = vec![0];
    snapshot("area_stacked_with_a_hidden_series", &drawn(&area));
}

#[test]
fn too_many_parts_end_in_other_and_keep_their_sum() {
    let names: Vec<String> =
        many_series().draw().legend.into_iter().map(|item| item.name).collect();
    assert_eq!((names.len(), names.last().map(String::as_str)), (8, Some("Other")));
}
