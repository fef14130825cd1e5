//! Gauges.

use super::{drawn, revenue, snapshot};
use crate::support::case::scale;
use crate::support::cases::gauge::gauge;
use crate::support::columns::floats;
use brisk_domain::{Frame, PanelKindName, Unit};

#[test]
fn figures_inside_and_outside_of_the_scale() {
    let mut gauge = revenue(PanelKindName::Gauge, vec![floats("share", [0.648])]);
    gauge.spec.unit = Unit::Percent;
    scale(&mut gauge.spec, 1.0);
    snapshot("gauge", &drawn(&gauge));
    gauge.frame = Frame::new(vec![floats("share", [7.0])]).unwrap();
    snapshot("gauge_beyond_its_scale", &drawn(&gauge));
}

#[test]
fn a_gauge_fits_its_box_in_both_directions() {
    for (width, height) in [(184.0, 72.0), (416.0, 72.0), (184.0, 216.0), (416.0, 400.0)] {
        let mut case = gauge("", 100.0, 64.8);
        case.size = (width, height);
        let body = case.draw().body;
        let view = numbers(&body, "viewBox");
        assert!(view[2] <= width && view[3] <= height, "{width} {height}: {view:?}");
        assert!(view[2] > 0.5 * width.min(height), "{width} {height}: {view:?}");
        assert!(body.contains(&format!("width=\"{}\" height=\"{}\"", view[2], view[3])), "{body}");
    }
}

#[test]
fn the_figure_keeps_inside_the_arc() {
    let size = |unit: Unit, value: f64| {
        let case = gauge("", 1e12, value).with(|c| c.spec.unit = unit);
        let body = case.draw().body;
        let after = body.split("font-size=\"").nth(1).unwrap();
        let size: f64 = after.split('"').next().unwrap().parse().unwrap();
        assert!(size >= 11.0, "{body}");
        size
    };
    let short = size(Unit::None, 7.0);
    assert!(short > 16.0);
    assert!(size(Unit::Money("CHF".into()), 123_456_789.0) < short);
}

#[test]
fn a_figure_outside_of_the_scale_does_not_look_like_its_ends() {
    let (below, zero) = (gauge("", 30.0, -18.4).draw(), gauge("", 30.0, 0.0).draw());
    assert!(below.body.contains("<polygon") && below.body.contains("below scale"));
    assert!(!zero.body.contains("<polygon") && !zero.body.contains("ga-v"));
    assert!(below.summary.contains("−18.4, below the scale from 0 to 30"), "{}", below.summary);
    let (above, full) = (gauge("", 100.0, 250.0).draw(), gauge("", 100.0, 100.0).draw());
    assert!(above.body.contains("<polygon") && above.body.contains("above scale"));
    assert!(!full.body.contains("<polygon"));
    assert!(above.summary.contains("250, above the scale from 0 to 100"), "{}", above.summary);
    assert!(full.summary.contains("100 of 100"), "{}", full.summary);
}

/// The numbers of an attribute.
fn numbers(body: &str, attribute: &str) -> Vec<f64> {
    let start = body.find(&format!("{attribute}=\"")).unwrap() + attribute.len() + 2;
    let value = body[start..].split('"').next().unwrap();
    value.split(' ').map(|number| number.parse().unwrap()).collect()
}
