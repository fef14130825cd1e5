//! Funnels.

use crate::support::case::{Case, label};
use crate::support::columns::{column, floats, ints, texts};
use brisk_domain::panel_kind::funnel::Labels;
use brisk_domain::{Column, PanelKindName, Values};

fn steps() -> Vec<Column> {
    let names = ["Visits", "Carts", "Addresses", "Payments", "Orders"];
    vec![texts("step", &names), ints("sessions", [48_210, 12_904, 8_120, 4_977, 4_641])]
}

/// As they are meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    let of = |name| Case::new(name, PanelKindName::Funnel, "From visit to order", steps());
    vec![of("funnel"), of("funnel_values").with(|c| label(&mut c.spec, Labels::Value))]
}

/// What real data does to them.
pub(crate) fn edge_cases() -> Vec<Case> {
    let long = "Everybody who has ever opened the page of a product";
    vec![
        Case::new("funnel_low", PanelKindName::Funnel, "Too low for all steps", steps())
            .with(|c| c.size.1 = 56.0),
        Case::new(
            "funnel_long_labels",
            PanelKindName::Funnel,
            "Long labels",
            vec![texts("step", &[long, "Carts"]), floats("n", [1.0, 0.4])],
        ),
        Case::new(
            "funnel_wider_below",
            PanelKindName::Funnel,
            "More than the first, and nothing",
            vec![
                texts("step", &["a", "b", "c", "d"]),
                column("n", Values::Int(vec![Some(10), Some(14), None, Some(0)])),
            ],
        ),
    ]
}
