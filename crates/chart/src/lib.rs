//! Draws frames as charts, as markup. Pure: no IO, no clock. Only servers draw; browsers load no more of
//! it than the reader of a [`Readout`].
//!
//! Where things are, in the order in which a drawing is made:
//!
//! - `spec`: what drawing takes (a panel's settings, its data) and what it returns. `links` and
//!   `table_view`: what callers can add.
//! - `kinds/`: one file per panel kind. It reads the frame, decides what to draw, and writes the text
//!   alternative.
//! - `data/`: from a frame to series over a common x: order, gaps, downsampling.
//! - `scales/`: from values to positions: ticks, axes, and labels with the room that they need.
//!   `text/`: how wide text is, and how to shorten it.
//! - `scene/`: the shapes and blocks that kinds produce, in fluid coordinates. Colours and roles are
//!   enums (`scene/color.rs`).
//! - `html/`: writes a scene as HTML and SVG; nothing else knows about markup and classes. Series 3
//!   gets the class `s3` in `html/classes.rs`, and `style/data-colors.css` gives it a colour in light and
//!   dark.
//! - `rows`: all rows of a table as texts, for what has pages of its own.
//! - `svg/`: writes the same scene as an image of a fixed size, with colours of its own and no style sheet:
//!   for files, mail and paper. `markup/`: what both of them write with.
//! - `readout`: what tooltips and keyboard navigation read for each point. `readout_text`: how pages carry
//!   it.
//!
//! To add a kind, see `docs/extending.md`. A kind that needs a new shape also adds it to `scene/`, to each
//! backend, and to `style/chart.css`.

mod data;
mod html;
mod kinds;
mod links;
mod markup;
mod readout;
mod readout_text;
mod rows;
mod scales;
mod scene;
mod shown_figure;
mod spec;
mod svg;
mod table_view;
mod text;

pub use links::Links;
pub use markup::escape;
pub use readout::{Readout, ReadoutSeries};
pub use readout_text::decimal;
pub use rows::{RowCell, RowHead, Rows, Trend};
pub use scene::table::Holds;
pub use shown_figure::{ShownChange, ShownFigure};
pub use spec::{Drawing, Input, LegendItem, Spec};
pub use svg::{Caption, Image, PADDING as IMAGE_PADDING, Theme};
pub use table_view::TableView;

use brisk_domain::PanelKind;
use data::refusal::Refusal;
use kinds::{
    Chart, area, bar, donut, gauge, heatmap, histogram, horizontal_bar, line, message, scatter,
    sortable_table, stat, table,
};
use svg::Ground;

/// Draws `input`.
pub fn draw(input: &Input<'_>) -> Drawing {
    let spec = input.spec.with_units(input.frame);
    let input = &Input { spec: &spec, ..*input };
    let Chart { scene, legend, summary, mut readout, is_empty } = chart(input);
    readout.hide(input.hidden);
    Drawing { body: html::write(&scene, &summary), legend, summary, readout, is_empty }
}

/// Draws `input` as an image of exactly its width and height. What has no room says so in the image.
pub fn image(input: &Input<'_>, theme: Theme, caption: &Caption<'_>) -> Image {
    image_on(Ground::Own, input, theme, caption)
}

/// The same as a part of a page: without a ground and words around it. It begins [`IMAGE_PADDING`] within the
/// image.
pub fn image_for_page(input: &Input<'_>, theme: Theme) -> Image {
    image_on(Ground::Page, input, theme, &Caption::default())
}

fn image_on(ground: Ground, input: &Input<'_>, theme: Theme, caption: &Caption<'_>) -> Image {
    let spec = input.spec.with_units(input.frame);
    let input = &Input { spec: &spec, ..*input };
    let chart = |width, height| chart(&Input { width, height, ..*input });
    svg::draw((input.width, input.height), (theme, ground), caption, chart)
}

/// The first `most` rows of a table as texts, with what is drawn in their cells; `None` for other kinds of
/// panels, and where there is nothing to show: [`image`] says so.
pub fn rows(input: &Input<'_>, most: usize) -> Option<Rows> {
    let spec = input.spec.with_units(input.frame);
    let input = &Input { spec: &spec, links: None, ..*input };
    (spec.has_rows() && !message::has_nothing(input)).then(|| rows::of(input, most))
}

/// The figure of a stat, as it is drawn; `None` for other kinds of panels, and where there is none.
pub fn shown_figure(input: &Input<'_>) -> Option<ShownFigure> {
    let spec = input.spec.with_units(input.frame);
    shown_figure::of(chart(&Input { spec: &spec, ..*input }))
}

fn chart(input: &Input<'_>) -> Chart {
    if message::has_nothing(input) {
        return message::no_data(input);
    }
    if message::has_no_place(input) {
        return message::no_place(input);
    }
    let chart = match &input.spec.kind {
        PanelKind::Stat(options) => stat::draw(input, options).ok_or(Refusal::Unfit),
        PanelKind::Line(options) => line::draw(input, options).map(Chart::into_scene),
        PanelKind::Area(options) => area::draw(input, options).map(Chart::into_scene),
        PanelKind::Bar(options) if options.horizontal => horizontal_bar::draw(input, options),
        PanelKind::Bar(options) => bar::draw(input, options).map(Chart::into_scene),
        PanelKind::Histogram(options) => histogram::draw(input, options).map(Chart::into_scene),
        PanelKind::Donut(_) => donut::draw(input),
        PanelKind::Heatmap(_) => heatmap::draw(input),
        PanelKind::Scatter(_) => scatter::draw(input),
        PanelKind::Table(_) => table::draw(input).ok_or(Refusal::Unfit),
        PanelKind::Gauge(options) => gauge::draw(input, options).ok_or(Refusal::Unfit),
    };
    chart.unwrap_or_else(|refusal| match refusal {
        Refusal::Unfit => message::unfit(input),
        Refusal::Because(text) => message::refused(input, text),
    })
}

/// The table view that every chart has, in the order and on the page that `view` says.
pub fn table(input: &Input<'_>, view: &TableView<'_>) -> String {
    let spec = input.spec.with_units(input.frame);
    let input = &Input { spec: &spec, ..*input };
    html::sortable(&sortable_table::draw(input, view))
}
