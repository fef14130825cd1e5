//! Vertical bars.

use crate::support::case::Case;
use crate::support::case::stack;
use crate::support::columns::{day_starts, days, floats, ints, london, texts, time};
use brisk_domain::{Bounds, Column, Interval, PanelKindName, Timestamp, Unit};

/// As they are meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    vec![
        Case::new(
            "bar_time",
            PanelKindName::Bar,
            "New customers by day",
            vec![time("day", day_starts(30)), ints("customers", (0..30).map(|i| 20 + i * 13 % 41))],
        )
        .with(|c| c.bounds = days(30)),
        long("bar_grouped", "Orders by quarter and channel"),
        long("bar_stacked", "Orders by quarter, stacked").with(|c| stack(&mut c.spec, true)),
    ]
}

/// What real data does to them.
pub(crate) fn edge_cases() -> Vec<Case> {
    vec![
        dst_day(),
        Case::new(
            "bar_one",
            PanelKindName::Bar,
            "One bar",
            vec![texts("name", &["only"]), ints("n", [42])],
        ),
        Case::new(
            "bar_percent",
            PanelKindName::Bar,
            "Above 100 % and below 0",
            vec![texts("n", &["x", "y", "z"]), floats("v", [1.5, -0.25, 0.0004])],
        )
        .with(|c| c.spec.unit = Unit::Percent),
        Case::new(
            "bar_negative",
            PanelKindName::Bar,
            "Gains and losses",
            vec![
                texts("month", &["Jan", "Feb", "Mar", "Apr"]),
                floats("n", [5.0, -3.0, 8.0, -1.0]),
            ],
        ),
        Case::new("bar_long_labels", PanelKindName::Bar, "Long labels", long_labels()),
        categories("bar_categories", 40),
    ]
}

/// Orders by quarter and channel, in long form.
pub(crate) fn long(name: &'static str, title: &str) -> Case {
    let quarters = ["Q1", "Q2", "Q3", "Q4"];
    let channels: Vec<&str> = quarters.iter().flat_map(|q| [*q; 3]).collect();
    let names: Vec<&str> = quarters.iter().flat_map(|_| ["Shop", "Web", "Phone"]).collect();
    let values = (0..12).map(|i| f64::from(40 + (i * 37) % 90));
    let columns =
        vec![texts("quarter", &channels), texts("channel", &names), floats("orders", values)];
    Case::new(name, PanelKindName::Bar, title, columns)
}

/// Labels that no axis has room for.
pub(crate) fn long_labels() -> Vec<Column> {
    let long_labels = [
        "A name that goes on for much longer than any axis has room for",
        "Short",
        "Grüße aus 東京 und anderswo",
        "W",
        "Another one that is rather long",
    ];
    vec![texts("name", &long_labels), floats("n", [5.0, 3.0, 8.0, 1.0, 6.0])]
}

/// Names with a common prefix.
pub(crate) fn categories(name: &'static str, count: usize) -> Case {
    let suffix = |i| if i % 7 == 0 { " with a rather long explanatory suffix" } else { "" };
    let names: Vec<String> =
        (0..count).map(|i| format!("Category number {i:02}{}", suffix(i))).collect();
    let columns = vec![
        texts("name", &names.iter().map(String::as_str).collect::<Vec<_>>()),
        floats("n", (1..=count).map(|i| 1e6 / i as f64)),
    ];
    Case::new(name, PanelKindName::Bar, "Many categories", columns)
}

/// The night in which an hour is repeated.
fn dst_day() -> Case {
    let bounds = Bounds {
        from: Timestamp::from_seconds(1_319_929_200),
        to: Timestamp::from_seconds(1_320_019_200),
    };
    let hours = Interval::Hour.buckets(bounds, &london());
    let values = ints("orders", (0..hours.len() as i64).map(|i| 3 + i * 5 % 11));
    Case::new(
        "bar_dst_day",
        PanelKindName::Bar,
        "Orders by hour",
        vec![time("hour", hours), values],
    )
    .with(|c| {
        c.bounds = bounds;
        c.interval = Interval::Hour;
    })
}
