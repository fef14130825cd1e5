//! Axes show all of their values, in most of the height.

use crate::support::case::Case;
use crate::support::columns::{day_starts, days, floats, time};
use brisk_domain::{PanelKindName, Unit};

fn drawn(kind: PanelKindName, values: &[f64]) -> Case {
    let count = values.len() as i64;
    let columns = vec![time("day", day_starts(count)), floats("value", values.iter().copied())];
    Case::new("", kind, "Sensor", columns).with(|c| c.bounds = days(count))
}

/// How much of the plot's height the first series takes.
fn used(case: &Case) -> f64 {
    let readout = case.draw().readout;
    let ys = readout.series[0].ys.iter().flatten().copied();
    let (low, high) = ys.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), y| (l.min(y), h.max(y)));
    let (.., top, bottom) = readout.margins;
    (high - low) / (case.size.1 - top - bottom)
}

#[test]
fn lines_and_points_far_from_zero_take_most_of_the_height() {
    for values in [[-18.5, -18.2, -18.4], [1.0e12, 1.0e12 + 3.0, 1.0e12 + 1.0], [11.0, 20.0, 15.0]]
    {
        let line = drawn(PanelKindName::Line, &values);
        assert!(used(&line) > 0.5, "{values:?}: {}", used(&line));
        assert!(!line.draw().body.contains("\"g0\""), "{values:?}");
    }
    let points = vec![floats("x", [1.0e6, 1.0e6 + 2.0]), floats("y", [-18.5, -18.2])];
    let scatter = Case::new("", PanelKindName::Scatter, "Sensors", points);
    assert!(used(&scatter) > 0.5);
    let xs = scatter.draw().readout.xs;
    assert!(xs[1] - xs[0] > 0.5, "{xs:?}");
}

#[test]
fn lines_keep_zero_where_it_costs_little() {
    assert!(drawn(PanelKindName::Line, &[10.0, 20.0, 15.0]).draw().body.contains("\"g0\""));
    assert!(drawn(PanelKindName::Line, &[-3.0, 5.0, 0.0]).draw().body.contains("\"g0\""));
}

#[test]
fn bars_and_areas_always_have_zero() {
    for kind in [PanelKindName::Bar, PanelKindName::Area] {
        for values in [[-18.5, -18.2, -18.4], [111.0, 120.0, 115.0]] {
            assert!(drawn(kind, &values).draw().body.contains("\"g0\""), "{kind:?} {values:?}");
        }
    }
}

#[test]
fn labels_of_a_narrow_axis_are_told_apart() {
    let mut line =
        drawn(PanelKindName::Line, &[0.0, 1.0, 3.0].map(|v| 1_234_567_890_123.45 + v / 100.0));
    line.spec.unit = Unit::Money("USD".into());
    let body = line.draw().body;
    for label in [">$1,234,567,890,123.45<", ">$1,234,567,890,123.46<"] {
        assert!(body.contains(label), "{body}");
    }
}
