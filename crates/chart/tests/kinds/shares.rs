//! Shares of a whole add up to 100 % as shown, and are the same everywhere.

use crate::support::case::Case;
use crate::support::columns::{floats, ints, texts};
use brisk_domain::{PanelKindName, Unit};

#[test]
fn the_shares_of_a_ring_are_the_same_in_legend_tooltip_and_text() {
    let columns = vec![texts("k", &["a", "b", "c"]), ints("n", [1, 1, 1])];
    let drawing = Case::new("", PanelKindName::Donut, "Thirds", columns).draw();
    let shares = ["33.4\u{202f}%", "33.3\u{202f}%", "33.3\u{202f}%"];
    assert_eq!(drawing.readout.series[1].values, shares);
    for (name, share) in ["a", "b", "c"].iter().zip(shares) {
        assert!(drawing.summary.contains(&format!("{name} {share}")), "{}", drawing.summary);
    }
    let listed = |share: &str| drawing.body.matches(&format!("<b>{share}</b>")).count();
    assert_eq!((listed(shares[0]), listed(shares[1])), (1, 2), "{}", drawing.body);
    assert!(drawing.body.contains(">3</text>"), "a sum of counts is a count: {}", drawing.body);
}

#[test]
fn a_column_of_shares_adds_up() {
    let thirds = floats("share", [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]);
    let columns = vec![texts("k", &["a", "b", "c"]), thirds];
    let mut case = Case::new("", PanelKindName::Table, "Thirds", columns);
    case.spec.unit = Unit::Percent;
    let table = case.draw().body;
    assert_eq!(table.matches(">33.4\u{202f}%<").count(), 1, "{table}");
    assert_eq!(table.matches(">33.3\u{202f}%<").count(), 2, "{table}");
    assert!(
        table.contains("title=\"0.3333333333333333\""),
        "all digits stay within reach: {table}"
    );
}

#[test]
fn what_is_put_together_is_told_apart_from_a_slice_called_other() {
    let names = ["Other", "a", "b", "c", "d", "e", "f", "g"];
    let columns = vec![texts("k", &names), ints("n", [9, 8, 7, 6, 5, 4, 3, 2])];
    let labels = Case::new("", PanelKindName::Donut, "All", columns).draw().readout.labels;
    assert_eq!(labels, ["Other", "a", "b", "c", "d", "3 others"]);
}
