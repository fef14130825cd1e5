//! The wasm entry: makes the islands' functions known. `loader.js` calls them.

// The islands export themselves; the crate has to be linked.
use brisk_app as _;

/// Prepares the module; called once before the first island starts.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
