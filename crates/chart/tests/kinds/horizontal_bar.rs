//! Horizontal bars.

use super::{drawn, markup_snapshot, revenue, snapshot};
use crate::support::case::Case;
use crate::support::case::lay;
use crate::support::cases::{bar, horizontal_bar};
use crate::support::columns::{floats, gbp, ints, style, texts};
use crate::support::links::countries;
use brisk_domain::panel::Cell;
use brisk_domain::{PanelKindName, Unit};

#[test]
fn labels_that_are_too_long() {
    let long = "A country with a name so long that no chart has room for all of it".to_owned();
    let names = texts("country", &["France", &long, "EIRE"]);
    let mut bars = revenue(PanelKindName::Bar, vec![names, ints("revenue", [5, -2, 1])]);
    lay(&mut bars.spec, true);
    snapshot("horizontal_bar_with_a_long_label", &drawn(&bars));
}

#[test]
fn rows_are_links_and_the_chosen_one_takes_itself_back() {
    let mut case = countries(PanelKindName::Bar, "range=last-7-days&country=France");
    lay(&mut case.spec, true);
    markup_snapshot("horizontal_bar_with_links", &case.draw().body);
}

#[test]
fn rows_that_do_not_fit_are_counted() {
    let usual = horizontal_bar::usual();
    let case = usual.into_iter().find(|case| case.name == "bar_horizontal").unwrap();
    let body = case.with(|case| case.size.1 = 60.0).draw().body;
    assert!(body.contains("3 more in the table"), "{body}");
}

#[test]
fn labels_beside_bars_have_up_to_two_fifths_of_the_width_and_differ() {
    let long = bar::categories("", 12).with(|c| lay(&mut c.spec, true));
    let drawing = long.draw();
    // Of 640 px; no more in narrower boxes.
    assert_eq!(drawing.readout.margins.0, 256.0);
    assert!(
        drawing.body.contains("<div class=\"plot fluid\"><svg width=\"256\""),
        "{}",
        drawing.body
    );
    // All of the name is there, and its beginning gives way first.
    assert!(drawing.body.contains(">Category number </span>"), "{}", drawing.body);
    assert!(drawing.body.contains(">07 with a rather long explanatory suffix</span>"));
    let columns = vec![texts("name", &["United Kingdom", "EIRE"]), ints("n", [2, 1])];
    let short =
        Case::new("", PanelKindName::Bar, "Short", columns).with(|c| lay(&mut c.spec, true));
    assert!(!short.draw().body.contains("foreignObject"));
}

#[test]
fn each_bar_has_the_unit_of_its_own_series() {
    let names = texts("name", &["United Kingdom", "EIRE"]);
    let columns = vec![names, ints("revenue", [300, 100]), floats("share", [0.75, 0.25])];
    let case = Case::new("", PanelKindName::Bar, "Short", columns).with(|case| {
        lay(&mut case.spec, true);
        case.spec.unit = gbp();
        case.spec.columns = vec![style("share", Some(Unit::Percent), Cell::Plain)];
    });
    let body = case.draw().body;
    for text in ["£300", "£100", "75 %", "25 %"] {
        assert!(body.replace('\u{202f}', " ").contains(&format!(">{text}<")), "{text}: {body}");
    }
}
