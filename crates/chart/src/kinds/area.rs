//! Areas: lines filled to the base, overlapping or stacked.

use super::chart::Chart;
use super::line::{self, Fill};
use crate::data::refusal::Refusal;
use crate::scene::Plot;
use crate::spec::Input;
use brisk_domain::panel_kind::Area;

pub(crate) fn draw(input: &Input<'_>, options: &Area) -> Result<Chart<Plot>, Refusal> {
    let fill = if options.stacked { Fill::Stacked } else { Fill::Tinted };
    line::draw_filled(input, fill, options.empty)
}
