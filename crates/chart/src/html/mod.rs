//! Writes a scene as HTML and SVG for web pages. Markup, CSS classes and escaping are here and nowhere
//! else; `style/chart.css` says what the classes look like.
//!
//! In a plot, y and heights are pixels, x is a percentage, and only paths use a stretched coordinate
//! system, with strokes that do not scale. So a chart fits any box without scripting, and its text is
//! never stretched.
//!
//! No markup has a `style` attribute: pages forbid them (`server/src/http/security.rs`). Lengths that
//! vary between drawings are SVG attributes; what all share is in the style sheet.

mod classes;
mod link;
mod path;
mod picture;
mod plot;
mod row_names;
mod stat;
mod table;
mod table_controls;
mod text;

use crate::markup::escape;
pub(crate) use table_controls::sortable;

use crate::scene::Scene;

/// The markup of `scene`; `summary` is its text alternative.
pub(crate) fn write(scene: &Scene, summary: &str) -> String {
    match scene {
        Scene::Plot(plot) => plot::plot(plot, summary),
        Scene::Picture(picture) => picture::picture(picture, summary),
        Scene::Stat(stat) => stat::stat(stat),
        Scene::Table(table) => table::panel(table),
        Scene::Message { text } => format!("<div class=\"none\"><p>{}</p></div>", escape(text)),
    }
}
