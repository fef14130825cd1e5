//! Labels along x that disappear before they collide, at any width and without scripting.
//!
//! A label is shown together with every second, fourth… of its neighbours. The estimated widths tell how
//! wide the chart must be for each of these densities, and so for each label.

use crate::scene::{Anchor, Role, Shape, Text, X};
use crate::text::width::text_width;

/// The space between two labels, in px.
const GAP: f64 = 10.0;
/// Labels are thinned out to every 32nd at most.
const LEVELS: u32 = 5;

/// The box of a chart on a phone, in px: a label that would leave it there is moved in.
const PHONE: f64 = 320.0;
/// How far a label may stand out of the box, in px: cards are padded.
const OUTSIDE: f64 = 8.0;

/// A label, and its extent around its place.
struct Label {
    at: f64,
    text: String,
    width: f64,
    anchor: Anchor,
    /// How wide the plot must be for it to stay in the box.
    needs: f64,
}

/// Places labels at fractions of the plot's width, in ascending order, with their baseline at `y`. The
/// plot is the box without `margins` px at the left and at the right. Labels that would leave the box
/// of a phone begin or end with the plot instead.
pub(crate) fn place(
    labels: Vec<(f64, String)>,
    margins: (f64, f64),
    y: f64,
    shapes: &mut Vec<Shape>,
) {
    let labels: Vec<Label> =
        labels.into_iter().map(|(at, text)| Label::of(at, text, margins)).collect();
    let needed: Vec<f64> = (0..=LEVELS).map(|level| needed_width(&labels, 1 << level)).collect();
    for (i, label) in labels.into_iter().enumerate() {
        // The first one collides with nothing: the others give way to it.
        let thinned = if i == 0 { 0.0 } else { needed[i.trailing_zeros().min(LEVELS) as usize] };
        let needs = thinned.max(label.needs) + margins.0 + margins.1;
        let text = Text::new(Role::Tick, label.anchor, X::Part(label.at), y, label.text);
        shapes.push(Shape::Text(Text { needs, ..text }));
    }
}

impl Label {
    fn of(at: f64, text: String, (left, right): (f64, f64)) -> Self {
        let width = text_width(&text);
        let label = Self { at, text, width, anchor: Anchor::Middle, needs: 0.0 };
        let need = |over: f64, part: f64| if over > 0.0 { over / part } else { 0.0 };
        let at_left = need(width / 2.0 - left - OUTSIDE, at);
        let at_right = need(width / 2.0 - right - OUTSIDE, 1.0 - at);
        let most = PHONE - left - right;
        match () {
            () if at_left > most => Self { at: 0.0, anchor: Anchor::Start, ..label },
            () if at_right > most => Self { at: 1.0, anchor: Anchor::End, ..label },
            () => Self { needs: at_left.max(at_right), ..label },
        }
    }

    /// The part of it that is left of its place.
    fn left_part(&self) -> f64 {
        match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => 0.5,
            Anchor::End => 1.0,
        }
    }
}

/// How wide the plot must be for every `stride`th label.
fn needed_width(labels: &[Label], stride: usize) -> f64 {
    let shown: Vec<&Label> = labels.iter().step_by(stride).collect();
    let needs = shown.windows(2).map(|pair| {
        let room = (pair[1].at - pair[0].at).max(1e-6);
        let right_part = 1.0 - pair[0].left_part();
        (pair[0].width * right_part + pair[1].width * pair[1].left_part() + GAP) / room
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
        let mut shapes = Vec::new();
        place(labels.to_vec(), MARGINS, 10.0, &mut shapes);
        let visible = |shape: &Shape| {
            let Shape::Text(Text { x: X::Part(at), anchor, needs, text, .. }) = shape else {
                return None;
            };
            let left_part = match anchor {
                Anchor::Start => 0.0,
                Anchor::Middle => 0.5,
                Anchor::End => 1.0,
            };
            let place = MARGINS.0 + (width - MARGINS.0 - MARGINS.1) * at;
            let from = place - left_part * text_width(text);
            (width >= *needs).then_some((from, from + text_width(text)))
        };
        shapes.iter().filter_map(visible).collect()
    }

    #[test]
    fn few_short_labels_are_always_shown() {
        assert_eq!(shown(&evenly(4, "Q1"), 260.0).len(), 4);
    }

    #[test]
    fn the_first_of_many_long_labels_is_always_shown() {
        assert_eq!(shown(&evenly(54, "aaaakawmaaaaaaa"), 320.0).len(), 1);
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
