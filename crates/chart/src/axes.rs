//! The parts that charts with axes share: margins, grid lines, tick labels.

use crate::markup::{escape, px, text_width};
use crate::{Input, labels, ticks};
use brisk_domain::{Unit, format};
use std::fmt::Write as _;

/// Where the plot is, and how values become y.
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    pub(crate) height: f64,
    low: f64,
    high: f64,
    ticks: Vec<(f64, String)>,
}

impl Frame {
    /// A frame for values from `low` to `high`; zero is always among them.
    pub(crate) fn with_zero(input: &Input<'_>, (low, high): (f64, f64), unit: &Unit) -> Self {
        Self::new(input, (low.min(0.0), high.max(0.0)), unit)
    }

    /// A frame for lines: zero is left out where the values lie so close together that nothing
    /// else would be seen.
    pub(crate) fn for_line(input: &Input<'_>, (low, high): (f64, f64), unit: &Unit) -> Self {
        let close = low > 0.0 && high > low && (high - low) < 0.2 * high;
        if close {
            Self::new(input, (low, high), unit)
        } else {
            Self::with_zero(input, (low, high), unit)
        }
    }

    fn new(input: &Input<'_>, (low, high): (f64, f64), unit: &Unit) -> Self {
        let wanted = (input.height / 56.0).clamp(2.0, 4.0) as usize;
        let ticks = ticks::nice(low, high, wanted);
        // The unit's noun would repeat on every tick; the title and tooltips say it.
        let unit = if let Unit::Noun(_) = unit { &Unit::None } else { unit };
        let labels = tick_labels(&ticks, unit);
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
        }
    }

    /// The y of a value, in px from the top of the box.
    pub(crate) fn y(&self, value: f64) -> f64 {
        let length = self.height - self.top - self.bottom;
        self.top + length * (1.0 - (value - self.low) / (self.high - self.low))
    }

    /// Grid lines and y labels; inside the plot area.
    pub(crate) fn draw_y(&self, out: &mut String) {
        for (value, label) in &self.ticks {
            let y = px(self.y(*value).round() + 0.5);
            let class = if *value == 0.0 { "g0" } else { "g" };
            let _ = write!(
                out,
                "<line class=\"{class}\" x2=\"100%\" y1=\"{y}\" y2=\"{y}\"/><text class=\"y\" x=\"-8\" y=\"{y}\" dy=\".32em\">{}</text>",
                escape(label)
            );
        }
    }

    /// X labels at fractions of the width; inside the plot area.
    pub(crate) fn draw_x(&self, labels: &[(f64, String)], out: &mut String) {
        let margins = self.left + self.right;
        labels::draw(labels, margins, self.height - 7.0, out);
    }

    pub(crate) fn margins(&self) -> (f64, f64, f64, f64) {
        (self.left, self.right, self.top, self.bottom)
    }
}

/// Short labels, unless two of them would say the same.
fn tick_labels(ticks: &[f64], unit: &Unit) -> Vec<String> {
    let say = |form: fn(f64, &Unit) -> String| -> Vec<String> {
        ticks.iter().map(|tick| form(*tick, unit)).collect()
    };
    let short = say(format::compact);
    if short.windows(2).any(|pair| pair[0] == pair[1]) { say(format::full) } else { short }
}
