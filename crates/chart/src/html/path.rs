//! Lines and areas, in a coordinate system of 1000 units over the plot's width.

use super::classes;
use crate::markup::px;
use crate::scene::{Path, Stroke};
use std::fmt::Write as _;

/// The plot's width, in units.
const WIDTH: f64 = 1000.0;

/// Writes paths of a plot whose box is `height` px high.
pub(super) fn paths(paths: &[Path], height: f64, out: &mut String) {
    let height = px(height);
    let _ = write!(
        out,
        "<svg viewBox=\"0 0 1000 {height}\" width=\"100%\" height=\"{height}\" preserveAspectRatio=\"none\">"
    );
    for path in paths {
        let (role, color, state) = match path {
            Path::Line { color, stroke: Stroke::Previous, .. } => ("l ", color, " ld"),
            Path::Line { color, stroke, .. } => {
                ("l ", color, classes::part(*stroke == Stroke::Part))
            }
            Path::Area { color, is_stacked, is_part, .. } => {
                let role = if *is_stacked { "a st " } else { "a " };
                (role, color, classes::part(*is_part))
            }
            Path::Bars { color, is_part, .. } => ("", color, classes::part(*is_part)),
        };
        let _ = write!(out, "<path class=\"{role}{}{state}\" d=\"", classes::color(*color));
        match path {
            Path::Line { points, .. } => steps(points, out),
            Path::Area { outline, .. } => {
                steps(outline, out);
                out.push('Z');
            }
            Path::Bars { bars, .. } => bars.iter().for_each(|bar| self::bar(*bar, out)),
        }
        out.push_str("\"/>");
    }
    out.push_str("</svg>");
}

/// `M`, then relative steps, which are shorter to send.
fn steps(points: &[(f64, f64)], out: &mut String) {
    let round = |v: f64| (v * 10.0).round() / 10.0;
    let (mut x, mut y) = (0.0, 0.0);
    let rounded = points.iter().map(|(x, y)| (round(*x * WIDTH), round(*y)));
    for (i, (to_x, to_y)) in rounded.enumerate() {
        let (dx, dy) = (px(to_x - x), px(to_y - y));
        out.push_str(match i {
            0 => "M",
            1 => "l",
            _ => " ",
        });
        out.push_str(&dx);
        if !dy.starts_with('-') {
            out.push(' ');
        }
        out.push_str(&dy);
        (x, y) = (to_x, to_y);
    }
}

fn bar([x, y, width, height]: [f64; 4], out: &mut String) {
    // Hundredths, because a thousandth of the plot may be wider than a bar.
    let (x, width) = (x * WIDTH, width * WIDTH);
    let _ = write!(out, "M{x:.2} {}h{width:.2}v{}h-{width:.2}z", px(y), px(height));
}
