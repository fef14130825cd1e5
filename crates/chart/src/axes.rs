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
    note: Option<String>,
}

impl Frame {
    /// A frame for values from `low` to `high`; zero is always among them.
    pub(crate) fn with_zero(input: &Input<'_>, (low, high): (f64, f64), unit: &Unit) -> Self {
        Self::new(input, (low.min(0.0), high.max(0.0)), unit)
    }

    /// A frame for lines and points: see [`ticks::with_cheap_zero`].
    pub(crate) fn for_line(input: &Input<'_>, (low, high): (f64, f64), unit: &Unit) -> Self {
        Self::new(input, ticks::with_cheap_zero(low, high), unit)
    }

    fn new(input: &Input<'_>, (low, high): (f64, f64), unit: &Unit) -> Self {
        let wanted = (input.height / 56.0).clamp(2.0, 4.0) as usize;
        let ticks = nice(low, high, wanted, unit);
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

    /// X labels at fractions of the width, and the note; inside the plot area.
    pub(crate) fn draw_x(&self, labels: &[(f64, String)], out: &mut String) {
        let margins = (self.left, self.right);
        labels::draw(labels, margins, self.height - self.bottom + 19.0, out);
        if let Some(note) = &self.note {
            let y = px(self.height - 4.0);
            let _ = write!(out, "<text class=\"m\" y=\"{y}\">{}</text>", escape(note));
        }
    }

    pub(crate) fn margins(&self) -> (f64, f64, f64, f64) {
        (self.left, self.right, self.top, self.bottom)
    }
}

/// Round numbers; of lengths of time, those that are round in the largest unit that they reach.
pub(crate) fn nice(low: f64, high: f64, wanted: usize, unit: &Unit) -> Vec<f64> {
    let base = match (unit, high - low) {
        (Unit::Seconds, span) if span > 172_800.0 => 86_400.0,
        (Unit::Seconds, span) if span > 7_200.0 => 3_600.0,
        (Unit::Seconds, span) if span > 120.0 => 60.0,
        _ => 1.0,
    };
    ticks::nice(low / base, high / base, wanted).into_iter().map(|tick| tick * base).collect()
}

/// Labels with as few digits as tell each tick from the others and from what is beside it.
pub(crate) fn tick_labels(ticks: &[f64], unit: &Unit) -> Vec<String> {
    let say = |form: &dyn Fn(f64) -> String| -> Vec<String> {
        ticks.iter().map(|tick| form(*tick)).collect()
    };
    let step = ticks.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let round = |tick: f64| match unit {
        Unit::Seconds if tick >= 0.0 => format::round_duration(tick),
        _ => format::compact(tick, unit),
    };
    let short = say(&round);
    let step_decimals = decimals(step);
    let is_told = |digits: usize, labels: &[String]| {
        labels.windows(2).all(|pair| pair[0] != pair[1])
            && ticks.iter().all(|tick| {
                let said: f64 = format!("{tick:.*e}", digits - 1).parse().unwrap_or(*tick);
                (said - tick).abs() <= step / 20.0
            })
    };
    // A currency's decimals are not enough for ticks that are closer to each other.
    let is_fine_money = matches!(unit, Unit::Money(_)) && step_decimals > 2;
    if matches!(unit, Unit::Seconds) || !is_fine_money && is_told(3, &short) {
        return short;
    }
    let mut longer = (4..=5).filter(|_| !is_fine_money).map(|digits| {
        let labels = say(&|tick| format::compact_to(tick, unit, digits));
        is_told(digits, &labels).then_some(labels)
    });
    longer.find_map(|labels| labels).unwrap_or_else(|| {
        let decimals = match unit {
            Unit::Percent => step_decimals.saturating_sub(2),
            _ => step_decimals,
        };
        say(&|tick| format::fixed(tick, unit, decimals))
    })
}

/// How many decimals a step of 1, 2, 2.5 or 5 × 10^k has; a difference of large floats is not exact.
fn decimals(step: f64) -> usize {
    let is_whole = |decimals: &usize| {
        let scaled = step * 10_f64.powi(*decimals as i32);
        (scaled - scaled.round()).abs() < 0.05 * scaled.abs()
    };
    (0..=12).find(is_whole).unwrap_or(12)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64, unit: &str) -> Vec<String> {
        let unit = if unit.is_empty() { Unit::None } else { Unit::Money(unit.into()) };
        tick_labels(&nice(low, high, 3, &unit), &unit)
    }

    #[test]
    fn labels_have_the_digits_that_tell_them_apart() {
        assert_eq!(labels(0.0, 3_000_000.0, ""), ["0", "1M", "2M", "3M"]);
        assert_eq!(labels(-18.55, -18.4, ""), ["−18.55", "−18.5", "−18.45", "−18.4"]);
        assert_eq!(
            labels(1_000_000.0, 1_000_150.0, ""),
            ["1,000,000", "1,000,050", "1,000,100", "1,000,150"]
        );
        assert_eq!(labels(1.0, 1.003, "GBP"), ["£1.000", "£1.001", "£1.002", "£1.003"]);
        assert_eq!(
            labels(1_234_567_890_123.45, 1_234_567_890_123.47, "USD"),
            ["$1,234,567,890,123.45", "$1,234,567,890,123.46", "$1,234,567,890,123.47"]
        );
    }

    #[test]
    fn lengths_of_time_have_round_ticks() {
        let unit = Unit::Seconds;
        let said = |high| tick_labels(&nice(0.0, high, 3, &unit), &unit);
        assert_eq!(said(9.0 * 3600.0), ["0 s", "5 h", "10 h"]);
        assert_eq!(said(50.0 * 86_400.0), ["0 s", "25 d", "50 d"]);
    }
}
