//! Says where a figure and the one that it is compared with are of periods of different lengths, because the clock
//! or the calendar lacks a part of one. Buckets stand beside their own, and need no such words. Pure.

use crate::plan::PanelPlan;
use crate::window::Window;
use brisk_domain::{Bounds, Frame, Panel, format};

/// What the calendar makes of months (28 days beside 31) and the clock of a day (23 hours) is expected; an eighth
/// more or less is not.
const EXPECTED: f64 = 8.0;

/// The sentence, without its full stop; `None` if the periods of `frame`'s figures are alike.
pub(crate) fn note(
    panel: &Panel,
    window: &Window,
    plan: &PanelPlan,
    frame: &Frame,
) -> Option<String> {
    if window.bounds.is_empty() && plan.main.statement.range.from {
        return Some(format!("The clock of {} skips all of this range", window.zone));
    }
    let (compare, earlier) = (panel.compare?, plan.earlier?.bounds);
    if frame.columns().iter().any(|column| column.values.is_time()) {
        return None;
    }
    let label = compare.label();
    if earlier.is_empty() {
        return Some(format!("There is no such time in the {label}"));
    }
    let Bounds { from, to } = window.bounds;
    let over = Bounds { from, to: to.min(window.elapsed_to) };
    let own = if over.is_empty() { window.bounds } else { over };
    let (own, before) = (own.seconds(), earlier.seconds());
    let ratio = own as f64 / before as f64;
    let is_expected =
        (ratio - 1.0).abs() < 1.0 / EXPECTED && (1.0 / ratio - 1.0).abs() < 1.0 / EXPECTED;
    (!is_expected).then(|| {
        let length = |seconds: i64| format::duration(seconds as f64);
        format!("The {label} has {} beside {}", length(before), length(own))
    })
}
