//! The panel kinds. Each has a file with `draw`, which makes the scene and the words that go with it.
//! No kind knows how a scene is written.

pub(crate) mod area;
pub(crate) mod bar;
pub(crate) mod donut;
pub(crate) mod gauge;
pub(crate) mod heatmap;
pub(crate) mod histogram;
pub(crate) mod horizontal_bar;
pub(crate) mod line;
pub(crate) mod message;
pub(crate) mod scatter;
pub(crate) mod sortable_table;
pub(crate) mod stat;
pub(crate) mod table;

mod bar_places;
mod chart;
mod mark_links;
mod series_summary;
mod sparkline;
pub(crate) mod table_columns;

pub(crate) use chart::Chart;
