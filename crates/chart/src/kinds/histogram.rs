//! Histograms: vertical bars with hardly a gap between them.

use super::bar;
use super::bar_places::Sharing;
use super::chart::Chart;
use crate::data::refusal::Refusal;
use crate::scene::Plot;
use crate::spec::Input;
use brisk_domain::panel_kind::Histogram;

/// The part of a bin's room that its bars take.
const PART: f64 = 0.94;

pub(crate) fn draw(input: &Input<'_>, options: &Histogram) -> Result<Chart<Plot>, Refusal> {
    let sharing = Sharing { stacked: false, in_rows: false, part: PART, widest: f64::INFINITY };
    bar::draw_shared(input, sharing, options.empty)
}
