//! The island: its two boxes over the drawing, and the attributes that it reads.

use super::reader;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Makes the chart around it interactive, with two boxes over the drawing. It reads the attributes that
/// the server gave the chart: `data-readout`, and on time axes `data-interval`, `data-zone` and
/// `data-before-zoom`. Properties would arrive as JSON, whose parser is a tenth of the wasm.
#[island]
pub fn Chart() -> impl IntoView {
    let over = NodeRef::<Div>::new();
    over.on_load(|over| {
        let tooltip = over.next_element_sibling();
        let chart = over.closest(".chart").ok().flatten().and_then(|c| c.dyn_into().ok());
        if let (Some(chart), Some(tooltip)) = (chart, tooltip) {
            reader::start(chart, over.into(), tooltip.unchecked_into());
        }
    });
    // Filled with markup: a replaced element does not count as moved, so a tooltip that follows the
    // pointer causes no layout shift; and this is less code than reactive views.
    view! {
        <div node_ref=over></div>
        <div role="status" aria-live="polite"></div>
    }
}
