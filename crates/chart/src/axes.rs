//! The parts that charts with axes share: margins, grid lines, tick labels.

use crate::Input;
use crate::markup::{escape, percent, px, text_width};
use crate::ticks;
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

    pub(crate) fn new(input: &Input<'_>, (low, high): (f64, f64), unit: &Unit) -> Self {
        let wanted = (input.height / 56.0).clamp(2.0, 4.0) as usize;
        let ticks = ticks::nice(low, high, wanted);
        // The unit's noun would repeat on every tick; the title and tooltips say it.
        let unit = if let Unit::Noun(_) = unit { &Unit::None } else { unit };
        let ticks: Vec<(f64, String)> =
            ticks.into_iter().map(|tick| (tick, format::compact(tick, unit))).collect();
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
        let y = px(self.height - 7.0);
        for (i, (at, label)) in labels.iter().enumerate() {
            let class = priority(i, labels.len());
            let _ = write!(
                out,
                "<text class=\"x{class}\" x=\"{}\" y=\"{y}\">{}</text>",
                percent(*at),
                escape(label)
            );
        }
    }

    pub(crate) fn margins(&self) -> (f64, f64, f64, f64) {
        (self.left, self.right, self.top, self.bottom)
    }
}

/// Which labels disappear first when the chart gets narrow: every second, then every fourth.
fn priority(index: usize, count: usize) -> &'static str {
    match count {
        0..=3 => "",
        4..=5 => ["", " t3"][index % 2],
        6..=10 => ["", " t2", " t3", " t2"][index % 4],
        _ => ["", " t1", " t2", " t1", " t3", " t1", " t2", " t1"][index % 8],
    }
}
