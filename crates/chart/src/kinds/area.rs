//! Areas: lines with what is below them, beside or on each other.

use super::chart::Chart;
use super::line::{self, Fill};
use crate::scene::Plot;
use crate::spec::Input;

pub(crate) fn draw(input: &Input<'_>) -> Option<Chart<Plot>> {
    let fill = if input.spec.stacked { Fill::Stacked } else { Fill::Tinted };
    line::draw_filled(input, fill)
}
