//! Donuts.

use super::{drawn, markup_snapshot, revenue, snapshot};
use crate::support::case::Case;
use crate::support::columns::{column, ints, texts};
use crate::support::links::countries;
use brisk_chart::Drawing;
use brisk_domain::{Frame, PanelKindName, Values};

#[test]
fn rings_of_one_and_of_many() {
    let donut = |count: usize| {
        let names: Vec<String> = (0..count).map(|i| format!("slice {i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let values: Vec<i64> = (1..=count as i64).collect();
        drawn(&revenue(PanelKindName::Donut, vec![texts("name", &names), ints("revenue", values)]))
    };
    snapshot("donut", &donut(3));
    snapshot("donut_with_many_slices", &donut(9));
    snapshot("donut_of_one", &donut(1));
}

#[test]
fn slices_are_links_and_the_chosen_one_takes_itself_back() {
    let case = countries(PanelKindName::Donut, "range=last-7-days&country=France");
    markup_snapshot("donut_with_links", &case.draw().body);
}

#[test]
fn nobody_can_choose_what_was_put_together() {
    let names: Vec<String> = (0..9).map(|i| format!("n{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut donut = countries(PanelKindName::Donut, "");
    donut.frame =
        Frame::new(vec![texts("country", &names), ints("n", (0..9).map(|i| 20 - i))]).unwrap();
    // Five slices twice, in the ring and in the list; the rest together has no link.
    assert_eq!(donut.draw().body.matches("<a ").count(), 10);
}

#[test]
fn a_donut_of_negative_values_is_not_drawn() {
    let drawing = donut(vec![Some(10), Some(-4), Some(0)]);
    assert!(!drawing.body.contains("<path"), "{}", drawing.body);
    let reason = "A donut cannot show negative values (b: −4); see the table";
    assert!(drawing.body.contains(reason) && drawing.summary.contains(reason));
}

#[test]
fn slices_of_nothing_are_left_out_and_said() {
    let drawing = donut(vec![Some(10), None, Some(0), Some(7)]);
    assert_eq!(drawing.readout.labels, ["a", "d"]);
    for text in [&drawing.body, &drawing.summary] {
        assert!(text.contains("Zero: c; No value: b"), "{text}");
    }
    assert!(donut(vec![Some(0), Some(0)]).body.contains("All values are zero"));
    assert!(!donut(vec![Some(1), Some(2)]).summary.contains("No value"));
}

fn donut(values: Vec<Option<i64>>) -> Drawing {
    let names = ["a", "b", "c", "d", "e", "f"];
    let columns = vec![texts("name", &names[..values.len()]), column("n", Values::Int(values))];
    Case::new("", PanelKindName::Donut, "Shares", columns).draw()
}

#[test]
fn a_slice_with_the_name_of_the_rest_is_in_quotes() {
    let names = ["3 others", "b", "c", "d", "e", "f", "g", "h"];
    let columns = vec![texts("name", &names), ints("n", [20, 9, 8, 7, 6, 3, 2, 1])];
    let said = Case::new("", PanelKindName::Donut, "Shares", columns).draw().summary;
    assert!(said.contains("“3 others” 35.7") && said.contains(" 3 others 10.7"), "{said}");
}
