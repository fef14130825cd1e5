//! Plots.

use super::escape::escape;
use super::numbers::{percent, px};
use super::{classes, link, path, row_names, text};
use crate::scene::{Across, Color, LeftMargin, Plot, Shape};
use std::fmt::Write as _;

/// The markup of a plot; `summary` is its text alternative.
pub(crate) fn plot(plot: &Plot, summary: &str) -> String {
    let (class, role) = classes::drawing(plot.links);
    let style = match row_names::fluid(plot.left) {
        None => format!(
            "margin-left:{}px;width:calc(100% - {}px)",
            px(plot.left.px),
            px(plot.left.px + plot.right)
        ),
        Some(left) => {
            format!("margin-left:{left};width:calc(100% - {left} - {}px)", px(plot.right))
        }
    };
    let mut out = format!(
        "<svg class=\"{class}\" style=\"{style}\" height=\"{}\" role=\"{role}\" aria-label=\"{}\">",
        px(plot.height),
        escape(summary)
    );
    shapes(&plot.shapes, plot, &mut out);
    out.push_str("</svg>");
    out
}

fn shapes(all: &[Shape], plot: &Plot, out: &mut String) {
    for shape in all {
        self::shape(shape, plot, out);
    }
}

fn shape(shape: &Shape, plot: &Plot, out: &mut String) {
    match shape {
        Shape::Grid { y, is_zero } => {
            let (class, y) = (if *is_zero { "g0" } else { "g" }, px(*y));
            let _ = write!(out, "<line class=\"{class}\" x2=\"100%\" y1=\"{y}\" y2=\"{y}\"/>");
        }
        Shape::Text(text) => text::text(text, out),
        Shape::Rect { color, is_part, mark, across, y, height } => {
            let (color_class, part) = (classes::color(*color), classes::part(*is_part));
            let _ = write!(out, "<rect class=\"{color_class}{part}\"");
            data_i(*mark, out);
            rect(*across, (*y, *height), plot, out);
            // Cells are rounded by their class.
            out.push_str(if let Color::Series(_) = color { " rx=\"2\"/>" } else { "/>" });
        }
        Shape::Dot { color, is_part, mark, x, y, radius } => {
            let (color, part) = (classes::color(*color), classes::part(*is_part));
            let _ = write!(out, "<circle class=\"{color}{part}\"");
            data_i(*mark, out);
            let (x, y, radius) = (percent(*x), px(*y), px(*radius));
            let _ = write!(out, " cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>");
        }
        Shape::Hit { across, y, height } => {
            out.push_str("<rect class=\"hit\"");
            rect(*across, (*y, *height), plot, out);
            out.push_str("/>");
        }
        Shape::Paths(paths) => path::paths(paths, plot.height, out),
        Shape::Linked { link, mark, shapes } => {
            link::open(Some(link), *mark, out);
            self::shapes(shapes, plot, out);
            link::close(Some(link), out);
        }
        Shape::RowNames(names) => row_names::row_names(names, plot.left, out),
        Shape::AtRightEnd(shapes) => {
            out.push_str("<svg x=\"100%\" overflow=\"visible\">");
            self::shapes(shapes, plot, out);
            out.push_str("</svg>");
        }
    }
}

/// The point that a shape is a mark of: what tooltips look for.
fn data_i(mark: Option<usize>, out: &mut String) {
    if let Some(i) = mark {
        let _ = write!(out, " data-i=\"{i}\"");
    }
}

/// The place of a rectangle.
fn rect(across: Across, (y, height): (f64, f64), plot: &Plot, out: &mut String) {
    let (y, height) = (px(y), px(height));
    match across {
        Across::Part(x, width) => {
            let (x, width) = (percent(x), percent(width));
            let _ = write!(out, " x=\"{x}\" width=\"{width}\" y=\"{y}\" height=\"{height}\"");
        }
        Across::Px(x, width) => {
            let (x, width) = (px(x), px(width));
            let _ = write!(out, " x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"");
        }
        Across::Box => {
            box_width(plot.left, plot.right, out);
            let _ = write!(out, " y=\"{y}\" height=\"{height}\"");
        }
    }
}

/// The whole box, in the coordinates of the plot inside it.
fn box_width(left: LeftMargin, right: f64, out: &mut String) {
    let style = match row_names::fluid(left) {
        Some(left) => format!("x:calc(-1*{left});width:calc(100% + {left} + {}px)", px(right)),
        None => format!("width:calc(100% + {}px)", px(left.px + right)),
    };
    let _ = write!(out, " x=\"-{}\" width=\"100%\" style=\"{style}\"", px(left.px));
}
