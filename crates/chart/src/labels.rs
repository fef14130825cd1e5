//! Labels along x that give way before they collide, at any width and without JavaScript.
//!
//! A label is shown with every second, fourth… of its neighbours. From the labels' estimated
//! widths follows how wide the chart must be for each of these densities; the label gets the
//! class of the next wider threshold, and `style/chart.css` hides it in narrower containers.

use crate::markup::{escape, percent, px, text_width};
use std::fmt::Write as _;

/// Widths of the chart's box, in px, that `style/chart.css` has a class for: `t480` is hidden
/// below 480 px.
const THRESHOLDS: [u16; 14] =
    [280, 320, 360, 400, 440, 480, 560, 640, 720, 800, 960, 1120, 1280, 1600];
/// The space between two labels, in px.
const GAP: f64 = 10.0;
/// Labels are thinned out to every 32nd at most.
const LEVELS: u32 = 5;

/// Draws labels at fractions of the plot's width, centred at height `y`. The plot is the box
/// without `margins` px. In ascending order of their places.
pub(crate) fn draw(labels: &[(f64, String)], margins: f64, y: f64, out: &mut String) {
    let needed: Vec<f64> =
        (0..=LEVELS).map(|level| needed_width(labels, 1 << level) + margins).collect();
    for (i, (at, label)) in labels.iter().enumerate() {
        let level = if i == 0 { LEVELS } else { i.trailing_zeros().min(LEVELS) };
        let Some(class) = class(needed[level as usize]) else {
            continue;
        };
        let _ = write!(
            out,
            "<text class=\"x{class}\" x=\"{}\" y=\"{}\">{}</text>",
            percent(*at),
            px(y),
            escape(label)
        );
    }
}

/// The class of what needs a box of `width` px, with a space before it; `None` where no screen
/// is wide enough, nothing where every screen is.
pub(crate) fn class(width: f64) -> Option<String> {
    if width <= 260.0 {
        return Some(String::new());
    }
    let threshold = THRESHOLDS.into_iter().find(|t| width <= f64::from(*t))?;
    Some(format!(" t{threshold}"))
}

/// How wide the plot must be for every `stride`th label.
fn needed_width(labels: &[(f64, String)], stride: usize) -> f64 {
    let shown: Vec<(f64, f64)> =
        labels.iter().step_by(stride).map(|(at, label)| (*at, text_width(label))).collect();
    let needs = shown.windows(2).map(|pair| {
        let room = (pair[1].0 - pair[0].0).max(1e-6);
        ((pair[0].1 + pair[1].1) / 2.0 + GAP) / room
    });
    needs.fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn evenly(count: usize, text: &str) -> Vec<(f64, String)> {
        (0..count).map(|i| ((i as f64 + 0.5) / count as f64, text.to_owned())).collect()
    }

    /// The places of the labels that a box of `width` px shows.
    fn shown(labels: &[(f64, String)], width: f64) -> Vec<f64> {
        let mut out = String::new();
        draw(labels, 40.0, 10.0, &mut out);
        let visible = |text: &str| {
            let at: f64 = text.split("x=\"").nth(1)?.split('%').next()?.parse().ok()?;
            let class = text.split('"').next()?;
            let hidden_below: f64 = class.strip_prefix("x t").map_or(Ok(0.0), str::parse).ok()?;
            (width >= hidden_below).then_some(at / 100.0)
        };
        out.split("<text class=\"").filter_map(visible).collect()
    }

    #[test]
    fn few_short_labels_are_always_shown() {
        assert_eq!(shown(&evenly(4, "Q1"), 260.0).len(), 4);
    }

    proptest! {
        #[test]
        fn labels_never_collide(count in 1_usize..60, width in 260.0_f64..1600.0, text in "[a-z ]{1,16}") {
            let labels = evenly(count, &text);
            let shown = shown(&labels, width);
            prop_assert!(!shown.is_empty());
            let room = text_width(&text) / (width - 40.0);
            // Long texts on very narrow boxes keep their first label only.
            prop_assert!(shown.windows(2).all(|w| w[1] - w[0] >= room - 1e-3), "{shown:?}");
        }
    }
}
