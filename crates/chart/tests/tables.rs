//! Numbers in tables: aligned for the eye, with all their digits in reach.

use crate::support;

use brisk_domain::{Decimal, PanelKindName, Values};
use support::{Case, column, floats, texts};

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
