//! Areas.

use crate::support::case::Case;
use crate::support::case::stack;
use crate::support::columns::{day_starts, days, floats, takings, texts, time};
use brisk_domain::{PanelKindName, Timestamp};

/// As they are meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    vec![
        Case::new(
            "area_stacked",
            PanelKindName::Area,
            "Orders by country",
            vec![
                time("day", day_starts(60)),
                floats("united_kingdom", (0..60).map(|i| 60.0 + takings(i) / 900.0)),
                floats("germany", (0..60).map(|i| 14.0 + takings(i + 3) / 2_500.0)),
                floats("france", (0..60).map(|i| 9.0 + takings(i + 5) / 3_500.0)),
            ],
        )
        .with(|c| {
            stack(&mut c.spec, true);
            c.bounds = days(60);
        }),
    ]
}

/// What real data does to them.
pub(crate) fn edge_cases() -> Vec<Case> {
    vec![
        Case::new(
            "area_cold",
            PanelKindName::Area,
            "A freezer's area",
            vec![
                time("day", day_starts(40)),
                floats("value", (0..40).map(|i| -20.9 - f64::from(i % 3))),
            ],
        )
        .with(|c| c.bounds = days(40)),
        many_series(),
    ]
}

pub(crate) fn many_series() -> Case {
    let names =
        ["Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal", "Ina", "Jo", "Kim", "Lea"];
    let rows: Vec<(Timestamp, &str)> =
        day_starts(20).into_iter().flat_map(|d| names.map(|n| (d, n))).collect();
    let values = (0..rows.len()).map(|i| ((i % 12) * 3 + i / 12 % 5) as f64);
    let columns = vec![
        time("day", rows.iter().map(|r| r.0).collect()),
        texts("name", &rows.iter().map(|r| r.1).collect::<Vec<_>>()),
        floats("n", values),
    ];
    Case::new("area_many_series", PanelKindName::Area, "Twelve series", columns).with(|c| {
        c.bounds = days(20);
        stack(&mut c.spec, true);
    })
}
