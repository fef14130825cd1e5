//! Heatmaps.

use crate::support::case::Case;
use crate::support::columns::{days, floats, ints, london, time};
use brisk_domain::{Bounds, Interval, PanelKindName, Timestamp, Unit, Weekdays};

/// As they are meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    let weekday_hour = |f: fn(i64, i64) -> i64| {
        let cells = (1..=7).flat_map(|d| (7..21).map(move |h| (d, h)));
        cells.map(|(d, h)| f(d, h)).collect::<Vec<i64>>()
    };
    vec![
        Case::new(
            "heatmap_week",
            PanelKindName::Heatmap,
            "Orders by weekday and hour",
            vec![
                ints("hour", weekday_hour(|_, h| h)),
                ints("weekday", weekday_hour(|d, _| d)),
                ints(
                    "orders",
                    weekday_hour(
                        |d, h| if d == 6 { 0 } else { (40 - (h - 13).pow(2)).max(0) * (8 - d) },
                    ),
                ),
            ],
        )
        .with(|c| {
            c.size.1 = 288.0;
            c.weekdays = vec![("weekday".into(), Weekdays::ISO)];
        }),
        cohorts(),
    ]
}

fn cohorts() -> Case {
    let months: Vec<Timestamp> = {
        let bounds = Bounds { from: Timestamp::from_seconds(1_293_840_000), to: days(60).to };
        Interval::Month.buckets(bounds, &london())
    };
    let cells = || (0..8_usize).flat_map(|m| (0..8 - m).map(move |age| (m, age)));
    Case::new(
        "heatmap_cohorts",
        PanelKindName::Heatmap,
        "Customers who come back",
        vec![
            ints("month", cells().map(|(_, age)| age as i64)),
            time("first_order", cells().map(|(m, _)| months[m]).collect()),
            floats(
                "share",
                cells().map(|(m, age)| {
                    if age == 0 { 1.0 } else { 0.42 - 0.03 * age as f64 + 0.01 * m as f64 }
                }),
            ),
        ],
    )
    .with(|c| {
        c.spec.unit = Unit::Percent;
        c.size.1 = 288.0;
    })
}
