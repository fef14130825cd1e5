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

/// The box of a chart on a phone, in px: a label that would leave it there is moved in.
const PHONE: f64 = 320.0;
/// How far a label may stand out of the box, in px: cards are padded.
const OUTSIDE: f64 = 8.0;

/// A label, and how it stands at its place.
struct Label<'a> {
    at: f64,
    text: &'a str,
    width: f64,
    /// The part of it that is left of its place.
    left_part: f64,
    /// How wide the plot must be so that it stays in the box.
    needs: f64,
}

/// Draws labels at fractions of the plot's width, centred at height `y`. The plot is the box
/// without `margins` px at the left and at the right. In ascending order of their places. Labels that
/// would leave the box of a phone begin or end with the plot instead.
pub(crate) fn draw(labels: &[(f64, String)], margins: (f64, f64), y: f64, out: &mut String) {
    let labels: Vec<Label<'_>> =
        labels.iter().map(|(at, text)| Label::of(*at, text, margins)).collect();
    let needed: Vec<f64> = (0..=LEVELS).map(|level| needed_width(&labels, 1 << level)).collect();
    for (i, label) in labels.iter().enumerate() {
        let level = if i == 0 { LEVELS } else { i.trailing_zeros().min(LEVELS) };
        let needs = needed[level as usize].max(label.needs) + margins.0 + margins.1;
        let Some(class) = class(needs) else {
            continue;
        };
        let anchor = match label.left_part {
            0.0 => " style=\"text-anchor:start\"",
            1.0 => " style=\"text-anchor:end\"",
            _ => "",
        };
        let _ = write!(
            out,
            "<text class=\"x{class}\" x=\"{}\" y=\"{}\"{anchor}>{}</text>",
            percent(label.at),
            px(y),
            escape(label.text)
        );
    }
}

impl<'a> Label<'a> {
    fn of(at: f64, text: &'a str, (left, right): (f64, f64)) -> Self {
        let width = text_width(text);
        let label = Self { at, text, width, left_part: 0.5, needs: 0.0 };
        let need = |over: f64, part: f64| if over > 0.0 { over / part } else { 0.0 };
        let at_left = need(width / 2.0 - left - OUTSIDE, at);
        let at_right = need(width / 2.0 - right - OUTSIDE, 1.0 - at);
        let most = PHONE - left - right;
        match () {
            () if at_left > most => Self { at: 0.0, left_part: 0.0, ..label },
            () if at_right > most => Self { at: 1.0, left_part: 1.0, ..label },
            () => Self { needs: at_left.max(at_right), ..label },
        }
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
fn needed_width(labels: &[Label<'_>], stride: usize) -> f64 {
    let shown: Vec<&Label<'_>> = labels.iter().step_by(stride).collect();
    let needs = shown.windows(2).map(|pair| {
        let room = (pair[1].at - pair[0].at).max(1e-6);
        let right_part = 1.0 - pair[0].left_part;
        (pair[0].width * right_part + pair[1].width * pair[1].left_part + GAP) / room
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

    const MARGINS: (f64, f64) = (40.0, 12.0);

    /// Where the labels begin and end that a box of `width` px shows, in px.
    fn shown(labels: &[(f64, String)], width: f64) -> Vec<(f64, f64)> {
        let mut out = String::new();
        draw(labels, MARGINS, 10.0, &mut out);
        let visible = |text: &str| {
            let at: f64 = text.split("x=\"").nth(1)?.split('%').next()?.parse().ok()?;
            let class = text.split('"').next()?;
            let hidden_below: f64 = class.strip_prefix("x t").map_or(Ok(0.0), str::parse).ok()?;
            let label = text.split('>').nth(1)?.split('<').next()?;
            let left_part = match text {
                text if text.contains("start") => 0.0,
                text if text.contains("anchor:end") => 1.0,
                _ => 0.5,
            };
            let place = MARGINS.0 + (width - MARGINS.0 - MARGINS.1) * at / 100.0;
            let from = place - left_part * text_width(label);
            (width >= hidden_below).then_some((from, from + text_width(label)))
        };
        out.split("<text class=\"").filter_map(visible).collect()
    }

    #[test]
    fn few_short_labels_are_always_shown() {
        assert_eq!(shown(&evenly(4, "Q1"), 260.0).len(), 4);
    }

    proptest! {
        #[test]
        fn labels_never_collide(count in 1_usize..60, width in 320.0_f64..1600.0, text in "[a-z]{1,16}") {
            let labels = evenly(count, &text);
            let shown = shown(&labels, width);
            // Long texts on very narrow boxes keep their first label only.
            prop_assert!(!shown.is_empty());
            prop_assert!(shown.windows(2).all(|w| w[1].0 - w[0].1 >= 0.0), "{shown:?}");
            let is_inside = |label: &(f64, f64)| label.0 >= -OUTSIDE - 1.0 && label.1 <= width + OUTSIDE + 1.0;
            prop_assert!(shown.iter().all(is_inside), "{width}: {shown:?}");
        }
    }
}
