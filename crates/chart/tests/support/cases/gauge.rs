//! Gauges.

use crate::support::case::{Case, scale};
use crate::support::columns::{floats, gbp};
use brisk_domain::{PanelKindName, Unit};

/// As they are meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    vec![
        Case::new(
            "gauge",
            PanelKindName::Gauge,
            "Of the target",
            vec![floats("revenue", [730_000.0])],
        )
        .with(|c| {
            c.spec.unit = gbp();
            scale(&mut c.spec, 1_000_000.0);
        }),
    ]
}

/// What real data does to them.
pub(crate) fn edge_cases() -> Vec<Case> {
    vec![
        Case::new("gauge_over", PanelKindName::Gauge, "Over the top", vec![floats("n", [130.0])])
            .with(|c| scale(&mut c.spec, 100.0)),
        gauge("gauge_low", 100.0, 64.8),
        gauge("gauge_above", 100.0, 250.0),
        gauge("gauge_below", 30.0, -18.4),
        gauge("gauge_wide", 5.0, 3.05).with(|c| c.size.0 = 416.0),
        gauge("gauge_zero", 100.0, 0.0).with(|c| c.size.1 = 144.0),
        gauge("gauge_long", 1e9, 123_456.78).with(|c| c.spec.unit = Unit::Seconds),
    ]
}

/// A gauge of two columns and two rows.
pub(crate) fn gauge(name: &'static str, max: f64, value: f64) -> Case {
    Case::new(name, PanelKindName::Gauge, name, vec![floats("n", [value])]).with(|c| {
        scale(&mut c.spec, max);
        c.size = (184.0, 72.0);
    })
}
