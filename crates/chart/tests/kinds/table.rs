//! Table panels, and the tables of other charts.

use super::{days, drawn, markup_snapshot, revenue, snapshot};
use crate::support::columns::{column, ints, style, texts};
use crate::support::links::countries;
use brisk_chart::{TableView, table};
use brisk_domain::panel::Cell;
use brisk_domain::{PanelKindName, TableState, Values};

#[test]
fn bars_and_trends_in_cells() {
    let columns = vec![
        texts("name", &["first", "second"]),
        ints("revenue", [10, 5]),
        texts("trend", &["1,2,3", "x"]),
        column("note", Values::Text(vec![None, Some("secret".into())])),
    ];
    let mut panel = revenue(PanelKindName::Table, columns);
    panel.spec.columns = vec![
        style("revenue", None, Cell::Bar),
        style("trend", None, Cell::Trend),
        style("note", None, Cell::Hidden),
    ];
    let drawing = drawn(&panel);
    assert!(!drawing.body.contains("secret"));
    snapshot("table_with_bars_and_trends", &drawing);
    let long = revenue(PanelKindName::Table, vec![ints("n", 0..60)]);
    assert!(long.draw().body.contains("10 more rows are not shown here."));
}

#[test]
fn every_chart_has_a_table() {
    let line = revenue(PanelKindName::Line, vec![days(2), ints("revenue", [1, 2])]);
    let state = TableState::default();
    let view = TableView { panel: "revenue", state: &state, action: "/d/sales", pairs: &[] };
    markup_snapshot("table_of_a_line", &table(&line.input(), &view));
}

#[test]
fn rows_are_links_and_the_chosen_one_takes_itself_back() {
    let case = countries(PanelKindName::Table, "country=France");
    markup_snapshot("table_with_links", &case.table());
}
