//! Charts that can be stopped. Leptos never disposes of an island: a page that follows its data for
//! days would leak every chart that it ever showed.

use super::island::Chart;
use leptos::prelude::*;
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

/// Starts the chart around `island`.
#[wasm_bindgen]
pub fn start_chart(island: HtmlElement) -> Option<StartedChart> {
    let owner = Owner::current()?.child();
    let view: Box<dyn Any> =
        owner.with(|| Box::new(Chart().hydrate_from_position::<true>(&island, Position::Current)));
    Some(StartedChart { view: Some(view), owner })
}

impl Drop for StartedChart {
    fn drop(&mut self) {
        drop(self.view.take());
        self.owner.cleanup();
    }
}
