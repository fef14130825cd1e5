//! Labels left of rows. Short ones are text in the plot's margin. Longer ones get up to two fifths of the
//! box: how much that is only the browser knows, so it cuts them.

use crate::Input;
use crate::markup::{escape, open_plot_as, open_plot_styled, px, text_width};
use crate::names;
use std::fmt::Write as _;

/// The widest margin that is the same in every box, in px.
const WIDEST: f64 = 128.0;
/// The part of the box that a wider margin takes at most.
const PART: f64 = 0.4;
/// Labels are set a little larger than axes.
pub(crate) const LARGER: f64 = 1.1;

/// The room for the labels.
pub(crate) struct Margin {
    /// In a box of the usual width, in px.
    pub(crate) width: f64,
    /// Whether it is less in narrower boxes.
    is_fluid: bool,
}

impl Margin {
    pub(crate) fn of(labels: &[String], input: &Input<'_>) -> Self {
        let widest = labels.iter().map(|label| text_width(label)).fold(0.0, f64::max);
        let needed = widest * LARGER + 12.0;
        let width = needed.clamp(40.0, (PART * input.width).max(WIDEST));
        Self { width: width.ceil(), is_fluid: needed > WIDEST }
    }

    /// The margin as styles say it.
    fn css(&self) -> String {
        format!("min({}px,{}cqi)", px(self.width), px(PART * 100.0))
    }

    /// Opens the plot beside the labels.
    pub(crate) fn open_plot(
        &self,
        class_and_role: (&str, &str),
        right: f64,
        height: f64,
        summary: &str,
        out: &mut String,
    ) {
        if !self.is_fluid {
            return open_plot_as(class_and_role, out, (self.width, right), height, summary);
        }
        let left = self.css();
        let style = format!("margin-left:{left};width:calc(100% - {left} - {}px)", px(right));
        open_plot_styled(class_and_role, out, &style, height, summary);
    }

    /// What a rectangle from the labels' left end to `right` px beside the plot has as attributes.
    pub(crate) fn across(&self, right: f64) -> String {
        let left = px(self.width);
        let style = match self.is_fluid {
            true => format!("x:calc(-1*{0});width:calc(100% + {0} + {1}px)", self.css(), px(right)),
            false => format!("width:calc(100% + {}px)", px(self.width + right)),
        };
        format!("x=\"-{left}\" width=\"100%\" style=\"{style}\"")
    }

    /// Whether labels are drawn by [`Margin::draw`], not as text in the plot.
    pub(crate) fn is_fluid(&self) -> bool {
        self.is_fluid
    }

    /// Draws the labels of rows `band` px high, the first of which begins at `top`; `chosen` says which
    /// of them are.
    pub(crate) fn draw(
        &self,
        labels: &[String],
        chosen: &[bool],
        (top, band): (f64, f64),
        out: &mut String,
    ) {
        let (width, height, css) = (px(self.width - 8.0), band * labels.len() as f64, self.css());
        let _ = write!(
            out,
            "<foreignObject x=\"-{}\" y=\"{}\" width=\"{width}\" height=\"{}\"><div style=\"margin-left:auto;max-width:calc({css} - 8px);font:500 12px/{}px var(--font);color:var(--ink-2);text-align:right;white-space:pre\">",
            px(self.width),
            px(top),
            px(height),
            px(band),
        );
        // Where the browser would cut two names to the same, their beginnings give way first.
        let starts = names::differing_parts(labels, (WIDEST - 12.0) / LARGER);
        for ((label, start), chosen) in labels.iter().zip(starts).zip(chosen) {
            // SVG's `fill` from the style sheet is nothing to HTML.
            let (tick, class, style) = match chosen {
                true => ("✓ ", " class=\"chosen\"", "color:var(--ink);"),
                false => ("", "", ""),
            };
            let full = escape(label);
            let Some((head, tail)) = start.map(|start| label.split_at(start)) else {
                let _ = write!(
                    out,
                    "<div{class} style=\"{style}{CUT}\" title=\"{full}\">{tick}{full}</div>"
                );
                continue;
            };
            let _ = write!(
                out,
                "<div{class} style=\"{style}display:flex;justify-content:end\" title=\"{full}\"><span style=\"{CUT};min-width:3em;flex-shrink:99\">{tick}{}</span><span style=\"{CUT}\">{}</span></div>",
                escape(head),
                escape(tail)
            );
        }
        out.push_str("</div></foreignObject>");
    }
}

const CUT: &str = "overflow:hidden;text-overflow:ellipsis";
