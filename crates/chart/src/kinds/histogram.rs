//! Histograms: vertical bars with hardly a gap between them.

use super::bar;
use super::bar_places::Sharing;
use super::chart::Chart;
use crate::scene::Plot;
use crate::spec::Input;

/// The part of a bin's room that its bars take.
const PART: f64 = 0.94;

pub(crate) fn draw(input: &Input<'_>) -> Option<Chart<Plot>> {
    let stacked = input.spec.stacked;
    bar::draw_shared(input, Sharing { stacked, in_rows: false, part: PART, widest: f64::INFINITY })
}
