//! Table panels, and the tables of other charts.

use super::{days, drawn, markup_snapshot, revenue, snapshot};
use crate::support::columns::{column, ints, style, texts};
use crate::support::links::countries;
use brisk_chart::{TableView, table};
use brisk_domain::panel::Cell;
use brisk_domain::{Additivity, Decimal, PanelKindName, TableState, Unit, Values};

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
fn an_average_is_shown_with_three_decimals_and_keeps_all_within_reach() {
    let digits = ["2.9858323494687131", "3.0000000000000000"];
    let decimals = || Values::Decimal(digits.map(|text| Decimal::parse(text).ok()).to_vec());
    let shown = |kind, x, additivity| {
        let mut case = revenue(kind, vec![x, column("rating", decimals())]);
        case.spec.unit = Unit::None;
        case.additivity = vec![Additivity::Key, additivity];
        if kind == PanelKindName::Table {
            case.table()
        } else {
            case.draw().body + &case.draw().readout.series[0].values.join("|")
        }
    };
    let table = |additivity| shown(PanelKindName::Table, texts("name", &["a", "b"]), additivity);
    let averages = table(Additivity::Single);
    assert!(averages.contains(">2.986<") && averages.contains(">3.000<"), "{averages}");
    assert!(averages.contains("2.9858323494687131"), "{averages}");
    for additivity in [Additivity::Total, Additivity::Extreme] {
        assert!(table(additivity).contains(">2.9858323494687131<"), "{additivity:?} is as stored");
    }
    let line = |additivity| shown(PanelKindName::Line, days(2), additivity);
    assert!(line(Additivity::Single).contains("2.986|3|"), "{}", line(Additivity::Single));
    assert!(line(Additivity::Total).contains("2.9858323494687131|3.0000000000000000|"));
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
