//! The table that every chart has: its order, its pages, and the digits of its numbers.

use crate::support::case::Case;
use crate::support::columns::{column, floats, ints, texts};
use brisk_chart::{TableView, table};
use brisk_domain::{Decimal, PanelKindName, Sort, TableState, Values};

#[test]
fn a_table_is_ordered_by_value_with_null_last_and_turned_in_pages_of_fifty() {
    let case = long_table(120);
    let first = shown(&case, Some("desc:amount"), 0);
    assert_eq!(ids(&first)[..2], [27, 54], "99.5 comes before 98.5, not 9.5");
    assert!(first.contains("1–50 of 120") && first.contains("aria-sort=\"descending\""));
    let last = shown(&case, Some("desc:amount"), 2);
    assert_eq!(ids(&last).last(), Some(&7), "NULL");
    assert_eq!(ids(&last).len(), 20);
    assert_eq!(ids(&shown(&case, Some("asc:amount"), 2)).last(), Some(&7), "NULL");
    assert_eq!(ids(&shown(&case, None, 1))[0], 50);
    assert_eq!(ids(&shown(&case, None, 99)).len(), 20, "past the end is the last page");
    assert_eq!(ids(&shown(&case, Some("asc:no_such"), 0))[0], 0, "an unknown column is no order");
}

#[test]
fn a_tables_controls_carry_the_rest_of_the_view() {
    let markup = shown(&long_table(120), Some("asc:amount"), 1);
    for part in [
        "name=\"country\" value=\"a&quot;b\"",
        "name=\"sort\" value=\"other:asc:x\"",
        "name=\"sort\" value=\"rows:asc:amount\"",
        // Numbers begin with the largest, and the third press leaves the order to the statement.
        "value=\"rows:desc:id\"",
        "value=\"rows:\" data-column=\"amount\" data-first=\"desc\">Amount",
        "name=\"page\" value=\"rows:1\"",
        "name=\"page\" value=\"rows:3\"",
    ] {
        assert!(markup.contains(part), "{part} is missing in {markup}");
    }
    assert!(!markup.contains("value=\"rows:asc:id\""), "its own order before");
}

#[test]
fn browsers_get_short_tables_whole_and_long_ones_by_the_page() {
    let short = shown(&long_table(500), None, 0);
    assert_eq!(short.matches("<tr").count(), 501);
    assert!(short.contains("data-whole") && short.contains("data-o=\"7,7,\""), "NULL has no place");
    let long = shown(&long_table(501), None, 0);
    assert_eq!(long.matches("<tr").count(), 51);
    assert!(!long.contains("data-whole") && !long.contains("data-o"));
}

#[test]
fn decimals_of_a_column_align_and_all_digits_are_in_reach() {
    let exact = ["1.5", "20", "0.125"].map(|text| Decimal::parse(text).ok());
    let columns = vec![
        texts("sensor", &["Boiler", "Roof", "Rack"]),
        floats("low", [53.33, 2.514_159_265, -22.61]),
        column("exact", Values::Decimal(exact.to_vec())),
    ];
    let case = Case::new("", PanelKindName::Table, "Sensors", columns);
    for table in [case.draw().body, case.table()] {
        for text in [">53.330<", ">−22.610<", ">1.500<", ">20.000<", ">0.125<"] {
            assert!(table.contains(text), "{text}: {table}");
        }
        assert!(table.contains("title=\"2.514159265\">2.514<"), "{table}");
    }
}

fn long_table(rows: i64) -> Case {
    let cells = (0..rows).map(|i| match i {
        7 => None,
        i => Decimal::parse(&format!("{}.5", (i * 37) % 100)).ok(),
    });
    let columns = vec![ints("id", 0..rows), column("amount", Values::Decimal(cells.collect()))];
    Case::new("long", PanelKindName::Table, "Rows", columns)
}

fn shown(case: &Case, sort: Option<&str>, page: usize) -> String {
    let state = TableState { sort: sort.map(|sort| Sort::parse(sort).unwrap()), page };
    let pairs = [
        ("country".to_owned(), "a\"b".to_owned()),
        ("sort".to_owned(), "rows:asc:id".to_owned()),
        ("sort".to_owned(), "other:asc:x".to_owned()),
    ];
    let view = TableView { panel: "rows", state: &state, action: "/d/sales", pairs: &pairs };
    table(&case.input(), &view)
}

/// The first cells of the rows that are not hidden.
fn ids(markup: &str) -> Vec<u32> {
    let rows = markup.split("<tr").filter(|row| row.contains("<td"));
    let rows = rows.filter(|row| !row.split('>').next().unwrap().contains("hidden"));
    let id = |row: &str| row.split("<td class=\"n\">").nth(1)?.split('<').next()?.parse().ok();
    rows.map(|row| id(row).unwrap()).collect()
}
