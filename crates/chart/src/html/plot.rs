//! Plots.

use super::{classes, link, path, row_names, text};
use crate::markup::escape;
use crate::markup::{percent, px};
use crate::scene::{Across, Color, Plot, Shape};
use std::fmt::Write as _;

/// The markup of a plot; `summary` is its text alternative.
pub(crate) fn plot(plot: &Plot, summary: &str) -> String {
    let (class, role) = classes::drawing(plot.links);
    let fluid = if plot.left.is_fluid { " fluid" } else { "" };
    let mut out = format!("<div class=\"plot{fluid}\">");
    margin(plot.left.px, &mut out);
    let _ = write!(
        out,
        "<svg class=\"{class}\" height=\"{}\" role=\"{role}\" aria-label=\"{}\">",
        px(plot.height),
        escape(summary)
    );
    shapes(&plot.shapes, plot, &mut out);
    out.push_str("</svg>");
    margin(plot.right, &mut out);
    out.push_str("</div>");
    out
}

/// Keeps a width free beside the plot, which gets what the two margins leave of the box.
fn margin(width: f64, out: &mut String) {
    let _ = write!(out, "<svg width=\"{}\" height=\"0\" aria-hidden=\"true\"></svg>", px(width));
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
            let class = if let Across::Box = across { "hit box" } else { "hit" };
            let _ = write!(out, "<rect class=\"{class}\"");
            rect(*across, (*y, *height), plot, out);
            out.push_str("/>");
        }
        Shape::Paths(paths) => path::paths(paths, plot.height, out),
        Shape::Linked { link, mark, shapes } => {
            link::open(Some(link), *mark, out);
            self::shapes(shapes, plot, out);
            link::close(Some(link), out);
        }
        Shape::RowNames(names) => row_names::row_names(names, plot.left.px, out),
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
    let _ = match across {
        Across::Part(x, width) => {
            write!(out, " x=\"{}\" width=\"{}\"", percent(x), percent(width))
        }
        Across::Px(x, width) => write!(out, " x=\"{}\" width=\"{}\"", px(x), px(width)),
        // The style sheet makes it as wide as the box, ending where the plot ends.
        Across::Box => write!(out, " transform=\"translate({})\"", px(plot.right)),
    };
    let _ = write!(out, " y=\"{}\" height=\"{}\"", px(y), px(height));
}
