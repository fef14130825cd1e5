//! Lines, areas, and bars too numerous to be separate marks.

use super::pen::Pen;
use super::place::Place;
use crate::markup::px;
use crate::scene::{Path, Stroke};
use std::fmt::Write as _;

/// How partial time buckets are filled.
pub(super) const PART: f64 = 0.2;

/// Writes paths of a plot.
pub(super) fn paths(paths: &[Path], place: &Place, pen: &mut Pen) {
    for path in paths {
        match path {
            Path::Line { color, stroke, points } => {
                let color = pen.palette.data(*color);
                line(color, *stroke, &moved(points, place), pen);
            }
            Path::Area { color, is_stacked, is_part, outline } => {
                let opacity = match (*is_stacked, *is_part) {
                    (false, false) => 0.1,
                    (false, true) => 0.05,
                    (true, false) => 0.35,
                    (true, true) => 0.16,
                };
                let color = pen.palette.data(*color);
                area(color, opacity, &moved(outline, place), pen);
            }
            Path::Bars { color, is_part, bars } => {
                let color = pen.palette.data(*color);
                let _ = write!(pen.out, "<path fill=\"{color}\"");
                hollow(*is_part, color, PART, pen);
                pen.out.push_str(" d=\"");
                for [x, y, width, height] in bars {
                    let (x, width) = (place.part(*x), width * place.width);
                    let (y, height) = (px(place.y(*y)), px(*height));
                    let _ = write!(pen.out, "M{x:.2} {y}h{width:.2}v{height}h-{width:.2}z");
                }
                pen.out.push_str("\"/>");
            }
        }
    }
}

/// Points in px.
fn moved(points: &[(f64, f64)], place: &Place) -> Vec<(f64, f64)> {
    points.iter().map(|(x, y)| (place.part(*x), place.y(*y))).collect()
}

/// Writes a line through points in px.
pub(super) fn line(color: &str, stroke: Stroke, points: &[(f64, f64)], pen: &mut Pen) {
    let (width, dashes) = match stroke {
        Stroke::Plain => ("2", ""),
        Stroke::Part => ("2", " stroke-dasharray=\"2 5\""),
        Stroke::Previous => ("1.5", " stroke-dasharray=\"3 4\""),
    };
    let _ = write!(
        pen.out,
        "<path fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\"{dashes} stroke-linejoin=\"round\" \
         stroke-linecap=\"round\" d=\"{}\"/>",
        steps(points)
    );
}

/// Writes an area whose outline is in px.
pub(super) fn area(color: &str, opacity: f64, outline: &[(f64, f64)], pen: &mut Pen) {
    let d = steps(outline);
    let _ = write!(pen.out, "<path fill=\"{color}\" fill-opacity=\"{opacity}\" d=\"{d}Z\"/>");
}

/// Writes the attributes of a shape of a partial time bucket: paler, with a dashed edge.
pub(super) fn hollow(is_part: bool, color: &str, opacity: f64, pen: &mut Pen) {
    if is_part {
        let _ = write!(
            pen.out,
            " fill-opacity=\"{opacity}\" stroke=\"{color}\" stroke-dasharray=\"3 2\""
        );
    }
}

fn steps(points: &[(f64, f64)]) -> String {
    let mut d = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let step = if i == 0 { "M" } else { "L" };
        let _ = write!(d, "{step}{} {}", px(*x), px(*y));
    }
    d
}
