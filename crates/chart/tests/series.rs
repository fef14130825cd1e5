//! The series of a frame and their order, which decides colours, stacks and legends.

use crate::support::case::Case;
use crate::support::case::lay;
use crate::support::columns::{days, floats, ints, london, start, texts, time};
use brisk_domain::PanelKindName;

/// Rows of (day, name), as `order by 1, 2` gives them.
fn by_day(rows: &[(i64, &str)]) -> Case {
    let columns = vec![
        time("day", rows.iter().map(|row| london().plus_days(start(), row.0)).collect()),
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

fn forty_series(kind: PanelKindName) -> Case {
    let rows = || (0..40).flat_map(|name| (0..3).map(move |x| (name, x)));
    let names: Vec<String> = rows().map(|row| format!("series {:02}", row.0)).collect();
    let columns = vec![
        ints("x", rows().map(|row| row.1)),
        texts("name", &names.iter().map(String::as_str).collect::<Vec<_>>()),
        // The largest come last, and some are equal.
        ints("n", rows().map(|row| row.0 / 2)),
    ];
    Case::new("", kind, "Load", columns)
}

#[test]
fn series_that_are_left_out_are_counted_on_the_chart_and_in_words() {
    for kind in [PanelKindName::Line, PanelKindName::Area, PanelKindName::Bar] {
        for horizontal in [false, true] {
            let case = forty_series(kind).with(|c| lay(&mut c.spec, horizontal));
            let drawing = case.draw();
            assert_eq!(drawing.legend.len(), 8);
            assert!(drawing.legend.iter().all(|item| item.name.as_str() > "series 31"));
            assert!(drawing.body.contains(">32 more series in the table<"), "{}", drawing.body);
            assert!(drawing.summary.contains("32 more series in the table"));
        }
    }
    let few = Case::new("", PanelKindName::Line, "Load", vec![ints("x", 0..3), ints("n", 0..3)]);
    assert!(!few.draw().body.contains("more series"));
}

#[test]
fn a_larger_series_is_not_left_out_for_equal_ones_before_it() {
    let names: Vec<String> = (0..12).map(|i| format!("{i:02}")).collect();
    let columns = vec![
        ints("x", [0; 12]),
        texts("name", &names.iter().map(String::as_str).collect::<Vec<_>>()),
        ints("n", (0..12).map(|i| if i == 11 { 9 } else { 5 })),
    ];
    let legend = Case::new("", PanelKindName::Bar, "Load", columns).draw().legend;
    assert_eq!(legend.last().map(|item| item.name.as_str()), Some("11"));
}
