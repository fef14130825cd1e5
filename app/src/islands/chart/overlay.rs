//! What is drawn over a chart under the pointer: crosshair, points, the dragged range. As markup; `style/reading.css` places it by `--at-x` and `--at-y`.

use brisk_chart::{Readout, decimal, escape};
use std::fmt::Write as _;

/// The line at a point, and the points of the series.
pub(super) fn crosshair(readout: &Readout, at: usize) -> Option<String> {
    let x = along(readout, *readout.xs.get(at)?);
    let (_, _, top, bottom) = readout.margins;
    let (top, bottom) = (decimal(top), decimal(bottom));
    let mut out = String::new();
    if !readout.by_mark {
        let _ = write!(
            out,
            "<div class=\"crosshair\" style=\"--at-x:{x};top:{top}px;bottom:{bottom}px\"></div>"
        );
    }
    let points = readout.series.iter().filter_map(|s| Some((s.color, s.ys.get(at).copied()??)));
    for (color, y) in points {
        let y = decimal(y);
        let _ =
            write!(out, "<div class=\"point s{color}\" style=\"--at-x:{x};--at-y:{y}px\"></div>");
    }
    Some(out)
}

/// The stretch between two fractions of the plot's width, and what it would show.
pub(super) fn brush(readout: &Readout, (from, to): (f64, f64), dates: &str) -> String {
    let (left, right, top, bottom) = readout.margins;
    let (x, width) = (along(readout, from), decimal(to - from));
    let (top, bottom, beside) = (decimal(top), decimal(bottom), decimal(left + right));
    format!(
        "<div class=\"brush\" style=\"--at-x:{x};width:calc((100cqw - {beside}px) * {width});top:{top}px;bottom:{bottom}px\"><span>{}</span></div>",
        escape(dates)
    )
}

/// Where a fraction of the plot's width is, in CSS.
pub(super) fn along(readout: &Readout, fraction: f64) -> String {
    let (left, right, ..) = readout.margins;
    let (beside, fraction) = (decimal(left + right), decimal(fraction));
    let (left, right) = (decimal(left), decimal(right));
    if !readout.by_mark {
        return format!("calc({left}px + (100cqw - {beside}px) * {fraction})");
    }
    // Long names of bars that lie give way in narrow charts.
    let left = format!("min({left}px, 40cqw)");
    format!("calc({left} + (100cqw - {left} - {right}px) * {fraction})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_text_and_a_point_that_is_not_there_has_no_crosshair() {
        let readout = Readout { xs: vec![0.25], ..Readout::default() };
        assert_eq!(crosshair(&readout, 1), None);
        let brushed = brush(&readout, (0.2, 0.4), "<i>");
        assert!(brushed.contains("&lt;i&gt;"), "{brushed}");
    }
}
