//! Pages whose next band has no room on them: their charts become a little higher, so that less of the paper
//! is empty.

use super::pages::{Item, Pages};
use std::ops::Range;

/// A chart becomes so much higher at most.
const MOST: f32 = 1.35;

/// A band on the page.
pub(crate) struct Laid {
    /// Its panels, by their places on the page.
    pub(crate) items: Range<usize>,
    /// Its upper end.
    pub(crate) y: f32,
    /// Its height.
    pub(crate) height: f32,
    /// Whether it is better when it is higher.
    pub(crate) stretches: bool,
}

/// Distributes what is free on the last page over its bands.
pub(crate) fn stretched(pages: &mut Pages<'_>, bands: &[Laid]) {
    let Some(last) = bands.last() else { return };
    let free = pages.free.bottom() - (last.y + last.height);
    let stretching = bands.iter().filter(|band| band.stretches);
    let all: f32 = stretching.map(|band| band.height).sum();
    if all <= 0.0 || free <= 0.0 {
        return;
    }
    let factor = (1.0 + free / all).min(MOST);
    let Some(items) = pages.all.last_mut() else { return };
    let mut moved = 0.0;
    for band in bands {
        let factor = if band.stretches { factor } else { 1.0 };
        for item in items.get_mut(band.items.clone()).unwrap_or_default() {
            let Item::Panel { area, .. } = item else { continue };
            area.y = band.y + moved + (area.y - band.y) * factor;
            area.height *= factor;
        }
        moved += band.height * (factor - 1.0);
    }
}
