//! Labels to the left of rows. Short ones are text in the plot's margin. Longer ones get up to two
//! fifths of the box; only the backend knows how much that is, so it shortens them.

use crate::scene::{LeftMargin, RowName, RowNames};
use crate::spec::Input;
use crate::text::shorten;
use crate::text::width::{fit, text_width};

/// The widest margin that is the same in every box, in px.
const WIDEST: f64 = 128.0;
/// The part of the box that a wider margin takes at most; `style/chart.css` has it, too.
const PART: f64 = 0.4;
/// How much larger these labels are than those of axes.
pub(crate) const LARGER: f64 = 1.1;

/// The room for the labels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LabelRoom {
    /// In a box of the usual width, in px.
    pub(crate) width: f64,
    /// Whether it shrinks in narrower boxes. If so, [`LabelRoom::names`] makes the labels; otherwise
    /// they are texts shortened by [`LabelRoom::cut`].
    pub(crate) is_fluid: bool,
}

impl LabelRoom {
    pub(crate) fn of(labels: &[String], input: &Input<'_>) -> Self {
        let widest = labels.iter().map(|label| text_width(label)).fold(0.0, f64::max);
        let needed = widest * LARGER + 12.0;
        let width = needed.clamp(40.0, (PART * input.width).max(WIDEST));
        Self { width: width.ceil(), is_fluid: needed > WIDEST }
    }

    /// The margin of the plot.
    pub(crate) fn margin(self) -> LeftMargin {
        LeftMargin { px: self.width, is_fluid: self.is_fluid }
    }

    /// `label`, cut to the room.
    pub(crate) fn cut(self, label: &str) -> String {
        fit(label, (self.width - 10.0) / LARGER)
    }

    /// The labels of rows `band` px high, the first of which begins at `top`; `chosen` says which of
    /// them are.
    pub(crate) fn names(
        labels: &[String],
        chosen: impl Iterator<Item = bool>,
        (top, band): (f64, f64),
    ) -> RowNames {
        let differing = shorten::differing_parts(labels, (WIDEST - 12.0) / LARGER);
        let names = labels.iter().zip(differing).zip(chosen);
        let names = names.map(|((name, differs_at), is_chosen)| RowName {
            name: name.clone(),
            differs_at,
            is_chosen,
        });
        RowNames { names: names.collect(), top, band }
    }
}
