//! Frame -> drawn chart, as markup. Pure: no IO, no clock; the same code draws on the server and
//! in the browser.
//!
//! Where things are, in the order in which a drawing is made:
//!
//! - `spec`: what a drawing needs of a panel and its data, and what it gives. `links` and
//!   `table_view`: what else whoever asks for it can say.
//! - `kinds/`: a file per panel kind. It reads the frame, decides what is drawn, and says the same in
//!   words for those who do not see it.
//! - `data/`: from a frame to series over a common x, in order, downsampled.
//! - `scales/`: from values to places: ticks, axes, labels and the room that they need. `text/`: how
//!   wide text is, and how it is cut.
//! - `scene/`: the shapes and blocks that kinds make, in fluid coordinates. Colours and roles are enums
//!   there (`scene/color.rs`).
//! - `html/`: writes a scene as HTML and SVG, and is the only place that knows markup and classes. The
//!   colour of series 3 is the class `s3` of `html/classes.rs`, which `style/palette.css` resolves in
//!   light and dark.
//! - `tooltip`: what tooltips and the keyboard read of each point.
//!
//! To add a kind:
//!
//! 1. `kinds/NAME.rs` with `draw(&Input) -> Option<Chart>`, which makes a scene out of the
//!    shapes that there are, a summary and a readout; `None` says that the columns do not fit.
//! 2. Its line in `chart` below; in [`draw_series`] too if it has a legend.
//! 3. A case in `tests/support/cases/`, and a snapshot in `tests/kinds/`.
//!
//! Only a kind that needs a shape of its own adds that to `scene/`, to each backend and, for its look,
//! to `style/chart.css`.

mod data;
mod html;
mod kinds;
mod links;
mod scales;
mod scene;
mod spec;
mod table_view;
mod text;
mod tooltip;

pub use html::escape;
pub use links::Links;
pub use spec::{Drawing, Input, LegendItem, Spec};
pub use table_view::TableView;
pub use tooltip::{Readout, ReadoutSeries};

use brisk_domain::PanelKind;
use kinds::{
    Chart, area, bar, donut, gauge, heatmap, histogram, horizontal_bar, line, message, scatter,
    sortable_table, stat, table,
};

/// Draws `input`.
pub fn draw(input: &Input<'_>) -> Drawing {
    written(chart(input), html::write)
}

fn chart(input: &Input<'_>) -> Chart {
    if message::has_nothing(input) {
        return message::no_data(input);
    }
    let chart = match input.spec.kind {
        PanelKind::Stat => stat::draw(input),
        PanelKind::Line => line::draw(input).map(Chart::into_scene),
        PanelKind::Area => area::draw(input).map(Chart::into_scene),
        PanelKind::Bar if input.spec.horizontal => horizontal_bar::draw(input),
        PanelKind::Bar => bar::draw(input).map(Chart::into_scene),
        PanelKind::Histogram => histogram::draw(input).map(Chart::into_scene),
        PanelKind::Donut => donut::draw(input),
        PanelKind::Heatmap => heatmap::draw(input),
        PanelKind::Scatter => scatter::draw(input),
        PanelKind::Table => table::draw(input),
        PanelKind::Gauge => gauge::draw(input),
    };
    chart.unwrap_or_else(|| message::unfit(input))
}

/// Draws only kinds that have a legend, where readers switch series on and off; `None` for others.
/// Browsers call this, so that they do not have to load the rest.
pub fn draw_series(input: &Input<'_>) -> Option<Drawing> {
    let chart = match input.spec.kind {
        PanelKind::Line => line::draw(input),
        PanelKind::Area => area::draw(input),
        PanelKind::Bar if !input.spec.horizontal => bar::draw(input),
        _ => None,
    }?;
    Some(written(chart, html::plot))
}

/// The table view that every chart has, in the order and on the page that `view` says.
pub fn table(input: &Input<'_>, view: &TableView<'_>) -> String {
    html::sortable(&sortable_table::draw(input, view))
}

fn written<S>(chart: Chart<S>, write: fn(&S, &str) -> String) -> Drawing {
    let Chart { scene, legend, summary, readout, is_empty } = chart;
    Drawing { body: write(&scene, &summary), legend, summary, readout, is_empty }
}
