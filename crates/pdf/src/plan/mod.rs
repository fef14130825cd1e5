//! What is where, before anything is drawn: pages have to know how many they are.
//!
//! `grid` places the panels of a dashboard, and `stretch` makes them fill their pages; `table` lays out the columns and rows of a table, `flow` cuts
//! tables at the ends of pages.

mod flow;
mod grid;
mod stretch;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use table::{Column, LaidRow, TableLayout};

use crate::document::Layout;
use crate::furniture::Furniture;
use crate::look::{self, Titled};
use crate::prepare::{Body, Prepanel, Prepared};
use crate::sheet::{Area, Sheet};
use crate::text::Typesetter;
use brisk_domain::PanelKind;
use flow::Flow;
use std::ops::Range;

/// All pages.
pub(crate) struct Plan {
    /// What is on each.
    pub(crate) pages: Vec<Vec<Item>>,
    /// The tables that flow over pages, by their panels.
    pub(crate) tables: Vec<Option<Flowing>>,
}

/// A table that flows over pages.
pub(crate) struct Flowing {
    /// It.
    pub(crate) layout: TableLayout,
    /// The lines below its last row.
    pub(crate) notes: Vec<String>,
    /// Its first page, and where it begins there.
    pub(crate) page: usize,
    pub(crate) top: f32,
    /// Whether its first rows are also in the panel's box.
    pub(crate) has_preview: bool,
    /// The look of its title.
    pub(crate) look: &'static Titled,
}

/// A table in a panel's box.
pub(crate) struct Preview {
    /// It.
    pub(crate) layout: TableLayout,
    /// How many of its rows are shown.
    pub(crate) shown: usize,
    /// The lines below, if these are all rows.
    pub(crate) notes: Vec<String>,
    /// Whether these are all rows, with all of their texts; else the table flows over other pages.
    pub(crate) is_all: bool,
}

/// Something on a page.
pub(crate) enum Item {
    /// A panel in its box.
    Panel {
        /// Its number.
        panel: usize,
        /// All of it, with its title.
        area: Area,
        /// Px to pt in its drawing.
        scale: f32,
        /// A table as far as it fits.
        table: Option<Preview>,
        /// The look of its title.
        look: &'static Titled,
    },
    /// Rows of a table that flows.
    Rows {
        /// Its panel.
        panel: usize,
        /// Which of its rows.
        rows: Range<usize>,
        /// From the title to the last row, or the notes below it.
        area: Area,
    },
}

/// Distributes `prepared` over pages.
pub(crate) fn plan(
    prepared: &Prepared<'_>,
    layout: Layout,
    (sheet, furniture): (Sheet, &Furniture),
    typesetter: &Typesetter<'_>,
) -> Plan {
    let mut pages = Pages::new(furniture);
    let mut tables: Vec<Option<Flowing>> = prepared.panels.iter().map(|_| None).collect();
    match layout {
        Layout::Dashboard => {
            grid::dashboard(prepared, sheet, &mut pages, &mut tables, typesetter);
        }
        Layout::PanelPerPage => {
            for (number, panel) in prepared.panels.iter().enumerate() {
                if number > 0 {
                    pages.turn();
                }
                alone((number, panel), sheet, &mut pages, &mut tables, typesetter);
            }
        }
    }
    Plan { pages: pages.all, tables }
}

/// Pages that are being filled.
pub(crate) struct Pages<'a> {
    /// What is on each.
    pub(crate) all: Vec<Vec<Item>>,
    /// What is free on the last one.
    pub(crate) free: Area,
    furniture: &'a Furniture,
}

impl<'a> Pages<'a> {
    fn new(furniture: &'a Furniture) -> Self {
        Self { all: vec![Vec::new()], free: furniture.body(0), furniture }
    }

    /// The number of the last page.
    pub(crate) fn last(&self) -> usize {
        self.all.len() - 1
    }

    /// Begins a page.
    pub(crate) fn turn(&mut self) {
        self.free = self.furniture.body(self.all.len());
        self.all.push(Vec::new());
    }

    /// How much is on the last page.
    pub(crate) fn count(&self) -> usize {
        self.all.last().map_or(0, Vec::len)
    }

    /// Whether nothing is on the last page.
    pub(crate) fn is_fresh(&self) -> bool {
        self.all.last().is_some_and(Vec::is_empty)
    }

    /// Puts something on the last page.
    pub(crate) fn put(&mut self, item: Item) {
        if let Some(page) = self.all.last_mut() {
            page.push(item);
        }
    }
}

/// Px to pt in drawings that have a page, and in figures, which are larger.
const CHART: f32 = 0.8;
const FIGURE: f32 = 1.2;
/// The height of a drawing that has a page, as a part of its width.
const HEIGHT: f32 = 0.7;

/// A panel on pages of its own.
fn alone(
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
    let is_figure = matches!(&panel.body, Body::Drawing(input)
        if matches!(input.spec.kind, PanelKind::Stat(_) | PanelKind::Gauge(_)));
    let scale = if is_figure { FIGURE } else { CHART };
    let scale = scale.max(sheet.scale);
    let height = (pages.free.width * HEIGHT).min(pages.free.height);
    let area = Area { height, ..pages.free };
    pages.put(Item::Panel { panel: number, area, scale, table: None, look: &look::ALONE });
    pages.free = pages.free.below(height);
}

impl Item {
    /// Its panel.
    pub(crate) fn panel(&self) -> usize {
        match self {
            Self::Panel { panel, .. } | Self::Rows { panel, .. } => *panel,
        }
    }

    /// Where it is.
    pub(crate) fn area(&self) -> Area {
        match self {
            Self::Panel { area, .. } | Self::Rows { area, .. } => *area,
        }
    }
}
