//! Panels on pages of their own.

use super::flow::{self, Flow};
use super::pages::{Flowing, Item, Pages};
use crate::look;
use crate::prepare::{Body, Prepanel};
use crate::sheet::{Area, Sheet};
use crate::text::Typesetter;
use brisk_domain::PanelKind;

/// Px to pt in drawings that have a page, and in figures, which are larger.
const CHART: f32 = 0.8;
const FIGURE: f32 = 1.2;
/// The height of a drawing that has a page, and of a gauge, as a part of its width; of a figure, in pt.
const HEIGHT: f32 = 0.7;
const GAUGE: f32 = 0.45;
const STAT: f32 = 140.0;

/// A panel on pages of its own.
pub(crate) fn alone(
    (number, panel): (usize, &Prepanel<'_>),
    sheet: Sheet,
    pages: &mut Pages<'_>,
    tables: &mut [Option<Flowing>],
    typesetter: &Typesetter<'_>,
) {
    if let Body::Table { rows, left_out } = &panel.body {
        let notes = flow::notes(panel, rows, left_out.as_ref());
        let flowing = Flow { number, rows, notes, has_preview: false, look: &look::ALONE };
        let flowing = flowing.over(pages, typesetter);
        tables[number] = Some(flowing);
        return;
    }
    // A figure's notes follow it, not the foot of the page.
    let (scale, height) = match &panel.body {
        Body::Drawing(input) => match input.spec.kind {
            PanelKind::Stat(_) => (FIGURE, STAT),
            PanelKind::Gauge(_) => (FIGURE, pages.free.width * GAUGE),
            _ => (CHART, pages.free.width * HEIGHT),
        },
        Body::Message(_) | Body::Table { .. } => (CHART, pages.free.width * GAUGE),
    };
    let (scale, height) = (scale.max(sheet.scale), height.min(pages.free.height));
    let area = Area { height, ..pages.free };
    pages.put(Item::Panel { panel: number, area, scale, table: None, look: &look::ALONE });
    pages.free = pages.free.below(height);
}
