//! An interactive chart: tooltip with crosshair, arrow keys, drag to zoom. The server draws; this reads
//! and points.
//!
//! - `reader`: what pointer and keyboard do;
//! - `axis`: the buckets of a time axis, for zooming and for other charts' crosshairs;
//! - `overlay`, `tooltip`: what is shown over the drawing, as markup;
//! - `open`: how a chart opens a page;
//! - `started`: charts that can be stopped.
//!
//! A chart may be replaced by newer markup at any moment. What a reader would miss then, the point that is
//! read, is kept on the section around it. What other charts and the menu need to know of a chart
//! stands in its attributes, where `frontend/scripts/crosshair.js` and `menus.js` read it: `data-t` and
//! `data-m` its time axis and margins, `data-at` the instant that is pointed at, `data-exact` and
//! `data-label` the figure that was pointed at last, else the newest.

mod axis;
mod open;
mod overlay;
mod reader;
#[cfg(feature = "hydrate")]
mod started;
mod tooltip;

pub use axis::{axis_text, margins_text};
#[cfg(feature = "hydrate")]
pub use started::{StartedChart, start_chart};

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// What makes the chart around it interactive, and what it shows over the drawing. It reads the attributes
/// that the server gave the chart: `data-readout`, and on time axes `data-interval`, `data-zone` and
/// `data-before-zoom`. Properties of its own would come as JSON, whose reader is a tenth of the wasm.
#[island]
pub fn Chart() -> impl IntoView {
    let over = NodeRef::<Div>::new();
    over.on_load(|over| {
        let tooltip = over.next_element_sibling();
        let chart = over.closest(".chart").ok().flatten().and_then(|c| c.dyn_into().ok());
        if let (Some(chart), Some(tooltip)) = (chart, tooltip) {
            reader::start(chart, over.into(), tooltip);
        }
    });
    // As markup: an element that is replaced has not moved, so a tooltip that follows the pointer is no
    // layout shift; and it is less code than reactive views.
    view! {
        <div node_ref=over></div>
        <div role="status" aria-live="polite"></div>
    }
}
