//! The dashboard's grid on paper: 12 columns, as wide as the page. Panels that overlap in height are a band,
//! which stays together: where it does not fit, it begins a page.

use super::flow::{self, Flow};
use super::pages::{Flowing, Item, Pages, Preview};
use super::stretch::{self, Laid};
use super::table::{LaidRow, Setting, TableLayout};
use crate::look;
use crate::prepare::{Body, Prepanel, Prepared};
use crate::sheet::{Area, Sheet};
use crate::text::Typesetter;
use brisk_domain::PanelKind;

/// The grid, in px as on screens: a row, and between two panels.
const ROW: f32 = 56.0;
const GAP: f32 = 16.0;
/// The width of a screen's grid, in px, on which gaps are that wide.
const SCREEN: f32 = 900.0;
/// Between two rows of panels on paper, in pt: lines above panels need air.
const BAND_GAP: f32 = 14.0;
/// The number of columns.
const COLUMNS: u32 = 12;
/// A band that is a little too high for what is left of a page becomes lower, down to this part of its height,
/// and one that is too high for a page down to that.
const LOW: f32 = 0.85;
const LOWEST: f32 = 0.72;
/// The size of text in tables, in pt.
const TABLE: f32 = 7.5;
/// The most rows that are tried in a box.
const TRIED: usize = 100;
/// The most lines of a note in a box.
const NOTE_LINES: usize = 2;

/// A panel's place, in columns and rows; none is empty or leaves the grid.
#[derive(Debug, Clone, Copy)]
struct Place {
    panel: usize,
    x: u32,
    y: u32,
    w: u32,
    h: u32,
}

impl Place {
    fn end(self) -> u32 {
        self.y + self.h
    }
}

/// Puts all panels on pages, and then the tables that have more rows than their boxes.
pub(crate) fn dashboard(
    prepared: &Prepared<'_>,
    sheet: Sheet,
    pages: &mut Pages<'_>,
    tables: &mut [Option<Flowing>],
    typesetter: &Typesetter<'_>,
) {
    let mut laid = Vec::new();
    for band in bands(prepared) {
        if let [place] = band.as_slice()
            && place.w == COLUMNS
            && let Some(flow) = flow_of(prepared, place.panel, false)
        {
            tables[place.panel] = Some(flow.over(pages, typesetter));
            laid.clear();
            continue;
        }
        let stretches = band.iter().any(|place| gains_from_height(&prepared.panels[place.panel]));
        lay(&band, sheet, pages, &mut laid, stretches);
    }
    let mut cut = Vec::new();
    for item in pages.all.iter_mut().flatten() {
        let Item::Panel { panel, area, table, .. } = item else { continue };
        *table = preview(prepared, *panel, *area, typesetter);
        if table.as_ref().is_some_and(|table| !table.is_all) {
            cut.push(*panel);
        }
    }
    for panel in cut {
        if let Some(flow) = flow_of(prepared, panel, true) {
            tables[panel] = Some(flow.over(pages, typesetter));
        }
    }
}

/// Whether a panel shows more in a higher box.
fn gains_from_height(panel: &Prepanel<'_>) -> bool {
    match &panel.body {
        Body::Drawing(input) => {
            !matches!(input.spec.kind, PanelKind::Stat(_) | PanelKind::Gauge(_))
        }
        Body::Table { .. } => true,
        Body::Message(_) => false,
    }
}

/// The panels by bands, each in the order of rows, then columns.
fn bands(prepared: &Prepared<'_>) -> Vec<Vec<Place>> {
    let place = |(panel, one): (usize, &Prepanel<'_>)| {
        let place = one.place;
        let x = u32::from(place.x).min(COLUMNS - 1);
        let w = u32::from(place.w).clamp(1, COLUMNS - x);
        Place { panel, x, y: place.y.into(), w, h: u32::from(place.h).max(1) }
    };
    let mut places: Vec<Place> = prepared.panels.iter().enumerate().map(place).collect();
    places.sort_by_key(|place| (place.y, place.x, place.panel));
    let mut bands: Vec<Vec<Place>> = Vec::new();
    let mut end = 0;
    for place in places {
        match bands.last_mut() {
            Some(band) if place.y < end => band.push(place),
            _ => bands.push(vec![place]),
        }
        end = end.max(place.end());
    }
    bands
}

/// Puts a band on the page if it fits there, else on the next one, or on several if it is higher than a page.
fn lay(band: &[Place], sheet: Sheet, pages: &mut Pages<'_>, laid: &mut Vec<Laid>, stretches: bool) {
    let top = band.first().map_or(0, |place| place.y);
    let end = band.iter().map(|place| place.end()).max().unwrap_or(top);
    let row = ROW * sheet.scale;
    let natural = length(end - top, row);
    if natural * LOW > pages.free.height && !pages.is_fresh() {
        stretch::stretched(pages, laid);
        pages.turn();
        laid.clear();
    }
    let put = |place: &Place, area: Area, pages: &mut Pages<'_>| {
        let look = &look::IN_BOX;
        pages.put(Item::Panel { panel: place.panel, area, scale: sheet.scale, table: None, look });
    };
    let lowest = if pages.is_fresh() { LOWEST } else { LOW };
    if natural * lowest <= pages.free.height {
        let fitting = (pages.free.height + BAND_GAP) / (end - top).max(1) as f32 - BAND_GAP;
        let row = row.min(fitting);
        let first = pages.count();
        for place in band {
            put(place, area(*place, top, row, pages.free), pages);
        }
        let (y, height) = (pages.free.y, length(end - top, row));
        laid.push(Laid { items: first..pages.count(), y, height, stretches });
        pages.free = pages.free.below(height + BAND_GAP);
        return;
    }
    // No page is high enough: rows of panels that begin together go on as long as they fit.
    let (mut start, mut used) = (top, 0.0_f32);
    for together in band.chunk_by(|a, b| a.y == b.y) {
        let y = together.first().map_or(start, |place| place.y);
        let highest = together.iter().map(|place| place.end()).max().unwrap_or(y);
        if y > start && length(highest - start, row) > pages.free.height {
            pages.turn();
            (start, used) = (y, 0.0);
        }
        for place in together {
            let mut area = area(*place, start, row, pages.free);
            area.height = area.height.min(pages.free.bottom() - area.y);
            used = used.max(area.bottom() - pages.free.y);
            put(place, area, pages);
        }
    }
    laid.clear();
    pages.free = pages.free.below(used + BAND_GAP);
}

/// How high so many rows are.
fn length(rows: u32, row: f32) -> f32 {
    rows as f32 * (row + BAND_GAP) - BAND_GAP
}

/// The box of a panel on a page whose first row is `top`.
fn area(place: Place, top: u32, row: f32, free: Area) -> Area {
    // Gaps between columns are as wide as on screens, compared with the columns.
    let gap = GAP * free.width / SCREEN;
    let column = (free.width + gap) / COLUMNS as f32;
    Area {
        x: free.x + place.x as f32 * column,
        y: free.y + (place.y - top) as f32 * (row + BAND_GAP),
        width: place.w as f32 * column - gap,
        height: length(place.h, row),
    }
}

/// A table's rows as far as they fit into the panel's box.
fn preview(
    prepared: &Prepared<'_>,
    panel: usize,
    area: Area,
    typesetter: &Typesetter<'_>,
) -> Option<Preview> {
    let one = &prepared.panels[panel];
    let Body::Table { rows, left_out } = &one.body else { return None };
    let setting = Setting { width: area.width, size: TABLE, lines: 1, rows: TRIED };
    let layout = TableLayout::of(rows, setting, typesetter);
    let notes = flow::notes(one, rows, left_out.as_ref());
    let notes: Vec<String> = notes
        .iter()
        .flat_map(|note| typesetter.lines(note, look::NOTE, area.width, NOTE_LINES).0)
        .collect();
    let room = area.height - look::IN_BOX.height - layout.head.height;
    let fit = |lines: usize| {
        let mut left = room - flow::notes_height(lines);
        let fits = |row: &&LaidRow| {
            left -= row.height;
            left >= 0.0
        };
        layout.rows.iter().take_while(fits).count()
    };
    let shown = fit(notes.len());
    if layout.is_whole && shown == rows.rows.len() + rows.left_out {
        return Some(Preview { layout, shown, notes, is_all: true });
    }
    // A line below says where the others are.
    let shown = fit(1);
    Some(Preview { layout, shown, notes: Vec::new(), is_all: false })
}

/// The table of a panel, if it is one.
fn flow_of<'a>(prepared: &'a Prepared<'_>, panel: usize, has_preview: bool) -> Option<Flow<'a>> {
    let one = prepared.panels.get(panel)?;
    let Body::Table { rows, left_out } = &one.body else { return None };
    let notes = flow::notes(one, rows, left_out.as_ref());
    Some(Flow { number: panel, rows, notes, has_preview, look: &look::IN_BOX })
}
