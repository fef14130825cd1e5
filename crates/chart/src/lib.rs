//! Frame -> drawn chart, as markup. Pure: no IO, no clock; the same code draws on the server and
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
//! To add a kind: see `docs/extending.md`.

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
    let drawing = match &input.spec.kind {
        PanelKind::Stat(_) => stat::draw(input),
        PanelKind::Line(_) | PanelKind::Area(_) => line::draw(input),
        PanelKind::Bar(bar) if bar.horizontal => lying::draw(input),
        PanelKind::Bar(_) | PanelKind::Histogram(_) => bar::draw(input),
        PanelKind::Donut(_) => donut::draw(input),
        PanelKind::Heatmap(_) => heatmap::draw(input),
        PanelKind::Scatter(_) => scatter::draw(input),
        PanelKind::Table(_) => table::draw(input),
        PanelKind::Gauge(_) => gauge::draw(input),
    };
    drawing.unwrap_or_else(|| spec::unfit(input))
}

/// Draws only kinds that have a legend, where readers switch series on and off; `None` for others.
/// Browsers call this, so that they do not have to load the rest.
pub fn draw_series(input: &Input<'_>) -> Option<Drawing> {
    match &input.spec.kind {
        PanelKind::Line(_) | PanelKind::Area(_) => line::draw(input),
        PanelKind::Bar(bar) if bar.horizontal => None,
        PanelKind::Bar(_) => bar::draw(input),
        PanelKind::Stat(_)
        | PanelKind::Donut(_)
        | PanelKind::Heatmap(_)
        | PanelKind::Histogram(_)
        | PanelKind::Scatter(_)
        | PanelKind::Table(_)
        | PanelKind::Gauge(_) => None,
    }
}

/// The table view that every chart has, in the order and on the page that `view` says.
pub fn table(input: &Input<'_>, view: &TableView<'_>) -> String {
    table::with_controls(input, view)
}
