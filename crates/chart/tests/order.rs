//! The order of series and of labels, which decides colours, stacks and legends.

use crate::support;

use brisk_domain::PanelKindName;
use support::{Case, days, floats, ints, start, texts, time};

/// Rows of (day, name), as `order by 1, 2` gives them.
fn by_day(rows: &[(i64, &str)]) -> Case {
    let columns = vec![
        time("day", rows.iter().map(|row| support::london().plus_days(start(), row.0)).collect()),
        texts("name", &rows.iter().map(|row| row.1).collect::<Vec<_>>()),
        ints("n", (1..=rows.len() as i64).collect::<Vec<_>>()),
    ];
    Case::new("", PanelKindName::Bar, "Orders", columns).with(|c| c.bounds = days(3))
}

fn legend(case: &Case) -> Vec<(String, u8)> {
    case.draw().legend.into_iter().map(|item| (item.name, item.color)).collect()
}

#[test]
fn a_first_bucket_without_a_series_does_not_recolour_the_others() {
    let whole = by_day(&[(0, "Ada"), (0, "Ben"), (0, "Cleo"), (1, "Ada"), (1, "Ben"), (1, "Cleo")]);
    let sparse = by_day(&[(0, "Cleo"), (1, "Ada"), (1, "Ben"), (1, "Cleo"), (2, "Ben")]);
    let names = [("Ada".to_owned(), 0), ("Ben".to_owned(), 1), ("Cleo".to_owned(), 2)];
    assert_eq!(legend(&whole), names);
    assert_eq!(legend(&sparse), names);
    assert_eq!(sparse.draw().readout.series[1].values, ["", "3", "5"]);
}

#[test]
fn an_order_that_the_statement_chose_is_kept() {
    let case = by_day(&[(0, "low"), (1, "high"), (1, "mid"), (1, "low"), (2, "high")]);
    let names: Vec<String> = legend(&case).into_iter().map(|item| item.0).collect();
    assert_eq!(names, ["high", "mid", "low"]);
}

#[test]
fn labels_stay_in_order_where_the_first_series_lacks_some() {
    let columns = vec![
        texts("quarter", &["Q2", "Q1", "Q2", "Q3"]),
        texts("channel", &["Shop", "Web", "Web", "Web"]),
        floats("orders", [1.0, 2.0, 3.0, 4.0]),
    ];
    let bars = Case::new("", PanelKindName::Bar, "Orders", columns);
    assert_eq!(bars.draw().readout.labels, ["Q1", "Q2", "Q3"]);
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
