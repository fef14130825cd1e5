//! Tables that flow: title, heads and rows on as many pages as they take.

use super::pages::{Flowing, Item, Pages};
use super::table::{Setting, TableLayout};
use crate::look::{self, Titled};
use crate::prepare::Prepanel;
use crate::sheet::Area;
use crate::text::Typesetter;
use brisk_chart::Rows;

/// The size of text, in pt.
const SIZE: f32 = 8.0;
/// The most lines of a cell.
const LINES: usize = 6;
/// At least so many rows follow a table's title on its page.
const TOGETHER: usize = 3;
/// Below a table, in pt.
const BELOW: f32 = 18.0;
/// The most lines of a note below a table.
const NOTE_LINES: usize = 4;

/// A table, and what is said below it.
pub(crate) struct Flow<'a> {
    /// Its panel.
    pub(crate) number: usize,
    /// Its rows.
    pub(crate) rows: &'a Rows,
    /// What is said below them.
    pub(crate) notes: Vec<String>,
    /// Whether its first rows are also in the panel's box.
    pub(crate) has_preview: bool,
    /// The look of its title.
    pub(crate) look: &'static Titled,
}

impl Flow<'_> {
    /// Puts it on pages, from where they are free.
    pub(crate) fn over(self, pages: &mut Pages<'_>, typesetter: &Typesetter<'_>) -> Flowing {
        let width = pages.free.width;
        let setting = Setting { width, size: SIZE, lines: LINES, rows: usize::MAX };
        let layout = TableLayout::of(self.rows, setting, typesetter);
        let mut notes = self.notes;
        notes.extend(layout.left_out.clone());
        let notes: Vec<String> = notes
            .iter()
            .flat_map(|note| typesetter.lines(note, look::NOTE, width, NOTE_LINES).0)
            .collect();
        let heads = self.look.height + layout.head.height;
        let mut first: f32 = layout.rows.iter().take(TOGETHER).map(|row| row.height).sum();
        if layout.rows.len() <= TOGETHER {
            first += notes_height(notes.len());
        }
        if heads + first > pages.free.height && !pages.is_fresh() {
            pages.turn();
        }
        let (page, top) = (pages.last(), pages.free.y);
        let mut start = 0;
        loop {
            let mut height = heads;
            let mut end = start;
            for row in &layout.rows[start..] {
                // A row that is higher than a page is on one nevertheless.
                if end > start && height + row.height > pages.free.height {
                    break;
                }
                height += row.height;
                end += 1;
            }
            let is_last = end == layout.rows.len();
            let below = notes_height(notes.len());
            // The notes have room on the last page.
            if is_last && !notes.is_empty() && height + below > pages.free.height && end > start + 1
            {
                height -= layout.rows[end - 1].height;
                end -= 1;
            } else if is_last && !notes.is_empty() {
                height += below;
            }
            let area = Area { height, ..pages.free };
            pages.put(Item::Rows { panel: self.number, rows: start..end, area });
            pages.free = pages.free.below(height + BELOW);
            start = end;
            if start == layout.rows.len() {
                break;
            }
            pages.turn();
        }
        Flowing { layout, page, top, notes, has_preview: self.has_preview, look: self.look }
    }
}

/// How high so many lines below a table are.
pub(crate) fn notes_height(lines: usize) -> f32 {
    if lines == 0 { 0.0 } else { lines as f32 * look::NOTE.leading() + 5.0 }
}

/// What is said below all rows of a table.
pub(crate) fn notes(panel: &Prepanel<'_>, rows: &Rows, left_out: Option<&String>) -> Vec<String> {
    let of_rows = rows.note.iter().map(|note| format!("{note}."));
    left_out.cloned().into_iter().chain(of_rows).chain(panel.notes.iter().cloned()).collect()
}
