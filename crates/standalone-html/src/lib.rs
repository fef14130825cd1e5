//! A view of a dashboard as one HTML file that stands alone, to be mailed, kept or printed: no script, no
//! request to anywhere, and a policy that forbids both. Charts and looks are those of pages, in light and
//! dark, at any width; below the charts is a table of each panel's data.
//!
//! - `head`: the policy, the style and the font; `style/` has what only these files look like;
//! - `intro`: of which time, zone and choices the data are, and how old;
//! - `grid`: where cards are at three widths; `card`: a panel's drawing, or why there is none;
//! - `notes`: what the figures do not say by themselves;
//! - `tables`, `cell`: the data.
//!
//! Everything that comes from outside is escaped. The same export gives the same file.

mod card;
mod cell;
mod grid;
mod head;
mod intro;
mod notes;
mod tables;

pub use tables::MOST_ROWS;

use brisk_domain::Export;

/// The file of `export`.
pub fn page(export: &Export<'_>) -> String {
    let mut out = String::with_capacity(256 * 1024);
    head::write(export, &mut out);
    out.push_str("<body>");
    intro::write(export, &mut out);
    out.push_str("<main><div class=\"grid\">");
    let places = grid::places(export.panels.iter().map(|panel| panel.panel));
    for ((number, panel), place) in (1..).zip(&export.panels).zip(places) {
        card::write(export, panel, number, place, &mut out);
    }
    out.push_str("</div>");
    notes::write(export, &mut out);
    tables::write(export, &mut out);
    out.push_str("</main>");
    intro::write_foot(export, &mut out);
    out.push_str("</body></html>\n");
    out
}
