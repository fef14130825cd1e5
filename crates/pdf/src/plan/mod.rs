//! What is where, before anything is drawn: pages have to know how many they are.
//!
//! `pages` are what is planned. `grid` places the panels of a dashboard, and `stretch` makes them fill their
//! pages; `alone` gives each its own. `table` lays out the columns and rows of a table, `flow` cuts
//! tables at the ends of pages.

mod alone;
mod flow;
mod grid;
mod pages;
mod stretch;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use pages::{Item, Plan, Preview};
pub(crate) use table::{Column, LaidRow, TableLayout};

use crate::document::Layout;
use crate::furniture::Furniture;
use crate::prepare::Prepared;
use crate::sheet::Sheet;
use crate::text::Typesetter;
use pages::{Flowing, Pages};

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
                alone::alone((number, panel), sheet, &mut pages, &mut tables, typesetter);
            }
        }
    }
    Plan { pages: pages.all, tables }
}
