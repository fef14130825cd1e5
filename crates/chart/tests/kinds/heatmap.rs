//! Heatmaps.

use super::{drawn, revenue, snapshot};
use crate::support::case::Case;
use crate::support::columns::{ints, texts};
use brisk_domain::{PanelKindName, Unit, Weekdays};

#[test]
fn cells_by_hour_and_weekday() {
    let columns =
        || vec![ints("hour", [9, 10, 9]), ints("weekday", [1, 1, 7]), ints("orders", [4, 9, 1])];
    let mut heatmap = revenue(PanelKindName::Heatmap, columns());
    heatmap.spec.unit = Unit::None;
    heatmap.weekdays = vec![("weekday".into(), Weekdays::ISO)];
    snapshot("heatmap_by_hour_and_weekday", &drawn(&heatmap));
}

#[test]
fn weekdays_have_the_names_of_their_numbering_whatever_the_column_is_called() {
    let labels = |name: &str, numbering: Option<Weekdays>| {
        let columns = vec![ints("hour", [9, 9, 9]), ints(name, [1, 2, 7]), ints("n", [40, 90, 50])];
        let mut heatmap = Case::new("", PanelKindName::Heatmap, "Orders", columns);
        heatmap.weekdays = numbering.into_iter().map(|one| (name.to_lowercase(), one)).collect();
        let body = heatmap.draw().body;
        let is_there = |label: &&str| body.contains(&format!(">{label}<"));
        ["Mon", "Sun", "Sat", "1", "2", "7"]
            .into_iter()
            .filter(is_there)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(labels("weekday", None), "1 2 7", "nothing says how they are numbered");
    assert_eq!(labels("weekday", Some(Weekdays::FROM_SUNDAY_AS_1)), "Mon Sun Sat");
    assert_eq!(labels("Dow", Some(Weekdays::ISO)), "Mon Sun Sat");
    assert_eq!(labels("d", Some(Weekdays::FROM_MONDAY)), "Sun Sat 7", "6 is Sunday, and 7 no day");
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
