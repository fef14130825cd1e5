//! An interactive chart: tooltip with crosshair, arrow keys, drag to zoom. The server draws; this reads
//! and points.
//!
//! - `island`: where it begins; `started`: charts that can be stopped;
//! - `reader`: what pointer and keyboard do;
//! - `axis`: the buckets of a time axis, for zooming and for other charts' crosshairs;
//! - `overlay`, `tooltip`: what is shown over the drawing, as markup;
//! - `open`: how a chart opens a page.
//!
//! A chart may be replaced by newer markup at any moment. What a reader would miss then, the point that is
//! read, is kept on the section around it. What other charts and the menu need to know of a chart
//! stands in its attributes, where `frontend/scripts/crosshair.js` and `menus.js` read it: `data-t` and
//! `data-m` its time axis and margins, `data-at` the instant that is pointed at, `data-exact` and
//! `data-label` the figure that was pointed at last, else the newest.

mod axis;
mod island;
mod open;
mod overlay;
mod reader;
#[cfg(feature = "hydrate")]
mod started;
mod tooltip;

pub use axis::{axis_text, margins_text};
pub use island::Chart;
#[cfg(feature = "hydrate")]
pub use started::{StartedChart, start_chart};
