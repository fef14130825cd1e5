//! The axes of a plot: margins, the y of values, grid lines, tick labels.

use super::{tick_labels, ticks, x_labels};
use crate::scene::{Anchor, LeftMargin, LinkState, Plot, Role, Shape, Text, X};
use crate::spec::Input;
use crate::text::width::text_width;
use brisk_domain::Unit;

/// The plot's margins, in px, and the scale of y.
pub(crate) struct Axes {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    pub(crate) height: f64,
    low: f64,
    high: f64,
    ticks: Vec<(f64, String)>,
    note: Option<String>,
}

impl Axes {
    /// Axes for values from `low` to `high`; zero is always among them.
    pub(crate) fn with_zero(input: &Input<'_>, (low, high): (f64, f64), unit: &Unit) -> Self {
        Self::new(input, (low.min(0.0), high.max(0.0)), unit)
    }

    /// Axes for lines and points: see [`ticks::with_cheap_zero`].
    pub(crate) fn for_line(input: &Input<'_>, (low, high): (f64, f64), unit: &Unit) -> Self {
        Self::new(input, ticks::with_cheap_zero(low, high), unit)
    }

    fn new(input: &Input<'_>, (low, high): (f64, f64), unit: &Unit) -> Self {
        let wanted = (input.height / 56.0).clamp(2.0, 4.0) as usize;
        let ticks = tick_labels::nice(low, high, wanted, unit);
        let labels = tick_labels::tick_labels(&ticks, tick_labels::without_noun(unit));
        let ticks: Vec<(f64, String)> = ticks.into_iter().zip(labels).collect();
        let width = ticks.iter().map(|(_, label)| text_width(label)).fold(0.0, f64::max);
        Self {
            left: (width + 12.0).ceil(),
            right: 12.0,
            top: 8.0,
            bottom: 26.0,
            height: input.height,
            low: ticks.first().map_or(0.0, |t| t.0),
            high: ticks.last().map_or(1.0, |t| t.0),
            ticks,
            note: None,
        }
    }

    /// With a line below the labels that says what is not drawn.
    pub(crate) fn with_note(mut self, note: Option<String>) -> Self {
        if note.is_some() {
            self.bottom += 16.0;
        }
        self.note = note;
        self
    }

    /// With room for the axes' names outside of the plot: above it, and in the line of the note.
    pub(crate) fn with_names(mut self) -> Self {
        self.top += 16.0;
        if self.note.is_none() {
            self.bottom += 16.0;
        }
        self
    }

    /// The y of a value, in px from the top of the box.
    pub(crate) fn y(&self, value: f64) -> f64 {
        let length = self.height - self.top - self.bottom;
        self.top + length * (1.0 - ticks::part(value, self.low, self.high))
    }

    /// Grid lines and their labels, x labels at fractions of the width in ascending order, and the
    /// note.
    pub(crate) fn shapes(&self, x_labels: Vec<(f64, String)>) -> Vec<Shape> {
        let mut shapes = Vec::new();
        for (value, label) in &self.ticks {
            // In the middle of a pixel, so that lines are sharp.
            let y = self.y(*value).round() + 0.5;
            shapes.push(Shape::Grid { y, is_zero: *value == 0.0 });
            shapes.push(Shape::Text(tick(y, label.clone())));
        }
        let margins = (self.left, self.right);
        x_labels::place(x_labels, margins, self.height - self.bottom + 19.0, &mut shapes);
        if let Some(text) = self.note.clone() {
            let y = self.height - 4.0;
            shapes.push(Shape::Text(Text::new(Role::Note, Anchor::Start, X::Px(0.0), y, text)));
        }
        shapes
    }

    /// The plot of `shapes` between these axes' margins.
    pub(crate) fn plot(&self, links: LinkState, shapes: Vec<Shape>) -> Plot {
        let left = LeftMargin { px: self.left, is_fluid: false };
        Plot { height: self.height, left, right: self.right, links, shapes }
    }

    /// Left, right, top, bottom, in px.
    pub(crate) fn margins(&self) -> (f64, f64, f64, f64) {
        (self.left, self.right, self.top, self.bottom)
    }
}

/// A label left of the plot with its middle at `y`.
pub(crate) fn tick(y: f64, label: String) -> Text {
    Text::new(Role::Tick, Anchor::End, X::Px(-8.0), y, label).centered()
}
