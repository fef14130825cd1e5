//! Marks drawn over a chart under the pointer: crosshair, points, the dragged range. As markup, with the
//! CSS properties by which `style/reading.css` positions it: pages forbid styles in markup.

use brisk_chart::{Readout, decimal, escape};
use std::fmt::Write as _;

/// Markup, and the CSS properties of the element around it.
pub(super) type Placed = (String, String);

/// The line at a point, and the points of the series.
pub(super) fn crosshair(readout: &Readout, at: usize) -> Option<Placed> {
    let x = along(readout, *readout.xs.get(at)?);
    let mut out = String::new();
    if !readout.by_mark {
        out.push_str("<div class=\"crosshair\"></div>");
    }
    out.push_str("<svg class=\"points\">");
    let points = readout.series.iter().filter_map(|s| Some((s.color, s.ys.get(at).copied()??)));
    for (color, y) in points {
        let y = decimal(y);
        let _ = write!(
            out,
            "<g class=\"point s{color}\"><circle r=\"4.5\" cy=\"{y}\"/><circle r=\"2\" cy=\"{y}\"/></g>"
        );
    }
    out.push_str("</svg>");
    Some((out, format!("--at-x:{x};{}", ends(readout))))
}

/// The stretch between two fractions of the plot's width, and what it would show.
pub(super) fn brush(readout: &Readout, (from, to): (f64, f64), dates: &str) -> Placed {
    let (left, right, ..) = readout.margins;
    let (x, width) = (along(readout, from), decimal(to - from));
    let beside = decimal(left + right);
    (
        format!("<div class=\"brush\"><span>{}</span></div>", escape(dates)),
        format!("--from:{x};--width:calc((100cqw - {beside}px) * {width});{}", ends(readout)),
    )
}

/// Where the plot begins and ends in its box.
fn ends(readout: &Readout) -> String {
    let (_, _, top, bottom) = readout.margins;
    format!("--top:{}px;--bottom:{}px;", decimal(top), decimal(bottom))
}

/// Where a fraction of the plot's width is, in CSS.
pub(super) fn along(readout: &Readout, fraction: f64) -> String {
    let (left, right, ..) = readout.margins;
    let (beside, fraction) = (decimal(left + right), decimal(fraction));
    let (left, right) = (decimal(left), decimal(right));
    if !readout.by_mark {
        return format!("calc({left}px + (100cqw - {beside}px) * {fraction})");
    }
    // Long names beside horizontal bars shrink in narrow charts.
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
        let (brushed, _) = brush(&readout, (0.2, 0.4), "<i>");
        assert!(brushed.contains("&lt;i&gt;"), "{brushed}");
    }

    #[test]
    fn no_markup_has_a_style() {
        let readout = Readout { xs: vec![0.25], ..Readout::default() };
        for (markup, properties) in
            [crosshair(&readout, 0).unwrap(), brush(&readout, (0.2, 0.4), "May")]
        {
            assert!(!markup.contains("style"), "{markup}");
            assert!(properties.contains(":calc(") && properties.ends_with(';'), "{properties}");
        }
    }
}
