//! Vertical bars.

use super::{days, drawn, markup_snapshot, revenue, snapshot};
use crate::support::case::Case;
use crate::support::case::{lay, stack};
use crate::support::cases::bar::categories;
use crate::support::columns::{column, floats, ints, start, style, texts, time};
use crate::support::links::countries;
use brisk_domain::panel::Cell;
use brisk_domain::{Column, Frame, PanelKindName, Unit, Values};

#[test]
fn bars_beside_and_on_each_other() {
    let mut bar =
        revenue(PanelKindName::Bar, vec![days(3), ints("a", [1, -2, 3]), ints("b", [2, 2, -2])]);
    snapshot("bar_grouped", &drawn(&bar));
    stack(&mut bar.spec, true);
    snapshot("bar_stacked_both_ways", &drawn(&bar));
    let mut unlike = revenue(PanelKindName::Bar, vec![days(1), ints("a", [2]), floats("b", [0.5])]);
    unlike.spec.columns = vec![style("b", Some(Unit::Percent), Cell::Plain)];
    snapshot("bar_grouped_of_different_units", &drawn(&unlike));
    let months: Vec<Column> = vec![
        texts("month", &["Jan", "Jan", "Feb"]),
        texts("band", &["low", "high", "low"]),
        ints("revenue", [1, 2, 3]),
    ];
    snapshot("bar_from_long_rows", &drawn(&revenue(PanelKindName::Bar, months)));
}

#[test]
fn bars_are_links_and_the_chosen_one_takes_itself_back() {
    let case = countries(PanelKindName::Bar, "range=last-7-days&country=France");
    markup_snapshot("bar_with_links", &case.draw().body);
}

#[test]
fn null_and_instants_can_be_chosen_like_names() {
    let mut case = countries(PanelKindName::Bar, "");
    let country = column("country", Values::Text(vec![None, Some("France".into()), None]));
    case.frame = Frame::new(vec![country, ints("n", [3, 2, 1])]).unwrap();
    assert_eq!(case.draw().body.matches("<a ").count(), 2, "NULL is one bar");
    let times = vec![time("day", vec![start()]), ints("n", [1])];
    let mut bars = countries(PanelKindName::Bar, "");
    bars.frame = Frame::new(times).unwrap();
    assert_eq!(bars.draw().body.matches("<a ").count(), 1);
}

#[test]
fn a_missing_bin_leaves_a_gap() {
    let bins = || floats("hours", [6.5, 7.0, 8.0, 9.5]);
    let counts = || ints("tickets", [4, 3, 1, 2]);
    for kind in [PanelKindName::Histogram, PanelKindName::Bar] {
        let readout = Case::new("", kind, "First reply", vec![bins(), counts()]).draw().readout;
        assert_eq!(readout.labels, ["6.5", "7", "7.5", "8", "8.5", "9", "9.5"]);
        assert_eq!(readout.series[0].values, ["4", "3", "", "1", "", "", "2"]);
    }
    let years = vec![ints("year", [2019, 2020, 2022]), ints("n", [4, 3, 1])];
    let years = Case::new("", PanelKindName::Bar, "Years", years).draw().readout;
    assert_eq!(years.labels, ["2019", "2020", "2021", "2022"]);
    let rows = Case::new("", PanelKindName::Bar, "First reply", vec![bins(), counts()])
        .with(|c| lay(&mut c.spec, true));
    assert_eq!(rows.draw().readout.labels.len(), 4, "a list has no gaps");
}

#[test]
fn a_single_bar_is_no_wall() {
    let one =
        Case::new("", PanelKindName::Bar, "One", vec![texts("name", &["only"]), ints("n", [42])]);
    let body = one.draw().body;
    assert!(body.contains("x=\"42.5%\" width=\"15%\""), "{body}");
}

#[test]
fn labels_below_bars_differ_and_stay_in_the_box() {
    let body = categories("", 40).draw().body;
    let labels: Vec<&str> = body.split("class=\"x").skip(1).collect();
    let texts: std::collections::HashSet<&str> =
        labels.iter().filter_map(|label| label.split(['>', '<']).nth(1)).collect();
    assert_eq!(texts.len(), labels.len(), "{texts:?}");
    assert!(labels[0].contains("x=\"0%\"") && labels[0].starts_with(" start\""), "{}", labels[0]);
}
