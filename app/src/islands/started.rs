//! Charts that can be stopped. Leptos never disposes of an island: a page that follows its data for
//! days would leak every chart that it ever showed.

use super::chart::{Chart, ChartProps, ChartPropsSerialized};
use leptos::prelude::*;
use leptos::tachys::html::islands::IslandChildren;
use leptos::tachys::view::Position;
use leptos::web_sys::HtmlElement;
use std::any::Any;
use wasm_bindgen::prelude::wasm_bindgen;

/// A running chart. Freeing it releases everything it holds: subscriptions, listeners, elements.
#[wasm_bindgen]
pub struct StartedChart {
    view: Option<Box<dyn Any>>,
    owner: Owner,
}

/// Starts the chart in `island`; nothing where it was written by another build.
#[wasm_bindgen]
pub fn start_chart(island: HtmlElement) -> Option<StartedChart> {
    let props = island.dataset().get("props")?;
    let props: ChartPropsSerialized = leptos::serde_json::from_str(&props).ok()?;
    let owner = Owner::current()?.child();
    let view: Box<dyn Any> = owner.with(|| {
        let ChartPropsSerialized { place, legend, readout, title } = props;
        // The server's drawing is in the page already: it only has to be passed over.
        let inner = Owner::current();
        let children = move || {
            IslandChildren::new_with_on_hydrate((), move || {
                if let Some(owner) = &inner {
                    owner.set();
                }
            })
            .into_any()
        };
        let props = ChartProps::builder()
            .place(place)
            .legend(legend)
            .readout(readout)
            .title(title)
            .children(Box::new(children))
            .build();
        Box::new(Chart(props).hydrate_from_position::<true>(&island, Position::Current))
    });
    Some(StartedChart { view: Some(view), owner })
}

impl Drop for StartedChart {
    fn drop(&mut self) {
        drop(self.view.take());
        self.owner.cleanup();
    }
}
