//! Writes a scene as HTML and SVG: the markup that pages hold. Whatever is markup, a CSS class or
//! escaping is here and nowhere else; what the classes look like is in `style/chart.css`.
//!
//! In a plot, y and heights are pixels, x is a percentage, and only paths live in a stretched
//! coordinate system, with strokes that do not scale. So the chart fits any box without a script, and
//! its text is never stretched.

mod classes;
mod escape;
mod link;
mod numbers;
mod path;
mod picture;
mod plot;
mod row_names;
mod stat;
mod table;
mod table_controls;
mod text;

pub use escape::escape;
pub(crate) use plot::plot;
pub(crate) use table_controls::sortable;

use crate::scene::Scene;
use numbers::px;

/// The markup of `scene`; `summary` is its text alternative.
pub(crate) fn write(scene: &Scene, summary: &str) -> String {
    match scene {
        Scene::Plot(plot) => plot::plot(plot, summary),
        Scene::Picture(picture) => picture::picture(picture, summary),
        Scene::Stat(stat) => stat::stat(stat),
        Scene::Table(table) => table::panel(table),
        Scene::Message { text, height } => format!(
            "<div class=\"none\" style=\"height:{}px\"><p>{}</p></div>",
            px(*height),
            escape(text)
        ),
    }
}
