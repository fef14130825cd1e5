//! Gauges.

use crate::support::case::Case;
use crate::support::columns::{floats, gbp};
use brisk_domain::{PanelKind, Unit};

/// As they are meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    vec![
        Case::new("gauge", PanelKind::Gauge, "Of the target", vec![floats("revenue", [730_000.0])])
            .with(|c| {
                c.spec.unit = gbp();
                c.spec.max = Some(1_000_000.0);
            }),
    ]
}

/// What real data does to them.
pub(crate) fn edge_cases() -> Vec<Case> {
    vec![
        Case::new("gauge_over", PanelKind::Gauge, "Over the top", vec![floats("n", [130.0])])
            .with(|c| c.spec.max = Some(100.0)),
        gauge("gauge_low", Some(100.0), 64.8),
        gauge("gauge_above", Some(100.0), 250.0),
        gauge("gauge_below", Some(30.0), -18.4),
        gauge("gauge_wide", Some(5.0), 3.05).with(|c| c.size.0 = 416.0),
        gauge("gauge_zero", Some(100.0), 0.0).with(|c| c.size.1 = 144.0),
        gauge("gauge_long", Some(1e9), 123_456.78).with(|c| c.spec.unit = Unit::Seconds),
    ]
}

/// A gauge of two columns and two rows.
pub(crate) fn gauge(name: &'static str, max: Option<f64>, value: f64) -> Case {
    Case::new(name, PanelKind::Gauge, name, vec![floats("n", [value])]).with(|c| {
        c.spec.max = max;
        c.size = (184.0, 72.0);
    })
}
