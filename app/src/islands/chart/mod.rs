//! An interactive chart: tooltip with crosshair, arrow keys, drag to zoom. The server draws; this adds
//! what follows pointer and keyboard.
//!
//! - `island`: the entry point; `started`: charts that can be stopped;
//! - `reader`: what pointer and keyboard do;
//! - `axis`: the buckets of a time axis, for zooming and for other charts' crosshairs;
//! - `overlay`, `tooltip`: what is shown over the drawing, as markup;
//! - `open`: how a chart opens a page.
//!
//! A chart may be replaced by newer markup at any moment. The point that a reader is on would be lost with
//! it, and is therefore kept on the section around it. What other charts and the menu need to know of a
//! chart is in its attributes, where `frontend/scripts/crosshair.js` and `menus.js` read it: `data-t` and
//! `data-m` are its time axis and margins, `data-at` the instant under the pointer, `data-exact` and
//! `data-label` the figure last pointed at, else the newest.

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
