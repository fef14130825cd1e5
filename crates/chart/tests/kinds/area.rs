//! Areas.

use super::{days, drawn, revenue, snapshot};
use crate::support::case::stack;
use crate::support::cases::area::many_series;
use crate::support::columns::ints;
use brisk_domain::PanelKindName;

#[test]
fn stacked_areas() {
    let columns = vec![days(3), ints("new", [1, 2, 3]), ints("returning", [4, 4, 4])];
    let mut area = revenue(PanelKindName::Area, columns);
    stack(&mut area.spec, true);
    snapshot("area_stacked", &drawn(&area));
    area.hidden = vec![0];
    snapshot("area_stacked_with_a_hidden_series", &drawn(&area));
}

#[test]
fn too_many_parts_end_in_the_others_and_keep_their_sum() {
    let names: Vec<String> =
        many_series().draw().legend.into_iter().map(|item| item.name).collect();
    assert_eq!((names.len(), names.last().map(String::as_str)), (8, Some("5 others")));
}
