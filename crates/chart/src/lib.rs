//! Draws frames as charts, as markup. Pure: no IO, no clock; the same code draws on the server and
//! in the browser.
//!
//! **Fluid width.** The server does not know how wide a chart will be shown, and text must not be
//! stretched. So heights and y are pixels, x is a percentage of the plot area, and only paths
//! live in a stretched coordinate system (with strokes that do not scale). Labels know how wide
//! a chart they need, and container queries in `style/chart.css` hide those that would collide.
//!
//! **Colours** are classes: `s0`–`s7` (series), `q0`–`q8` (sequential); `style/palette.css`
//! resolves them in light and dark.
//!
//! **Links** of marks and rows are asked for through [`Links`]: where they lead is not the drawing's
//! business. With them a drawing is a group of links instead of an image.
//!
//! To add a kind: a module with `draw(&Input) -> Drawing`, its line in [`draw`], its look in
//! `style/chart.css`, a snapshot in `tests/`.

mod agreed;
mod axes;
mod bar;
mod bins;
mod donut;
mod gauge;
mod heatmap;
mod labels;
mod line;
pub mod lttb;
mod lying;
mod mark_links;
mod markup;
mod names;
mod order;
mod points;
pub mod readout;
mod row_labels;
mod scatter;
mod spec;
mod stat;
mod table;
pub mod ticks;
pub mod time_ticks;

pub use mark_links::Links;
pub use markup::escape;
pub use readout::{Readout, ReadoutSeries};
pub use spec::{Drawing, Input, LegendItem, Spec};
pub use table::TableView;

use brisk_domain::PanelKind;

/// Draws `input`.
pub fn draw(input: &Input<'_>) -> Drawing {
    if points::is_empty(input) {
        return spec::empty(input);
    }
    let drawing = match input.spec.kind {
        PanelKind::Stat => stat::draw(input),
        PanelKind::Line | PanelKind::Area => line::draw(input),
        PanelKind::Bar if input.spec.horizontal => lying::draw(input),
        PanelKind::Bar | PanelKind::Histogram => bar::draw(input),
        PanelKind::Donut => donut::draw(input),
        PanelKind::Heatmap => heatmap::draw(input),
        PanelKind::Scatter => scatter::draw(input),
        PanelKind::Table => table::draw(input),
        PanelKind::Gauge => gauge::draw(input),
    };
    drawing.unwrap_or_else(|| spec::unfit(input))
}

/// Draws only kinds that have a legend, where readers switch series on and off; `None` for others.
/// Browsers call this, so that they do not have to load the rest.
pub fn draw_series(input: &Input<'_>) -> Option<Drawing> {
    match input.spec.kind {
        PanelKind::Line | PanelKind::Area => line::draw(input),
        PanelKind::Bar if !input.spec.horizontal => bar::draw(input),
        _ => None,
    }
}

/// The table view that every chart has, in the order and on the page that `view` says.
pub fn table(input: &Input<'_>, view: &TableView<'_>) -> String {
    table::with_controls(input, view)
}
