//! Lines.

use super::area::many_series;
use crate::support::case::fill;
use crate::support::case::{Case, plain};
use crate::support::columns::{
    column, day_starts, days, floats, gbp, ints, london, start, takings, time,
};
use brisk_domain::panel_kind::EmptyBucket;
use brisk_domain::{Bounds, Compare, Frame, Interval, PanelKindName, Unit, Values};

/// As they are meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    vec![
        Case::new(
            "line_compared",
            PanelKindName::Line,
            "Revenue by day",
            vec![time("day", day_starts(90)), floats("revenue", (0..90).map(takings))],
        )
        .with(|c| {
            c.spec.unit = gbp();
            c.spec.compare = Some(Compare::PreviousPeriod);
            let before = (0..90).map(|i| takings(i) * 0.8);
            let first = london().plus_days(start(), -90);
            let bounds = Bounds { from: first, to: start() };
            let days = Interval::Day.buckets(bounds, &london());
            c.previous = Frame::new(vec![time("day", days), floats("revenue", before)]).ok();
        }),
    ]
}

/// What real data does to them.
pub(crate) fn edge_cases() -> Vec<Case> {
    let gaps = (0..40).map(|i| (i % 9 > 1).then(|| takings(i))).collect();
    let first_days = |empty| {
        let columns =
            vec![time("day", vec![day_starts(30)[2], day_starts(30)[9]]), ints("n", [4, 9])];
        Case::new("", PanelKindName::Line, "Two days of thirty", columns).with(|c| {
            c.bounds = days(30);
            fill(&mut c.spec, empty);
        })
    };
    vec![
        line("line_gaps", "With gaps", gaps),
        line(
            "line_negative",
            "Below zero",
            (0..40).map(|i| Some(takings(i) / 100.0 - 250.0)).collect(),
        ),
        line(
            "line_cold",
            "A freezer",
            (0..40).map(|i| Some(-18.5 + 0.3 * (i as f64 / 5.0).sin())).collect(),
        ),
        line(
            "line_large",
            "Large and steady",
            (0..40).map(|i| Some(1_234_567_890_123.45 + (i % 4) as f64 * 0.01)).collect(),
        )
        .with(|c| c.spec.unit = Unit::Money("USD".into())),
        line("line_single", "One point", vec![Some(42.0)]),
        line(
            "line_lonely_points",
            "Points between gaps",
            vec![None, Some(3.0), None, Some(4.0), None],
        ),
        line("line_equal", "All equal", vec![Some(7.0); 12]),
        line("line_zero", "All zero", vec![Some(0.0); 12]),
        line(
            "line_narrow",
            "Nearly constant",
            (0..30).map(|i| Some(0.981 + (i % 5) as f64 / 1000.0)).collect(),
        )
        .with(|c| c.spec.unit = Unit::Percent),
        line(
            "line_not_finite",
            "Not finite",
            vec![Some(f64::NAN), Some(1.0), Some(f64::INFINITY), Some(2.0), Some(3.0)],
        ),
        line("line_null", "Only NULL", vec![None; 5]),
        Case::new(
            "no_rows",
            PanelKindName::Line,
            "No rows",
            vec![time("day", vec![]), floats("n", [])],
        ),
        first_days(EmptyBucket::Zero).with(|c| c.name = "line_empty_zero"),
        first_days(EmptyBucket::Carry).with(|c| c.name = "line_empty_carry"),
        many_points(),
        many_series().with(|c| {
            (c.name, c.spec.kind) = ("line_many_series", plain(PanelKindName::Line));
        }),
    ]
}

/// One value a day.
fn line(name: &'static str, title: &str, values: Vec<Option<f64>>) -> Case {
    let days = day_starts(values.len() as i64);
    let count = values.len() as i64;
    let columns = vec![time("day", days), column("value", Values::Float(values))];
    Case::new(name, PanelKindName::Line, title, columns).with(|c| c.bounds = self::days(count))
}

fn many_points() -> Case {
    let bounds = days(417);
    let hours = Interval::Hour.buckets(bounds, &london());
    let values = floats("n", (0..hours.len()).map(takings));
    Case::new(
        "line_ten_thousand",
        PanelKindName::Line,
        "Ten thousand points",
        vec![time("hour", hours), values],
    )
    .with(|c| {
        c.bounds = bounds;
        c.interval = Interval::Hour;
    })
}
